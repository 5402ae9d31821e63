/*
 * enumerate.h: the best placement of a small cluster, by trying all. Knows the model from
 * docs/planner.md only; of the planner's code it uses none.
 */
#pragma once

#include "property/small.h"

typedef struct {
    int64_t lo, hi; /* replicas, those of untouched topics included */
} SmallLimits;

typedef struct {
    bool too_many; /* placements to try */
    bool feasible;
    RzWide squares, bytes, moves;
} SmallBest;

/* @limits: one per broker, or NULL: the least sum of squares comes first. */
SmallBest enumerate_replicas(const Small *small, const SmallLimits *limits);

typedef struct {
    RzWide squares, changes;
} SmallLeaders;

/* The best leaders for the replica sets @sets, one bit a broker. */
SmallLeaders enumerate_leaders(const Small *small, const uint32_t *sets);

/* Explicit limits of the policy; false if it has none. */
bool small_limits(const Small *small, SmallLimits limits[SMALL_BROKERS]);

/* Replicas per zone that a partition must and may have, the zoneless last; false: none fits. */
bool small_ranges(const Small *small, uint32_t rf, uint32_t lo[8], uint32_t hi[8]);
bool small_is_eligible(const Small *small, uint32_t broker);
bool small_is_covered(const Small *small, uint32_t partition);
uint32_t small_wanted_rf(const Small *small, uint32_t partition);
