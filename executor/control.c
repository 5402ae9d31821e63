/*
 * control.c: the socket on which a running executor takes commands.
 *
 * One line in, one line out, then the connection is closed. The socket lies in the run directory
 * with mode 0600: who may write there may command. It is served from the caller's loop; a client
 * that does not send its line is cut off after a second. Paths of Unix sockets are short (108
 * bytes), so it is bound and reached through /proc/self/fd of its directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "rezone/error.h"
#include "rezone/run.h"

#define NAME "control.sock"
#define CLIENT_MS 1000
#define ANSWER_MS 30000
#define LINE_MAX_BYTES 4096

struct RzControl {
    int socket, dir;
};

static bool
fill_address(struct sockaddr_un *address, int dir)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int n = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", dir, NAME);
    return n > 0 && (size_t)n < sizeof address->sun_path;
}

static int
open_dir(const char *dir, GError **error)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s: %s", dir, g_strerror(errno));
    return fd;
}

RzControl *
rz_control_new(const char *dir, GError **error)
{
    int fd = open_dir(dir, error);
    if (fd < 0)
        return NULL;
    struct sockaddr_un address;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlinkat(fd, NAME, 0);
    mode_t mask = umask(0177);
    bool bound = listener >= 0 && fill_address(&address, fd) &&
                 bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
                 listen(listener, 8) == 0;
    int code = errno;
    umask(mask);
    if (!bound) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s/%s: %s", dir, NAME, g_strerror(code));
        if (listener >= 0)
            close(listener);
        close(fd);
        return NULL;
    }
    RzControl *control = g_new0(RzControl, 1);
    *control = (RzControl){listener, fd};
    return control;
}

void
rz_control_free(RzControl *control)
{
    if (control == NULL)
        return;
    unlinkat(control->dir, NAME, 0);
    close(control->socket);
    close(control->dir);
    g_free(control);
}

int
rz_control_fd(const RzControl *control)
{
    return control->socket;
}

/* Reads up to a newline or the end; false on a timeout or an error. */
static bool
read_line(int fd, int timeout_ms, gsize most, GString *line)
{
    gint64 deadline = g_get_monotonic_time() / 1000 + timeout_ms;
    while (line->len < most && strchr(line->str, '\n') == NULL) {
        char buffer[1024];
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        gint64 left = deadline - g_get_monotonic_time() / 1000;
        if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
            return false;
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return n == 0 && line->len > 0;
        g_string_append_len(line, buffer, n);
    }
    return true;
}

static void
send_line(int fd, const char *text)
{
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    gsize length = strlen(line), sent = 0;
    while (sent < length) {
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        if (poll(&wait, 1, CLIENT_MS) <= 0)
            return;
        ssize_t n = send(fd, line + sent, length - sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return;
        sent += n > 0 ? (gsize)n : 0;
    }
}

void
rz_control_service(RzControl *control, RzRun *run)
{
    for (;;) {
        int client = accept4(control->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0)
            return;
        g_autoptr(GString) line = g_string_new(NULL);
        if (read_line(client, CLIENT_MS, LINE_MAX_BYTES, line)) {
            g_autofree char *answer = rz_run_command(run, g_strstrip(line->str));
            send_line(client, answer);
        }
        close(client);
    }
}

static int
reach(const char *dir, GError **error)
{
    int fd = open_dir(dir, error);
    if (fd < 0)
        return -1;
    struct sockaddr_un address;
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool reached = client >= 0 && fill_address(&address, fd) &&
                   connect(client, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    if (reached)
        return client;
    if (client >= 0)
        close(client);
    g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "%s: no executor is running this", dir);
    return -1;
}

bool
rz_control_send(const char *dir, const char *line, char **answer, GError **error)
{
    int client = reach(dir, error);
    if (client < 0)
        return false;
    g_autoptr(GString) text = g_string_new(NULL);
    send_line(client, line);
    bool ok = read_line(client, ANSWER_MS, G_MAXSIZE, text);
    close(client);
    if (!ok) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_AMBIGUOUS, "%s: the executor did not answer", dir);
        return false;
    }
    *answer = g_strdup(g_strchomp(text->str));
    return true;
}
