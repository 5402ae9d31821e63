/*
 * test_kafka_error.c: the table knows every code that we name, and says something about any other.
 */
#include "tests/unit/kafka/rows.h"

#include <string.h>

#include "executor/kafka_error.h"

typedef struct {
    int16_t code;
    const char *name;
} Code;

static const Code codes[] = {
#define ROW(code, name) {code, #name},
    RZ_KAFKA_ERRORS(ROW)
#undef ROW
};

static void
every_code_is_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        const RzKafkaErrorInfo *info = rz_kafka_error_info(codes[i].code);
        assert_non_null(info);
        assert_string_equal(info->name, codes[i].name);
        assert_true(strlen(info->meaning) > 3);
        g_autofree char *name = rz_kafka_error_name(codes[i].code);
        assert_string_equal(name, codes[i].name);
    }
}

typedef struct {
    const char *name;
    int16_t code;
    RzKafkaAction action;
} Act;

static const Act acts[] = {
    {"done", RZ_KAFKA_NONE, RZ_DO_NOTHING},
    {"no election needed", RZ_KAFKA_ELECTION_NOT_NEEDED, RZ_DO_NOTHING},
    {"the controller moved", RZ_KAFKA_NOT_CONTROLLER, RZ_DO_CONTROLLER},
    {"a timeout", RZ_KAFKA_REQUEST_TIMED_OUT, RZ_DO_VERIFY},
    {"a server error", RZ_KAFKA_UNKNOWN_SERVER_ERROR, RZ_DO_VERIFY},
    {"nothing to cancel", RZ_KAFKA_NO_REASSIGNMENT_IN_PROGRESS, RZ_DO_VERIFY},
    {"a topic denied", RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED, RZ_DO_ITEM},
    {"a cluster denied", RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED, RZ_DO_RUN},
    {"wrong credentials", RZ_KAFKA_SASL_AUTHENTICATION_FAILED, RZ_DO_RUN},
    {"an offline directory", RZ_KAFKA_KAFKA_STORAGE_ERROR, RZ_DO_STATE},
    {"no leader", RZ_KAFKA_LEADER_NOT_AVAILABLE, RZ_DO_STATE},
    {"a code from the future", 4711, RZ_DO_ITEM},
};

static void
the_action_is(void **state)
{
    const Act *row = *state;
    assert_int_equal(rz_kafka_error_action(row->code), row->action);
}

typedef struct {
    int16_t code;
    const char *message, *text;
} Text;

static const Text texts[] = {
    {41, NULL, "NOT_CONTROLLER: the controller has moved to another broker"},
    {41, "", "NOT_CONTROLLER: the controller has moved to another broker"},
    {41, "go away", "NOT_CONTROLLER: go away"},
    {123, NULL, "error 123"},
    {123, "odd", "error 123: odd"},
};

static void
texts_prefer_kafkas_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *text = rz_kafka_error_text(texts[i].code, texts[i].message);
        assert_string_equal(text, texts[i].text);
    }
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(every_code_is_explained),
        cmocka_unit_test(texts_prefer_kafkas_words),
    };
    g_array_append_vals(tests, fixed, G_N_ELEMENTS(fixed));
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++)
        add_row(tests, acts[i].name, the_action_is, &acts[i]);
    return run_rows("kafka error", tests);
}
