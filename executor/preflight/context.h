/*
 * context.h: what the checks look at, read once.
 */
#pragma once

#include "executor/preflight/preflight.h"

/* One receiving broker of the plan. */
typedef struct {
    int32_t id;
    RzWide incoming_bytes;
    int64_t write_rate_bytes_per_s; /* of what it will hold after the plan; -1: unknown */
    uint32_t n_incoming;
} RzReceiver;

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
    RzReceiver *receivers; /* by id */
    uint32_t n_receivers;
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

/* The plan against it: checks_plan.c. */
void rz_check_plan_fresh(const RzPreflightContext *context, RzFindings *findings);
void rz_check_targets(const RzPreflightContext *context, RzFindings *findings);
void rz_check_disk(const RzPreflightContext *context, RzFindings *findings);
void rz_check_stage(const RzPreflightContext *context, RzFindings *findings);
void rz_check_write_rate(const RzPreflightContext *context, RzFindings *findings);
void rz_check_headroom(const RzPreflightContext *context, RzFindings *findings);
void rz_check_window(const RzPreflightContext *context, RzFindings *findings);
void rz_check_zone_loss(const RzPreflightContext *context, RzFindings *findings);
void rz_check_clients(const RzPreflightContext *context, RzFindings *findings);

bool rz_plan_has_partition(const RzPlan *plan, const char *topic, int32_t partition);
