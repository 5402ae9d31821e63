/*
 * cmd_sandbox.c: rezone sandbox: options into what the server takes, and an orderly end on signals.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/io.h"
#include "cli/sandbox/sandbox.h"
#include "cli/units.h"
#include "rezone/error.h"

#define MIN_VERSION RZ_SIM_VERSION(2, 4)
#define MAX_VERSION RZ_SIM_VERSION(4, 3)

static volatile sig_atomic_t stop_requested;

static void
request_stop(int signal_number)
{
    (void)signal_number;
    stop_requested = 1;
}

static void
stop_on_signals(void)
{
    struct sigaction action = {.sa_handler = request_stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGTTIN, SIG_IGN); /* in the background of a terminal: no commands, but it serves */
}

static bool
read_count(const RzArgs *args, const char *name, guint64 max, uint32_t *count, GError **error)
{
    const char *text = rz_args_value(args, name);
    guint64 value;
    if (text == NULL)
        return true;
    if (!g_ascii_string_to_unsigned(text, 10, 0, max, &value, NULL)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "--%s: \"%s\" is not a number from 0 to %" G_GUINT64_FORMAT, name, text, max);
        return false;
    }
    *count = (uint32_t)value;
    return true;
}

static bool
read_seed(const RzArgs *args, uint64_t *seed, GError **error)
{
    const char *text = rz_args_value(args, "seed");
    guint64 value;
    if (text == NULL)
        return true;
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &value, NULL)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "--seed: \"%s\" is not a number", text);
        return false;
    }
    *seed = value;
    return true;
}

/* "4.3", or "3.9.2" whose last part changes nothing here. */
static bool
read_version(const RzArgs *args, int *version, GError **error)
{
    const char *text = rz_args_value(args, "kafka-version");
    if (text == NULL)
        return true;
    g_auto(GStrv) parts = g_strsplit(text, ".", 3);
    guint64 major = 0, minor = 0;
    bool parsed = g_strv_length(parts) >= 2 &&
                  g_ascii_string_to_unsigned(parts[0], 10, 0, 99, &major, NULL) &&
                  g_ascii_string_to_unsigned(parts[1], 10, 0, 99, &minor, NULL);
    *version = RZ_SIM_VERSION((int)major, (int)minor);
    if (parsed && *version >= MIN_VERSION && *version <= MAX_VERSION)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--kafka-version: \"%s\" is not a release from 2.4 to 4.3", text);
    return false;
}

static bool
read_scale(const RzArgs *args, double *scale, GError **error)
{
    const char *text = rz_args_value(args, "time-scale");
    char *end = NULL;
    if (text == NULL)
        return true;
    *scale = g_ascii_strtod(text, &end);
    if (end != text && *end == '\0' && *scale >= 0.0 && *scale <= RZ_SANDBOX_MAX_SCALE)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--time-scale: \"%s\" is not a factor from 0 to %g", text, RZ_SANDBOX_MAX_SCALE);
    return false;
}

/* --from brings a whole cluster: what describes a made-up one contradicts it. */
static bool
read_snapshot(const RzArgs *args, RzSnapshot **snapshot, GError **error)
{
    static const char *const made_up[] = {"zones", "topics",     "partitions", "rf",
                                          "data",  "empty-zone", "write-rate"};
    const char *path = rz_args_value(args, "from");
    if (path == NULL)
        return true;
    for (gsize i = 0; i < G_N_ELEMENTS(made_up); i++)
        if (rz_args_value(args, made_up[i]) != NULL) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                        "--from takes the cluster from a snapshot: it contradicts --%s",
                        made_up[i]);
            return false;
        }
    *snapshot = rz_load_snapshot(path, error);
    return *snapshot != NULL;
}

static bool
read_cluster(const RzArgs *args, RzSandboxOptions *options, GError **error)
{
    const char *zones = rz_args_value(args, "zones");
    const char *data = rz_args_value(args, "data");
    const char *write_rate = rz_args_value(args, "write-rate");
    if (zones != NULL)
        options->zones = zones;
    options->empty_zone = rz_args_value(args, "empty-zone");
    return read_count(args, "topics", 100000, &options->topics, error) &&
           read_count(args, "partitions", 10000, &options->partitions, error) &&
           read_count(args, "rf", 100, &options->replication, error) &&
           (data == NULL || rz_parse_bytes("--data", data, &options->data_bytes, error)) &&
           (write_rate == NULL ||
            rz_parse_rate("--write-rate", write_rate, &options->write_rate, error));
}

static bool
read_server(const RzArgs *args, RzSandboxOptions *options, GError **error)
{
    uint32_t port = 0;
    if (!read_version(args, &options->version, error) ||
        !read_scale(args, &options->time_scale, error) || !read_seed(args, &options->seed, error) ||
        !read_count(args, "port", 65000, &port, error))
        return false;
    options->first_port = (uint16_t)port;
    options->ready_file = rz_args_value(args, "ready-file");
    options->control_file = rz_args_value(args, "control-file");
    options->out = rz_args_flag(args, "quiet") ? NULL : stdout;
    options->commands_fd = STDIN_FILENO;
    options->stop = &stop_requested;
    return true;
}

int
rz_cmd_sandbox(const RzArgs *args, GError **error)
{
    RzSandboxOptions options = rz_sandbox_options_default();
    g_autoptr(RzSnapshot) snapshot = NULL;
    if (!read_cluster(args, &options, error) || !read_server(args, &options, error) ||
        !read_snapshot(args, &snapshot, error))
        return -1;
    options.from = snapshot;
    stop_on_signals();
    return rz_sandbox_run(&options, error) ? 0 : -1;
}
