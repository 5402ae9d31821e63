/*
 * audit.h: an audit's figures, for the renderers of text, JSON and HTML.
 */
#pragma once

#include "planner/audit_quorum.h"
#include "planner/policy_private.h"
#include "planner/snapshot_private.h"
#include "rezone/audit.h"

/* What holds on a broker or in a zone. */
typedef struct {
    int64_t replicas, leaders;
    RzWide bytes, leader_bytes;
} RzLoad;

/* The state of partitions after a loss; worst first. */
typedef enum {
    RZ_STATE_OFFLINE,
    RZ_STATE_READ_ONLY,
    RZ_STATE_UNDER_REPLICATED,
    RZ_STATE_UNTOUCHED,
    RZ_N_STATES,
} RzPartitionState;

/* "offline", "read_only", ...: the JSON field. */
const char *rz_partition_state_name(RzPartitionState state);

typedef struct {
    int64_t partitions[RZ_N_STATES];
} RzLoss;

typedef struct {
    uint32_t topic; /* into the snapshot's topics */
    RzLoss loss;
} RzTopicLoss;

typedef struct {
    RzLoad load;
    uint32_t brokers, brokers_alive;
    int64_t replicas_min, replicas_max; /* of its live brokers; 0 without any */
    double skew;                        /* the fullest live broker over their mean; 0 if empty */
    RzLoss loss;
    RzTopicLoss *worst; /* topics with a partition offline or read-only, worst first */
    uint32_t n_worst;
} RzZoneAudit;

typedef struct {
    RzLoad load;
    RzLoss loss;
} RzBrokerAudit;

/* What makes partitions survive the loss of any single zone. */
typedef enum {
    RZ_FIX_SYNC,   /* placed well: bring the missing replicas back in sync */
    RZ_FIX_SPREAD, /* the same number of replicas, placed otherwise */
    RZ_FIX_RF,     /* more replicas */
    RZ_FIX_NONE,   /* nothing with these zones and brokers */
} RzFix;

/* Unsafe partitions with the same replica count, min.insync.replicas and remedy. */
typedef struct {
    RzFix fix;
    int32_t rf, min_insync_replicas;
    int64_t partitions, topics;
    RzWide bytes;         /* of one replica of each */
    GPtrArray *internal;  /* const char *: Kafka's own topics among them */
    int32_t new_rf;       /* SPREAD, RF */
    int64_t new_replicas; /* SPREAD, RF: the fewest replicas that have to be copied, in all */
    RzWide new_bytes;     /* and their bytes */
    int32_t
        alternative_min; /* RF: the min.insync.replicas that spreading alone would serve; or 0 */
    char *layout;        /* SPREAD, RF: replicas by zone, "2+2" */
    char *text;          /* all of it as a sentence */
} RzUnsafeGroup;

struct RzAudit {
    const RzSnapshot *snapshot;
    RzZoneAudit *zones;     /* n_zones of the snapshot */
    RzBrokerAudit *brokers; /* n_brokers of the snapshot */
    RzLoss now;             /* without any loss */
    int64_t zone_violations;
    int64_t replicas_without_zone; /* on brokers whose zone is unknown */
    RzUnsafeGroup *groups;         /* by replica count, min.insync.replicas, remedy */
    uint32_t n_groups;
    RzQuorumAudit *quorum; /* NULL: not looked at; see audit_quorum.h */
    char *what_if;         /* the plan that this previews, in words; NULL: none */
};

/* Fills in the unsafe groups. */
void rz_audit_find_fixes(RzAudit *audit, const RzPolicy *policy);
