/*
 * snapshot.c: looking things up in a built snapshot, and its end.
 */
#include "planner/snapshot_private.h"

#include <string.h>

void
rz_snapshot_free(RzSnapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    g_free(snapshot->brokers);
    g_free(snapshot->zones);
    g_free(snapshot->log_dirs);
    g_free(snapshot->topics);
    g_free(snapshot->partitions);
    g_free(snapshot->replicas);
    g_free(snapshot->isr);
    g_string_chunk_free(snapshot->strings);
    g_free(snapshot);
}

uint32_t
rz_snapshot_find_broker(const RzSnapshot *snapshot, int32_t id)
{
    uint32_t low = 0, high = snapshot->n_brokers;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (snapshot->brokers[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < snapshot->n_brokers && snapshot->brokers[low].id == id ? low : RZ_NONE;
}

uint32_t
rz_snapshot_find_topic(const RzSnapshot *snapshot, const char *name)
{
    uint32_t low = 0, high = snapshot->n_topics;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(snapshot->topics[middle].name, name);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return RZ_NONE;
}

uint32_t
rz_snapshot_find_partition(const RzSnapshot *snapshot, uint32_t topic, int32_t number)
{
    const RzTopic *t = &snapshot->topics[topic];
    uint32_t low = t->first_partition, end = low + t->n_partitions, high = end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (snapshot->partitions[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && snapshot->partitions[low].number == number ? low : RZ_NONE;
}

bool
rz_topic_is_internal(const char *name)
{
    static const char *const internal[] = {
        "__consumer_offsets", "__transaction_state",   "__share_group_state",
        "__cluster_metadata", "__remote_log_metadata",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(internal); i++) {
        if (strcmp(name, internal[i]) == 0)
            return true;
    }
    return false;
}

const char *
rz_snapshot_cluster_id(const RzSnapshot *snapshot)
{
    return snapshot->cluster_id;
}

uint32_t
rz_snapshot_n_brokers(const RzSnapshot *snapshot)
{
    return snapshot->n_brokers;
}

uint32_t
rz_snapshot_n_zones(const RzSnapshot *snapshot)
{
    return snapshot->n_zones;
}

uint32_t
rz_snapshot_n_topics(const RzSnapshot *snapshot)
{
    return snapshot->n_topics;
}

uint32_t
rz_snapshot_n_partitions(const RzSnapshot *snapshot)
{
    return snapshot->n_partitions;
}

/* DescribeLogDirs reports the volume of each directory, so equal figures mean a shared one. */
static bool
is_same_volume(const RzLogDir *a, const RzLogDir *b)
{
    return a->total_bytes == b->total_bytes && a->usable_bytes == b->usable_bytes;
}

bool
rz_snapshot_broker_room(const RzSnapshot *snapshot, uint32_t broker, int64_t *total_bytes,
                        int64_t *usable_bytes)
{
    const RzBroker *owner = &snapshot->brokers[broker];
    const RzLogDir *dirs = snapshot->log_dirs + owner->first_log_dir;
    RzWide total = 0, usable = 0;
    bool known = owner->n_log_dirs > 0;
    for (uint32_t i = 0; known && i < owner->n_log_dirs; i++) {
        bool counted = false;
        for (uint32_t j = 0; j < i; j++)
            counted = counted || is_same_volume(&dirs[i], &dirs[j]);
        known = dirs[i].total_bytes >= 0 && dirs[i].usable_bytes >= 0;
        total += counted ? 0 : dirs[i].total_bytes;
        usable += counted ? 0 : dirs[i].usable_bytes;
    }
    *total_bytes = known ? (int64_t)MIN(total, (RzWide)INT64_MAX) : -1;
    *usable_bytes = known ? (int64_t)MIN(usable, (RzWide)INT64_MAX) : -1;
    return known;
}
