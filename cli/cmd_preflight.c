/*
 * cmd_preflight.c: rezone preflight: the risk review, and the same table for apply.
 */
#include "cli/cmd_preflight.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/estimates.h"
#include "cli/io.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/units.h"
#include "planner/plan_facts.h"

void
rz_preflight_print(const RzPreflight *preflight, FILE *stream)
{
    static const RzTone tones[] = {RZ_GOOD, RZ_WARN, RZ_BAD, RZ_FAINT};
    for (uint32_t i = 0; i < preflight->n_results; i++) {
        const RzPreflightResult *result = &preflight->results[i];
        g_autofree char *padded = g_strdup_printf("%-7s", rz_verdict_name(result->verdict));
        g_autofree char *verdict = rz_tone(stream, tones[result->verdict], padded);
        g_autofree char *evidence = rz_printable(result->evidence);
        fprintf(stream, "%s  %-17s  %s%s\n", verdict, result->check, evidence,
                result->accepted ? " (accepted)" : "");
        if (result->advice == NULL)
            continue;
        g_autofree char *advice = rz_printable(result->advice);
        fprintf(stream, "%28s-> %s\n", "", advice);
    }
}

static bool
read_rate(const RzArgs *args, const char *name, int64_t *rate, GError **error)
{
    const char *text = rz_args_value(args, name);
    *rate = -1;
    if (text == NULL)
        return true;
    if (strcmp(text, "auto") == 0)
        return true;
    if (strcmp(text, "none") == 0) {
        *rate = 0;
        return true;
    }
    return rz_parse_rate(name, text, rate, error);
}

/* The duration, by a simulated run where a window asks for it, else what no run can undercut. */
static bool
foresee(const RzArgs *args, const RzPlan *plan, RzPreflightOptions *options, GError **error)
{
    int32_t broker = -1;
    RzWide bytes = rz_plan_busiest_receiver(plan, &broker);
    options->estimate_ms = rz_copy_time_ms(bytes, options->throttle_bytes_per_s);
    options->estimate_is_floor = true;
    if (rz_args_value(args, "window") == NULL || rz_args_value(args, "throttle") == NULL)
        return true;
    g_autoptr(RzEstimates) estimates = rz_estimates_from_args(args, error);
    if (estimates == NULL)
        return false;
    options->window_ms = estimates->window_ms;
    /* A plan that does not fit the cluster any more is for other checks to say. */
    if (!rz_estimates_run(estimates, args, options->now, plan, NULL))
        return true;
    const RzEstimate *estimate = g_array_index(estimates->cases, RzRateEstimate, 0).estimate;
    if (estimate->finished) {
        options->estimate_ms = estimate->duration_ms;
        options->estimate_is_floor = false;
    }
    return true;
}

RzPreflight *
rz_preflight_from_args(const RzArgs *args, const RzPlan *plan, RzCluster *cluster, GError **error)
{
    RzPreflightOptions options = {0};
    if (!read_rate(args, "throttle", &options.throttle_bytes_per_s, error) ||
        !read_rate(args, "broker-bandwidth", &options.bandwidth_bytes_per_s, error))
        return NULL;
    const char *window = rz_args_value(args, "window");
    if (window != NULL && !rz_parse_window_ms("window", window, &options.window_ms, error))
        return NULL;
    options.stage = rz_args_flag(args, "stage");
    g_autoptr(RzSnapshot) now = rz_session_snapshot(args, cluster, error);
    options.now = now;
    if (now == NULL || !foresee(args, plan, &options, error))
        return NULL;
    g_autoptr(GPtrArray) accept = g_ptr_array_new();
    const GPtrArray *given = rz_args_list(args, "accept");
    for (guint i = 0; i < given->len; i++)
        g_ptr_array_add(accept, g_ptr_array_index(given, i));
    g_ptr_array_add(accept, NULL);
    options.accept = (const char *const *)(void *)accept->pdata;
    return rz_preflight(plan, cluster, &options, error);
}

int
rz_cmd_preflight(const RzArgs *args, GError **error)
{
    g_autoptr(RzPlan) plan = rz_load_plan(rz_args_file(args, 0), error);
    g_autoptr(RzCluster) cluster = plan != NULL ? rz_session_connect(args, error) : NULL;
    if (cluster == NULL)
        return -1;
    g_autoptr(RzPreflight) preflight = rz_preflight_from_args(args, plan, cluster, error);
    if (preflight == NULL)
        return -1;
    if (rz_args_flag(args, "json")) {
        g_autofree char *text = rz_preflight_to_json(preflight);
        puts(text);
    } else {
        rz_preflight_print(preflight, stdout);
        puts(preflight->ok ? "ready: no check failed"
                           : "NOT ready: mend what failed, or --accept CHECK");
    }
    return preflight->ok ? 0 : 1;
}
