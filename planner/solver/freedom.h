/*
 * freedom.h: the choices that the exact tiers leave open, spent on even disks.
 */
#pragma once

#include "planner/solver/solver.h"

/*
 * Exchanges replicas between equally priced brokers of a cell, two at a time, so that no count and
 * no cost changes: first off brokers that are past their disk room, then from the fullest to the
 * emptiest. Never makes a topic's spread worse, except for disk room. Cost: near linear in
 * partitions.
 */
void rz_freedom_use(const RzInstance *in, RzSolution *solution);

/* Bytes on every broker, untouched partitions included. */
void rz_freedom_count_bytes(const RzInstance *in, const RzSolution *solution, RzWide *bytes);

/* What was reached, for the plan: packing problems, so a value and a bound, never "optimal". */
typedef struct {
    RzWide value, bound;
    uint32_t zone; /* where; RZ_NONE if nowhere in particular */
} RzMeasure;

/* The most uneven topic: most minus fewest of its replicas on brokers of one zone. */
RzMeasure rz_freedom_topic_spread(const RzInstance *in, const RzSolution *solution);
/* The fullest broker of the most uneven zone, against the zone's mean. */
RzMeasure rz_freedom_broker_bytes(const RzInstance *in, const RzSolution *solution);
/* The same for the bytes of the partitions that brokers lead. */
RzMeasure rz_freedom_leader_bytes(const RzInstance *in, const RzSolution *solution);
