/*
 * reassign.c: AlterPartitionReassignments and ListPartitionReassignments, as the controller does.
 *
 * Adding and removing are computed against the union of a move that already runs, and an empty set
 * is not written back: that is what makes some retargets hang or be ignored, here as there.
 */
#include "sim/sim_private.h"

#include <stdlib.h>
#include <string.h>

void
rz_sim_results_clear(RzSimResult *results, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        g_free(results[i].message);
        results[i] = (RzSimResult){0};
    }
}

static RzSimResult
refuse(int16_t code, char *message)
{
    return (RzSimResult){code, message};
}

static RzIds
sorted_difference(RzIds a, RzIds b)
{
    RzIds rest = rz_ids_without(a, b);
    rz_ids_sort(&rest);
    return rest;
}

/* The replicas that a cancel leaves; false: none of them is in sync. */
static bool
revert(const RzSimPartition *partition, RzSimChange *change)
{
    RzIds isr = rz_ids_without(partition->isr, partition->adding);
    bool clean = isr.n > 0;
    rz_ids_replace(&change->replicas, rz_ids_without(partition->replicas, partition->adding));
    if (!clean && change->replicas.n > 0)
        rz_ids_append(&isr, change->replicas.ids[0]);
    rz_ids_replace(&change->isr, isr);
    rz_ids_clear(&change->adding);
    rz_ids_clear(&change->removing);
    return clean;
}

static RzSimResult
cancel(RzSim *sim, RzSimPartition *partition)
{
    if (!rz_sim_is_moving(partition))
        return refuse(RZ_KAFKA_NO_REASSIGNMENT_IN_PROGRESS,
                      g_strdup("No partition reassignment is in progress."));
    bool unclean_allowed = rz_sim_unclean_allowed(sim, partition->topic);
    RzSimChange change;
    rz_sim_change_init(&change, partition);
    if (!revert(partition, &change) && !unclean_allowed) {
        rz_sim_change_clear(&change);
        return refuse(RZ_KAFKA_INVALID_REPLICA_ASSIGNMENT,
                      g_strdup_printf("Unable to revert partition assignment for %s:%d because it "
                                      "would require an unclean leader election.",
                                      partition->topic->name, partition->number));
    }
    if (unclean_allowed)
        change.elect = RZ_ELECT_UNCLEAN;
    rz_sim_change_commit(sim, partition, &change);
    return (RzSimResult){0};
}

/* From 4.3 on: no directory of it takes new replicas. */
static bool
is_cordoned(const RzSim *sim, const RzSimBroker *broker)
{
    if (sim->options.version < RZ_SIM_VERSION(4, 3) || broker->fenced)
        return false;
    for (uint32_t i = 0; i < broker->dirs->len; i++)
        if (!g_array_index(broker->dirs, RzSimDir, i).cordoned)
            return false;
    return true;
}

static RzSimResult
check_target(const RzSim *sim, const RzSimPartition *partition, RzIds target)
{
    if (target.n == 0)
        return refuse(RZ_KAFKA_INVALID_REPLICA_ASSIGNMENT,
                      g_strdup("The manual partition assignment includes an empty replica list."));
    g_auto(RzIds) sorted = rz_ids_copy(target);
    rz_ids_sort(&sorted);
    for (uint32_t i = 0; i < sorted.n; i++) {
        int32_t id = sorted.ids[i];
        const RzSimBroker *broker = rz_sim_broker(sim, id);
        if (broker == NULL)
            return refuse(RZ_KAFKA_INVALID_REPLICA_ASSIGNMENT,
                          g_strdup_printf("The manual partition assignment includes broker %d, but "
                                          "no such broker is registered.",
                                          id));
        if (i > 0 && sorted.ids[i - 1] == id)
            return refuse(RZ_KAFKA_INVALID_REPLICA_ASSIGNMENT,
                          g_strdup_printf("The manual partition assignment includes the broker %d "
                                          "more than once.",
                                          id));
        if (is_cordoned(sim, broker) && !rz_ids_contain(partition->replicas, id))
            return refuse(RZ_KAFKA_INVALID_REPLICA_ASSIGNMENT,
                          g_strdup_printf("The manual partition assignment includes broker %d, but "
                                          "all its log directories are cordoned.",
                                          id));
    }
    return (RzSimResult){0};
}

/* The size that the partition is heading for. */
static uint32_t
heading_for(const RzSimPartition *partition)
{
    g_auto(RzIds) target = rz_ids_without(partition->replicas, partition->removing);
    return target.n;
}

static RzSimResult
retarget(RzSim *sim, RzSimPartition *partition, RzIds target, bool allow_rf_change)
{
    RzSimResult refused = check_target(sim, partition, target);
    if (refused.code != 0)
        return refused;
    if (!allow_rf_change && target.n != heading_for(partition))
        return refuse(RZ_KAFKA_INVALID_REPLICATION_FACTOR,
                      g_strdup_printf("The replication factor is changed from %u to %u",
                                      heading_for(partition), target.n));
    RzSimChange change;
    rz_sim_change_init(&change, partition);
    RzIds removing = sorted_difference(partition->replicas, target);
    RzIds adding = sorted_difference(target, partition->replicas);
    rz_ids_replace(&change.replicas, rz_ids_copy(target));
    for (uint32_t i = 0; i < removing.n; i++)
        rz_ids_append(&change.replicas, removing.ids[i]);
    if (adding.n > 0)
        rz_ids_replace(&change.adding, rz_ids_copy(adding));
    if (removing.n > 0)
        rz_ids_replace(&change.removing, rz_ids_copy(removing));
    rz_ids_clear(&adding);
    rz_ids_clear(&removing);
    rz_sim_change_commit(sim, partition, &change);
    return (RzSimResult){0};
}

static RzSimResult
alter_one(RzSim *sim, const RzSimReassign *item, bool allow_rf_change)
{
    RzSimPartition *partition = rz_sim_partition(sim, item->topic, item->partition);
    if (partition == NULL)
        return refuse(
            RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION,
            rz_sim_topic(sim, item->topic) == NULL
                ? g_strdup_printf("Unable to find a topic named %s.", item->topic)
                : g_strdup_printf("Unable to find partition %s:%d.", item->topic, item->partition));
    if (item->replicas == NULL)
        return cancel(sim, partition);
    g_auto(RzIds) target = rz_ids_new(item->replicas, item->n_replicas);
    return retarget(sim, partition, target, allow_rf_change);
}

int16_t
rz_sim_alter_reassignments(RzSim *sim, const RzSimReassign *items, uint32_t n, bool allow_rf_change,
                           RzSimResult *results)
{
    if (!rz_sim_allows(sim, RZ_SIM_ALTER_CLUSTER, NULL))
        return RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED;
    if (sim->controller_back_ms > sim->now_ms)
        return RZ_KAFKA_NOT_CONTROLLER;
    uint32_t records = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (records >= sim->options.max_records) {
            results[i] = refuse(RZ_KAFKA_UNKNOWN_SERVER_ERROR, NULL);
            continue;
        }
        results[i] = alter_one(sim, &items[i], allow_rf_change);
        records += results[i].code == 0 ? 1 : 0;
    }
    return RZ_KAFKA_NONE;
}

/* ---- listing ---- */

uint32_t
rz_sim_n_moving(const RzSim *sim)
{
    return g_hash_table_size(sim->moving);
}

static int
compare_moves(const void *a, const void *b)
{
    const RzSimMove *x = a, *y = b;
    int order = strcmp(x->topic, y->topic);
    return order != 0 ? order
                      : (x->view.number > y->view.number) - (x->view.number < y->view.number);
}

static void
add_move(GArray *moves, const RzSim *sim, const RzSimPartition *partition)
{
    if (partition == NULL || !rz_sim_is_moving(partition))
        return;
    RzSimMove move = {.topic = partition->topic->name};
    rz_sim_partition_view(sim, RZ_SIM_CONTROLLER, partition->topic, partition->number, &move.view);
    g_array_append_val(moves, move);
}

int16_t
rz_sim_list_reassignments(const RzSim *sim, const RzSimTopicPartition *partitions, uint32_t n,
                          GArray **moves)
{
    *moves = g_array_new(FALSE, FALSE, sizeof(RzSimMove));
    if (!rz_sim_allows(sim, RZ_SIM_DESCRIBE_CLUSTER, NULL))
        return RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED;
    if (sim->controller_back_ms > sim->now_ms)
        return RZ_KAFKA_NOT_CONTROLLER;
    if (partitions == NULL) {
        GHashTableIter iter;
        gpointer partition;
        g_hash_table_iter_init(&iter, sim->moving);
        while (g_hash_table_iter_next(&iter, &partition, NULL))
            add_move(*moves, sim, partition);
    }
    for (uint32_t i = 0; partitions != NULL && i < n; i++)
        add_move(*moves, sim, rz_sim_partition(sim, partitions[i].topic, partitions[i].partition));
    if ((*moves)->len > 1) /* the set of moves has no order of its own */
        qsort((*moves)->data, (*moves)->len, sizeof(RzSimMove), compare_moves);
    return RZ_KAFKA_NONE;
}
