/*
 * progress.c: one line about a run, redrawn in place or printed now and then.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/units.h"
#include "executor/clock.h"

#define LINE_EVERY_MS 10000
#define BAR_EVERY_MS 200
#define BAR_WIDTH 24

struct RzProgress {
    bool quiet;
    bool terminal;
    bool drawn;
    int64_t last_ms; /* 0: never */
};

RzProgress *
rz_progress_new(bool quiet)
{
    RzProgress *progress = g_new0(RzProgress, 1);
    progress->quiet = quiet;
    progress->terminal = isatty(STDERR_FILENO) == 1;
    return progress;
}

void
rz_progress_free(RzProgress *progress)
{
    if (progress == NULL)
        return;
    rz_progress_clear(progress);
    g_free(progress);
}

/* Bytes say most about time; a run without bytes counts its partitions. */
static double
fraction_done(const RzRunStatus *status)
{
    if (status->bytes_total > 0)
        return MIN(1.0, (double)status->bytes_done / (double)status->bytes_total);
    if (status->partitions_total > 0)
        return (double)status->partitions_done / (double)status->partitions_total;
    return 1.0;
}

static char *
describe(const RzRunStatus *status)
{
    g_autofree char *done = rz_format_bytes((double)status->bytes_done);
    g_autofree char *total = rz_format_bytes((double)status->bytes_total);
    g_autofree char *rate = rz_format_bytes((double)status->rate_bytes_per_s);
    g_autofree char *eta =
        status->eta_s >= 0 ? rz_format_duration(status->eta_s * 1000) : g_strdup("unknown");
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%5.1f %%  %u/%u partitions, %u in flight  %s of %s  %s/s  ETA %s",
                           100 * fraction_done(status), status->partitions_done,
                           status->partitions_total, status->partitions_in_flight, done, total,
                           rate, eta);
    if (status->reason != NULL) {
        g_autofree char *reason = rz_printable(status->reason);
        g_string_append_printf(text, "  (%s: %s)", rz_run_state_name(status->state), reason);
    }
    return g_string_free(text, FALSE);
}

static void
draw_bar(RzProgress *progress, const RzRunStatus *status)
{
    g_autofree char *text = describe(status);
    int filled = (int)(fraction_done(status) * BAR_WIDTH);
    char bar[BAR_WIDTH + 1];
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    /* No wrapping while the line is drawn, so that a narrow terminal cuts instead of scrolling. */
    fprintf(stderr, "\r\033[K\033[?7l[%s] %s\033[?7h", bar, text);
    fflush(stderr);
    progress->drawn = true;
}

void
rz_progress_show(RzProgress *progress, const RzRunStatus *status)
{
    if (progress->quiet)
        return;
    const RzClock *clock = rz_clock_system();
    int64_t now_ms = clock->monotonic_ms(clock);
    int64_t every_ms = progress->terminal ? BAR_EVERY_MS : LINE_EVERY_MS;
    if (progress->last_ms != 0 && now_ms - progress->last_ms < every_ms)
        return;
    progress->last_ms = now_ms;
    if (progress->terminal) {
        draw_bar(progress, status);
        return;
    }
    g_autofree char *text = describe(status);
    fprintf(stderr, "%s\n", text);
}

void
rz_progress_message(RzProgress *progress, bool warning, const char *text)
{
    if (progress->quiet && !warning)
        return;
    rz_progress_clear(progress);
    if (warning)
        rz_warn("%s", text);
    else
        rz_say("%s", text);
}

void
rz_progress_clear(RzProgress *progress)
{
    if (!progress->drawn)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->drawn = false;
}

char *
rz_progress_summary(const RzRunStatus *status)
{
    g_autofree char *bytes = rz_format_bytes((double)status->bytes_done);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s: %u of %u partitions, %s", rz_run_state_name(status->state),
                           status->partitions_done, status->partitions_total, bytes);
    if (status->partitions_skipped > 0)
        g_string_append_printf(text, ", %u skipped", status->partitions_skipped);
    if (status->n_debts > 0)
        g_string_append_printf(text, ", %u throttles left on dead brokers", status->n_debts);
    if (status->reason != NULL) {
        g_autofree char *reason = rz_printable(status->reason);
        g_string_append_printf(text, " (%s)", reason);
    }
    return g_string_free(text, FALSE);
}
