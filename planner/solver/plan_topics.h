/*
 * plan_topics.h: tier "topic_balance" in a plan's proof.
 */
#pragma once

#include "planner/plan_private.h"
#include "planner/solver/problem.h"
#include "planner/solver/topic_tier.h"

/* What was to be copied without the tier, to tell its price. */
typedef struct {
    RzWide bytes;
    int64_t moves;
} RzCheapest;

/* Appends the tier's row, to plan->tiers, which has room. */
void rz_plan_add_topic_tier(RzPlan *plan, const RzSolution *solution, const RzCheapest *without);

/* Fills in the topics' prices and the brokers' square prices; their other fields are filled in. */
void rz_plan_add_topic_prices(RzPlan *plan, const RzProblem *problem, const RzSolution *solution);
