/*
 * session.c: connecting, and remembering how.
 */
#include "cli/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/ask_secret.h"
#include "cli/io.h"
#include "cli/output.h"
#include "cli/units.h"
#include "executor/clock.h"
#include "executor/kafka/kafka_cluster.h"
#include "executor/live_snapshot.h"
#include "planner/kafka_json.h"
#include "rezone/error.h"

#define CONNECTION_FILE "connection.json"

/* ---- zones ---- */

RzZones *
rz_session_zones(const RzArgs *args, GError **error)
{
    g_autoptr(RzZones) zones = g_new0(RzZones, 1);
    zones->caps = rz_zone_caps_from_args(args, error);
    if (zones->caps == NULL)
        return NULL;
    const char *path = rz_args_value(args, "zone-map");
    if (path == NULL)
        return g_steal_pointer(&zones);
    zones->map = rz_load_zone_map(path, error);
    if (zones->map == NULL)
        return NULL;
    zones->n_entries = (uint32_t)zones->map->n_entries;
    zones->entries = g_new0(RzZoneEntry, zones->n_entries);
    for (uint32_t i = 0; i < zones->n_entries; i++)
        zones->entries[i] =
            (RzZoneEntry){zones->map->entries[i].broker_id, zones->map->entries[i].zone};
    return g_steal_pointer(&zones);
}

void
rz_zones_free(RzZones *zones)
{
    if (zones == NULL)
        return;
    rz_zone_map_free(zones->map);
    rz_zone_caps_free(zones->caps);
    g_free(zones->entries);
    g_free(zones);
}

bool
rz_session_check_caps(const RzZones *zones, RzCluster *cluster, GError **error)
{
    static const char *const none[] = {NULL};
    if (zones->caps->caps->len == 0)
        return true;
    g_autoptr(RzClusterMetadata) live = rz_cluster_metadata(cluster, none, 0, error);
    if (live == NULL)
        return false;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (uint32_t b = 0; b < live->n_brokers; b++)
        if (live->brokers[b].rack != NULL &&
            !g_ptr_array_find_with_equal_func(names, live->brokers[b].rack, g_str_equal, NULL))
            g_ptr_array_add(names, live->brokers[b].rack);
    for (uint32_t i = 0; i < zones->n_entries; i++)
        if (!g_ptr_array_find_with_equal_func(names, zones->entries[i].zone, g_str_equal, NULL))
            g_ptr_array_add(names, (gpointer)(uintptr_t)zones->entries[i].zone);
    return rz_zone_caps_check(zones->caps, names, error);
}

/* ---- connecting ---- */

/* In one piece of memory, which the caller clears: it may hold passwords. */
static char *
load_properties(const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    char *text = NULL;
    if (strcmp(path, "-") == 0)
        return rz_load_text(path, NULL, error);
    if (!g_file_get_contents(path, &text, NULL, &cause))
        g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s", cause->message);
    return text;
}

/* How to reach a cluster, as the command line or a run directory says it. */
typedef struct {
    const char *bootstrap, *config_path;
    const GPtrArray *overrides;
    bool allow_insecure_sasl;
} Connection;

static RzCluster *
connect_with(const Connection *connection, GError **error)
{
    const GPtrArray *overrides = connection->overrides;
    g_autoptr(RzSecret) config = NULL;
    if (connection->config_path != NULL) {
        config = load_properties(connection->config_path, error);
        if (config == NULL)
            return NULL;
    }
    g_autoptr(GPtrArray) properties = g_ptr_array_new();
    for (guint i = 0; overrides != NULL && i < overrides->len; i++)
        g_ptr_array_add(properties, g_ptr_array_index(overrides, i));
    g_ptr_array_add(properties, NULL);
    RzClientSources sources = {
        .bootstrap_server = connection->bootstrap,
        .file_name = connection->config_path,
        .file_text = config,
        .overrides = (const char *const *)(void *)properties->pdata,
        .allow_insecure_sasl = connection->allow_insecure_sasl,
        .ask_secret = rz_ask_secret,
    };
    g_autoptr(RzClientConfig) client = rz_client_config_new(&sources, error);
    for (guint i = 0; client != NULL && i < client->notes->len; i++)
        rz_warn("%s", (const char *)g_ptr_array_index(client->notes, i));
    return client != NULL ? rz_kafka_cluster_new(client, error) : NULL;
}

RzCluster *
rz_session_connect(const RzArgs *args, GError **error)
{
    const Connection connection = {
        .bootstrap = rz_args_value(args, "bootstrap-server"),
        .config_path = rz_args_value(args, "command-config"),
        .overrides = rz_args_list(args, "property"),
        .allow_insecure_sasl = rz_args_flag(args, "allow-insecure-sasl"),
    };
    return connect_with(&connection, error);
}

bool
rz_session_remember(const RzArgs *args, const char *run_dir, GError **error)
{
    if (g_mkdir_with_parents(run_dir, 0700) != 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s: cannot be created: %s", run_dir,
                    g_strerror(errno));
        return false;
    }
    const char *config = rz_args_value(args, "command-config");
    g_autofree char *absolute = config != NULL ? g_canonicalize_filename(config, NULL) : NULL;
    json_t *root = json_pack("{s:s?, s:s?, s:b}", "bootstrap_server",
                             rz_args_value(args, "bootstrap-server"), "command_config", absolute,
                             "allow_insecure_sasl", rz_args_flag(args, "allow-insecure-sasl"));
    g_assert(root != NULL);
    char *text = json_dumps(root, 0);
    json_decref(root);
    g_autofree char *path = g_build_filename(run_dir, CONNECTION_FILE, NULL);
    bool good = rz_save_text(path, text, error);
    free(text);
    return good;
}

RzCluster *
rz_session_connect_run(const RzArgs *args, const char *run_dir, GError **error)
{
    bool said = rz_args_flag(args, "bootstrap-server") || rz_args_flag(args, "command-config");
    g_autofree char *path = g_build_filename(run_dir, CONNECTION_FILE, NULL);
    if (said || !g_file_test(path, G_FILE_TEST_EXISTS))
        return rz_session_connect(args, error);
    json_error_t wrong;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &wrong);
    if (root == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: line %d: %s", path, wrong.line,
                    wrong.text);
        return NULL;
    }
    const Connection connection = {
        .bootstrap = json_string_value(json_object_get(root, "bootstrap_server")),
        .config_path = json_string_value(json_object_get(root, "command_config")),
        .overrides = rz_args_list(args, "property"),
        .allow_insecure_sasl = json_is_true(json_object_get(root, "allow_insecure_sasl")) ||
                               rz_args_flag(args, "allow-insecure-sasl"),
    };
    RzCluster *cluster = connect_with(&connection, error);
    json_decref(root);
    return cluster;
}

static RzSnapshot *
look_once(RzCluster *cluster, const RzLiveSnapshotOptions *options, GError **error)
{
    g_autoptr(GPtrArray) warnings = NULL;
    RzSnapshot *snapshot = rz_live_snapshot(cluster, rz_clock_system(), options, &warnings, error);
    for (guint i = 0; snapshot != NULL && warnings != NULL && i < warnings->len; i++)
        rz_warn("%s", (const char *)g_ptr_array_index(warnings, i));
    return snapshot;
}

RzSnapshot *
rz_session_look(const RzArgs *args, RzCluster *cluster, GError **error)
{
    g_autoptr(RzZones) zones = rz_session_zones(args, error);
    if (zones == NULL)
        return NULL;
    RzLiveSnapshotOptions options = {
        .zone_map = zones->entries,
        .n_zone_map = zones->n_entries,
    };
    return look_once(cluster, &options, error);
}

RzSnapshot *
rz_session_snapshot(const RzArgs *args, RzCluster *cluster, GError **error)
{
    g_autoptr(RzZones) zones = rz_session_zones(args, error);
    if (zones == NULL)
        return NULL;
    const char *sample = rz_args_value_if_known(args, "sample");
    int64_t sample_ms = 0;
    if (sample == NULL)
        return rz_session_look(args, cluster, error);
    if (!rz_parse_duration("sample", sample, &sample_ms, error))
        return NULL;
    RzLiveSnapshotOptions options = {
        .zone_map = zones->entries,
        .n_zone_map = zones->n_entries,
    };
    const RzClock *clock = rz_clock_system();
    int64_t start_ms = clock->monotonic_ms(clock);
    g_autoptr(RzSnapshot) earlier = look_once(cluster, &options, error);
    if (earlier == NULL)
        return NULL;
    g_usleep((gulong)sample_ms * 1000);
    options.earlier = earlier;
    options.elapsed_ms = clock->monotonic_ms(clock) - start_ms;
    return look_once(cluster, &options, error);
}
