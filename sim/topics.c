/*
 * topics.c: topics that come, grow and go, and the load on them.
 */
#include "sim/sim_private.h"

int64_t
rz_sim_now_ms(const RzSim *sim)
{
    return sim->now_ms;
}

int64_t
rz_sim_wall_ms(const RzSim *sim)
{
    return sim->options.wall_ms + sim->now_ms;
}

void
rz_sim_open_partition(RzSim *sim, RzSimPartition *partition, const RzIds *isr, int32_t leader)
{
    partition->isr = isr == NULL ? rz_ids_copy(partition->replicas) : rz_ids_copy(*isr);
    partition->leader = leader;
    rz_sim_match_copies(sim, partition);
    rz_sim_refresh_copies(sim, partition);
}

static void
add_partition(RzSim *sim, RzSimTopic *topic, const int32_t *replicas, uint32_t n)
{
    RzSimPartition *partition = rz_sim_partition_new(sim, topic, replicas, n);
    rz_sim_open_partition(sim, partition, NULL, replicas[0]);
}

bool
rz_sim_create_topic(RzSim *sim, const char *name, uint32_t n_partitions, const int32_t *replicas,
                    uint32_t n_replicas)
{
    if (rz_sim_topic(sim, name) != NULL)
        return false;
    RzSimTopic *topic = rz_sim_topic_new(sim, name);
    for (uint32_t i = 0; i < n_partitions; i++)
        add_partition(sim, topic, replicas + (gsize)i * n_replicas, n_replicas);
    rz_sim_log_event(sim, "topic %s created", name);
    return true;
}

bool
rz_sim_grow_topic(RzSim *sim, const char *name, const int32_t *replicas, uint32_t n_replicas)
{
    RzSimTopic *topic = rz_sim_topic(sim, name);
    if (topic == NULL)
        return false;
    add_partition(sim, topic, replicas, n_replicas);
    rz_sim_log_event(sim, "topic %s has %u partitions", name, topic->partitions->len);
    return true;
}

bool
rz_sim_delete_topic(RzSim *sim, const char *name)
{
    RzSimTopic *topic = rz_sim_topic(sim, name);
    if (topic == NULL)
        return false;
    for (uint32_t i = 0; i < topic->partitions->len; i++)
        rz_sim_forget(sim, g_ptr_array_index(topic->partitions, i));
    topic->deleted_ms = sim->now_ms;
    rz_sim_log_event(sim, "topic %s deleted", name);
    return true;
}

bool
rz_sim_set_load(RzSim *sim, const char *topic, int32_t number, int64_t size_bytes,
                int64_t write_rate_bytes_per_s)
{
    RzSimPartition *partition = rz_sim_partition(sim, topic, number);
    if (partition == NULL)
        return false;
    rz_sim_unaccount(sim, partition);
    for (uint32_t i = 0; i < partition->n_copies; i++) {
        RzSimCopy *copy = &partition->copies[i];
        copy->left_bytes = rz_sim_copy_left(sim, partition, copy);
        copy->base_ms = sim->now_ms;
        if (copy->state == RZ_COPY_COPYING || copy->state == RZ_COPY_STOPPED)
            copy->left_bytes += (double)MAX(0, size_bytes - rz_sim_log_size(sim, partition));
    }
    partition->size_bytes = size_bytes;
    partition->size_ms = sim->now_ms;
    partition->write_rate = write_rate_bytes_per_s;
    rz_sim_account(sim, partition);
    return true;
}
