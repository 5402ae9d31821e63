/*
 * leaders_private.h: what the two tiers of leadership share.
 */
#pragma once

#include "planner/solver/heap.h"
#include "planner/solver/leaders.h"

typedef struct {
    const RzInstance *in;
    const RzBrokerIx *target;
    RzArena *arena;
    RzLeaders *result;
} RzLeading;

static inline const RzBrokerIx *
rz_replicas_of(const RzLeading *work, uint32_t p)
{
    return work->target + work->in->first_target[p];
}

/* Leader changes count by the first replica. */
static inline bool
rz_changes(const RzLeading *work, uint32_t p, uint32_t leader)
{
    return work->in->leader[p] != leader;
}

/* leaders.c: groups and levels, from any fairest assignment. */
void rz_leader_levels(RzLeading *work);

/* leader_changes.c: the fewest changes within the groups. */
void rz_leader_changes(RzLeading *work);
