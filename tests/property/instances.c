/*
 * instances.c: random problems: zones of unequal size, one to several classes with the level rule
 * or arbitrary ranges, skewed placements, fixed loads, tolerance, boxes, zero and equal sizes.
 */
#include "property/instances.h"

static void
make_brokers(Rng *rng, RzInstance *in, const InstanceLimits *limits, RzArena *arena)
{
    in->n_zones = rng_between(rng, 1, limits->zones);
    in->n_brokers = rng_between(rng, in->n_zones, MAX(limits->brokers, in->n_zones));
    in->zone = rz_arena_array(arena, uint32_t, in->n_brokers);
    in->zone_first = rz_arena_array(arena, uint32_t, in->n_zones + 1);
    in->fixed = rz_arena_array(arena, int64_t, in->n_brokers);
    in->fixed_leaders = rz_arena_array(arena, int64_t, in->n_brokers);
    in->fixed_bytes = rz_arena_array(arena, int64_t, in->n_brokers);
    in->room_bytes = rz_arena_array(arena, int64_t, in->n_brokers);
    uint32_t *extra = rz_arena_array(arena, uint32_t, in->n_zones);
    for (uint32_t i = in->n_zones; i < in->n_brokers; i++)
        extra[rng_between(rng, 0, in->n_zones - 1)]++;
    for (uint32_t z = 0, b = 0; z < in->n_zones; z++) {
        for (uint32_t i = 0; i <= extra[z]; i++)
            in->zone[b++] = z;
        in->zone_first[z + 1] = b;
    }
    bool fixed = rng_percent(rng, 30);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        in->room_bytes[b] = -1;
        if (!fixed || rng_percent(rng, 40))
            continue;
        in->fixed[b] = rng_between(rng, 0, limits->partitions / 3 + 1);
        in->fixed_leaders[b] = rng_between(rng, 0, (uint32_t)in->fixed[b]);
    }
}

/* Ranges around some random choice of rf brokers, so that they can be met. */
static void
arbitrary_ranges(Rng *rng, const RzInstance *in, uint32_t rf, RzRange *ranges)
{
    for (uint32_t left = rf; left > 0;) {
        uint32_t z = rng_between(rng, 0, in->n_zones - 1);
        if (ranges[z].lo == in->zone_first[z + 1] - in->zone_first[z])
            continue;
        ranges[z].lo++;
        left--;
    }
    for (uint32_t z = 0; z < in->n_zones; z++) {
        uint32_t n = in->zone_first[z + 1] - in->zone_first[z], has = ranges[z].lo;
        ranges[z].lo = rng_between(rng, 0, has);
        ranges[z].hi = rng_between(rng, has, n);
    }
}

static void
make_classes(Rng *rng, RzInstance *in, const InstanceLimits *limits, RzArena *arena)
{
    in->n_classes = rng_percent(rng, 60) ? 1 : rng_between(rng, 1, 4);
    in->classes = rz_arena_array(arena, RzClass, in->n_classes);
    bool arbitrary = rng_percent(rng, 40);
    uint32_t *brokers = rz_arena_array(arena, uint32_t, in->n_zones);
    for (uint32_t z = 0; z < in->n_zones; z++)
        brokers[z] = in->zone_first[z + 1] - in->zone_first[z];
    for (uint32_t c = 0; c < in->n_classes; c++) {
        RzRange *ranges = rz_arena_array(arena, RzRange, in->n_zones);
        uint32_t rf = rng_between(rng, 1, MIN(limits->rf, in->n_brokers));
        if (arbitrary)
            arbitrary_ranges(rng, in, rf, ranges);
        else
            rz_spread_ranges(brokers, in->n_zones, rf, 0, ranges);
        in->classes[c].rf = rf;
        in->classes[c].zones = ranges;
    }
}

/* A current replica: uniform, or crowding the low numbers, or from the first half only. */
static uint32_t
random_broker(Rng *rng, uint32_t n, uint32_t style)
{
    if (style == 0)
        return rng_between(rng, 0, n - 1);
    if (style == 1)
        return rng_between(rng, 0, rng_between(rng, 0, n - 1));
    return rng_between(rng, 0, (n - 1) / 2);
}

static void
make_partition(Rng *rng, RzInstance *in, uint32_t p, uint32_t style)
{
    uint32_t class = rng_between(rng, 0, in->n_classes - 1), rf = in->classes[class].rf;
    in->class_of[p] = (uint16_t) class;
    in->classes[class].n_partitions++;
    in->first_target[p + 1] = in->first_target[p] + rf;
    uint32_t had = rng_percent(rng, 85) ? rf : rng_between(rng, 0, MIN(2 * rf, in->n_brokers));
    uint32_t end = in->first_current[p];
    bool first_is_gone = rng_percent(rng, 10);
    for (uint32_t tries = 0; tries < 4 * had && end < in->first_current[p] + had; tries++) {
        uint32_t b = random_broker(rng, in->n_brokers, style);
        if (!rz_list_has(in->current + in->first_current[p], end - in->first_current[p], b))
            in->current[end++] = (RzBrokerIx)b;
    }
    in->first_current[p + 1] = end;
    bool has_leader = end > in->first_current[p] && !first_is_gone;
    in->leader[p] = has_leader ? in->current[in->first_current[p]] : RZ_NO_BROKER;
}

static void
make_partitions(Rng *rng, RzInstance *in, const InstanceLimits *limits, RzArena *arena)
{
    uint32_t n = rng_between(rng, 1, limits->partitions);
    in->n_partitions = n;
    in->n_topics = rng_between(rng, 1, n);
    in->class_of = rz_arena_array(arena, uint16_t, n);
    in->topic = rz_arena_array(arena, uint32_t, n);
    in->size_bytes = rz_arena_array(arena, int64_t, n);
    in->leader = rz_arena_array(arena, RzBrokerIx, n);
    in->first_current = rz_arena_array(arena, uint32_t, n + 1);
    in->first_target = rz_arena_array(arena, uint32_t, n + 1);
    in->current = rz_arena_array(arena, RzBrokerIx, (gsize)n * 2 * limits->rf);
    uint32_t style = rng_between(rng, 0, 2), sizes = rng_between(rng, 0, 3);
    for (uint32_t p = 0; p < n; p++) {
        make_partition(rng, in, p, style);
        in->topic[p] = (uint32_t)((uint64_t)p * in->n_topics / n);
        in->size_bytes[p] = sizes == 0   ? 1
                            : sizes == 1 ? rng_between(rng, 0, 3)
                                         : rng_between(rng, 0, limits->size);
    }
}

static void
make_boxes(Rng *rng, RzInstance *in, RzArena *arena)
{
    int64_t mean = in->first_target[in->n_partitions] / in->n_brokers;
    in->box_lo = rz_arena_array(arena, int64_t, in->n_brokers);
    in->box_hi = rz_arena_array(arena, int64_t, in->n_brokers);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        uint32_t slack = (uint32_t)mean / 2 + 2;
        in->box_lo[b] = MAX(mean - rng_between(rng, 0, slack), 0) + in->fixed[b];
        in->box_hi[b] = mean + rng_between(rng, 0, 2 * slack) + in->fixed[b];
        in->box_lo[b] = MIN(in->box_lo[b], in->box_hi[b]);
    }
}

RzInstance *
random_instance(Rng *rng, const InstanceLimits *limits, RzArena *arena)
{
    RzInstance *in = rz_arena_array(arena, RzInstance, 1);
    make_brokers(rng, in, limits, arena);
    make_classes(rng, in, limits, arena);
    make_partitions(rng, in, limits, arena);
    in->tolerance_percent = rng_percent(rng, 15) ? (int32_t)rng_between(rng, 0, 40) : -1;
    if (rng_percent(rng, 20))
        make_boxes(rng, in, arena);
    return in;
}
