/*
 * listeners.c: a port for each broker, open while the broker is up.
 *
 * A dead broker refuses connections and comes back on the same port: in between, the socket stays
 * bound without listening, so that nobody else can take the port.
 */
#include "cli/sandbox/sandbox_private.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rezone/error.h"

#define BACKLOG 64

static int
bind_port(uint16_t *port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        int kept = errno;
        close(fd);
        errno = kept;
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

bool
rz_sandbox_open_listeners(RzSandbox *sandbox, GError **error)
{
    for (uint32_t i = 0; i < rz_sim_n_brokers(sandbox->sim); i++) {
        RzSimBrokerView view;
        rz_sim_broker_view(sandbox->sim, i, &view);
        uint16_t first = sandbox->options->first_port;
        RzListener listener = {.id = view.id, .port = first == 0 ? 0 : (uint16_t)(first + i)};
        listener.fd = bind_port(&listener.port);
        if (listener.fd < 0) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "broker %d: port %u: %s", view.id,
                        listener.port, g_strerror(errno));
            return false;
        }
        rz_sim_set_broker_address(sandbox->sim, view.id, "127.0.0.1", listener.port);
        g_array_append_val(sandbox->listeners, listener);
    }
    rz_sandbox_update_listeners(sandbox);
    return true;
}

static void
drop_connections(RzSandbox *sandbox, int32_t broker)
{
    for (guint i = sandbox->connections->len; i > 0; i--) {
        const RzConnection *connection = g_ptr_array_index(sandbox->connections, i - 1);
        if (connection->broker == broker)
            g_ptr_array_remove_index(sandbox->connections, i - 1);
    }
}

/* Leaves the port bound; if that fails for once, the next round tries again. */
static void
stop_listening(RzListener *listener)
{
    close(listener->fd);
    listener->fd = bind_port(&listener->port);
    listener->listening = false;
}

void
rz_sandbox_update_listeners(RzSandbox *sandbox)
{
    for (guint i = 0; i < sandbox->listeners->len; i++) {
        RzListener *listener = &g_array_index(sandbox->listeners, RzListener, i);
        bool up = rz_sim_is_serving(sandbox->sim, listener->id) ||
                  rz_sim_is_frozen(sandbox->sim, listener->id);
        if (!up && listener->listening) {
            drop_connections(sandbox, listener->id);
            stop_listening(listener);
        }
        if (listener->fd < 0)
            listener->fd = bind_port(&listener->port);
        if (up && !listener->listening && listener->fd >= 0)
            listener->listening = listen(listener->fd, BACKLOG) == 0;
    }
}

void
rz_sandbox_close_listeners(RzSandbox *sandbox)
{
    for (guint i = 0; i < sandbox->listeners->len; i++) {
        int fd = g_array_index(sandbox->listeners, RzListener, i).fd;
        if (fd >= 0)
            close(fd);
    }
}
