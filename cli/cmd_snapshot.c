/*
 * cmd_snapshot.c: rezone snapshot, from a live cluster or from the output of Kafka's tools.
 */
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/output.h"
#include "cli/session.h"
#include "planner/kafka_json.h"
#include "rezone/error.h"

static RzSnapshot *
from_files(const RzArgs *args, GError **error)
{
    const char *zone_map = rz_args_value(args, "zone-map");
    const char *log_dirs = rz_args_value(args, "log-dirs");
    if (zone_map == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "snapshot: --from-kafka-json needs --zone-map: the file names no zones");
        return NULL;
    }
    g_autoptr(RzZoneMap) zones = rz_load_zone_map(zone_map, error);
    if (zones == NULL)
        return NULL;
    gsize dirs_length = 0;
    g_autofree char *dirs = log_dirs != NULL ? rz_load_text(log_dirs, &dirs_length, error) : NULL;
    if (log_dirs != NULL && dirs == NULL)
        return NULL;
    const char *file = rz_args_value(args, "from-kafka-json");
    gsize length = 0;
    g_autofree char *lists = rz_load_text(file, &length, error);
    if (lists == NULL)
        return NULL;
    RzSnapshot *snapshot =
        rz_snapshot_from_kafka_json(lists, length, zones, dirs, dirs_length, error);
    if (snapshot == NULL)
        g_prefix_error(error, "%s: ", log_dirs != NULL ? "--from-kafka-json/--log-dirs" : file);
    return snapshot;
}

static RzSnapshot *
from_cluster(const RzArgs *args, GError **error)
{
    if (rz_args_value(args, "log-dirs") != NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "snapshot: --log-dirs goes with --from-kafka-json; a live cluster is asked");
        return NULL;
    }
    g_autoptr(RzCluster) cluster = rz_session_connect(args, error);
    return cluster != NULL ? rz_session_snapshot(args, cluster, error) : NULL;
}

int
rz_cmd_snapshot(const RzArgs *args, GError **error)
{
    bool files = rz_args_flag(args, "from-kafka-json");
    if (!rz_args_exclude(args, "from-kafka-json", "bootstrap-server", error))
        return -1;
    g_autoptr(RzSnapshot) snapshot = files ? from_files(args, error) : from_cluster(args, error);
    if (snapshot == NULL)
        return -1;
    const char *path = rz_args_value(args, "output");
    g_autoptr(RzOutput) output = rz_output_open(path != NULL ? path : "-", error);
    if (output == NULL || !rz_snapshot_write(snapshot, rz_output_line, output, error) ||
        !rz_output_commit(output, error))
        return -1;
    if (!rz_args_flag(args, "quiet"))
        rz_say("%u brokers, %u zones, %u topics, %u partitions", rz_snapshot_n_brokers(snapshot),
               rz_snapshot_n_zones(snapshot), rz_snapshot_n_topics(snapshot),
               rz_snapshot_n_partitions(snapshot));
    return 0;
}
