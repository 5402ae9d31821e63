/*
 * replica_tier.h: the cheapest replicas within given limits, in 64- and in 128-bit costs.
 */
#pragma once

#include "planner/solver/solver.h"

/*
 * Fills target, held, price, n_augmentations, feasible and unmet. The first needs costs that fit:
 * 2 n K times the largest size below 2^62.
 */
void rz_replica_tier(const RzInstance *in, const RzSolveOptions *options, RzSolution *solution);
void rz_replica_tier_wide(const RzInstance *in, const RzSolveOptions *options,
                          RzSolution *solution);
/* Whichever fits. */
void rz_cheapest_replicas(const RzInstance *in, const RzSolveOptions *options,
                          RzSolution *solution);
