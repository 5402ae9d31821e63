/*
 * tcp.c: plain TCP (transport.h): non-blocking sockets and poll(), so that every wait has an end.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "executor/clock.h"
#include "executor/kafka/resolve.h"
#include "executor/kafka/transport.h"
#include "rezone/error.h"

typedef struct {
    RzTransport base;
    int fd;
} Tcp;

static int64_t
now_ms(void)
{
    const RzClock *clock = rz_clock_system();
    return clock->monotonic_ms(clock);
}

static bool
fail_errno(GError **error, const char *what, int code)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "%s: %s", what, g_strerror(code));
    return false;
}

static bool
wait_until_ready(int fd, short events, int64_t deadline_ms, const char *what, GError **error)
{
    for (;;) {
        int64_t left_ms = deadline_ms - now_ms();
        struct pollfd entry = {fd, events, 0};
        int ready = left_ms <= 0 ? 0 : poll(&entry, 1, (int)MIN(left_ms, G_MAXINT));
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return fail_errno(error, what, errno);
        if (left_ms <= 0)
            return fail_errno(error, what, ETIMEDOUT);
    }
}

static bool
would_block(int code)
{
    return code == EAGAIN || code == EWOULDBLOCK || code == EINTR;
}

static gssize
tcp_read(RzTransport *transport, void *buffer, size_t n, int64_t deadline_ms, GError **error)
{
    Tcp *tcp = (Tcp *)transport;
    for (;;) {
        ssize_t got = recv(tcp->fd, buffer, n, 0);
        if (got >= 0)
            return got;
        if (!would_block(errno)) {
            fail_errno(error, "read", errno);
            return -1;
        }
        if (!wait_until_ready(tcp->fd, POLLIN, deadline_ms, "read", error))
            return -1;
    }
}

static bool
tcp_write(RzTransport *transport, const void *bytes, size_t n, int64_t deadline_ms, GError **error)
{
    Tcp *tcp = (Tcp *)transport;
    for (size_t sent = 0; sent < n;) {
        ssize_t put = send(tcp->fd, (const char *)bytes + sent, n - sent, MSG_NOSIGNAL);
        if (put >= 0)
            sent += (size_t)put;
        else if (!would_block(errno))
            return fail_errno(error, "write", errno);
        else if (!wait_until_ready(tcp->fd, POLLOUT, deadline_ms, "write", error))
            return false;
    }
    return true;
}

static bool
tcp_is_quiet(RzTransport *transport)
{
    char byte;
    ssize_t got = recv(((Tcp *)transport)->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && would_block(errno);
}

static void
tcp_close(RzTransport *transport)
{
    Tcp *tcp = (Tcp *)transport;
    close(tcp->fd);
    g_free(tcp);
}

static const RzTransportOps tcp_ops = {tcp_read, tcp_write, tcp_is_quiet, tcp_close};

/* ---- connecting ---- */

static bool
finish_connect(int fd, int64_t deadline_ms, GError **error)
{
    int code = 0;
    socklen_t size = sizeof code;
    if (!wait_until_ready(fd, POLLOUT, deadline_ms, "connect", error))
        return false;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0)
        code = errno;
    return code == 0 ? true : fail_errno(error, "connect", code);
}

static RzTransport *
connect_address(const struct addrinfo *address, int64_t deadline_ms, GError **error)
{
    int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        fail_errno(error, "socket", errno);
        return NULL;
    }
    /* Helpful, not necessary: small requests leave at once, dead peers are noticed. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    bool connected = connect(fd, address->ai_addr, address->ai_addrlen) == 0;
    if (!connected && errno != EINPROGRESS)
        fail_errno(error, "connect", errno);
    else if (connected || finish_connect(fd, deadline_ms, error)) {
        Tcp *tcp = g_new0(Tcp, 1);
        *tcp = (Tcp){{&tcp_ops}, fd};
        return &tcp->base;
    }
    close(fd);
    return NULL;
}

/* Each address gets an equal share of the time that is left, so that a dead one (IPv6 without a
 * route, say) cannot use up all of it. The last error stands for all. */
static RzTransport *
tcp_connect(const RzConnector *connector, const char *host, uint16_t port, int64_t deadline_ms,
            GError **error)
{
    (void)connector;
    struct addrinfo *addresses = rz_resolve(host, port, deadline_ms, error);
    RzTransport *transport = NULL;
    int64_t n = 0;
    for (const struct addrinfo *a = addresses; a != NULL; a = a->ai_next)
        n++;
    for (const struct addrinfo *a = addresses; a != NULL && transport == NULL; a = a->ai_next) {
        int64_t now = now_ms();
        int64_t share_ms = MAX(deadline_ms - now, 0) / n--;
        g_clear_error(error);
        transport = connect_address(a, now + share_ms, error);
    }
    if (addresses != NULL)
        freeaddrinfo(addresses);
    return transport;
}

const RzConnector *
rz_tcp_connector(void)
{
    static const RzConnector connector = {tcp_connect};
    return &connector;
}
