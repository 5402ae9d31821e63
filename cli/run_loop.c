/*
 * run_loop.c: the caller of the run.
 *
 * The run is a machine that does one piece of work a step; here it is given time, signals, commands
 * from other shells, and a face. One thread, one poll(): a signal wakes it through a descriptor, so
 * that nothing happens inside a handler.
 */
#include "cli/run_loop.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/progress.h"
#include "executor/clock.h"
#include "rezone/error.h"

/* A terminal's bar moves with the run; it needs no step to be redrawn. */
#define REDRAW_MS 500

static int
open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
close_signals(int fd)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    if (fd >= 0)
        close(fd);
}

static void
show_message(RzMessageLevel level, const char *text, void *data)
{
    rz_progress_message(data, level == RZ_MESSAGE_WARNING, text);
}

/* Waits for time, a command or a signal. False on the second signal: leave at once. */
static bool
wait_for_something(RzRun *run, RzControl *control, int signals, int64_t delay_ms,
                   uint32_t *n_signals, RzProgress *progress)
{
    struct pollfd fds[2] = {
        {.fd = signals, .events = POLLIN},
        {.fd = control != NULL ? rz_control_fd(control) : -1, .events = POLLIN},
    };
    int timeout = (int)CLAMP(delay_ms, 0, REDRAW_MS);
    if (poll(fds, 2, timeout) <= 0)
        return true;
    if (fds[1].revents != 0)
        rz_control_service(control, run);
    struct signalfd_siginfo info;
    while (signals >= 0 && read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (++*n_signals > 1)
            return false;
        rz_progress_message(progress, false,
                            "stopping: nothing more is submitted; once more to leave at once");
        rz_run_interrupt(run);
    }
    return true;
}

static bool
turn(RzRun *run, RzControl *control, int signals, RzProgress *progress, bool *abandoned,
     GError **error)
{
    uint32_t n_signals = 0;
    const RzClock *clock = rz_clock_system();
    int64_t due_ms = 0;
    for (;;) {
        int64_t now_ms = clock->monotonic_ms(clock);
        if (now_ms >= due_ms) {
            RzRunWait wait = {0};
            if (!rz_run_step(run, &wait, error))
                return false;
            if (wait.finished)
                return true;
            due_ms = clock->monotonic_ms(clock) + wait.delay_ms;
        }
        RzRunStatus status = {0};
        rz_run_status(run, &status);
        rz_progress_show(progress, &status);
        uint32_t signals_before = n_signals;
        if (!wait_for_something(run, control, signals, due_ms - now_ms, &n_signals, progress)) {
            *abandoned = true;
            return true;
        }
        if (n_signals != signals_before)
            due_ms = 0;
    }
}

static void
print_end(const RzRunJob *job, RzStore *store, const RzRun *run)
{
    bool wanted = job->json || job->status != NULL;
    g_autofree char *text = wanted ? rz_run_status_read(store, NULL, NULL) : NULL;
    if (job->json && job->status == NULL && text != NULL)
        puts(text);
    if (job->status != NULL)
        *job->status = g_steal_pointer(&text);
    if (job->json)
        return;
    RzRunStatus status = {0};
    rz_run_status(run, &status);
    g_autofree char *line = rz_progress_summary(&status);
    printf("%s\n", line);
    if (rz_run_exit_code(run) == 4)
        printf("Resume with: rezone resume %s\n", job->dir);
}

/* A failure in mid-run leaves the run resumable; what the user must mend decides the exit code. */
static int
ended_by_error(const RzRunJob *job, GError *wrong, GError **error)
{
    if (wrong->domain == RZ_ERROR && wrong->code == RZ_ERROR_FILE)
        wrong->code = RZ_ERROR_STOPPED;
    g_propagate_prefixed_error(error, wrong, "run %s: ", job->dir);
    return -1;
}

int
rz_run_job(const RzRunJob *job, GError **error)
{
    g_autoptr(RzStore) store = rz_store_open_dir(job->dir, job->intent == RZ_RUN_APPLY, error);
    if (store == NULL)
        return -1;
    g_autoptr(RzProgress) progress = rz_progress_new(job->quiet);
    RzRunSetup setup = {
        .store = store,
        .cluster = job->cluster,
        .clock = rz_clock_system(),
        .intent = job->intent,
        .options = job->options,
        .plan_text = job->plan_text,
        .plan_length = job->plan_length,
        .message = show_message,
        .message_data = progress,
    };
    g_autoptr(RzRun) run = rz_run_open(&setup, error);
    if (run == NULL)
        return -1;
    g_autoptr(RzControl) control = rz_control_new(job->dir, error);
    if (control == NULL)
        return -1;
    int signals = open_signals();
    bool abandoned = false;
    GError *wrong = NULL;
    bool good = turn(run, control, signals, progress, &abandoned, &wrong);
    close_signals(signals);
    rz_progress_clear(progress);
    if (!good)
        return ended_by_error(job, wrong, error);
    print_end(job, store, run);
    return abandoned ? 4 : rz_run_exit_code(run);
}

bool
rz_ask_consent(const RzArgs *args, const char *question, bool *yes, GError **error)
{
    *yes = rz_args_flag(args, "yes");
    if (*yes)
        return true;
    if (isatty(STDIN_FILENO) != 1) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "%s asks before it changes the cluster; without a terminal it needs --yes",
                    rz_args_command(args)->name);
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    char answer[8] = "";
    *yes = fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
    return true;
}
