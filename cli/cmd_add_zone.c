/*
 * cmd_add_zone.c: rezone add-zone: the whole job in the order a careful person would do it.
 *
 * Every step leaves its file in the run directory: job.json (what was asked), before.json,
 * plan.json, audit-before.html, plan.html, preflight.json, then the run's own files, then
 * after.json and audit-after.html. Until the journal exists nothing was changed, so an interrupted
 * job starts again from the first look instead of trusting an old one; after that, the run is
 * resumed and the rest follows.
 */
#include "cli/cmd_add_zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/apply.h"
#include "cli/audit_text.h"
#include "cli/cmd_verify.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/output.h"
#include "cli/plan_summary.h"
#include "cli/policy_options.h"
#include "cli/report/report.h"
#include "executor/journal.h"
#include "rezone/error.h"

#define JOB_FILE "job.json"
#define BEFORE_FILE "before.json"
#define PLAN_FILE "plan.json"
#define PREFLIGHT_FILE "preflight.json"
#define AFTER_FILE "after.json"
#define JOURNAL_FILE "journal"

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

static bool
preflight(Job *job, GError **error)
{
    g_autofree char *path = path_of(job->dir, PREFLIGHT_FILE);
    return rz_apply_review(job->args, job->source->plan, job->cluster, path, error);
}

typedef bool (*Step)(Job *job, GError **error);

/* What comes before consent; none of it changes the cluster. */
static const Step steps[] = {look, audit_before, make_plan, preflight};

/* ---- what was asked, for resume ---- */

/* Everything but -X: properties may be secrets, and are asked for again. */
static bool
remember_job(const RzArgs *args, const char *dir, GError **error)
{
    if (g_mkdir_with_parents(dir, 0700) != 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s: cannot be created: %s", dir,
                    g_strerror(errno));
        return false;
    }
    json_t *words = json_array();
    const RzCommand *command = rz_args_command(args);
    for (int g = 0; g < RZ_MAX_GROUPS && command->groups[g] != NULL; g++) {
        for (const RzOption *o = command->groups[g]->options; o->name != NULL; o++) {
            const GPtrArray *values = rz_args_list(args, o->name);
            for (guint i = 0; o->letter != 'X' && i < values->len; i++) {
                const char *value = g_ptr_array_index(values, i);
                g_autofree char *word = o->kind == RZ_OPTION_FLAG
                                            ? g_strdup_printf("--%s", o->name)
                                            : g_strdup_printf("--%s=%s", o->name, value);
                json_array_append_new(words, json_string(word));
            }
        }
    }
    json_array_append_new(words, json_string("--"));
    json_array_append_new(words, json_string(rz_args_file(args, 0)));
    json_t *root =
        json_pack("{s:s, s:i, s:o}", "format", "rezone-job", "version", 1, "arguments", words);
    char *text = json_dumps(root, JSON_INDENT(1));
    json_decref(root);
    g_autofree char *path = path_of(dir, JOB_FILE);
    bool good = rz_save_text(path, text, error);
    free(text);
    return good;
}

static RzArgs *
recall_job(const RzArgs *resume_args, const char *dir, GError **error)
{
    g_autofree char *path = path_of(dir, JOB_FILE);
    json_error_t wrong;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &wrong);
    const json_t *words = json_object_get(root, "arguments");
    if (!json_is_array(words)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: is no job of add-zone%s%s", path,
                    root == NULL ? ": " : "", root == NULL ? wrong.text : "");
        json_decref(root);
        return NULL;
    }
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    const GPtrArray *properties = rz_args_list(resume_args, "property");
    for (guint i = 0; i < properties->len; i++)
        g_ptr_array_add(
            argv, g_strdup_printf("--property=%s", (const char *)g_ptr_array_index(properties, i)));
    size_t i = 0;
    json_t *word = NULL;
    json_array_foreach(words, i, word) g_ptr_array_add(
        argv, g_strdup(json_string_value(word) != NULL ? json_string_value(word) : ""));
    json_decref(root);
    return rz_args_parse(rz_find_command("add-zone"), (int)argv->len, (char **)argv->pdata, error);
}

static bool
is_job(const char *dir)
{
    g_autofree char *path = path_of(dir, JOB_FILE);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Killed while the journal was being begun, a run has sent nothing: only "begin" counts. */
static RzJobStage
stage_of(const char *dir)
{
    g_autofree char *path = path_of(dir, JOURNAL_FILE);
    g_autofree char *text = NULL;
    gsize length = 0, valid = 0;
    if (!g_file_get_contents(path, &text, &length, NULL))
        return RZ_JOB_PENDING;
    g_autoptr(RzJournal) journal = rz_journal_parse(text, length, &valid, NULL);
    if (journal == NULL)
        return RZ_JOB_RUNNING; /* resume says what is wrong with it */
    if (!journal->begun)
        return RZ_JOB_PENDING;
    bool done = journal->finished && g_strcmp0(journal->final_state, "done") == 0;
    return done ? RZ_JOB_MOVED : RZ_JOB_RUNNING;
}

RzJobStage
rz_add_zone_stage(const char *dir)
{
    return is_job(dir) ? stage_of(dir) : RZ_JOB_NONE;
}

/* ---- the job ---- */

static int
verify_and_report(const RzArgs *args, RzCluster *cluster, const RzPlan *plan, const char *dir,
                  GError **error)
{
    g_autoptr(RzSnapshot) after = rz_session_snapshot(args, cluster, error);
    if (after == NULL || !save_snapshot(after, dir, AFTER_FILE, error))
        return -1;
    g_autoptr(RzAudit) audit = rz_audit_new(after, plan->policy);
    if (!save_audit(audit, dir, "audit-after.html", error))
        return -1;
    return rz_verify_and_print(args, plan, cluster, error);
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
    if (job.policy == NULL || !remember_job(args, dir, error))
        return -1;
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
        if (!steps[i](&job, error))
            return -1;
    if (rz_args_flag(args, "dry-run")) {
        rz_say("dry run: nothing was changed; what would be done is in %s", dir);
        return 0;
    }
    bool declined = false;
    int code =
        rz_apply_with_consent(args, job.source, job.cluster, &options, dir, &declined, error);
    if (code != 0 || declined)
        return code;
    return verify_and_report(args, job.cluster, job.source->plan, dir, error);
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
    if (stage_of(dir) != RZ_JOB_PENDING) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "%s holds a run that has begun: go on with rezone resume %s", dir, dir);
        return -1;
    }
    return do_job(args, dir, error);
}

int
rz_add_zone_restart(const RzArgs *resume_args, const char *dir, GError **error)
{
    g_autoptr(RzArgs) args = recall_job(resume_args, dir, error);
    return args != NULL ? do_job(args, dir, error) : -1;
}

int
rz_add_zone_finish(const RzArgs *args, const char *dir, GError **error)
{
    g_autofree char *path = path_of(dir, PLAN_FILE);
    g_autoptr(RzPlan) plan = rz_load_plan(path, error);
    g_autoptr(RzCluster) cluster = plan != NULL ? rz_session_connect_run(args, dir, error) : NULL;
    return cluster != NULL ? verify_and_report(args, cluster, plan, dir, error) : -1;
}
