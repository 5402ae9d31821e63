/*
 * test_parts.c: the small parts under the formats: 128-bit numbers, the builder as other producers
 * use it, sinks that give up.
 */
#include "unit/planner/table.h"

#include <string.h>

#include "planner/snapshot_builder.h"
#include "planner/wide.h"
#include "rezone/audit.h"
#include "rezone/error.h"
#include "unit/planner/lines.h"
#include "unit/planner/sketch.h"

/* Wide numbers */

typedef struct {
    const char *name;
    const char *text; /* NULL words: no number */
    const char *words;
} WideCase;

/* clang-format off */
static const WideCase wides[] = {
    {"zero",        "0", "0"},
    {"three",       "999", "999"},
    {"four",        "1000", "1,000"},
    {"negative",    "-123456", "-123,456"},
    {"largest",     "170141183460469231731687303715884105727", "170,141,183,460,469,231,731,687,303,715,884,105,727"},
    {"least",       "-170141183460469231731687303715884105728", "-170,141,183,460,469,231,731,687,303,715,884,105,728"},
    {"too large",   "170141183460469231731687303715884105728", NULL},
    {"too small",   "-170141183460469231731687303715884105729", NULL},
    {"much too large", "1701411834604692317316873037158841057270", NULL},
    {"empty",       "", NULL},
    {"minus only",  "-", NULL},
    {"plus",        "+1", NULL},
    {"space",       " 1", NULL},
    {"trailing",    "1x", NULL},
};
/* clang-format on */

static void
wide_numbers_are_text_and_back(void **state)
{
    const WideCase *c = *state;
    RzWide value = 0;
    assert_int_equal(rz_wide_parse(c->text, &value), c->words != NULL);
    if (c->words == NULL)
        return;
    char buffer[RZ_WIDE_TEXT_SIZE];
    assert_string_equal(rz_wide_to_text(value, buffer), c->text);
    g_autofree char *words = rz_wide_to_words(value);
    assert_string_equal(words, c->words);
}

/* What the line reader cannot produce, but other producers could */

static const int32_t one[] = {1};
static const int32_t negative[] = {-1};

#define PARTITION .replicas = one, .n_replicas = 1, .leader = RZ_LEADER_DEFAULT

typedef struct {
    const char *name;
    RzPartitionInput partition;
    const char *message;
} BuilderCase;

/* clang-format off */
static const BuilderCase refusals[] = {
    {"partition number", {.number = -1, PARTITION}, "partition: the number is negative"},
    {"size",             {.size_bytes = -1, PARTITION}, "size_bytes: negative"},
    {"write rate",       {.write_rate_bytes_per_s = -2, PARTITION}, "write_rate_bytes_per_s: negative"},
    {"too many replicas",{.replicas = one, .n_replicas = 65536}, "replicas: more than 65535"},
    {"replica",          {.replicas = negative, .n_replicas = 1}, "replicas[0]: -1 is negative"},
    {"in sync",          {.isr = negative, .n_isr = 1, PARTITION}, "isr[0]: broker -1 is not a replica"},
};
/* clang-format on */

static void
builder_refuses(void **state)
{
    const BuilderCase *c = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    assert_true(rz_snapshot_builder_add_topic(builder, "t", NULL, -1, NULL));
    assert_false(rz_snapshot_builder_add_partition(builder, &c->partition, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT));
    assert_string_equal(error->message, c->message);
}

static void
builder_refuses_brokers(void **state)
{
    (void)state;
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    const RzLogDir dir = {.path = "/a", .total_bytes = -2, .usable_bytes = -1};
    const RzBrokerInput cases[] = {
        {.id = -1},
        {.id = 1, .log_dirs = &dir, .n_log_dirs = 1},
    };
    static const char *const messages[] = {"broker: -1 is negative",
                                           "log_dirs[0]: a size is negative"};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(rz_snapshot_builder_add_broker(builder, &cases[i], &error));
        assert_string_equal(error->message, messages[i]);
    }
    g_autoptr(GError) error = NULL;
    assert_false(rz_snapshot_builder_set_zone(builder, -5, "a", &error));
    assert_string_equal(error->message, "broker -5 is not in the cluster");
}

/* Text from elsewhere may be no UTF-8; the file has to be. */
static void
foreign_text_is_mended(void **state)
{
    (void)state;
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    rz_snapshot_builder_add_broker(builder, &(RzBrokerInput){.id = 1, .zone = "a\xff"}, NULL);
    g_autoptr(RzSnapshot) snapshot = rz_snapshot_builder_finish(builder, NULL);
    g_autofree char *text = snapshot_text(snapshot);
    g_autoptr(RzSnapshot) again = read_snapshot(text, NULL);
    assert_non_null(again);
    assert_string_equal(again->zones[0], "a\xef\xbf\xbd");
}

/* Sinks */

static bool
refuse_line(const char *line, gsize length, void *data, GError **error)
{
    int *left = data;
    (void)line;
    (void)length;
    if ((*left)-- > 0)
        return true;
    g_set_error_literal(error, RZ_ERROR, RZ_ERROR_FILE, "the disk is full");
    return false;
}

static void
writers_stop_when_the_sink_does(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster("1@a 2@b | t: 1 2");
    g_autoptr(RzPlan) plan = assemble_plan(snapshot, NULL, "2 1");
    for (int lines = 0; lines < 4; lines++) { /* header, two brokers, a topic */
        g_autoptr(GError) error = NULL;
        int left = lines;
        assert_false(rz_snapshot_write(snapshot, refuse_line, &left, &error));
        assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_FILE));
    }
    for (int lines = 0; lines < 2; lines++) {
        g_autoptr(GError) error = NULL;
        int left = lines;
        assert_false(rz_plan_write(plan, refuse_line, &left, &error));
        assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_FILE));
    }
}

static void
nothing_can_be_freed(void **state)
{
    (void)state;
    rz_snapshot_free(NULL);
    rz_snapshot_reader_free(NULL);
    rz_snapshot_builder_free(NULL);
    rz_plan_free(NULL);
    rz_plan_reader_free(NULL);
    rz_policy_free(NULL);
    rz_audit_free(NULL);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, wides, wide_numbers_are_text_and_back);
    ADD_ROWS(tests, refusals, builder_refuses);
    ADD_TEST(tests, builder_refuses_brokers);
    ADD_TEST(tests, foreign_text_is_mended);
    ADD_TEST(tests, writers_stop_when_the_sink_does);
    ADD_TEST(tests, nothing_can_be_freed);
    return RUN_TESTS("parts", tests);
}
