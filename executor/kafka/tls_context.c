/*
 * tls_context.c: settings to an SSL_CTX.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/provider.h>

#include "executor/kafka/tls_private.h"
#include "rezone/error.h"

void
rz_tls_config_clear(RzTlsConfig *config)
{
    char *const texts[] = {config->ca_location,
                           config->ca_pem,
                           config->truststore_location,
                           config->certificate_location,
                           config->certificate_pem,
                           config->key_location,
                           config->keystore_location,
                           config->crl_location,
                           config->cipher_suites,
                           config->curves,
                           config->sigalgs,
                           config->providers};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    rz_secret_free(config->truststore_password);
    rz_secret_free(config->key_pem);
    rz_secret_free(config->key_password);
    rz_secret_free(config->keystore_password);
    *config = (RzTlsConfig){0};
}

static bool
fail(const char *property, const char *value, GError **error)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: OpenSSL does not take \"%s\" (%s)", property,
                value, rz_tls_last_reason());
    return false;
}

static bool
load_providers(const char *list, GPtrArray *providers, GError **error)
{
    g_auto(GStrv) names = g_strsplit_set(list, ", ", -1);
    for (char **name = names; *name != NULL; name++) {
        if (**name == '\0')
            continue;
        OSSL_PROVIDER *provider = OSSL_PROVIDER_load(NULL, *name);
        if (provider == NULL)
            return fail("ssl.providers", *name, error);
        g_ptr_array_add(providers, provider);
    }
    return true;
}

/* ---- cipher suites: OpenSSL keeps those of TLS 1.3 apart from the others ---- */

static void
append_name(GString *list, const char *name)
{
    g_string_append_printf(list, "%s%s", list->len > 0 ? ":" : "", name);
}

static bool
is_tls13_suite(const char *name)
{
    return g_str_has_prefix(name, "TLS_AES_") || g_str_has_prefix(name, "TLS_CHACHA20_");
}

/* The names in Java files are IANA's; OPENSSL_cipher_name() translates what it knows. */
static void
sort_suites(const char *list, GString *tls12, GString *tls13)
{
    g_auto(GStrv) names = g_strsplit_set(list, ":, ", -1);
    for (char **name = names; *name != NULL; name++) {
        const char *openssl = OPENSSL_cipher_name(*name);
        if (**name == '\0')
            continue;
        if (is_tls13_suite(*name))
            append_name(tls13, *name);
        else
            append_name(tls12, strcmp(openssl, "(NONE)") == 0 ? *name : openssl);
    }
}

static bool
set_suites(SSL_CTX *ctx, const char *list, GError **error)
{
    g_autoptr(GString) tls12 = g_string_new(NULL);
    g_autoptr(GString) tls13 = g_string_new(NULL);
    sort_suites(list, tls12, tls13);
    if (tls13->len > 0 && SSL_CTX_set_ciphersuites(ctx, tls13->str) != 1)
        return fail("ssl.cipher.suites", tls13->str, error);
    if (tls12->len > 0 && SSL_CTX_set_cipher_list(ctx, tls12->str) != 1)
        return fail("ssl.cipher.suites", tls12->str, error);
    /* Only newer suites: then an older protocol has none to use. */
    if (tls12->len == 0 && tls13->len > 0)
        SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
    return true;
}

static bool
set_algorithms(SSL_CTX *ctx, const RzTlsConfig *config, GError **error)
{
    if (config->cipher_suites != NULL && !set_suites(ctx, config->cipher_suites, error))
        return false;
    if (config->curves != NULL && SSL_CTX_set1_curves_list(ctx, config->curves) != 1)
        return fail("ssl.curves.list", config->curves, error);
    if (config->sigalgs != NULL && SSL_CTX_set1_sigalgs_list(ctx, config->sigalgs) != 1)
        return fail("ssl.sigalgs.list", config->sigalgs, error);
    return true;
}

static void
set_protocol(SSL_CTX *ctx, const RzTlsConfig *config)
{
    bool only13 = config->min_version == RZ_TLS_1_3;
    SSL_CTX_set_min_proto_version(ctx, only13 ? TLS1_3_VERSION : TLS1_2_VERSION);
    if (config->max_version == RZ_TLS_1_2)
        SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(ctx, SSL_MODE_AUTO_RETRY);
}

SSL_CTX *
rz_tls_context_new(const RzTlsConfig *config, GPtrArray *providers, GError **error)
{
    ERR_clear_error();
    if (config->providers != NULL && !load_providers(config->providers, providers, error))
        return NULL;
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (ctx == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED, "OpenSSL has no TLS client: %s",
                    rz_tls_last_reason());
        return NULL;
    }
    set_protocol(ctx, config);
    if (set_algorithms(ctx, config, error) && rz_tls_load_trust(ctx, config, error) &&
        rz_tls_load_identity(ctx, config, error))
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}
