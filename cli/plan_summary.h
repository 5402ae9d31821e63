/*
 * plan_summary.h: a plan in a few lines for people, and as JSON.
 */
#pragma once

#include <stdio.h>

#include "planner/plan_private.h"

void rz_plan_print_summary(const RzPlan *plan, FILE *stream);
/* (transfer full): one JSON document: plan_id, totals, proof tiers, warnings. */
char *rz_plan_summary_json(const RzPlan *plan);
