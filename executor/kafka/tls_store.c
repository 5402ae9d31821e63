/*
 * tls_store.c: whom we trust and who we are, from files and texts in PEM and PKCS#12.
 *
 * Every file is read into memory first, so that file and text take one path, and so that buffers
 * with keys in them can be cleared. Java's own format (JKS) is told apart and refused with the
 * command that converts it.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "executor/kafka/tls_private.h"
#include "rezone/error.h"

/* Where a text came from, for messages, and the text. Cleared by blob_clear(). */
typedef struct {
    const char *property;
    const char *file; /* NULL: the property itself holds the text */
    char *bytes;
    gsize n;
} Blob;

static void
blob_clear(Blob *blob)
{
    if (blob->bytes != NULL)
        OPENSSL_cleanse(blob->bytes, blob->n);
    g_clear_pointer(&blob->bytes, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Blob, blob_clear)

static bool
fail(const Blob *blob, const char *why, GError **error)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s%s%s: %s", blob->property,
                blob->file == NULL ? "" : ": ", blob->file == NULL ? "" : blob->file, why);
    return false;
}

static bool
fail_openssl(const Blob *blob, const char *what, GError **error)
{
    g_autofree char *why = g_strdup_printf("%s (%s)", what, rz_tls_last_reason());
    return fail(blob, why, error);
}

static bool
blob_from_file(Blob *blob, const char *property, const char *file, GError **error)
{
    g_autoptr(GError) cause = NULL;
    *blob = (Blob){.property = property, .file = file};
    if (g_file_get_contents(file, &blob->bytes, &blob->n, &cause)) {
        if (blob->n <= G_MAXINT)
            return true;
        return fail(blob, "too large", error);
    }
    g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s: %s", property, cause->message);
    return false;
}

static void
blob_from_text(Blob *blob, const char *property, const char *text)
{
    *blob = (Blob){.property = property, .bytes = g_strdup(text), .n = strlen(text)};
}

static BIO *
blob_bio(const Blob *blob)
{
    BIO *bio = BIO_new_mem_buf(blob->bytes, (int)blob->n);
    g_assert(bio != NULL);
    return bio;
}

static bool
is_pem(const Blob *blob)
{
    return g_strstr_len(blob->bytes, (gssize)blob->n, "-----BEGIN ") != NULL;
}

static bool
is_jks(const Blob *blob)
{
    return blob->n >= 4 && memcmp(blob->bytes, "\xfe\xed\xfe\xed", 4) == 0;
}

/* ---- PEM ---- */

/* The end of a PEM text is an error of OpenSSL's like any other. */
static bool
at_end_of_pem(void)
{
    return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

static bool
trust_pem(X509_STORE *store, const Blob *blob, GError **error)
{
    BIO *bio = blob_bio(blob);
    unsigned n = 0;
    for (X509 *c; (c = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL; n++) {
        X509_STORE_add_cert(store, c);
        X509_free(c);
    }
    BIO_free(bio);
    if (!at_end_of_pem())
        return fail_openssl(blob, "a certificate cannot be read", error);
    ERR_clear_error();
    return n > 0 ? true : fail(blob, "no PEM certificate in it", error);
}

static bool
use_chain_pem(SSL_CTX *ctx, const Blob *blob, GError **error)
{
    BIO *bio = blob_bio(blob);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    bool ok = certificate != NULL && SSL_CTX_use_certificate(ctx, certificate) == 1;
    X509_free(certificate);
    while (ok && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
        if (SSL_CTX_add0_chain_cert(ctx, certificate) != 1)
            ok = false;
    BIO_free(bio);
    if (!ok || !at_end_of_pem())
        return fail_openssl(blob, "no usable certificate chain in it", error);
    ERR_clear_error();
    return true;
}

/* Never asks the terminal: without a callback OpenSSL would. */
static int
give_password(char *buffer, int size, int writing, void *password)
{
    (void)writing;
    size_t n = password == NULL ? 0 : strlen(password);
    if (n == 0 || n > (size_t)size)
        return -1;
    memcpy(buffer, password, n);
    return (int)n;
}

static bool
use_key_pem(SSL_CTX *ctx, const Blob *blob, RzSecret *password, GError **error)
{
    BIO *bio = blob_bio(blob);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, give_password, password);
    BIO_free(bio);
    bool encrypted = g_strstr_len(blob->bytes, (gssize)blob->n, "ENCRYPTED") != NULL;
    if (key == NULL && encrypted)
        return fail_openssl(blob,
                            password == NULL ? "the key is encrypted: set ssl.key.password"
                                             : "ssl.key.password does not open the key",
                            error);
    if (key == NULL)
        return fail_openssl(blob, "no private key in it", error);
    bool ok = SSL_CTX_use_PrivateKey(ctx, key) == 1 && SSL_CTX_check_private_key(ctx) == 1;
    EVP_PKEY_free(key);
    return ok ? true : fail_openssl(blob, "the key does not belong to the certificate", error);
}

/* ---- PKCS#12 ---- */

typedef struct {
    EVP_PKEY *key;
    X509 *certificate;
    STACK_OF(X509) * others;
} Pkcs12;

static void
pkcs12_clear(Pkcs12 *content)
{
    EVP_PKEY_free(content->key);
    X509_free(content->certificate);
    sk_X509_pop_free(content->others, X509_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pkcs12, pkcs12_clear)

static bool
fail_pkcs12(const Blob *blob, GError **error)
{
    unsigned long code = ERR_peek_last_error();
    if (ERR_GET_LIB(code) == ERR_LIB_PKCS12 && ERR_GET_REASON(code) == PKCS12_R_MAC_VERIFY_FAILURE)
        return fail_openssl(blob, "its password is wrong or missing", error);
    if (ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_EVP)
        return fail_openssl(blob, "an old encryption: set ssl.providers=default,legacy", error);
    return fail_openssl(blob, "not a PKCS#12 store", error);
}

static bool
open_pkcs12(const Blob *blob, const RzSecret *password, Pkcs12 *content, GError **error)
{
    if (is_jks(blob)) {
        g_autofree char *why = g_strdup_printf(
            "a JKS store; convert it: keytool -importkeystore -srckeystore %s -destkeystore "
            "store.p12 -deststoretype PKCS12",
            blob->file);
        return fail(blob, why, error);
    }
    BIO *bio = blob_bio(blob);
    PKCS12 *p12 = d2i_PKCS12_bio(bio, NULL);
    BIO_free(bio);
    if (p12 == NULL)
        return fail_openssl(blob, "neither PEM nor PKCS#12", error);
    int ok = PKCS12_parse(p12, password, &content->key, &content->certificate, &content->others);
    PKCS12_free(p12);
    return ok == 1 ? true : fail_pkcs12(blob, error);
}

static bool
trust_pkcs12(X509_STORE *store, const Blob *blob, const RzSecret *password, GError **error)
{
    g_auto(Pkcs12) content = {0};
    if (!open_pkcs12(blob, password, &content, error))
        return false;
    int n = content.others == NULL ? 0 : sk_X509_num(content.others);
    for (int i = 0; i < n; i++)
        X509_STORE_add_cert(store, sk_X509_value(content.others, i));
    if (content.certificate != NULL)
        X509_STORE_add_cert(store, content.certificate);
    if (n == 0 && content.certificate == NULL)
        return fail(blob, "no certificate in it", error);
    return true;
}

static bool
use_pkcs12(SSL_CTX *ctx, const Blob *blob, const RzSecret *password, GError **error)
{
    g_auto(Pkcs12) content = {0};
    if (!open_pkcs12(blob, password, &content, error))
        return false;
    if (content.key == NULL || content.certificate == NULL)
        return fail(blob, "no key with its certificate in it", error);
    bool ok = SSL_CTX_use_certificate(ctx, content.certificate) == 1 &&
              SSL_CTX_use_PrivateKey(ctx, content.key) == 1;
    int n = content.others == NULL ? 0 : sk_X509_num(content.others);
    for (int i = 0; ok && i < n; i++)
        ok = SSL_CTX_add1_chain_cert(ctx, sk_X509_value(content.others, i)) == 1;
    return ok ? true : fail_openssl(blob, "its key or chain is not usable", error);
}

/* ---- trust ---- */

/* Where distributions keep their bundle; OpenSSL's own default may point nowhere. */
static bool
trust_probed(SSL_CTX *ctx)
{
    static const char *const places[] = {"/etc/ssl/certs/ca-certificates.crt",
                                         "/etc/pki/tls/certs/ca-bundle.crt",
                                         "/etc/ssl/ca-bundle.pem",
                                         "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                         "/etc/ssl/cert.pem",
                                         "/usr/local/etc/openssl/cert.pem"};
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        if (g_file_test(places[i], G_FILE_TEST_IS_REGULAR) &&
            SSL_CTX_load_verify_file(ctx, places[i]) == 1)
            return true;
    return SSL_CTX_set_default_verify_paths(ctx) == 1;
}

static bool
trust_location(SSL_CTX *ctx, const char *location, GError **error)
{
    g_auto(Blob) blob = {.property = "ssl.ca.location", .file = location};
    if (strcmp(location, "probe") == 0)
        return trust_probed(ctx) ? true : fail_openssl(&blob, "no trusted certificates", error);
    if (g_file_test(location, G_FILE_TEST_IS_DIR))
        return SSL_CTX_load_verify_dir(ctx, location) == 1
                   ? true
                   : fail_openssl(&blob, "not a directory of certificates", error);
    return blob_from_file(&blob, "ssl.ca.location", location, error) &&
           trust_pem(SSL_CTX_get_cert_store(ctx), &blob, error);
}

static bool
trust_truststore(SSL_CTX *ctx, const RzTlsConfig *config, GError **error)
{
    g_auto(Blob) blob = {0};
    X509_STORE *store = SSL_CTX_get_cert_store(ctx);
    if (!blob_from_file(&blob, "ssl.truststore.location", config->truststore_location, error))
        return false;
    return is_pem(&blob) ? trust_pem(store, &blob, error)
                         : trust_pkcs12(store, &blob, config->truststore_password, error);
}

static bool
load_crl(SSL_CTX *ctx, const char *file, GError **error)
{
    g_auto(Blob) blob = {0};
    if (!blob_from_file(&blob, "ssl.crl.location", file, error))
        return false;
    X509_STORE *store = SSL_CTX_get_cert_store(ctx);
    BIO *bio = blob_bio(&blob);
    unsigned n = 0;
    for (X509_CRL *crl; (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)) != NULL; n++) {
        X509_STORE_add_crl(store, crl);
        X509_CRL_free(crl);
    }
    BIO_free(bio);
    ERR_clear_error();
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    return n > 0 ? true : fail(&blob, "no PEM revocation list in it", error);
}

bool
rz_tls_load_trust(SSL_CTX *ctx, const RzTlsConfig *config, GError **error)
{
    g_auto(Blob) text = {0};
    bool ok;
    if (config->ca_pem != NULL) {
        blob_from_text(&text, "ssl.ca.pem", config->ca_pem);
        ok = trust_pem(SSL_CTX_get_cert_store(ctx), &text, error);
    } else if (config->ca_location != NULL) {
        ok = trust_location(ctx, config->ca_location, error);
    } else if (config->truststore_location != NULL) {
        ok = trust_truststore(ctx, config, error);
    } else {
        ok = SSL_CTX_set_default_verify_paths(ctx) == 1;
    }
    return ok && (config->crl_location == NULL || load_crl(ctx, config->crl_location, error));
}

/* ---- identity ---- */

static bool
load_keystore(SSL_CTX *ctx, const RzTlsConfig *config, GError **error)
{
    g_auto(Blob) blob = {0};
    if (!blob_from_file(&blob, "ssl.keystore.location", config->keystore_location, error))
        return false;
    if (is_pem(&blob))
        return use_chain_pem(ctx, &blob, error) &&
               use_key_pem(ctx, &blob, config->key_password, error);
    return use_pkcs12(ctx, &blob, config->keystore_password, error);
}

static bool
load_certificate(SSL_CTX *ctx, const RzTlsConfig *config, GError **error)
{
    g_auto(Blob) blob = {0};
    if (config->certificate_pem != NULL)
        blob_from_text(&blob, "ssl.certificate.pem", config->certificate_pem);
    else if (!blob_from_file(&blob, "ssl.certificate.location", config->certificate_location,
                             error))
        return false;
    return use_chain_pem(ctx, &blob, error);
}

static bool
load_key(SSL_CTX *ctx, const RzTlsConfig *config, GError **error)
{
    g_auto(Blob) blob = {0};
    if (config->key_pem != NULL)
        blob_from_text(&blob, "ssl.key.pem", config->key_pem);
    else if (!blob_from_file(&blob, "ssl.key.location", config->key_location, error))
        return false;
    return use_key_pem(ctx, &blob, config->key_password, error);
}

bool
rz_tls_load_identity(SSL_CTX *ctx, const RzTlsConfig *config, GError **error)
{
    bool certificate = config->certificate_pem != NULL || config->certificate_location != NULL;
    bool key = config->key_pem != NULL || config->key_location != NULL;
    if (config->keystore_location != NULL && !certificate && !key)
        return load_keystore(ctx, config, error);
    if (certificate != key) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "a client certificate needs both ssl.certificate.location and "
                    "ssl.key.location; only the %s is given",
                    key ? "key" : "certificate");
        return false;
    }
    if (!certificate)
        return true;
    return load_certificate(ctx, config, error) && load_key(ctx, config, error);
}
