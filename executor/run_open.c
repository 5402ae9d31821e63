/*
 * run_open.c: from plan or journal to a run that can be turned.
 *
 * Everything a run knows of its plan comes from the journal, also right after it was begun, so that
 * there is one way in. The plan's copy is compared with the journal's hash each time: an edited
 * plan.json means that somebody expects something else than what would be done.
 */
#include "executor/run_private.h"

#include <string.h>
#include <unistd.h>

#define LINE(pointer, end) ((const char *)memchr(pointer, '\n', (gsize)((end) - (pointer))))

static RzPlan *
read_plan(const char *text, gsize length, GError **error)
{
    g_autoptr(RzPlanReader) reader = rz_plan_reader_new();
    const char *end = text + length;
    for (const char *line = text; line < end;) {
        const char *newline = LINE(line, end);
        const char *stop = newline != NULL ? newline : end;
        if (!rz_plan_reader_line(reader, line, (gsize)(stop - line), error))
            return NULL;
        line = stop + 1;
    }
    return rz_plan_reader_finish(reader, error);
}

/* ---- the journal of a setup ---- */

static bool
write_beginning(const RzRunSetup *setup, RzJournal *journal, GError **error)
{
    const RzStoreOps *ops = setup->store->ops;
    if (!ops->replace(setup->store, RZ_FILE_PLAN, setup->plan_text, setup->plan_length, true,
                      error) ||
        !ops->truncate(setup->store, RZ_FILE_JOURNAL, 0, error))
        return false;
    g_autoptr(GString) text = rz_journal_render(journal, setup->clock->wall_ms(setup->clock));
    journal->begun = true;
    journal->begun_at_ms = setup->clock->wall_ms(setup->clock);
    return ops->append(setup->store, RZ_FILE_JOURNAL, text->str, text->len, true, error);
}

static RzJournal *
begin(const RzRunSetup *setup, GError **error)
{
    g_autoptr(RzPlan) plan = read_plan(setup->plan_text, setup->plan_length, error);
    if (plan == NULL)
        return NULL;
    g_autofree char *sha256 = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const guchar *)setup->plan_text, setup->plan_length);
    g_autoptr(RzJournal) journal = rz_journal_from_plan(plan, sha256);
    rz_run_settings_take(&journal->settings, setup->options);
    return write_beginning(setup, journal, error) ? g_steal_pointer(&journal) : NULL;
}

static bool
check_plan_copy(const RzRunSetup *setup, const RzJournal *journal, GError **error)
{
    gsize length = 0;
    g_autofree char *text = setup->store->ops->read(setup->store, RZ_FILE_PLAN, &length, error);
    if (text == NULL) {
        if (error != NULL && *error == NULL)
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                        "plan.json is missing in the run directory");
        return false;
    }
    g_autofree char *sha256 =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, length);
    if (strcmp(sha256, journal->plan_sha256) == 0)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                "plan.json in the run directory was edited: its SHA-256 is %s, the journal was "
                "begun with %s",
                sha256, journal->plan_sha256);
    return false;
}

/* Reads what is there; *journal stays NULL when nothing has begun. */
static bool
read_journal(const RzRunSetup *setup, RzJournal **journal, GError **error)
{
    GError *failure = NULL;
    gsize length = 0, valid = 0;
    g_autofree char *text =
        setup->store->ops->read(setup->store, RZ_FILE_JOURNAL, &length, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    if (text == NULL || length == 0)
        return true;
    g_autoptr(RzJournal) found = rz_journal_parse(text, length, &valid, error);
    if (found == NULL)
        return false;
    if (!found->begun)
        return true;
    if (valid < length && !setup->store->ops->truncate(setup->store, RZ_FILE_JOURNAL, valid, error))
        return false;
    if (!check_plan_copy(setup, found, error))
        return false;
    *journal = g_steal_pointer(&found);
    return true;
}

static bool
ended_well(const RzJournal *journal)
{
    static const char *const ends[] = {"done", "cancelled", "rolled_back"};
    bool ended = false;
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
        ended = ended || g_strcmp0(journal->final_state, ends[i]) == 0;
    if (!journal->finished || !ended || journal->n_left > 0)
        return false;
    for (guint i = 0; i < journal->keys->len; i++)
        if (!((const RzJournalKey *)journal->keys->pdata[i])->restored)
            return false;
    return true;
}

static bool
fits(const RzRunSetup *setup, const RzJournal *journal, GError **error)
{
    if (setup->intent == RZ_RUN_APPLY) {
        if (journal == NULL)
            return true;
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "this run has begun already; use resume, cancel or rollback");
        return false;
    }
    if (journal == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "no run has begun in this directory");
        return false;
    }
    if (setup->intent == RZ_RUN_ROLLBACK || !ended_well(journal))
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "this run has ended (%s): nothing is left to do",
                journal->final_state);
    return false;
}

/* ---- the run ---- */

RzRunBroker *
rz_run_broker(RzRun *run, int32_t id)
{
    RzRunBroker *broker = g_hash_table_lookup(run->brokers, GINT_TO_POINTER(id));
    if (broker != NULL)
        return broker;
    broker = g_new0(RzRunBroker, 1);
    broker->id = id;
    broker->alive = true; /* until a reading says otherwise */
    broker->room_bytes = broker->sampled_bytes = -1;
    broker->queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_hash_table_insert(run->brokers, GINT_TO_POINTER(id), broker);
    g_ptr_array_add(run->broker_list, broker);
    return broker;
}

static void
broker_free(gpointer data)
{
    RzRunBroker *broker = data;
    g_array_unref(broker->queue);
    g_free(broker);
}

static void
fill_parts(RzRun *run)
{
    const RzJournal *journal = run->journal;
    run->ids = (int32_t *)(void *)journal->ids->data;
    run->n_topics = journal->topics->len;
    run->topics = g_new0(RzRunTopic, run->n_topics + 1);
    for (uint32_t t = 0; t < run->n_topics; t++) {
        const RzJournalTopic *topic = &g_array_index(journal->topics, RzJournalTopic, t);
        run->topics[t] = (RzRunTopic){.name = topic->name,
                                      .topic_id = topic->topic_id,
                                      .first_part = topic->first_part,
                                      .n_parts = topic->n_parts,
                                      .min_isr = 1};
        g_hash_table_insert(run->topic_index, topic->name, GUINT_TO_POINTER(t + 1));
    }
    run->n_parts = journal->parts->len;
    run->parts = g_new0(RzPart, run->n_parts + 1);
    for (uint32_t i = 0; i < run->n_parts; i++) {
        const RzJournalPart *part = &g_array_index(journal->parts, RzJournalPart, i);
        run->parts[i] = (RzPart){
            .topic = part->topic,
            .number = part->number,
            .first_from = part->first_from,
            .first_to = part->first_to,
            .n_from = part->n_from,
            .n_to = part->n_to,
            .leader = part->leader,
            .source = RZ_NO_BROKER,
            .blocker = RZ_NO_BROKER,
            .bytes = part->size_bytes,
            .touched = part->touched || part->finished,
        };
        run->bytes_total += part->size_bytes * rz_part_n_adding(run, &run->parts[i]);
    }
    run->counts[RZ_PART_PENDING] = run->n_parts;
}

static void
fill_caps(RzRun *run)
{
    const RzRunSettings *settings = &run->journal->settings;
    for (guint i = 0; i < settings->cap_bytes->len; i++) {
        RzRunCap cap = {g_intern_string(settings->cap_from->pdata[i]),
                        g_intern_string(settings->cap_to->pdata[i]),
                        g_array_index(settings->cap_bytes, int64_t, i), 0};
        g_array_append_val(run->caps, cap);
    }
}

RzRun *
rz_run_new(const RzRunSetup *setup, RzJournal *journal)
{
    RzRun *run = g_new0(RzRun, 1);
    run->store = setup->store;
    run->cluster = setup->cluster;
    run->clock = setup->clock;
    run->message = setup->message;
    run->message_data = setup->message_data;
    run->intent = setup->intent;
    run->journal = journal;
    run->writer.store = setup->store;
    run->topic_index = g_hash_table_new(g_str_hash, g_str_equal);
    run->brokers = g_hash_table_new_full(NULL, NULL, NULL, broker_free);
    run->broker_list = g_ptr_array_new();
    run->caps = g_array_new(FALSE, FALSE, sizeof(RzRunCap));
    run->active = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    run->instant = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    run->parked = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    run->chosen = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    run->to_prune = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    run->unseen = g_array_new(FALSE, FALSE, sizeof(RzUnseen));
    run->batch_max = RZ_CLUSTER_MAX_BATCH;
    run->electable = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    run->zone_safe = g_array_new(FALSE, FALSE, sizeof(RzZoneSafe));
    run->health.read_ms = INT64_MIN;
    run->health.min_isr = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    run->health.known_under_replicated =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    run->reason = g_string_new(NULL);
    run->events = g_string_new(NULL);
    run->phase = RZ_PHASE_READING;
    run->mode = journal->mode;
    run->paused = journal->paused;
    run->rate = journal->settings.throttle_bytes_per_s;
    if (run->rate == RZ_THROTTLE_AUTO)
        run->rate = journal->settings.throttle_min_bytes_per_s;
    run->expected_wake_ms = INT64_MAX;
    run->window_left_s = run->window_length_s = INT64_MAX;
    fill_parts(run);
    fill_caps(run);
    return run;
}

/* For the message of whoever finds the lock taken; without it the message names no pid. */
static void
leave_pid(RzStore *store)
{
    g_autofree char *pid = g_strdup_printf("%ld\n", (long)getpid());
    store->ops->replace(store, RZ_FILE_PID, pid, strlen(pid), false, NULL);
}

RzRun *
rz_run_open(const RzRunSetup *setup, GError **error)
{
    if (!setup->store->ops->lock(setup->store, NULL, error))
        return NULL;
    g_autoptr(RzJournal) journal = NULL;
    bool ok = read_journal(setup, &journal, error) && fits(setup, journal, error);
    if (ok && journal == NULL)
        journal = begin(setup, error);
    else if (ok)
        rz_run_settings_take(&journal->settings, setup->options);
    if (!ok || journal == NULL) {
        setup->store->ops->unlock(setup->store);
        return NULL;
    }
    leave_pid(setup->store);
    return rz_run_new(setup, g_steal_pointer(&journal));
}

void
rz_run_free(RzRun *run)
{
    if (run == NULL)
        return;
    rz_run_flush(run, true);
    run->store->ops->unlock(run->store);
    rz_cluster_reassignments_free(run->listed);
    rz_cluster_metadata_free(run->live);
    for (uint32_t t = 0; t < run->n_topics; t++)
        if (run->topics[t].listed != NULL)
            g_array_unref(run->topics[t].listed);
    g_free(run->topics);
    g_free(run->parts);
    g_hash_table_unref(run->topic_index);
    g_ptr_array_unref(run->broker_list);
    g_hash_table_unref(run->brokers);
    g_array_unref(run->caps);
    g_array_unref(run->active);
    g_array_unref(run->instant);
    g_array_unref(run->parked);
    g_array_unref(run->chosen);
    g_array_unref(run->electable);
    g_array_unref(run->to_prune);
    g_array_unref(run->unseen);
    g_array_unref(run->zone_safe);
    g_hash_table_unref(run->health.min_isr);
    g_hash_table_unref(run->health.known_under_replicated);
    g_free(run->health.example);
    g_string_free(run->reason, TRUE);
    g_string_free(run->events, TRUE);
    g_clear_error(&run->writer.failure);
    rz_journal_free(run->journal);
    g_free(run);
}
