/*
 * cmd_run.c: the commands that act on a run directory.
 *
 * Each first talks to the executor that holds the run. If none does, the command takes the run's
 * lock and acts itself.
 */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "cli/cmd_add_zone.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/run_loop.h"
#include "cli/run_options.h"
#include "cli/session.h"
#include "cli/units.h"
#include "rezone/error.h"

/* How often a command that waits for another shell's executor looks at it. */
#define WATCH_US 250000

/* 1: the executor answered; 0: none runs; -1: @error is set. */
static int
tell_executor(const RzArgs *args, const char *line, GError **error)
{
    const char *dir = rz_args_file(args, 0);
    g_autoptr(RzStore) store = rz_store_open_dir(dir, false, error);
    if (store == NULL)
        return -1;
    int64_t pid = 0;
    g_autofree char *status = rz_run_status_read(store, &pid, error);
    if (status == NULL)
        return -1;
    if (pid == 0)
        return 0;
    g_autofree char *answer = NULL;
    if (!rz_control_send(dir, line, &answer, error))
        return -1;
    if (!g_str_has_prefix(answer, "ok")) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "the executor (pid %" G_GINT64_FORMAT "): %s",
                    pid, answer);
        return -1;
    }
    rz_say("the executor (pid %" G_GINT64_FORMAT ") answers: %s", pid, answer);
    return 1;
}

static const char *
status_field(const char *status, json_t **root, const char *name)
{
    *root = json_loads(status, 0, NULL);
    const char *text = json_string_value(json_object_get(*root, name));
    return text != NULL ? text : "";
}

static int
count_field(const json_t *root, const char *name)
{
    const json_t *value = json_object_get(root, name);
    return (int)(json_is_array(value) ? (json_int_t)json_array_size(value)
                                      : json_integer_value(value));
}

/* What a command that only told the executor something leaves behind on stdout. */
static int
told_code(const RzArgs *args, GError **error)
{
    if (!rz_args_flag(args, "json"))
        return 0;
    g_autoptr(RzStore) store = rz_store_open_dir(rz_args_file(args, 0), false, error);
    g_autofree char *text = store != NULL ? rz_run_status_read(store, NULL, error) : NULL;
    if (text == NULL)
        return -1;
    puts(text);
    return 0;
}

/* Waits until the executor of another shell has ended; the exit code that it ended with. */
static int
wait_for_executor(const RzArgs *args, GError **error)
{
    const char *dir = rz_args_file(args, 0);
    g_autoptr(RzStore) store = rz_store_open_dir(dir, false, error);
    if (store == NULL)
        return -1;
    for (;;) {
        int64_t pid = 0;
        g_autofree char *text = rz_run_status_read(store, &pid, error);
        if (text == NULL)
            return -1;
        if (pid != 0) {
            g_usleep(WATCH_US);
            continue;
        }
        json_t *root = NULL;
        g_autofree char *state = g_strdup(status_field(text, &root, "state"));
        bool leftovers =
            count_field(root, "partitions_skipped") > 0 || count_field(root, "debts") > 0;
        json_decref(root);
        puts(rz_args_flag(args, "json") ? text : state);
        if (strcmp(state, "stopped") == 0 || strcmp(state, "paused") == 0)
            return 4;
        return leftovers ? 5 : 0;
    }
}

static int
act_directly(const RzArgs *args, RzRunIntent intent, const RzRunOptions *options, char **status,
             GError **error)
{
    const char *dir = rz_args_file(args, 0);
    g_autoptr(RzCluster) cluster = rz_session_connect_run(args, dir, error);
    if (cluster == NULL)
        return -1;
    RzRunJob job = {
        .dir = dir,
        .cluster = cluster,
        .intent = intent,
        .options = options,
        .quiet = rz_args_flag(args, "quiet"),
        .json = rz_args_flag(args, "json"),
        .status = status,
    };
    return rz_run_job(&job, error);
}

/* A run of add-zone is over only when it was verified; rolled back, there is nothing to verify. */
static int
resume_directly(const RzArgs *args, const RzRunOptions *options, GError **error)
{
    const char *dir = rz_args_file(args, 0);
    if (rz_add_zone_stage(dir) == RZ_JOB_NONE)
        return act_directly(args, RZ_RUN_RESUME, options, NULL, error);
    g_autofree char *status = NULL;
    int code = act_directly(args, RZ_RUN_RESUME, options, &status, error);
    if (code == 0 && rz_add_zone_stage(dir) != RZ_JOB_BACK)
        return rz_add_zone_finish(args, dir, status, error);
    if (code >= 0)
        rz_add_zone_print(args, dir, status, NULL);
    return code;
}

int
rz_cmd_resume(const RzArgs *args, GError **error)
{
    RzJobStage stage = rz_add_zone_stage(rz_args_file(args, 0));
    if (stage == RZ_JOB_PENDING)
        return rz_add_zone_restart(args, rz_args_file(args, 0), error);
    if (stage == RZ_JOB_MOVED)
        return rz_add_zone_finish(args, rz_args_file(args, 0), NULL, error);
    const char *throttle = rz_args_value(args, "throttle");
    RzRunOptions options;
    g_autoptr(RzZones) zones = rz_session_zones(args, error);
    if (zones == NULL || !rz_run_options_from_args(args, zones, &options, error))
        return -1;
    int told = tell_executor(args, "resume", error);
    if (told == 1 && throttle != NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "the run is alive: change its rate with rezone throttle %s %s",
                    rz_args_file(args, 0), throttle);
        return -1;
    }
    if (told != 0)
        return told == 1 ? told_code(args, error) : -1;
    return resume_directly(args, &options, error);
}

int
rz_cmd_throttle(const RzArgs *args, GError **error)
{
    RzRunOptions options;
    rz_run_options_init(&options);
    const char *text = rz_args_file(args, 1);
    if (strcmp(text, "none") == 0)
        options.throttle_bytes_per_s = 0;
    else if (!rz_parse_rate("throttle", text, &options.throttle_bytes_per_s, error))
        return -1;
    g_autofree char *line =
        g_strdup_printf("throttle %" G_GINT64_FORMAT, options.throttle_bytes_per_s);
    int told = tell_executor(args, line, error);
    if (told != 0)
        return told == 1 ? told_code(args, error) : -1;
    return act_directly(args, RZ_RUN_THROTTLE, &options, NULL, error);
}

int
rz_cmd_pause(const RzArgs *args, GError **error)
{
    int told = tell_executor(args, "pause", error);
    if (told != 0)
        return told == 1 ? told_code(args, error) : -1;
    return act_directly(args, RZ_RUN_PAUSE, NULL, NULL, error);
}

/* cancel and rollback: consent, then through the executor or by ourselves, to the end. */
static int
turn_back(const RzArgs *args, RzRunIntent intent, const char *line, const char *question,
          GError **error)
{
    bool yes = false;
    if (!rz_ask_consent(args, question, &yes, error))
        return -1;
    if (!yes) {
        rz_say("nothing was changed");
        return 0;
    }
    int told = tell_executor(args, line, error);
    if (told == 0)
        return act_directly(args, intent, NULL, NULL, error);
    return told == 1 ? wait_for_executor(args, error) : -1;
}

int
rz_cmd_cancel(const RzArgs *args, GError **error)
{
    return turn_back(args, RZ_RUN_CANCEL, "cancel",
                     "Cancel the run: moves in flight go back, finished ones stay?", error);
}

int
rz_cmd_rollback(const RzArgs *args, GError **error)
{
    return turn_back(args, RZ_RUN_ROLLBACK, "rollback",
                     "Roll back: every partition of the run goes back to where it was?", error);
}
