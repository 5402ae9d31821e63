/*
 * certificates.c: made with OpenSSL's own calls, so that no file in the tree can expire.
 */
#include <stdbool.h>
#include <string.h>

#include "tests/unit/kafka/certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

enum { DAY_S = 24 * 60 * 60 };

static void
add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    g_assert(extension != NULL);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static void
set_names(X509 *certificate, const CertificateSpec *spec)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)spec->name, -1, -1,
                               0);
    X509_set_issuer_name(certificate, spec->issuer == NULL
                                          ? name
                                          : X509_get_subject_name(spec->issuer->certificate));
    if (spec->alt_names != NULL)
        add_extension(certificate, NID_subject_alt_name, spec->alt_names);
}

Identity *
identity_new(const CertificateSpec *spec)
{
    static long serial = 1000;
    bool default_time = spec->from_days == 0 && spec->until_days == 0;
    Identity *identity = g_new0(Identity, 1);
    X509 *certificate = identity->certificate = X509_new();
    identity->key = EVP_EC_gen("P-256");
    g_assert(certificate != NULL && identity->key != NULL);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate),
                    (default_time ? -1L : spec->from_days) * DAY_S);
    X509_gmtime_adj(X509_getm_notAfter(certificate),
                    (default_time ? 1L : spec->until_days) * DAY_S);
    X509_set_pubkey(certificate, identity->key);
    set_names(certificate, spec);
    add_extension(certificate, NID_basic_constraints,
                  spec->authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (spec->authority)
        add_extension(certificate, NID_key_usage, "keyCertSign,cRLSign");
    int signature = X509_sign(certificate, spec->issuer == NULL ? identity->key : spec->issuer->key,
                              EVP_sha256());
    g_assert(signature > 0);
    return identity;
}

void
identity_free(Identity *identity)
{
    if (identity == NULL)
        return;
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
    g_free(identity);
}

static char *
take_text(BIO *bio)
{
    char *data = NULL;
    long n = BIO_get_mem_data(bio, &data);
    char *text = g_strndup(data, (gsize)n);
    BIO_free(bio);
    return text;
}

char *
certificate_pem(const Identity *identity)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, identity->certificate);
    return take_text(bio);
}

char *
key_pem(const Identity *identity, const char *password)
{
    g_autofree char *copy = g_strdup(password);
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, identity->key, password == NULL ? NULL : EVP_aes_256_cbc(),
                                  copy, copy == NULL ? 0 : (int)strlen(copy), NULL, NULL);
    return take_text(bio);
}

char *
crl_pem(const Identity *issuer, const Identity *revoked)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *now = X509_gmtime_adj(NULL, -DAY_S);
    ASN1_TIME *next = X509_gmtime_adj(NULL, DAY_S);
    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->certificate));
    X509_CRL_set1_lastUpdate(crl, now);
    X509_CRL_set1_nextUpdate(crl, next);
    if (revoked != NULL) {
        X509_REVOKED *entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked->certificate));
        X509_REVOKED_set_revocationDate(entry, now);
        X509_CRL_add0_revoked(crl, entry);
    }
    X509_CRL_sign(crl, issuer->key, EVP_sha256());
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509_CRL(bio, crl);
    ASN1_TIME_free(now);
    ASN1_TIME_free(next);
    X509_CRL_free(crl);
    return take_text(bio);
}

GBytes *
pkcs12_store(const Identity *identity, const Identity *chain, const char *password)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    if (chain != NULL)
        sk_X509_push(others, chain->certificate);
    PKCS12 *p12 =
        PKCS12_create(password, "test", identity == NULL ? NULL : identity->key,
                      identity == NULL ? NULL : identity->certificate, others, 0, 0, 0, 0, 0);
    g_assert(p12 != NULL);
    unsigned char *der = NULL;
    int n = i2d_PKCS12(p12, &der);
    GBytes *bytes = g_bytes_new(der, (gsize)n);
    OPENSSL_free(der);
    PKCS12_free(p12);
    sk_X509_free(others);
    return bytes;
}
