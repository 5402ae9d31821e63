/*
 * log_dirs.c: what lies in a broker's directories, as it reports itself.
 */
#include "sim/sim_private.h"

static int64_t
bytes_on_disk(const RzSim *sim, const RzSimPartition *partition, const RzSimCopy *copy)
{
    double left = rz_sim_copy_left(sim, partition, copy);
    return MAX(0, rz_sim_log_size(sim, partition) - (int64_t)left);
}

static void
add_replicas(const RzSim *sim, const RzSimTopic *topic, int32_t broker, GArray *replicas,
             GArray *dirs)
{
    for (uint32_t i = 0; i < topic->partitions->len; i++) {
        const RzSimPartition *partition = g_ptr_array_index(topic->partitions, i);
        const RzSimCopy *copy = rz_sim_copy(partition, broker);
        if (copy == NULL)
            continue;
        RzSimLogDirView *dir = &g_array_index(dirs, RzSimLogDirView, copy->dir);
        RzSimLogReplicaView view = {topic->name, partition->number, copy->dir,
                                    bytes_on_disk(sim, partition, copy), 0};
        if (dir->usable_bytes >= 0)
            dir->usable_bytes = MAX(0, dir->usable_bytes - view.size_bytes);
        if (dir->error == RZ_KAFKA_NONE)
            g_array_append_val(replicas, view);
    }
}

bool
rz_sim_log_dirs(const RzSim *sim, int32_t id, GArray **dirs, GArray **replicas)
{
    const RzSimBroker *broker = rz_sim_broker(sim, id);
    if (broker == NULL)
        return false;
    *dirs = g_array_new(FALSE, FALSE, sizeof(RzSimLogDirView));
    *replicas = g_array_new(FALSE, FALSE, sizeof(RzSimLogReplicaView));
    for (uint32_t i = 0; i < broker->dirs->len; i++) {
        const RzSimDir *dir = &g_array_index(broker->dirs, RzSimDir, i);
        bool known = dir->total_bytes >= 0 && dir->other_bytes >= 0;
        RzSimLogDirView view = {
            dir->path, dir->failed ? RZ_KAFKA_KAFKA_STORAGE_ERROR : RZ_KAFKA_NONE, dir->cordoned,
            dir->total_bytes, known ? dir->total_bytes - dir->other_bytes : -1};
        g_array_append_val(*dirs, view);
    }
    for (uint32_t i = 0; i < sim->topics->len; i++) {
        const RzSimTopic *topic = g_ptr_array_index(sim->topics, i);
        if (topic->deleted_ms == RZ_SIM_NEVER)
            add_replicas(sim, topic, id, *replicas, *dirs);
    }
    return true;
}
