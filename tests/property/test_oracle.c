/*
 * test_oracle.c: on random problems our optimum is the general solver's.
 *
 * Usage: test-oracle [COUNT [FIRST_SEED]]. A seed is one problem; a difference prints the seed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "planner/solver/solver.h"
#include "property/instances.h"
#include "property/oracle.h"

static const InstanceLimits kinds[] = {
    {.zones = 3, .brokers = 5, .partitions = 5, .rf = 3, .size = 8},
    {.zones = 4, .brokers = 8, .partitions = 20, .rf = 5, .size = 50},
    {.zones = 6, .brokers = 14, .partitions = 60, .rf = 5, .size = 1000},
    {.zones = 6, .brokers = 26, .partitions = 300, .rf = 4, .size = 1000},
};

typedef struct {
    uint32_t solved, infeasible, augmentations;
} Tally;

static bool
differs(uint64_t seed, const char *what, int64_t ours, int64_t theirs)
{
    if (ours == theirs)
        return false;
    fprintf(stderr,
            "seed %" G_GUINT64_FORMAT ": %s: ours %" G_GINT64_FORMAT ", oracle %" G_GINT64_FORMAT
            "\n",
            seed, what, ours, theirs);
    return true;
}

static bool
replicas_differ(uint64_t seed, const RzInstance *in, const RzSolution *solution)
{
    bool strict = solution->levels->has_levels;
    OracleAnswer answer = oracle_replicas(in, strict ? NULL : solution->levels->lo,
                                          strict ? NULL : solution->levels->hi);
    if (differs(seed, "feasible", solution->feasible, answer.feasible))
        return true;
    if (!answer.feasible)
        return false;
    if (strict &&
        differs(seed, "squares", (int64_t)solution->levels->sum_squares, answer.sum_squares))
        return true;
    return differs(seed, "cost", (int64_t)(solution->bytes * solution->scale) + solution->moves,
                   answer.cost);
}

static bool
leaders_differ(uint64_t seed, const RzInstance *in, const RzSolution *solution)
{
    OracleAnswer answer = oracle_leaders(in, solution->target);
    return differs(seed, "leader squares", (int64_t)solution->leaders->sum_squares,
                   answer.sum_squares) ||
           differs(seed, "leader changes", solution->leaders->n_changes, answer.cost);
}

static bool
test_seed(uint64_t seed, Tally *tally)
{
    Rng rng = {.state = seed};
    uint32_t kind = rng_between(&rng, 0, 99);
    g_autoptr(RzArena) arena = rz_arena_new();
    const RzInstance *in = random_instance(&rng,
                                           &kinds[kind < 40   ? 0
                                                  : kind < 75 ? 1
                                                  : kind < 95 ? 2
                                                              : 3],
                                           arena);
    const RzSolveOptions options = {.no_samples = rng_percent(&rng, 30),
                                    .first_sample = rng_between(&rng, 0, 8),
                                    .force_wide = rng_percent(&rng, 20)};
    g_autoptr(RzSolution) solution = rz_solve(in, &options);
    if (replicas_differ(seed, in, solution))
        return false;
    tally->augmentations += (uint32_t)solution->n_augmentations;
    tally->solved += solution->feasible;
    tally->infeasible += !solution->feasible;
    return !solution->feasible || !leaders_differ(seed, in, solution);
}

int
main(int argc, char **argv)
{
    uint64_t count = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 2000;
    uint64_t first = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : 1;
    Tally tally = {0};
    for (uint64_t seed = first; seed < first + count; seed++)
        if (!test_seed(seed, &tally))
            return EXIT_FAILURE;
    printf("seeds %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ": %u solved, %u infeasible, %u "
           "augmentations\n",
           first, first + count - 1, tally.solved, tally.infeasible, tally.augmentations);
    return EXIT_SUCCESS;
}
