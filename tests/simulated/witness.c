/*
 * witness.c: see witness.h.
 */
#include "witness.h"

#include "executor/part_table.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    RzCluster base;
    RzCluster *inner;
    const RzPlan *plan;
    Witness *witness;
    double started_s;
} WitnessCluster;

static double
cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static WitnessCluster *
enter(RzCluster *base, double *start)
{
    WitnessCluster *self = (WitnessCluster *)base;
    self->witness->requests++;
    *start = cpu_s();
    return self;
}

static void
leave(WitnessCluster *self, double start)
{
    self->witness->inside_s += cpu_s() - start;
}

/* ---- what is checked ---- */

static const RzMove *
find_move(const RzPlan *plan, const char *topic, int32_t partition)
{
    uint32_t low = 0, high = plan->n_topics;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(plan->topics[middle].name, topic) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == plan->n_topics || strcmp(plan->topics[low].name, topic) != 0)
        return NULL;
    const RzPlanTopic *found = &plan->topics[low];
    for (uint32_t m = 0; m < found->n_moves; m++)
        if (plan->moves[found->first_move + m].partition == partition)
            return &plan->moves[found->first_move + m];
    return NULL;
}

static bool
is_list(const RzReassign *item, const int32_t *ids, uint32_t n)
{
    return item->n_replicas == n && memcmp(item->replicas, ids, n * sizeof *ids) == 0;
}

static bool
is_fronted(const RzReassign *item, const int32_t *ids, uint32_t n, int32_t leader)
{
    uint32_t at = 1;
    if (item->n_replicas != n || item->replicas[0] != leader)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (ids[i] != leader && (at >= n || item->replicas[at++] != ids[i]))
            return false;
    return at == n;
}

/* What was there stays, and what comes is of the target, one of it in front. */
static bool
is_step(const RzPlan *plan, const RzMove *move, const RzReassign *item)
{
    const int32_t *from = rz_move_from(plan, move), *to = rz_move_to(plan, move);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < item->n_replicas; i++) {
        bool old = rz_list_has(from, move->n_from, item->replicas[i]);
        kept += old;
        if (!old && !rz_list_has(to, move->n_to, item->replicas[i]))
            return false;
    }
    return kept == move->n_from && !rz_list_has(from, move->n_from, item->replicas[0]);
}

/* Rule 4: what is listed is not sent elsewhere before it was cancelled. */
static bool
is_listed_elsewhere(RzCluster *inner, const RzReassign *item)
{
    const RzTopicPartition name = {item->topic, item->partition};
    g_autoptr(RzClusterReassignments) listed = rz_cluster_list_reassignments(inner, &name, 1, NULL);
    if (item->replicas == NULL || listed == NULL || listed->n_items == 0)
        return false;
    const RzClusterReassignment *move = &listed->items[0];
    return move->n_replicas - move->n_removing != item->n_replicas ||
           memcmp(move->replicas, item->replicas, item->n_replicas * sizeof(int32_t)) != 0;
}

static void
look_at_steps(Witness *witness, const RzPlan *plan, RzCluster *inner, const RzReassign *item)
{
    const RzMove *move = find_move(plan, item->topic, item->partition);
    if (move == NULL || item->replicas == NULL)
        return;
    bool end = is_list(item, rz_move_to(plan, move), move->n_to) ||
               is_list(item, rz_move_from(plan, move), move->n_from);
    witness->steps_sent += !end && is_step(plan, move, item);
    witness->sent_while_listed += is_listed_elsewhere(inner, item);
}

static bool
is_right(const RzPlan *plan, const RzReassign *item, bool staged)
{
    const RzMove *move = find_move(plan, item->topic, item->partition);
    if (move == NULL || item->replicas == NULL)
        return move != NULL;
    return is_list(item, rz_move_to(plan, move), move->n_to) ||
           is_list(item, rz_move_from(plan, move), move->n_from) ||
           is_fronted(item, rz_move_from(plan, move), move->n_from, move->leader) ||
           (staged && is_step(plan, move, item));
}

/* ---- the port ---- */

static RzClusterMetadata *
w_metadata(RzCluster *base, const char *const *topics, uint32_t n, GError **error)
{
    double start;
    WitnessCluster *self = enter(base, &start);
    RzClusterMetadata *answer = rz_cluster_metadata(self->inner, topics, n, error);
    leave(self, start);
    return answer;
}

static RzClusterMetadata *
w_describe(RzCluster *base, RzPermissions *permissions, GError **error)
{
    return rz_cluster_describe(((WitnessCluster *)base)->inner, permissions, error);
}

static RzClusterReassignments *
w_list(RzCluster *base, const RzTopicPartition *partitions, uint32_t n, GError **error)
{
    double start;
    WitnessCluster *self = enter(base, &start);
    RzClusterReassignments *answer =
        rz_cluster_list_reassignments(self->inner, partitions, n, error);
    leave(self, start);
    return answer;
}

static bool
w_alter(RzCluster *base, const RzReassign *items, uint32_t n, bool keep_rf, RzItemResult *results,
        GError **error)
{
    double start;
    WitnessCluster *self = enter(base, &start);
    self->witness->largest_batch = MAX(self->witness->largest_batch, n);
    for (uint32_t i = 0; i < n; i++) {
        self->witness->wrong_targets += !is_right(self->plan, &items[i], self->witness->staged);
        if (self->witness->staged)
            look_at_steps(self->witness, self->plan, self->inner, &items[i]);
    }
    bool ok = rz_cluster_alter_reassignments(self->inner, items, n, keep_rf, results, error);
    leave(self, start);
    return ok;
}

static bool
w_elect(RzCluster *base, const RzTopicPartition *partitions, uint32_t n, RzItemResult *results,
        GError **error)
{
    double start;
    WitnessCluster *self = enter(base, &start);
    self->witness->largest_batch = MAX(self->witness->largest_batch, n);
    bool ok = rz_cluster_elect_preferred(self->inner, partitions, n, results, error);
    leave(self, start);
    return ok;
}

static RzClusterConfig *
w_configs(RzCluster *base, RzResourceType type, const char *const *names, uint32_t n_names,
          const char *const *keys, uint32_t n_keys, GError **error)
{
    double start;
    WitnessCluster *self = enter(base, &start);
    RzClusterConfig *answer =
        rz_cluster_describe_configs(self->inner, type, names, n_names, keys, n_keys, error);
    leave(self, start);
    return answer;
}

static bool
w_alter_configs(RzCluster *base, const RzConfigChange *changes, uint32_t n, bool validate_only,
                RzItemResult *results, GError **error)
{
    double start;
    WitnessCluster *self = enter(base, &start);
    for (uint32_t i = 0; i < n; i++)
        if (changes[i].value != NULL)
            self->witness->longest_value =
                MAX(self->witness->longest_value, strlen(changes[i].value));
    bool ok = rz_cluster_alter_configs(self->inner, changes, n, validate_only, results, error);
    leave(self, start);
    return ok;
}

static RzClusterLogDirs *
w_log_dirs(RzCluster *base, int32_t broker, const RzTopicPartition *partitions, uint32_t n,
           GError **error)
{
    double start;
    WitnessCluster *self = enter(base, &start);
    RzClusterLogDirs *answer =
        rz_cluster_describe_log_dirs(self->inner, broker, partitions, n, error);
    leave(self, start);
    return answer;
}

static RzClusterQuorum *
w_quorum(RzCluster *base, GError **error)
{
    return rz_cluster_describe_quorum(((WitnessCluster *)base)->inner, error);
}

static int16_t
w_version(RzCluster *base, int32_t broker, int16_t api_key, GError **error)
{
    return rz_cluster_api_version(((WitnessCluster *)base)->inner, broker, api_key, error);
}

static void
w_free(RzCluster *base)
{
    rz_cluster_free(((WitnessCluster *)base)->inner);
    g_free(base);
}

static const RzClusterOps ops = {
    .metadata = w_metadata,
    .describe_cluster = w_describe,
    .list_reassignments = w_list,
    .alter_reassignments = w_alter,
    .elect_preferred = w_elect,
    .describe_configs = w_configs,
    .alter_configs = w_alter_configs,
    .describe_log_dirs = w_log_dirs,
    .describe_quorum = w_quorum,
    .api_version = w_version,
    .free = w_free,
};

RzCluster *
witness_new(RzCluster *inner, const RzPlan *plan, Witness *witness)
{
    WitnessCluster *self = g_new0(WitnessCluster, 1);
    self->base.ops = &ops;
    self->inner = inner;
    self->plan = plan;
    self->witness = witness;
    return &self->base;
}

void
witness_start(RzCluster *base)
{
    WitnessCluster *self = (WitnessCluster *)base;
    self->witness->inside_s = 0;
    self->started_s = cpu_s();
}

double
witness_executor_cpu_s(const RzCluster *base)
{
    const WitnessCluster *self = (const WitnessCluster *)base;
    return cpu_s() - self->started_s - self->witness->inside_s;
}
