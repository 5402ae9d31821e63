/*
 * run_status.c: status.json, metrics.prom, and the same figures for the caller.
 *
 * Formats: docs/formats.md, "Status" and "Metrics". Losing one of these files to a full disk is
 * worth one warning and no more: the run goes on as long as its journal can be written.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "executor/run_private.h"

#define INTERVAL_MS 1000
#define BLOCKED_MAX 100
#define MOVES_MAX 100

/* clang-format off */
static const char *const state_names[] = {
    "waiting", "running", "paused", "cancelling", "rolling_back",
    "done", "cancelled", "rolled_back", "stopped",
};

/* What the phases mean to users, by mode: forward, cancel, rollback. */
static const RzRunState phase_states[RZ_N_PHASES][3] = {
    [RZ_PHASE_READING]      = {RZ_STATE_WAITING, RZ_STATE_CANCELLING, RZ_STATE_ROLLING_BACK},
    [RZ_PHASE_WAITING]      = {RZ_STATE_WAITING, RZ_STATE_CANCELLING, RZ_STATE_ROLLING_BACK},
    [RZ_PHASE_RUNNING]      = {RZ_STATE_RUNNING, RZ_STATE_CANCELLING, RZ_STATE_ROLLING_BACK},
    [RZ_PHASE_PAUSED]       = {RZ_STATE_PAUSED, RZ_STATE_PAUSED, RZ_STATE_PAUSED},
    [RZ_PHASE_CANCELLING]   = {RZ_STATE_CANCELLING, RZ_STATE_CANCELLING, RZ_STATE_CANCELLING},
    [RZ_PHASE_ROLLING_BACK] = {RZ_STATE_ROLLING_BACK, RZ_STATE_ROLLING_BACK, RZ_STATE_ROLLING_BACK},
    [RZ_PHASE_ELECTING]     = {RZ_STATE_RUNNING, RZ_STATE_CANCELLING, RZ_STATE_ROLLING_BACK},
    [RZ_PHASE_RESTORING]    = {RZ_STATE_RUNNING, RZ_STATE_CANCELLING, RZ_STATE_ROLLING_BACK},
    [RZ_PHASE_STOPPING]     = {RZ_STATE_RUNNING, RZ_STATE_CANCELLING, RZ_STATE_ROLLING_BACK},
    [RZ_PHASE_ENDED]        = {RZ_STATE_DONE, RZ_STATE_CANCELLED, RZ_STATE_ROLLED_BACK},
    [RZ_PHASE_STOPPED]      = {RZ_STATE_STOPPED, RZ_STATE_STOPPED, RZ_STATE_STOPPED},
};
/* clang-format on */

const char *
rz_run_state_name(RzRunState state)
{
    return state_names[state];
}

RzRunState
rz_run_state(const RzRun *run)
{
    if (run->phase == RZ_PHASE_STOPPED && run->paused)
        return RZ_STATE_PAUSED;
    return phase_states[run->phase][run->mode];
}

static uint32_t
in_flight(const RzRun *run)
{
    return run->counts[RZ_PART_SENT] + run->counts[RZ_PART_MOVING] + run->counts[RZ_PART_STEPPING] +
           run->counts[RZ_PART_CANCELLING];
}

static uint32_t
n_done(const RzRun *run)
{
    return run->mode == RZ_MODE_ROLLBACK ? run->counts[RZ_PART_DONE] : run->n_forward_done;
}

static uint32_t
n_skipped(const RzRun *run)
{
    return run->counts[RZ_PART_SKIPPED] + run->counts[RZ_PART_HELD];
}

static uint32_t
n_blocked(const RzRun *run)
{
    return run->parked->len + run->counts[RZ_PART_YIELDING] + n_skipped(run);
}

void
rz_run_status(const RzRun *run, RzRunStatus *status)
{
    *status = (RzRunStatus){
        .state = rz_run_state(run),
        .partitions_total = run->n_parts,
        .partitions_done = n_done(run),
        .partitions_in_flight = in_flight(run),
        .partitions_skipped = n_skipped(run),
        .bytes_total = run->bytes_total,
        .bytes_done = rz_run_bytes_now(run),
        .rate_bytes_per_s = run->bytes_rate,
        .eta_s = rz_run_eta_s(run),
        .throttle_bytes_per_s = run->rate,
        .n_blocked = n_blocked(run),
        .n_debts = rz_run_n_debts(run),
        .reason = run->reason->len > 0 ? run->reason->str : NULL,
    };
}

int
rz_run_exit_code(const RzRun *run)
{
    if (run->phase == RZ_PHASE_STOPPED)
        return run->intent == RZ_RUN_PAUSE || run->intent == RZ_RUN_THROTTLE ? 0 : 4;
    if (run->phase != RZ_PHASE_ENDED)
        return 4;
    return n_skipped(run) > 0 || rz_run_n_debts(run) > 0 ? 5 : 0;
}

/* ---- status.json ---- */

static void
add_blocked(const RzRun *run, json_t *list, uint32_t index)
{
    const RzPart *part = &run->parts[index];
    if (part->block == RZ_BLOCK_NONE || json_array_size(list) >= BLOCKED_MAX)
        return;
    g_autofree char *reason = rz_part_block_text(run, part);
    json_array_append_new(list, json_pack("{s:s, s:i, s:s}", "topic", run->topics[part->topic].name,
                                          "partition", part->number, "reason", reason));
}

static json_t *
blocked_json(const RzRun *run)
{
    json_t *list = json_array();
    for (guint i = 0; i < run->active->len; i++)
        add_blocked(run, list, g_array_index(run->active, uint32_t, i));
    for (guint i = 0; i < run->parked->len; i++)
        add_blocked(run, list, g_array_index(run->parked, uint32_t, i));
    for (uint32_t i = 0; n_skipped(run) > 0 && i < run->n_parts; i++)
        if (run->parts[i].state == RZ_PART_HELD || run->parts[i].state == RZ_PART_SKIPPED)
            add_blocked(run, list, i);
    return list;
}

/* The new replicas that a partition is getting now. */
static json_t *
receivers_json(const RzRun *run, const RzPart *part)
{
    json_t *list = json_array();
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; i < n; i++)
        if (rz_part_is_adding(run, part, goal[i]))
            json_array_append_new(list, json_integer(goal[i]));
    return list;
}

static json_t *
moves_json(const RzRun *run)
{
    json_t *list = json_array();
    for (guint i = 0; i < run->active->len && json_array_size(list) < MOVES_MAX; i++) {
        const RzPart *part = &run->parts[g_array_index(run->active, uint32_t, i)];
        if (!rz_part_is_active(part) || part->state == RZ_PART_YIELDING)
            continue;
        int64_t bytes = part->bytes * rz_part_n_adding(run, part);
        int64_t copied = part->state == RZ_PART_STEPPING ? bytes : part->copied_bytes;
        json_array_append_new(list,
                              json_pack("{s:s, s:i, s:s, s:o, s:I, s:I, s:i, s:i, s:b}", "topic",
                                        run->topics[part->topic].name, "partition", part->number,
                                        "state", rz_part_state_name((RzPartState)part->state), "to",
                                        receivers_json(run, part), "bytes", (json_int_t)bytes,
                                        "copied", (json_int_t)MIN(copied, bytes), "step",
                                        MIN(part->at, part->n_steps) + 1, "steps",
                                        part->n_steps + 1, "back", part->back));
    }
    return list;
}

static json_t *
debts_json(const RzRun *run)
{
    json_t *list = json_array();
    for (guint i = 0; i < run->journal->keys->len; i++) {
        const RzJournalKey *key = run->journal->keys->pdata[i];
        if (key->debt && !key->restored)
            json_array_append_new(list, json_pack("{s:I, s:s, s:s?}", "broker",
                                                  (json_int_t)g_ascii_strtoll(key->name, NULL, 10),
                                                  "key", key->key, "restore_to", key->prior));
    }
    return list;
}

static json_t *
zones_json(const RzRun *run)
{
    json_t *zones = json_object();
    for (guint z = 0; z < run->zone_safe->len; z++) {
        const RzZoneSafe *entry = &g_array_index(run->zone_safe, RzZoneSafe, z);
        json_object_set_new(zones, entry->zone, json_integer(entry->safe));
    }
    return zones;
}

static json_t *
brokers_json(const RzRun *run)
{
    json_t *list = json_array();
    for (guint b = 0; b < run->broker_list->len; b++) {
        const RzRunBroker *broker = run->broker_list->pdata[b];
        json_array_append_new(
            list, json_pack("{s:i, s:s?, s:b, s:i, s:I, s:I, s:I}", "broker", broker->id, "zone",
                            broker->zone, "alive", broker->alive, "receiving",
                            (int)(broker->n_listed + broker->n_unlisted), "bytes_left",
                            (json_int_t)MAX(broker->pending_bytes, 0), "rate_bytes_per_s",
                            (json_int_t)broker->bytes_rate, "throttle_bytes_per_s",
                            (json_int_t)rz_run_rate_into(run, broker)));
    }
    return list;
}

static char *
rfc3339(int64_t wall_ms)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(wall_ms / 1000);
    return g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

char *
rz_run_status_json(RzRun *run)
{
    RzRunStatus status;
    rz_run_status(run, &status);
    g_autofree char *at = rfc3339(run->clock->wall_ms(run->clock));
    uint32_t total =
        run->zone_safe->len > 0 ? g_array_index(run->zone_safe, RzZoneSafe, 0).total : 0;
    json_t *root = json_object();
    const struct {
        const char *name;
        json_t *value;
    } fields[] = {
        {"format", json_string("rezone-status")},
        {"version", json_integer(1)},
        {"state", json_string(rz_run_state_name(status.state))},
        {"phase", json_string(rz_run_phase_name(run->phase))},
        {"plan_id", json_string(run->journal->plan_id)},
        {"partitions_total", json_integer(status.partitions_total)},
        {"partitions_done", json_integer(status.partitions_done)},
        {"partitions_in_flight", json_integer(status.partitions_in_flight)},
        {"partitions_skipped", json_integer(status.partitions_skipped)},
        {"partitions_staged", json_integer(run->n_staged)},
        {"zone_safe", zones_json(run)},
        {"zone_partitions", json_integer(total)},
        {"bytes_total", json_integer(status.bytes_total)},
        {"bytes_done", json_integer(status.bytes_done)},
        {"rate_bytes_per_s", json_integer(status.rate_bytes_per_s)},
        {"eta_s", status.eta_s < 0 ? json_null() : json_integer(status.eta_s)},
        {"throttle_bytes_per_s", json_integer(status.throttle_bytes_per_s)},
        {"reason", status.reason != NULL ? json_string(status.reason) : json_null()},
        {"moves", moves_json(run)},
        {"blocked", blocked_json(run)},
        {"debts", debts_json(run)},
        {"brokers", brokers_json(run)},
        {"pid", json_integer(getpid())},
        {"updated_at", json_string(at)},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        json_object_set_new(root, fields[i].name, fields[i].value);
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    char *owned = g_strconcat(text, "\n", NULL);
    free(text);
    return owned;
}

/* ---- metrics.prom ---- */

static void
gauge(GString *out, const char *name, const char *help, int64_t value)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %" G_GINT64_FORMAT "\n", name,
                           help, name, name, value);
}

char *
rz_run_metrics(RzRun *run)
{
    RzRunStatus status;
    rz_run_status(run, &status);
    GString *out = g_string_new(NULL);
    const struct {
        const char *name, *help;
        int64_t value;
    } gauges[] = {
        {"rezone_partitions_total", "Partitions of the plan.", status.partitions_total},
        {"rezone_partitions_done", "Partitions at their goal.", status.partitions_done},
        {"rezone_partitions_in_flight", "Partitions being moved.", status.partitions_in_flight},
        {"rezone_partitions_skipped", "Partitions given up or held.", status.partitions_skipped},
        {"rezone_partitions_blocked", "Partitions that wait for somebody.", status.n_blocked},
        {"rezone_bytes_total", "Bytes to copy.", status.bytes_total},
        {"rezone_bytes_done", "Bytes copied.", status.bytes_done},
        {"rezone_rate_bytes_per_second", "Copy rate.", status.rate_bytes_per_s},
        {"rezone_throttle_bytes_per_second", "Throttle per receiving broker, 0 none.",
         status.throttle_bytes_per_s},
        {"rezone_eta_seconds", "Estimated time left, -1 unknown.", status.eta_s},
        {"rezone_throttle_debts", "Throttles that dead brokers still hold.", status.n_debts},
        {"rezone_waiting", "1 while something keeps the run from submitting.",
         status.reason != NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(gauges); i++)
        gauge(out, gauges[i].name, gauges[i].help, gauges[i].value);
    g_string_append(out, "# HELP rezone_zone_safe_partitions Partitions that would stay writable "
                         "if the zone were lost now.\n# TYPE rezone_zone_safe_partitions gauge\n");
    for (guint z = 0; z < run->zone_safe->len; z++) {
        const RzZoneSafe *entry = &g_array_index(run->zone_safe, RzZoneSafe, z);
        g_autofree char *zone = g_strescape(entry->zone, NULL);
        g_string_append_printf(out, "rezone_zone_safe_partitions{zone=\"%s\"} %u\n", zone,
                               entry->safe);
    }
    g_string_append(out, "# HELP rezone_state The state of the run, 1 for the current one.\n"
                         "# TYPE rezone_state gauge\n");
    for (gsize i = 0; i < G_N_ELEMENTS(state_names); i++)
        g_string_append_printf(out, "rezone_state{state=\"%s\"} %d\n", state_names[i],
                               i == status.state);
    return g_string_free(out, FALSE);
}

/* ---- writing ---- */

static void
write_files(RzRun *run)
{
    const RzStoreOps *ops = run->store->ops;
    g_autoptr(GError) error = NULL;
    g_autofree char *status = rz_run_status_json(run);
    g_autofree char *metrics = rz_run_metrics(run);
    bool ok = ops->replace(run->store, RZ_FILE_STATUS, status, strlen(status), false, &error) &&
              ops->replace(run->store, RZ_FILE_METRICS, metrics, strlen(metrics), false, &error) &&
              (run->events->len == 0 || ops->append(run->store, RZ_FILE_EVENTS, run->events->str,
                                                    run->events->len, false, &error));
    g_string_truncate(run->events, 0);
    if (!ok && !run->status_failed && run->message != NULL)
        run->message(RZ_MESSAGE_WARNING, error->message, run->message_data);
    run->status_failed = !ok;
}

void
rz_run_flush(RzRun *run, bool now)
{
    int64_t time_ms = run->clock->monotonic_ms(run->clock);
    if (!now && run->status_ms != 0 && time_ms - run->status_ms < INTERVAL_MS)
        return;
    run->status_ms = time_ms;
    write_files(run);
}

/* ---- reading, without a run ---- */

/* A run killed before its first status has a journal all the same, and can be resumed. */
static char *
status_text(RzStore *store, GError **error)
{
    GError *failure = NULL;
    char *text = store->ops->read(store, RZ_FILE_STATUS, NULL, &failure);
    if (text != NULL)
        return text;
    g_autofree char *journal =
        failure == NULL ? store->ops->read(store, RZ_FILE_JOURNAL, NULL, &failure) : NULL;
    if (journal != NULL)
        return g_strdup("{\"state\":\"waiting\"}");
    if (failure == NULL)
        g_set_error(&failure, RZ_ERROR, RZ_ERROR_USAGE, "no run has begun in this directory");
    g_propagate_error(error, failure);
    return NULL;
}

char *
rz_run_status_read(RzStore *store, int64_t *holder_pid, GError **error)
{
    /* The lock first: once nobody holds it, the status is the last word. The other way round, an
     * executor that ends in between would seem to have died. */
    int64_t holder = 0;
    bool free_lock = store->ops->lock(store, &holder, NULL);
    if (free_lock)
        store->ops->unlock(store);
    g_autofree char *text = status_text(store, error);
    if (text == NULL)
        return NULL;
    json_t *root = json_loads(text, 0, NULL);
    if (root == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "status.json is not JSON");
        return NULL;
    }
    const char *state = json_string_value(json_object_get(root, "state"));
    bool moving =
        state != NULL && (strcmp(state, "running") == 0 || strcmp(state, "waiting") == 0 ||
                          strcmp(state, "cancelling") == 0 || strcmp(state, "rolling_back") == 0);
    if (free_lock && moving)
        json_object_set_new(root, "state", json_string("stopped"));
    if (free_lock)
        json_object_set_new(root, "pid", json_null());
    if (holder_pid != NULL)
        *holder_pid = holder;
    char *out = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    char *owned = g_strdup(out);
    free(out);
    return owned;
}

char *
rz_run_plan_read(RzStore *store, gsize *length, GError **error)
{
    GError *failure = NULL;
    char *text = store->ops->read(store, RZ_FILE_PLAN, length, &failure);
    if (text == NULL && failure == NULL)
        g_set_error(&failure, RZ_ERROR, RZ_ERROR_INPUT,
                    "plan.json is missing in the run directory");
    if (failure != NULL)
        g_propagate_error(error, failure);
    return text;
}
