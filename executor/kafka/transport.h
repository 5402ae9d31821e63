/*
 * transport.h: a byte stream to a broker, and who opens one.
 *
 * The connection above knows only this; plain TCP is tcp.c, and a TLS stream wraps a TCP one the
 * same way. Deadlines are points on the monotonic clock (executor/clock.h), in ms: an operation
 * ends by then, however slowly bytes drip. All failures are RZ_ERROR_UNREACHABLE: what a lost
 * stream means for a request is the connection's to say.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

typedef struct RzTransport RzTransport;

typedef struct {
    /* Up to @n bytes as they come; 0: the peer has closed; -1 with @error set. */
    gssize (*read)(RzTransport *transport, void *buffer, size_t n, int64_t deadline_ms,
                   GError **error);
    /* All of it. After a failure the peer certainly lacks a part. */
    bool (*write)(RzTransport *transport, const void *bytes, size_t n, int64_t deadline_ms,
                  GError **error);
    /* Open, with nothing to read: true between requests, until the peer closes. */
    bool (*is_quiet)(RzTransport *transport);
    void (*close)(RzTransport *transport);
} RzTransportOps;

/* Implementations embed this first. */
struct RzTransport {
    const RzTransportOps *ops;
};

typedef struct RzConnector RzConnector;

struct RzConnector {
    RzTransport *(*connect)(const RzConnector *connector, const char *host, uint16_t port,
                            int64_t deadline_ms, GError **error);
};

/* Plain TCP over IPv4 and IPv6; every address of a name is tried. */
const RzConnector *rz_tcp_connector(void);

static inline void
rz_transport_close(RzTransport *transport)
{
    if (transport != NULL)
        transport->ops->close(transport);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzTransport, rz_transport_close)
