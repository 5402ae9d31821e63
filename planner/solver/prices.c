/*
 * prices.c: broker prices that are nearly right, from samples of the partitions.
 *
 * Exact prices are the engine's business; but every unit by which a start under guessed prices
 * misses the limits costs it a search, and prices of 0 miss by millions when a zone is added. The
 * prices of a sample are nearly those of the whole, if it is taken at a regular stride of the order
 * by size: it sees the same brokers at the same levels of size.
 *
 * So a small sample is solved exactly, from prices 0, as a problem of its own; its prices start a
 * sample four times as large, and so on, each with few units left to repair. Guessing broker by
 * broker, at what price enough partitions would leave it, needs no engine; but brokers that share
 * their partitions must be priced together, and no rule for that is as sure as solving.
 *
 * A sample of m partitions misses by about sqrt(m), so the whole by P / sqrt(m): a sample four
 * times as large halves what is left to repair. Growing stops where that saves less than it costs.
 */
#include "planner/solver/rank.h"
#include "planner/solver/replicas.h"

#include <string.h>

#define GROWTH 4

/* What a repair costs beside the start of one partition: it searches over pairs of brokers. */
#define REPAIR_BASE 16
#define PAIRS_PER_START 256

void
rz_rank_partitions(RzReplicas *work)
{
    if (work->rank == NULL)
        work->rank = rz_rank_by_size(work->in, work->arena, &work->by_rank);
}

/* Limits scaled to the sample, rounded outwards so that they can be met. */
static RzLevels *
sample_levels(const RzReplicas *work, uint32_t n_sample, RzArena *arena)
{
    const RzInstance *in = work->in;
    RzLevels *levels = rz_arena_array(arena, RzLevels, 1);
    RzWide n = in->n_partitions;
    *levels = *work->levels;
    levels->lo = rz_arena_array(arena, int64_t, in->n_brokers);
    levels->hi = rz_arena_array(arena, int64_t, in->n_brokers);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        levels->lo[b] = (int64_t)(work->levels->lo[b] * (RzWide)n_sample / n);
        levels->hi[b] = (int64_t)((work->levels->hi[b] * (RzWide)n_sample + n - 1) / n);
    }
    return levels;
}

/* Every n-th partition by size, as an instance of its own. */
static RzInstance *
sample_instance(const RzReplicas *work, uint32_t n_sample, RzArena *arena)
{
    const RzInstance *in = work->in;
    RzInstance *sample = rz_arena_array(arena, RzInstance, 1);
    *sample = *in;
    sample->n_partitions = n_sample;
    sample->class_of = rz_arena_array(arena, uint16_t, n_sample);
    sample->size_bytes = rz_arena_array(arena, int64_t, n_sample);
    sample->leader = rz_arena_array(arena, RzBrokerIx, n_sample);
    sample->first_current = rz_arena_array(arena, uint32_t, n_sample + 1);
    sample->first_target = rz_arena_array(arena, uint32_t, n_sample + 1);
    for (uint32_t i = 0; i < n_sample; i++) {
        uint32_t p = work->by_rank[(uint64_t)i * in->n_partitions / n_sample];
        sample->class_of[i] = in->class_of[p];
        sample->size_bytes[i] = in->size_bytes[p];
        sample->leader[i] = in->leader[p];
        sample->first_current[i + 1] = sample->first_current[i] + rz_n_current(in, p);
        sample->first_target[i + 1] = sample->first_target[i] + rz_rf(in, p);
    }
    sample->current = rz_arena_array(arena, RzBrokerIx, sample->first_current[n_sample]);
    for (uint32_t i = 0; i < n_sample; i++) {
        uint32_t p = work->by_rank[(uint64_t)i * in->n_partitions / n_sample];
        memcpy(sample->current + sample->first_current[i], rz_current(in, p),
               rz_n_current(in, p) * sizeof *sample->current);
    }
    return sample;
}

/* Solves the sample from the prices at hand and leaves its own; returns how many units had to be
 * repaired, or -1 if its limits cannot be met. */
static int64_t
solve_sample(RzReplicas *work, uint32_t n_sample)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    RzReplicas sample = {.price = work->price, .arena = arena};
    sample.in = sample_instance(work, n_sample, arena);
    sample.levels = sample_levels(work, n_sample, arena);
    sample.held = rz_arena_array(arena, int64_t, work->in->n_brokers);
    sample.target = rz_arena_array(arena, RzBrokerIx, sample.in->first_target[n_sample]);
    rz_start(&sample);
    return rz_replicas_repair(&sample) ? sample.n_augmentations : -1;
}

/* Whether a larger sample saves more repairs of the whole than it costs to start it. */
static bool
growing_pays(const RzReplicas *work, uint32_t n_sample, int64_t n_repaired)
{
    double n_brokers = work->in->n_brokers;
    double expected = (double)n_repaired * work->in->n_partitions / n_sample / 2;
    double repair = REPAIR_BASE + n_brokers * n_brokers / PAIRS_PER_START;
    return expected / 2 * repair > (double)n_sample * GROWTH;
}

/* Prices must stay what costs_fit() counts on, whatever a sample came to. */
static void
forget_absurd_prices(RzReplicas *work)
{
    const RzInstance *in = work->in;
    RzCost largest = 0;
    for (uint32_t p = 0; p < in->n_partitions; p++)
        largest = MAX(largest, rz_cost_of(in, p));
    for (uint32_t b = 0; b < in->n_brokers; b++)
        if (work->price[b] > largest * in->n_brokers || work->price[b] < -largest * in->n_brokers)
            memset(work->price, 0, (in->n_brokers + 1) * sizeof *work->price);
}

void
rz_guess_prices(RzReplicas *work, uint32_t first_sample)
{
    uint32_t n = work->in->n_partitions;
    rz_rank_partitions(work);
    for (uint32_t n_sample = first_sample; n_sample <= n / GROWTH; n_sample *= GROWTH) {
        int64_t n_repaired = solve_sample(work, n_sample);
        if (n_repaired < 0 || !growing_pays(work, n_sample, n_repaired))
            break;
    }
    forget_absurd_prices(work);
}
