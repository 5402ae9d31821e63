/*
 * test_connection.c: agreeing on versions, and what a connection makes of bad peers.
 */
#include "tests/unit/kafka/rows.h"

#include <string.h>

#include "executor/clock.h"
#include "executor/kafka/connection.h"
#include "rezone/error.h"
#include "tests/unit/kafka/fake_broker.h"

static const RzListReassignRequest list_all = {.timeout_ms = 30000};

static RzConnectionOptions
options_with(int32_t request_timeout_ms)
{
    return (RzConnectionOptions){
        .connector = rz_tcp_connector(),
        .client_id = "test",
        .connect_timeout_ms = 2000,
        .request_timeout_ms = request_timeout_ms,
        .max_response_bytes = 1000000,
    };
}

static int64_t
now_ms(void)
{
    return rz_clock_system()->monotonic_ms(rz_clock_system());
}

static void
assert_error(const GError *error, int code, const char *part)
{
    assert_non_null(error);
    if (error->code != code || (strstr(error->message, part) == NULL))
        fail_msg("%d \"%s\", expected %d \"%s\"", error->code, error->message, code, part);
}

/* ---- agreeing on versions ---- */

typedef struct {
    const char *name;
    /* Replies to ApiVersions in turn: hex behind the size and the correlation id. NULL ends. */
    const char *replies[3];
    int16_t asked[3];      /* the versions that we must ask with, -1 ends */
    int error;             /* -1: agreed */
    const char *message;   /* part of it */
    int16_t alter_version; /* what is agreed for key 45 */
} Negotiation;

/* clang-format off */
static const Negotiation negotiations[] = {
    {"version 3 at once", {"0000 02 002d 0000 0001 00 00000000 00"}, {3, -1}, -1, NULL, 1},
    {"the broker has less than we have", {"0000 02 002d 0000 0000 00 00000000 00"}, {3, -1}, -1, NULL, 0},
    {"the broker has more than we have", {"0000 02 002d 0001 0009 00 00000000 00"}, {3, -1}, -1, NULL, 1},
    {"the broker starts above us", {"0000 02 002d 0002 0009 00 00000000 00"}, {3, -1}, -1, NULL, -1},
    {"the broker ends below its own start", {"0000 02 002d 0001 0000 00 00000000 00"}, {3, -1}, -1, NULL, -1},
    {"not offered", {"0000 01 00000000 00"}, {3, -1}, -1, NULL, -1},
    {"refused with a range", {"0023 00000001 0012 0000 0002", "0000 00000001 002d 0000 0001 00000000"},
     {3, 2, -1}, -1, NULL, 1},
    {"refused with a range of 0", {"0023 00000001 0012 0000 0000", "0000 00000001 002d 0000 0001"},
     {3, 0, -1}, -1, NULL, 1},
    {"refused without a list", {"0023 00000000", "0000 00000001 002d 0000 0001"}, {3, 0, -1}, -1, NULL, 1},
    {"refused with the code alone", {"0023", "0000 00000001 002d 0000 0001"}, {3, 0, -1}, -1, NULL, 1},
    {"refused as librdkafka's mock does it", {"0023 01 0012 0000 0002 00 00000000 00", "0000 00000001 002d 0000 0001"},
     {3, 0, -1}, -1, NULL, 1},
    {"refused with what we asked for", {"0023 00000001 0012 0000 0003", "0000 00000001 002d 0000 0001"},
     {3, 0, -1}, -1, NULL, 1},
    {"refused twice", {"0023 00000001 0012 0000 0002", "0023 00000001 0012 0000 0002", "0000 00000001 002d 0000 0001"},
     {3, 2, 0}, -1, NULL, 1},
    {"refused in version 0", {"0023 00000000", "0023 00000000"}, {3, 0, -1}, RZ_ERROR_UNSUPPORTED, "UNSUPPORTED_VERSION", 0},
    {"an invalid request", {"002a 01 00000000 00"}, {3, -1}, RZ_ERROR_KAFKA, "INVALID_REQUEST", 0},
    {"bytes missing", {"0000 02 002d"}, {3, -1}, RZ_ERROR_PROTOCOL, "ApiVersions 3 response.apis", 0},
    {"nothing at all", {""}, {3, -1}, RZ_ERROR_PROTOCOL, "cut off", 0},
    {"closed", {NULL}, {3, -1}, RZ_ERROR_UNREACHABLE, "TLS or SASL", 0},
};
/* clang-format on */

typedef struct {
    const Negotiation *row;
    int asked;
    bool as_expected;
} Negotiator;

static FakeReply
negotiate(void *context, const RzRequestHeader *header, const void *request)
{
    Negotiator *n = context;
    int turn = n->asked++;
    (void)request;
    if (turn >= 3 || header->api->key != RZ_API_API_VERSIONS ||
        header->version != n->row->asked[turn])
        n->as_expected = false;
    if (turn >= 3 || n->row->replies[turn] == NULL)
        return fake_close();
    g_autofree char *digits =
        g_strdup_printf("%08x%s", (unsigned)header->correlation_id, n->row->replies[turn]);
    FakeReply reply = fake_raw(digits);
    uint8_t size[4] = {0, 0, (uint8_t)(reply.bytes->len >> 8), (uint8_t)reply.bytes->len};
    g_byte_array_prepend(reply.bytes, size, sizeof size);
    return reply;
}

static void
versions_are_agreed(void **state)
{
    Negotiator n = {.row = *state, .as_expected = true};
    g_autoptr(FakeBroker) broker = fake_broker_start(negotiate, &n);
    g_autoptr(GError) error = NULL;
    RzConnectionOptions options = options_with(1000);
    g_autoptr(RzConnection) connection =
        rz_connection_open("127.0.0.1", fake_broker_port(broker), &options, &error);
    assert_true(n.as_expected);
    if (n.row->error >= 0) {
        assert_null(connection);
        assert_error(error, n.row->error, n.row->message);
        return;
    }
    if (connection == NULL)
        fail_msg("%s", error->message);
    assert_int_equal(rz_connection_version(connection, RZ_API_ALTER_REASSIGN),
                     n.row->alter_version);
    assert_int_equal(rz_connection_version(connection, (RzApiKey)1), -1);
}

/* ---- bad peers ---- */

typedef struct {
    const char *name;
    const char *hex; /* instead of an answer; NULL: nothing */
    bool close;
    int error;
    const char *message;
} BadPeer;

/* clang-format off */
static const BadPeer bad_peers[] = {
    {"closes instead of answering",  NULL, true, RZ_ERROR_AMBIGUOUS, "closed the connection"},
    {"says nothing",                 NULL, false, RZ_ERROR_AMBIGUOUS, "timed out"},
    {"another correlation id",       "0000000e 7fffffff 00 00000000 0000 00 01 00", false, RZ_ERROR_PROTOCOL, "correlation id"},
    {"a size of zero",               "00000000", false, RZ_ERROR_PROTOCOL, "0 bytes"},
    {"a size of three",              "00000003 000000", false, RZ_ERROR_PROTOCOL, "3 bytes"},
    {"a negative size",              "ffffffff", false, RZ_ERROR_PROTOCOL, "-1 bytes"},
    {"a size of two thousand million", "7fffffff", false, RZ_ERROR_PROTOCOL, "2147483647 bytes"},
    {"a byte above our limit",       "000f4241", false, RZ_ERROR_PROTOCOL, "1000001 bytes"},
    {"our limit, and then nothing",  "000f4240 00", true, RZ_ERROR_AMBIGUOUS, "closed the connection"},
    {"TLS",                          "15030300 020228", false, RZ_ERROR_PROTOCOL, "TLS listener"},
    {"HTTP",                         "48545450 2f312e31 20343030", false, RZ_ERROR_PROTOCOL, "HTTP server"},
};
/* clang-format on */

static FakeReply
be_bad(void *context, const RzRequestHeader *header, const void *request)
{
    const BadPeer *const *row = context;
    (void)request;
    if (header->api->key == RZ_API_API_VERSIONS)
        return fake_all_versions(header);
    FakeReply reply = {.close = (*row)->close};
    if ((*row)->hex != NULL)
        reply.bytes = fake_raw((*row)->hex).bytes;
    return reply;
}

static RzConnection *
open_to(const FakeBroker *broker, const RzConnectionOptions *options)
{
    g_autoptr(GError) error = NULL;
    RzConnection *connection =
        rz_connection_open("127.0.0.1", fake_broker_port(broker), options, &error);
    if (connection == NULL)
        fail_msg("%s", error->message);
    return connection;
}

static void
bad_peers_are_left(void **state)
{
    const BadPeer *row = *state;
    g_autoptr(FakeBroker) broker = fake_broker_start(be_bad, &row);
    g_autoptr(RzArena) arena = rz_arena_new();
    g_autoptr(GError) error = NULL;
    RzConnectionOptions options = options_with(150);
    g_autoptr(RzConnection) connection = open_to(broker, &options);
    assert_null(rz_connection_call(connection, RZ_API_LIST_REASSIGN, &list_all, arena, &error));
    assert_error(error, row->error, row->message);
    assert_non_null(strstr(error->message, "127.0.0.1:"));
    assert_false(rz_connection_is_usable(connection));
    g_clear_error(&error);
    assert_null(rz_connection_call(connection, RZ_API_LIST_REASSIGN, &list_all, arena, &error));
    assert_error(error, RZ_ERROR_UNREACHABLE, "");
}

/* ---- one behaviour each ---- */

typedef struct {
    guint cut; /* answer only that many bytes, then close */
    unsigned drip_ms;
    int32_t throttle_ms;
    bool close_after;
    guint answer_bytes;
} Manners;

static FakeReply
with_manners(void *context, const RzRequestHeader *header, const void *request)
{
    Manners *manners = context;
    const RzListReassignResponse response = {.throttle_ms = manners->throttle_ms};
    (void)request;
    if (header->api->key == RZ_API_API_VERSIONS)
        return fake_all_versions(header);
    FakeReply reply = fake_answer(header, &response);
    manners->answer_bytes = reply.bytes->len;
    reply.drip_ms = manners->drip_ms;
    reply.close = manners->close_after || manners->cut < reply.bytes->len;
    if (manners->cut < reply.bytes->len)
        g_byte_array_set_size(reply.bytes, manners->cut);
    return reply;
}

static void
an_answer_cut_anywhere_is_ambiguous(void **state)
{
    (void)state;
    Manners manners = {.answer_bytes = 1};
    for (manners.cut = 0; manners.cut < manners.answer_bytes; manners.cut++) {
        g_autoptr(FakeBroker) broker = fake_broker_start(with_manners, &manners);
        g_autoptr(RzArena) arena = rz_arena_new();
        g_autoptr(GError) error = NULL;
        RzConnectionOptions options = options_with(1000);
        g_autoptr(RzConnection) connection = open_to(broker, &options);
        assert_null(rz_connection_call(connection, RZ_API_LIST_REASSIGN, &list_all, arena, &error));
        assert_error(error, RZ_ERROR_AMBIGUOUS, "closed the connection");
    }
    assert_int_equal(manners.answer_bytes, 18);
}

static void
a_slow_drip_meets_the_deadline(void **state)
{
    (void)state;
    Manners manners = {.cut = G_MAXUINT, .drip_ms = 40};
    g_autoptr(FakeBroker) broker = fake_broker_start(with_manners, &manners);
    g_autoptr(RzArena) arena = rz_arena_new();
    g_autoptr(GError) error = NULL;
    RzConnectionOptions options = options_with(200);
    g_autoptr(RzConnection) connection = open_to(broker, &options);
    int64_t start_ms = now_ms();
    assert_null(rz_connection_call(connection, RZ_API_LIST_REASSIGN, &list_all, arena, &error));
    assert_error(error, RZ_ERROR_AMBIGUOUS, "timed out");
    assert_in_range(now_ms() - start_ms, 190, 600);
}

static void
throttling_is_honoured(void **state)
{
    (void)state;
    Manners manners = {.cut = G_MAXUINT, .throttle_ms = 200};
    g_autoptr(FakeBroker) broker = fake_broker_start(with_manners, &manners);
    g_autoptr(RzArena) arena = rz_arena_new();
    RzConnectionOptions options = options_with(1000);
    g_autoptr(RzConnection) connection = open_to(broker, &options);
    assert_non_null(rz_connection_call(connection, RZ_API_LIST_REASSIGN, &list_all, arena, NULL));
    int64_t start_ms = now_ms();
    assert_non_null(rz_connection_call(connection, RZ_API_LIST_REASSIGN, &list_all, arena, NULL));
    assert_in_range(now_ms() - start_ms, 190, 900);
}

/* Idle connections are closed by brokers; a request must not get lost in one. */
static void
a_closed_idle_connection_is_noticed_before_sending(void **state)
{
    (void)state;
    Manners manners = {.cut = G_MAXUINT, .close_after = true};
    g_autoptr(FakeBroker) broker = fake_broker_start(with_manners, &manners);
    g_autoptr(RzArena) arena = rz_arena_new();
    g_autoptr(GError) error = NULL;
    RzConnectionOptions options = options_with(1000);
    g_autoptr(RzConnection) connection = open_to(broker, &options);
    assert_non_null(rz_connection_call(connection, RZ_API_LIST_REASSIGN, &list_all, arena, NULL));
    g_usleep(50000);
    assert_null(rz_connection_call(connection, RZ_API_LIST_REASSIGN, &list_all, arena, &error));
    assert_error(error, RZ_ERROR_UNREACHABLE, "has closed the connection");
}

static FakeReply
offer_nothing(void *context, const RzRequestHeader *header, const void *request)
{
    (void)context;
    (void)request;
    return fake_versions(header, NULL, 0);
}

static void
what_is_not_offered_is_not_sent(void **state)
{
    (void)state;
    g_autoptr(FakeBroker) broker = fake_broker_start(offer_nothing, NULL);
    g_autoptr(RzArena) arena = rz_arena_new();
    g_autoptr(GError) error = NULL;
    RzConnectionOptions options = options_with(1000);
    g_autoptr(RzConnection) connection = open_to(broker, &options);
    assert_null(rz_connection_call(connection, RZ_API_LIST_REASSIGN, &list_all, arena, &error));
    assert_error(error, RZ_ERROR_UNSUPPORTED, "ListPartitionReassignments");
    assert_true(rz_connection_is_usable(connection));
}

static void
unreachable_addresses_are_named(void **state)
{
    (void)state;
    g_autoptr(FakeBroker) broker = fake_broker_start(offer_nothing, NULL);
    uint16_t port = fake_broker_port(broker);
    fake_broker_stop(g_steal_pointer(&broker));
    g_autoptr(GError) error = NULL;
    RzConnectionOptions options = options_with(1000);
    assert_null(rz_connection_open("127.0.0.1", port, &options, &error));
    assert_error(error, RZ_ERROR_UNREACHABLE, "127.0.0.1:");
    g_clear_error(&error);
    assert_null(rz_connection_open("no.such.host.invalid", port, &options, &error));
    assert_error(error, RZ_ERROR_UNREACHABLE, "no.such.host.invalid");
}

/* localhost may be ::1 first, where nobody listens. */
static void
every_address_of_a_name_is_tried(void **state)
{
    (void)state;
    g_autoptr(FakeBroker) broker = fake_broker_start(offer_nothing, NULL);
    g_autoptr(GError) error = NULL;
    RzConnectionOptions options = options_with(1000);
    g_autoptr(RzConnection) connection =
        rz_connection_open("localhost", fake_broker_port(broker), &options, &error);
    assert_null(error);
    assert_non_null(connection);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(an_answer_cut_anywhere_is_ambiguous),
        cmocka_unit_test(a_slow_drip_meets_the_deadline),
        cmocka_unit_test(throttling_is_honoured),
        cmocka_unit_test(a_closed_idle_connection_is_noticed_before_sending),
        cmocka_unit_test(what_is_not_offered_is_not_sent),
        cmocka_unit_test(unreachable_addresses_are_named),
        cmocka_unit_test(every_address_of_a_name_is_tried),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(negotiations); i++)
        add_row(tests, negotiations[i].name, versions_are_agreed, &negotiations[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(bad_peers); i++)
        add_row(tests, bad_peers[i].name, bad_peers_are_left, &bad_peers[i]);
    g_array_append_vals(tests, fixed, G_N_ELEMENTS(fixed));
    return run_rows("connection", tests);
}
