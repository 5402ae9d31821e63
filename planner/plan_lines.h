/*
 * plan_lines.h: what assembling, writing and reading a plan share: the text of the move lines, the
 * plan_id over it, and the totals that the moves alone determine.
 */
#pragma once

#include <jansson.h>

#include "planner/plan_private.h"

/* Appends topic @topic's line, without newline. */
void rz_plan_write_topic(GString *text, const RzPlan *plan, const RzPlanTopic *topic);

/*
 * The hex SHA-256 over the policy's JSON ("null" without one) and the move lines, each followed by
 * "\n". (transfer full)
 */
char *rz_plan_compute_id(const RzPlan *plan);

/*
 * Fills in partitions_changed, replicas_added, replicas_removed, bytes_moved and leaders_changed.
 *
 * leaders_changed counts the moves whose first target differs from the leader when the snapshot was
 * taken, or from the first of the old list if there was none: what the preferred leader election
 * at the end of a run changes. replicas_added and _removed compare the lists as sets.
 */
void rz_plan_count_moves(const RzPlan *plan, RzPlanTotals *totals);

/* Fills plan->certificate from the header's object; see docs/formats.md. Errors: RZ_ERROR_INPUT. */
bool rz_plan_read_certificate(RzPlan *plan, const json_t *object, GError **error);
