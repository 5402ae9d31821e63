/*
 * lines.h: whole texts in and out of the line-by-line readers and writers.
 */
#pragma once

#include "rezone/plan.h"
#include "rezone/snapshot.h"

/* (transfer full); %NULL with @error set */
RzSnapshot *read_snapshot(const char *text, GError **error);
/* (transfer full): every line ends in "\n" */
char *snapshot_text(const RzSnapshot *snapshot);

RzPlan *read_plan(const char *text, GError **error);
char *plan_text(const RzPlan *plan);
char *plan_kafka_text(const RzPlan *plan, bool rollback);

/*
 * A plan with @policy (NULL: foreign) and no proof from targets like "0,1 1,2": for every
 * partition in order its broker ids, or "=" to leave it as it is. (transfer full)
 */
RzPlan *assemble_plan(const RzSnapshot *snapshot, const RzPolicy *policy, const char *targets);
