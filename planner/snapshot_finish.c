/*
 * snapshot_finish.c: from what was collected to the model: everything sorted and numbered.
 *
 * Slots and zones are sorted through permutations, topics likewise, partitions within their topic;
 * then every list is copied once, slots renamed to final indices.
 */
#include <stdlib.h>
#include <string.h>

#include "planner/snapshot_builder_private.h"
#include "rezone/error.h"

static int
compare_slots(gconstpointer a, gconstpointer b, gpointer data)
{
    const RzSnapshotBuilder *builder = data;
    int32_t left = rz_builder_slot(builder, *(const uint32_t *)a)->broker.id;
    int32_t right = rz_builder_slot(builder, *(const uint32_t *)b)->broker.id;
    return (left > right) - (left < right);
}

static int
compare_zones(gconstpointer a, gconstpointer b, gpointer data)
{
    const GPtrArray *names = data;
    return strcmp(names->pdata[*(const uint32_t *)a], names->pdata[*(const uint32_t *)b]);
}

static int
compare_topics(gconstpointer a, gconstpointer b, gpointer data)
{
    const RzTopic *topics = data;
    return strcmp(topics[*(const uint32_t *)a].name, topics[*(const uint32_t *)b].name);
}

static int
compare_partitions(gconstpointer a, gconstpointer b, gpointer data)
{
    (void)data;
    int32_t left = ((const RzPartition *)a)->number, right = ((const RzPartition *)b)->number;
    return (left > right) - (left < right);
}

/* 0 .. n-1 in the order that @compare says. */
static uint32_t *
sorted_order(uint32_t n, GCompareDataFunc compare, gpointer data)
{
    uint32_t *order = g_new(uint32_t, MAX(n, 1));
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    g_qsort_with_data(order, (gint)n, sizeof *order, compare, data);
    return order;
}

static uint32_t *
inverse(const uint32_t *order, uint32_t n)
{
    uint32_t *place = g_new(uint32_t, MAX(n, 1));
    for (uint32_t i = 0; i < n; i++)
        place[order[i]] = i;
    return place;
}

/* Zones are sorted by name; those whose brokers were all mapped elsewhere are dropped. */
static uint32_t *
number_zones(const RzSnapshotBuilder *builder, RzSnapshot *snapshot)
{
    uint32_t n = builder->zone_names->len;
    g_autofree bool *used = g_new0(bool, MAX(n, 1));
    for (uint32_t i = 0; i < builder->slots->len; i++) {
        uint32_t zone = rz_builder_slot(builder, i)->broker.zone;
        if (zone != RZ_NONE)
            used[zone] = true;
    }
    g_autofree uint32_t *order = sorted_order(n, compare_zones, builder->zone_names);
    uint32_t *final = g_new(uint32_t, MAX(n, 1));
    snapshot->zones = g_new(const char *, MAX(n, 1));
    for (uint32_t i = 0; i < n; i++) {
        if (!used[order[i]])
            continue;
        final[order[i]] = snapshot->n_zones;
        snapshot->zones[snapshot->n_zones++] = builder->zone_names->pdata[order[i]];
    }
    return final;
}

/* Returns slot -> broker index. */
static uint32_t *
place_brokers(RzSnapshotBuilder *builder, RzSnapshot *snapshot)
{
    g_autofree uint32_t *zone_index = number_zones(builder, snapshot);
    uint32_t n = builder->slots->len;
    g_autofree uint32_t *order = sorted_order(n, compare_slots, builder);
    snapshot->n_brokers = n;
    snapshot->brokers = g_new0(RzBroker, MAX(n, 1));
    snapshot->log_dirs = g_new0(RzLogDir, MAX(builder->log_dirs->len, 1));
    for (uint32_t i = 0; i < n; i++) {
        RzBroker *broker = &snapshot->brokers[i];
        *broker = rz_builder_slot(builder, order[i])->broker;
        if (broker->zone != RZ_NONE)
            broker->zone = zone_index[broker->zone];
        uint32_t first = snapshot->n_log_dirs;
        for (uint32_t d = 0; d < broker->n_log_dirs; d++)
            snapshot->log_dirs[snapshot->n_log_dirs++] =
                g_array_index(builder->log_dirs, RzLogDir, broker->first_log_dir + d);
        broker->first_log_dir = first;
    }
    return inverse(order, n);
}

static void
copy_list(uint32_t *to, const GArray *slots, uint32_t first, uint32_t n, const uint32_t *index)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = index[g_array_index(slots, uint32_t, first + i)];
}

static void
place_partition(const RzSnapshotBuilder *builder, RzSnapshot *snapshot, RzPartition partition,
                const uint32_t *broker_index)
{
    copy_list(snapshot->replicas + snapshot->n_replicas, builder->replicas, partition.first_replica,
              partition.n_replicas, broker_index);
    copy_list(snapshot->isr + snapshot->n_isr, builder->isr, partition.first_isr, partition.n_isr,
              broker_index);
    partition.first_replica = (uint32_t)snapshot->n_replicas;
    partition.first_isr = (uint32_t)snapshot->n_isr;
    if (partition.leader != RZ_NONE)
        partition.leader = broker_index[partition.leader];
    snapshot->partitions[snapshot->n_partitions++] = partition;
    snapshot->n_replicas += partition.n_replicas;
    snapshot->n_isr += partition.n_isr;
}

static void
sort_partitions(RzPartition *partitions, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        if (partitions[i - 1].number > partitions[i].number) {
            g_qsort_with_data(partitions, (gint)n, sizeof *partitions, compare_partitions, NULL);
            return;
        }
    }
}

static void
place_topics(RzSnapshotBuilder *builder, RzSnapshot *snapshot, const uint32_t *broker_index)
{
    RzTopic *topics = (RzTopic *)(void *)builder->topics->data;
    RzPartition *partitions = (RzPartition *)(void *)builder->partitions->data;
    g_autofree uint32_t *order = sorted_order(builder->topics->len, compare_topics, topics);
    snapshot->n_topics = builder->topics->len;
    snapshot->topics = g_new0(RzTopic, MAX(snapshot->n_topics, 1));
    snapshot->partitions = g_new(RzPartition, MAX(builder->partitions->len, 1));
    snapshot->replicas = g_new(uint32_t, MAX(builder->replicas->len, 1));
    snapshot->isr = g_new(uint32_t, MAX(builder->isr->len, 1));
    for (uint32_t t = 0; t < snapshot->n_topics; t++) {
        RzTopic topic = topics[order[t]];
        RzPartition *mine = topic.n_partitions > 0 ? partitions + topic.first_partition : NULL;
        sort_partitions(mine, topic.n_partitions);
        topic.first_partition = snapshot->n_partitions;
        snapshot->topics[t] = topic;
        for (uint32_t i = 0; i < topic.n_partitions; i++) {
            mine[i].topic = t;
            place_partition(builder, snapshot, mine[i], broker_index);
        }
    }
}

RzSnapshot *
rz_snapshot_builder_finish(RzSnapshotBuilder *builder, GError **error)
{
    if (builder->partitions->len > INT32_MAX) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT, "more than 2^31-1 partitions");
        return NULL;
    }
    RzSnapshot *snapshot = g_new0(RzSnapshot, 1);
    snapshot->cluster_id = builder->cluster_id;
    snapshot->taken_at = builder->taken_at;
    g_autofree uint32_t *broker_index = place_brokers(builder, snapshot);
    place_topics(builder, snapshot, broker_index);
    snapshot->strings = g_steal_pointer(&builder->strings);
    return snapshot;
}
