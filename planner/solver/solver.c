/*
 * solver.c: the tiers in order: fairest limits, cheapest replicas within them, leaders.
 */
#include "planner/solver/cost.h"
#include "planner/solver/freedom.h"
#include "planner/solver/replica_tier.h"
#include "planner/solver/topic_tier.h"

#include <string.h>

/* Whether 64 bits hold every price and distance that can arise. */
static bool
costs_fit(const RzInstance *in)
{
    RzWide largest = 0, n = in->n_brokers;
    for (uint32_t p = 0; p < in->n_partitions; p++)
        largest = MAX(largest, in->size_bytes[p]);
    return 2 * n * ((RzWide)rz_cost_scale(in) * largest + 1) < (RzWide)1 << 62;
}

void
rz_cheapest_replicas(const RzInstance *in, const RzSolveOptions *options, RzSolution *solution)
{
    if (costs_fit(in) && !options->force_wide)
        rz_replica_tier(in, options, solution);
    else
        rz_replica_tier_wide(in, options, solution);
}

static void
count_cost(const RzInstance *in, RzSolution *solution)
{
    for (uint32_t p = 0; p < in->n_partitions; p++) {
        const RzBrokerIx *target = solution->target + in->first_target[p];
        int64_t moves = 0;
        for (uint32_t i = 0; i < rz_rf(in, p); i++)
            moves += !rz_is_current(in, p, target[i]);
        solution->moves += moves;
        solution->bytes += (RzWide)in->size_bytes[p] * moves;
    }
}

/* The leader first, then kept replicas in their old order, then the new ones. */
static void
order_replicas(const RzInstance *in, RzSolution *solution)
{
    RzBrokerIx *ordered = rz_arena_array(solution->arena, RzBrokerIx, in->n_brokers);
    for (uint32_t p = 0; p < in->n_partitions; p++) {
        RzBrokerIx *target = solution->target + in->first_target[p];
        const RzBrokerIx *current = rz_current(in, p);
        RzBrokerIx leader = solution->leaders->leader[p];
        uint32_t rf = rz_rf(in, p), n = 0;
        ordered[n++] = leader;
        for (uint32_t i = 0; i < rz_n_current(in, p); i++)
            if (current[i] != leader && rz_list_has(target, rf, current[i]))
                ordered[n++] = current[i];
        for (uint32_t i = 0; i < rf; i++)
            if (target[i] != leader && !rz_is_current(in, p, target[i]))
                ordered[n++] = target[i];
        g_assert(n == rf);
        memcpy(target, ordered, n * sizeof *target);
    }
}

RzSolution *
rz_solve(const RzInstance *in, const RzSolveOptions *options)
{
    RzArena *arena = rz_arena_new();
    RzSolution *solution = rz_arena_array(arena, RzSolution, 1);
    solution->arena = arena;
    solution->levels = rz_levels_new(in, arena);
    solution->target = rz_arena_array(arena, RzBrokerIx, in->first_target[in->n_partitions]);
    solution->held = rz_arena_array(arena, int64_t, in->n_brokers);
    solution->price = rz_arena_array(arena, RzWide, in->n_brokers);
    solution->scale = rz_cost_scale(in);
    if (options->topic_balance)
        rz_topic_tier(in, options, solution);
    else
        rz_cheapest_replicas(in, options, solution);
    if (!solution->feasible)
        return solution;
    count_cost(in, solution);
    solution->leaders = options->keep_leaders ? rz_leaders_keep(in, solution->target, arena)
                                              : rz_leaders_balance(in, solution->target, arena);
    if (!options->ignore_freedom && !options->topic_balance)
        rz_freedom_use(in, solution);
    order_replicas(in, solution);
    return solution;
}

void
rz_solution_free(RzSolution *solution)
{
    if (solution != NULL)
        rz_arena_free(solution->arena);
}
