/*
 * compare.h: several policies on one snapshot, side by side.
 *
 * Answers "what would it cost to be stricter, or to do it as Kafka's own tool would?" before
 * anybody decides. Pure: plans are computed, nothing is read but the arguments.
 */
#pragma once

#include "planner/plan_private.h"

typedef struct {
    const char *name;   /* "cheapest", ...: stable, for scripts */
    const char *detail; /* what it means, for people */
    char *refused;      /* why there is no such plan; NULL: there is */
    RzPlanTotals totals;
    int64_t replicas_min, replicas_max; /* over the brokers that may hold replicas */
    int64_t leaders_min, leaders_max;
    int64_t loss_offline, loss_read_only; /* of the worst single zone, once done */
    RzWide busiest_bytes; /* that one broker must receive: the floor of the duration */
} RzComparisonRow;

typedef struct {
    RzComparisonRow *rows;
    uint32_t n_rows;
} RzComparison;

/**
 * rz_compare:
 * @policy: (transfer none): what all rows share; each changes one thing
 *
 * A policy that cannot be satisfied is a row that says so, never an error.
 * Returns: (transfer full): free with rz_comparison_free()
 */
RzComparison *rz_compare(const RzSnapshot *snapshot, const RzPolicy *policy);
void rz_comparison_free(RzComparison *comparison);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzComparison, rz_comparison_free)
