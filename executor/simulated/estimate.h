/*
 * estimate.h: how long a plan will take and what it will cost, by carrying it out in virtual time.
 *
 * The real executor runs against the simulated cluster that the snapshot describes, so that
 * windows, pacing, throttles and slow tails count as they will on the night. What is not in the
 * model is not in the estimate: page caches, other load on the disks, operators.
 */
#pragma once

#include "planner/plan_private.h"
#include "rezone/run.h"

typedef struct {
    const RzRunOptions *run;       /* throttle, mode, leaders */
    int kafka_version;             /* RZ_SIM_VERSION(); 0: the newest known */
    int64_t bandwidth_bytes_per_s; /* of a broker's network, each way; 0: 10 Gbit/s */
} RzEstimateOptions;

#define RZ_ESTIMATE_UNKNOWN INT64_MIN

typedef struct {
    int32_t broker_id;
    RzWide incoming_bytes;
    RzWide outgoing_bytes;      /* as the leader that new replicas are copied from */
    int64_t before_bytes;       /* what its logs hold at the beginning */
    int64_t peak_bytes;         /* most that they hold at once */
    int64_t total_bytes;        /* of its disks; -1 unknown */
    int64_t free_bytes;         /* at the snapshot; -1 unknown */
    int64_t free_at_peak_bytes; /* below 0: it would not fit; RZ_ESTIMATE_UNKNOWN */
} RzBrokerEstimate;

typedef struct {
    const char *from, *to; /* zones of source leader and new replica; NULL: no zone */
    RzWide bytes;
} RzZonePairEstimate;

typedef struct {
    const char *topic;
    int64_t begun_ms; /* since the start, when the first of it moves; -1: never */
    int64_t done_ms;  /* when all of it is in place; -1: never */
} RzTopicEstimate;

typedef struct {
    bool finished;             /* false: it would not end by itself */
    char *reason;              /* why not; NULL */
    int64_t duration_ms;       /* from the first request to the last */
    int64_t floor_ms;          /* busiest receiver over the throttle; -1 without a throttle */
    int64_t leader_changes;    /* of preferred leaders, as planned */
    RzBrokerEstimate *brokers; /* those that receive or send, by id */
    uint32_t n_brokers;
    RzZonePairEstimate *zone_pairs;
    uint32_t n_zone_pairs;
    RzWide stage_saves_bytes; /* that cross between zones once less with steps, given or not */
    RzTopicEstimate *topics;  /* in plan order */
    uint32_t n_topics;
} RzEstimate;

/* Errors: those of a plan that does not fit the snapshot. Names are borrowed from the arguments. */
RzEstimate *rz_estimate(const RzSnapshot *snapshot, const RzPlan *plan,
                        const RzEstimateOptions *options, GError **error);
void rz_estimate_free(RzEstimate *estimate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzEstimate, rz_estimate_free)
