/*
 * cmd_status.c: rezone status: the run directory's own words, as text, JSON or a live picture.
 */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <jansson.h>

#include "cli/cmd_status.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/output.h"
#include "cli/report/report.h"
#include "cli/units.h"
#include "cli/watch.h"
#include "executor/clock.h"
#include "rezone/run.h"

#define WATCH_MS 1000
#define LINE_EVERY_MS 10000

static int64_t
integer(const json_t *root, const char *name)
{
    return json_integer_value(json_object_get(root, name));
}

static void
print_list(const json_t *root, const char *name, const char *title, const char *const *fields)
{
    size_t i = 0;
    json_t *item = NULL;
    const json_t *list = json_object_get(root, name);
    if (json_array_size(list) > 0)
        printf("%s:\n", title);
    json_array_foreach(list, i, item)
    {
        g_autoptr(GString) line = g_string_new("  ");
        for (const char *const *field = fields; *field != NULL; field++) {
            json_t *value = json_object_get(item, *field);
            if (json_is_integer(value))
                g_string_append_printf(line, "%" JSON_INTEGER_FORMAT " ",
                                       json_integer_value(value));
            else if (json_is_string(value))
                g_string_append_printf(line, "%s ", json_string_value(value));
        }
        g_autofree char *clean = rz_printable(g_strchomp(line->str));
        printf("%s\n", clean);
    }
}

static void
print_zone_safe(const json_t *root)
{
    const char *zone = NULL;
    json_t *count = NULL;
    json_t *zones = json_object_get(root, "zone_safe");
    json_object_foreach(zones, zone, count)
    {
        g_autofree char *clean = rz_printable(zone);
        g_autofree char *number = rz_format_count(json_integer_value(count));
        printf("if zone %s were lost now: %s partitions stay writable\n", clean, number);
    }
}

static void
print_status(const json_t *root)
{
    g_autofree char *done = rz_format_bytes((double)integer(root, "bytes_done"));
    g_autofree char *total = rz_format_bytes((double)integer(root, "bytes_total"));
    g_autofree char *rate = rz_format_bytes((double)integer(root, "rate_bytes_per_s"));
    const char *state = json_string_value(json_object_get(root, "state"));
    const char *updated = json_string_value(json_object_get(root, "updated_at"));
    printf("%s as of %s\n", state != NULL ? state : "unknown", updated != NULL ? updated : "?");
    printf("partitions: %" PRId64 " of %" PRId64 " done, %" PRId64 " in flight, %" PRId64
           " skipped\n",
           integer(root, "partitions_done"), integer(root, "partitions_total"),
           integer(root, "partitions_in_flight"), integer(root, "partitions_skipped"));
    printf("bytes: %s of %s, %s/s", done, total, rate);
    const json_t *eta = json_object_get(root, "eta_s");
    if (json_is_integer(eta) && json_integer_value(eta) >= 0) {
        g_autofree char *left = rz_format_duration(json_integer_value(eta) * 1000);
        printf(", %s left", left);
    }
    int64_t throttle = integer(root, "throttle_bytes_per_s");
    g_autofree char *limit = rz_format_bytes((double)throttle);
    printf(throttle > 0 ? ", throttle %s/s per broker\n" : ", no throttle%.0s\n", limit);
    print_zone_safe(root);
    static const char *const blocked[] = {"topic", "partition", "reason", NULL};
    static const char *const debts[] = {"broker", "key", "restore_to", NULL};
    print_list(root, "blocked", "blocked", blocked);
    print_list(root, "debts", "throttles still to be put back", debts);
}

/* Prints once; *running tells whether an executor holds the run. */
static bool
show(const RzArgs *args, RzStore *store, bool *running, GError **error)
{
    int64_t pid = 0;
    g_autofree char *text = rz_run_status_read(store, &pid, error);
    if (text == NULL)
        return false;
    *running = pid != 0;
    if (rz_args_flag(args, "json")) {
        puts(text);
        return true;
    }
    json_t *root = json_loads(text, 0, NULL);
    print_status(root);
    if (pid != 0)
        printf("executor: running, pid %" PRId64 "\n", pid);
    else
        printf("executor: not running\n");
    json_decref(root);
    fflush(stdout);
    return true;
}

/* ---- --watch ---- */

static volatile sig_atomic_t stop_watching;

static void
on_stop(int number)
{
    (void)number;
    stop_watching = 1;
}

/* A new size only has to end the sleep. */
static void
on_resize(int number)
{
    (void)number;
}

static void
catch_signals(void)
{
    static const struct {
        int number;
        void (*handler)(int number);
    } wanted[] = {{SIGINT, on_stop}, {SIGTERM, on_stop}, {SIGHUP, on_stop}, {SIGWINCH, on_resize}};
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        struct sigaction action = {.sa_handler = wanted[i].handler};
        sigemptyset(&action.sa_mask);
        sigaction(wanted[i].number, &action, NULL);
    }
}

static RzWatchLook
look_of_terminal(void)
{
    struct winsize size = {0};
    RzWatchLook look = {80, 24, rz_has_colour(stdout)};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        look.columns = size.ws_col;
        look.rows = size.ws_row;
    }
    return look;
}

/* Every line is overwritten in place and only its rest erased: nothing is ever blank in between. */
static void
redraw(const json_t *status)
{
    RzWatchLook look = look_of_terminal();
    g_autofree char *picture = rz_watch_render(status, &look);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(picture), "\n", -1);
    g_autoptr(GString) screen = g_string_new("\033[?25l\033[?7l\033[H");
    for (int i = 0; i < look.rows - 1 && lines[i] != NULL; i++)
        g_string_append_printf(screen, "%s\033[K\r\n", lines[i]);
    g_string_append(screen, "\033[J\033[?7h");
    fwrite(screen->str, 1, screen->len, stdout);
    fflush(stdout);
}

/* What is no terminal gets a line when something other than the figures changes, or every 10 s. */
static void
print_line(const json_t *status, char **last, int64_t *printed_ms)
{
    int64_t now_ms = rz_clock_system()->monotonic_ms(rz_clock_system());
    const char *state = json_string_value(json_object_get(status, "state"));
    const char *reason = json_string_value(json_object_get(status, "reason"));
    g_autofree char *key = g_strdup_printf("%s %s", state, reason);
    if (*last != NULL && strcmp(*last, key) == 0 && now_ms - *printed_ms < LINE_EVERY_MS)
        return;
    g_autofree char *line = rz_watch_line(status);
    puts(line);
    fflush(stdout);
    g_free(*last);
    *last = g_steal_pointer(&key);
    *printed_ms = now_ms;
}

static bool
watch_run(RzStore *store, GError **error)
{
    bool terminal = isatty(STDOUT_FILENO) == 1;
    g_autofree char *last = NULL;
    int64_t printed_ms = 0, pid = 1;
    json_t *status = NULL;
    catch_signals();
    if (terminal)
        fputs("\033[H\033[J", stdout);
    while (!stop_watching && pid != 0) {
        g_autofree char *text = rz_run_status_read(store, &pid, error);
        if (text == NULL)
            break;
        json_decref(status);
        status = json_loads(text, 0, NULL);
        if (terminal)
            redraw(status);
        else
            print_line(status, &last, &printed_ms);
        if (pid != 0)
            poll(NULL, 0, WATCH_MS);
    }
    if (terminal)
        fputs("\033[?25h", stdout);
    if (status != NULL && pid == 0 && !terminal)
        print_status(status);
    json_decref(status);
    return pid == 0 || stop_watching;
}

bool
rz_status_save_page(const char *file, const char *dir, RzStore *store, GError **error)
{
    g_autofree char *plan_path = g_build_filename(dir, "plan.json", NULL);
    g_autofree char *events_path = g_build_filename(dir, "events.ndjson", NULL);
    g_autofree char *status = rz_run_status_read(store, NULL, error);
    g_autoptr(RzPlan) plan = status != NULL ? rz_load_plan(plan_path, error) : NULL;
    gsize length = 0;
    g_autofree char *events = plan != NULL ? rz_load_text(events_path, &length, error) : NULL;
    if (events == NULL)
        return false;
    g_autofree char *page = rz_report_run(plan, status, events);
    return rz_save_text(file, page, error);
}

int
rz_cmd_status(const RzArgs *args, GError **error)
{
    g_autoptr(RzStore) store = rz_store_open_dir(rz_args_file(args, 0), false, error);
    if (store == NULL)
        return -1;
    bool running = true;
    bool watch = rz_args_flag(args, "watch");
    const char *page = rz_args_value(args, "html");
    if (page != NULL && !rz_status_save_page(page, rz_args_file(args, 0), store, error))
        return -1;
    if (watch && !rz_args_flag(args, "json"))
        return watch_run(store, error) ? 0 : -1;
    if (!show(args, store, &running, error))
        return -1;
    while (watch && running) {
        g_usleep(WATCH_MS * 1000);
        if (!show(args, store, &running, error))
            return -1;
    }
    return 0;
}
