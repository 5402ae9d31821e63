/*
 * scram.c: SCRAM-SHA-256 and -512, the client's side (RFC 5802, RFC 7677, KIP-84).
 *
 * Two rounds. First a nonce each way, then our proof and the server's signature over everything
 * said so far. A server that does not know the password's verifier cannot make that signature, so
 * a false broker is refused even where TLS is not checked; and it learns nothing it could replay.
 */
#include "executor/kafka/scram.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "executor/kafka/sasl_private.h"
#include "rezone/error.h"

#define NONCE_BYTES 24
#define MAX_SERVER_MESSAGE 8192

/* ---- arithmetic ---- */

static bool
hmac(const EVP_MD *md, const uint8_t *key, size_t n_key, const char *text, uint8_t *out)
{
    return HMAC(md, key, (int)n_key, (const uint8_t *)text, strlen(text), out, NULL) != NULL;
}

bool
rz_scram_derive(RzScramKeys *keys, const EVP_MD *md, const char *password, const uint8_t *salt,
                size_t n_salt, int iterations)
{
    keys->md = md;
    keys->n = (size_t)EVP_MD_get_size(md);
    return PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt, (int)n_salt, iterations, md,
                             (int)keys->n, keys->salted_password) == 1;
}

/* ClientKey XOR HMAC(H(ClientKey), AuthMessage) */
bool
rz_scram_proof(const RzScramKeys *keys, const char *auth_message, uint8_t *proof)
{
    uint8_t client_key[EVP_MAX_MD_SIZE], stored_key[EVP_MAX_MD_SIZE], signature[EVP_MAX_MD_SIZE];
    bool ok = hmac(keys->md, keys->salted_password, keys->n, "Client Key", client_key) &&
              EVP_Digest(client_key, keys->n, stored_key, NULL, keys->md, NULL) == 1 &&
              hmac(keys->md, stored_key, keys->n, auth_message, signature);
    for (size_t i = 0; ok && i < keys->n; i++)
        proof[i] = client_key[i] ^ signature[i];
    OPENSSL_cleanse(client_key, sizeof client_key);
    OPENSSL_cleanse(stored_key, sizeof stored_key);
    OPENSSL_cleanse(signature, sizeof signature);
    return ok;
}

bool
rz_scram_signature(const RzScramKeys *keys, const char *auth_message, uint8_t *signature)
{
    uint8_t server_key[EVP_MAX_MD_SIZE];
    bool ok = hmac(keys->md, keys->salted_password, keys->n, "Server Key", server_key) &&
              hmac(keys->md, server_key, keys->n, auth_message, signature);
    OPENSSL_cleanse(server_key, sizeof server_key);
    return ok;
}

/* ---- the client ---- */

typedef enum { SEND_FIRST, SEND_PROOF, CHECK_SIGNATURE, FINISHED } State;

typedef struct {
    RzSaslClient base;
    const RzSaslConfig *config;
    const EVP_MD *md;
    State state;
    char *nonce;
    char *client_first; /* without the "n,," in front */
    size_t n_signature;
    uint8_t signature[EVP_MAX_MD_SIZE]; /* what the server must answer */
} Scram;

/* What the server's first message says; the strings point into a copy of it. */
typedef struct {
    const char *nonce;
    guchar *salt;
    gsize n_salt;
    int iterations;
} ServerFirst;

static RzSaslStep
refuse(const Scram *scram, int code, const char *why, GError **error)
{
    g_set_error(error, RZ_ERROR, code, "SASL %s: %s",
                rz_sasl_mechanism_name(scram->config->mechanism), why);
    return RZ_SASL_REFUSED;
}

/* "," and "=" have a meaning between the attributes. */
static char *
escape_user(const char *user)
{
    GString *escaped = g_string_new(NULL);
    for (const char *c = user; *c != '\0'; c++) {
        if (*c == ',')
            g_string_append(escaped, "=2C");
        else if (*c == '=')
            g_string_append(escaped, "=3D");
        else
            g_string_append_c(escaped, *c);
    }
    return g_string_free(escaped, FALSE);
}

static RzSaslStep
send_first(Scram *scram, GByteArray *out)
{
    g_autofree char *user = escape_user(scram->config->username);
    scram->client_first = g_strdup_printf("n=%s,r=%s%s", user, scram->nonce,
                                          scram->config->token_auth ? ",tokenauth=true" : "");
    rz_sasl_append(out, "n,,");
    rz_sasl_append(out, scram->client_first);
    scram->state = SEND_PROOF;
    return RZ_SASL_SEND;
}

/* Base64 without leniency: what is not exactly what an encoder writes is not accepted. */
static guchar *
decode_base64(const char *text, gsize *n)
{
    g_autofree guchar *bytes = g_base64_decode(text, n);
    g_autofree char *again = g_base64_encode(bytes, *n);
    return strcmp(again, text) == 0 ? g_steal_pointer(&bytes) : NULL;
}

/* The whole of @text as a decimal number without sign, space or leading zero; -1 if it is not. */
static int
parse_iterations(const char *text)
{
    size_t n = strlen(text);
    if (n == 0 || n > 9 || text[0] == '0' || strspn(text, "0123456789") != n)
        return -1;
    return (int)g_ascii_strtoll(text, NULL, 10);
}

static bool
is_nonce(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (*c < 0x21 || *c > 0x7e || *c == ',')
            return false;
    return true;
}

/* NULL, or why the message "r=...,s=...,i=..." is not acceptable. */
static const char *
read_server_first(const Scram *scram, char **fields, ServerFirst *first)
{
    if (fields[0] != NULL && g_str_has_prefix(fields[0], "m="))
        return "the broker demands an extension that is not known here";
    if (g_strv_length(fields) < 3 || !g_str_has_prefix(fields[0], "r=") ||
        !g_str_has_prefix(fields[1], "s=") || !g_str_has_prefix(fields[2], "i="))
        return "the broker's first message is malformed";
    first->nonce = fields[0] + 2;
    if (!g_str_has_prefix(first->nonce, scram->nonce) || !is_nonce(first->nonce) ||
        strlen(first->nonce) == strlen(scram->nonce))
        return "the broker's nonce does not extend ours";
    first->salt = decode_base64(fields[1] + 2, &first->n_salt);
    if (first->salt == NULL || first->n_salt == 0)
        return "the broker's salt is not base64";
    first->iterations = parse_iterations(fields[2] + 2);
    if (first->iterations < 0)
        return "the broker's iteration count is not a number";
    if (first->iterations < RZ_SCRAM_MIN_ITERATIONS)
        return "the broker asks for fewer than 4096 iterations, which protect no password";
    if (first->iterations > RZ_SCRAM_MAX_ITERATIONS)
        return "the broker asks for more than 1000000 iterations";
    return NULL;
}

/* Derives the keys, appends our final message and remembers the signature to expect. */
static bool
append_proof(Scram *scram, const ServerFirst *first, const char *server_first, GByteArray *out)
{
    g_autofree char *without_proof = g_strdup_printf("c=biws,r=%s", first->nonce);
    g_autofree char *auth_message =
        g_strdup_printf("%s,%s,%s", scram->client_first, server_first, without_proof);
    uint8_t proof[EVP_MAX_MD_SIZE];
    RzScramKeys keys;
    bool ok = rz_scram_derive(&keys, scram->md, scram->config->password, first->salt, first->n_salt,
                              first->iterations) &&
              rz_scram_proof(&keys, auth_message, proof) &&
              rz_scram_signature(&keys, auth_message, scram->signature);
    OPENSSL_cleanse(keys.salted_password, sizeof keys.salted_password);
    if (!ok)
        return false;
    scram->n_signature = keys.n;
    g_autofree char *encoded = g_base64_encode(proof, keys.n);
    rz_sasl_append(out, without_proof);
    rz_sasl_append(out, ",p=");
    rz_sasl_append(out, encoded);
    return true;
}

static RzSaslStep
send_proof(Scram *scram, const char *server_first, GByteArray *out, GError **error)
{
    g_auto(GStrv) fields = g_strsplit(server_first, ",", -1);
    ServerFirst first = {0};
    const char *why = read_server_first(scram, fields, &first);
    if (why == NULL && !append_proof(scram, &first, server_first, out))
        why = "the cryptographic library failed";
    g_free(first.salt);
    if (why != NULL)
        return refuse(scram, RZ_ERROR_PROTOCOL, why, error);
    scram->state = CHECK_SIGNATURE;
    return RZ_SASL_SEND;
}

static RzSaslStep
check_signature(Scram *scram, const char *server_final, GError **error)
{
    if (g_str_has_prefix(server_final, "e=")) {
        g_autofree char *said =
            rz_sasl_quote((const uint8_t *)server_final + 2, strlen(server_final) - 2);
        g_autofree char *why = g_strdup_printf("the broker refused us: %s", said);
        return refuse(scram, RZ_ERROR_DENIED, why, error);
    }
    /* Extensions may follow, and say nothing to us. */
    g_auto(GStrv) fields = g_strsplit(server_final, ",", -1);
    if (fields[0] == NULL || !g_str_has_prefix(fields[0], "v="))
        return refuse(scram, RZ_ERROR_PROTOCOL, "the broker's final message is malformed", error);
    gsize n = 0;
    g_autofree guchar *claimed = decode_base64(fields[0] + 2, &n);
    if (claimed == NULL || n != scram->n_signature ||
        CRYPTO_memcmp(claimed, scram->signature, n) != 0)
        return refuse(scram, RZ_ERROR_DENIED,
                      "the broker cannot prove that it knows this account: it is not the broker "
                      "it claims to be",
                      error);
    scram->state = FINISHED;
    return RZ_SASL_DONE;
}

static RzSaslStep
scram_step(RzSaslClient *client, const uint8_t *in, size_t n, GByteArray *out, GError **error)
{
    Scram *scram = (Scram *)client;
    if (scram->state == SEND_FIRST)
        return send_first(scram, out);
    /* g_utf8_validate() with a length also refuses NUL bytes. */
    if (n == 0 || n > MAX_SERVER_MESSAGE || !g_utf8_validate((const char *)in, (gssize)n, NULL))
        return refuse(scram, RZ_ERROR_PROTOCOL, "the broker's message is not text", error);
    g_autofree char *message = g_strndup((const char *)in, n);
    if (scram->state == SEND_PROOF)
        return send_proof(scram, message, out, error);
    if (scram->state == CHECK_SIGNATURE)
        return check_signature(scram, message, error);
    return refuse(scram, RZ_ERROR_PROTOCOL, "the exchange is over", error);
}

static void
scram_free(RzSaslClient *client)
{
    Scram *scram = (Scram *)client;
    OPENSSL_cleanse(scram->signature, sizeof scram->signature);
    g_free(scram->nonce);
    g_free(scram->client_first);
    g_free(scram);
}

/* Base64 has no comma, so it is a nonce as it stands. */
static char *
random_nonce(void)
{
    uint8_t bytes[NONCE_BYTES];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return NULL;
    return g_base64_encode(bytes, sizeof bytes);
}

RzSaslClient *
rz_scram_client_new(const RzSaslConfig *config, const char *nonce, GError **error)
{
    static const RzSaslOps ops = {scram_step, scram_free};
    g_autofree char *ours = nonce != NULL ? g_strdup(nonce) : random_nonce();
    if (ours == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED,
                    "the cryptographic library has no random numbers");
        return NULL;
    }
    Scram *scram = g_new0(Scram, 1);
    scram->base.ops = &ops;
    scram->config = config;
    scram->md = config->mechanism == RZ_SASL_SCRAM_SHA_512 ? EVP_sha512() : EVP_sha256();
    scram->nonce = g_steal_pointer(&ours);
    return &scram->base;
}
