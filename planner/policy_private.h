/*
 * policy_private.h: the policy's fields, for solver, checker and formats.
 */
#pragma once

#include "rezone/policy.h"

#include "planner/snapshot_private.h"

typedef struct {
    GPatternSpec *pattern; /* compiled glob */
    char *glob;            /* as written */
    int32_t rf;
} RzTargetRf;

/* A limit the user put on one broker's replica count; these replace the fairness tier. */
typedef struct {
    int32_t broker_id;
    int64_t lo, hi;
} RzBox;

typedef enum { RZ_LEADERS_BALANCE, RZ_LEADERS_KEEP } RzLeaderPolicy;

struct RzPolicy {
    GPtrArray *zones;          /* char *; empty: every zone with a live broker */
    int32_t spread_min;        /* 0: even; K: at least K replicas in every zone */
    int32_t target_rf;         /* 0: as is */
    GArray *target_rf_globs;   /* RzTargetRf; the last match wins over target_rf */
    int32_t tolerance_percent; /* -1: strict */
    bool topic_balance;
    RzLeaderPolicy leaders;
    GArray *drain;             /* int32_t broker ids */
    GPtrArray *only_topics;    /* char * globs; empty: all */
    GPtrArray *exclude_topics; /* char * globs */
    int32_t disk_reserve_percent;
    bool include_zoneless; /* brokers without a zone may receive replicas */
    GArray *boxes;         /* RzBox */
};

/* Whether the plan may touch topic @name. */
bool rz_policy_covers(const RzPolicy *policy, const char *name);

/* The replicas that a partition of topic @name with @current replicas is wanted to have. */
int32_t rz_policy_wanted_rf(const RzPolicy *policy, const char *name, int32_t current);

/* The `policy` object of a plan header: canonical JSON, every field in fixed order. (transfer full)
 */
char *rz_policy_to_json(const RzPolicy *policy);

/* (transfer full) */
RzPolicy *rz_policy_copy(const RzPolicy *policy);
