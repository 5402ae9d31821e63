/*
 * cmd_audit.c: rezone audit.
 */
#include <stdio.h>
#include <string.h>

#include "cli/audit_text.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/live_audit.h"
#include "cli/output.h"
#include "cli/policy_options.h"
#include "cli/report/report.h"
#include "cli/session.h"
#include "cli/units.h"
#include "planner/audit.h"
#include "planner/plan_apply.h"
#include "rezone/error.h"

typedef enum { FAIL_ON_UNSAFE, FAIL_ON_SKEW, FAIL_ON_NONE } FailOn;

static bool
read_fail_on(const RzArgs *args, FailOn *fail_on, GError **error)
{
    static const char *const words[] = {"unsafe", "skew", "none"};
    const char *text = rz_args_value(args, "fail-on");
    *fail_on = FAIL_ON_UNSAFE;
    for (gsize i = 0; text != NULL && i < G_N_ELEMENTS(words); i++) {
        if (strcmp(text, words[i]) != 0)
            continue;
        *fail_on = (FailOn)i;
        return true;
    }
    if (text == NULL)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "--fail-on: \"%s\" is none of unsafe, skew, none",
                text);
    return false;
}

/* What is judged: a file, or a live cluster, which also tells its controllers. */
typedef struct {
    RzCluster *cluster; /* NULL: a file */
    RzSnapshot *snapshot;
} Subject;

static void
subject_clear(Subject *subject)
{
    rz_snapshot_free(subject->snapshot);
    rz_cluster_free(subject->cluster);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Subject, subject_clear)

static bool
load(const RzArgs *args, Subject *subject, GError **error)
{
    const char *file = rz_args_file(args, 0);
    bool live = rz_args_flag(args, "bootstrap-server") || rz_args_flag(args, "command-config");
    if (file != NULL && live) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "audit: give a snapshot or a live cluster (-b), not both");
        return false;
    }
    if (file == NULL && !live) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "audit needs a SNAPSHOT, or a live cluster with -b");
        return false;
    }
    if (file != NULL) {
        subject->snapshot = rz_load_snapshot(file, error);
    } else {
        subject->cluster = rz_session_connect(args, error);
        if (subject->cluster != NULL)
            subject->snapshot = rz_session_snapshot(args, subject->cluster, error);
    }
    return subject->snapshot != NULL;
}

/* ---- previews ---- */

static bool
set_what_if(RzPolicy *policy, const GPtrArray *given, GError **error)
{
    for (guint i = 0; i < given->len; i++) {
        const char *text = g_ptr_array_index(given, i);
        g_auto(GStrv) parts = g_strsplit(text, "=", 2);
        if (parts[0] == NULL) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                        "--what-if: write NAME=VALUE, for example target-rf=4");
            return false;
        }
        if (rz_policy_set(policy, parts[0], parts[1], error))
            continue;
        g_prefix_error(error, "--what-if %s: ", text);
        return false;
    }
    return true;
}

static char *
describe_preview(const GPtrArray *given, const RzPlan *plan)
{
    g_autofree char *bytes = rz_format_bytes((double)plan->totals.bytes_moved);
    g_autoptr(GString) text = g_string_new("as a plan with ");
    for (guint i = 0; i < given->len; i++) {
        g_autofree char *clean = rz_printable(g_ptr_array_index(given, i));
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", clean);
    }
    g_string_append_printf(text, " would leave it: %" G_GINT64_FORMAT " new replicas, %s to copy",
                           plan->totals.replicas_added, bytes);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Replaces the snapshot by what a plan would make of it. (transfer full): the preview in words */
static char *
preview(const RzArgs *args, Subject *subject, const RzPolicy *policy, GError **error)
{
    g_autoptr(RzPlan) plan = rz_plan_new(subject->snapshot, policy, error);
    RzSnapshot *after = plan != NULL ? rz_snapshot_with_plan(subject->snapshot, plan, error) : NULL;
    if (after == NULL)
        return NULL;
    rz_snapshot_free(subject->snapshot);
    subject->snapshot = after;
    return describe_preview(rz_args_list(args, "what-if"), plan);
}

/* ---- the answer ---- */

static bool
report(const RzArgs *args, const RzAudit *audit, GError **error)
{
    const char *page = rz_args_value(args, "html");
    g_autofree char *html = page != NULL ? rz_report_audit(audit) : NULL;
    if (html != NULL && !rz_save_text(page, html, error))
        return false;
    if (rz_args_flag(args, "json")) {
        g_autofree char *text = rz_audit_to_json(audit);
        puts(text);
    } else {
        rz_audit_print(audit, stdout);
    }
    return true;
}

int
rz_cmd_audit(const RzArgs *args, GError **error)
{
    FailOn fail_on = FAIL_ON_UNSAFE;
    if (!read_fail_on(args, &fail_on, error))
        return -1;
    const GPtrArray *what_if = rz_args_list(args, "what-if");
    g_autoptr(RzPolicy) policy = rz_policy_from_args(args, error);
    g_auto(Subject) subject = {0};
    if (policy == NULL || !set_what_if(policy, what_if, error) || !load(args, &subject, error))
        return -1;
    g_autofree char *previewed = what_if->len > 0 ? preview(args, &subject, policy, error) : NULL;
    if (what_if->len > 0 && previewed == NULL)
        return -1;
    g_autoptr(RzAudit) audit = rz_audit_new(subject.snapshot, policy);
    audit->what_if = g_steal_pointer(&previewed);
    if (subject.cluster != NULL)
        rz_audit_add_controllers(args, subject.cluster, audit);
    if (!report(args, audit, error))
        return -1;
    bool found = (fail_on == FAIL_ON_UNSAFE && rz_audit_is_unsafe(audit)) ||
                 (fail_on == FAIL_ON_SKEW && rz_audit_is_skewed(audit));
    return found ? 1 : 0;
}
