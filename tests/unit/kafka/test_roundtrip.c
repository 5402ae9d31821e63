/*
 * test_roundtrip.c: every message in every version, encoded and decoded, is what it was; and what
 * the schema tables promise about themselves.
 */
#include "tests/unit/kafka/rows.h"

#include "executor/kafka/buffer.h"
#include "executor/kafka/codec.h"
#include "rezone/error.h"
#include "tests/unit/kafka/random_message.h"

enum { ROUNDS = 60, SEED = 20240501 };

static void
message_survives(const RzWireApi *api, const RzWireSchema *schema, int16_t version, GRand *rand)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const void *before = random_message(rand, schema, version, arena);
    assert_true(rz_wire_encode(api, schema, version, before, bytes, &error));

    g_autoptr(RzArena) other = rz_arena_new();
    void *after = rz_arena_alloc(other, 1, schema->size);
    if (!rz_wire_decode(api, schema, version, bytes->data, bytes->len, other, after, &error))
        fail_msg("%s", error->message);
    const char *difference = message_difference(schema, before, after);
    if (difference != NULL)
        fail_msg("%s %d: %s differs", schema->name, version, difference);
}

static void
every_version_survives(void **state)
{
    const RzWireApi *api = *state;
    GRand *rand = g_rand_new_with_seed(SEED);
    for (int16_t version = api->min; version <= api->max; version++) {
        for (int i = 0; i < ROUNDS; i++) {
            message_survives(api, api->request, version, rand);
            message_survives(api, api->response, version, rand);
        }
    }
    g_rand_free(rand);
}

/* The tables are typed by hand: what the codec takes for granted is checked here. */
static void
check_schema(const RzWireSchema *schema)
{
    int last_tag = -1;
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        const RzWireField *field = &schema->fields[i];
        assert_true(field->since <= field->until);
        assert_true(field->null_since == RZ_NEVER_NULL || field->null_since <= field->until);
        assert_true(field->initial == 0 || field->element == NULL);
        if (field->tag != RZ_UNTAGGED) {
            assert_true(field->tag > last_tag);
            last_tag = field->tag;
        }
        if (field->element != NULL)
            check_schema(field->element);
    }
}

static void
tables_are_well_formed(void **state)
{
    (void)state;
    int16_t last = -1;
    for (uint32_t i = 0; i < rz_n_wire_apis; i++) {
        assert_true(rz_wire_apis[i].key > last);
        last = rz_wire_apis[i].key;
        assert_ptr_equal(rz_wire_api(last), &rz_wire_apis[i]);
        check_schema(rz_wire_apis[i].request);
        check_schema(rz_wire_apis[i].response);
    }
    assert_null(rz_wire_api(1));
}

typedef struct {
    uint32_t value;
    uint8_t bytes[5];
    size_t n;
} Varint;

static const Varint varints[] = {
    {0, {0x00}, 1},
    {1, {0x01}, 1},
    {127, {0x7f}, 1},
    {128, {0x80, 0x01}, 2},
    {300, {0xac, 0x02}, 2},
    {16384, {0x80, 0x80, 0x01}, 3},
    {UINT32_MAX, {0xff, 0xff, 0xff, 0xff, 0x0f}, 5},
};

static void
varints_are_kafkas(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(varints); i++) {
        g_autoptr(GByteArray) out = g_byte_array_new();
        rz_write_uvarint(out, varints[i].value);
        assert_int_equal(out->len, varints[i].n);
        assert_memory_equal(out->data, varints[i].bytes, varints[i].n);
        RzReader in = {out->data, out->data + out->len};
        uint32_t value;
        assert_true(rz_read_uvarint(&in, &value));
        assert_int_equal(value, varints[i].value);
        assert_int_equal(rz_reader_left(&in), 0);
    }
}

static void
long_varints_are_refused(void **state)
{
    (void)state;
    static const uint8_t six[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x01};
    static const uint8_t above_32_bits[] = {0xff, 0xff, 0xff, 0xff, 0x1f};
    uint32_t value;
    RzReader in = {six, six + sizeof six};
    assert_false(rz_read_uvarint(&in, &value));
    in = (RzReader){above_32_bits, above_32_bits + sizeof above_32_bits};
    assert_false(rz_read_uvarint(&in, &value));
    in = (RzReader){six, six + 2};
    assert_false(rz_read_uvarint(&in, &value));
}

static void
defaults_stand_for_absent_fields(void **state)
{
    (void)state;
    const RzWireApi *api = rz_wire_api(RZ_API_METADATA);
    g_autoptr(RzArena) arena = rz_arena_new();
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const RzMetadataResponse sent = {.controller_id = 5, .cluster_ops = 7};
    assert_true(rz_wire_encode(api, api->response, 0, &sent, bytes, NULL));
    RzMetadataResponse seen;
    assert_true(rz_wire_decode(api, api->response, 0, bytes->data, bytes->len, arena, &seen, NULL));
    assert_int_equal(seen.controller_id, -1);
    assert_int_equal(seen.cluster_ops, INT32_MIN);
    assert_null(seen.cluster_id);
    assert_non_null(seen.brokers); /* empty, not null */
}

static void
throttle_is_found(void **state)
{
    (void)state;
    const RzMetadataResponse metadata = {.throttle_ms = 12};
    const RzSaslHandshakeResponse handshake = {0};
    assert_int_equal(rz_wire_throttle_ms(rz_wire_api(RZ_API_METADATA), &metadata), 12);
    assert_int_equal(rz_wire_throttle_ms(rz_wire_api(RZ_API_SASL_HANDSHAKE), &handshake), 0);
}

static void
long_strings_are_refused(void **state)
{
    (void)state;
    g_autofree char *text = g_strnfill(32768, 'x');
    g_autoptr(GError) error = NULL;
    RzRequestHeader header = {rz_wire_api(RZ_API_SASL_HANDSHAKE), 1, 1, NULL};
    const RzSaslHandshakeRequest request = {text};
    assert_null(rz_wire_encode_request(&header, &request, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
    g_clear_error(&error);
    const RzApiFeature feature = {text, 0, 0}; /* inside a tagged field */
    const RzApiVersionsResponse response = {.features = &feature, .n_features = 1, .epoch = -1};
    header = (RzRequestHeader){rz_wire_api(RZ_API_API_VERSIONS), 3, 1, NULL};
    assert_null(rz_wire_encode_response(&header, &response, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
}

int
main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(tables_are_well_formed),
        cmocka_unit_test(varints_are_kafkas),
        cmocka_unit_test(long_varints_are_refused),
        cmocka_unit_test(defaults_stand_for_absent_fields),
        cmocka_unit_test(throttle_is_found),
        cmocka_unit_test(long_strings_are_refused),
    };
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    g_array_append_vals(tests, fixed, G_N_ELEMENTS(fixed));
    for (uint32_t i = 0; i < rz_n_wire_apis; i++)
        add_row(tests, rz_wire_apis[i].name, every_version_survives, &rz_wire_apis[i]);
    return run_rows("roundtrip", tests);
}
