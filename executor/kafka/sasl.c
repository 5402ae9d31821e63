/*
 * sasl.c: the mechanisms by name, and PLAIN, the one that is just a message.
 */
#include "executor/kafka/sasl.h"

#include <string.h>

#include "executor/kafka/sasl_private.h"
#include "rezone/error.h"

static const struct {
    RzSaslMechanism mechanism;
    const char *name;
} mechanisms[] = {
    {RZ_SASL_PLAIN, "PLAIN"},
    {RZ_SASL_SCRAM_SHA_256, "SCRAM-SHA-256"},
    {RZ_SASL_SCRAM_SHA_512, "SCRAM-SHA-512"},
    {RZ_SASL_OAUTHBEARER, "OAUTHBEARER"},
    {RZ_SASL_GSSAPI, "GSSAPI"},
};

const char *
rz_sasl_mechanism_name(RzSaslMechanism mechanism)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mechanisms); i++)
        if (mechanisms[i].mechanism == mechanism)
            return mechanisms[i].name;
    return "none";
}

RzSaslMechanism
rz_sasl_mechanism_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mechanisms); i++)
        if (strcmp(mechanisms[i].name, name) == 0)
            return mechanisms[i].mechanism;
    return RZ_SASL_NONE;
}

void
rz_sasl_config_copy(RzSaslConfig *copy, const RzSaslConfig *config)
{
    *copy = (RzSaslConfig){
        .mechanism = config->mechanism,
        .username = g_strdup(config->username),
        .password = rz_secret_dup(config->password),
        .token_auth = config->token_auth,
        .unsecured_token = g_strdup(config->unsecured_token),
        .token_file = g_strdup(config->token_file),
        .oidc = rz_oidc_ref(config->oidc),
        .extensions = g_strdup(config->extensions),
        .service = g_strdup(config->service),
        .principal = g_strdup(config->principal),
        .keytab = g_strdup(config->keytab),
    };
}

void
rz_sasl_config_clear(RzSaslConfig *config)
{
    g_free(config->username);
    rz_secret_free(config->password);
    g_free(config->unsecured_token);
    g_free(config->token_file);
    rz_oidc_unref(config->oidc);
    g_free(config->extensions);
    g_free(config->service);
    g_free(config->principal);
    g_free(config->keytab);
    *config = (RzSaslConfig){0};
}

void
rz_sasl_append(GByteArray *out, const char *text)
{
    g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
}

char *
rz_sasl_quote(const uint8_t *bytes, size_t n)
{
    GString *quoted = g_string_new("\"");
    for (size_t i = 0; i < MIN(n, 200); i++) {
        if (bytes[i] >= 0x20 && bytes[i] < 0x7f)
            g_string_append_c(quoted, (char)bytes[i]);
        else
            g_string_append_printf(quoted, "\\x%02x", bytes[i]);
    }
    g_string_append(quoted, n > 200 ? "...\"" : "\"");
    return g_string_free(quoted, FALSE);
}

/* ---- PLAIN: [authzid] NUL user NUL password (RFC 4616); the answer is empty ---- */

typedef struct {
    RzSaslClient base;
    const RzSaslConfig *config;
    bool sent;
} Plain;

static RzSaslStep
plain_step(RzSaslClient *client, const uint8_t *in, size_t n, GByteArray *out, GError **error)
{
    Plain *plain = (Plain *)client;
    if (plain->sent) {
        if (n == 0)
            return RZ_SASL_DONE;
        g_autofree char *said = rz_sasl_quote(in, n);
        g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL,
                    "SASL PLAIN: the broker answered %s where nothing was expected", said);
        return RZ_SASL_REFUSED;
    }
    plain->sent = true;
    g_byte_array_append(out, (const guint8 *)"", 1);
    rz_sasl_append(out, plain->config->username);
    g_byte_array_append(out, (const guint8 *)"", 1);
    rz_sasl_append(out, plain->config->password);
    return RZ_SASL_SEND;
}

static void
plain_free(RzSaslClient *client)
{
    g_free(client);
}

RzSaslClient *
rz_plain_client_new(const RzSaslConfig *config)
{
    static const RzSaslOps ops = {plain_step, plain_free};
    Plain *plain = g_new0(Plain, 1);
    plain->base.ops = &ops;
    plain->config = config;
    return &plain->base;
}

/* ---- any mechanism ---- */

RzSaslClient *
rz_sasl_client_new(const RzSaslConfig *config, const RzSaslPeer *peer, GError **error)
{
    switch (config->mechanism) {
    case RZ_SASL_PLAIN:
        return rz_plain_client_new(config);
    case RZ_SASL_SCRAM_SHA_256:
    case RZ_SASL_SCRAM_SHA_512:
        return rz_scram_client_new(config, NULL, error);
    case RZ_SASL_OAUTHBEARER:
        return rz_oauthbearer_client_new(config, peer, error);
    case RZ_SASL_GSSAPI:
        return rz_gssapi_client_new(config, peer, error);
    case RZ_SASL_NONE:
        break;
    }
    g_assert_not_reached();
}

RzSaslStep
rz_sasl_client_step(RzSaslClient *client, const uint8_t *in, size_t n, GByteArray *out,
                    GError **error)
{
    rz_secret_bytes_clear(out);
    return client->ops->step(client, in, n, out, error);
}

void
rz_sasl_client_free(RzSaslClient *client)
{
    if (client != NULL)
        client->ops->free(client);
}
