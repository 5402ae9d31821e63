/*
 * cmd_apply.c: rezone apply: review, consent, run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd_preflight.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/output.h"
#include "cli/plan_source.h"
#include "cli/run_loop.h"
#include "cli/run_options.h"
#include "cli/session.h"
#include "cli/units.h"
#include "executor/clock.h"
#include "planner/plan_facts.h"
#include "rezone/error.h"

/* What moves, what it costs in time, and where the way back is kept. */
static void
print_review(const RzPlan *plan, const RzRunOptions *options, const char *dir)
{
    g_autofree char *bytes = rz_format_bytes((double)plan->totals.bytes_moved);
    g_autofree char *cross = rz_format_bytes((double)plan->totals.cross_zone_bytes);
    fprintf(stderr,
            "Plan %.12s: %u partitions change, %" PRId64 " new replicas, %s to copy, %s of it "
            "between zones, %" PRId64 " leaders change\n",
            plan->plan_id, plan->n_moves, plan->totals.replicas_added, bytes, cross,
            plan->totals.leaders_changed);
    int32_t busiest = -1;
    RzWide most = rz_plan_busiest_receiver(plan, &busiest);
    if (options->throttle_bytes_per_s > 0 && most > 0) {
        g_autofree char *rate = rz_format_bytes((double)options->throttle_bytes_per_s);
        double seconds = (double)most / (double)options->throttle_bytes_per_s;
        g_autofree char *time = rz_format_duration((int64_t)(seconds * 1000));
        g_autofree char *incoming = rz_format_bytes((double)most);
        fprintf(stderr,
                "At %s/s per receiving broker it takes at least %s: broker %d receives %s\n", rate,
                time, busiest, incoming);
    }
    fprintf(stderr, "Journal, status and the way back: %s\n", dir);
}

/* The preflight table; what fails there and was not accepted ends it here. */
static bool
review(const RzArgs *args, const RzPlan *plan, RzCluster *cluster, GError **error)
{
    g_autoptr(RzPreflight) preflight = rz_preflight_from_args(args, plan, cluster, error);
    if (preflight == NULL)
        return false;
    if (!rz_args_flag(args, "quiet") || !preflight->ok)
        rz_preflight_print(preflight, stderr);
    if (preflight->ok)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_REFUTED,
                "the risk review failed; mend it or name the checks with --accept; nothing was "
                "changed");
    return false;
}

static int
dry_run(const RzPlan *plan, RzCluster *cluster, const RzRunOptions *options, GError **error)
{
    g_autofree char *text = NULL;
    if (!rz_run_dry_run(plan, cluster, rz_clock_system(), options, &text, error))
        return -1;
    g_print("%s", text);
    return 0;
}

int
rz_cmd_apply(const RzArgs *args, GError **error)
{
    RzRunOptions options;
    g_autoptr(RzZones) zones = rz_session_zones(args, error);
    if (zones == NULL || !rz_run_options_from_args(args, zones, &options, error))
        return -1;
    if (rz_args_value(args, "throttle") == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "apply needs --throttle RATE (or --throttle none, with care)");
        return -1;
    }
    const char *file = rz_args_file(args, 0);
    bool foreign = rz_is_foreign_plan(file);
    g_autoptr(RzPlanSource) source = foreign ? NULL : rz_plan_source_load(file, error);
    if (!foreign && source == NULL)
        return -1;
    g_autoptr(RzCluster) cluster = rz_session_connect(args, error);
    if (cluster == NULL)
        return -1;
    if (foreign) {
        g_autoptr(RzSnapshot) now = rz_session_snapshot(args, cluster, error);
        source = now != NULL ? rz_plan_source_foreign(file, now, error) : NULL;
        if (source == NULL)
            return -1;
    }
    if (rz_args_flag(args, "dry-run"))
        return dry_run(source->plan, cluster, &options, error);

    g_autofree char *default_dir = g_strdup_printf("rezone-run-%.12s", source->plan->plan_id);
    const char *dir = rz_args_value(args, "run-dir");
    if (dir == NULL)
        dir = default_dir;
    if (!review(args, source->plan, cluster, error))
        return -1;
    print_review(source->plan, &options, dir);
    bool yes = false;
    if (!rz_ask_consent(args, "Change the cluster now?", &yes, error))
        return -1;
    if (!yes) {
        rz_say("nothing was changed");
        return 0;
    }
    if (!rz_session_remember(args, dir, error))
        return -1;
    RzRunJob job = {
        .dir = dir,
        .cluster = cluster,
        .intent = RZ_RUN_APPLY,
        .options = &options,
        .plan_text = source->text->str,
        .plan_length = source->text->len,
        .quiet = rz_args_flag(args, "quiet"),
        .json = rz_args_flag(args, "json"),
    };
    return rz_run_job(&job, error);
}
