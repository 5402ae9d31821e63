/*
 * client_config.c: properties to a configuration (client_config.h).
 *
 * All properties go, weak to strong, into one rd_kafka_conf_t, which knows every key, alias, range
 * and spelling; what we need is read back from it afterwards. Where we have another default than
 * librdkafka, it counts whether the user has said anything: `given` remembers.
 */
#include "executor/kafka/client_config.h"

#include <stdbool.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

#include "rezone/error.h"

enum {
    DEFAULT_PORT = 9092,
    DEFAULT_CONNECT_TIMEOUT_MS = 10 * 1000,
    DEFAULT_REQUEST_TIMEOUT_MS = 70 * 1000,
    DEFAULT_RETRY_BACKOFF_MS = 200,
    DEFAULT_MAX_RESPONSE_BYTES = 100 * 1000 * 1000,
    MAX_CLIENT_ID = 255,
};

typedef struct {
    rd_kafka_conf_t *conf;
    GHashTable *given; /* keys that the user has set, as written */
} Properties;

/* ---- addresses ---- */

void
rz_endpoints_free(RzEndpoint *endpoints, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        g_free(endpoints[i].host);
    g_free(endpoints);
}

/* "host", "host:port", "[v6]", "[v6]:port", each possibly behind "PROTOCOL://". */
static bool
parse_endpoint(const char *text, RzEndpoint *endpoint)
{
    const char *scheme = strstr(text, "://");
    const char *start = scheme == NULL ? text : scheme + 3;
    bool bracketed = *start == '[';
    const char *end = bracketed ? strchr(start, ']') : strchr(start, ':');
    const char *host = bracketed ? start + 1 : start;
    if (bracketed && end == NULL)
        return false;
    if (end == NULL)
        end = start + strlen(start);
    const char *rest = bracketed ? end + 1 : end;
    guint64 port = DEFAULT_PORT;
    if (*rest != '\0' &&
        (*rest != ':' || !g_ascii_string_to_unsigned(rest + 1, 10, 1, UINT16_MAX, &port, NULL)))
        return false;
    if (end == host)
        return false;
    *endpoint = (RzEndpoint){g_strndup(host, (gsize)(end - host)), (uint16_t)port};
    return true;
}

RzEndpoint *
rz_endpoints_parse(const char *list, uint32_t *n, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(list, ",", -1);
    RzEndpoint *endpoints = g_new0(RzEndpoint, g_strv_length(parts) + 1);
    *n = 0;
    for (char **part = parts; *part != NULL; part++) {
        if (*g_strstrip(*part) == '\0')
            continue;
        if (!parse_endpoint(*part, &endpoints[*n])) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "\"%s\" is not HOST:PORT", *part);
            rz_endpoints_free(endpoints, *n);
            return NULL;
        }
        (*n)++;
    }
    if (*n > 0)
        return endpoints;
    g_set_error_literal(error, RZ_ERROR, RZ_ERROR_USAGE, "no address is given");
    g_free(endpoints);
    return NULL;
}

/* ---- properties ---- */

static bool
is_secret(const char *key)
{
    static const char *const parts[] = {"password",           "secret", "ssl.key", "ssl_key",
                                        "oauthbearer.config", ".pem"};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (strstr(key, parts[i]) != NULL)
            return true;
    return false;
}

static bool
set_property(Properties *p, const char *where, const char *key, const char *value, GError **error)
{
    char why[256] = "";
    switch (rd_kafka_conf_set(p->conf, key, value, why, sizeof why)) {
    case RD_KAFKA_CONF_OK:
        g_hash_table_add(p->given, g_strdup(key));
        return true;
    case RD_KAFKA_CONF_UNKNOWN:
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "%s: \"%s\" is not a client property of librdkafka", where, key);
        return false;
    default:
        /* librdkafka quotes the value in its reason */
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: bad value for \"%s\"%s%s", where, key,
                    is_secret(key) ? "" : ": ", is_secret(key) ? "" : why);
        return false;
    }
}

/* "key=value"; the value may hold further "=". */
static bool
set_assignment(Properties *p, const char *where, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: expected key=value", where);
        return false;
    }
    g_autofree char *key = g_strndup(text, (gsize)(equals - text));
    g_autofree char *value = g_strdup(equals + 1);
    return set_property(p, where, g_strstrip(key), g_strstrip(value), error);
}

static bool
set_file(Properties *p, const RzClientSources *sources, GError **error)
{
    const char *name = sources->file_name == NULL ? "properties" : sources->file_name;
    g_auto(GStrv) lines = g_strsplit(sources->file_text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        const char *line = g_strstrip(lines[i]);
        if (*line == '\0' || *line == '#')
            continue;
        g_autofree char *where = g_strdup_printf("%s:%u", name, i + 1);
        if (!set_assignment(p, where, line, error))
            return false;
    }
    return true;
}

static bool
set_all(Properties *p, const RzClientSources *sources, GError **error)
{
    if (sources->bootstrap_server != NULL &&
        !set_property(p, "--bootstrap-server", "bootstrap.servers", sources->bootstrap_server,
                      error))
        return false;
    if (sources->file_text != NULL && !set_file(p, sources, error))
        return false;
    for (const char *const *o = sources->overrides; o != NULL && *o != NULL; o++)
        if (!set_assignment(p, "-X", *o, error))
            return false;
    return true;
}

/* ---- reading back ---- */

/* NULL: not set. Free with g_free(). */
static char *
get(const Properties *p, const char *key)
{
    size_t size = 0;
    if (rd_kafka_conf_get(p->conf, key, NULL, &size) != RD_KAFKA_CONF_OK)
        return NULL;
    g_autofree char *value = g_malloc0(size + 1);
    if (rd_kafka_conf_get(p->conf, key, value, &size) != RD_KAFKA_CONF_OK || *value == '\0')
        return NULL;
    return g_steal_pointer(&value);
}

/* The user's value (librdkafka has checked it to be a number in range), else ours. */
static int32_t
get_number(const Properties *p, const char *key, int32_t otherwise)
{
    g_autofree char *value = g_hash_table_contains(p->given, key) ? get(p, key) : NULL;
    return value == NULL ? otherwise : (int32_t)g_ascii_strtoll(value, NULL, 10);
}

static bool
check_security(const Properties *p, GError **error)
{
    g_autofree char *protocol = get(p, "security.protocol");
    if (protocol == NULL || strcmp(protocol, "plaintext") == 0)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED,
                "security.protocol=%s is not supported yet, only plaintext", protocol);
    return false;
}

static bool
read_back(const Properties *p, RzClientConfig *config, GError **error)
{
    g_autofree char *servers = get(p, "bootstrap.servers");
    if (!check_security(p, error))
        return false;
    if (servers == NULL) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_USAGE,
                            "no cluster is named: give --bootstrap-server HOST:PORT");
        return false;
    }
    config->bootstrap = rz_endpoints_parse(servers, &config->n_bootstrap, error);
    if (config->bootstrap == NULL) {
        g_prefix_error(error, "bootstrap.servers: ");
        return false;
    }
    config->client_id =
        g_hash_table_contains(p->given, "client.id") ? get(p, "client.id") : g_strdup("rezone");
    if (config->client_id != NULL && (strlen(config->client_id) > MAX_CLIENT_ID ||
                                      !g_utf8_validate(config->client_id, -1, NULL))) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "client.id: at most %d bytes of UTF-8",
                    MAX_CLIENT_ID);
        return false;
    }
    config->connect_timeout_ms =
        get_number(p, "socket.connection.setup.timeout.ms", DEFAULT_CONNECT_TIMEOUT_MS);
    config->request_timeout_ms = get_number(p, "socket.timeout.ms", DEFAULT_REQUEST_TIMEOUT_MS);
    config->retry_backoff_ms = get_number(p, "retry.backoff.ms", DEFAULT_RETRY_BACKOFF_MS);
    config->max_response_bytes =
        get_number(p, "receive.message.max.bytes", DEFAULT_MAX_RESPONSE_BYTES);
    return true;
}

RzClientConfig *
rz_client_config_new(const RzClientSources *sources, GError **error)
{
    g_autoptr(RzClientConfig) config = g_new0(RzClientConfig, 1);
    Properties p = {rd_kafka_conf_new(),
                    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    bool good = set_all(&p, sources, error) && read_back(&p, config, error);
    rd_kafka_conf_destroy(p.conf);
    g_hash_table_unref(p.given);
    return good ? g_steal_pointer(&config) : NULL;
}

void
rz_client_config_free(RzClientConfig *config)
{
    if (config == NULL)
        return;
    rz_endpoints_free(config->bootstrap, config->n_bootstrap);
    g_free(config->client_id);
    g_free(config);
}
