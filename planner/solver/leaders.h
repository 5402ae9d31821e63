/*
 * leaders.h: who leads, once it is settled who replicates.
 */
#pragma once

#include "planner/solver/instance.h"

typedef struct {
    RzBrokerIx *leader; /* per partition: one of its replicas */
    int64_t *held;      /* per broker: movable partitions it leads */
    int64_t n_changes;  /* partitions whose first replica changes */

    /* Balance mode only: groups as for replicas, of leaders in all, and prices in changes. */
    uint32_t n_groups;
    uint32_t *group; /* per broker */
    int64_t *level;  /* per group */
    int64_t *price;  /* per broker */
    RzWide sum_squares;
} RzLeaders;

/*
 * The fairest possible leader counts for the placement @target, and with them the fewest changes.
 * Cost: O(partitions x rf) and O(brokers^2) per repair.
 */
RzLeaders *rz_leaders_balance(const RzInstance *in, const RzBrokerIx *target, RzArena *arena);

/* Every partition keeps its leader if that is still a replica, else the least loaded replica leads.
 */
RzLeaders *rz_leaders_keep(const RzInstance *in, const RzBrokerIx *target, RzArena *arena);
