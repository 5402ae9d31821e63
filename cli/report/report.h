/*
 * report.h: the pages. Each is (transfer full) one self-contained HTML document.
 */
#pragma once

#include "cli/estimates.h"
#include "planner/audit.h"
#include "planner/compare.h"
#include "planner/plan_private.h"

char *rz_report_audit(const RzAudit *audit);
/* Before and after, what moves between which brokers, and the proof. */
char *rz_report_plan(const RzSnapshot *before, const RzPlan *plan, GError **error);
char *rz_report_compare(const RzSnapshot *snapshot, const RzComparison *comparison,
                        int64_t throttle_bytes_per_s);

char *rz_report_estimate(const RzPlan *plan, const RzEstimates *estimates);

/*
 * A run as its directory tells it: @status and @events as they are in the files, bytes from @plan.
 */
char *rz_report_run(const RzPlan *plan, const char *status, const char *events);
