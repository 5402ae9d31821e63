/*
 * context.h: what the checks look at, read once.
 */
#pragma once

#include "executor/preflight/preflight.h"
#include "planner/plan_facts.h"

/* One receiving broker of the plan. */
typedef struct {
    int32_t id;
    RzWide incoming_bytes;
    int64_t write_rate_bytes_per_s; /* of what is copied to it; -1: unknown */
    uint32_t n_incoming;
    RzClusterLogDirs *log_dirs; /* NULL: it does not tell */
} RzReceiver;

/* What producers and replication ask of a broker while the plan is carried out: all partitions that
 * it holds, not only those that move. Rates that are not known count as 0. */
typedef struct {
    int32_t id;
    bool receives;
    double in_bytes_per_s;  /* of what it holds or will hold */
    double out_bytes_per_s; /* of what it leads, to the followers and the new replicas */
    RzWide source_bytes;    /* that new replicas copy from it */
} RzBrokerTraffic;

typedef struct {
    const RzPlan *plan;
    RzCluster *cluster;
    const RzPreflightOptions *options;
    const RzSnapshot *now;
    RzClusterMetadata *metadata;   /* all brokers and topics */
    RzClusterMetadata *registered; /* DescribeCluster; NULL where not offered */
    RzPermissions permissions;
    RzClusterReassignments *reassignments; /* NULL: refused, see reassignments_error */
    GError *reassignments_error;
    RzReceiver *receivers;    /* by id */
    RzBrokerTraffic *traffic; /* every broker of `now`, by id */
    uint32_t n_receivers, n_traffic;
    RzWide copied_bytes;
    bool write_rates_known;
} RzPreflightContext;

typedef struct {
    RzVerdict verdict;
    GString *evidence;
    GString *advice;
} RzFindings;

/* Sentences are appended; the worst verdict stays. */
void rz_findings_add(RzFindings *findings, RzVerdict verdict, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void rz_findings_advise(RzFindings *findings, const char *format, ...) G_GNUC_PRINTF(2, 3);

typedef void (*RzCheckFunc)(const RzPreflightContext *context, RzFindings *findings);

/* The cluster as it is: checks_cluster.c. */
void rz_check_api_versions(const RzPreflightContext *context, RzFindings *findings);
void rz_check_mixed_versions(const RzPreflightContext *context, RzFindings *findings);
void rz_check_zones(const RzPreflightContext *context, RzFindings *findings);
void rz_check_offline(const RzPreflightContext *context, RzFindings *findings);
void rz_check_under_replicated(const RzPreflightContext *context, RzFindings *findings);
void rz_check_under_min_isr(const RzPreflightContext *context, RzFindings *findings);
void rz_check_foreign_moves(const RzPreflightContext *context, RzFindings *findings);
void rz_check_foreign_throttles(const RzPreflightContext *context, RzFindings *findings);
void rz_check_leader_rebalance(const RzPreflightContext *context, RzFindings *findings);
void rz_check_permissions(const RzPreflightContext *context, RzFindings *findings);

/* What the plan asks of disks and network: traffic.c reads it, checks_load.c judges it. */
void rz_preflight_read_traffic(RzPreflightContext *context);
const RzBrokerTraffic *rz_preflight_traffic(const RzPreflightContext *context, int32_t broker);
void rz_check_disk(const RzPreflightContext *context, RzFindings *findings);
void rz_check_headroom(const RzPreflightContext *context, RzFindings *findings);

/* The plan against the cluster: checks_plan.c. */
void rz_check_plan_fresh(const RzPreflightContext *context, RzFindings *findings);
void rz_check_targets(const RzPreflightContext *context, RzFindings *findings);
void rz_check_stage(const RzPreflightContext *context, RzFindings *findings);
void rz_check_write_rate(const RzPreflightContext *context, RzFindings *findings);
void rz_check_window(const RzPreflightContext *context, RzFindings *findings);
void rz_check_zone_loss(const RzPreflightContext *context, RzFindings *findings);
void rz_check_clients(const RzPreflightContext *context, RzFindings *findings);

/* (transfer full): "1.2 GB", "40.0 MB" */
char *rz_preflight_size_text(double bytes);

bool rz_plan_has_partition(const RzPlan *plan, const char *topic, int32_t partition);
