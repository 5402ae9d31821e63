/*
 * plan_private.h: a plan's fields, for solver, checker, formats and executor.
 */
#pragma once

#include "planner/policy_private.h"
#include "rezone/plan.h"

typedef struct {
    uint32_t topic; /* into topics[] */
    int32_t partition;
    gsize first_from, first_to; /* into broker_ids[] */
    uint16_t n_from, n_to;
    int32_t leader; /* when the snapshot was taken; -1 none */
    int64_t size_bytes;
} RzMove;

typedef struct {
    const char *name;
    const char *topic_id; /* NULL unknown */
    uint32_t first_move, n_moves;
} RzPlanTopic;

typedef struct {
    int64_t partitions; /* in the snapshot */
    int64_t partitions_changed, replicas_added, replicas_removed, leaders_changed;
    int64_t zone_violations_before, zone_violations_after;
    RzWide bytes_moved, cross_zone_bytes;
} RzPlanTotals;

/* One line of the proof: what was reached and what cannot be undercut. */
typedef struct {
    const char *tier; /* "balance", "bytes", "moves", "leader_balance", "leader_changes", ... */
    RzWide value, bound;
    bool proven;      /* value == bound and rz_plan_check() can show it */
    const char *note; /* NULL, or what the figures mean where it is not obvious */
} RzTier;

/* Numbers from which rz_plan_check() proves the tiers; docs/planner.md explains them. */
typedef struct {
    int32_t broker_id;
    int64_t lo, hi; /* replicas it may hold */
    RzWide price;
    int64_t square_price; /* in squares of tier topic_balance; 0 without it */
    int64_t leader_price;
} RzBrokerPrice;

typedef struct {
    int64_t level;
    uint32_t first_broker, n_brokers; /* into RzCertificate.group_brokers */
} RzLevelGroup;

typedef struct {
    bool present;
    RzWide scale;           /* K: bytes weigh K, one move weighs 1 */
    RzBrokerPrice *brokers; /* every eligible broker, by id */
    uint32_t n_brokers;
    RzLevelGroup *groups; /* fairness tier, highest level first; none in tolerance or box mode */
    uint32_t n_groups;
    RzLevelGroup *leader_groups; /* likewise for leaders */
    uint32_t n_leader_groups;
    int32_t *group_brokers; /* broker ids of both kinds of groups, end to end */
    uint32_t n_group_brokers;

    /* Tier topic_balance: what a replica of a topic costs besides its broker's prices, row by row:
     * [topic * n_brokers + broker]. None where the policy does not ask for the tier. */
    const char **topics; /* those with partitions to place, by name */
    uint32_t n_topics;
    int64_t *square_prices;
    RzWide *topic_prices;
} RzCertificate;

struct RzPlan {
    char *plan_id;
    const char *cluster_id;      /* NULL unknown */
    const char *snapshot_sha256; /* NULL for a foreign plan */
    RzPolicy *policy;            /* NULL for a foreign plan */
    RzPlanTotals totals;
    RzTier *tiers;
    uint32_t n_tiers;
    RzCertificate certificate;
    GPtrArray *warnings; /* char *: for people, not part of the file */
    RzPlanTopic *topics; /* those with moves, by name */
    uint32_t n_topics;
    RzMove *moves; /* by topic and partition */
    uint32_t n_moves;
    int32_t *broker_ids; /* every from and to list, end to end */
    gsize n_broker_ids;
    GStringChunk *strings;
};

static inline const int32_t *
rz_move_from(const RzPlan *plan, const RzMove *move)
{
    return plan->broker_ids + move->first_from;
}

static inline const int32_t *
rz_move_to(const RzPlan *plan, const RzMove *move)
{
    return plan->broker_ids + move->first_to;
}

/*
 * Assembling a plan: the solver and the foreign-JSON reader hand in the placement they want and get
 * the moves, totals and plan_id filled in by one piece of code.
 *
 * @targets: for every partition of the snapshot its ordered target list as broker indices, end to
 * end; target_first[p] .. target_first[p + 1] are partition p's. (transfer none)
 * @policy: copied; NULL for a foreign plan.
 * Tiers and certificate are the caller's to fill in afterwards.
 */
RzPlan *rz_plan_assemble(const RzSnapshot *snapshot, const RzPolicy *policy,
                         const uint32_t *targets, const gsize *target_first);
