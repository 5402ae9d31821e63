/*
 * test_small.c: small clusters, where every placement can be tried, and what must not matter.
 *
 * A random case has to satisfy every property below: its plan is as good as the best of all
 * placements, the checker accepts it, and renaming, shuffling, scaling or planning again change
 * what they should and nothing else. A case that fails is shrunk and printed as a row for kept[],
 * where it stays.
 *
 * Usage: test-small [COUNT [FIRST_SEED]]. A seed is one case.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planner/plan_apply.h"
#include "planner/solver/problem.h"
#include "planner/solver/solver.h"
#include "planner/wide.h"
#include "property/enumerate.h"
#include "rezone/error.h"
#include "unit/planner/lines.h"

/* Cases that once failed, as test-small printed them, and the corners of the model. */
typedef struct {
    const char *sketch, *words;
} Kept;

/* clang-format off */
static const Kept kept[] = {
    {"1@a 2@b | t0: 1,2*10 | t1: 2,1*0", ""},
    {"1@a 2@a 3@b | t0: 1,2*5 1,2*5 | t1: 1,2*3", "only-topic=t1 box=1:0-1"},
    {"1@a 2@a 3@b | t0: 1,2*5 1,2*5 | t1: 1,2*3", "only-topic=t1 box=1:0-2 box=2:2-3"},
    {"1@a 2@a | t0: 1*5 1*4", "only-topic=t1 box=1:0-1"},
    {"5@a 7@a | t0: 7*0 7*0 | t1: 5*0", "box=7:0-1 only-topic=t1"},
    {"1@a !2@b | t0: 2,1;*9", "balance=10%"},
};
/* clang-format on */

typedef struct {
    const Small *small;
    RzSnapshot *snapshot;
    RzPolicy *policy;
    RzPlan *plan; /* NULL: infeasible, in these words */
    char *refusal;
} Planned;

static void
planned_clear(Planned *planned)
{
    g_clear_pointer(&planned->snapshot, rz_snapshot_free);
    g_clear_pointer(&planned->policy, rz_policy_free);
    g_clear_pointer(&planned->plan, rz_plan_free);
    g_clear_pointer(&planned->refusal, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Planned, planned_clear)

static Planned
make_plan(const Small *small, Rng *order)
{
    g_autoptr(GError) error = NULL;
    Planned planned = {.small = small};
    planned.snapshot = small_snapshot(small, order);
    planned.policy = small_policy(small);
    planned.plan = rz_plan_new(planned.snapshot, planned.policy, &error);
    if (planned.plan == NULL)
        planned.refusal = g_strdup_printf(
            "%s%s",
            error->code == RZ_ERROR_INFEASIBLE ? "" : "not as infeasible: ", error->message);
    return planned;
}

static const RzTier *
find_tier(const RzPlan *plan, const char *name)
{
    for (uint32_t t = 0; t < plan->n_tiers; t++)
        if (g_str_equal(plan->tiers[t].tier, name))
            return &plan->tiers[t];
    return NULL;
}

static RzWide
tier_value(const Planned *planned, const char *name)
{
    const RzTier *tier = find_tier(planned->plan, name);
    return tier == NULL ? -1 : tier->value;
}

/* A complaint (transfer full), or NULL when both are the same. */
static char *
differ(const char *what, RzWide ours, RzWide expected)
{
    if (ours == expected)
        return NULL;
    g_autofree char *our_text = rz_wide_to_words(ours);
    g_autofree char *expected_text = rz_wide_to_words(expected);
    return g_strdup_printf("%s is %s, not %s", what, our_text, expected_text);
}

static char *
costs_differ(const Planned *ours, const Planned *other, int64_t factor)
{
    static const char *const tiers[] = {"balance", "bytes", "moves"};
    if ((ours->plan == NULL) != (other->plan == NULL))
        return g_strdup_printf("one has no plan: %s%s", ours->refusal ? ours->refusal : "",
                               other->refusal ? other->refusal : "");
    for (gsize i = 0; ours->plan != NULL && i < G_N_ELEMENTS(tiers); i++) {
        /* Within limits the balance is what falls out. */
        if (i == 0 && !find_tier(ours->plan, "balance")->proven)
            continue;
        char *complaint = differ(tiers[i], tier_value(other, tiers[i]),
                                 tier_value(ours, tiers[i]) * (i == 1 ? factor : 1));
        if (complaint != NULL)
            return complaint;
    }
    return NULL;
}

/* Properties: NULL, or what is wrong (transfer full). */

static char *
is_accepted(const Planned *planned)
{
    g_autoptr(GError) error = NULL;
    if (planned->plan == NULL || rz_plan_check(planned->snapshot, planned->plan, NULL, &error))
        return NULL;
    return g_strdup(error->message);
}

static void
certified_limits(const Planned *planned, SmallLimits *limits)
{
    const RzCertificate *certificate = &planned->plan->certificate;
    for (uint32_t b = 0; b < planned->small->n_brokers; b++)
        for (uint32_t i = 0; i < certificate->n_brokers; i++)
            if (certificate->brokers[i].broker_id == planned->small->brokers[b].id)
                limits[b] = (SmallLimits){certificate->brokers[i].lo, certificate->brokers[i].hi};
}

static char *
leaders_are_best(const Planned *planned)
{
    const Small *small = planned->small;
    uint32_t sets[SMALL_PARTITIONS] = {0};
    g_autoptr(RzSnapshot) after = rz_snapshot_with_plan(planned->snapshot, planned->plan, NULL);
    g_assert(after != NULL);
    for (uint32_t p = 0; p < small->n_partitions; p++)
        for (uint32_t i = 0; i < after->partitions[p].n_replicas; i++)
            sets[p] |= 1u << after->replicas[after->partitions[p].first_replica + i];
    SmallLeaders best = enumerate_leaders(small, sets);
    char *complaint = NULL;
    if (!small->keep_leaders)
        complaint = differ("leader balance", tier_value(planned, "leader_balance"), best.squares);
    if (complaint != NULL)
        return complaint;
    return differ("leader changes", tier_value(planned, "leader_changes"), best.changes);
}

static char *
is_best_of_all(const Planned *planned)
{
    SmallLimits limits[SMALL_BROKERS];
    bool limited = small_limits(planned->small, limits);
    SmallBest best = enumerate_replicas(planned->small, limited ? limits : NULL);
    if (best.too_many)
        return NULL;
    if (planned->plan == NULL)
        return best.feasible ? g_strdup(planned->refusal) : NULL;
    if (!best.feasible)
        return g_strdup("there is a plan although there is no placement");
    const RzTier *balance = find_tier(planned->plan, "balance");
    SmallBest fairest = limited ? enumerate_replicas(planned->small, NULL) : best;
    char *complaint = differ("the balance's bound", balance->bound, fairest.squares);
    if (complaint != NULL)
        return complaint;
    if (!limited && planned->small->tolerance_percent >= 0) {
        certified_limits(planned, limits);
        best = enumerate_replicas(planned->small, limits);
    }
    complaint = differ("bytes", tier_value(planned, "bytes"), best.bytes);
    if (complaint == NULL)
        complaint = differ("moves", tier_value(planned, "moves"), best.moves);
    return complaint != NULL ? complaint : leaders_are_best(planned);
}

/* Brokers of the plan's outcome where the case has its own; the outcome has the same numbers. */
static Small
outcome(const Planned *planned)
{
    Small small = *planned->small;
    g_autoptr(RzSnapshot) after = rz_snapshot_with_plan(planned->snapshot, planned->plan, NULL);
    g_assert(after != NULL);
    for (uint32_t p = 0; p < small.n_partitions; p++) {
        SmallPartition *partition = &small.partitions[p];
        partition->n_replicas = after->partitions[p].n_replicas;
        memcpy(partition->replicas, after->replicas + after->partitions[p].first_replica,
               partition->n_replicas * sizeof *partition->replicas);
    }
    return small;
}

static char *
is_settled(const Planned *planned)
{
    if (planned->plan == NULL)
        return NULL;
    Small small = outcome(planned);
    g_auto(Planned) again = make_plan(&small, NULL);
    if (again.plan == NULL)
        return g_strdup(again.refusal);
    char *complaint = differ("bytes of the second run", tier_value(&again, "bytes"), 0);
    if (complaint == NULL)
        complaint = differ("moves of the second run", tier_value(&again, "moves"), 0);
    if (complaint != NULL)
        return complaint;
    return differ("leader changes of the second run", tier_value(&again, "leader_changes"), 0);
}

static char *
order_does_not_matter(const Planned *planned)
{
    Rng rng = {.state = (uint64_t)planned->small->n_partitions * 7 + 1};
    g_auto(Planned) again = make_plan(planned->small, &rng);
    if (planned->plan == NULL)
        return g_strcmp0(planned->refusal, again.refusal) == 0
                   ? NULL
                   : g_strdup_printf("\"%s\" became \"%s\"", planned->refusal, again.refusal);
    g_autofree char *text = plan_text(planned->plan);
    g_autofree char *other = again.plan == NULL ? NULL : plan_text(again.plan);
    return g_strcmp0(text, other) == 0 ? NULL : g_strdup("the plan's text changed");
}

static char *
names_do_not_matter(const Planned *planned)
{
    Small small = *planned->small;
    for (uint32_t b = 0; b < small.n_brokers; b++) {
        SmallBroker *broker = &small.brokers[b];
        broker->id = 1000 - 7 * broker->id;
        broker->zone = broker->zone == SMALL_NO_ZONE ? broker->zone : broker->zone ^ 3;
    }
    g_auto(Planned) renamed = make_plan(&small, NULL);
    return costs_differ(planned, &renamed, 1);
}

static char *
bytes_scale_with_sizes(const Planned *planned)
{
    const int64_t factor = 13;
    Small small = *planned->small;
    for (uint32_t p = 0; p < small.n_partitions; p++)
        small.partitions[p].size_bytes *= factor;
    g_auto(Planned) scaled = make_plan(&small, NULL);
    return costs_differ(planned, &scaled, factor);
}

/* Whether every partition may do all it may do in @before, and more. */
static bool
only_widens(const Small *before, const Small *after)
{
    for (uint32_t p = 0; p < before->n_partitions; p++) {
        uint32_t rf = small_wanted_rf(before, p), lo[2][8], hi[2][8];
        if (!small_ranges(before, rf, lo[0], hi[0]) || !small_ranges(after, rf, lo[1], hi[1]))
            return false;
        for (uint32_t z = 0; z < 8; z++)
            if (lo[1][z] > lo[0][z] || hi[1][z] < hi[0][z])
                return false;
    }
    return true;
}

/* The even spread asks more of a zone that was too small: then one broker more may cost balance. */
static char *
another_broker_is_no_burden(const Planned *planned)
{
    Small small = *planned->small;
    if (planned->plan == NULL || small.n_brokers == SMALL_BROKERS)
        return NULL;
    small.brokers[small.n_brokers++] = (SmallBroker){.id = 999, .zone = 0};
    if (!only_widens(planned->small, &small))
        return NULL;
    g_auto(Planned) wider = make_plan(&small, NULL);
    if (wider.plan == NULL)
        return g_strdup(wider.refusal);
    const RzTier *before = find_tier(planned->plan, "balance");
    const RzTier *after = find_tier(wider.plan, "balance");
    return after->bound <= before->bound ? NULL : g_strdup("the balance is worse");
}

/* What only makes it faster, or spends freedom, must leave the cost as it is. */
static char *
shortcuts_do_not_matter(const Planned *planned)
{
    static const RzSolveOptions ways[] = {
        {.no_samples = true},
        {.first_sample = 1},
        {.force_wide = true},
        {.ignore_freedom = true},
    };
    g_autoptr(RzProblem) problem = rz_problem_new(planned->snapshot, planned->policy, NULL);
    for (gsize i = 0; problem != NULL && i < G_N_ELEMENTS(ways); i++) {
        g_autoptr(RzSolution) solution = rz_solve(&problem->in, &ways[i]);
        if (solution->feasible != (planned->plan != NULL))
            return g_strdup_printf("way %d finds another verdict", (int)i);
        if (!solution->feasible)
            continue;
        char *complaint =
            differ("bytes another way", solution->bytes, tier_value(planned, "bytes"));
        if (complaint == NULL)
            complaint = differ("moves another way", solution->moves, tier_value(planned, "moves"));
        if (complaint != NULL)
            return complaint;
    }
    return NULL;
}

static const struct {
    const char *name;
    char *(*complaint)(const Planned *planned);
} properties[] = {
    {"the checker accepts it", is_accepted},
    {"no placement is better", is_best_of_all},
    {"a second run changes nothing", is_settled},
    {"shuffled input, the same bytes", order_does_not_matter},
    {"renamed brokers and zones, the same cost", names_do_not_matter},
    {"larger sizes, as many times the bytes", bytes_scale_with_sizes},
    {"one more broker, no less balance", another_broker_is_no_burden},
    {"shortcuts cost nothing", shortcuts_do_not_matter},
};

static uint64_t n_planned, n_infeasible;

static bool
fails_property(const Small *small, void *data)
{
    gsize property = *(gsize *)data;
    g_auto(Planned) planned = make_plan(small, NULL);
    g_autofree char *complaint = properties[property].complaint(&planned);
    return complaint != NULL;
}

static void
print_shrunk(const Small *small, gsize property)
{
    Small shrunk = small_shrink(small, fails_property, &property);
    g_auto(Planned) planned = make_plan(&shrunk, NULL);
    g_autofree char *complaint = properties[property].complaint(&planned);
    g_autofree char *sketch = small_sketch(&shrunk);
    g_autofree char *words = small_words(&shrunk);
    g_autofree char *text = snapshot_text(planned.snapshot);
    printf("shrunk: %s: %s\n    {\"%s\", \"%s\"},\n%s", properties[property].name, complaint,
           sketch, words, text);
}

static bool
holds(const Small *small, const char *name)
{
    g_auto(Planned) planned = make_plan(small, NULL);
    n_planned += planned.plan != NULL;
    n_infeasible += planned.plan == NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
        g_autofree char *complaint = properties[i].complaint(&planned);
        if (complaint == NULL)
            continue;
        printf("%s: %s: %s\n", name, properties[i].name, complaint);
        print_shrunk(small, i);
        return false;
    }
    return true;
}

static bool
kept_hold(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        Small small = small_parse(kept[i].sketch, kept[i].words);
        g_autofree char *sketch = small_sketch(&small);
        g_autofree char *words = small_words(&small);
        Small again = small_parse(sketch, words);
        g_autofree char *sketch_again = small_sketch(&again);
        if (!g_str_equal(sketch, sketch_again)) {
            printf("%s reads back as %s\n", sketch, sketch_again);
            return false;
        }
        if (!holds(&small, kept[i].sketch))
            return false;
    }
    return true;
}

/* The shrinker on a fault that is known: exactly what shows it is left. */
static bool
moves_much(const Small *small, void *data)
{
    (void)data;
    g_auto(Planned) planned = make_plan(small, NULL);
    return planned.plan != NULL && tier_value(&planned, "bytes") >= 3;
}

static bool
shrinks(void)
{
    static const Kept large = {"1@a 3@a 5@b !7@c 9@b | t0: 1,3*10 3,1*20 | t1: 1,7*30 1*7",
                               "drain=9 balance=20% leaders=keep"};
    Small small = small_parse(large.sketch, large.words);
    Small shrunk = small_shrink(&small, moves_much, NULL);
    g_autofree char *sketch = small_sketch(&shrunk);
    g_autofree char *words = small_words(&shrunk);
    static const char *const expected = "5@a !7@a | t1: 7*3";
    if (g_str_equal(sketch, expected) && *words == '\0')
        return true;
    printf("shrunk to \"%s\", \"%s\", not \"%s\"\n", sketch, words, expected);
    return false;
}

int
main(int argc, char **argv)
{
    uint64_t count = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 2000;
    uint64_t first = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : 1;
    if (!shrinks() || !kept_hold())
        return EXIT_FAILURE;
    for (uint64_t seed = first; seed < first + count; seed++) {
        Rng rng = {.state = seed};
        Small small = small_random(&rng);
        g_autofree char *name = g_strdup_printf("seed %" G_GUINT64_FORMAT, seed);
        if (!holds(&small, name))
            return EXIT_FAILURE;
    }
    printf("seeds %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ": %" G_GUINT64_FORMAT
           " plans, %" G_GUINT64_FORMAT " infeasible\n",
           first, first + count - 1, n_planned, n_infeasible);
    return n_planned >= count / 4 ? EXIT_SUCCESS : EXIT_FAILURE; /* else the generator is off */
}
