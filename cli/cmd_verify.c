/*
 * cmd_verify.c: rezone verify: is it as planned, what would each zone's loss do now, and what is
 * left to do?
 */
#include "cli/cmd_verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "cli/audit_text.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/live_audit.h"
#include "cli/output.h"
#include "cli/session.h"
#include "executor/verify.h"
#include "planner/plan_private.h"

/* As many findings as a screen holds; --json has all of them. */
#define MAX_SHOWN 20

typedef struct {
    RzVerification *verification;
    RzAudit *audit;
    GPtrArray *serving; /* const char *: zones with a live broker that holds replicas */
    GPtrArray *left;    /* char *: what is left to do, a sentence each */
} Answer;

static void
answer_clear(Answer *answer)
{
    rz_verification_free(answer->verification);
    rz_audit_free(answer->audit);
    g_ptr_array_unref(answer->serving);
    g_ptr_array_unref(answer->left);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

/* ---- what is left to do ---- */

/* What each kind of finding asks for; %u is how many there are. */
static const char *const remedies[] = {
    [RZ_FINDING_TOPIC_GONE] = "%u topics of the plan are gone or cannot be seen: if that is "
                              "right, nothing; else grant DESCRIBE on them.",
    [RZ_FINDING_TOPIC_RECREATED] = "%u topics were deleted and made anew since: take a new "
                                   "snapshot and plan them.",
    [RZ_FINDING_LIST] = "%u partitions are not where they were planned: resume the run if it has "
                        "not ended, else take a new snapshot and plan again.",
    [RZ_FINDING_ISR] = "%u planned replicas are not in sync: wait until they have caught up, and "
                       "bring back brokers that are down.",
    [RZ_FINDING_LEADER] = "%u partitions are led by another broker than planned: resume the run, "
                          "or elect preferred leaders with Kafka's kafka-leader-election.",
    [RZ_FINDING_LISTED] = "%u reassignments are still running: let them finish, then verify again.",
    [RZ_FINDING_THROTTLE] = "%u replication throttles are set: remove those that nobody needs any "
                            "more with Kafka's kafka-configs.",
};

static guint
count_findings(const RzVerification *verification, RzFindingKind kind)
{
    guint n = 0;
    for (uint32_t i = 0; i < verification->n_findings; i++)
        n += verification->findings[i].kind == kind;
    return n;
}

static void
collect_remedies(Answer *answer)
{
    for (gsize kind = 0; kind < G_N_ELEMENTS(remedies); kind++) {
        guint n = count_findings(answer->verification, (RzFindingKind)kind);
        if (n == 0)
            continue;
        g_autofree char *count = g_strdup_printf("%u", n);
        g_auto(GStrv) parts = g_strsplit(remedies[kind], "%u", 2);
        g_ptr_array_add(answer->left, g_strjoinv(count, parts));
    }
}

static bool
quorum_can_be_lost(const RzQuorumAudit *quorum)
{
    for (uint32_t z = 0; quorum != NULL && z < quorum->n_zones; z++)
        if (rz_quorum_is_lost_with(quorum, z))
            return true;
    return false;
}

/* First what the plan wants; what it would leave undone shows when it is done. */
static void
collect_left(Answer *answer)
{
    const RzAudit *audit = answer->audit;
    collect_remedies(answer);
    if (count_findings(answer->verification, RZ_FINDING_LIST) > 0)
        return;
    if (audit->zone_violations > 0)
        g_ptr_array_add(answer->left,
                        g_strdup_printf("%" PRId64
                                        " partitions are not spread over the zones as wanted: "
                                        "take a new snapshot and plan again.",
                                        audit->zone_violations));
    for (uint32_t g = 0; g < audit->n_groups; g++)
        g_ptr_array_add(answer->left, g_strdup(audit->groups[g].text));
    if (quorum_can_be_lost(audit->quorum))
        g_ptr_array_add(answer->left, g_strdup(audit->quorum->text));
}

static void
collect_serving(Answer *answer)
{
    const RzAudit *audit = answer->audit;
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++)
        if (audit->zones[z].brokers_alive > 0 && audit->zones[z].load.replicas > 0)
            g_ptr_array_add(answer->serving, (void *)(uintptr_t)audit->snapshot->zones[z]);
}

/* ---- the answer ---- */

static void
print_findings(const RzVerification *v)
{
    for (uint32_t i = 0; i < v->n_findings && i < MAX_SHOWN; i++) {
        g_autofree char *subject = rz_printable(v->findings[i].subject);
        g_autofree char *detail = rz_printable(v->findings[i].detail);
        printf("%s: %s\n", subject, detail);
    }
    if (v->n_findings > MAX_SHOWN)
        printf("... and %u more; --json lists all\n", v->n_findings - MAX_SHOWN);
}

static void
print_zones(const Answer *answer)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < answer->serving->len; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(answer->serving, i));
    g_autofree char *clean = rz_printable(names->str);
    printf("Zones that serve now: %s\n", names->len > 0 ? clean : "none");
    const RzAudit *audit = answer->audit;
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        const int64_t *p = audit->zones[z].loss.partitions;
        g_autofree char *zone = rz_printable(audit->snapshot->zones[z]);
        if (p[RZ_STATE_OFFLINE] + p[RZ_STATE_READ_ONLY] == 0)
            printf("If zone %s is lost, every partition stays writable.\n", zone);
        else
            printf("If zone %s is lost, %" PRId64 " partitions go offline and %" PRId64
                   " become read-only, of %u.\n",
                   zone, p[RZ_STATE_OFFLINE], p[RZ_STATE_READ_ONLY], audit->snapshot->n_partitions);
    }
}

static void
print_text(const Answer *answer)
{
    const RzVerification *v = answer->verification;
    print_findings(v);
    printf("%u of %u partitions as planned, %u leaders as planned\n\n", v->partitions_as_planned,
           v->partitions_total, v->leaders_as_planned);
    rz_audit_print_zone_loss(answer->audit, stdout);
    putchar('\n');
    print_zones(answer);
    if (answer->left->len > 0)
        printf("Left to do:\n");
    for (guint i = 0; i < answer->left->len; i++) {
        g_autofree char *clean = rz_printable(g_ptr_array_index(answer->left, i));
        printf("- %s\n", clean);
    }
    g_autofree char *verdict = rz_tone(stdout, v->ok ? RZ_GOOD : RZ_BAD,
                                       v->ok ? "verified: the cluster is as planned"
                                             : "NOT as planned: see what is left to do");
    printf("%s%s\n", verdict, v->ok && answer->left->len == 0 ? ", and nothing is left to do" : "");
}

static json_t *
strings_json(const GPtrArray *strings)
{
    json_t *list = json_array();
    for (guint i = 0; i < strings->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(strings, i)));
    return list;
}

/* (transfer full) */
static char *
answer_json(const Answer *answer)
{
    g_autofree char *verification = rz_verification_to_json(answer->verification);
    g_autofree char *judgement = rz_audit_to_json(answer->audit);
    json_t *root = json_loads(verification, 0, NULL);
    json_t *now = json_loads(judgement, 0, NULL);
    g_assert(root != NULL && now != NULL);
    json_object_set(root, "zone_loss", json_object_get(now, "zone_loss"));
    json_object_set_new(root, "zones_serving", strings_json(answer->serving));
    json_object_set_new(root, "left_to_do", strings_json(answer->left));
    char *raw = json_dumps(root, JSON_INDENT(2));
    char *text = g_strdup(raw);
    free(raw);
    json_decref(now);
    json_decref(root);
    return text;
}

int
rz_verify_and_print(const RzArgs *args, const RzPlan *plan, RzCluster *cluster,
                    const RzSnapshot *now, char **json, GError **error)
{
    g_auto(Answer)
        answer = {.serving = g_ptr_array_new(), .left = g_ptr_array_new_with_free_func(g_free)};
    answer.verification = rz_verify(plan, cluster, true, error);
    if (answer.verification == NULL)
        return -1;
    answer.audit = rz_audit_new(now, plan->policy);
    rz_audit_add_controllers(args, cluster, answer.audit);
    collect_serving(&answer);
    collect_left(&answer);
    g_autofree char *text = answer_json(&answer);
    if (!rz_args_flag(args, "json"))
        print_text(&answer);
    else if (json == NULL)
        puts(text);
    if (json != NULL)
        *json = g_steal_pointer(&text);
    return answer.verification->ok ? 0 : 1;
}

int
rz_cmd_verify(const RzArgs *args, GError **error)
{
    g_autoptr(RzPlan) plan = rz_load_plan(rz_args_file(args, 0), error);
    g_autoptr(RzCluster) cluster = plan != NULL ? rz_session_connect(args, error) : NULL;
    g_autoptr(RzSnapshot) now = cluster != NULL ? rz_session_snapshot(args, cluster, error) : NULL;
    return now != NULL ? rz_verify_and_print(args, plan, cluster, now, NULL, error) : -1;
}
