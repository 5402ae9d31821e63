/*
 * test_oracle_topics.c: with topics spread evenly, too, our optimum is the general solver's.
 *
 * Usage: test-oracle-topics [COUNT [FIRST_SEED]]. A seed is one problem; a difference prints it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "planner/solver/topic_tier.h"
#include "property/instances.h"
#include "property/oracle.h"

static const InstanceLimits kinds[] = {
    {.zones = 3, .brokers = 5, .partitions = 6, .rf = 3, .size = 8},
    {.zones = 4, .brokers = 8, .partitions = 20, .rf = 5, .size = 50},
    {.zones = 4, .brokers = 12, .partitions = 40, .rf = 4, .size = 100},
};

typedef struct {
    uint32_t solved, infeasible;
    int64_t augmentations;
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
test_seed(uint64_t seed, Tally *tally)
{
    Rng rng = {.state = seed};
    g_autoptr(RzArena) arena = rz_arena_new();
    const InstanceLimits *kind = &kinds[rng_between(&rng, 0, G_N_ELEMENTS(kinds) - 1)];
    RzInstance *in = random_instance(&rng, kind, arena);
    in->cost_scale = rz_topic_cost_scale(in);
    const RzSolveOptions options = {.no_samples = rng_percent(&rng, 50),
                                    .force_wide = rng_percent(&rng, 20),
                                    .topic_balance = true};
    g_autoptr(RzSolution) solution = rz_solve(in, &options);
    bool strict = solution->levels->has_levels;
    OracleAnswer answer = oracle_topics(in, strict ? NULL : solution->levels->lo,
                                        strict ? NULL : solution->levels->hi);
    tally->solved += solution->feasible;
    tally->infeasible += !solution->feasible;
    tally->augmentations += solution->n_augmentations;
    if (differs(seed, "feasible", solution->feasible, answer.feasible))
        return false;
    if (!answer.feasible)
        return true;
    int64_t cost = (int64_t)(solution->bytes * solution->scale) + solution->moves;
    return !(strict && differs(seed, "squares", (int64_t)solution->levels->sum_squares,
                               answer.sum_squares)) &&
           !differs(seed, "topic squares", (int64_t)solution->topics->sum_squares,
                    answer.topic_squares) &&
           !differs(seed, "cost", cost, answer.cost);
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
    printf("seeds %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ": %u solved, %u infeasible, "
           "%" G_GINT64_FORMAT " augmentations\n",
           first, first + count - 1, tally.solved, tally.infeasible, tally.augmentations);
    return EXIT_SUCCESS;
}
