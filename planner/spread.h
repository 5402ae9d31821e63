/*
 * spread.h: how many replicas of one partition each zone may hold, and which brokers count.
 *
 * The arithmetic of the zone rule in one place, for solver, audit and plan totals. The checker of
 * plans has its own, since it must not trust ours.
 */
#pragma once

#include "planner/policy_private.h"
#include "planner/snapshot_private.h"

/* How many replicas of a partition a zone must (lo) and may (hi) hold. */
typedef struct {
    uint32_t lo, hi;
} RzRange;

/*
 * The zone rule for partitions of @rf replicas.
 *
 * @brokers: usable brokers of each zone; a zone with none gets [0, 0]
 * @min_per_zone: 0: even; K: at least K in every zone that has a broker, no upper limit but its
 * brokers
 * @ranges: (out): n_zones of them, with hi <= brokers; lo may exceed hi when K does
 *
 * Returns: whether @rf replicas can be placed within the ranges.
 */
bool rz_spread_ranges(const uint32_t *brokers, uint32_t n_zones, uint32_t rf, uint32_t min_per_zone,
                      RzRange *ranges);

/*
 * Who may hold replicas under a policy. Zones are the snapshot's, and one more, the last, for the
 * brokers without a zone when the policy includes them.
 */
typedef struct {
    uint32_t *zone;    /* per broker of the snapshot; RZ_NONE: may not hold replicas */
    uint32_t *brokers; /* per zone: how many may */
    uint32_t n_zones;  /* snapshot->n_zones + 1 */
} RzEligible;

/*
 * A broker may hold replicas when it is alive, has a line of its own, is not drained and its zone
 * is among the policy's (all when it names none). (transfer full)
 */
RzEligible *rz_eligible_new(const RzSnapshot *snapshot, const RzPolicy *policy);
void rz_eligible_free(RzEligible *eligible);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzEligible, rz_eligible_free)
