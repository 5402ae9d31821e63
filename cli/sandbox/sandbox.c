/*
 * sandbox.c: the loop: let time pass, take what clients send, answer, take commands.
 *
 * Virtual time follows the wall clock by a factor. The loop wakes for whatever comes first: bytes,
 * a new connection, a command, the model's next event, or the next look at the control file.
 */
#include "cli/sandbox/sandbox_private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "rezone/error.h"

#define MAX_CONNECTIONS 512
#define MAX_COMMAND_BYTES 65536
#define IDLE_MS 600000 /* connections.max.idle.ms */
#define LOOK_MS 100    /* at the control file and the stop flag */

RzSandboxOptions
rz_sandbox_options_default(void)
{
    return (RzSandboxOptions){.zones = "az1:3,az2:3",
                              .topics = 50,
                              .partitions = 12,
                              .replication = 3,
                              .data_bytes = 20000000000,
                              .version = RZ_SIM_VERSION(4, 3),
                              .seed = 1,
                              .time_scale = 1.0,
                              .commands_fd = -1};
}

static int64_t
wall_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

/* ---- time ---- */

void
rz_sandbox_set_scale(RzSandbox *sandbox, double scale)
{
    sandbox->time_scale = scale;
    sandbox->scale_wall_ms = wall_ms();
    sandbox->scale_sim_ms = rz_sim_now_ms(sandbox->sim);
}

static void
let_time_pass(RzSandbox *sandbox)
{
    double elapsed = (double)(wall_ms() - sandbox->scale_wall_ms) * sandbox->time_scale;
    int64_t due_ms = sandbox->scale_sim_ms + (int64_t)elapsed;
    if (due_ms > rz_sim_now_ms(sandbox->sim))
        rz_sim_advance(sandbox->sim, due_ms - rz_sim_now_ms(sandbox->sim));
}

static int
wait_ms(RzSandbox *sandbox)
{
    int64_t next = rz_sim_next_event_ms(sandbox->sim);
    if (next == RZ_SIM_NEVER || sandbox->time_scale <= 0.0)
        return LOOK_MS;
    double ms = (double)(next - rz_sim_now_ms(sandbox->sim)) / sandbox->time_scale;
    return ms >= LOOK_MS ? LOOK_MS : MAX(1, (int)ms);
}

/* ---- commands ---- */

static void
run_lines(RzSandbox *sandbox)
{
    GString *text = sandbox->command_text;
    for (char *end; (end = memchr(text->str, '\n', text->len)) != NULL;) {
        *end = '\0';
        g_autofree char *line = g_strdup(g_strstrip(text->str));
        g_string_erase(text, 0, end + 1 - text->str);
        if (*line != '\0')
            rz_sandbox_command(sandbox, line);
    }
    if (text->len > MAX_COMMAND_BYTES)
        g_string_truncate(text, 0);
}

static void
read_commands(RzSandbox *sandbox)
{
    char bytes[4096];
    ssize_t n = read(sandbox->options->commands_fd, bytes, sizeof bytes);
    if (n > 0) {
        g_string_append_len(sandbox->command_text, bytes, n);
        run_lines(sandbox);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        sandbox->commands_open = false; /* whoever typed has gone; the sandbox stays */
    }
}

/* Takes the complete lines that were appended since the last look. */
static void
read_control_file(RzSandbox *sandbox)
{
    const char *path = sandbox->options->control_file;
    g_autofree char *text = NULL;
    gsize length = 0;
    if (path == NULL || !g_file_get_contents(path, &text, &length, NULL))
        return;
    if ((gsize)sandbox->control_offset > length)
        sandbox->control_offset = 0; /* it was written anew */
    const char *from = text + sandbox->control_offset;
    const char *last = strrchr(from, '\n');
    if (last == NULL)
        return;
    sandbox->control_offset += last + 1 - from;
    g_autofree char *lines = g_strndup(from, (gsize)(last - from));
    g_auto(GStrv) each = g_strsplit(lines, "\n", -1);
    for (guint i = 0; each[i] != NULL; i++)
        if (*g_strstrip(each[i]) != '\0')
            rz_sandbox_command(sandbox, each[i]);
}

/* ---- sockets ---- */

static void
accept_all(RzSandbox *sandbox, const RzListener *listener)
{
    for (int fd; (fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        if (sandbox->connections->len >= MAX_CONNECTIONS) {
            close(fd);
            continue;
        }
        g_ptr_array_add(sandbox->connections,
                        rz_sandbox_connection_new(fd, listener->id, wall_ms()));
    }
}

/* Connections in the order of the array, then listeners, then the commands. */
static GArray *
what_to_poll(const RzSandbox *sandbox)
{
    GArray *fds = g_array_new(FALSE, TRUE, sizeof(struct pollfd));
    for (guint i = 0; i < sandbox->connections->len; i++) {
        const RzConnection *connection = g_ptr_array_index(sandbox->connections, i);
        bool frozen = rz_sim_is_frozen(sandbox->sim, connection->broker);
        bool sending = connection->out->len > 0;
        struct pollfd item = {.fd = frozen || connection->waiting ? -1 : connection->fd,
                              .events = sending ? POLLOUT : POLLIN};
        g_array_append_val(fds, item);
    }
    for (guint i = 0; i < sandbox->listeners->len; i++) {
        const RzListener *listener = &g_array_index(sandbox->listeners, RzListener, i);
        struct pollfd item = {.fd = listener->listening ? listener->fd : -1, .events = POLLIN};
        g_array_append_val(fds, item);
    }
    struct pollfd commands = {.fd = sandbox->commands_open ? sandbox->options->commands_fd : -1,
                              .events = POLLIN};
    g_array_append_val(fds, commands);
    return fds;
}

static bool
serve_connection(RzSandbox *sandbox, RzConnection *connection, short events)
{
    int64_t now_ms = wall_ms();
    if (rz_sim_is_frozen(sandbox->sim, connection->broker))
        return true;
    if (events == 0 && !connection->waiting)
        return now_ms - connection->active_ms < IDLE_MS;
    return rz_sandbox_connection_serve(sandbox, connection,
                                       (events & (POLLIN | POLLHUP | POLLERR)) != 0, now_ms);
}

static void
serve(RzSandbox *sandbox, const GArray *fds)
{
    guint n = sandbox->connections->len;
    for (guint i = n; i > 0; i--) {
        RzConnection *connection = g_ptr_array_index(sandbox->connections, i - 1);
        if (!serve_connection(sandbox, connection,
                              g_array_index(fds, struct pollfd, i - 1).revents))
            g_ptr_array_remove_index(sandbox->connections, i - 1);
    }
    for (guint i = 0; i < sandbox->listeners->len; i++)
        if (g_array_index(fds, struct pollfd, n + i).revents != 0)
            accept_all(sandbox, &g_array_index(sandbox->listeners, RzListener, i));
    if (g_array_index(fds, struct pollfd, n + sandbox->listeners->len).revents != 0)
        read_commands(sandbox);
}

static bool
must_stop(const RzSandbox *sandbox)
{
    return sandbox->quit || (sandbox->options->stop != NULL && *sandbox->options->stop != 0);
}

static bool
loop(RzSandbox *sandbox, GError **error)
{
    while (!must_stop(sandbox)) {
        let_time_pass(sandbox);
        rz_sandbox_update_listeners(sandbox);
        g_autoptr(GArray) fds = what_to_poll(sandbox);
        int ready = poll((struct pollfd *)(void *)fds->data, fds->len, wait_ms(sandbox));
        if (ready < 0 && errno != EINTR) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "poll: %s", g_strerror(errno));
            return false;
        }
        if (ready < 0)
            continue;
        let_time_pass(sandbox);
        serve(sandbox, fds);
        read_control_file(sandbox);
    }
    return true;
}

/* ---- from start to end ---- */

static char *
bootstrap_address(const RzSandbox *sandbox)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < sandbox->listeners->len && i < 3; i++)
        g_string_append_printf(text, "%s127.0.0.1:%u", i == 0 ? "" : ",",
                               g_array_index(sandbox->listeners, RzListener, i).port);
    return g_string_free(text, FALSE);
}

static bool
announce(RzSandbox *sandbox, GError **error)
{
    g_autofree char *address = bootstrap_address(sandbox);
    g_autofree char *line = g_strdup_printf("%s\n", address);
    rz_sandbox_say(sandbox, "%s", address);
    g_autoptr(GError) failure = NULL;
    if (sandbox->options->ready_file == NULL ||
        g_file_set_contents(sandbox->options->ready_file, line, -1, &failure))
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s", failure->message);
    return false;
}

static void
connection_free(void *connection)
{
    rz_sandbox_connection_free(connection);
}

static void
sandbox_clear(RzSandbox *sandbox)
{
    g_ptr_array_unref(sandbox->connections);
    rz_sandbox_close_listeners(sandbox);
    g_array_unref(sandbox->listeners);
    g_string_free(sandbox->command_text, TRUE);
    rz_sim_free(sandbox->sim);
}

bool
rz_sandbox_run(const RzSandboxOptions *options, GError **error)
{
    RzSandbox sandbox = {.options = options, .commands_open = options->commands_fd >= 0};
    sandbox.sim = rz_sandbox_build(options, error);
    if (sandbox.sim == NULL)
        return false;
    sandbox.listeners = g_array_new(FALSE, FALSE, sizeof(RzListener));
    sandbox.connections = g_ptr_array_new_with_free_func(connection_free);
    sandbox.command_text = g_string_new(NULL);
    rz_sandbox_set_scale(&sandbox, options->time_scale);
    bool ok = rz_sandbox_open_listeners(&sandbox, error) && announce(&sandbox, error) &&
              loop(&sandbox, error);
    if (options->ready_file != NULL)
        g_unlink(options->ready_file);
    sandbox_clear(&sandbox);
    return ok;
}
