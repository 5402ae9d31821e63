/*
 * workload_snapshot.c: hand a workload to the snapshot builder, as any reader of snapshots does.
 */
#include "bench/workload_snapshot.h"

#include "planner/snapshot_builder.h"

static bool
add_brokers(RzSnapshotBuilder *builder, const BenchWorkload *workload, GError **error)
{
    for (uint32_t b = 0; b < workload->n_brokers; b++) {
        g_autofree char *zone = g_strdup_printf("az%u", workload->brokers[b].zone + 1);
        RzBrokerInput broker = {
            .id = workload->brokers[b].id,
            .zone = zone,
            .host = "127.0.0.1",
            .port = (int32_t)(10000 + b),
            .alive = true,
        };
        if (!rz_snapshot_builder_add_broker(builder, &broker, error))
            return false;
    }
    return true;
}

static bool
add_partition(RzSnapshotBuilder *builder, const BenchWorkload *workload,
              const BenchPartition *partition, GError **error)
{
    RzPartitionInput input = {
        .number = (int32_t)partition->number,
        .replicas = workload->replicas + partition->first,
        .n_replicas = partition->count,
        .leader = RZ_LEADER_DEFAULT,
        .size_bytes = partition->size_bytes,
        .write_rate_bytes_per_s = -1,
    };
    return rz_snapshot_builder_add_partition(builder, &input, error);
}

RzSnapshot *
bench_workload_snapshot(const BenchWorkload *workload, GError **error)
{
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    rz_snapshot_builder_set_header(builder, "bench", NULL);
    if (!add_brokers(builder, workload, error))
        return NULL;
    for (uint32_t p = 0; p < workload->n_partitions; p++) {
        const BenchPartition *partition = &workload->partitions[p];
        if (partition->number == 0) {
            char name[16];
            bench_topic_name(partition->topic, name);
            int32_t min_insync = (int32_t)MAX(partition->count, 2) - 1;
            if (!rz_snapshot_builder_add_topic(builder, name, NULL, min_insync, error))
                return NULL;
        }
        if (!add_partition(builder, workload, partition, error))
            return NULL;
    }
    return rz_snapshot_builder_finish(builder, error);
}
