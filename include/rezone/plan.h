/*
 * plan.h: the partitions whose ordered replica lists change, and the proof that it is cheapest.
 *
 * A plan stands alone: it names brokers by id and topics by name and id, so that it can be executed
 * and judged on another machine. Format: docs/formats.md, "Plan".
 */
#pragma once

#include "rezone/policy.h"
#include "rezone/snapshot.h"

G_BEGIN_DECLS

typedef struct RzPlan RzPlan;
typedef struct RzPlanReader RzPlanReader;

/**
 * rz_plan_new:
 * @snapshot: (transfer none): the cluster as observed
 * @policy: (transfer none): what the placement must satisfy
 * @error: return location for a #GError
 *
 * Computes the cheapest placement satisfying @policy and its certificate. Equal inputs give
 * byte-identical plans. Pure: no I/O, clock, threads or global state. Errors:
 * %RZ_ERROR_INFEASIBLE (the message says which topic, zone or broker is short, by how much, and the
 * smallest change that would do). Thread-safe on distinct arguments.
 * Returns: (transfer full): the plan, free with rz_plan_free(); %NULL with @error set
 */
G_GNUC_WARN_UNUSED_RESULT
RzPlan *rz_plan_new(const RzSnapshot *snapshot, const RzPolicy *policy, GError **error);
void rz_plan_free(RzPlan *plan);

/* Reading, line by line as for snapshots. */
RzPlanReader *rz_plan_reader_new(void);
void rz_plan_reader_free(RzPlanReader *reader);
bool rz_plan_reader_line(RzPlanReader *reader, const char *line, gsize length, GError **error);
/* Recomputes plan_id and the totals and refuses a file whose own figures do not match its lines. */
G_GNUC_WARN_UNUSED_RESULT
RzPlan *rz_plan_reader_finish(RzPlanReader *reader, GError **error);

bool rz_plan_write(const RzPlan *plan, RzLineSink sink, void *data, GError **error);

/**
 * rz_plan_write_kafka_json:
 * @rollback: write the original lists instead of the targets
 *
 * One line: what `kafka-reassign-partitions --reassignment-json-file` takes.
 */
bool rz_plan_write_kafka_json(const RzPlan *plan, bool rollback, RzLineSink sink, void *data,
                              GError **error);

/**
 * rz_plan_from_kafka_json:
 * @text: `{"version":1,"partitions":[...]}`
 * @snapshot: where the partitions are now
 *
 * A plan without policy and proof from another tool's reassignment. Partitions that are already so
 * are left out. Errors: %RZ_ERROR_INPUT.
 */
G_GNUC_WARN_UNUSED_RESULT
RzPlan *rz_plan_from_kafka_json(const char *text, gsize length, const RzSnapshot *snapshot,
                                GError **error);

/**
 * rz_plan_check:
 * @report: (out) (transfer full): what was verified, in sentences, a line each; also on failure
 *
 * Proves or refutes every tier the plan claims, reading only the two arguments. Errors:
 * %RZ_ERROR_REFUTED naming the partition, broker or tier. Shares no code with the solver.
 */
bool rz_plan_check(const RzSnapshot *snapshot, const RzPlan *plan, char **report, GError **error);

const char *rz_plan_id(const RzPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzPlan, rz_plan_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzPlanReader, rz_plan_reader_free)

G_END_DECLS
