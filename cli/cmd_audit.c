/*
 * cmd_audit.c: rezone audit.
 */
#include <stdio.h>
#include <string.h>

#include "cli/audit_text.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/policy_options.h"
#include "cli/report/report.h"
#include "cli/session.h"
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

static RzSnapshot *
load(const RzArgs *args, GError **error)
{
    const char *file = rz_args_file(args, 0);
    bool live = rz_args_flag(args, "bootstrap-server") || rz_args_flag(args, "command-config");
    if (file != NULL && live) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "audit: give a snapshot or a live cluster (-b), not both");
        return NULL;
    }
    if (file != NULL)
        return rz_load_snapshot(file, error);
    if (!live) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "audit needs a SNAPSHOT, or a live cluster with -b");
        return NULL;
    }
    g_autoptr(RzCluster) cluster = rz_session_connect(args, error);
    return cluster != NULL ? rz_session_snapshot(args, cluster, error) : NULL;
}

int
rz_cmd_audit(const RzArgs *args, GError **error)
{
    FailOn fail_on = FAIL_ON_UNSAFE;
    if (!read_fail_on(args, &fail_on, error))
        return -1;
    g_autoptr(RzPolicy) policy = rz_policy_from_args(args, error);
    g_autoptr(RzSnapshot) snapshot = policy != NULL ? load(args, error) : NULL;
    if (snapshot == NULL)
        return -1;
    g_autoptr(RzAudit) audit = rz_audit_new(snapshot, policy);
    const char *page = rz_args_value(args, "html");
    g_autofree char *html = page != NULL ? rz_report_audit(audit) : NULL;
    if (html != NULL && !rz_save_text(page, html, error))
        return -1;
    if (rz_args_flag(args, "json")) {
        g_autofree char *text = rz_audit_to_json(audit);
        puts(text);
    } else {
        rz_audit_print(audit, stdout);
    }
    bool found = (fail_on == FAIL_ON_UNSAFE && rz_audit_is_unsafe(audit)) ||
                 (fail_on == FAIL_ON_SKEW && rz_audit_is_skewed(audit));
    return found ? 1 : 0;
}
