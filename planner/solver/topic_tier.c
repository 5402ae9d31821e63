/*
 * topic_tier.c: every topic evenly on the brokers, at least cost.
 *
 * With x[t][b] replicas of topic t on broker b, the tier asks, of all placements that are fairest
 * for the brokers, for those with the least sum of squares of x[t][b]; the cheaper tiers choose
 * among them. Squares of counts and bytes are the two parts of one cost, compared in this order,
 * and the whole is a flow of least convex cost: partition - its zones - (topic, broker) - broker,
 * with 2 x + 1 for one more unit on the arc from (topic, broker) to its broker.
 *
 * Topics meet only at the brokers. So each is first solved alone, by the solver of the tiers
 * before, as if it were the whole cluster: its fairest counts are levels per group of brokers
 * (levels.c), and the cheapest replicas within them come with prices. Together these are the dual
 * prices of the flow while brokers cost nothing: level l of a group stands for the increment 2 l -
 * 1, the price for the second part. Usually all that is left is who takes the larger shares;
 * topic_flow.c settles it, or whatever else the limits of the brokers ask.
 *
 * The brokers' own levels come before all this: a partition must stay out of the higher groups as
 * far as it can. A topic alone respects them when every broker carries a fixed load that grows with
 * its level by more than any topic has replicas.
 */
#include "planner/solver/topic_tier.h"

#include "planner/solver/replica_tier.h"

/* Topics with fewer partitions are better off without guessed prices. */
#define SAMPLE_FROM 2000

typedef struct {
    const RzInstance *in;
    const RzSolveOptions *options;
    RzSolution *solution;
    int64_t *fixed; /* per broker: keeps topics out of the higher groups */
} Tier;

int64_t
rz_topic_cost_scale(const RzInstance *in)
{
    int64_t n = in->n_brokers, all = in->first_target[in->n_partitions];
    return MAX(n, MIN(n * n, all)) + 2;
}

static RzTopics *
find_topics(const RzInstance *in, RzArena *arena)
{
    RzTopics *topics = rz_arena_array(arena, RzTopics, 1);
    for (uint32_t p = 0; p < in->n_partitions; p++)
        topics->n += p == 0 || in->topic[p] != in->topic[p - 1];
    topics->first = rz_arena_array(arena, uint32_t, (gsize)topics->n + 1);
    for (uint32_t p = 0, i = 0; p < in->n_partitions; p++)
        if (p == 0 || in->topic[p] != in->topic[p - 1])
            topics->first[i++] = p;
    topics->first[topics->n] = in->n_partitions;
    topics->count = rz_arena_array(arena, uint32_t, (gsize)topics->n * in->n_brokers);
    topics->cell = rz_arena_array(arena, RzDual, (gsize)topics->n * in->n_brokers);
    topics->broker = rz_arena_array(arena, RzDual, (gsize)in->n_brokers + 1);
    return topics;
}

static uint32_t *
from_zero(const uint32_t *ends, uint32_t n, RzArena *arena)
{
    uint32_t *own = rz_arena_array(arena, uint32_t, (gsize)n + 1);
    for (uint32_t i = 0; i <= n; i++)
        own[i] = ends[i] - ends[0];
    return own;
}

/* The partitions first .. end - 1 as a problem of their own. */
static RzInstance
cut_out(const Tier *tier, uint32_t first, uint32_t end, RzArena *arena)
{
    RzInstance own = *tier->in;
    own.n_partitions = end - first;
    own.fixed = tier->fixed;
    own.box_lo = own.box_hi = NULL;
    own.tolerance_percent = -1;
    own.class_of += first;
    own.topic += first;
    own.size_bytes += first;
    own.leader += first;
    own.current += own.first_current[first];
    own.first_current = from_zero(own.first_current + first, own.n_partitions, arena);
    own.first_target = from_zero(own.first_target + first, own.n_partitions, arena);
    own.classes = rz_arena_array(arena, RzClass, own.n_classes);
    for (uint32_t c = 0; c < own.n_classes; c++) {
        own.classes[c] = tier->in->classes[c];
        own.classes[c].n_partitions = 0;
    }
    for (uint32_t p = 0; p < own.n_partitions; p++)
        own.classes[own.class_of[p]].n_partitions++;
    return own;
}

static void
solve_alone(const Tier *tier, uint32_t i)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    RzSolution *solution = tier->solution;
    RzTopics *topics = solution->topics;
    uint32_t n = tier->in->n_brokers, first = topics->first[i], end = topics->first[i + 1];
    RzInstance own = cut_out(tier, first, end, arena);
    RzSolveOptions options = *tier->options;
    options.no_samples = options.no_samples || end - first < SAMPLE_FROM;
    RzSolution alone = {.arena = arena, .levels = rz_levels_new(&own, arena)};
    alone.target = solution->target + tier->in->first_target[first];
    alone.held = rz_arena_array(arena, int64_t, n);
    alone.price = rz_arena_array(arena, RzWide, n);
    rz_cheapest_replicas(&own, &options, &alone);
    g_assert(alone.feasible); /* levels can always be met */
    solution->n_augmentations += alone.n_augmentations;
    for (uint32_t b = 0; b < n; b++) {
        gsize cell = (gsize)i * n + b;
        topics->count[cell] = (uint32_t)alone.held[b];
        topics->cell[cell] = (RzDual){2 * alone.levels->hi[b] - 1, alone.price[b]};
        solution->held[b] += alone.held[b];
    }
}

void
rz_topic_tier(const RzInstance *in, const RzSolveOptions *options, RzSolution *solution)
{
    const RzLevels *levels = solution->levels;
    RzTopics *topics = solution->topics = find_topics(in, solution->arena);
    Tier tier = {.in = in, .options = options, .solution = solution};
    tier.fixed = rz_arena_array(solution->arena, int64_t, in->n_brokers);
    int64_t apart = (int64_t)in->first_target[in->n_partitions] + 2;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        tier.fixed[b] = apart * (levels->n_groups - 1 - levels->group[b]);
    for (uint32_t i = 0; i < topics->n; i++)
        solve_alone(&tier, i);
    solution->feasible = rz_topic_flow(in, solution);
    for (uint32_t b = 0; b < in->n_brokers; b++)
        solution->price[b] = topics->broker[b].cost;
    for (gsize cell = 0; cell < (gsize)topics->n * in->n_brokers; cell++)
        topics->sum_squares += (RzWide)topics->count[cell] * topics->count[cell];
}
