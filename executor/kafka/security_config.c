/*
 * security_config.c: one table of property names, then TLS (security_config.h); SASL is in
 * sasl_config.c.
 *
 * Secrets never enter librdkafka's configuration object, which keeps copies of its own: only values
 * that it can refuse are shown to it, and none of those is secret.
 */
#include "executor/kafka/security_config.h"

#include <string.h>

#include "executor/kafka/security_private.h"
#include "rezone/error.h"

/* clang-format off */
static const RzSecurityKey keys[] = {
    {"security.protocol",                     "security.protocol",                     true,  false},
    {"sasl.mechanism",                        "sasl.mechanism",                        false, false},
    {"sasl.mechanisms",                       "sasl.mechanism",                        false, false},
    {"sasl.username",                         "sasl.username",                         false, false},
    {"sasl.password",                         "sasl.password",                         false, true},
    {"sasl.jaas.config",                      "sasl.jaas.config",                      false, true},
    {"sasl.oauthbearer.config",               "sasl.oauthbearer.config",               false, true},
    {"sasl.oauthbearer.method",               "sasl.oauthbearer.method",               false, false},
    {"sasl.oauthbearer.extensions",           "sasl.oauthbearer.extensions",           false, false},
    {"sasl.oauthbearer.token.endpoint.url",   "sasl.oauthbearer.token.endpoint.url",   false, false},
    {"sasl.oauthbearer.client.id",            "sasl.oauthbearer.client.id",            false, false},
    {"sasl.oauthbearer.client.secret",        "sasl.oauthbearer.client.secret",        false, true},
    {"sasl.oauthbearer.scope",                "sasl.oauthbearer.scope",                false, false},
    {"sasl.oauthbearer.client.credentials.client.id",     "sasl.oauthbearer.client.id",     false, false},
    {"sasl.oauthbearer.client.credentials.client.secret", "sasl.oauthbearer.client.secret", false, true},
    {"sasl.login.callback.handler.class",     "sasl.login.callback.handler.class",     false, false},
    {"sasl.kerberos.service.name",            "sasl.kerberos.service.name",            false, false},
    {"sasl.kerberos.principal",               "sasl.kerberos.principal",               false, false},
    {"sasl.kerberos.keytab",                  "sasl.kerberos.keytab",                  false, false},
    {"https.ca.location",                     "https.ca.location",                     false, false},
    {"https.ca.pem",                          "https.ca.pem",                          false, false},
    {"enable.sasl.oauthbearer.unsecure.jwt",  "enable.sasl.oauthbearer.unsecure.jwt",  true,  false},
    {"ssl.ca.location",                       "ssl.ca.location",                       false, false},
    {"ssl.ca.pem",                            "ssl.ca.pem",                            false, false},
    {"ssl.truststore.certificates",           "ssl.ca.pem",                            false, false},
    {"ssl.truststore.location",               "ssl.truststore.location",               false, false},
    {"ssl.truststore.password",               "ssl.truststore.password",               false, true},
    {"ssl.truststore.type",                   "ssl.truststore.type",                   false, false},
    {"ssl.certificate.location",              "ssl.certificate.location",              false, false},
    {"ssl.certificate.pem",                   "ssl.certificate.pem",                   false, false},
    {"ssl.keystore.certificate.chain",        "ssl.certificate.pem",                   false, false},
    {"ssl.key.location",                      "ssl.key.location",                      false, false},
    {"ssl.key.pem",                           "ssl.key.pem",                           false, true},
    {"ssl.keystore.key",                      "ssl.key.pem",                           false, true},
    {"ssl.key.password",                      "ssl.key.password",                      false, true},
    {"ssl.keystore.location",                 "ssl.keystore.location",                 false, false},
    {"ssl.keystore.password",                 "ssl.keystore.password",                 false, true},
    {"ssl.keystore.type",                     "ssl.keystore.type",                     false, false},
    {"ssl.crl.location",                      "ssl.crl.location",                      false, false},
    {"ssl.cipher.suites",                     "ssl.cipher.suites",                     false, false},
    {"ssl.curves.list",                       "ssl.curves.list",                       false, false},
    {"ssl.sigalgs.list",                      "ssl.sigalgs.list",                      false, false},
    {"ssl.providers",                         "ssl.providers",                         false, false},
    {"ssl.enabled.protocols",                 "ssl.enabled.protocols",                 false, false},
    {"ssl.endpoint.identification.algorithm", "ssl.endpoint.identification.algorithm", true,  false},
    {"enable.ssl.certificate.verification",   "enable.ssl.certificate.verification",   true,  false},
};

/* Where a secret may stand that is in no file. */
static const struct {
    const char *variable, *property;
} environment[] = {
    {"REZONE_SASL_PASSWORD",                  "sasl.password"},
    {"REZONE_SASL_OAUTHBEARER_CLIENT_SECRET", "sasl.oauthbearer.client.secret"},
    {"REZONE_SSL_KEY_PASSWORD",               "ssl.key.password"},
    {"REZONE_SSL_KEYSTORE_PASSWORD",          "ssl.keystore.password"},
    {"REZONE_SSL_TRUSTSTORE_PASSWORD",        "ssl.truststore.password"},
};
/* clang-format on */

const RzSecurityKey *
rz_security_key(const char *key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(keys[i].key, key) == 0)
            return &keys[i];
    return NULL;
}

void
rz_security_config_clear(RzSecurityConfig *config)
{
    rz_tls_config_clear(&config->tls);
    rz_sasl_config_clear(&config->sasl);
    config->use_tls = false;
}

static const char *
get(GHashTable *values, const char *key)
{
    return g_hash_table_lookup(values, key);
}

static bool
has_value(GHashTable *values, const char *key, const char *value)
{
    const char *mine = get(values, key);
    return mine != NULL && g_ascii_strcasecmp(mine, value) == 0;
}

static void
consult_environment(GHashTable *values)
{
    for (gsize i = 0; i < G_N_ELEMENTS(environment); i++) {
        const char *value = g_getenv(environment[i].variable);
        if (value != NULL && get(values, environment[i].property) == NULL)
            g_hash_table_replace(values, g_strdup(environment[i].property), rz_secret_dup(value));
    }
}

/* ---- TLS ---- */

char *
rz_unfold_pem(const char *text)
{
    if (text == NULL)
        return NULL;
    char *unfolded = g_strdup(text);
    char *out = unfolded;
    for (const char *c = text; *c != '\0'; c++) {
        bool is_end = c[0] == '\\' && c[1] == 'n';
        *out++ = is_end ? '\n' : *c;
        c += is_end;
    }
    *out = '\0';
    return unfolded;
}

static bool
read_versions(RzTlsConfig *tls, const char *list, GError **error)
{
    bool has12 = strstr(list, "TLSv1.2") != NULL, has13 = strstr(list, "TLSv1.3") != NULL;
    if (!has12 && !has13) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_USAGE,
                            "ssl.enabled.protocols: TLSv1.2 and TLSv1.3 are spoken here, nothing "
                            "older");
        return false;
    }
    tls->min_version = has12 ? RZ_TLS_1_2 : RZ_TLS_1_3;
    tls->max_version = has13 ? RZ_TLS_1_3 : RZ_TLS_1_2;
    return true;
}

static bool
read_tls(RzTlsConfig *tls, GHashTable *values, GError **error)
{
    const char *protocols = get(values, "ssl.enabled.protocols");
    *tls = (RzTlsConfig){
        .ca_location = g_strdup(get(values, "ssl.ca.location")),
        .ca_pem = rz_unfold_pem(get(values, "ssl.ca.pem")),
        .truststore_location = g_strdup(get(values, "ssl.truststore.location")),
        .truststore_password = rz_secret_dup(get(values, "ssl.truststore.password")),
        .certificate_location = g_strdup(get(values, "ssl.certificate.location")),
        .certificate_pem = rz_unfold_pem(get(values, "ssl.certificate.pem")),
        .key_location = g_strdup(get(values, "ssl.key.location")),
        .key_pem = rz_unfold_pem(get(values, "ssl.key.pem")),
        .key_password = rz_secret_dup(get(values, "ssl.key.password")),
        .keystore_location = g_strdup(get(values, "ssl.keystore.location")),
        .keystore_password = rz_secret_dup(get(values, "ssl.keystore.password")),
        .crl_location = g_strdup(get(values, "ssl.crl.location")),
        .cipher_suites = g_strdup(get(values, "ssl.cipher.suites")),
        .curves = g_strdup(get(values, "ssl.curves.list")),
        .sigalgs = g_strdup(get(values, "ssl.sigalgs.list")),
        .providers = g_strdup(get(values, "ssl.providers")),
        .skip_verification = has_value(values, "enable.ssl.certificate.verification", "false"),
        .skip_host = has_value(values, "ssl.endpoint.identification.algorithm", "none"),
    };
    return protocols == NULL || read_versions(tls, protocols, error);
}

static void
note_weak_tls(const RzTlsConfig *tls, GPtrArray *notes)
{
    if (tls->skip_verification)
        g_ptr_array_add(notes,
                        g_strdup("enable.ssl.certificate.verification=false: anybody who can "
                                 "reach into the network can pose as a broker"));
    else if (tls->skip_host)
        g_ptr_array_add(notes,
                        g_strdup("ssl.endpoint.identification.algorithm is off: any host with "
                                 "a trusted certificate can pose as a broker"));
}

static void
note_idle(GHashTable *values, const char *prefix, const char *protocol, GPtrArray *notes)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, values);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        if (!g_str_has_prefix(key, prefix))
            continue;
        g_ptr_array_add(notes,
                        g_strdup_printf("security.protocol=%s: the %s properties are without "
                                        "effect",
                                        protocol, prefix));
        return;
    }
}

bool
rz_security_config_read(RzSecurityConfig *config, GHashTable *values, RzAskSecret ask,
                        void *ask_data, GPtrArray *notes, GError **error)
{
    const char *given = get(values, "security.protocol");
    g_autofree char *protocol = g_ascii_strdown(given == NULL ? "plaintext" : given, -1);
    bool use_sasl = g_str_has_prefix(protocol, "sasl_");
    config->use_tls = g_str_has_suffix(protocol, "ssl");
    if (!use_sasl)
        note_idle(values, "sasl.", protocol, notes);
    if (!config->use_tls)
        note_idle(values, "ssl.", protocol, notes);
    consult_environment(values);
    if (config->use_tls && !read_tls(&config->tls, values, error))
        return false;
    if (config->use_tls)
        note_weak_tls(&config->tls, notes);
    return !use_sasl || rz_sasl_config_read(&config->sasl, values, ask, ask_data, error);
}
