/*
 * replicas.h: the parts of the replica solver, in the order in which they run.
 */
#pragma once

#include "planner/solver/cost.h"
#include "planner/solver/levels.h"

/* Work in progress: who holds what, and the price of holding it. */
typedef struct {
    const RzInstance *in;
    const RzLevels *levels;
    RzArena *arena;
    RzBrokerIx *target;             /* every partition's replicas, in->first_target[] */
    int64_t *held;                  /* per broker: movable replicas on it */
    RzCost *price;                  /* n_brokers + 1; the engine uses the last for its sink */
    const uint32_t *rank, *by_rank; /* partitions by size; set on first use */
    int64_t n_augmentations;
    const bool *unmet; /* when the limits cannot be met: brokers that show why */
} RzReplicas;

static inline RzBrokerIx *
rz_target(const RzReplicas *work, uint32_t p)
{
    return work->target + work->in->first_target[p];
}

/* Fills work->rank and by_rank, once. */
void rz_rank_partitions(RzReplicas *work);

/* Guesses broker prices from samples of the partitions, the first of them of @first_sample. */
void rz_guess_prices(RzReplicas *work, uint32_t first_sample);

/* Chooses for every partition a cheapest replica set under the prices (I1), loads nearly even. */
void rz_start(RzReplicas *work);

/* Makes the limits hold, at least cost; false when they cannot, with work->unmet set. */
bool rz_replicas_repair(RzReplicas *work);
