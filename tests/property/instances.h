/*
 * instances.h: random problems for the solver, of every kind that a snapshot and a policy can make
 * and some that they cannot.
 */
#pragma once

#include "planner/solver/instance.h"
#include "property/rng.h"

typedef struct {
    uint32_t zones, brokers, partitions, rf, size; /* upper limits */
} InstanceLimits;

/* Every class has an allowed choice; explicit boxes may be impossible to meet. */
RzInstance *random_instance(Rng *rng, const InstanceLimits *limits, RzArena *arena);
