/*
 * plan_apply.h: the cluster as it will be when a plan is done.
 */
#pragma once

#include "planner/plan_private.h"

/*
 * A new snapshot in which every partition of the plan has its target list, all targets on live
 * brokers in sync and the first of them leading. Errors: RZ_ERROR_INPUT when the plan was made for
 * another state. (transfer full)
 */
G_GNUC_WARN_UNUSED_RESULT
RzSnapshot *rz_snapshot_with_plan(const RzSnapshot *snapshot, const RzPlan *plan, GError **error);
