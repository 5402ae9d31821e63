/*
 * shortage.h: why there is no placement, in words: who is short, by how much, what would do.
 */
#pragma once

#include "planner/solver/problem.h"
#include "planner/solver/solver.h"

/* Whether there are usable brokers at all, and in every zone that the policy names. */
bool rz_shortage_of_brokers(const RzProblem *problem, const RzEligible *eligible, GError **error);

/* Whether every partition has an allowed choice by its class's zone ranges. */
bool rz_shortage_of_choices(const RzProblem *problem, GError **error);

/* Whether the policy's limits leave room for the replicas that stay where they are. */
bool rz_shortage_beside_fixed(const RzProblem *problem, GError **error);

/* Fills @error for limits on brokers that cannot be met; @unmet shows why (engine.h). */
void rz_shortage_in_limits(const RzProblem *problem, const int64_t *lo, const int64_t *hi,
                           const bool *unmet, GError **error);

/* Whether every broker whose disks are known has room for what @solution puts on it. */
bool rz_shortage_of_room(const RzProblem *problem, const RzSolution *solution, GError **error);
