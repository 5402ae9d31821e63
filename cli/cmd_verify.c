/*
 * cmd_verify.c: rezone verify: is it as planned, and what would each zone's loss do now?
 */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "cli/audit_text.h"
#include "cli/cmd_verify.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/output.h"
#include "cli/session.h"
#include "executor/verify.h"
#include "planner/plan_private.h"

/* As many findings as a screen holds; --json has all of them. */
#define MAX_SHOWN 20

static void
print_text(const RzVerification *v, const RzAudit *audit)
{
    for (uint32_t i = 0; i < v->n_findings && i < MAX_SHOWN; i++) {
        g_autofree char *subject = rz_printable(v->findings[i].subject);
        g_autofree char *detail = rz_printable(v->findings[i].detail);
        printf("%s: %s\n", subject, detail);
    }
    if (v->n_findings > MAX_SHOWN)
        printf("... and %u more; --json lists all\n", v->n_findings - MAX_SHOWN);
    printf("%u of %u partitions as planned, %u leaders as planned\n", v->partitions_as_planned,
           v->partitions_total, v->leaders_as_planned);
    rz_audit_print_zone_loss(audit, stdout);
    printf("%s\n", v->ok ? "verified: the cluster is as planned"
                         : "NOT as planned: see the findings above");
}

static void
print_json(const RzVerification *v, const RzAudit *audit)
{
    g_autofree char *verification = rz_verification_to_json(v);
    g_autofree char *judgement = rz_audit_to_json(audit);
    json_t *root = json_loads(verification, 0, NULL);
    json_t *now = json_loads(judgement, 0, NULL);
    g_assert(root != NULL && now != NULL);
    json_object_set(root, "zone_loss", json_object_get(now, "zone_loss"));
    char *text = json_dumps(root, JSON_INDENT(2));
    puts(text);
    free(text);
    json_decref(now);
    json_decref(root);
}

int
rz_verify_and_print(const RzArgs *args, const RzPlan *plan, RzCluster *cluster, GError **error)
{
    g_autoptr(RzSnapshot) now = rz_session_snapshot(args, cluster, error);
    if (now == NULL)
        return -1;
    g_autoptr(RzVerification) verification = rz_verify(plan, cluster, true, error);
    if (verification == NULL)
        return -1;
    g_autoptr(RzAudit) audit = rz_audit_new(now, plan->policy);
    if (rz_args_flag(args, "json"))
        print_json(verification, audit);
    else
        print_text(verification, audit);
    return verification->ok ? 0 : 1;
}

int
rz_cmd_verify(const RzArgs *args, GError **error)
{
    g_autoptr(RzPlan) plan = rz_load_plan(rz_args_file(args, 0), error);
    g_autoptr(RzCluster) cluster = plan != NULL ? rz_session_connect(args, error) : NULL;
    return cluster != NULL ? rz_verify_and_print(args, plan, cluster, error) : -1;
}
