/*
 * plan_new.c: rz_plan_new(): problem, solution, plan, and the figures that prove it.
 */
#include "planner/plan_private.h"
#include "planner/solver/freedom.h"
#include "planner/solver/plan_topics.h"
#include "planner/solver/shortage.h"
#include "planner/solver/solver.h"

typedef struct {
    const RzProblem *problem;
    const RzSolution *solution;
    RzPlan *plan;
    RzCheapest without_topics; /* set where topics count */
} Making;

static int32_t
broker_id(const RzProblem *problem, uint32_t b)
{
    return problem->snapshot->brokers[problem->broker[b]].id;
}

/* Every partition's targets as snapshot brokers; those left alone keep their list. */
static RzPlan *
assemble(const RzProblem *problem, const RzSolution *solution)
{
    const RzSnapshot *snapshot = problem->snapshot;
    const RzInstance *in = &problem->in;
    gsize n = snapshot->n_replicas + in->first_target[in->n_partitions], end = 0;
    g_autofree uint32_t *targets = g_new(uint32_t, MAX(n, 1));
    g_autofree gsize *first = g_new(gsize, (gsize)snapshot->n_partitions + 1);
    for (uint32_t p = 0, own = 0; p < snapshot->n_partitions; p++) {
        const RzPartition *partition = &snapshot->partitions[p];
        first[p] = end;
        if (own < in->n_partitions && problem->partition[own] == p) {
            for (uint32_t i = in->first_target[own]; i < in->first_target[own + 1]; i++)
                targets[end++] = problem->broker[solution->target[i]];
            own++;
            continue;
        }
        for (uint32_t i = 0; i < partition->n_replicas; i++)
            targets[end++] = snapshot->replicas[partition->first_replica + i];
    }
    first[snapshot->n_partitions] = end;
    return rz_plan_assemble(snapshot, problem->policy, targets, first);
}

static void
add_tier(RzPlan *plan, const char *name, RzWide value, bool proven, const char *note)
{
    plan->tiers[plan->n_tiers++] =
        (RzTier){.tier = name, .value = value, .bound = value, .proven = proven, .note = note};
}

static RzWide
sum_squares(const int64_t *fixed, const int64_t *movable, uint32_t n)
{
    RzWide sum = 0;
    for (uint32_t b = 0; b < n; b++)
        sum += (RzWide)(fixed[b] + movable[b]) * (fixed[b] + movable[b]);
    return sum;
}

static void
add_tiers(Making *making)
{
    const RzInstance *in = &making->problem->in;
    const RzSolution *solution = making->solution;
    RzPlan *plan = making->plan;
    plan->tiers = g_new0(RzTier, 9);
    RzWide balance = sum_squares(in->fixed, solution->held, in->n_brokers);
    add_tier(plan, "balance", balance, solution->levels->has_levels,
             "sum of the squares of replicas per broker");
    if (!solution->levels->has_levels) {
        plan->tiers[0].bound = solution->levels->sum_squares;
        plan->tiers[0].note =
            "sum of the squares of replicas per broker; the policy's limits allow "
            "more than the bound";
    }
    if (solution->topics != NULL)
        rz_plan_add_topic_tier(plan, solution, &making->without_topics);
    add_tier(plan, "bytes", solution->bytes, true, NULL);
    add_tier(plan, "moves", solution->moves, true, NULL);
    if (making->problem->policy->leaders == RZ_LEADERS_BALANCE)
        add_tier(plan, "leader_balance", solution->leaders->sum_squares, true,
                 "sum of the squares of leaders per broker");
    add_tier(plan, "leader_changes", solution->leaders->n_changes, true,
             "partitions whose first replica changes");
}

static void
add_measure(Making *making, const char *name, const char *what, RzMeasure measure)
{
    RzPlan *plan = making->plan;
    g_autofree char *note =
        measure.zone == RZ_NONE
            ? g_strdup(what)
            : g_strdup_printf("%s, worst in zone %s", what,
                              rz_problem_zone_name(making->problem, measure.zone));
    plan->tiers[plan->n_tiers++] = (RzTier){.tier = name,
                                            .value = measure.value,
                                            .bound = measure.bound,
                                            .note = g_string_chunk_insert(plan->strings, note)};
}

/* What was made of the freedom that the exact tiers leave: packing problems, nothing proven. */
static void
add_measures(Making *making)
{
    const RzInstance *in = &making->problem->in;
    const RzSolution *solution = making->solution;
    add_measure(making, "topic_spread",
                "most minus fewest replicas of one topic on a zone's brokers",
                rz_freedom_topic_spread(in, solution));
    add_measure(making, "broker_bytes", "bytes on the fullest broker, against its zone's mean",
                rz_freedom_broker_bytes(in, solution));
    add_measure(making, "leader_bytes", "bytes led by one broker, against its zone's mean",
                rz_freedom_leader_bytes(in, solution));
}

/* Appends the groups' brokers; a broker's group is group[b], numbered from the highest level. */
static RzLevelGroup *
copy_groups(Making *making, const uint32_t *group, const int64_t *level, uint32_t n_groups)
{
    const RzInstance *in = &making->problem->in;
    RzCertificate *certificate = &making->plan->certificate;
    RzLevelGroup *groups = g_new0(RzLevelGroup, MAX(n_groups, 1));
    for (uint32_t g = 0; g < n_groups; g++) {
        groups[g].level = level[g];
        groups[g].first_broker = certificate->n_group_brokers;
        for (uint32_t own = 0; own < making->problem->snapshot->n_brokers; own++) {
            uint32_t b = making->problem->number[own];
            if (b != RZ_NONE && group[b] == g)
                certificate->group_brokers[certificate->n_group_brokers++] =
                    broker_id(making->problem, b);
        }
        groups[g].n_brokers = certificate->n_group_brokers - groups[g].first_broker;
    }
    g_assert(certificate->n_group_brokers <= 2 * in->n_brokers);
    return groups;
}

static void
add_certificate(Making *making)
{
    const RzProblem *problem = making->problem;
    const RzInstance *in = &problem->in;
    const RzSolution *solution = making->solution;
    const RzLevels *levels = solution->levels;
    const RzLeaders *leaders = solution->leaders;
    RzCertificate *certificate = &making->plan->certificate;
    certificate->present = true;
    certificate->scale = solution->scale;
    certificate->brokers = g_new0(RzBrokerPrice, MAX(in->n_brokers, 1));
    certificate->group_brokers = g_new0(int32_t, MAX(2 * (gsize)in->n_brokers, 1));
    for (uint32_t own = 0; own < problem->snapshot->n_brokers; own++) {
        uint32_t b = problem->number[own];
        if (b == RZ_NONE)
            continue;
        RzBrokerPrice *price = &certificate->brokers[certificate->n_brokers++];
        price->broker_id = broker_id(problem, b);
        price->lo = levels->lo[b] + in->fixed[b];
        price->hi = levels->hi[b] + in->fixed[b];
        price->price = solution->price[b];
        price->leader_price = leaders->price[b];
    }
    if (levels->has_levels) {
        certificate->n_groups = levels->n_groups;
        certificate->groups = copy_groups(making, levels->group, levels->level, levels->n_groups);
    }
    certificate->n_leader_groups = leaders->n_groups;
    certificate->leader_groups =
        copy_groups(making, leaders->group, leaders->level, leaders->n_groups);
    if (solution->topics != NULL)
        rz_plan_add_topic_prices(making->plan, problem, solution);
}

static void
take_warnings(Making *making)
{
    GPtrArray *from = making->problem->warnings;
    if (making->plan->warnings == NULL)
        making->plan->warnings = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(making->plan->warnings, g_strdup(from->pdata[i]));
}

/* Solves again with topics counting: what could be placed without can be placed with it. */
static void
spread_topics(RzProblem *problem, RzSolveOptions options, RzSolution **solution)
{
    options.topic_balance = true;
    problem->in.cost_scale = rz_topic_cost_scale(&problem->in);
    rz_solution_free(*solution);
    *solution = rz_solve(&problem->in, &options);
    g_assert((*solution)->feasible);
}

RzPlan *
rz_plan_new(const RzSnapshot *snapshot, const RzPolicy *policy, GError **error)
{
    g_autoptr(RzProblem) problem = rz_problem_new(snapshot, policy, error);
    if (problem == NULL)
        return NULL;
    const RzSolveOptions options = {.keep_leaders = policy->leaders == RZ_LEADERS_KEEP};
    g_autoptr(RzSolution) solution = rz_solve(&problem->in, &options);
    if (!solution->feasible) {
        rz_shortage_in_limits(problem, solution->levels->lo, solution->levels->hi, solution->unmet,
                              error);
        return NULL;
    }
    RzCheapest without_topics = {solution->bytes, solution->moves};
    if (policy->topic_balance)
        spread_topics(problem, options, &solution);
    if (!rz_shortage_of_room(problem, solution, error))
        return NULL;
    Making making = {problem, solution, assemble(problem, solution), without_topics};
    add_tiers(&making);
    add_measures(&making);
    add_certificate(&making);
    take_warnings(&making);
    return making.plan;
}
