/*
 * verify.h: is the live cluster what the plan wanted, and is nothing of the run left behind?
 *
 * Independent of any run directory: plan and cluster only. Reads, never changes.
 */
#pragma once

#include "executor/cluster.h"
#include "planner/plan_private.h"

typedef enum {
    RZ_FINDING_TOPIC_GONE,
    RZ_FINDING_TOPIC_RECREATED,
    RZ_FINDING_LIST,     /* the ordered list is not the target */
    RZ_FINDING_ISR,      /* a target replica is out of the ISR */
    RZ_FINDING_LEADER,   /* the leader is not the first of the list */
    RZ_FINDING_LISTED,   /* a reassignment is still listed, ours or foreign */
    RZ_FINDING_THROTTLE, /* a replication throttle is set, on a topic or broker of the plan */
} RzFindingKind;

typedef struct {
    RzFindingKind kind;
    char *subject; /* "orders-3", "broker 4" */
    char *detail;  /* one sentence */
    bool fatal;    /* makes the answer "no"; else a note: a foreign move, a rate that may be the
                      operator's */
} RzFinding;

typedef struct {
    uint32_t partitions_total, partitions_as_planned, leaders_as_planned;
    RzFinding *findings;
    uint32_t n_findings;
    bool ok; /* no fatal finding */
} RzVerification;

/* @leaders: a leader other than the target's first is a finding. Errors: only of the cluster. */
RzVerification *rz_verify(const RzPlan *plan, RzCluster *cluster, bool leaders, GError **error);
void rz_verification_free(RzVerification *verification);

const char *rz_finding_name(RzFindingKind kind);
/* (transfer full): one JSON document: ok, partitions_total, ..., findings
 * [{kind,subject,detail,fatal}]
 */
char *rz_verification_to_json(const RzVerification *verification);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzVerification, rz_verification_free)
