/*
 * estimates.c: what was asked, the runs in virtual time, and what they say together.
 *
 * estimate prints them; add-zone keeps them in its run directory and holds them against the window.
 */
#include "cli/estimates.h"

#include <string.h>

#include "cli/run_options.h"
#include "cli/units.h"
#include "cli/zone_caps.h"
#include "planner/plan_facts.h"
#include "rezone/error.h"
#include "sim/sim.h"

static void
case_clear(void *element)
{
    RzRateEstimate *c = element;
    g_free(c->rate_text);
    rz_estimate_free(c->estimate);
}

void
rz_estimates_free(RzEstimates *estimates)
{
    if (estimates == NULL)
        return;
    g_array_unref(estimates->cases);
    g_free(estimates);
}

/* ---- reading the question ---- */

/* Automatic is no figure: last; without any throttle is the fastest. */
static int64_t
rank(int64_t rate)
{
    return rate == 0 ? INT64_MAX - 1 : rate < 0 ? INT64_MAX : rate;
}

static int
by_rate(const void *a, const void *b)
{
    int64_t left = rank(((const RzRateEstimate *)a)->rate);
    int64_t right = rank(((const RzRateEstimate *)b)->rate);
    return (left > right) - (left < right);
}

static bool
read_rates(const RzArgs *args, RzEstimates *estimates, GError **error)
{
    const char *text = rz_args_value(args, "throttle");
    if (text == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s needs --throttle RATE[,RATE...] (or none)",
                    rz_args_command(args)->name);
        return false;
    }
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (char **part = parts; *part != NULL; part++) {
        int64_t rate = 0;
        if (!rz_throttle_from_text(*part, &rate, error))
            return false;
        if (rate == RZ_THROTTLE_AUTO)
            estimates->run.throttle_bytes_per_s = rate;
        RzRateEstimate c = {.rate_text = g_strdup(*part), .rate = rate};
        g_array_append_val(estimates->cases, c);
    }
    g_array_sort(estimates->cases, by_rate);
    return true;
}

/* "0.01/GB": an amount, a slash, a unit. */
static bool
read_price(const char *text, double *per_byte, GError **error)
{
    *per_byte = -1;
    if (text == NULL)
        return true;
    char *end = NULL;
    double amount = g_ascii_strtod(text, &end);
    if (end != text && amount >= 0 && *end == '/') {
        g_autofree char *unit = g_strdup_printf("1%s", end + 1);
        int64_t bytes = 0;
        if (rz_parse_bytes("cross-zone-price", unit, &bytes, NULL) && bytes > 0) {
            *per_byte = amount / (double)bytes;
            return true;
        }
    }
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--cross-zone-price: \"%s\" is not a price; write for example 0.01/GB", text);
    return false;
}

static bool
read_version(const char *text, int *version, GError **error)
{
    *version = 0;
    int major = 0, minor = 0, used = 0;
    if (text == NULL)
        return true;
    if (sscanf(text, "%2d.%2d%n", &major, &minor, &used) == 2 && (size_t)used == strlen(text) &&
        major >= 2) {
        *version = RZ_SIM_VERSION(major, minor);
        return true;
    }
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--kafka-version: \"%s\" is not a version; write for example 4.3", text);
    return false;
}

RzEstimates *
rz_estimates_from_args(const RzArgs *args, GError **error)
{
    g_autoptr(RzEstimates) estimates = g_new0(RzEstimates, 1);
    estimates->cases = g_array_new(FALSE, TRUE, sizeof(RzRateEstimate));
    g_array_set_clear_func(estimates->cases, case_clear);
    rz_run_options_init(&estimates->run);
    const char *window = rz_args_value_if_known(args, "window");
    if (!read_rates(args, estimates, error) ||
        !read_price(rz_args_value_if_known(args, "cross-zone-price"), &estimates->price_per_byte,
                    error) ||
        !rz_throttle_bounds_from_args(args, &estimates->run, error) ||
        !rz_run_mode_from_args(args, &estimates->run, error) ||
        (window != NULL && !rz_parse_window_ms("window", window, &estimates->window_ms, error)))
        return NULL;
    return g_steal_pointer(&estimates);
}

/* ---- answers ---- */

static bool
fit_caps(const RzZoneCaps *caps, const RzSnapshot *snapshot, GError **error)
{
    g_autoptr(GPtrArray) zones = g_ptr_array_new();
    for (uint32_t z = 0; z < snapshot->n_zones; z++)
        g_ptr_array_add(zones, (gpointer)(uintptr_t)snapshot->zones[z]);
    return rz_zone_caps_check(caps, zones, error);
}

bool
rz_estimates_run(RzEstimates *estimates, const RzArgs *args, const RzSnapshot *snapshot,
                 const RzPlan *plan, GError **error)
{
    RzRunOptions run = estimates->run;
    RzEstimateOptions options = {.run = &run};
    const char *bandwidth = rz_args_value_if_known(args, "broker-bandwidth");
    if (bandwidth != NULL &&
        !rz_parse_rate("broker-bandwidth", bandwidth, &options.bandwidth_bytes_per_s, error))
        return false;
    if (!read_version(rz_args_value_if_known(args, "kafka-version"), &options.kafka_version, error))
        return false;
    g_autoptr(RzZoneCaps) caps = rz_zone_caps_from_args(args, error);
    if (caps == NULL || !fit_caps(caps, snapshot, error))
        return false;
    rz_zone_caps_lend(caps, &run);
    for (guint i = 0; i < estimates->cases->len; i++) {
        RzRateEstimate *c = &g_array_index(estimates->cases, RzRateEstimate, i);
        run.throttle_bytes_per_s = c->rate;
        c->estimate = rz_estimate(snapshot, plan, &options, error);
        if (c->estimate == NULL)
            return false;
    }
    return true;
}

/* Each pair of zones is read from both ends: what leaves one zone enters another. */
RzWide
rz_estimate_cross_bytes(const RzEstimate *estimate)
{
    RzWide sum = 0;
    for (uint32_t i = 0; i < estimate->n_zone_pairs; i++)
        if (estimate->zone_pairs[i].from != estimate->zone_pairs[i].to)
            sum += estimate->zone_pairs[i].bytes;
    return sum;
}

bool
rz_estimates_fit(const RzEstimates *estimates, const RzEstimate *estimate)
{
    return estimate->finished && estimate->duration_ms <= estimates->window_ms;
}

const RzRateEstimate *
rz_estimates_smallest_fit(const RzEstimates *estimates)
{
    for (guint i = 0; estimates->window_ms > 0 && i < estimates->cases->len; i++) {
        const RzRateEstimate *c = &g_array_index(estimates->cases, RzRateEstimate, i);
        if (rz_estimates_fit(estimates, c->estimate))
            return c;
    }
    return NULL;
}

int64_t
rz_estimates_least_rate(const RzEstimates *estimates, const RzPlan *plan)
{
    int32_t busiest = -1;
    RzWide bytes = rz_plan_busiest_receiver(plan, &busiest);
    if (estimates->window_ms <= 0)
        return 0;
    return (int64_t)((double)bytes * 1000 / (double)estimates->window_ms) + 1;
}
