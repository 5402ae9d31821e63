/*
 * estimates.h: one plan at several rates, in virtual time, as text, JSON and page.
 */
#pragma once

#include <stdio.h>

#include "cli/args.h"
#include "executor/simulated/estimate.h"

typedef struct {
    char *rate_text;      /* as it was given: "50MB", "none", "auto" */
    int64_t rate;         /* bytes per second; 0: none; RZ_THROTTLE_AUTO */
    RzEstimate *estimate; /* NULL until rz_estimates_run() */
} RzRateEstimate;

typedef struct {
    GArray *cases;         /* RzRateEstimate, by rate */
    RzRunOptions run;      /* mode and bounds; the rate is each case's */
    int64_t window_ms;     /* 0: none */
    double price_per_byte; /* between zones; -1: not said */
} RzEstimates;

/*
 * Reads --throttle RATE[,...] and, where the command has them, --throttle-mode, --throttle-min,
 * --throttle-max, --window and --cross-zone-price. Errors: RZ_ERROR_USAGE naming the option.
 */
RzEstimates *rz_estimates_from_args(const RzArgs *args, GError **error);
void rz_estimates_free(RzEstimates *estimates);

/* Errors: those of a plan that does not fit the snapshot. Cost: a simulated run for each rate. */
bool rz_estimates_run(RzEstimates *estimates, const RzArgs *args, const RzSnapshot *snapshot,
                      const RzPlan *plan, GError **error);

/* The table of rates and what the window makes of it. */
void rz_estimates_print_rates(const RzEstimates *estimates, const RzPlan *plan, FILE *stream);
/* The same, and with one rate what happens where and when. */
void rz_estimates_print(const RzEstimates *estimates, const RzPlan *plan, FILE *stream);
/* (transfer full): docs/schemas/estimate.schema.json */
char *rz_estimates_to_json(const RzEstimates *estimates);

/* Bytes whose source leader is in another zone than the new replica. */
RzWide rz_estimate_cross_bytes(const RzEstimate *estimate);
/* Whether it ends within the window; false without one. */
bool rz_estimates_fit(const RzEstimates *estimates, const RzEstimate *estimate);
/* The smallest of the rates that fits the window; NULL: none does, or no window was given. */
const RzRateEstimate *rz_estimates_smallest_fit(const RzEstimates *estimates);
/* What a window asks at least of every receiving broker, bytes per second; 0 without one. */
int64_t rz_estimates_least_rate(const RzEstimates *estimates, const RzPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzEstimates, rz_estimates_free)
