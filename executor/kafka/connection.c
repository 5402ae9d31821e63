/*
 * connection.c: request and answer on one stream (connection.h).
 */
#include <string.h>

#include "executor/clock.h"
#include "executor/kafka/authentication.h"
#include "executor/kafka/buffer.h"
#include "executor/kafka/codec.h"
#include "executor/kafka/connection_private.h"
#include "rezone/error.h"

enum { FIRST_READ_BYTES = 64 * 1024 };

static int64_t
now_ms(void)
{
    const RzClock *clock = rz_clock_system();
    return clock->monotonic_ms(clock);
}

void *
rz_connection_give_up(RzConnection *connection, GError **error)
{
    g_prefix_error(error, "%s: ", connection->address);
    g_clear_pointer(&connection->transport, rz_transport_close);
    return NULL;
}

/* ---- reading a frame ---- */

/* Once the request is out, a lost stream says nothing about its fate. */
static bool
fail_ambiguous(GError **error, const char *what)
{
    g_clear_error(error);
    g_set_error_literal(error, RZ_ERROR, RZ_ERROR_AMBIGUOUS, what);
    return false;
}

static bool
read_exactly(RzConnection *connection, uint8_t *buffer, size_t n, int64_t deadline_ms,
             GError **error)
{
    for (size_t have = 0; have < n;) {
        g_autoptr(GError) cause = NULL;
        RzTransport *transport = connection->transport;
        gssize got = transport->ops->read(transport, buffer + have, n - have, deadline_ms, &cause);
        connection->peer_closed = got == 0;
        if (got == 0)
            return fail_ambiguous(error, "the broker closed the connection instead of answering");
        if (got < 0 && g_error_matches(cause, RZ_ERROR, RZ_ERROR_DENIED)) {
            /* TLS 1.3 refuses a client certificate here; what was sent was not read. */
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        if (got < 0)
            return fail_ambiguous(error, cause->message);
        have += (size_t)got;
    }
    return true;
}

/* Speaking to something else shows in the first bytes, which we took for a size. */
static const char *
guess_peer(const uint8_t *size)
{
    if (size[0] == 0x15 && size[1] == 0x03)
        return "; this looks like a TLS listener";
    if (memcmp(size, "HTTP", 4) == 0)
        return "; this looks like an HTTP server";
    return "";
}

static bool
read_size(RzConnection *connection, int64_t deadline_ms, int64_t *size, GError **error)
{
    uint8_t bytes[4];
    RzReader in = {bytes, bytes + sizeof bytes};
    if (!read_exactly(connection, bytes, sizeof bytes, deadline_ms, error))
        return false;
    gboolean there = rz_read_int(&in, sizeof bytes, size);
    g_assert(there);
    if (*size >= RZ_MIN_RESPONSE_BYTES && *size <= connection->options->max_response_bytes)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL,
                "an answer of %" G_GINT64_FORMAT " bytes was announced%s", *size,
                guess_peer(bytes));
    return false;
}

/* The buffer grows with what has come, not with what was announced. */
static GByteArray *
read_frame(RzConnection *connection, int64_t deadline_ms, GError **error)
{
    int64_t size;
    if (!read_size(connection, deadline_ms, &size, error))
        return NULL;
    g_autoptr(GByteArray) frame = g_byte_array_new();
    while (frame->len < size) {
        guint have = frame->len;
        guint more = (guint)MIN(size - have, MAX((int64_t)have, FIRST_READ_BYTES));
        g_byte_array_set_size(frame, have + more);
        if (!read_exactly(connection, frame->data + have, more, deadline_ms, error))
            return NULL;
    }
    return g_steal_pointer(&frame);
}

/* ---- one request ---- */

static bool
is_open(const RzConnection *connection)
{
    RzTransport *transport = connection->transport;
    return transport != NULL && transport->ops->is_quiet(transport);
}

GByteArray *
rz_connection_exchange(RzConnection *connection, const RzWireApi *api, int16_t version,
                       const void *request, int64_t deadline_ms, GError **error)
{
    connection->last_correlation_id = (connection->last_correlation_id + 1) & INT32_MAX;
    RzRequestHeader header = {api, version, connection->last_correlation_id,
                              connection->options->client_id};
    GByteArray *bytes = rz_wire_encode_request(&header, request, error);
    if (bytes == NULL)
        return NULL;
    RzTransport *transport = connection->transport;
    bool sent = transport->ops->write(transport, bytes->data, bytes->len, deadline_ms, error);
    rz_secret_bytes_free(bytes); /* a password, maybe */
    if (!sent)
        return rz_connection_give_up(connection, error);
    GByteArray *frame = read_frame(connection, deadline_ms, error);
    return frame != NULL ? frame : rz_connection_give_up(connection, error);
}

static void
wait_out_throttle(const RzConnection *connection)
{
    int64_t wait_ms = connection->not_before_ms - now_ms();
    if (wait_ms > 0)
        g_usleep((gulong)wait_ms * 1000);
}

/* A broker's wish is honoured up to one request timeout: more would look like a hang. */
void
rz_connection_note_throttle(RzConnection *connection, int32_t throttle_ms)
{
    if (throttle_ms > 0)
        connection->not_before_ms =
            now_ms() + MIN(throttle_ms, connection->options->request_timeout_ms);
}

const void *
rz_connection_call(RzConnection *connection, RzApiKey key, const void *request, RzArena *arena,
                   GError **error)
{
    const RzWireApi *api = rz_wire_api((int16_t)key);
    int16_t version = rz_connection_version(connection, key);
    if (version < 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED, "%s does not offer %s",
                    connection->address, api->name);
        return NULL;
    }
    wait_out_throttle(connection);
    if (!is_open(connection)) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_UNREACHABLE,
                            "the broker has closed the connection");
        return rz_connection_give_up(connection, error);
    }
    int64_t deadline_ms = now_ms() + connection->options->request_timeout_ms;
    g_autoptr(GByteArray) frame =
        rz_connection_exchange(connection, api, version, request, deadline_ms, error);
    if (frame == NULL)
        return NULL;
    RzRequestHeader header = {api, version, connection->last_correlation_id, NULL};
    const void *response = rz_wire_decode_response(&header, frame->data, frame->len, arena, error);
    if (response == NULL)
        return rz_connection_give_up(connection, error);
    rz_connection_note_throttle(connection, rz_wire_throttle_ms(api, response));
    return response;
}

/* ---- life ---- */

RzConnection *
rz_connection_open(const char *host, uint16_t port, const RzConnectionOptions *options,
                   GError **error)
{
    int64_t deadline_ms = now_ms() + options->connect_timeout_ms;
    g_autoptr(RzConnection) connection = g_new0(RzConnection, 1);
    connection->options = options;
    connection->is_loopback = rz_host_is_loopback(host);
    connection->host = g_strdup(host);
    connection->address = g_strdup_printf(strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    connection->transport =
        options->connector->connect(options->connector, host, port, deadline_ms, error);
    if (connection->transport == NULL)
        return rz_connection_give_up(connection, error);
    if (!rz_connection_negotiate(connection, deadline_ms, error) ||
        !rz_connection_authenticate(connection, deadline_ms, error))
        return NULL;
    return g_steal_pointer(&connection);
}

void
rz_connection_close(RzConnection *connection)
{
    if (connection == NULL)
        return;
    rz_transport_close(connection->transport);
    g_free(connection->host);
    g_free(connection->address);
    g_free(connection);
}

int16_t
rz_connection_version(const RzConnection *connection, RzApiKey key)
{
    for (uint32_t i = 0; i < rz_n_wire_apis; i++)
        if (rz_wire_apis[i].key == (int16_t)key)
            return connection->versions[i];
    return -1;
}

bool
rz_connection_is_usable(RzConnection *connection)
{
    return is_open(connection) &&
           (connection->renew_at_ms == 0 || now_ms() < connection->renew_at_ms);
}
