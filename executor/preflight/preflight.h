/*
 * preflight.h: is it wise to carry this plan out on this cluster now?
 *
 * A table of checks, each with a verdict, the evidence for it and what to do. Only reads, and
 * validate-only requests. What cannot be seen from here is "unknown", never "ok".
 */
#pragma once

#include "executor/cluster.h"
#include "planner/plan_private.h"

typedef enum { RZ_VERDICT_OK, RZ_VERDICT_WARN, RZ_VERDICT_FAIL, RZ_VERDICT_UNKNOWN } RzVerdict;

typedef struct {
    const char *check; /* a stable name: what --accept takes */
    RzVerdict verdict;
    char *evidence; /* what was seen, in one sentence */
    char *advice;   /* what to do; NULL when there is nothing */
    bool accepted;  /* a failure that the operator accepted */
} RzPreflightResult;

typedef struct {
    RzPreflightResult *results;
    uint32_t n_results;
    bool ok; /* no failure that was not accepted */
} RzPreflight;

typedef struct {
    const RzSnapshot *now;         /* the live cluster; write rates in it are used if known */
    int64_t throttle_bytes_per_s;  /* per receiving broker; 0: none; -1: not said */
    int64_t bandwidth_bytes_per_s; /* of a broker's network, -1: not said */
    int64_t window_ms;             /* length of the maintenance window; 0: none */
    int64_t estimate_ms;           /* expected duration; -1: unknown */
    bool estimate_is_floor;        /* it is only what no run can undercut */
    bool stage;                    /* by steps, see executor/stage.h */
    const char *const *accept;     /* names of checks, NULL-terminated; NULL: none */
} RzPreflightOptions;

/**
 * rz_preflight:
 *
 * Errors: RZ_ERROR_USAGE for an --accept of an unknown check, and those of a cluster that cannot be
 * read at all. A request that is refused for lack of a right is a verdict, not an error.
 */
RzPreflight *rz_preflight(const RzPlan *plan, RzCluster *cluster, const RzPreflightOptions *options,
                          GError **error);
void rz_preflight_free(RzPreflight *preflight);

const char *rz_verdict_name(RzVerdict verdict);
/* (transfer full): {"ok":..,"checks":[{"check","verdict","evidence","advice","accepted"}]} */
char *rz_preflight_to_json(const RzPreflight *preflight);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzPreflight, rz_preflight_free)
