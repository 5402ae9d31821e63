/*
 * snapshot_read.c: a snapshot file, line by line, into the builder.
 *
 * A line is parsed, handed over and forgotten, so memory is the model plus one line. This file
 * checks shapes and types; what numbers may mean is the builder's.
 *
 * Topics are nearly all of a file. A topic's line that is canonical to the last byte is taken
 * without jansson; it is recognised whole before the builder sees any of it, so that every other
 * line can still start anew.
 */
#include "planner/json_fields.h"
#include "planner/line_scan.h"
#include "planner/snapshot_builder.h"
#include "rezone/error.h"

#define FORMAT "rezone-snapshot"
#define VERSION 1

/* A partition of a canonical line. */
typedef struct {
    int32_t number, leader;
    guint first_id; /* into ids: the replicas, then the in-sync ones */
    uint16_t n_replicas, n_isr;
    int64_t size_bytes, write_rate_bytes_per_s;
} ScannedPartition;

struct RzSnapshotReader {
    RzSnapshotBuilder *builder;
    uint64_t line;
    bool has_header;
    bool only_jansson;
    GArray *replicas, *isr; /* int32_t: the partition being read */
    GArray *log_dirs;       /* RzLogDir: the broker being read */
    GArray *scanned, *ids;  /* ScannedPartition, int32_t: the canonical line being read */
    GString *name, *topic_id;
};

RzSnapshotReader *
rz_snapshot_reader_new(void)
{
    RzSnapshotReader *reader = g_new0(RzSnapshotReader, 1);
    reader->builder = rz_snapshot_builder_new();
    reader->replicas = g_array_new(FALSE, FALSE, sizeof(int32_t));
    reader->isr = g_array_new(FALSE, FALSE, sizeof(int32_t));
    reader->log_dirs = g_array_new(FALSE, FALSE, sizeof(RzLogDir));
    reader->scanned = g_array_new(FALSE, FALSE, sizeof(ScannedPartition));
    reader->ids = g_array_new(FALSE, FALSE, sizeof(int32_t));
    reader->name = g_string_new(NULL);
    reader->topic_id = g_string_new(NULL);
    return reader;
}

void
rz_snapshot_reader_free(RzSnapshotReader *reader)
{
    if (reader == NULL)
        return;
    rz_snapshot_builder_free(reader->builder);
    g_array_unref(reader->replicas);
    g_array_unref(reader->isr);
    g_array_unref(reader->log_dirs);
    g_array_unref(reader->scanned);
    g_array_unref(reader->ids);
    g_string_free(reader->name, TRUE);
    g_string_free(reader->topic_id, TRUE);
    g_free(reader);
}

void
rz_snapshot_reader_use_jansson(RzSnapshotReader *reader)
{
    reader->only_jansson = true;
}

static bool
read_header(RzSnapshotReader *reader, const json_t *object, GError **error)
{
    const char *cluster_id = NULL, *taken_at = NULL;
    if (!rz_json_check_version(object, FORMAT, VERSION, error) ||
        !rz_json_get_string(object, "cluster_id", RZ_OPTIONAL, &cluster_id, error) ||
        !rz_json_get_string(object, "taken_at", RZ_OPTIONAL, &taken_at, error))
        return false;
    rz_snapshot_builder_set_header(reader->builder, cluster_id, taken_at);
    reader->has_header = true;
    return true;
}

static bool
read_log_dirs(RzSnapshotReader *reader, const json_t *dirs, GError **error)
{
    g_array_set_size(reader->log_dirs, 0);
    gsize n = json_array_size(dirs);
    for (gsize i = 0; i < n; i++) {
        const json_t *object = rz_json_item(dirs, "log_dirs", i, error);
        RzLogDir dir = {.total_bytes = -1, .usable_bytes = -1};
        if (object == NULL)
            return false;
        if (!rz_json_get_string(object, "path", RZ_REQUIRED, &dir.path, error) ||
            !rz_json_get_int(object, "total_bytes", RZ_OPTIONAL, 0, INT64_MAX, &dir.total_bytes,
                             error) ||
            !rz_json_get_int(object, "usable_bytes", RZ_OPTIONAL, 0, INT64_MAX, &dir.usable_bytes,
                             error)) {
            g_prefix_error(error, "log_dirs[%" G_GSIZE_FORMAT "].", i);
            return false;
        }
        g_array_append_val(reader->log_dirs, dir);
    }
    return true;
}

static bool
read_broker(RzSnapshotReader *reader, const json_t *object, GError **error)
{
    RzBrokerInput broker = {.alive = true};
    const json_t *dirs = NULL;
    int64_t port = 0;
    if (json_object_get(object, "zone") == NULL) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT, "zone: missing (null if none)");
        return false;
    }
    if (!rz_json_get_int32(object, "broker", RZ_REQUIRED, 0, &broker.id, error) ||
        !rz_json_get_string(object, "zone", RZ_OPTIONAL, &broker.zone, error) ||
        !rz_json_get_string(object, "host", RZ_OPTIONAL, &broker.host, error) ||
        !rz_json_get_int(object, "port", RZ_OPTIONAL, 0, 65535, &port, error) ||
        !rz_json_get_bool(object, "alive", RZ_OPTIONAL, &broker.alive, error) ||
        !rz_json_get_array(object, "log_dirs", RZ_OPTIONAL, &dirs, error) ||
        !read_log_dirs(reader, dirs, error))
        return false;
    broker.port = (int32_t)port;
    broker.log_dirs = (const RzLogDir *)(const void *)reader->log_dirs->data;
    broker.n_log_dirs = reader->log_dirs->len;
    return rz_snapshot_builder_add_broker(reader->builder, &broker, error);
}

/* Absent: the first replica. null or -1: none. */
static bool
read_leader(const json_t *object, int32_t *leader, GError **error)
{
    *leader = json_is_null(json_object_get(object, "leader")) ? -1 : RZ_LEADER_DEFAULT;
    int64_t value = *leader;
    if (!rz_json_get_int(object, "leader", RZ_OPTIONAL, -1, INT32_MAX, &value, error))
        return false;
    *leader = (int32_t)value;
    return true;
}

static bool
read_partition(RzSnapshotReader *reader, const json_t *object, GError **error)
{
    RzPartitionInput partition = {.write_rate_bytes_per_s = -1};
    const json_t *replicas = NULL, *isr = NULL;
    g_array_set_size(reader->replicas, 0);
    g_array_set_size(reader->isr, 0);
    if (!rz_json_get_int32(object, "partition", RZ_REQUIRED, 0, &partition.number, error) ||
        !rz_json_get_array(object, "replicas", RZ_REQUIRED, &replicas, error) ||
        !rz_json_broker_ids(replicas, "replicas", reader->replicas, error) ||
        !rz_json_get_array(object, "isr", RZ_OPTIONAL, &isr, error) ||
        !rz_json_broker_ids(isr, "isr", reader->isr, error) ||
        !read_leader(object, &partition.leader, error) ||
        !rz_json_get_int(object, "size_bytes", RZ_OPTIONAL, 0, INT64_MAX, &partition.size_bytes,
                         error) ||
        !rz_json_get_int(object, "write_rate_bytes_per_s", RZ_OPTIONAL, 0, INT64_MAX,
                         &partition.write_rate_bytes_per_s, error))
        return false;
    partition.replicas = (const int32_t *)(const void *)reader->replicas->data;
    partition.n_replicas = reader->replicas->len;
    if (isr != NULL) {
        static const int32_t nobody[1]; /* an empty array has no data of its own */
        partition.isr =
            reader->isr->len > 0 ? (const int32_t *)(const void *)reader->isr->data : nobody;
        partition.n_isr = reader->isr->len;
    }
    return rz_snapshot_builder_add_partition(reader->builder, &partition, error);
}

static bool
read_topic(RzSnapshotReader *reader, const json_t *object, GError **error)
{
    const char *name = NULL, *topic_id = NULL;
    const json_t *partitions = NULL;
    int32_t min_insync_replicas = -1;
    if (!rz_json_get_string(object, "topic", RZ_REQUIRED, &name, error) ||
        !rz_json_get_string(object, "topic_id", RZ_OPTIONAL, &topic_id, error) ||
        !rz_json_get_int32(object, "min_insync_replicas", RZ_OPTIONAL, 1, &min_insync_replicas,
                           error) ||
        !rz_json_get_array(object, "partitions", RZ_REQUIRED, &partitions, error) ||
        !rz_snapshot_builder_add_topic(reader->builder, name, topic_id, min_insync_replicas, error))
        return false;
    gsize n = json_array_size(partitions);
    for (gsize i = 0; i < n; i++) {
        const json_t *item = rz_json_item(partitions, "partitions", i, error);
        if (item == NULL)
            return false;
        if (!read_partition(reader, item, error)) {
            g_prefix_error(error, "partitions[%" G_GSIZE_FORMAT "].", i);
            return false;
        }
    }
    return true;
}

/* Canonical lines, in the order of snapshot_write.c */

static bool
scan_partition(RzSnapshotReader *reader, RzScan *scan)
{
    ScannedPartition partition = {.first_id = reader->ids->len, .write_rate_bytes_per_s = -1};
    if (!RZ_SCAN(scan, "{\"partition\":") || !rz_scan_int32(scan, &partition.number) ||
        !RZ_SCAN(scan, ",\"replicas\":") ||
        !rz_scan_ids(scan, reader->ids, &partition.n_replicas) || partition.n_replicas == 0 ||
        !RZ_SCAN(scan, ",\"isr\":") || !rz_scan_ids(scan, reader->ids, &partition.n_isr) ||
        !RZ_SCAN(scan, ",\"leader\":") || !rz_scan_leader(scan, &partition.leader) ||
        !RZ_SCAN(scan, ",\"size_bytes\":") || !rz_scan_int(scan, INT64_MAX, &partition.size_bytes))
        return false;
    if (RZ_SCAN(scan, ",\"write_rate_bytes_per_s\":") &&
        !rz_scan_int(scan, INT64_MAX, &partition.write_rate_bytes_per_s))
        return false;
    g_array_append_val(reader->scanned, partition);
    return RZ_SCAN(scan, "}");
}

static bool
scan_partitions(RzSnapshotReader *reader, RzScan *scan)
{
    if (RZ_SCAN(scan, "]"))
        return true;
    do {
        if (!scan_partition(reader, scan))
            return false;
    } while (RZ_SCAN(scan, ","));
    return RZ_SCAN(scan, "]");
}

/* Whether the line is canonical; then name, topic_id (if @has_id), ids and scanned are filled. */
static bool
scan_topic(RzSnapshotReader *reader, RzScan scan, bool *has_id, int32_t *min_insync_replicas)
{
    g_array_set_size(reader->scanned, 0);
    g_array_set_size(reader->ids, 0);
    *min_insync_replicas = -1;
    if (!RZ_SCAN(&scan, "{\"topic\":") || !rz_scan_string(&scan, reader->name))
        return false;
    *has_id = RZ_SCAN(&scan, ",\"topic_id\":");
    if (*has_id && !rz_scan_string(&scan, reader->topic_id))
        return false;
    if (RZ_SCAN(&scan, ",\"min_insync_replicas\":") &&
        (!rz_scan_int32(&scan, min_insync_replicas) || *min_insync_replicas == 0))
        return false;
    return RZ_SCAN(&scan, ",\"partitions\":[") && scan_partitions(reader, &scan) &&
           RZ_SCAN(&scan, "}") && scan.at == scan.end;
}

static bool
add_scanned(RzSnapshotReader *reader, const ScannedPartition *scanned, GError **error)
{
    const int32_t *ids = &g_array_index(reader->ids, int32_t, scanned->first_id);
    RzPartitionInput partition = {
        .number = scanned->number,
        .replicas = ids,
        .n_replicas = scanned->n_replicas,
        .isr = ids + scanned->n_replicas,
        .n_isr = scanned->n_isr,
        .leader = scanned->leader,
        .size_bytes = scanned->size_bytes,
        .write_rate_bytes_per_s = scanned->write_rate_bytes_per_s,
    };
    return rz_snapshot_builder_add_partition(reader->builder, &partition, error);
}

static bool
add_scanned_topic(RzSnapshotReader *reader, bool has_id, int32_t min_insync_replicas,
                  GError **error)
{
    if (!rz_snapshot_builder_add_topic(reader->builder, reader->name->str,
                                       has_id ? reader->topic_id->str : NULL, min_insync_replicas,
                                       error))
        return false;
    for (guint i = 0; i < reader->scanned->len; i++) {
        if (!add_scanned(reader, &g_array_index(reader->scanned, ScannedPartition, i), error)) {
            g_prefix_error(error, "partitions[%u].", i);
            return false;
        }
    }
    return true;
}

/* Lines */

static bool
read_object(RzSnapshotReader *reader, const json_t *object, GError **error)
{
    if (!reader->has_header)
        return read_header(reader, object, error);
    if (json_object_get(object, "broker") != NULL)
        return read_broker(reader, object, error);
    if (json_object_get(object, "topic") != NULL)
        return read_topic(reader, object, error);
    g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT,
                        "neither \"broker\" nor \"topic\" is there");
    return false;
}

static bool
read_line(RzSnapshotReader *reader, const char *line, gsize length, GError **error)
{
    bool has_id;
    int32_t min_insync_replicas;
    if (reader->has_header && !reader->only_jansson &&
        scan_topic(reader, (RzScan){line, line + length}, &has_id, &min_insync_replicas))
        return add_scanned_topic(reader, has_id, min_insync_replicas, error);
    g_autoptr(json_t) object = rz_json_parse_object(line, length, error);
    return object != NULL && read_object(reader, object, error);
}

bool
rz_snapshot_reader_line(RzSnapshotReader *reader, const char *line, gsize length, GError **error)
{
    reader->line++;
    if (rz_json_is_blank(line, length) || read_line(reader, line, length, error))
        return true;
    g_prefix_error(error, "line %" G_GUINT64_FORMAT ": ", reader->line);
    return false;
}

RzSnapshot *
rz_snapshot_reader_finish(RzSnapshotReader *reader, GError **error)
{
    if (!reader->has_header) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT,
                            "line 1: no header, the file is empty");
        return NULL;
    }
    return rz_snapshot_builder_finish(reader->builder, error);
}
