/*
 * audit.h: what a snapshot says about today: counts, spread, and what each loss would do.
 *
 * Losses are judged by replicas that are in sync on live brokers now, since only those can lead
 * without losing records: a partition is offline when none would remain, read-only when fewer than
 * min.insync.replicas would (writes with acks=all fail; an unknown value counts as 1),
 * under-replicated when fewer than its replica list would, untouched otherwise. Every partition is
 * counted once for each loss, also one that the loss does not reach.
 */
#pragma once

#include "rezone/policy.h"
#include "rezone/snapshot.h"

G_BEGIN_DECLS

typedef struct RzAudit RzAudit;

/**
 * rz_audit_new:
 * @snapshot: (transfer none): must outlive the audit
 * @policy: (nullable): whose spread and zones the placement is held against; %NULL: the defaults
 *
 * Cost: one pass over the replicas, and topics x zones. Thread-safe on distinct arguments.
 * Returns: (transfer full): free with rz_audit_free()
 */
RzAudit *rz_audit_new(const RzSnapshot *snapshot, const RzPolicy *policy);
void rz_audit_free(RzAudit *audit);

/* Whether the loss of some single zone leaves a partition offline or read-only. */
bool rz_audit_is_unsafe(const RzAudit *audit);

/* Whether in some zone a live broker holds over 10 % and at least 2 replicas more than another. */
bool rz_audit_is_skewed(const RzAudit *audit);

/**
 * rz_audit_to_json:
 *
 * Returns: (transfer full): one JSON document, the fields as in docs/formats.md; free with g_free()
 */
char *rz_audit_to_json(const RzAudit *audit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzAudit, rz_audit_free)

G_END_DECLS
