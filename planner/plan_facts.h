/*
 * plan_facts.h: what can be read off a plan without knowing the cluster.
 */
#pragma once

#include "planner/plan_private.h"

/*
 * Bytes that the busiest receiving broker must take, and its id (-1: no bytes move): divided by a
 * rate, the floor of any duration. Cost: O(replicas of the moves).
 */
RzWide rz_plan_busiest_receiver(const RzPlan *plan, int32_t *broker_id);

/* How long @bytes take at @bytes_per_s, in ms; -1 without a rate. */
int64_t rz_copy_time_ms(RzWide bytes, int64_t bytes_per_s);

/* Whether @id is among the first @n ids. */
bool rz_plan_list_has(const int32_t *ids, uint16_t n, int32_t id);
