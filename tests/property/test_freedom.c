/*
 * test_freedom.c: spending the freedom that the exact tiers leave costs nothing and harms nothing.
 *
 * Each random problem is solved with and without. Every tier has the same value and every broker as
 * many replicas and leaders; no broker is further past its disk room; unless one is, no topic is
 * less even in any zone; nobody leads more bytes than the fullest did. Solving again gives the same
 * placement. That the tiers are still optimal, for leaders too, is test_oracle.c's concern.
 *
 * Usage: test-freedom [COUNT [FIRST_SEED]]. A seed is one problem; a difference prints the seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planner/solver/freedom.h"
#include "property/instances.h"

static const InstanceLimits kinds[] = {
    {.zones = 3, .brokers = 6, .partitions = 12, .rf = 3, .size = 20},
    {.zones = 3, .brokers = 12, .partitions = 100, .rf = 4, .size = 1000},
    {.zones = 4, .brokers = 20, .partitions = 400, .rf = 4, .size = 100000},
};

typedef struct {
    uint32_t solved, changed, relieved, topics, leading;
} Tally;

typedef struct {
    const RzInstance *in;
    const RzSolution *plain, *free;
} Pair;

/* Room for about what the broker is likely to hold, so that some are past it. */
static void
set_rooms(Rng *rng, RzInstance *in)
{
    int64_t sum = 0;
    for (uint32_t p = 0; p < in->n_partitions; p++)
        sum += in->size_bytes[p] * rz_rf(in, p);
    for (uint32_t b = 0; b < in->n_brokers; b++)
        if (rng_percent(rng, 70))
            in->room_bytes[b] = sum / in->n_brokers * rng_between(rng, 60, 200) / 100;
}

static const char *
tiers_differ(const Pair *pair)
{
    const RzSolution *plain = pair->plain, *free = pair->free;
    gsize n = pair->in->n_brokers * sizeof *plain->held;
    if (plain->bytes != free->bytes || plain->moves != free->moves)
        return "bytes or moves";
    if (memcmp(plain->held, free->held, n) != 0 ||
        memcmp(plain->leaders->held, free->leaders->held, n) != 0)
        return "replicas or leaders per broker";
    return plain->leaders->n_changes != free->leaders->n_changes ? "leader changes" : NULL;
}

/* What the solution says about itself must be what its lists say. */
static const char *
counts_differ(const RzInstance *in, const RzSolution *solution)
{
    g_autofree int64_t *held = g_new0(int64_t, in->n_brokers);
    g_autofree int64_t *led = g_new0(int64_t, in->n_brokers);
    int64_t changes = 0, moves = 0;
    for (uint32_t p = 0; p < in->n_partitions; p++) {
        const RzBrokerIx *target = solution->target + in->first_target[p];
        led[target[0]]++;
        changes += target[0] != in->leader[p];
        for (uint32_t i = 0; i < rz_rf(in, p); i++) {
            held[target[i]]++;
            moves += !rz_is_current(in, p, target[i]);
        }
    }
    gsize n = in->n_brokers * sizeof *held;
    if (memcmp(held, solution->held, n) != 0 || memcmp(led, solution->leaders->held, n) != 0)
        return "replicas or leaders counted";
    return changes != solution->leaders->n_changes || moves != solution->moves ? "changes counted"
                                                                               : NULL;
}

static RzWide
total_excess(const RzInstance *in, const RzWide *bytes)
{
    RzWide sum = 0;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        if (in->room_bytes[b] >= 0)
            sum += MAX(bytes[b] - in->room_bytes[b], 0);
    return sum;
}

static const char *
rooms_differ(const Pair *pair, Tally *tally)
{
    const RzInstance *in = pair->in;
    g_autofree RzWide *before = g_new0(RzWide, in->n_brokers),
                      *after = g_new0(RzWide, in->n_brokers);
    rz_freedom_count_bytes(in, pair->plain, before);
    rz_freedom_count_bytes(in, pair->free, after);
    for (uint32_t b = 0; b < in->n_brokers; b++)
        if (in->room_bytes[b] >= 0 && after[b] > MAX(before[b], in->room_bytes[b]))
            return "disk room";
    tally->relieved += total_excess(in, after) < total_excess(in, before);
    return NULL;
}

static uint32_t
spread_in_zone(const RzInstance *in, const RzSolution *solution, uint32_t first, uint32_t end,
               uint32_t z)
{
    g_autofree uint32_t *count = g_new0(uint32_t, in->n_brokers);
    for (uint32_t i = in->first_target[first]; i < in->first_target[end]; i++)
        count[solution->target[i]]++;
    uint32_t most = 0, least = UINT32_MAX;
    for (uint32_t b = in->zone_first[z]; b < in->zone_first[z + 1]; b++) {
        most = MAX(most, count[b]);
        least = MIN(least, count[b]);
    }
    return most - least;
}

static const char *
topics_differ(const Pair *pair, Tally *tally)
{
    const RzInstance *in = pair->in;
    g_autofree RzWide *bytes = g_new0(RzWide, in->n_brokers);
    rz_freedom_count_bytes(in, pair->plain, bytes);
    if (total_excess(in, bytes) > 0)
        return NULL;
    for (uint32_t first = 0, end; first < in->n_partitions; first = end) {
        for (end = first; end < in->n_partitions && in->topic[end] == in->topic[first];)
            end++;
        for (uint32_t z = 0; z < in->n_zones; z++) {
            uint32_t before = spread_in_zone(in, pair->plain, first, end, z);
            uint32_t after = spread_in_zone(in, pair->free, first, end, z);
            if (after > before)
                return "topic spread";
            tally->topics += after < before;
        }
    }
    return NULL;
}

static RzWide
most_led(const RzInstance *in, const RzSolution *solution)
{
    g_autofree RzWide *bytes = g_new0(RzWide, in->n_brokers);
    RzWide most = 0;
    for (uint32_t p = 0; p < in->n_partitions; p++)
        bytes[solution->target[in->first_target[p]]] += in->size_bytes[p];
    for (uint32_t b = 0; b < in->n_brokers; b++)
        most = MAX(most, bytes[b]);
    return most;
}

static const char *
leading_differs(const Pair *pair, Tally *tally)
{
    RzWide before = most_led(pair->in, pair->plain), after = most_led(pair->in, pair->free);
    tally->leading += after < before;
    return after > before ? "bytes led" : NULL;
}

static const char *
compare(const Pair *pair, Tally *tally)
{
    const char *what = tiers_differ(pair);
    if (what == NULL)
        what = counts_differ(pair->in, pair->free);
    if (what == NULL)
        what = rooms_differ(pair, tally);
    if (what == NULL)
        what = topics_differ(pair, tally);
    return what != NULL ? what : leading_differs(pair, tally);
}

static bool
test_seed(uint64_t seed, Tally *tally)
{
    Rng rng = {.state = seed};
    g_autoptr(RzArena) arena = rz_arena_new();
    RzInstance *in = random_instance(&rng, &kinds[rng_between(&rng, 0, 2)], arena);
    if (rng_percent(&rng, 50))
        set_rooms(&rng, in);
    RzSolveOptions options = {.keep_leaders = rng_percent(&rng, 20)};
    g_autoptr(RzSolution) free = rz_solve(in, &options), again = rz_solve(in, &options);
    options.ignore_freedom = true;
    g_autoptr(RzSolution) plain = rz_solve(in, &options);
    if (!free->feasible)
        return true;
    gsize size = in->first_target[in->n_partitions] * sizeof *free->target;
    tally->solved++;
    tally->changed += memcmp(plain->target, free->target, size) != 0;
    const char *what = memcmp(free->target, again->target, size) != 0
                           ? "the same problem solved again"
                           : compare(&(Pair){in, plain, free}, tally);
    if (what != NULL)
        fprintf(stderr, "seed %" G_GUINT64_FORMAT ": %s\n", seed, what);
    return what == NULL;
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
    printf("seeds %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ": %u solved, %u changed; disk room "
           "won in %u, %u topics more even, fewer bytes led by the fullest in %u\n",
           first, first + count - 1, tally.solved, tally.changed, tally.relieved, tally.topics,
           tally.leading);
    bool idle = tally.relieved == 0 || tally.topics == 0 || tally.leading == 0;
    return count >= 100 && idle ? EXIT_FAILURE : EXIT_SUCCESS;
}
