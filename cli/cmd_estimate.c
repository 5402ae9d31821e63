/*
 * cmd_estimate.c: rezone estimate.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/estimates.h"
#include "cli/io.h"
#include "cli/report/report.h"

int
rz_cmd_estimate(const RzArgs *args, GError **error)
{
    g_autoptr(RzEstimates) estimates = rz_estimates_from_args(args, error);
    g_autoptr(RzSnapshot) snapshot =
        estimates != NULL ? rz_load_snapshot(rz_args_file(args, 0), error) : NULL;
    g_autoptr(RzPlan) plan = snapshot != NULL ? rz_load_plan(rz_args_file(args, 1), error) : NULL;
    if (plan == NULL || !rz_estimates_run(estimates, args, snapshot, plan, error))
        return -1;
    const char *file = rz_args_value(args, "html");
    g_autofree char *page = file != NULL ? rz_report_estimate(plan, estimates) : NULL;
    if (page != NULL && !rz_save_text(file, page, error))
        return -1;
    if (rz_args_flag(args, "json")) {
        g_autofree char *text = rz_estimates_to_json(estimates);
        puts(text);
    } else {
        rz_estimates_print(estimates, plan, stdout);
    }
    return 0;
}
