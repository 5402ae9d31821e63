/*
 * plan_apply.c: a snapshot with a plan's targets in place.
 *
 * Brokers, zones and topics stay as they are; only the lists are laid out anew.
 */
#include "planner/plan_apply.h"

#include <string.h>

#include "rezone/error.h"

static uint32_t
find_moved(const RzSnapshot *snapshot, const RzPlan *plan, const RzMove *move)
{
    uint32_t topic = rz_snapshot_find_topic(snapshot, plan->topics[move->topic].name);
    return topic == RZ_NONE ? RZ_NONE
                            : rz_snapshot_find_partition(snapshot, topic, move->partition);
}

static bool
starts_from(const RzSnapshot *snapshot, const RzPartition *partition, const RzPlan *plan,
            const RzMove *move)
{
    if (partition->n_replicas != move->n_from)
        return false;
    for (uint32_t i = 0; i < move->n_from; i++) {
        uint32_t broker = snapshot->replicas[partition->first_replica + i];
        if (snapshot->brokers[broker].id != rz_move_from(plan, move)[i])
            return false;
    }
    return true;
}

static bool
targets_known(const RzSnapshot *snapshot, const RzPlan *plan, const RzMove *move)
{
    for (uint32_t i = 0; i < move->n_to; i++) {
        if (rz_snapshot_find_broker(snapshot, rz_move_to(plan, move)[i]) == RZ_NONE)
            return false;
    }
    return true;
}

/* The move of every partition, or NULL where it stays. */
static const RzMove **
index_moves(const RzSnapshot *snapshot, const RzPlan *plan, GError **error)
{
    g_autofree const RzMove **moves = g_new0(const RzMove *, MAX(snapshot->n_partitions, 1));
    for (uint32_t m = 0; m < plan->n_moves; m++) {
        const RzMove *move = &plan->moves[m];
        uint32_t p = find_moved(snapshot, plan, move);
        const char *problem = NULL;
        if (p == RZ_NONE)
            problem = "is not in the snapshot";
        else if (!starts_from(snapshot, &snapshot->partitions[p], plan, move))
            problem = "has other replicas than the plan starts from";
        else if (!targets_known(snapshot, plan, move))
            problem = "goes to a broker that is not in the snapshot";
        if (problem != NULL) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s-%d %s", plan->topics[move->topic].name,
                        move->partition, problem);
            return NULL;
        }
        moves[p] = move;
    }
    return g_steal_pointer(&moves);
}

/* Brokers, zones, topics and partitions; the lists come next. */
static RzSnapshot *
copy_frame(const RzSnapshot *from)
{
    RzSnapshot *to = g_memdup2(from, sizeof *from);
    to->strings = g_string_chunk_new(4096);
    to->cluster_id =
        from->cluster_id == NULL ? NULL : g_string_chunk_insert(to->strings, from->cluster_id);
    to->taken_at =
        from->taken_at == NULL ? NULL : g_string_chunk_insert(to->strings, from->taken_at);
    to->brokers = g_memdup2(from->brokers, from->n_brokers * sizeof *from->brokers);
    for (uint32_t b = 0; b < to->n_brokers; b++) {
        if (to->brokers[b].host != NULL)
            to->brokers[b].host = g_string_chunk_insert_const(to->strings, to->brokers[b].host);
    }
    to->zones = g_new(const char *, MAX(from->n_zones, 1));
    for (uint32_t z = 0; z < to->n_zones; z++)
        to->zones[z] = g_string_chunk_insert(to->strings, from->zones[z]);
    to->log_dirs = g_memdup2(from->log_dirs, from->n_log_dirs * sizeof *from->log_dirs);
    for (uint32_t d = 0; d < to->n_log_dirs; d++)
        to->log_dirs[d].path = g_string_chunk_insert_const(to->strings, to->log_dirs[d].path);
    to->topics = g_memdup2(from->topics, from->n_topics * sizeof *from->topics);
    for (uint32_t t = 0; t < to->n_topics; t++) {
        RzTopic *topic = &to->topics[t];
        topic->name = g_string_chunk_insert(to->strings, topic->name);
        if (topic->topic_id != NULL)
            topic->topic_id = g_string_chunk_insert(to->strings, topic->topic_id);
    }
    to->partitions = g_memdup2(from->partitions, from->n_partitions * sizeof *from->partitions);
    return to;
}

static void
lay_out_move(RzSnapshot *to, RzPartition *partition, const RzPlan *plan, const RzMove *move)
{
    partition->n_replicas = move->n_to;
    partition->n_isr = 0;
    partition->leader = RZ_NONE;
    for (uint32_t i = 0; i < move->n_to; i++) {
        uint32_t broker = rz_snapshot_find_broker(to, rz_move_to(plan, move)[i]);
        to->replicas[to->n_replicas++] = broker;
        if (!to->brokers[broker].alive)
            continue;
        to->isr[to->n_isr++] = broker;
        partition->n_isr++;
        if (partition->leader == RZ_NONE)
            partition->leader = broker;
    }
}

static void
lay_out_lists(RzSnapshot *to, const RzSnapshot *from, const RzPlan *plan, const RzMove **moves)
{
    to->replicas = g_new(uint32_t, MAX(from->n_replicas + plan->n_broker_ids, 1));
    to->isr = g_new(uint32_t, MAX(from->n_isr + plan->n_broker_ids, 1));
    to->n_replicas = to->n_isr = 0;
    for (uint32_t p = 0; p < to->n_partitions; p++) {
        RzPartition *partition = &to->partitions[p];
        const RzPartition *old = &from->partitions[p];
        partition->first_replica = (uint32_t)to->n_replicas;
        partition->first_isr = (uint32_t)to->n_isr;
        if (moves[p] != NULL) {
            lay_out_move(to, partition, plan, moves[p]);
            continue;
        }
        memcpy(to->replicas + to->n_replicas, from->replicas + old->first_replica,
               old->n_replicas * sizeof *to->replicas);
        memcpy(to->isr + to->n_isr, from->isr + old->first_isr, old->n_isr * sizeof *to->isr);
        to->n_replicas += old->n_replicas;
        to->n_isr += old->n_isr;
    }
}

RzSnapshot *
rz_snapshot_with_plan(const RzSnapshot *snapshot, const RzPlan *plan, GError **error)
{
    g_autofree const RzMove **moves = index_moves(snapshot, plan, error);
    if (moves == NULL)
        return NULL;
    RzSnapshot *to = copy_frame(snapshot);
    lay_out_lists(to, snapshot, plan, moves);
    return to;
}
