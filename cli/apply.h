/*
 * apply.h: what apply and add-zone share: review, consent, run.
 */
#pragma once

#include "cli/args.h"
#include "cli/plan_source.h"
#include "cli/run_options.h"
#include "cli/session.h"

/* RZ_ERROR_USAGE without --throttle: a copy at full speed must be somebody's decision. */
bool rz_apply_needs_throttle(const RzArgs *args, GError **error);

/*
 * Prints the preflight table, and writes it as JSON to @file unless that is NULL. What fails there
 * and was not accepted is RZ_ERROR_REFUTED.
 */
bool rz_apply_review(const RzArgs *args, const RzPlan *plan, RzCluster *cluster, const char *file,
                     GError **error);

/*
 * Says what will happen, asks, and runs the plan in @dir. The exit code, or -1 with @error set.
 * @status: (out) (transfer full) (optional): see RzRunJob
 * @declined: (out): the operator said no and nothing was changed
 */
int rz_apply_with_consent(const RzArgs *args, const RzPlanSource *source, RzCluster *cluster,
                          const RzRunOptions *options, const char *dir, char **status,
                          bool *declined, GError **error);
