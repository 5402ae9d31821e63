/*
 * connection.c: one client: bytes in, frames, answers, bytes out.
 *
 * As a broker does, one request of a connection at a time: nothing more is read while an answer
 * waits to be sent, so a client that does not read costs one answer's memory and no more. A frame
 * above MAX_REQUEST_BYTES, or one that makes no sense, closes the connection.
 */
#include "cli/sandbox/sandbox_private.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_REQUEST_BYTES (16u * 1024 * 1024)
#define READ_BYTES 65536

RzConnection *
rz_sandbox_connection_new(int fd, int32_t broker, int64_t now_ms)
{
    RzConnection *connection = g_new0(RzConnection, 1);
    connection->fd = fd;
    connection->broker = broker;
    connection->in = g_byte_array_new();
    connection->out = g_byte_array_new();
    connection->active_ms = now_ms;
    return connection;
}

void
rz_sandbox_connection_free(RzConnection *connection)
{
    close(connection->fd);
    g_byte_array_unref(connection->in);
    g_byte_array_unref(connection->out);
    g_free(connection);
}

static bool
is_retry(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* False: the peer has gone. */
static bool
receive(RzConnection *connection, int64_t now_ms)
{
    uint8_t bytes[READ_BYTES];
    ssize_t n = recv(connection->fd, bytes, sizeof bytes, 0);
    if (n < 0)
        return is_retry(errno);
    if (n == 0)
        return false;
    g_byte_array_append(connection->in, bytes, (guint)n);
    connection->active_ms = now_ms;
    return true;
}

static bool
flush(RzConnection *connection, int64_t now_ms)
{
    while (connection->out_done < connection->out->len) {
        ssize_t n = send(connection->fd, connection->out->data + connection->out_done,
                         connection->out->len - connection->out_done, MSG_NOSIGNAL);
        if (n < 0)
            return is_retry(errno);
        connection->out_done += (guint)n;
        connection->active_ms = now_ms;
    }
    g_byte_array_set_size(connection->out, 0);
    connection->out_done = 0;
    return true;
}

/* False: it is not here yet. */
static bool
frame_size(const RzConnection *connection, uint32_t *size)
{
    const uint8_t *at = connection->in->data;
    if (connection->in->len < 4)
        return false;
    *size = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    return true;
}

/* Answers the request at the front, if it is complete. False: close. */
static bool
answer_next(RzSandbox *sandbox, RzConnection *connection, bool *answered)
{
    uint32_t size;
    *answered = false;
    if (!frame_size(connection, &size))
        return true;
    if (size > MAX_REQUEST_BYTES)
        return false;
    if (connection->in->len - 4 < size)
        return true;
    RzCallResult result = rz_sandbox_answer(sandbox->sim, connection->broker,
                                            connection->in->data + 4, size, connection->out);
    connection->waiting = result == RZ_CALL_WAITS;
    if (result == RZ_CALL_ANSWERED)
        g_byte_array_remove_range(connection->in, 0, size + 4);
    *answered = result == RZ_CALL_ANSWERED;
    return result != RZ_CALL_CLOSE;
}

bool
rz_sandbox_connection_serve(RzSandbox *sandbox, RzConnection *connection, bool readable,
                            int64_t now_ms)
{
    if (readable && !receive(connection, now_ms))
        return false;
    bool answered = true;
    while (answered && connection->out->len == 0)
        if (!answer_next(sandbox, connection, &answered) || !flush(connection, now_ms))
            return false;
    return flush(connection, now_ms);
}
