/*
 * run_dry.c: what a run would do, from a real reading of the cluster and a store that keeps
 * nothing.
 */
#include "executor/run_private.h"

static bool
null_lock(RzStore *store, int64_t *holder, GError **error)
{
    (void)store;
    (void)holder;
    (void)error;
    return true;
}

static void
null_unlock(RzStore *store)
{
    (void)store;
}

static char *
null_read(RzStore *store, const char *name, gsize *length, GError **error)
{
    (void)store;
    (void)name;
    (void)length;
    (void)error;
    return NULL;
}

static bool
null_write(RzStore *store, const char *name, const char *data, gsize length, bool sync,
           GError **error)
{
    (void)store;
    (void)name;
    (void)data;
    (void)length;
    (void)sync;
    (void)error;
    return true;
}

static bool
null_truncate(RzStore *store, const char *name, gsize length, GError **error)
{
    return null_write(store, name, NULL, length, true, error);
}

static const RzStoreOps null_ops = {
    .lock = null_lock,
    .unlock = null_unlock,
    .read = null_read,
    .replace = null_write,
    .append = null_write,
    .truncate = null_truncate,
};

/* ---- the text ---- */

static void
describe_states(const RzRun *run, GString *text)
{
    static const struct {
        RzPartState state;
        const char *meaning;
    } lines[] = {
        {RZ_PART_DONE, "are where the plan wants them already"},
        {RZ_PART_MOVING, "are on their way there already"},
        {RZ_PART_YIELDING, "are being moved by others: a run would refuse to start"},
        {RZ_PART_HELD, "were changed by others and would be left alone"},
        {RZ_PART_PENDING, "would be sent"},
    };
    g_string_append_printf(text, "%u partitions in the plan\n", run->n_parts);
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        if (run->counts[lines[i].state] > 0)
            g_string_append_printf(text, "  %u %s\n", run->counts[lines[i].state],
                                   lines[i].meaning);
}

static void
describe_brokers(RzRun *run, GString *text)
{
    for (guint b = 0; b < run->broker_list->len; b++) {
        const RzRunBroker *broker = run->broker_list->pdata[b];
        guint n_listed = 0;
        if (broker->queue->len == 0)
            continue;
        for (guint i = 0; i < broker->queue->len; i++)
            n_listed +=
                rz_part_wants_list(run, &run->parts[g_array_index(broker->queue, uint32_t, i)]);
        g_string_append_printf(text,
                               "broker %d receives %u replicas, %" G_GINT64_FORMAT
                               " bytes; %u of them throttled by Kafka, the others by pace",
                               broker->id, broker->queue->len, broker->pending_bytes, n_listed);
        if (run->rate > 0)
            g_string_append_printf(text, "; at least %" G_GINT64_FORMAT " s",
                                   broker->pending_bytes / run->rate);
        g_string_append(text, broker->alive ? "\n" : "; IT IS DOWN, they would wait\n");
    }
}

static void
describe_order(const RzRun *run, GString *text)
{
    g_string_append(text, "in this order, by receiving broker:\n");
    for (guint b = 0; b < run->broker_list->len; b++) {
        const RzRunBroker *broker = run->broker_list->pdata[b];
        for (guint i = 0; i < broker->queue->len; i++) {
            const RzPart *part = &run->parts[g_array_index(broker->queue, uint32_t, i)];
            g_autofree char *name = rz_part_name(run, part);
            g_string_append_printf(text, "  %d <- %s, %" G_GINT64_FORMAT " bytes\n", broker->id,
                                   name, part->bytes);
        }
    }
    for (guint i = 0; i < run->instant->len; i++) {
        g_autofree char *name =
            rz_part_name(run, &run->parts[g_array_index(run->instant, uint32_t, i)]);
        g_string_append_printf(text, "  %s, nothing to copy\n", name);
    }
}

bool
rz_run_dry_run(const RzPlan *plan, RzCluster *cluster, const RzClock *clock,
               const RzRunOptions *options, char **text, GError **error)
{
    RzStore nowhere = {&null_ops};
    RzJournal *journal = rz_journal_from_plan(plan, "");
    rz_run_settings_take(&journal->settings, options);
    RzRunSetup setup = {.store = &nowhere, .cluster = cluster, .clock = clock};
    g_autoptr(RzRun) run = rz_run_new(&setup, journal);
    run->cycle_ms = clock->monotonic_ms(clock);
    if (!rz_run_read_all(run, error) || !rz_run_health(run, error))
        return false;
    rz_run_build_queues(run);
    GString *out = g_string_new(NULL);
    describe_states(run, out);
    describe_brokers(run, out);
    if (!rz_run_gate(run))
        g_string_append_printf(out, "it would wait: %s\n", run->reason->str);
    describe_order(run, out);
    *text = g_string_free(out, FALSE);
    return true;
}
