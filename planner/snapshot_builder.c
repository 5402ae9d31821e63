/*
 * snapshot_builder.c: collect brokers, topics and partitions in any order.
 *
 * Every broker id that occurs gets a slot at once, in order of appearance, and all lists are kept
 * as slots: one table look-up per replica while reading, and finish() only renames slots to sorted
 * indices. Ids below DENSE_IDS, which is what clusters use, are looked up in a plain array; a hash
 * table serves the others. A slot remembers the last list that named it, which finds repetitions
 * in one pass whatever the length of the list.
 */
#include "planner/snapshot_builder_private.h"

#include <stdlib.h>
#include <string.h>

#include "rezone/error.h"

#define DENSE_IDS 65536

RzSnapshotBuilder *
rz_snapshot_builder_new(void)
{
    RzSnapshotBuilder *builder = g_new0(RzSnapshotBuilder, 1);
    builder->strings = g_string_chunk_new(4096);
    builder->slots = g_array_new(FALSE, TRUE, sizeof(RzBuilderSlot));
    builder->slot_of_small = g_new0(uint32_t, DENSE_IDS);
    builder->slot_of_big = g_hash_table_new(NULL, NULL);
    builder->zone_names = g_ptr_array_new();
    builder->zone_of_name = g_hash_table_new(g_str_hash, g_str_equal);
    builder->log_dirs = g_array_new(FALSE, FALSE, sizeof(RzLogDir));
    builder->topics = g_array_new(FALSE, FALSE, sizeof(RzTopic));
    builder->topic_names = g_hash_table_new(g_str_hash, g_str_equal);
    builder->partitions = g_array_new(FALSE, FALSE, sizeof(RzPartition));
    builder->replicas = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    builder->isr = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    builder->numbers = g_hash_table_new(NULL, NULL);
    return builder;
}

void
rz_snapshot_builder_free(RzSnapshotBuilder *builder)
{
    if (builder == NULL)
        return;
    g_clear_pointer(&builder->strings, g_string_chunk_free);
    g_array_unref(builder->slots);
    g_free(builder->slot_of_small);
    g_hash_table_unref(builder->slot_of_big);
    g_ptr_array_unref(builder->zone_names);
    g_hash_table_unref(builder->zone_of_name);
    g_array_unref(builder->log_dirs);
    g_array_unref(builder->topics);
    g_hash_table_unref(builder->topic_names);
    g_array_unref(builder->partitions);
    g_array_unref(builder->replicas);
    g_array_unref(builder->isr);
    g_hash_table_unref(builder->numbers);
    g_free(builder);
}

static const char *
keep(RzSnapshotBuilder *builder, const char *text)
{
    return text == NULL ? NULL : g_string_chunk_insert_const(builder->strings, text);
}

void
rz_snapshot_builder_set_header(RzSnapshotBuilder *builder, const char *cluster_id,
                               const char *taken_at)
{
    builder->cluster_id = keep(builder, cluster_id);
    builder->taken_at = keep(builder, taken_at);
}

/* Brokers and zones */

static uint32_t
find_slot(const RzSnapshotBuilder *builder, int32_t id)
{
    if (id < DENSE_IDS)
        return builder->slot_of_small[id] - 1; /* wraps to RZ_NONE */
    return GPOINTER_TO_UINT(g_hash_table_lookup(builder->slot_of_big, GINT_TO_POINTER(id))) - 1;
}

/* The slot of broker @id; a new one starts as a broker without a line: unlisted, dead. */
static uint32_t
slot_for(RzSnapshotBuilder *builder, int32_t id)
{
    uint32_t slot = find_slot(builder, id);
    if (slot != RZ_NONE)
        return slot;
    RzBuilderSlot fresh = {.broker = {.id = id, .zone = RZ_NONE}};
    slot = builder->slots->len;
    g_array_append_val(builder->slots, fresh);
    if (id < DENSE_IDS)
        builder->slot_of_small[id] = slot + 1;
    else
        g_hash_table_insert(builder->slot_of_big, GINT_TO_POINTER(id), GUINT_TO_POINTER(slot + 1));
    return slot;
}

/* An empty name means no zone, as a missing one does. */
static uint32_t
zone_for(RzSnapshotBuilder *builder, const char *name)
{
    if (name == NULL || *name == '\0')
        return RZ_NONE;
    uint32_t zone = GPOINTER_TO_UINT(g_hash_table_lookup(builder->zone_of_name, name)) - 1;
    if (zone != RZ_NONE)
        return zone;
    const char *kept = keep(builder, name);
    zone = builder->zone_names->len;
    g_ptr_array_add(builder->zone_names, (gpointer)(uintptr_t)kept);
    g_hash_table_insert(builder->zone_of_name, (gpointer)(uintptr_t)kept,
                        GUINT_TO_POINTER(zone + 1));
    return zone;
}

static int
compare_log_dirs(gconstpointer a, gconstpointer b)
{
    return strcmp(((const RzLogDir *)a)->path, ((const RzLogDir *)b)->path);
}

static bool
add_log_dirs(RzSnapshotBuilder *builder, const RzBrokerInput *broker, GError **error)
{
    guint first = builder->log_dirs->len;
    for (uint32_t i = 0; i < broker->n_log_dirs; i++) {
        RzLogDir dir = broker->log_dirs[i];
        if (dir.total_bytes < -1 || dir.usable_bytes < -1) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "log_dirs[%u]: a size is negative", i);
            return false;
        }
        dir.path = keep(builder, dir.path);
        g_array_append_val(builder->log_dirs, dir);
    }
    if (broker->n_log_dirs == 0)
        return true;
    RzLogDir *dirs = &g_array_index(builder->log_dirs, RzLogDir, first);
    qsort(dirs, broker->n_log_dirs, sizeof *dirs, compare_log_dirs);
    for (uint32_t i = 1; i < broker->n_log_dirs; i++) {
        if (strcmp(dirs[i - 1].path, dirs[i].path) == 0) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "log_dirs: path \"%s\" occurs twice",
                        dirs[i].path);
            return false;
        }
    }
    return true;
}

bool
rz_snapshot_builder_add_broker(RzSnapshotBuilder *builder, const RzBrokerInput *broker,
                               GError **error)
{
    if (broker->id < 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "broker: %d is negative", broker->id);
        return false;
    }
    uint32_t slot = slot_for(builder, broker->id);
    if (rz_builder_slot(builder, slot)->broker.listed) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "broker: %d occurs twice", broker->id);
        return false;
    }
    RzBroker *model = &rz_builder_slot(builder, slot)->broker;
    model->zone = zone_for(builder, broker->zone);
    model->host = keep(builder, broker->host);
    model->port = broker->port;
    model->alive = broker->alive;
    model->listed = true;
    model->first_log_dir = builder->log_dirs->len;
    model->n_log_dirs = broker->n_log_dirs;
    return add_log_dirs(builder, broker, error);
}

bool
rz_snapshot_builder_set_zone(RzSnapshotBuilder *builder, int32_t id, const char *zone,
                             GError **error)
{
    uint32_t slot = id < 0 ? RZ_NONE : find_slot(builder, id);
    if (slot == RZ_NONE) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "broker %d is not in the cluster", id);
        return false;
    }
    RzBroker *broker = &rz_builder_slot(builder, slot)->broker;
    broker->zone = zone_for(builder, zone);
    broker->listed = true; /* one that is down and so far only seen in lists now has a line */
    return true;
}

/* Topics and partitions */

bool
rz_snapshot_builder_add_topic(RzSnapshotBuilder *builder, const char *name, const char *topic_id,
                              int32_t min_insync_replicas, GError **error)
{
    if (*name == '\0') {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT, "topic: the name is empty");
        return false;
    }
    RzTopic topic = {
        .name = keep(builder, name),
        .topic_id = keep(builder, topic_id),
        .min_insync_replicas = min_insync_replicas,
        .first_partition = builder->partitions->len,
    };
    if (!g_hash_table_add(builder->topic_names, (gpointer)(uintptr_t)topic.name)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "topic: \"%s\" occurs twice", name);
        return false;
    }
    g_array_append_val(builder->topics, topic);
    g_hash_table_remove_all(builder->numbers);
    return true;
}

/* Ascending numbers need no set; the first one out of order enters all before it into one. */
static bool
number_is_new(RzSnapshotBuilder *builder, const RzTopic *topic, int32_t number)
{
    if (topic->n_partitions == 0)
        return true;
    const RzPartition *before =
        &g_array_index(builder->partitions, RzPartition, topic->first_partition);
    if (g_hash_table_size(builder->numbers) == 0) {
        if (before[topic->n_partitions - 1].number < number)
            return true;
        for (uint32_t i = 0; i < topic->n_partitions; i++)
            g_hash_table_add(builder->numbers, GINT_TO_POINTER(before[i].number));
    }
    return g_hash_table_add(builder->numbers, GINT_TO_POINTER(number));
}

/* Appends @ids to @list as slots; each must be non-negative and new within the list. */
static bool
add_ids(RzSnapshotBuilder *builder, GArray *list, const char *field, const int32_t *ids, gsize n,
        GError **error)
{
    builder->lists++;
    for (gsize i = 0; i < n; i++) {
        if (ids[i] < 0) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s[%" G_GSIZE_FORMAT "]: %d is negative",
                        field, i, ids[i]);
            return false;
        }
        uint32_t slot = slot_for(builder, ids[i]);
        if (rz_builder_slot(builder, slot)->last_list == builder->lists) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                        "%s[%" G_GSIZE_FORMAT "]: broker %d occurs twice", field, i, ids[i]);
            return false;
        }
        rz_builder_slot(builder, slot)->last_list = builder->lists;
        g_array_append_val(list, slot);
    }
    return true;
}

/* Right after the replicas were added, so a broker is a replica iff it carries their serial. */
static bool
add_isr(RzSnapshotBuilder *builder, const int32_t *ids, gsize n, GError **error)
{
    uint64_t replicas = builder->lists++;
    for (gsize i = 0; i < n; i++) {
        uint32_t slot = ids[i] < 0 ? RZ_NONE : find_slot(builder, ids[i]);
        uint64_t last = slot == RZ_NONE ? 0 : rz_builder_slot(builder, slot)->last_list;
        if (last != replicas) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "isr[%" G_GSIZE_FORMAT "]: broker %d %s",
                        i, ids[i], last == builder->lists ? "occurs twice" : "is not a replica");
            return false;
        }
        rz_builder_slot(builder, slot)->last_list = builder->lists;
        g_array_append_val(builder->isr, slot);
    }
    return true;
}

static bool
find_leader(const RzSnapshotBuilder *builder, const RzPartitionInput *input, uint32_t *leader,
            GError **error)
{
    *leader = RZ_NONE;
    if (input->leader == -1)
        return true;
    int32_t id = input->leader == RZ_LEADER_DEFAULT ? input->replicas[0] : input->leader;
    for (gsize i = 0; i < input->n_replicas; i++) {
        if (input->replicas[i] == id) {
            *leader = find_slot(builder, id);
            return true;
        }
    }
    g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "leader: broker %d is not a replica", id);
    return false;
}

static bool
check_numbers(RzSnapshotBuilder *builder, const RzTopic *topic, const RzPartitionInput *input,
              GError **error)
{
    const char *problem = NULL;
    if (input->number < 0)
        problem = "partition: the number is negative";
    else if (!number_is_new(builder, topic, input->number))
        problem = "partition: the number occurs twice";
    else if (input->n_replicas == 0)
        problem = "replicas: the list is empty";
    else if (input->n_replicas > UINT16_MAX)
        problem = "replicas: more than 65535";
    else if (input->size_bytes < 0)
        problem = "size_bytes: negative";
    else if (input->write_rate_bytes_per_s < -1)
        problem = "write_rate_bytes_per_s: negative";
    else if (builder->replicas->len > UINT32_MAX - UINT16_MAX)
        problem = "replicas: more than 2^32 in all";
    if (problem != NULL)
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT, problem);
    return problem == NULL;
}

bool
rz_snapshot_builder_add_partition(RzSnapshotBuilder *builder, const RzPartitionInput *input,
                                  GError **error)
{
    g_assert(builder->topics->len > 0);
    RzTopic *topic = &g_array_index(builder->topics, RzTopic, builder->topics->len - 1);
    if (!check_numbers(builder, topic, input, error))
        return false;
    const int32_t *isr = input->isr != NULL ? input->isr : input->replicas;
    RzPartition partition = {
        .topic = builder->topics->len - 1,
        .number = input->number,
        .first_replica = builder->replicas->len,
        .first_isr = builder->isr->len,
        .n_replicas = (uint16_t)input->n_replicas,
        .n_isr = (uint16_t)(input->isr != NULL ? input->n_isr : input->n_replicas),
        .size_bytes = input->size_bytes,
        .write_rate_bytes_per_s = input->write_rate_bytes_per_s,
    };
    if (!add_ids(builder, builder->replicas, "replicas", input->replicas, input->n_replicas,
                 error) ||
        !add_isr(builder, isr, input->isr != NULL ? input->n_isr : input->n_replicas, error) ||
        !find_leader(builder, input, &partition.leader, error))
        return false;
    g_array_append_val(builder->partitions, partition);
    topic->n_partitions++;
    return true;
}
