/*
 * fake_broker.c: one thread, a poll loop over all connections (fake_broker.h).
 */
#include "tests/unit/kafka/fake_broker.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "executor/kafka/buffer.h"
#include "tests/unit/kafka/hex.h"

struct FakeBroker {
    FakeHandler handler;
    void *context;
    GThread *thread;
    GArray *polls; /* struct pollfd: stop pipe, listener, connections */
    int stop[2];
    uint16_t port;
};

static bool
receive(int fd, uint8_t *buffer, size_t n)
{
    for (size_t have = 0; have < n;) {
        ssize_t got = recv(fd, buffer + have, n - have, 0);
        if (got <= 0)
            return false;
        have += (size_t)got;
    }
    return true;
}

static GByteArray *
receive_frame(int fd)
{
    uint8_t size[4];
    int64_t n = 0;
    RzReader in = {size, size + sizeof size};
    if (!receive(fd, size, sizeof size) || !rz_read_int(&in, 4, &n) || n < 0)
        return NULL;
    g_autoptr(GByteArray) frame = g_byte_array_new();
    g_byte_array_set_size(frame, (guint)n);
    return receive(fd, frame->data, frame->len) ? g_steal_pointer(&frame) : NULL;
}

static void
transmit(int fd, const FakeReply *reply)
{
    guint step = reply->drip_ms == 0 ? reply->bytes->len : 1;
    for (guint sent = 0; sent < reply->bytes->len; sent += step) {
        if (send(fd, reply->bytes->data + sent, step, MSG_NOSIGNAL) < 0)
            return;
        g_usleep(reply->drip_ms * 1000UL);
    }
}

/* false: the connection is over. */
static bool
serve(FakeBroker *broker, int fd)
{
    g_autoptr(GByteArray) frame = receive_frame(fd);
    if (frame == NULL)
        return false;
    g_autoptr(RzArena) arena = rz_arena_new();
    RzRequestHeader header;
    const void *request = rz_wire_decode_request(frame->data, frame->len, arena, &header, NULL);
    FakeReply reply = broker->handler(broker->context, &header, request);
    if (reply.bytes != NULL) {
        transmit(fd, &reply);
        g_byte_array_unref(reply.bytes);
    }
    return !reply.close;
}

static void
watch(FakeBroker *broker, int fd)
{
    struct pollfd entry = {fd, POLLIN, 0};
    g_array_append_val(broker->polls, entry);
}

static gpointer
run(gpointer data)
{
    FakeBroker *broker = data;
    for (;;) {
        struct pollfd *polls = &g_array_index(broker->polls, struct pollfd, 0);
        if (poll(polls, broker->polls->len, -1) < 0)
            continue;
        if (polls[0].revents != 0)
            return NULL;
        if (polls[1].revents != 0) {
            watch(broker, accept(polls[1].fd, NULL, NULL));
            continue;
        }
        for (guint i = broker->polls->len; i-- > 2;) {
            int fd = polls[i].fd;
            if (polls[i].revents != 0 && !serve(broker, fd)) {
                close(fd);
                g_array_remove_index(broker->polls, i);
            }
        }
    }
}

FakeBroker *
fake_broker_start(FakeHandler handler, void *context)
{
    FakeBroker *broker = g_new0(FakeBroker, 1);
    *broker = (FakeBroker){.handler = handler, .context = context};
    broker->polls = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (pipe(broker->stop) != 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
        listen(fd, 16) != 0 || getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        g_error("no loopback port for the fake broker");
    broker->port = ntohs(address.sin_port);
    watch(broker, broker->stop[0]);
    watch(broker, fd);
    broker->thread = g_thread_new("fake-broker", run, broker);
    return broker;
}

void
fake_broker_stop(FakeBroker *broker)
{
    if (broker == NULL)
        return;
    close(broker->stop[1]); /* wakes the poll */
    g_thread_join(broker->thread);
    for (guint i = 0; i < broker->polls->len; i++)
        close(g_array_index(broker->polls, struct pollfd, i).fd);
    g_array_unref(broker->polls);
    g_free(broker);
}

uint16_t
fake_broker_port(const FakeBroker *broker)
{
    return broker->port;
}

/* ---- replies ---- */

FakeReply
fake_answer(const RzRequestHeader *header, const void *response)
{
    GByteArray *bytes = rz_wire_encode_response(header, response, NULL);
    g_assert(bytes != NULL);
    return (FakeReply){.bytes = bytes};
}

FakeReply
fake_close(void)
{
    return (FakeReply){.close = true};
}

FakeReply
fake_raw(const char *hex)
{
    return (FakeReply){.bytes = bytes_from_hex(hex)};
}

FakeReply
fake_versions(const RzRequestHeader *header, const RzApiVersionRange *ranges, uint32_t n)
{
    const RzApiVersionsResponse response = {.apis = ranges, .n_apis = n, .epoch = -1};
    return fake_answer(header, &response);
}

FakeReply
fake_all_versions(const RzRequestHeader *header)
{
    g_autofree RzApiVersionRange *ranges = g_new(RzApiVersionRange, rz_n_wire_apis);
    for (uint32_t i = 0; i < rz_n_wire_apis; i++)
        ranges[i] =
            (RzApiVersionRange){rz_wire_apis[i].key, rz_wire_apis[i].min, rz_wire_apis[i].max};
    return fake_versions(header, ranges, rz_n_wire_apis);
}
