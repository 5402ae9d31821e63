/*
 * client_config.c: properties to a configuration (client_config.h).
 *
 * Properties go, weak to strong, into one rd_kafka_conf_t, which knows every key, alias, range and
 * spelling; what we need is read back from it afterwards. Where we have another default than
 * librdkafka, it counts whether the user has said anything: `given` remembers. What TLS and SASL
 * need stays out of it, because it would copy secrets: security_config.c reads that.
 */
#include "executor/kafka/client_config.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>
#include <librdkafka/rdkafka.h>

#include "executor/kafka/properties.h"
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
    GHashTable *given;         /* keys that the user has set, as written */
    GHashTable *security;      /* canonical key to RzSecret, for security_config.h */
    GString *unused, *unknown; /* keys of the file that we can do nothing with */
    bool file_has_secrets;
} Properties;

/* What is read back below; any other key of librdkafka's has no meaning here. */
static const char *const used_keys[] = {
    "bootstrap.servers", "metadata.broker.list",
    "client.id",         "socket.connection.setup.timeout.ms",
    "socket.timeout.ms", "receive.message.max.bytes",
};

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
            *n = 0; /* the caller may free by it */
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
is_used(const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(used_keys); i++)
        if (strcmp(key, used_keys[i]) == 0)
            return true;
    return false;
}

static void
append_key(GString *list, const char *key)
{
    g_autofree char *safe = g_strescape(key, NULL);
    g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", safe);
}

/* One of ours, or unknown to everybody: an error on the command line, a note in a file. */
static bool
set_plain(Properties *p, const RzProperty *property, bool in_file, GError **error)
{
    char why[256] = "";
    bool used = is_used(property->key);
    g_autofree char *key = g_strescape(property->key, NULL);
    rd_kafka_conf_res_t result =
        rd_kafka_conf_set(p->conf, property->key, property->value, why, sizeof why);
    if (in_file && !used) {
        append_key(result == RD_KAFKA_CONF_UNKNOWN ? p->unknown : p->unused, property->key);
        return true;
    }
    if (result == RD_KAFKA_CONF_OK) {
        g_hash_table_add(p->given, g_strdup(property->key));
        if (!used)
            append_key(p->unused, property->key);
        return true;
    }
    if (result == RD_KAFKA_CONF_UNKNOWN)
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: \"%s\" is not a client property",
                    property->where, key);
    else /* librdkafka quotes the value in its reason; that of an unused key may be a secret */
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: bad value for \"%s\"%s%s",
                    property->where, key, used ? ": " : "", used ? why : "");
    return false;
}

/* Java says "" where librdkafka says none. */
static const char *
canonical_value(const RzSecurityKey *key, const char *value)
{
    if (*value == '\0' && strcmp(key->canonical, "ssl.endpoint.identification.algorithm") == 0)
        return "none";
    return value;
}

static bool
set_security(Properties *p, const RzSecurityKey *key, const RzProperty *property, bool in_file,
             GError **error)
{
    char why[256] = "";
    const char *value = canonical_value(key, property->value);
    if (key->checked &&
        rd_kafka_conf_set(p->conf, key->canonical, value, why, sizeof why) != RD_KAFKA_CONF_OK) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: %s", property->where, why);
        return false;
    }
    p->file_has_secrets |= in_file && key->secret && *value != '\0';
    if (*value == '\0')
        g_hash_table_remove(p->security, key->canonical);
    else
        g_hash_table_replace(p->security, g_strdup(key->canonical), rz_secret_dup(value));
    return true;
}

static bool
set_property(Properties *p, const RzProperty *property, bool in_file, GError **error)
{
    const RzSecurityKey *key = rz_security_key(property->key);
    return key != NULL ? set_security(p, key, property, in_file, error)
                       : set_plain(p, property, in_file, error);
}

static bool
set_file(Properties *p, const RzClientSources *sources, GError **error)
{
    const char *name = sources->file_name == NULL ? "properties" : sources->file_name;
    g_autoptr(GPtrArray) list = rz_properties_read(sources->file_text, name, error);
    for (guint i = 0; list != NULL && i < list->len; i++)
        if (!set_property(p, g_ptr_array_index(list, i), true, error))
            return false;
    return list != NULL;
}

static bool
set_override(Properties *p, const char *assignment, GError **error)
{
    g_autoptr(RzProperty) property = rz_property_parse(assignment, "-X", error);
    return property != NULL && set_property(p, property, false, error);
}

static bool
set_bootstrap(Properties *p, const char *servers, GError **error)
{
    g_autofree char *assignment = g_strconcat("bootstrap.servers=", servers, NULL);
    g_autoptr(RzProperty) property = rz_property_parse(assignment, "--bootstrap-server", error);
    return property != NULL && set_property(p, property, false, error);
}

static bool
set_all(Properties *p, const RzClientSources *sources, GError **error)
{
    if (sources->bootstrap_server != NULL && !set_bootstrap(p, sources->bootstrap_server, error))
        return false;
    if (sources->file_text != NULL && !set_file(p, sources, error))
        return false;
    for (const char *const *o = sources->overrides; o != NULL && *o != NULL; o++)
        if (!set_override(p, *o, error))
            return false;
    return true;
}

/* ---- what the user should hear ---- */

static void
note_keys(const GString *list, const char *what, GPtrArray *notes)
{
    if (list->len > 0)
        g_ptr_array_add(notes, g_strdup_printf("client properties %s: %s", what, list->str));
}

static void
note_permissions(const Properties *p, const RzClientSources *sources, GPtrArray *notes)
{
    GStatBuf status;
    if (!p->file_has_secrets || sources->file_name == NULL ||
        g_stat(sources->file_name, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        g_ptr_array_add(notes, g_strdup_printf("%s holds secrets and is open to others than its "
                                               "owner: chmod 600 it",
                                               sources->file_name));
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
read_back(const Properties *p, RzClientConfig *config, GError **error)
{
    g_autofree char *servers = get(p, "bootstrap.servers");
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

static Properties
properties_new(void)
{
    return (Properties){
        .conf = rd_kafka_conf_new(),
        .given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .security =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)rz_secret_free),
        .unused = g_string_new(NULL),
        .unknown = g_string_new(NULL),
    };
}

static void
properties_clear(Properties *p)
{
    rd_kafka_conf_destroy(p->conf);
    g_hash_table_unref(p->given);
    g_hash_table_unref(p->security);
    g_string_free(p->unused, TRUE);
    g_string_free(p->unknown, TRUE);
}

RzClientConfig *
rz_client_config_new(const RzClientSources *sources, GError **error)
{
    g_autoptr(RzClientConfig) config = g_new0(RzClientConfig, 1);
    GPtrArray *notes = config->notes = g_ptr_array_new_with_free_func(g_free);
    Properties p = properties_new();
    bool good = set_all(&p, sources, error) && read_back(&p, config, error) &&
                rz_security_config_read(&config->security, p.security, sources->ask_secret,
                                        sources->ask_data, notes, error);
    config->allow_insecure_sasl = sources->allow_insecure_sasl;
    note_keys(p.unknown, "that nobody knows, ignored", notes);
    note_keys(p.unused, "without a use here", notes);
    note_permissions(&p, sources, notes);
    properties_clear(&p);
    return good ? g_steal_pointer(&config) : NULL;
}

void
rz_client_config_free(RzClientConfig *config)
{
    if (config == NULL)
        return;
    rz_endpoints_free(config->bootstrap, config->n_bootstrap);
    g_free(config->client_id);
    rz_security_config_clear(&config->security);
    g_ptr_array_unref(config->notes);
    g_free(config);
}
