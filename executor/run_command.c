/*
 * run_command.c: what an operator tells a running executor, and dry runs.
 *
 * Each command is journaled before it takes effect, so that a crash right after "ok" was answered
 * still honours it.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/run_private.h"

static bool
journal_run(RzRun *run, const char *event, GError **error)
{
    return rz_journal_write(&run->writer,
                            json_pack("{s:s, s:s, s:o}", "t", "run", "event", event, "settings",
                                      rz_run_settings_to_json(&run->journal->settings)),
                            error);
}

/* Somewhere between original and target, listed or between two steps. */
static bool
is_under_way(const RzPart *part)
{
    return part->state == RZ_PART_SENT || part->state == RZ_PART_MOVING ||
           part->state == RZ_PART_STEPPING ||
           (part->state == RZ_PART_PENDING && !part->back && part->at > 0);
}

/* In flight: cancelled and put back. Never sent: stays. Finished: stays. */
bool
rz_run_begin_cancel(RzRun *run, GError **error)
{
    if (!journal_run(run, "cancel", error))
        return false;
    rz_run_unchoose(run);
    run->mode = RZ_MODE_CANCEL;
    for (uint32_t i = 0; i < run->n_parts; i++) {
        RzPart *part = &run->parts[i];
        if (is_under_way(part))
            rz_part_turn(run, part, true, RZ_PART_CANCELLING, "cancelled by the operator");
        else if (part->state == RZ_PART_PENDING && !part->back)
            rz_part_turn(run, part, true, RZ_PART_DONE, "never sent");
        part->again = false;
    }
    return rz_run_turn(run, RZ_RUN_EV_CANCEL, error);
}

bool
rz_run_begin_rollback(RzRun *run, GError **error)
{
    if (!journal_run(run, "rollback", error))
        return false;
    rz_run_unchoose(run);
    run->mode = RZ_MODE_ROLLBACK;
    run->window_left_s = run->window_length_s = INT64_MAX;
    run->bytes_done = run->bytes_total = 0;
    for (uint32_t i = 0; i < run->n_parts; i++) {
        RzPart *part = &run->parts[i];
        part->skip = part->again = false;
        if (is_under_way(part))
            rz_part_turn(run, part, true, RZ_PART_CANCELLING, "rolled back by the operator");
        else if (!part->touched)
            rz_part_turn(run, part, true, RZ_PART_DONE, "never sent");
        else if (part->state == RZ_PART_DONE || part->state == RZ_PART_PENDING ||
                 part->state == RZ_PART_SKIPPED)
            rz_part_turn(run, part, true, RZ_PART_PENDING, "rolled back by the operator");
        if (part->state == RZ_PART_PENDING)
            run->bytes_total += part->bytes * rz_part_n_adding(run, part);
    }
    rz_run_build_queues(run);
    return rz_run_turn(run, RZ_RUN_EV_ROLLBACK, error);
}

bool
rz_run_new_rate(RzRun *run, int64_t bytes_per_s, GError **error)
{
    run->journal->settings.throttle_bytes_per_s = bytes_per_s;
    if (!journal_run(run, "throttle", error))
        return false;
    run->rate = bytes_per_s == RZ_THROTTLE_AUTO ? run->journal->settings.throttle_min_bytes_per_s
                                                : bytes_per_s;
    rz_run_say(run, RZ_MESSAGE_INFO, "the throttle is now %" G_GINT64_FORMAT " bytes/s", run->rate);
    return true;
}

/* ---- the commands ---- */

static bool
command_pause(RzRun *run, const char *argument, GError **error)
{
    (void)argument;
    if (!journal_run(run, "pause", error))
        return false;
    run->paused = true;
    return rz_run_turn(run, RZ_RUN_EV_PAUSE, error);
}

static bool
command_resume(RzRun *run, const char *argument, GError **error)
{
    (void)argument;
    if (!journal_run(run, "resume", error))
        return false;
    run->paused = false;
    return rz_run_turn(run, RZ_RUN_EV_GO_ON, error);
}

static bool
command_cancel(RzRun *run, const char *argument, GError **error)
{
    (void)argument;
    return rz_run_begin_cancel(run, error);
}

static bool
command_rollback(RzRun *run, const char *argument, GError **error)
{
    (void)argument;
    return rz_run_begin_rollback(run, error);
}

static bool
command_interrupt(RzRun *run, const char *argument, GError **error)
{
    (void)argument;
    (void)error;
    rz_run_interrupt(run);
    return true;
}

static bool
command_throttle(RzRun *run, const char *argument, GError **error)
{
    char *end = NULL;
    gint64 rate = argument != NULL ? g_ascii_strtoll(argument, &end, 10) : -1;
    if (argument == NULL || end == argument || *end != '\0' || rate < 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "throttle takes bytes per second");
        return false;
    }
    return rz_run_new_rate(run, rate, error);
}

/* clang-format off */
static const struct {
    const char *name;
    bool (*obey)(RzRun *run, const char *argument, GError **error);
    RzRunEvent event;
    bool needs_row; /* refused in phases where the event means nothing */
} commands[] = {
    {"pause",     command_pause,     RZ_RUN_EV_PAUSE,     true},
    {"resume",    command_resume,    RZ_RUN_EV_GO_ON,     true},
    {"cancel",    command_cancel,    RZ_RUN_EV_CANCEL,    true},
    {"rollback",  command_rollback,  RZ_RUN_EV_ROLLBACK,  true},
    {"throttle",  command_throttle,  RZ_RUN_EV_FREE,      false},
    {"interrupt", command_interrupt, RZ_RUN_EV_INTERRUPT, false},
};
/* clang-format on */

/* Before the first reading there is nothing to turn around yet: the caller asks again. */
static bool
obey(RzRun *run, const char *name, const char *argument, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i].name, name) != 0)
            continue;
        bool early = run->phase == RZ_PHASE_READING && commands[i].needs_row;
        if (early || (commands[i].needs_row && rz_run_row(run->phase, commands[i].event) == NULL)) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "the run is %s: %s means nothing now",
                        rz_run_phase_name(run->phase), name);
            return false;
        }
        return commands[i].obey(run, argument, error);
    }
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "unknown command %s", name);
    return false;
}

char *
rz_run_command(RzRun *run, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 2);
    if (words[0] == NULL)
        return g_strdup("error no command");
    if (strcmp(words[0], "status") == 0)
        return g_strchomp(rz_run_status_json(run));
    run->cycle_ms = run->clock->monotonic_ms(run->clock);
    g_autoptr(GError) error = NULL;
    if (!obey(run, words[0], words[1], &error))
        return g_strdup_printf("error %s", error->message);
    rz_run_flush(run, true);
    return g_strdup_printf("ok %s", rz_run_state_name(rz_run_state(run)));
}
