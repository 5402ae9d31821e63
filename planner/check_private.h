/*
 * check_private.h: the checker of plans, in parts.
 *
 * It proves or refutes what a plan claims from snapshot and plan alone, with arithmetic of its own:
 * no header of the solver, and not spread.h either. docs/planner.md has the proof that each part
 * carries out; a part reports in sentences what it showed and stops at the first thing that is not
 * so, naming partition, broker or tier (RZ_ERROR_REFUTED).
 */
#pragma once

#include "planner/plan_private.h"

/* How many replicas of a partition a zone must and may hold. */
typedef struct {
    uint32_t lo, hi;
} RzCheckRange;

/* The partitions that want the same number of replicas, and so have the same zone rule. */
typedef struct {
    int64_t n_partitions;
    RzCheckRange *zones; /* n_zones */
} RzCheckClass;

typedef struct {
    const RzSnapshot *snapshot;
    const RzPlan *plan;
    const RzPolicy *policy; /* the plan's, or the defaults for a foreign plan */
    GString *report;

    /* Eligible brokers, numbered by id: they may hold replicas under the policy. */
    uint32_t n_brokers;
    uint32_t *number; /* per broker of the snapshot; RZ_NONE: not eligible */
    uint32_t *broker; /* back */
    uint32_t *zone;   /* per eligible broker; n_zones - 1 is for those without a zone */
    uint32_t n_zones; /* the snapshot's and that one */
    uint32_t *zone_size;

    /* Where every partition will be, as brokers of the snapshot. */
    const RzMove **move; /* NULL: stays */
    uint32_t *target;
    gsize *target_first; /* n_partitions + 1 */
    bool *covered;       /* per topic: whether the policy touches it */

    RzCheckClass **classes; /* by wanted replicas, 0 .. n_classes - 1; NULL: none wants as many */
    uint32_t n_classes;

    int64_t *load, *fixed; /* per eligible broker: replicas in all; of partitions left alone */
    RzWide bytes;          /* moved */
    int64_t moves;
    RzWide squares; /* of the loads */

    RzWide topic_squares; /* of every topic's replicas on every broker, where topics count */
    RzWide topic_prices;  /* of all replicas together, without the brokers' */
} RzCheck;

/* What a broker may hold in the cheaper tiers, and its level in the fairness tier. */
typedef struct {
    int64_t *lo, *hi; /* per eligible broker: replicas in all */
    int64_t *level;   /* per eligible broker; NULL: limits alone decide */
} RzCheckLimits;

/* Certificates with larger prices are refused, so that sums over 2^32 replicas (squares: over one
 * partition's) cannot overflow. */
#define RZ_CHECK_MAX_PRICE ((RzWide)1 << 90)
#define RZ_CHECK_MAX_SQUARES ((int64_t)1 << 44)

bool rz_check_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
void rz_check_say(RzCheck *check, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* "orders-3", for messages; valid until the next call with this check. */
const char *rz_check_partition_name(const RzCheck *check, uint32_t p, char **owned);
/* The claim, or NULL. */
const RzTier *rz_check_tier(const RzCheck *check, const char *name);
/* The zone rule for @rf replicas: n_zones ranges. (transfer full) */
RzCheckRange *rz_check_ranges(const RzCheck *check, uint32_t rf);
int32_t rz_check_broker_id(const RzCheck *check, uint32_t b);

static inline uint32_t
rz_check_n_targets(const RzCheck *check, uint32_t p)
{
    return (uint32_t)(check->target_first[p + 1] - check->target_first[p]);
}

static inline bool
rz_check_covers(const RzCheck *check, uint32_t p)
{
    return check->covered[check->snapshot->partitions[p].topic];
}

/* The parts, in this order. */
bool rz_check_identity(RzCheck *check, GError **error);  /* made for this snapshot; fills target */
bool rz_check_placement(RzCheck *check, GError **error); /* tier H; fills classes and loads */
bool rz_check_totals(RzCheck *check, GError **error);
bool rz_check_limits(RzCheck *check, RzCheckLimits *limits, GError **error); /* tier balance */
bool rz_check_topics(RzCheck *check, GError **error); /* tier topic_balance, first half */
bool rz_check_bytes(RzCheck *check, const RzCheckLimits *limits, GError **error);
bool rz_check_leaders(RzCheck *check, GError **error);

/* The fairest replica counts when nothing else matters: sum of squares, and each broker's group
 * mean as sum and members. For limits that are no levels. */
typedef struct {
    RzWide squares;
    uint32_t *group;          /* per eligible broker */
    int64_t *sum, *n_members; /* per group */
    uint32_t n_groups;
} RzCheckFairest;

RzCheckFairest *rz_check_fairest_new(const RzCheck *check);
void rz_check_fairest_free(RzCheckFairest *fairest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzCheckFairest, rz_check_fairest_free)
