/*
 * spread_judge.h: whether one ordered list is spread over the zones as a policy says.
 *
 * Counts replicas where they are, dead and drained brokers included: a zone's share is in place
 * even while one of its brokers is down. Ranges are those of the usable brokers (spread.h).
 */
#pragma once

#include "planner/spread.h"

typedef struct RzSpreadJudge RzSpreadJudge;

/* Borrows both arguments. */
RzSpreadJudge *rz_spread_judge_new(const RzSnapshot *snapshot, const RzPolicy *policy);
void rz_spread_judge_free(RzSpreadJudge *judge);

/* @replicas: broker indices. Cost: O(n + zones). */
bool rz_spread_judge_violated(RzSpreadJudge *judge, const uint32_t *replicas, uint32_t n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzSpreadJudge, rz_spread_judge_free)
