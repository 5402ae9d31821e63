/*
 * choice.h: the cheapest replica set of one partition under given broker prices.
 */
#pragma once

#include "planner/solver/replicas.h"

/*
 * Brokers of every zone in the order in which a partition would take them: lower level first, then
 * cheaper, then by number. A *tier* is a run of brokers in it with equal level and price.
 */
typedef struct {
    const RzReplicas *work;
    RzBrokerIx *sorted;   /* zone z: in->zone_first[z] .. in->zone_first[z + 1] - 1 */
    uint32_t *tier;       /* per broker */
    uint32_t *tier_first; /* n_tiers + 1, into sorted[] */
    uint32_t n_tiers;
    int64_t *zone_spare; /* per zone: room up to the upper limits, kept up to date by the start */

    /* Scratch of rz_choose(). */
    uint32_t *count;  /* per zone: chosen so far */
    uint32_t *cursor; /* per zone: the next new broker, a place in sorted[] */
    bool *taken;      /* per current replica */
} RzOrder;

/* One chosen replica. A new one stands for any broker of its tier that is equally good. */
typedef struct {
    bool fresh;
    uint32_t broker, zone, group;
    RzCost weight;
} RzPick;

RzOrder *rz_order_new(const RzReplicas *work);

/*
 * Fills @picks with rf(@p) replicas whose weights (price, plus c_p if new) are least in sum, after
 * their levels are. Ties: kept before new; among kept ones the current leader, then the broker with
 * more room; among new ones the zone with more room. Cost: O(rf (replicas + zones)).
 */
void rz_choose(RzOrder *order, uint32_t p, RzPick *picks);
