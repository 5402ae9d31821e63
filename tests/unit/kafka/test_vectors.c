/*
 * test_vectors.c: our bytes against bytes that Kafka's own encoder produces.
 *
 * Each vector is encoded from its C struct and compared, then decoded and encoded again: that the
 * second bytes equal the first shows that decoding lost nothing.
 */
#include "tests/unit/kafka/rows.h"

#include "executor/kafka/codec.h"
#include "tests/unit/kafka/hex.h"

typedef enum { REQUEST, RESPONSE } Direction;

typedef struct {
    const char *name;
    Direction direction;
    RzApiKey api;
    int16_t version;
    int32_t correlation_id;
    const void *message;
    const char *hex;
} Vector;

#define NAME_ORDERS "07 6f7264657273"

static const RzApiVersionsRequest api_versions_request = {"tool", "0.1.0"};
static const RzApiVersionRange two_ranges[] = {{18, 0, 4}, {45, 0, 1}};
static const RzApiFeature feature = {"metadata.version", 1, 25};
static const RzApiFinalized finalized = {"metadata.version", 25, 25};
static const RzApiVersionsResponse api_versions_response = {
    .apis = two_ranges,
    .n_apis = 2,
    .features = &feature,
    .n_features = 1,
    .epoch = 42,
    .finalized = &finalized,
    .n_finalized = 1,
};
static const RzApiVersionRange own_range[] = {{18, 0, 3}};
static const RzApiVersionsResponse unsupported_response = {
    .error = 35, .apis = own_range, .n_apis = 1};

static const int32_t one_two_three[] = {1, 2, 3};
static const RzAlterReassignPartition move_and_cancel[] = {{0, one_two_three, 3}, {1, NULL, 0}};
static const RzAlterReassignTopic move_topic = {"orders", move_and_cancel, 2};
static const RzAlterReassignRequest alter_request = {
    .timeout_ms = 30000, .topics = &move_topic, .n_topics = 1};

static const RzAlterReassignPartitionResult both_ok[] = {{0, 0, NULL}, {1, 0, NULL}};
static const RzAlterReassignTopicResult topic_ok = {"orders", both_ok, 2};
static const RzAlterReassignResponse alter_ok = {
    .allow_rf_change = true, .topics = &topic_ok, .n_topics = 1};
static const RzAlterReassignPartitionResult one_refused[] = {
    {0, 0, NULL}, {1, 85, "No partition reassignment is in progress."}};
static const RzAlterReassignTopicResult topic_refused = {"orders", one_refused, 2};
static const RzAlterReassignResponse alter_refused = {
    .allow_rf_change = true, .topics = &topic_refused, .n_topics = 1};
static const RzAlterReassignResponse not_controller = {
    .allow_rf_change = true,
    .error = 41,
    .message = "This is not the correct controller for this cluster.",
};

static const RzListReassignRequest list_all = {.timeout_ms = 30000};
static const RzListReassignResponse list_empty = {0};
static const int32_t one_to_four[] = {1, 2, 3, 4}, one[] = {1}, four[] = {4};
static const RzOngoingPartition ongoing = {0, one_to_four, 4, one, 1, four, 1};
static const RzOngoingTopic ongoing_topic = {"orders", &ongoing, 1};
static const RzListReassignResponse list_one = {.topics = &ongoing_topic, .n_topics = 1};

/* clang-format off */
static const Vector vectors[] = {
    {"ApiVersions 3 request", REQUEST, RZ_API_API_VERSIONS, 3, 1, &api_versions_request,
     "0000001b 0012 0003 00000001 0004 746f6f6c 00 05 746f6f6c 06 302e312e30 00"},
    {"ApiVersions 3 response: tagged features", RESPONSE, RZ_API_API_VERSIONS, 3, 1, &api_versions_response,
     "00000056 00000001 0000 03 0012 0000 0004 00 002d 0000 0001 00 00000000"
     "03 00 17 02 11 6d657461646174612e76657273696f6e 0001 0019 00"
     "01 08 000000000000002a 02 17 02 11 6d657461646174612e76657273696f6e 0019 0019 00"},
    {"ApiVersions 0 response: unsupported version", RESPONSE, RZ_API_API_VERSIONS, 0, 1, &unsupported_response,
     "00000010 00000001 0023 00000001 0012 0000 0003"},
    {"AlterPartitionReassignments 0 request", REQUEST, RZ_API_ALTER_REASSIGN, 0, 7, &alter_request,
     "00000036 002d 0000 00000007 0004 746f6f6c 00 00007530 02 " NAME_ORDERS " 03"
     "00000000 04 00000001 00000002 00000003 00 00000001 00 00 00 00"},
    {"AlterPartitionReassignments 1 request: the flag is second", REQUEST, RZ_API_ALTER_REASSIGN, 1, 7, &alter_request,
     "00000037 002d 0001 00000007 0004 746f6f6c 00 00007530 00 02 " NAME_ORDERS " 03"
     "00000000 04 00000001 00000002 00000003 00 00000001 00 00 00 00"},
    {"AlterPartitionReassignments 0 response: done", RESPONSE, RZ_API_ALTER_REASSIGN, 0, 7, &alter_ok,
     "00000027 00000007 00 00000000 0000 00 02 " NAME_ORDERS " 03"
     "00000000 0000 00 00 00000001 0000 00 00 00 00"},
    {"AlterPartitionReassignments 0 response: one refused", RESPONSE, RZ_API_ALTER_REASSIGN, 0, 7, &alter_refused,
     "00000050 00000007 00 00000000 0000 00 02 " NAME_ORDERS " 03 00000000 0000 00 00 00000001 0055"
     "2a 4e6f20706172746974696f6e20726561737369676e6d656e7420697320696e2070726f67726573732e 00 00 00"},
    {"AlterPartitionReassignments 0 response: not the controller", RESPONSE, RZ_API_ALTER_REASSIGN, 0, 7, &not_controller,
     "00000042 00000007 00 00000000 0029 35 54686973206973206e6f742074686520636f7272656374"
     "20636f6e74726f6c6c657220666f72207468697320636c75737465722e 01 00"},
    {"ListPartitionReassignments 0 request: all", REQUEST, RZ_API_LIST_REASSIGN, 0, 8, &list_all,
     "00000015 002e 0000 00000008 0004 746f6f6c 00 00007530 00 00"},
    {"ListPartitionReassignments 0 response: nothing runs", RESPONSE, RZ_API_LIST_REASSIGN, 0, 8, &list_empty,
     "0000000e 00000008 00 00000000 0000 00 01 00"},
    {"ListPartitionReassignments 0 response: one runs", RESPONSE, RZ_API_LIST_REASSIGN, 0, 8, &list_one,
     "00000037 00000008 00 00000000 0000 00 02 " NAME_ORDERS " 02 00000000"
     "05 00000001 00000002 00000003 00000004 02 00000001 02 00000004 00 00 00"},
};
/* clang-format on */

static GByteArray *
encode(const Vector *v, const void *message)
{
    RzRequestHeader header = {rz_wire_api((int16_t)v->api), v->version, v->correlation_id, "tool"};
    GByteArray *bytes = v->direction == REQUEST ? rz_wire_encode_request(&header, message, NULL)
                                                : rz_wire_encode_response(&header, message, NULL);
    assert_non_null(bytes);
    return bytes;
}

static const void *
decode(const Vector *v, const GByteArray *frame, RzArena *arena)
{
    g_autoptr(GError) error = NULL;
    RzRequestHeader header = {rz_wire_api((int16_t)v->api), v->version, v->correlation_id, NULL};
    RzRequestHeader seen = header;
    const void *message =
        v->direction == REQUEST
            ? rz_wire_decode_request(frame->data + 4, frame->len - 4, arena, &seen, &error)
            : rz_wire_decode_response(&header, frame->data + 4, frame->len - 4, arena, &error);
    assert_null(error);
    assert_non_null(message);
    assert_ptr_equal(seen.api, header.api);
    assert_int_equal(seen.version, v->version);
    assert_int_equal(seen.correlation_id, v->correlation_id);
    if (v->direction == REQUEST)
        assert_string_equal(seen.client_id, "tool");
    return message;
}

static void
assert_bytes(const GByteArray *seen, const GByteArray *expected)
{
    g_autofree char *a = hex_from_bytes(seen->data, seen->len);
    g_autofree char *b = hex_from_bytes(expected->data, expected->len);
    assert_string_equal(a, b);
}

static void
bytes_agree_with_kafka(void **row)
{
    const Vector *v = *row;
    g_autoptr(GByteArray) expected = bytes_from_hex(v->hex);
    g_autoptr(GByteArray) encoded = encode(v, v->message);
    assert_bytes(encoded, expected);

    g_autoptr(RzArena) arena = rz_arena_new();
    g_autoptr(GByteArray) again = encode(v, decode(v, expected, arena));
    assert_bytes(again, expected);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++)
        add_row(tests, vectors[i].name, bytes_agree_with_kafka, &vectors[i]);
    return run_rows("vectors", tests);
}
