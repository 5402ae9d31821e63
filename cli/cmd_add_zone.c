/*
 * cmd_add_zone.c: rezone add-zone: the whole job in the order a careful person would do it.
 *
 * Every step leaves its file in the run directory: job.json (what was asked), before.json,
 * audit-before.html, plan.json and plan.html, estimate.json and estimate.html, preflight.json, then
 * the run's own files, then after.json, audit-after.html, verify.json and run.html. Until the
 * journal exists nothing was changed, so an interrupted job starts again from the first look
 * instead of trusting an old one; after that, the run is resumed and the rest follows.
 */
#include "cli/cmd_add_zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/apply.h"
#include "cli/audit_text.h"
#include "cli/cmd_status.h"
#include "cli/cmd_verify.h"
#include "cli/commands.h"
#include "cli/estimates.h"
#include "cli/io.h"
#include "cli/live_audit.h"
#include "cli/output.h"
#include "cli/plan_summary.h"
#include "cli/policy_options.h"
#include "cli/report/report.h"
#include "rezone/error.h"

#define BEFORE_FILE "before.json"
#define PLAN_FILE "plan.json"
#define ESTIMATE_FILE "estimate.json"
#define PREFLIGHT_FILE "preflight.json"
#define AFTER_FILE "after.json"
#define VERIFY_FILE "verify.json"

typedef struct {
    const RzArgs *args;
    const char *zone;
    const char *dir;
    const RzZones *zones;
    RzCluster *cluster;
    RzPolicy *policy;
    RzSnapshot *before;
    RzPlanSource *source;
    bool quiet;
} Job;

static void
job_clear(Job *job)
{
    rz_plan_source_free(job->source);
    rz_snapshot_free(job->before);
    rz_policy_free(job->policy);
    rz_cluster_free(job->cluster);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static char *
path_of(const char *dir, const char *name)
{
    return g_build_filename(dir, name, NULL);
}

static bool
save_snapshot(const RzSnapshot *snapshot, const char *dir, const char *name, GError **error)
{
    g_autofree char *path = path_of(dir, name);
    g_autoptr(RzOutput) output = rz_output_open(path, error);
    return output != NULL && rz_snapshot_write(snapshot, rz_output_line, output, error) &&
           rz_output_commit(output, error);
}

static bool
save_audit(const RzAudit *audit, const char *dir, const char *name, GError **error)
{
    g_autofree char *path = path_of(dir, name);
    g_autofree char *page = rz_report_audit(audit);
    return rz_save_text(path, page, error);
}

/* ---- which zones ---- */

static bool
zone_has_live_broker(const RzSnapshot *snapshot, const char *zone)
{
    for (uint32_t b = 0; b < snapshot->n_brokers; b++) {
        const RzBroker *broker = &snapshot->brokers[b];
        if (broker->alive && broker->zone != RZ_NONE &&
            strcmp(snapshot->zones[broker->zone], zone) == 0)
            return true;
    }
    return false;
}

/* Zones that hold replicas serve today. (transfer full): "az1,az2" */
static char *
serving_zones(const RzSnapshot *snapshot)
{
    g_autofree bool *serves = g_new0(bool, snapshot->n_zones + 1);
    for (gsize r = 0; r < snapshot->n_replicas; r++) {
        uint32_t zone = snapshot->brokers[snapshot->replicas[r]].zone;
        if (zone != RZ_NONE)
            serves[zone] = true;
    }
    g_autoptr(GString) names = g_string_new(NULL);
    for (uint32_t z = 0; z < snapshot->n_zones; z++)
        if (serves[z])
            g_string_append_printf(names, "%s%s", names->len > 0 ? "," : "", snapshot->zones[z]);
    return g_string_free(g_steal_pointer(&names), FALSE);
}

static bool
list_has(const char *list, const char *zone)
{
    g_auto(GStrv) names = g_strsplit(list, ",", -1);
    return g_strv_contains((const char *const *)names, zone);
}

/* The policy as given; without --zones, those that serve today and the new one. */
static bool
settle_zones(Job *job, const char *serving, GError **error)
{
    const char *given = rz_args_value(job->args, "zones");
    if (given != NULL) {
        if (list_has(given, job->zone))
            return true;
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "--zones %s leaves out zone %s, which is to be "
                    "added",
                    given, job->zone);
        return false;
    }
    g_autofree char *wanted = list_has(serving, job->zone) || serving[0] == '\0'
                                  ? g_strdup(serving[0] != '\0' ? serving : job->zone)
                                  : g_strdup_printf("%s,%s", serving, job->zone);
    return rz_policy_set(job->policy, "zones", wanted, error);
}

/* ---- the steps ---- */

static bool
look(Job *job, GError **error)
{
    job->cluster = rz_session_connect(job->args, error);
    job->before = job->cluster != NULL ? rz_session_snapshot(job->args, job->cluster, error) : NULL;
    if (job->before == NULL)
        return false;
    if (!zone_has_live_broker(job->before, job->zone)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_REFUTED,
                    "zone %s has no live broker: start its brokers with broker.rack=%s, or name "
                    "zones with --zone-map",
                    job->zone, job->zone);
        return false;
    }
    g_autofree char *serving = serving_zones(job->before);
    if (!job->quiet)
        rz_say("Zones that serve today: %s", serving[0] != '\0' ? serving : "none");
    return rz_session_check_caps(job->zones, job->cluster, error) &&
           settle_zones(job, serving, error) &&
           save_snapshot(job->before, job->dir, BEFORE_FILE, error);
}

static bool
audit_before(Job *job, GError **error)
{
    g_autoptr(RzAudit) audit = rz_audit_new(job->before, job->policy);
    rz_audit_add_controllers(job->args, job->cluster, audit);
    if (!job->quiet)
        rz_audit_print_zone_loss(audit, stderr);
    return save_audit(audit, job->dir, "audit-before.html", error);
}

static bool
make_plan(Job *job, GError **error)
{
    g_autoptr(RzPlan) plan = rz_plan_new(job->before, job->policy, error);
    if (plan == NULL)
        return false;
    if (plan->n_moves == 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_REFUTED,
                    "zone %s serves already: every partition is spread as wanted and nothing "
                    "would move",
                    job->zone);
        return false;
    }
    g_autofree char *report = NULL;
    if (!rz_plan_check(job->before, plan, &report, error))
        return false;
    for (guint i = 0; plan->warnings != NULL && i < plan->warnings->len; i++)
        rz_warn("%s", (const char *)g_ptr_array_index(plan->warnings, i));
    if (!job->quiet) {
        rz_plan_print_summary(plan, stderr);
        fputs(report, stderr);
    }
    g_autofree char *path = path_of(job->dir, PLAN_FILE);
    g_autofree char *page_path = path_of(job->dir, "plan.html");
    g_autofree char *page = rz_report_plan(job->before, plan, error);
    g_autoptr(RzOutput) output = page != NULL ? rz_output_open(path, error) : NULL;
    if (output == NULL || !rz_plan_write(plan, rz_output_line, output, error) ||
        !rz_output_commit(output, error) || !rz_save_text(page_path, page, error))
        return false;
    job->source = rz_plan_source_load(path, error);
    return job->source != NULL;
}

/* In virtual time, at the rate that was asked for: does it end within the window? */
static bool
estimate(Job *job, GError **error)
{
    g_autoptr(RzEstimates) estimates = rz_estimates_from_args(job->args, error);
    if (estimates == NULL ||
        !rz_estimates_run(estimates, job->args, job->before, job->source->plan, error))
        return false;
    if (!job->quiet) {
        fputs("Simulated run\n", stderr);
        rz_estimates_print_rates(estimates, job->source->plan, stderr);
    }
    g_autofree char *path = path_of(job->dir, ESTIMATE_FILE);
    g_autofree char *page_path = path_of(job->dir, "estimate.html");
    g_autofree char *text = rz_estimates_to_json(estimates);
    g_autofree char *page = rz_report_estimate(job->source->plan, estimates);
    return rz_save_text(path, text, error) && rz_save_text(page_path, page, error);
}

static bool
preflight(Job *job, GError **error)
{
    g_autofree char *path = path_of(job->dir, PREFLIGHT_FILE);
    return rz_apply_review(job->args, job->source->plan, job->cluster, path, error);
}

typedef bool (*Step)(Job *job, GError **error);

/* What comes before consent; none of it changes the cluster. */
static const Step steps[] = {look, audit_before, make_plan, estimate, preflight};

/* ---- the job ---- */

void
rz_add_zone_print(const RzArgs *args, const char *dir, const char *status, const char *verification)
{
    if (!rz_args_flag(args, "json"))
        return;
    json_t *run = status != NULL ? json_loads(status, 0, NULL) : NULL;
    json_t *verified = verification != NULL ? json_loads(verification, 0, NULL) : NULL;
    json_t *root =
        json_pack("{s:s, s:o?, s:o?}", "run_dir", dir, "status", run, "verification", verified);
    char *text = json_dumps(root, JSON_INDENT(2));
    puts(text);
    free(text);
    json_decref(root);
}

static bool
save_run_page(const char *dir, GError **error)
{
    g_autoptr(RzStore) store = rz_store_open_dir(dir, false, error);
    g_autofree char *path = path_of(dir, "run.html");
    return store != NULL && rz_status_save_page(path, dir, store, error);
}

/* @args: of the command that prints; @job_args: how add-zone was called. */
static int
verify_and_report(const RzArgs *args, const RzArgs *job_args, RzCluster *cluster,
                  const RzPlan *plan, const char *dir, const char *status, GError **error)
{
    g_autoptr(RzSnapshot) after = rz_session_look(job_args, cluster, error);
    if (after == NULL || !save_snapshot(after, dir, AFTER_FILE, error))
        return -1;
    g_autoptr(RzAudit) audit = rz_audit_new(after, plan->policy);
    rz_audit_add_controllers(args, cluster, audit);
    if (!save_audit(audit, dir, "audit-after.html", error) || !save_run_page(dir, error))
        return -1;
    g_autofree char *verification = NULL;
    g_autofree char *path = path_of(dir, VERIFY_FILE);
    int code = rz_verify_and_print(args, plan, cluster, after, &verification, error);
    if (code < 0 || !rz_save_text(path, verification, error))
        return -1;
    rz_add_zone_print(args, dir, status, verification);
    return code;
}

static int
do_job(const RzArgs *args, const char *dir, GError **error)
{
    RzRunOptions options;
    g_autoptr(RzZones) zones = rz_session_zones(args, error);
    if (zones == NULL || !rz_run_options_from_args(args, zones, &options, error) ||
        !rz_apply_needs_throttle(args, error))
        return -1;
    g_auto(Job) job = {.args = args,
                       .zone = rz_args_file(args, 0),
                       .dir = dir,
                       .zones = zones,
                       .quiet = rz_args_flag(args, "quiet")};
    job.policy = rz_policy_from_args(args, error);
    if (job.policy == NULL || !rz_job_remember(args, dir, error))
        return -1;
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
        if (!steps[i](&job, error))
            return -1;
    g_autofree char *status = NULL;
    if (rz_args_flag(args, "dry-run")) {
        rz_say("dry run: nothing was changed; what would be done is in %s", dir);
        rz_add_zone_print(args, dir, NULL, NULL);
        return 0;
    }
    bool declined = false;
    int code = rz_apply_with_consent(args, job.source, job.cluster, &options, dir, &status,
                                     &declined, error);
    if (code == 0 && !declined)
        return verify_and_report(args, args, job.cluster, job.source->plan, dir, status, error);
    if (code >= 0)
        rz_add_zone_print(args, dir, status, NULL);
    return code;
}

int
rz_cmd_add_zone(const RzArgs *args, GError **error)
{
    const char *zone = rz_args_file(args, 0);
    const char *dir = rz_args_value(args, "run-dir");
    g_autofree char *safe = g_strdup(zone);
    g_strcanon(safe, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-", '_');
    g_autofree char *default_dir = g_strdup_printf("rezone-run-%s", safe);
    if (dir == NULL)
        dir = default_dir;
    if (rz_job_stage(dir) != RZ_JOB_PENDING) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "%s holds a run that has begun: go on with rezone resume %s", dir, dir);
        return -1;
    }
    return do_job(args, dir, error);
}

int
rz_add_zone_restart(const RzArgs *resume_args, const char *dir, GError **error)
{
    g_autoptr(RzArgs) args = rz_job_recall(resume_args, dir, error);
    return args != NULL ? do_job(args, dir, error) : -1;
}

int
rz_add_zone_finish(const RzArgs *resume_args, const char *dir, const char *status, GError **error)
{
    g_autofree char *path = path_of(dir, PLAN_FILE);
    g_autoptr(RzArgs) job_args = rz_job_recall(resume_args, dir, error);
    g_autoptr(RzPlan) plan = job_args != NULL ? rz_load_plan(path, error) : NULL;
    g_autoptr(RzCluster) cluster =
        plan != NULL ? rz_session_connect_run(resume_args, dir, error) : NULL;
    return cluster != NULL
               ? verify_and_report(resume_args, job_args, cluster, plan, dir, status, error)
               : -1;
}
