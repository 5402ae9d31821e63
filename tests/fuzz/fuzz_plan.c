/*
 * fuzz_plan.c: any text as a plan file.
 *
 * A plan's id and totals guard it, so blind changes to the moves rarely get past the reader; those
 * to the proof do, since it is the checker's to judge. What is read must write the same text for
 * ever, and the checker must come to an answer about the cluster that the plan starts from.
 */
#include <stdlib.h>
#include <string.h>

#include "planner/line_scan.h"
#include "planner/plan_private.h"
#include "planner/snapshot_builder.h"
#include "rezone/error.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/lines.h"

static RzPlan *
read_lines_with(const char *text, size_t size, bool only_jansson, GError **error)
{
    g_autoptr(RzPlanReader) reader = rz_plan_reader_new();
    if (only_jansson)
        rz_plan_reader_use_jansson(reader);
    if (!feed_lines(text, size, fuzz_plan_line, reader, error))
        return NULL;
    return rz_plan_reader_finish(reader, error);
}

/* Whichever way a line is taken, the result and the words of an error are the same. */
static RzPlan *
read_lines(const char *text, size_t size)
{
    g_autoptr(GError) error = NULL, slow_error = NULL;
    g_autoptr(RzPlan) slow = read_lines_with(text, size, true, &slow_error);
    RzPlan *plan = read_lines_with(text, size, false, &error);
    if (plan == NULL) {
        if (!g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT) || slow != NULL ||
            strcmp(error->message, slow_error->message) != 0)
            abort();
        return NULL;
    }
    g_autoptr(GString) ours = g_string_new(NULL);
    g_autoptr(GString) theirs = g_string_new(NULL);
    rz_plan_write(plan, rz_append_line, ours, NULL);
    if (slow != NULL)
        rz_plan_write(slow, rz_append_line, theirs, NULL);
    if (!g_string_equal(ours, theirs))
        abort();
    return plan;
}

/* The cluster that the plan says it starts from, so that the checker gets past the lists. */
static RzSnapshot *
cluster_before(const RzPlan *plan)
{
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    rz_snapshot_builder_set_header(builder, plan->cluster_id, NULL);
    for (gsize i = 0; i < plan->n_broker_ids; i++) {
        RzBrokerInput broker = {
            .id = plan->broker_ids[i],
            .zone = plan->broker_ids[i] % 2 == 0 ? "a" : "b",
            .alive = true,
        };
        rz_snapshot_builder_add_broker(builder, &broker, NULL); /* repeated ones are refused */
    }
    for (uint32_t m = 0; m < plan->n_moves; m++) {
        const RzMove *move = &plan->moves[m];
        const RzPlanTopic *topic = &plan->topics[move->topic];
        RzPartitionInput partition = {
            .number = move->partition,
            .replicas = rz_move_from(plan, move),
            .n_replicas = move->n_from,
            .leader = move->leader,
            .size_bytes = move->size_bytes,
            .write_rate_bytes_per_s = -1,
        };
        if ((m == topic->first_move &&
             !rz_snapshot_builder_add_topic(builder, topic->name, topic->topic_id, -1, NULL)) ||
            !rz_snapshot_builder_add_partition(builder, &partition, NULL))
            return NULL;
    }
    return rz_snapshot_builder_finish(builder, NULL);
}

static void
check(const RzSnapshot *snapshot, const RzPlan *plan)
{
    g_autoptr(GError) error = NULL;
    if (!rz_plan_check(snapshot, plan, NULL, &error) &&
        !g_error_matches(error, RZ_ERROR, RZ_ERROR_REFUTED))
        abort();
}

/* The totals that the checker will count, so that it goes on to the proof. */
static void
set_totals(const RzSnapshot *snapshot, RzPlan *plan, const GString *reassignment)
{
    g_autoptr(RzPlan) counted =
        rz_plan_from_kafka_json(reassignment->str, reassignment->len, snapshot, NULL);
    if (counted != NULL)
        plan->totals = counted->totals;
}

static void
use(RzPlan *plan)
{
    g_autoptr(GString) once = g_string_new(NULL);
    g_autoptr(GString) twice = g_string_new(NULL);
    rz_plan_write(plan, rz_append_line, once, NULL);
    g_autoptr(RzPlan) again = read_lines(once->str, once->len);
    if (again == NULL)
        abort();
    rz_plan_write(again, rz_append_line, twice, NULL);
    if (!g_string_equal(once, twice))
        abort();
    g_string_truncate(once, 0);
    rz_plan_write_kafka_json(plan, false, rz_append_line, once, NULL);
    g_autoptr(RzSnapshot) snapshot = cluster_before(plan);
    if (snapshot == NULL)
        return;
    g_autofree char *sha256 = rz_snapshot_sha256(snapshot);
    plan->snapshot_sha256 = g_string_chunk_insert(plan->strings, sha256);
    check(snapshot, plan);
    set_totals(snapshot, plan, once);
    check(snapshot, plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(RzPlan) plan = read_lines((const char *)data, size);
    if (plan != NULL)
        use(plan);
    return 0;
}
