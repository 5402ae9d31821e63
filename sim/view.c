/*
 * view.c: what a broker's metadata cache shows: the truth, or the truth of a moment ago.
 *
 * A lagging broker is a moment in the past. Partitions remember what they were for as long as the
 * slowest cache needs it; topics know when they appeared and when they went.
 */
#include "sim/sim_private.h"

#include <string.h>

const char *
rz_sim_cluster_id(const RzSim *sim)
{
    return sim->cluster_id;
}

/* The moment that the cache of @via has reached. */
static int64_t
seen_at(const RzSim *sim, int32_t via)
{
    const RzSimBroker *broker = via == RZ_SIM_CONTROLLER ? NULL : rz_sim_broker(sim, via);
    return broker == NULL ? sim->now_ms : sim->now_ms - broker->metadata_lag_ms;
}

void
rz_sim_set_metadata_lag(RzSim *sim, int32_t id, int64_t lag_ms)
{
    sim->max_lag_ms = MAX(sim->max_lag_ms, lag_ms);
    for (uint32_t i = 0; i < sim->brokers->len; i++) {
        RzSimBroker *broker = g_ptr_array_index(sim->brokers, i);
        if (id == -1 || broker->id == id)
            broker->metadata_lag_ms = lag_ms;
    }
}

/* KRaft names any live broker; here the same one until membership changes. */
int32_t
rz_sim_controller_id(const RzSim *sim)
{
    uint32_t n = sim->brokers->len;
    for (uint32_t i = 0; i < n; i++) {
        const RzSimBroker *broker =
            g_ptr_array_index(sim->brokers, (i + (uint32_t)(sim->options.seed % n)) % n);
        if (broker->serving)
            return broker->id;
    }
    return -1;
}

uint32_t
rz_sim_n_brokers(const RzSim *sim)
{
    return sim->brokers->len;
}

void
rz_sim_broker_view(const RzSim *sim, uint32_t index, RzSimBrokerView *view)
{
    const RzSimBroker *broker = g_ptr_array_index(sim->brokers, index);
    *view = (RzSimBrokerView){broker->id, broker->host, broker->rack, broker->port, broker->fenced};
}

static bool
is_visible(const RzSimTopic *topic, int64_t at_ms, int64_t now_ms)
{
    bool created = topic->created_ms <= at_ms || topic->created_ms == 0;
    bool deleted = at_ms == now_ms ? topic->deleted_ms != RZ_SIM_NEVER : topic->deleted_ms <= at_ms;
    return created && !deleted;
}

uint32_t
rz_sim_n_topics(const RzSim *sim)
{
    return sim->topics->len;
}

const RzSimTopic *
rz_sim_topic_at(const RzSim *sim, int32_t via, uint32_t index)
{
    const RzSimTopic *topic = g_ptr_array_index(sim->topics, index);
    return is_visible(topic, seen_at(sim, via), sim->now_ms) ? topic : NULL;
}

const RzSimTopic *
rz_sim_find_topic(const RzSim *sim, int32_t via, const char *name)
{
    int64_t at_ms = seen_at(sim, via);
    for (uint32_t i = rz_sim_topic_place(sim, name); i < sim->topics->len; i++) {
        const RzSimTopic *topic = g_ptr_array_index(sim->topics, i);
        if (strcmp(topic->name, name) != 0)
            return NULL;
        if (is_visible(topic, at_ms, sim->now_ms))
            return topic;
    }
    return NULL;
}

uint32_t
rz_sim_topic_n_partitions(const RzSim *sim, int32_t via, const RzSimTopic *topic)
{
    int64_t at_ms = seen_at(sim, via);
    uint32_t n = topic->partitions->len;
    for (; n > 0; n--) {
        const RzSimPartition *last = g_ptr_array_index(topic->partitions, n - 1);
        if (last->created_ms <= at_ms || last->created_ms == 0)
            break;
    }
    return n;
}

static RzSimIds
borrow(RzIds list)
{
    return (RzSimIds){list.ids, list.n};
}

static const RzSimPast *
past_at(const RzSimPartition *partition, int64_t at_ms)
{
    for (uint32_t i = 0; partition->past != NULL && i < partition->past->len; i++) {
        const RzSimPast *past = &g_array_index(partition->past, RzSimPast, i);
        if (past->until_ms > at_ms)
            return past;
    }
    return NULL;
}

bool
rz_sim_partition_view(const RzSim *sim, int32_t via, const RzSimTopic *topic, int32_t number,
                      RzSimPartitionView *view)
{
    if (number < 0 || (uint32_t)number >= rz_sim_topic_n_partitions(sim, via, topic))
        return false;
    const RzSimPartition *partition = g_ptr_array_index(topic->partitions, (uint32_t)number);
    int64_t at_ms = seen_at(sim, via);
    const RzSimPast *past = at_ms < sim->now_ms ? past_at(partition, at_ms) : NULL;
    if (past != NULL)
        *view = (RzSimPartitionView){.number = number,
                                     .leader = past->leader,
                                     .leader_epoch = past->leader_epoch,
                                     .replicas = borrow(past->replicas),
                                     .isr = borrow(past->isr)};
    else
        *view = (RzSimPartitionView){number,
                                     partition->leader,
                                     partition->leader_epoch,
                                     borrow(partition->replicas),
                                     borrow(partition->isr),
                                     borrow(partition->adding),
                                     borrow(partition->removing),
                                     borrow(partition->elr)};
    return true;
}
