/*
 * test_malformed.c: bytes that no honest peer sends are refused, by name and without harm.
 *
 * By hand for each rule, then by machine: every valid message cut at every byte, with a byte too
 * many, and with each byte changed, must decode or fail, never more; and what it costs is bounded.
 */
#include "tests/unit/kafka/rows.h"

#include <string.h>

#include "executor/kafka/codec.h"
#include "rezone/error.h"
#include "tests/unit/kafka/hex.h"
#include "tests/unit/kafka/random_message.h"

enum { SEED = 7 };

typedef struct {
    const char *name;
    RzApiKey api;
    int16_t version;
    const char *hex;   /* a response frame's content; correlation id 1 */
    const char *error; /* a part of the message; NULL: it is fine */
} Case;

/* clang-format off */
static const Case cases[] = {
    {"an unknown tagged field is skipped", RZ_API_LIST_REASSIGN, 0,
     "00000001 00 00000000 0000 00 01 01 63 02 abcd", NULL},
    {"tagged fields in the header are skipped", RZ_API_LIST_REASSIGN, 0,
     "00000001 01 05 01 ff 00000000 0000 00 01 00", NULL},
    {"null array where it is not nullable", RZ_API_LIST_REASSIGN, 0,
     "00000001 00 00000000 0000 00 00 00", ".topics: null"},
    {"null string where it is not nullable", RZ_API_LIST_REASSIGN, 0,
     "00000001 00 00000000 0000 00 02 00 01 00 00", ".topics[0].name: null"},
    {"null classic array", RZ_API_SASL_HANDSHAKE, 1, "00000001 0000 ffffffff", ".mechanisms: null"},
    {"null classic string", RZ_API_SASL_HANDSHAKE, 1, "00000001 0000 00000001 ffff", ".mechanisms[0]: null"},
    {"negative count", RZ_API_SASL_HANDSHAKE, 1, "00000001 0000 fffffffe", "negative"},
    {"negative string length", RZ_API_SASL_HANDSHAKE, 1, "00000001 0000 00000001 8000", "negative"},
    {"a count of two thousand million", RZ_API_SASL_HANDSHAKE, 1, "00000001 0000 7fffffff", "2147483647 announced"},
    {"a compact count of four thousand million", RZ_API_LIST_REASSIGN, 0,
     "00000001 00 00000000 0000 00 ffffffff0f 00", "4294967294 announced"},
    {"a count that fits as bytes but not as elements", RZ_API_LIST_REASSIGN, 0,
     "00000001 00 00000000 0000 00 03 01 01 00 00", ".topics: 2 announced"},
    {"a varint of six bytes", RZ_API_LIST_REASSIGN, 0,
     "00000001 00 00000000 0000 00 808080808001", "length is cut off"},
    {"bytes left over", RZ_API_LIST_REASSIGN, 0, "00000001 00 00000000 0000 00 01 00 00", "1 bytes are left over"},
    {"not UTF-8", RZ_API_SASL_HANDSHAKE, 1, "00000001 0000 00000001 0002 c328", "not UTF-8"},
    {"a NUL in a string", RZ_API_SASL_HANDSHAKE, 1, "00000001 0000 00000001 0002 4100", "not UTF-8"},
    {"tagged fields out of order", RZ_API_LIST_REASSIGN, 0,
     "00000001 00 00000000 0000 00 01 02 05 00 04 00", "out of order"},
    {"a tagged field twice", RZ_API_LIST_REASSIGN, 0,
     "00000001 00 00000000 0000 00 01 02 05 00 05 00", "out of order"},
    {"a tagged field longer than the frame", RZ_API_LIST_REASSIGN, 0,
     "00000001 00 00000000 0000 00 01 01 05 09 00", "a tagged field is cut off"},
    {"a known tagged field with a byte too many", RZ_API_API_VERSIONS, 3,
     "00000001 0000 01 00000000 01 01 09 000000000000002a 00", ".epoch: 1 bytes too many"},
    {"a known tagged field too short", RZ_API_API_VERSIONS, 3,
     "00000001 0000 01 00000000 01 01 04 0000002a", ".epoch: the number is cut off"},
    {"another correlation id", RZ_API_LIST_REASSIGN, 0, "00000002 00 00000000 0000 00 01 00", "correlation id 2"},
    {"no correlation id", RZ_API_LIST_REASSIGN, 0, "0000", "header is cut off"},
    {"a header without its tags", RZ_API_LIST_REASSIGN, 0, "00000001", "header is cut off"},
    {"a null cursor", RZ_API_DESCRIBE_TOPICS, 0, "00000001 00 00000000 01 ff 00", NULL},
    {"a cursor", RZ_API_DESCRIBE_TOPICS, 0, "00000001 00 00000000 01 01 02 61 00000003 00 00", NULL},
    {"a cursor without its marker", RZ_API_DESCRIBE_TOPICS, 0, "00000001 00 00000000 01", "marker is cut off"},
    {"half a topic id", RZ_API_METADATA, 12,
     "00000001 00 00000000 01 00 00000000 02 0000 154141414141414141414141414141414141414141 000000",
     ".topics[0].topic_id: the id is cut off"},
};
/* clang-format on */

static void
bad_bytes_are_named(void **row)
{
    const Case *c = *row;
    g_autoptr(GByteArray) frame = bytes_from_hex(c->hex);
    g_autoptr(RzArena) arena = rz_arena_new();
    g_autoptr(GError) error = NULL;
    RzRequestHeader header = {rz_wire_api((int16_t)c->api), c->version, 1, NULL};
    const void *response = rz_wire_decode_response(&header, frame->data, frame->len, arena, &error);
    if (c->error == NULL) {
        assert_null(error);
        assert_non_null(response);
        return;
    }
    assert_null(response);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_PROTOCOL));
    if (strstr(error->message, c->error) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error->message, c->error);
}

static bool
decodes(const RzWireApi *api, const RzWireSchema *schema, int16_t version, const uint8_t *bytes,
        size_t n)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    g_autoptr(GError) error = NULL;
    void *message = rz_arena_alloc(arena, 1, schema->size);
    bool good = rz_wire_decode(api, schema, version, bytes, n, arena, message, &error);
    assert_true(good == (error == NULL));
    assert_true(rz_arena_bytes(arena) <= 1024 + 64 * n);
    return good;
}

/* A copy of exact size, so that a sanitizer sees every step past its end. */
static void
mutilate(const RzWireApi *api, const RzWireSchema *schema, int16_t version, const GByteArray *bytes)
{
    for (guint n = 0; n < bytes->len; n++) {
        g_autofree uint8_t *cut = g_memdup2(bytes->data, n);
        assert_false(decodes(api, schema, version, cut, n));
    }
    g_autofree uint8_t *longer = g_malloc0((gsize)bytes->len + 1);
    if (bytes->len > 0)
        memcpy(longer, bytes->data, bytes->len);
    assert_false(decodes(api, schema, version, longer, (size_t)bytes->len + 1));
    for (guint i = 0; i < bytes->len; i++) {
        static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
        g_autofree uint8_t *changed = g_memdup2(bytes->data, bytes->len);
        for (size_t v = 0; v < G_N_ELEMENTS(values); v++) {
            changed[i] = values[v];
            (void)decodes(api, schema, version, changed, bytes->len);
        }
    }
}

static void
mutilated_messages_are_refused(void **state)
{
    const RzWireApi *api = *state;
    GRand *rand = g_rand_new_with_seed(SEED);
    for (int16_t version = api->min; version <= api->max; version++) {
        const RzWireSchema *schemas[] = {api->request, api->response};
        for (size_t i = 0; i < G_N_ELEMENTS(schemas); i++) {
            g_autoptr(RzArena) arena = rz_arena_new();
            g_autoptr(GByteArray) bytes = g_byte_array_new();
            const void *message = random_message(rand, schemas[i], version, arena);
            assert_true(rz_wire_encode(api, schemas[i], version, message, bytes, NULL));
            if (bytes->len > 1500)
                continue;
            mutilate(api, schemas[i], version, bytes);
        }
    }
    g_rand_free(rand);
}

typedef struct {
    const char *hex;
    int code;
    const char *error;
} BadRequest;

static const BadRequest bad_requests[] = {
    {"002e 0000 0000", RZ_ERROR_PROTOCOL, "header is cut off"},
    {"0001 0000 00000001 ffff", RZ_ERROR_UNSUPPORTED, "API key 1 version 0"},
    {"002e 0001 00000001 ffff", RZ_ERROR_UNSUPPORTED, "API key 46 version 1"},
    {"002e ffff 00000001 ffff", RZ_ERROR_UNSUPPORTED, "API key 46 version -1"},
    {"002e 0000 00000001 0009 61", RZ_ERROR_PROTOCOL, "bad header"},
    {"002e 0000 00000001 fffe 00", RZ_ERROR_PROTOCOL, "bad header"},
    {"002e 0000 00000001 ffff 01", RZ_ERROR_PROTOCOL, "bad header"},
    {"002e 0000 00000001 ffff 00 0000", RZ_ERROR_PROTOCOL, ".timeout_ms"},
};

static void
bad_requests_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(bad_requests); i++) {
        g_autoptr(GByteArray) frame = bytes_from_hex(bad_requests[i].hex);
        g_autoptr(RzArena) arena = rz_arena_new();
        g_autoptr(GError) error = NULL;
        RzRequestHeader header;
        assert_null(rz_wire_decode_request(frame->data, frame->len, arena, &header, &error));
        assert_int_equal(error->code, bad_requests[i].code);
        assert_non_null(strstr(error->message, bad_requests[i].error));
    }
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        add_row(tests, cases[i].name, bad_bytes_are_named, &cases[i]);
    for (uint32_t i = 0; i < rz_n_wire_apis; i++)
        add_row(tests, rz_wire_apis[i].name, mutilated_messages_are_refused, &rz_wire_apis[i]);
    add_row(tests, "bad requests are refused", bad_requests_are_refused, NULL);
    return run_rows("malformed", tests);
}
