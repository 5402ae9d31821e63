/*
 * run.c: one step of a run: read, decide, act, tell.
 *
 * What a phase does is a table of functions; when it is left is the table of run_table.c. Failures
 * of the cluster end the cycle and are waited out with a growing pause; failures of the journal, a
 * cluster that is not ours and missing permissions end the run, resumable.
 */
#include "executor/run_private.h"

#include <string.h>
#include <time.h>

#define POLL_MS 200
#define COST_FACTOR 4
#define POLL_MAX_MS 5000
#define PACED_POLL_MAX_MS 1000 /* a bucket holds a second: later it would run over */
#define VISIBLE_POLL_MS 50
#define BACKOFF_FIRST_MS 250
#define BACKOFF_MAX_MS 10000
#define GAP_MS 30000
#define IDLE_MS 1000

/* ---- phases ---- */

bool
rz_run_turn(RzRun *run, RzRunEvent event, GError **error)
{
    const RzRunRow *row = rz_run_row(run->phase, event);
    if (row == NULL)
        return true;
    run->phase = row->next;
    rz_run_event(run, json_pack("{s:s, s:s, s:s, s:s}", "event", "run", "state",
                                rz_run_state_name(rz_run_state(run)), "phase",
                                rz_run_phase_name(run->phase), "why", row->why));
    if (run->phase == RZ_PHASE_ENDED || run->phase == RZ_PHASE_STOPPED) {
        run->ended_ms = run->cycle_ms;
        return rz_journal_write(
            &run->writer,
            json_pack("{s:s, s:s, s:s, s:i}", "t", "run", "event", "finish", "state",
                      rz_run_state_name(rz_run_state(run)), "left",
                      (int)(run->counts[RZ_PART_SKIPPED] + run->counts[RZ_PART_HELD])),
            error);
    }
    run->elect_since_ms = 0;
    return true;
}

static bool
drained(const RzRun *run)
{
    return run->counts[RZ_PART_PENDING] + run->counts[RZ_PART_SENT] + run->counts[RZ_PART_MOVING] +
               run->counts[RZ_PART_STEPPING] + run->counts[RZ_PART_CANCELLING] +
               run->counts[RZ_PART_YIELDING] ==
           0;
}

static bool
journal_run(RzRun *run, const char *event, GError **error)
{
    return rz_journal_write(&run->writer,
                            json_pack("{s:s, s:s, s:o}", "t", "run", "event", event, "settings",
                                      rz_run_settings_to_json(&run->journal->settings)),
                            error);
}

/* What the intent means is in the journal before the first request. */
static bool
journal_intent(RzRun *run, GError **error)
{
    static const char *const events[] = {NULL, "resume", "pause", "throttle", "cancel", "rollback"};
    if (run->intent == RZ_RUN_CANCEL && run->mode == RZ_MODE_FORWARD)
        run->mode = RZ_MODE_CANCEL;
    if (run->intent == RZ_RUN_ROLLBACK)
        run->mode = RZ_MODE_ROLLBACK;
    if (run->intent != RZ_RUN_THROTTLE)
        run->paused = run->intent == RZ_RUN_PAUSE;
    return events[run->intent] == NULL || journal_run(run, events[run->intent], error);
}

static bool
learn_cluster_id(RzRun *run, GError **error)
{
    if (run->journal->cluster_id != NULL || run->live->cluster_id == NULL)
        return true;
    run->journal->cluster_id = g_strdup(run->live->cluster_id);
    return rz_journal_write(&run->writer,
                            json_pack("{s:s, s:s}", "t", "cluster", "id", run->journal->cluster_id),
                            error);
}

static bool
refuse_foreign(RzRun *run, GError **error)
{
    if (run->intent != RZ_RUN_APPLY || run->counts[RZ_PART_YIELDING] == 0)
        return true;
    for (uint32_t i = 0; i < run->n_parts; i++)
        if (run->parts[i].state == RZ_PART_YIELDING) {
            g_autofree char *name = rz_part_name(run, &run->parts[i]);
            g_set_error(error, RZ_ERROR, RZ_ERROR_STOPPED,
                        "moves of others run on %u partitions of the plan, %s for one: let them "
                        "finish or cancel them, then resume",
                        run->counts[RZ_PART_YIELDING], name);
            break;
        }
    return false;
}

static bool
finish_at_once(RzRun *run, GError **error)
{
    if (run->intent == RZ_RUN_THROTTLE && !rz_run_retune(run, error))
        return false;
    return rz_run_turn(run, RZ_RUN_EV_INTERRUPT, error);
}

static bool
do_reading(RzRun *run, GError **error)
{
    if (run->started_ms == 0) {
        if (!journal_intent(run, error))
            return false;
        run->started_ms = run->cycle_ms;
    }
    if (run->intent == RZ_RUN_PAUSE)
        return rz_run_turn(run, RZ_RUN_EV_INTERRUPT, error);
    if (!rz_run_read_all(run, error) || !learn_cluster_id(run, error) ||
        !refuse_foreign(run, error) || !rz_run_health(run, error) || !rz_run_reconcile(run, error))
        return false;
    run->bucket_ms = run->cycle_ms;
    run->progress_ms = run->cycle_ms;
    run->rate_sample_ms = run->cycle_ms;
    rz_run_build_queues(run);
    rz_run_ask_room(run);
    for (guint i = 0; i < run->active->len; i++) {
        const RzPart *part = &run->parts[g_array_index(run->active, uint32_t, i)];
        rz_part_owe(run, part, 1);
    }
    run->rate_sample_bytes = rz_run_bytes_now(run);
    if (run->intent == RZ_RUN_THROTTLE)
        return finish_at_once(run, error);
    RzRunEvent event = run->mode == RZ_MODE_CANCEL     ? RZ_RUN_EV_CANCEL
                       : run->mode == RZ_MODE_ROLLBACK ? RZ_RUN_EV_ROLLBACK
                       : run->paused                   ? RZ_RUN_EV_PAUSE
                                                       : RZ_RUN_EV_READ;
    return rz_run_turn(run, event, error);
}

/* ---- time ---- */

static int
minute_of_day(const RzRun *run)
{
    time_t now = (time_t)(run->clock->wall_ms(run->clock) / 1000);
    struct tm local = {0};
    localtime_r(&now, &local);
    return local.tm_hour * 60 + local.tm_min;
}

/* Minutes until the window opens; 0: it is open, or there is none. */
static int
minutes_to_window(const RzRun *run)
{
    int from = run->journal->settings.window_from_min, to = run->journal->settings.window_to_min;
    int now = minute_of_day(run);
    bool open = from == to || (from < to ? now >= from && now < to : now >= from || now < to);
    return open ? 0 : (from - now + 24 * 60) % (24 * 60);
}

static int64_t
seconds_of_window_left(const RzRun *run)
{
    int to = run->journal->settings.window_to_min;
    int64_t minutes = (to - minute_of_day(run) + 24 * 60) % (24 * 60);
    return minutes * 60 - run->clock->wall_ms(run->clock) / 1000 % 60;
}

/* What is in flight should be over when the window closes; selection asks the same of each part. */
static bool
window_is_closing(RzRun *run)
{
    int from = run->journal->settings.window_from_min, to = run->journal->settings.window_to_min;
    bool none = from == to;
    run->window_left_s = none ? INT64_MAX : seconds_of_window_left(run);
    run->window_length_s = none ? INT64_MAX : (int64_t)((to - from + 24 * 60) % (24 * 60)) * 60;
    if (minutes_to_window(run) > 0)
        return true;
    if (none)
        return false;
    int64_t in_flight = 0, rate = MAX(run->rate, run->bytes_rate);
    for (guint b = 0; b < run->broker_list->len; b++) {
        const RzRunBroker *broker = run->broker_list->pdata[b];
        in_flight = MAX(in_flight, broker->listed_bytes + broker->unlisted_bytes);
    }
    int64_t needed_s = rate > 0 ? in_flight / rate : 0;
    return needed_s >= run->window_left_s;
}

static bool
do_waiting(RzRun *run, GError **error)
{
    int64_t start = run->journal->settings.start_at_ms - run->clock->wall_ms(run->clock);
    int minutes = minutes_to_window(run);
    if (drained(run))
        return rz_run_turn(run, RZ_RUN_EV_DRAINED, error);
    if (run->mode != RZ_MODE_FORWARD) /* the way back waits for no time of day */
        return rz_run_turn(run, RZ_RUN_EV_FREE, error);
    if (start > 0)
        rz_run_reason(run, "starts in %" G_GINT64_FORMAT " s", start / 1000);
    else if (minutes > 0)
        rz_run_reason(run, "outside the window, which opens in %d min", minutes);
    else
        return rz_run_turn(run, RZ_RUN_EV_FREE, error);
    return true;
}

/* ---- moving ---- */

static void
give_reasons(RzRun *run)
{
    if (run->reason->len > 0 || run->counts[RZ_PART_MOVING] + run->chosen->len > 0)
        return;
    if (run->counts[RZ_PART_YIELDING] > 0)
        rz_run_reason(run, "moves of others run on %u partitions", run->counts[RZ_PART_YIELDING]);
    if (run->counts[RZ_PART_STEPPING] > 0)
        rz_run_reason(run, "%u staged partitions wait for their leader to move into its new zone",
                      run->counts[RZ_PART_STEPPING]);
    for (guint i = 0; i < run->parked->len; i++) {
        const RzPart *part = &run->parts[g_array_index(run->parked, uint32_t, i)];
        g_autofree char *name = rz_part_name(run, part);
        g_autofree char *why = rz_part_block_text(run, part);
        rz_run_reason(run, "%u partitions are held up, %s for one: %s", run->parked->len, name,
                      why);
        break;
    }
}

static bool
move_on(RzRun *run, bool gated, GError **error)
{
    bool led = false;
    if (drained(run))
        return rz_run_turn(run, RZ_RUN_EV_DRAINED, error);
    if ((!gated || rz_run_gate(run)) && !rz_run_submit(run, error))
        return false;
    give_reasons(run);
    return rz_run_elect(run, &led, error);
}

static bool
do_running(RzRun *run, GError **error)
{
    if (run->mode == RZ_MODE_FORWARD && window_is_closing(run)) {
        rz_run_unchoose(run);
        return rz_run_turn(run, RZ_RUN_EV_NOT_NOW, error);
    }
    return move_on(run, true, error);
}

static bool
do_cancelling(RzRun *run, GError **error)
{
    return move_on(run, false, error);
}

static bool
do_paused(RzRun *run, GError **error)
{
    rz_run_unchoose(run);
    if (drained(run))
        return rz_run_turn(run, RZ_RUN_EV_DRAINED, error);
    rz_run_reason(run, "paused");
    return true;
}

static bool
do_electing(RzRun *run, GError **error)
{
    bool led = false;
    if (!rz_run_check_late(run))
        return rz_run_turn(run, RZ_RUN_EV_LISTED, error);
    if (!rz_run_elect(run, &led, error))
        return false;
    if (!drained(run))
        return rz_run_turn(run, RZ_RUN_EV_LISTED, error);
    return !led || rz_run_turn(run, RZ_RUN_EV_LED, error);
}

static bool
do_restoring(RzRun *run, GError **error)
{
    bool restored = false;
    rz_run_unchoose(run);
    if (!rz_run_restore(run, &restored, error))
        return false;
    if (!restored) {
        rz_run_reason(run, "throttles are being given back");
        return true;
    }
    /* One more look, so that the last status tells what each zone's loss would do from now on. */
    g_autoptr(GError) unread = NULL;
    (void)rz_run_health(run, &unread);
    return rz_run_turn(run, RZ_RUN_EV_RESTORED, error);
}

static bool (*const phase_work[RZ_N_PHASES])(RzRun *run, GError **error) = {
    [RZ_PHASE_READING] = do_reading,       [RZ_PHASE_WAITING] = do_waiting,
    [RZ_PHASE_RUNNING] = do_running,       [RZ_PHASE_PAUSED] = do_paused,
    [RZ_PHASE_CANCELLING] = do_cancelling, [RZ_PHASE_ROLLING_BACK] = do_running,
    [RZ_PHASE_ELECTING] = do_electing,     [RZ_PHASE_RESTORING] = do_restoring,
    [RZ_PHASE_STOPPING] = do_restoring,
};

/* ---- the step ---- */

static bool
watch(RzRun *run, GError **error)
{
    if (!rz_run_observe(run, error))
        return false;
    if (run->cycle_ms >= run->health_due_ms) {
        if (!rz_run_health(run, error))
            return false;
        rz_run_mind_the_blocked(run);
        rz_run_ask_room(run);
        rz_run_unpark(run);
        rz_run_adapt(run);
    }
    return rz_run_reconcile(run, error) && rz_run_prune(run, error) && rz_run_retune(run, error) &&
           rz_run_progress(run, error);
}

static bool
cycle(RzRun *run, GError **error)
{
    if (run->interrupted && !rz_run_turn(run, RZ_RUN_EV_INTERRUPT, error))
        return false;
    run->interrupted = false;
    if (phase_work[run->phase] == NULL)
        return true;
    int64_t begun = run->clock->monotonic_ms(run->clock);
    if (run->phase != RZ_PHASE_READING && !watch(run, error))
        return false;
    run->watch_cost_ms = run->clock->monotonic_ms(run->clock) - begun;
    return phase_work[run->phase](run, error);
}

/* A suspended machine or a changed clock: what was read is old, whatever it says. A step can take
 * long, so a jump is looked for in the difference of the clocks, whenever it came. */
static void
mind_the_gap(RzRun *run)
{
    int64_t difference = run->clock->wall_ms(run->clock) - run->cycle_ms;
    int64_t jump = difference - run->clock_difference_ms;
    int64_t late = run->cycle_ms - run->expected_wake_ms;
    run->clock_difference_ms = difference;
    if (run->expected_wake_ms == INT64_MAX || (late < GAP_MS && ABS(jump) < GAP_MS))
        return;
    if (late >= GAP_MS)
        rz_run_say(run, RZ_MESSAGE_WARNING,
                   "%" G_GINT64_FORMAT " s have passed unseen: reading the cluster again",
                   late / 1000);
    else
        rz_run_say(run, RZ_MESSAGE_WARNING, "the wall clock jumped by %" G_GINT64_FORMAT " s",
                   jump / 1000);
    run->health_due_ms = run->cycle_ms;
}

static bool
is_fatal(const RzRun *run, const GError *failure)
{
    static const int fatal[] = {RZ_ERROR_FILE, RZ_ERROR_INPUT, RZ_ERROR_DENIED,
                                RZ_ERROR_UNSUPPORTED, RZ_ERROR_STOPPED};
    for (gsize i = 0; i < G_N_ELEMENTS(fatal); i++)
        if (g_error_matches(failure, RZ_ERROR, fatal[i]))
            return true;
    return !run->reached && failure != NULL;
}

static int64_t
wait_out(RzRun *run, const GError *failure)
{
    if (run->failures == 0)
        run->failing_since_ms = run->cycle_ms;
    rz_run_reason(run, "for %" G_GINT64_FORMAT " s the cluster has not answered as it should: %s",
                  (run->clock->monotonic_ms(run->clock) - run->failing_since_ms) / 1000,
                  failure->message);
    if (run->failures == 0)
        rz_run_say(run, RZ_MESSAGE_WARNING, "%s; trying again", failure->message);
    run->failures++;
    int64_t pause = (int64_t)BACKOFF_FIRST_MS << MIN(run->failures, 6);
    return MIN(pause, BACKOFF_MAX_MS);
}

/* Reading takes a fifth of the time at most. Bounded: a cycle that waited out a dead broker was
 * slow, but it did not load the cluster. */
static int64_t
next_delay(const RzRun *run, RzRunPhase before)
{
    if (run->phase != before)
        return 0;
    if (run->chosen->len > 0)
        return VISIBLE_POLL_MS;
    int64_t most = run->rate > 0 && run->active->len > 0 ? PACED_POLL_MAX_MS : POLL_MAX_MS;
    int64_t poll = CLAMP(run->watch_cost_ms * COST_FACTOR, POLL_MS, most);
    bool idle =
        run->active->len == 0 && (run->phase == RZ_PHASE_WAITING || run->phase == RZ_PHASE_PAUSED);
    return idle ? MAX(poll, IDLE_MS) : poll;
}

bool
rz_run_step(RzRun *run, RzRunWait *wait, GError **error)
{
    run->cycle_ms = run->clock->monotonic_ms(run->clock);
    mind_the_gap(run);
    g_string_truncate(run->reason, 0);
    RzRunPhase before = run->phase;
    GError *failure = NULL;
    bool ok = cycle(run, &failure);
    if (!ok && is_fatal(run, failure)) {
        rz_run_flush(run, true);
        g_propagate_error(error, failure);
        return false;
    }
    int64_t now = run->clock->monotonic_ms(run->clock);
    if (ok && run->failures > 0)
        rz_run_say(run, RZ_MESSAGE_INFO, "the cluster answers again");
    run->reached = run->reached || ok;
    run->failures = ok ? 0 : run->failures;
    wait->delay_ms = ok ? next_delay(run, before) : wait_out(run, failure);
    wait->finished = run->phase == RZ_PHASE_ENDED || run->phase == RZ_PHASE_STOPPED;
    g_clear_error(&failure);
    rz_run_flush(run, wait->finished || run->phase != before);
    run->expected_wake_ms = now + wait->delay_ms;
    return true;
}

void
rz_run_interrupt(RzRun *run)
{
    run->interrupted = true;
}
