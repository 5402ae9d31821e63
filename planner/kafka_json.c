/*
 * kafka_json.c: from what Kafka's command-line tools print to a snapshot.
 *
 * The tools mix sentences with JSON: `--generate` prints a heading, the current assignment, another
 * heading and the proposal; `kafka-log-dirs` prints two sentences first. So the first object that
 * begins a line is taken, and whatever follows it is let be.
 */
#include "planner/kafka_json.h"

#include <stdlib.h>
#include <string.h>

#include "planner/json_fields.h"
#include "rezone/error.h"

/* Zone map */

static int
compare_entries(gconstpointer a, gconstpointer b)
{
    const int32_t *left = a, *right = b; /* broker_id is the entries' first field */
    return (*left > *right) - (*left < *right);
}

static bool
parse_broker_key(const char *key, int32_t *id)
{
    guint64 number;
    if (!g_ascii_string_to_unsigned(key, 10, 0, INT32_MAX, &number, NULL))
        return false;
    *id = (int32_t)number;
    return true;
}

static bool
read_zones(RzZoneMap *map, json_t *object, GError **error)
{
    const char *key;
    json_t *value;
    map->entries = g_malloc0_n(MAX(json_object_size(object), 1), sizeof *map->entries);
    json_object_foreach(object, key, value)
    {
        int32_t id;
        const char *zone = json_string_value(value);
        if (!parse_broker_key(key, &id)) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "\"%s\": must be a broker id", key);
            return false;
        }
        if (zone == NULL || *zone == '\0') {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "\"%s\": must be a zone's name, is %s",
                        key, zone == NULL ? rz_json_kind(value) : "empty");
            return false;
        }
        map->entries[map->n_entries].broker_id = id;
        map->entries[map->n_entries++].zone = g_strdup(zone);
    }
    qsort(map->entries, map->n_entries, sizeof *map->entries, compare_entries);
    for (gsize i = 1; i < map->n_entries; i++) {
        if (map->entries[i - 1].broker_id == map->entries[i].broker_id) { /* "1" and "01" */
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "broker %d occurs twice",
                        map->entries[i].broker_id);
            return false;
        }
    }
    return true;
}

RzZoneMap *
rz_zone_map_parse(const char *text, gsize length, GError **error)
{
    g_autoptr(json_t) object = rz_json_parse_object(text, length, error);
    if (object == NULL)
        return NULL;
    g_autoptr(RzZoneMap) map = g_new0(RzZoneMap, 1);
    return read_zones(map, object, error) ? g_steal_pointer(&map) : NULL;
}

void
rz_zone_map_free(RzZoneMap *map)
{
    if (map == NULL)
        return;
    for (gsize i = 0; i < map->n_entries; i++)
        g_free(map->entries[i].zone);
    g_free(map->entries);
    g_free(map);
}

const char *
rz_zone_map_find(const RzZoneMap *map, int32_t id)
{
    gsize low = 0, high = map->n_entries;
    while (low < high) {
        gsize middle = low + (high - low) / 2;
        if (map->entries[middle].broker_id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->n_entries && map->entries[low].broker_id == id ? map->entries[low].zone
                                                                     : NULL;
}

void
rz_zone_map_apply(const RzZoneMap *map, RzSnapshotBuilder *builder)
{
    for (gsize i = 0; i < map->n_entries; i++)
        rz_snapshot_builder_set_zone(builder, map->entries[i].broker_id, map->entries[i].zone,
                                     NULL);
}

/* JSON among sentences */

/* The first JSON object that begins a line; what follows it is another text of the tool's. */
static json_t *
find_json(const char *text, gsize length, GError **error)
{
    const char *end = text + length, *at = text;
    bool line_begins = true;
    for (; at < end && !(line_begins && *at == '{'); at++)
        line_begins = *at == '\n' || (line_begins && g_ascii_isspace(*at));
    if (at == end) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT, "no JSON object in this text");
        return NULL;
    }
    json_error_t problem;
    json_t *object = json_loadb(at, (gsize)(end - at),
                                JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &problem);
    if (object == NULL)
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "not valid JSON: %s (line %d, column %d)",
                    problem.text, problem.line, problem.column);
    return object;
}

/* Log directories: sizes */

typedef struct {
    GHashTable *largest; /* "topic-partition" -> int64_t * */
    GHashTable *brokers; /* set of ids */
} Sizes;

static bool
read_log_partitions(Sizes *sizes, const json_t *dir, GError **error)
{
    const json_t *partitions = NULL;
    if (!rz_json_get_array(dir, "partitions", RZ_REQUIRED, &partitions, error))
        return false;
    for (gsize i = 0; i < json_array_size(partitions); i++) {
        const json_t *item = rz_json_item(partitions, "partitions", i, error);
        const char *name = NULL;
        int64_t size = 0;
        bool future = false;
        if (item == NULL)
            return false;
        if (!rz_json_get_string(item, "partition", RZ_REQUIRED, &name, error) ||
            !rz_json_get_int(item, "size", RZ_REQUIRED, 0, INT64_MAX, &size, error) ||
            !rz_json_get_bool(item, "isFuture", RZ_OPTIONAL, &future, error)) {
            g_prefix_error(error, "partitions[%" G_GSIZE_FORMAT "].", i);
            return false;
        }
        if (future)
            continue;
        const int64_t *known = g_hash_table_lookup(sizes->largest, name);
        if (known == NULL || *known < size)
            g_hash_table_insert(sizes->largest, g_strdup(name), g_memdup2(&size, sizeof size));
    }
    return true;
}

static bool
read_log_broker(Sizes *sizes, const json_t *broker, GError **error)
{
    int32_t id = 0;
    const json_t *dirs = NULL;
    if (!rz_json_get_int32(broker, "broker", RZ_REQUIRED, 0, &id, error) ||
        !rz_json_get_array(broker, "logDirs", RZ_REQUIRED, &dirs, error))
        return false;
    g_hash_table_add(sizes->brokers, GINT_TO_POINTER(id));
    for (gsize i = 0; i < json_array_size(dirs); i++) {
        const json_t *dir = rz_json_item(dirs, "logDirs", i, error);
        if (dir == NULL)
            return false;
        if (!read_log_partitions(sizes, dir, error)) {
            g_prefix_error(error, "logDirs[%" G_GSIZE_FORMAT "].", i);
            return false;
        }
    }
    return true;
}

static bool
read_log_dirs(Sizes *sizes, const char *text, gsize length, GError **error)
{
    const json_t *brokers = NULL;
    g_autoptr(json_t) object = find_json(text, length, error);
    bool fine =
        object != NULL && rz_json_get_array(object, "brokers", RZ_REQUIRED, &brokers, error);
    for (gsize i = 0; fine && i < json_array_size(brokers); i++) {
        const json_t *broker = rz_json_item(brokers, "brokers", i, error);
        fine = broker != NULL;
        if (fine && !read_log_broker(sizes, broker, error)) {
            g_prefix_error(error, "brokers[%" G_GSIZE_FORMAT "].", i);
            fine = false;
        }
    }
    if (!fine)
        g_prefix_error(error, "log dirs: ");
    return fine;
}

/* Assignment */

typedef struct {
    const char *topic;
    int32_t number;
    const json_t *replicas;
    gsize index; /* in the file, for messages */
} Assignment;

static int
compare_assignments(gconstpointer a, gconstpointer b)
{
    const Assignment *left = a, *right = b;
    int order = strcmp(left->topic, right->topic);
    return order != 0 ? order : (left->number > right->number) - (left->number < right->number);
}

static GArray *
read_assignments(const json_t *object, GError **error)
{
    g_autoptr(GArray) assignments = g_array_new(FALSE, TRUE, sizeof(Assignment));
    const json_t *array = NULL;
    int64_t version = 1;
    if (!rz_json_get_int(object, "version", RZ_OPTIONAL, 1, 1, &version, error) ||
        !rz_json_get_array(object, "partitions", RZ_REQUIRED, &array, error))
        return NULL;
    for (gsize i = 0; i < json_array_size(array); i++) {
        const json_t *item = rz_json_item(array, "partitions", i, error);
        Assignment a = {.index = i};
        if (item == NULL)
            return NULL;
        if (!rz_json_get_string(item, "topic", RZ_REQUIRED, &a.topic, error) ||
            !rz_json_get_int32(item, "partition", RZ_REQUIRED, 0, &a.number, error) ||
            !rz_json_get_array(item, "replicas", RZ_REQUIRED, &a.replicas, error)) {
            g_prefix_error(error, "partitions[%" G_GSIZE_FORMAT "].", i);
            return NULL;
        }
        g_array_append_val(assignments, a);
    }
    g_array_sort(assignments, compare_assignments);
    return g_steal_pointer(&assignments);
}

static int64_t
size_of(const Sizes *sizes, const Assignment *a)
{
    g_autofree char *name = g_strdup_printf("%s-%d", a->topic, a->number);
    const int64_t *size = g_hash_table_lookup(sizes->largest, name);
    return size == NULL ? 0 : *size;
}

static bool
add_assignment(RzSnapshotBuilder *builder, const Sizes *sizes, const Assignment *a, bool opens,
               GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int32_t));
    if (opens && !rz_snapshot_builder_add_topic(builder, a->topic, NULL, -1, error))
        return false;
    if (!rz_json_broker_ids(a->replicas, "replicas", ids, error))
        return false;
    RzPartitionInput partition = {
        .number = a->number,
        .replicas = (const int32_t *)(const void *)ids->data,
        .n_replicas = ids->len,
        .leader = RZ_LEADER_DEFAULT,
        .size_bytes = size_of(sizes, a),
        .write_rate_bytes_per_s = -1,
    };
    return rz_snapshot_builder_add_partition(builder, &partition, error);
}

static bool
add_assignments(RzSnapshotBuilder *builder, const Sizes *sizes, const GArray *assignments,
                GError **error)
{
    const char *last = NULL;
    for (guint i = 0; i < assignments->len; i++) {
        const Assignment *a = &g_array_index(assignments, Assignment, i);
        bool opens = last == NULL || strcmp(last, a->topic) != 0;
        if (!add_assignment(builder, sizes, a, opens, error)) {
            g_prefix_error(error, "partitions[%" G_GSIZE_FORMAT "].", a->index);
            return false;
        }
        last = a->topic;
    }
    return true;
}

static bool
add_brokers(RzSnapshotBuilder *builder, const Sizes *sizes, const RzZoneMap *zones, GError **error)
{
    for (gsize i = 0; i < zones->n_entries; i++) {
        RzBrokerInput broker = {
            .id = zones->entries[i].broker_id,
            .zone = zones->entries[i].zone,
            .alive = true,
        };
        if (!rz_snapshot_builder_add_broker(builder, &broker, error))
            return false;
    }
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, sizes->brokers);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        RzBrokerInput broker = {.id = GPOINTER_TO_INT(key), .alive = true};
        if (rz_zone_map_find(zones, broker.id) == NULL &&
            !rz_snapshot_builder_add_broker(builder, &broker, error))
            return false;
    }
    return true;
}

RzSnapshot *
rz_snapshot_from_kafka_json(const char *text, gsize length, const RzZoneMap *zones,
                            const char *log_dirs, gsize log_dirs_length, GError **error)
{
    g_autoptr(GHashTable) largest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GHashTable) brokers = g_hash_table_new(NULL, NULL);
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    Sizes sizes = {largest, brokers};
    if (log_dirs != NULL && !read_log_dirs(&sizes, log_dirs, log_dirs_length, error))
        return NULL;
    g_autoptr(json_t) object = find_json(text, length, error);
    if (object == NULL)
        return NULL;
    g_autoptr(GArray) assignments = read_assignments(object, error);
    if (assignments == NULL || !add_brokers(builder, &sizes, zones, error) ||
        !add_assignments(builder, &sizes, assignments, error))
        return NULL;
    return rz_snapshot_builder_finish(builder, error);
}
