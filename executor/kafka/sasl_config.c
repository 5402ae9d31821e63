/*
 * sasl_config.c: the properties of SASL, and what a Java login module says in their place.
 */
#include <string.h>

#include "executor/kafka/https_post.h"
#include "executor/kafka/jaas.h"
#include "executor/kafka/security_private.h"
#include "rezone/error.h"

static const char *
get(GHashTable *values, const char *key)
{
    return g_hash_table_lookup(values, key);
}

static void
set(GHashTable *values, const char *key, const char *value)
{
    g_hash_table_replace(values, g_strdup(key), rz_secret_dup(value));
}

static bool
has_value(GHashTable *values, const char *key, const char *value)
{
    const char *mine = get(values, key);
    return mine != NULL && g_ascii_strcasecmp(mine, value) == 0;
}

static bool
fail(GError **error, int code, const char *text)
{
    g_set_error_literal(error, RZ_ERROR, code, text);
    return false;
}

/* ---- sasl.jaas.config ---- */

typedef enum { MODULE_PLAIN = 1, MODULE_SCRAM, MODULE_BEARER, MODULE_KERBEROS } Module;

static const Module module_of[] = {
    [RZ_SASL_NONE] = 0,
    [RZ_SASL_PLAIN] = MODULE_PLAIN,
    [RZ_SASL_SCRAM_SHA_256] = MODULE_SCRAM,
    [RZ_SASL_SCRAM_SHA_512] = MODULE_SCRAM,
    [RZ_SASL_OAUTHBEARER] = MODULE_BEARER,
    [RZ_SASL_GSSAPI] = MODULE_KERBEROS,
};

static const struct {
    const char *name;
    Module module;
} modules[] = {
    {"PlainLoginModule", MODULE_PLAIN},
    {"ScramLoginModule", MODULE_SCRAM},
    {"OAuthBearerLoginModule", MODULE_BEARER},
    {"Krb5LoginModule", MODULE_KERBEROS},
};

/* A module's options by the property that each stands for; any other has no use for us. */
static const struct {
    Module module;
    const char *option, *property;
} options[] = {
    {MODULE_PLAIN, "username", "sasl.username"},
    {MODULE_PLAIN, "password", "sasl.password"},
    {MODULE_SCRAM, "username", "sasl.username"},
    {MODULE_SCRAM, "password", "sasl.password"},
    {MODULE_BEARER, "clientId", "sasl.oauthbearer.client.id"},
    {MODULE_BEARER, "clientSecret", "sasl.oauthbearer.client.secret"},
    {MODULE_BEARER, "scope", "sasl.oauthbearer.scope"},
    {MODULE_KERBEROS, "serviceName", "sasl.kerberos.service.name"},
    {MODULE_KERBEROS, "principal", "sasl.kerberos.principal"},
    {MODULE_KERBEROS, "keyTab", "sasl.kerberos.keytab"},
};

static bool
is_true(const RzJaas *jaas, const char *option)
{
    const char *value = g_hash_table_lookup(jaas->options, option);
    return value != NULL && g_ascii_strcasecmp(value, "true") == 0;
}

static void
take_unsecured_token(GHashTable *values, const RzJaas *jaas)
{
    const char *subject = g_hash_table_lookup(jaas->options, "unsecuredLoginStringClaim_sub");
    if (subject == NULL)
        return;
    g_autofree char *settings = g_strdup_printf("principal=%s", subject);
    set(values, "sasl.oauthbearer.config", settings);
    set(values, "enable.sasl.oauthbearer.unsecure.jwt", "true");
}

static void
take_options(RzSaslConfig *sasl, GHashTable *values, const RzJaas *jaas, Module module)
{
    if (module == MODULE_KERBEROS && !is_true(jaas, "useKeyTab"))
        g_hash_table_remove(jaas->options, "keyTab");
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        const char *value = g_hash_table_lookup(jaas->options, options[i].option);
        if (options[i].module == module && value != NULL)
            set(values, options[i].property, value);
    }
    sasl->token_auth = module == MODULE_SCRAM && is_true(jaas, "tokenauth");
    if (module == MODULE_BEARER)
        take_unsecured_token(values, jaas);
}

/* Spells out what the login module says in the other properties' words. */
static bool
read_jaas(RzSaslConfig *sasl, GHashTable *values, GError **error)
{
    const char *text = get(values, "sasl.jaas.config");
    if (text == NULL)
        return true;
    g_autoptr(RzJaas) jaas = rz_jaas_parse(text, error);
    if (jaas == NULL)
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(modules); i++) {
        if (strcmp(modules[i].name, jaas->module) != 0 ||
            modules[i].module != module_of[sasl->mechanism])
            continue;
        take_options(sasl, values, jaas, modules[i].module);
        return true;
    }
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "sasl.jaas.config: its login module is not one for sasl.mechanism=%s",
                rz_sasl_mechanism_name(sasl->mechanism));
    return false;
}

/* ---- each mechanism ---- */

static bool
read_mechanism(RzSaslConfig *sasl, GHashTable *values, GError **error)
{
    const char *name = get(values, "sasl.mechanism");
    sasl->mechanism = rz_sasl_mechanism_find(name == NULL ? "GSSAPI" : name);
    if (sasl->mechanism == RZ_SASL_NONE) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED,
                    "sasl.mechanism=%s is not supported: only PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, "
                    "OAUTHBEARER and GSSAPI are",
                    name);
        return false;
    }
    if (sasl->mechanism == RZ_SASL_GSSAPI && !rz_sasl_gssapi_is_built())
        return fail(error, RZ_ERROR_UNSUPPORTED,
                    "sasl.mechanism=GSSAPI, which is also the default, is not in this build, which "
                    "was made without libsasl2: set it to PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or "
                    "OAUTHBEARER");
    return true;
}

static bool
read_password(RzSaslConfig *sasl, GHashTable *values, RzAskSecret ask, void *data, GError **error)
{
    const char *user = get(values, "sasl.username");
    if (user == NULL)
        return fail(error, RZ_ERROR_USAGE, "sasl.username is not set");
    sasl->username = g_strdup(user);
    sasl->password = rz_secret_dup(get(values, "sasl.password"));
    if (sasl->password == NULL && ask != NULL)
        sasl->password = ask("sasl.password", data);
    if (sasl->password == NULL || *sasl->password == '\0')
        return fail(error, RZ_ERROR_USAGE,
                    "sasl.password is not set, neither by a property nor by REZONE_SASL_PASSWORD");
    return true;
}

static bool
check_provider(const RzOidcSettings *provider, GError **error)
{
    if (provider->url == NULL)
        return fail(error, RZ_ERROR_USAGE, "sasl.oauthbearer.token.endpoint.url is not set");
    if (g_ascii_strncasecmp(provider->url, "https://", strlen("https://")) != 0)
        return fail(error, RZ_ERROR_USAGE,
                    "sasl.oauthbearer.token.endpoint.url: expected https://... or file:///PATH; "
                    "over anything else the client's secret would travel unencrypted");
    if (provider->client_id == NULL || strchr(provider->client_id, ':') != NULL)
        return fail(error, RZ_ERROR_USAGE,
                    "sasl.oauthbearer.client.id is not set, or has a colon, which cannot be sent");
    if (provider->client_secret == NULL || *provider->client_secret == '\0')
        return fail(error, RZ_ERROR_USAGE,
                    "sasl.oauthbearer.client.secret is not set, neither by a property nor by "
                    "REZONE_SASL_OAUTHBEARER_CLIENT_SECRET");
    if (!rz_https_is_built())
        return fail(error, RZ_ERROR_UNSUPPORTED,
                    "sasl.oauthbearer.token.endpoint.url: this build was made without libcurl and "
                    "fetches no tokens; let something else keep one in a file and say "
                    "file:///PATH");
    return true;
}

/* Providers of a company's own are often signed by the authority of its brokers. */
static bool
read_provider(RzSaslConfig *sasl, GHashTable *values, RzAskSecret ask, void *data, GError **error)
{
    const char *https_ca = get(values, "https.ca.location"),
               *ssl_ca = get(values, "ssl.ca.location");
    const char *location = https_ca != NULL ? https_ca : ssl_ca;
    g_autofree char *pem = rz_unfold_pem(get(values, "https.ca.pem"));
    g_autoptr(RzSecret) secret = rz_secret_dup(get(values, "sasl.oauthbearer.client.secret"));
    if (secret == NULL && ask != NULL && get(values, "sasl.oauthbearer.client.id") != NULL)
        secret = ask("sasl.oauthbearer.client.secret", data);
    const RzOidcSettings provider = {
        .url = get(values, "sasl.oauthbearer.token.endpoint.url"),
        .client_id = get(values, "sasl.oauthbearer.client.id"),
        .client_secret = secret,
        .scope = get(values, "sasl.oauthbearer.scope"),
        .ca_location = g_strcmp0(location, "probe") == 0 ? NULL : location,
        .ca_pem = pem,
        .also_system = https_ca == NULL,
    };
    if (!check_provider(&provider, error))
        return false;
    sasl->oidc = rz_oidc_new(&provider);
    return true;
}

static bool
read_bearer(RzSaslConfig *sasl, GHashTable *values, RzAskSecret ask, void *data, GError **error)
{
    const char *url = get(values, "sasl.oauthbearer.token.endpoint.url");
    sasl->extensions = g_strdup(get(values, "sasl.oauthbearer.extensions"));
    if (url != NULL && g_str_has_prefix(url, "file:")) {
        sasl->token_file = g_filename_from_uri(url, NULL, NULL);
        return sasl->token_file != NULL
                   ? true
                   : fail(error, RZ_ERROR_USAGE,
                          "sasl.oauthbearer.token.endpoint.url: expected file:///PATH");
    }
    if (url != NULL || has_value(values, "sasl.oauthbearer.method", "oidc"))
        return read_provider(sasl, values, ask, data, error);
    if (has_value(values, "enable.sasl.oauthbearer.unsecure.jwt", "true") &&
        get(values, "sasl.oauthbearer.config") != NULL) {
        sasl->unsecured_token = g_strdup(get(values, "sasl.oauthbearer.config"));
        return true;
    }
    return fail(
        error, RZ_ERROR_USAGE,
        "OAUTHBEARER needs sasl.oauthbearer.token.endpoint.url, https://... with a client's "
        "id and secret or file:///PATH; or for test clusters "
        "enable.sasl.oauthbearer.unsecure.jwt and sasl.oauthbearer.config");
}

static bool
read_kerberos(RzSaslConfig *sasl, GHashTable *values)
{
    const char *service = get(values, "sasl.kerberos.service.name");
    sasl->service = g_strdup(service != NULL ? service : "kafka");
    sasl->principal = g_strdup(get(values, "sasl.kerberos.principal"));
    sasl->keytab = g_strdup(get(values, "sasl.kerberos.keytab"));
    return true;
}

bool
rz_sasl_config_read(RzSaslConfig *sasl, GHashTable *values, RzAskSecret ask, void *data,
                    GError **error)
{
    if (!read_mechanism(sasl, values, error) || !read_jaas(sasl, values, error))
        return false;
    switch (module_of[sasl->mechanism]) {
    case MODULE_BEARER:
        return read_bearer(sasl, values, ask, data, error);
    case MODULE_KERBEROS:
        return read_kerberos(sasl, values);
    default:
        return read_password(sasl, values, ask, data, error);
    }
}
