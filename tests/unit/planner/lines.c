/*
 * lines.c: see lines.h.
 */
#include "unit/planner/lines.h"

#include <stdlib.h>
#include <string.h>

#include "planner/plan_private.h"

typedef bool (*LineReader)(void *reader, const char *line, gsize length, GError **error);

static bool
feed(const char *text, LineReader read, void *reader, GError **error)
{
    const char *at = text;
    while (*at != '\0') {
        const char *end = strchrnul(at, '\n');
        if (!read(reader, at, (gsize)(end - at), error))
            return false;
        at = *end == '\0' ? end : end + 1;
    }
    return true;
}

static bool
read_snapshot_line(void *reader, const char *line, gsize length, GError **error)
{
    return rz_snapshot_reader_line(reader, line, length, error);
}

RzSnapshot *
read_snapshot(const char *text, GError **error)
{
    g_autoptr(RzSnapshotReader) reader = rz_snapshot_reader_new();
    if (!feed(text, read_snapshot_line, reader, error))
        return NULL;
    return rz_snapshot_reader_finish(reader, error);
}

char *
snapshot_text(const RzSnapshot *snapshot)
{
    GString *text = g_string_new(NULL);
    rz_snapshot_write(snapshot, rz_append_line, text, NULL);
    return g_string_free(text, FALSE);
}

static bool
read_plan_line(void *reader, const char *line, gsize length, GError **error)
{
    return rz_plan_reader_line(reader, line, length, error);
}

RzPlan *
read_plan(const char *text, GError **error)
{
    g_autoptr(RzPlanReader) reader = rz_plan_reader_new();
    if (!feed(text, read_plan_line, reader, error))
        return NULL;
    return rz_plan_reader_finish(reader, error);
}

char *
plan_text(const RzPlan *plan)
{
    GString *text = g_string_new(NULL);
    rz_plan_write(plan, rz_append_line, text, NULL);
    return g_string_free(text, FALSE);
}

char *
plan_kafka_text(const RzPlan *plan, bool rollback)
{
    GString *text = g_string_new(NULL);
    rz_plan_write_kafka_json(plan, rollback, rz_append_line, text, NULL);
    return g_string_free(text, FALSE);
}

static void
append_target(const RzSnapshot *snapshot, uint32_t p, const char *target, GArray *targets)
{
    const RzPartition *partition = &snapshot->partitions[p];
    if (g_str_equal(target, "=")) {
        g_array_append_vals(targets, snapshot->replicas + partition->first_replica,
                            partition->n_replicas);
        return;
    }
    g_auto(GStrv) ids = g_strsplit(target, ",", -1);
    for (gsize i = 0; ids[i] != NULL; i++) {
        uint32_t broker = rz_snapshot_find_broker(snapshot, atoi(ids[i]));
        g_assert(broker != RZ_NONE);
        g_array_append_val(targets, broker);
    }
}

RzPlan *
assemble_plan(const RzSnapshot *snapshot, const RzPolicy *policy, const char *targets)
{
    g_auto(GStrv) words = g_strsplit(targets, " ", -1);
    g_assert(g_strv_length(words) == snapshot->n_partitions);
    g_autoptr(GArray) brokers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autofree gsize *first = g_new0(gsize, (gsize)snapshot->n_partitions + 1);
    for (uint32_t p = 0; p < snapshot->n_partitions; p++) {
        append_target(snapshot, p, words[p], brokers);
        first[p + 1] = brokers->len;
    }
    return rz_plan_assemble(snapshot, policy, (const uint32_t *)(const void *)brokers->data, first);
}
