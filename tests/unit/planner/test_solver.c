/*
 * test_solver.c: worked examples whose optimum can be found by enumeration.
 *
 * A row is a cluster and the value of its cheapest placement tier by tier. W1 is the smallest case
 * in which one pool of new replicas per zone would be wrong.
 */
#include "planner/solver/problem.h"
#include "planner/solver/solver.h"
#include "unit/planner/sketch.h"
#include "unit/planner/table.h"

typedef struct {
    const char *name, *cluster, *drain, *spread;
    int64_t squares, bytes, moves;
    const char *target_rf;
} Example;

/* clang-format off */
static const Example examples[] = {
    {"W1 a pool per zone would say 4", "0@a 1@a 2@a | t: 1,0*6 1,0*8 2,0*4",
     .squares = 12, .bytes = 6, .moves = 1},
    {"W2 two zones, all in one", "0@a 1@a 2@b 3@b | t: 0,1*5 1,0*7 0,1*11 1,0*13",
     .squares = 16, .bytes = 36, .moves = 4},
    {"W3 the two smallest move twice",
     "0@a 1@a 2@a 3@b 4@b 5@b | t: 0,1,2*1 1,2,0*2 2,0,1*4 0,2,1*8",
     .squares = 24, .bytes = 18, .moves = 6},
    {"W4 a zone of one broker is a level of its own",
     "0@a 1@a 2@a 3@a 4@b | t: 0,1,2*1 1,2,3*2 2,3,0*4",
     .squares = 19, .bytes = 7, .moves = 3},
    {"W5 replication factors side by side", "0@a 1@a 2@a | t: 0*5 0*9 0*3 | u: 0,1*4",
     .squares = 9, .bytes = 7, .moves = 2},
    {"W6 zero bytes, still the fewest moves",
     "0@a 1@a 2@b 3@b | t: 0,1*0 0,2*0 1,3*3 | u: 0*0",
     .squares = 13, .bytes = 0, .moves = 1},
    {"W7 a drained broker", "0@a 1@a 2@a 3@b | t: 0,3*5 1,3*6 0,2*7", .drain = "0",
     .squares = 14, .bytes = 12, .moves = 2},
    {"W8 more replicas than zones",
     "0@a 1@a 2@b 3@b 4@c 5@c | t: 0,1,2,3*3 2,3,4,5*5 0,1,2,4*7",
     .squares = 24, .bytes = 8, .moves = 2},
    {"a dead broker is no target", "0@a 1@a !2@b 3@b | t: 0,2*5 1,2*7",
     .squares = 6, .bytes = 12, .moves = 2},
    {"one replica more", "0@a 1@b 2@c | t: 0,1*5 1,2*7", .target_rf = "3",
     .squares = 12, .bytes = 12, .moves = 2},
    {"one replica less", "0@a 1@b 2@c | t: 0,1,2*5 0,1,2*7 0,1,2*9", .target_rf = "2",
     .squares = 12, .bytes = 0, .moves = 0},
    {"at least one in each zone", "0@a 1@a 2@b | t: 0,1*5 1,0*7", .spread = "min:1",
     .squares = 6, .bytes = 12, .moves = 2},
    {"nothing to do", "0@a 1@b | t: 0,1*5 1,0*7", .squares = 8, .bytes = 0, .moves = 0},
    {"no partitions", "0@a 1@b | t:", .squares = 0, .bytes = 0, .moves = 0},
};
/* clang-format on */

static const RzSolveOptions ways[] = {
    {.no_samples = true},
    {.first_sample = 1},
    {.first_sample = 1, .force_wide = true},
    {.no_samples = true, .force_wide = true},
    {.ignore_freedom = true},
};

static RzPolicy *
policy_for(const Example *example)
{
    RzPolicy *policy = rz_policy_new();
    if (example->drain != NULL)
        assert_true(rz_policy_set(policy, "drain", example->drain, NULL));
    if (example->spread != NULL)
        assert_true(rz_policy_set(policy, "spread", example->spread, NULL));
    if (example->target_rf != NULL)
        assert_true(rz_policy_set(policy, "target-rf", example->target_rf, NULL));
    return policy;
}

static void
example_has_its_value(void **state)
{
    const Example *example = *state;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster(example->cluster);
    g_autoptr(RzPolicy) policy = policy_for(example);
    g_autoptr(RzProblem) problem = rz_problem_new(snapshot, policy, NULL);
    assert_non_null(problem);
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autoptr(RzSolution) solution = rz_solve(&problem->in, &ways[i]);
        assert_true(solution->feasible);
        assert_int_equal((int64_t)solution->levels->sum_squares, example->squares);
        assert_int_equal((int64_t)solution->bytes, example->bytes);
        assert_int_equal(solution->moves, example->moves);
    }
}

/* Replica sets are given, so that leaders alone are decided. */
typedef struct {
    const char *name;
    const RzBrokerIx (*sets)[2];
    const RzBrokerIx *now;
    uint32_t n, n_brokers;
    int64_t squares, changes;
} LeaderExample;

#define ONE(b)                                                                                     \
    {                                                                                              \
        b, RZ_NO_BROKER                                                                            \
    }

/* clang-format off */
static const RzBrokerIx l1_sets[][2] = {{0, 2}, {0, 3}, {1, 2}, {1, 3}}, l1_now[] = {0, 0, 1, 1};
static const RzBrokerIx l2_sets[][2] = {{0, 1}, {0, 1}, {0, 1}, {0, 2}}, l2_now[] = {0, 0, 0, 0};
static const RzBrokerIx l3_sets[][2] = {ONE(0), ONE(0), {0, 1}, {1, 2}, {1, 2}},
                        l3_now[] = {0, 0, 0, 1, 1};
static const RzBrokerIx l4_sets[][2] = {{0, 1}, {0, 1}, {1, 2}, {1, 2}, {0, 1}},
                        l4_now[] = {0, 0, 1, 1, 0};

static const LeaderExample leader_examples[] = {
    {"L1 a cycle of four", l1_sets, l1_now, 4, 4, 4, 2},
    {"L2 one broker leads all", l2_sets, l2_now, 4, 3, 6, 2},
    {"L3 two that cannot hand over", l3_sets, l3_now, 5, 3, 9, 2},
    {"L4 a chain of two steps", l4_sets, l4_now, 5, 3, 9, 2},
};
/* clang-format on */

static void
leader_example_has_its_value(void **state)
{
    const LeaderExample *example = *state;
    g_autoptr(RzArena) arena = rz_arena_new();
    int64_t *none = rz_arena_array(arena, int64_t, example->n_brokers);
    uint32_t *first = rz_arena_array(arena, uint32_t, example->n + 1);
    RzBrokerIx *target = rz_arena_array(arena, RzBrokerIx, (gsize)2 * example->n);
    RzBrokerIx *now = rz_arena_array(arena, RzBrokerIx, example->n);
    for (uint32_t p = 0; p < example->n; p++) {
        first[p + 1] = first[p];
        now[p] = example->now[p];
        for (int i = 0; i < 2; i++)
            if (example->sets[p][i] != RZ_NO_BROKER)
                target[first[p + 1]++] = example->sets[p][i];
    }
    const RzInstance in = {.n_brokers = example->n_brokers,
                           .n_partitions = example->n,
                           .fixed_leaders = none,
                           .first_target = first,
                           .leader = now};
    const RzLeaders *leaders = rz_leaders_balance(&in, target, arena);
    assert_int_equal((int64_t)leaders->sum_squares, example->squares);
    assert_int_equal(leaders->n_changes, example->changes);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, examples, example_has_its_value);
    ADD_ROWS(tests, leader_examples, leader_example_has_its_value);
    return RUN_TESTS("solver", tests);
}
