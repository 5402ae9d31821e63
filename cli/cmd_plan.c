/*
 * cmd_plan.c: rezone plan.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/io.h"
#include "cli/output.h"
#include "cli/plan_summary.h"
#include "cli/policy_options.h"
#include "cli/report/report.h"
#include "rezone/error.h"

static bool
write_plan(const RzPlan *plan, const char *path, GError **error)
{
    g_autoptr(RzOutput) output = rz_output_open(path, error);
    return output != NULL && rz_plan_write(plan, rz_output_line, output, error) &&
           rz_output_commit(output, error);
}

static bool
write_kafka_json(const RzPlan *plan, const char *path, bool rollback, GError **error)
{
    if (path == NULL)
        return true;
    g_autoptr(RzOutput) output = rz_output_open(path, error);
    return output != NULL &&
           rz_plan_write_kafka_json(plan, rollback, rz_output_line, output, error) &&
           rz_output_commit(output, error);
}

static bool
write_page(const RzSnapshot *snapshot, const RzPlan *plan, const char *path, GError **error)
{
    if (path == NULL)
        return true;
    g_autofree char *html = rz_report_plan(snapshot, plan, error);
    return html != NULL && rz_save_text(path, html, error);
}

static void
print_result(const RzArgs *args, const RzPlan *plan, FILE *stream)
{
    for (guint i = 0; plan->warnings != NULL && i < plan->warnings->len; i++)
        rz_warn("%s", (const char *)g_ptr_array_index(plan->warnings, i));
    if (rz_args_flag(args, "json")) {
        char *text = rz_plan_summary_json(plan);
        puts(text);
        free(text);
    } else if (!rz_args_flag(args, "quiet")) {
        rz_plan_print_summary(plan, stream);
    }
}

int
rz_cmd_plan(const RzArgs *args, GError **error)
{
    const char *path = rz_args_value(args, "output");
    bool to_stdout = path == NULL || strcmp(path, "-") == 0;
    if (to_stdout && rz_args_flag(args, "json")) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "plan: --json prints the summary on stdout; write the plan with -o FILE");
        return -1;
    }
    g_autoptr(RzPolicy) policy = rz_policy_from_args(args, error);
    if (policy == NULL)
        return -1;
    g_autoptr(RzSnapshot) snapshot = rz_load_snapshot(rz_args_file(args, 0), error);
    if (snapshot == NULL)
        return -1;
    g_autoptr(RzPlan) plan = rz_plan_new(snapshot, policy, error);
    if (plan == NULL)
        return -1;
    if (!write_plan(plan, to_stdout ? "-" : path, error) ||
        !write_kafka_json(plan, rz_args_value(args, "kafka-json"), false, error) ||
        !write_kafka_json(plan, rz_args_value(args, "rollback-json"), true, error))
        return -1;
    if (!write_page(snapshot, plan, rz_args_value(args, "html"), error))
        return -1;
    print_result(args, plan, to_stdout ? stderr : stdout);
    return 0;
}
