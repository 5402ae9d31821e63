/*
 * elect.c: ElectLeaders, and the controller's own preferred elections.
 */
#include "sim/sim_private.h"

/* KRaft moves at most so many leaders a round. */
#define MAX_ELECTIONS 1000

static bool
has_preferred_leader(const RzSimPartition *partition)
{
    return partition->leader == partition->replicas.ids[0];
}

static bool
elect_one(RzSim *sim, RzSimPartition *partition, RzElect elect)
{
    RzSimChange change;
    rz_sim_change_init(&change, partition);
    change.elect = elect;
    return rz_sim_change_commit(sim, partition, &change);
}

static RzSimResult
elect_partition(RzSim *sim, RzSimPartition *partition, RzSimElection type)
{
    bool needless =
        type == RZ_SIM_PREFERRED ? has_preferred_leader(partition) : partition->leader >= 0;
    if (needless)
        return (RzSimResult){RZ_KAFKA_ELECTION_NOT_NEEDED, NULL};
    if (elect_one(sim, partition, type == RZ_SIM_PREFERRED ? RZ_ELECT_PREFERRED : RZ_ELECT_UNCLEAN))
        return (RzSimResult){0};
    return (RzSimResult){type == RZ_SIM_PREFERRED ? RZ_KAFKA_PREFERRED_LEADER_NOT_AVAILABLE
                                                  : RZ_KAFKA_ELIGIBLE_LEADERS_NOT_AVAILABLE,
                         NULL};
}

static int16_t
may_elect(const RzSim *sim)
{
    if (!rz_sim_allows(sim, RZ_SIM_ALTER_CLUSTER, NULL))
        return RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED;
    return sim->controller_back_ms > sim->now_ms ? RZ_KAFKA_NOT_CONTROLLER : RZ_KAFKA_NONE;
}

/* Leaders that would change, a record each. */
static uint32_t
n_records(const RzSim *sim, const RzSimTopicPartition *items, uint32_t n)
{
    uint32_t records = 0;
    for (uint32_t i = 0; i < n; i++) {
        const RzSimPartition *partition = rz_sim_partition(sim, items[i].topic, items[i].partition);
        records += partition != NULL && !has_preferred_leader(partition) ? 1 : 0;
    }
    return records;
}

static RzSimResult
elect_item(RzSim *sim, const RzSimTopicPartition *item, RzSimElection type)
{
    if (rz_sim_topic(sim, item->topic) == NULL)
        return (RzSimResult){RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION,
                             g_strdup_printf("No such topic as %s", item->topic)};
    RzSimPartition *partition = rz_sim_partition(sim, item->topic, item->partition);
    if (partition == NULL)
        return (RzSimResult){
            RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION,
            g_strdup_printf("No such partition as %s-%d", item->topic, item->partition)};
    return elect_partition(sim, partition, type);
}

int16_t
rz_sim_elect_leaders(RzSim *sim, RzSimElection type, const RzSimTopicPartition *items, uint32_t n,
                     RzSimResult *results)
{
    int16_t code = may_elect(sim);
    if (code != RZ_KAFKA_NONE)
        return code;
    if (n_records(sim, items, n) > sim->options.max_records)
        return RZ_KAFKA_POLICY_VIOLATION;
    for (uint32_t i = 0; i < n; i++)
        results[i] = elect_item(sim, &items[i], type);
    return RZ_KAFKA_NONE;
}

int16_t
rz_sim_elect_all(RzSim *sim, RzSimElection type, GArray **elected)
{
    *elected = g_array_new(FALSE, FALSE, sizeof(RzSimElected));
    int16_t code = may_elect(sim);
    if (code != RZ_KAFKA_NONE)
        return code;
    for (uint32_t i = 0; i < sim->topics->len; i++) {
        const RzSimTopic *topic = g_ptr_array_index(sim->topics, i);
        for (uint32_t j = 0; topic->deleted_ms == RZ_SIM_NEVER && j < topic->partitions->len; j++) {
            RzSimPartition *partition = g_ptr_array_index(topic->partitions, j);
            RzSimElected one = {topic->name, partition->number,
                                elect_partition(sim, partition, type)};
            if (one.result.code != RZ_KAFKA_ELECTION_NOT_NEEDED)
                g_array_append_val(*elected, one);
        }
    }
    return RZ_KAFKA_NONE;
}

/* ---- auto.leader.rebalance.enable ---- */

void
rz_sim_want_rebalance(RzSim *sim)
{
    if (!sim->options.auto_leader_rebalance || sim->rebalance_scheduled)
        return;
    int64_t interval = sim->options.rebalance_interval_ms;
    sim->rebalance_scheduled = true;
    rz_sim_schedule(sim, (sim->now_ms / interval + 1) * interval, RZ_EVENT_REBALANCE, NULL, NULL,
                    0);
}

/* Partitions whose preferred leader cannot lead are tried again after the next change. */
void
rz_sim_rebalance(RzSim *sim)
{
    sim->rebalance_scheduled = false;
    uint32_t elected = 0;
    for (uint32_t i = 0; i < sim->topics->len; i++) {
        const RzSimTopic *topic = g_ptr_array_index(sim->topics, i);
        for (uint32_t j = 0; topic->deleted_ms == RZ_SIM_NEVER && j < topic->partitions->len; j++) {
            RzSimPartition *partition = g_ptr_array_index(topic->partitions, j);
            if (!has_preferred_leader(partition) && elected < MAX_ELECTIONS &&
                elect_one(sim, partition, RZ_ELECT_PREFERRED))
                elected++;
        }
    }
}
