/*
 * apply.c: the steps of a plan's execution that are the operator's: review, consent, start.
 */
#include "cli/apply.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/cmd_preflight.h"
#include "cli/io.h"
#include "cli/output.h"
#include "cli/run_loop.h"
#include "cli/units.h"
#include "planner/plan_facts.h"
#include "rezone/error.h"

bool
rz_apply_needs_throttle(const RzArgs *args, GError **error)
{
    if (rz_args_value(args, "throttle") != NULL)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "%s needs --throttle RATE (or --throttle none, with care)",
                rz_args_command(args)->name);
    return false;
}

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
        g_autofree char *time =
            rz_format_duration(rz_copy_time_ms(most, options->throttle_bytes_per_s));
        g_autofree char *incoming = rz_format_bytes((double)most);
        fprintf(stderr,
                "At %s/s per receiving broker it takes at least %s: broker %d receives %s\n", rate,
                time, busiest, incoming);
    }
    fprintf(stderr, "Journal, status and the way back: %s\n", dir);
}

/* The preflight table; what fails there and was not accepted ends it here. */
bool
rz_apply_review(const RzArgs *args, const RzPlan *plan, RzCluster *cluster, const char *file,
                GError **error)
{
    g_autoptr(RzPreflight) preflight = rz_preflight_from_args(args, plan, cluster, error);
    if (preflight == NULL)
        return false;
    g_autofree char *text = rz_preflight_to_json(preflight);
    if (file != NULL && !rz_save_text(file, text, error))
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

int
rz_apply_with_consent(const RzArgs *args, const RzPlanSource *source, RzCluster *cluster,
                      const RzRunOptions *options, const char *dir, char **status, bool *declined,
                      GError **error)
{
    print_review(source->plan, options, dir);
    bool yes = false;
    if (!rz_ask_consent(args, "Change the cluster now?", &yes, error))
        return -1;
    *declined = !yes;
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
        .options = options,
        .plan_text = source->text->str,
        .plan_length = source->text->len,
        .quiet = rz_args_flag(args, "quiet"),
        .json = rz_args_flag(args, "json"),
        .status = status,
    };
    return rz_run_job(&job, error);
}
