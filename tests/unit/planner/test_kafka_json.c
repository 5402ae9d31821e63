/*
 * test_kafka_json.c: snapshots from what Kafka's own tools print.
 */
#include "unit/planner/table.h"

#include <string.h>

#include "planner/kafka_json.h"
#include "rezone/error.h"
#include "unit/planner/lines.h"

#define ASSIGNMENT                                                                                 \
    "{\"version\":1,\"partitions\":["                                                              \
    "{\"topic\":\"b\",\"partition\":1,\"replicas\":[2,1],\"log_dirs\":[\"any\",\"any\"]},"         \
    "{\"topic\":\"a-1\",\"partition\":0,\"replicas\":[9]},"                                        \
    "{\"topic\":\"b\",\"partition\":0,\"replicas\":[1,2]}]}"
#define ZONES "{\"2\":\"az2\",\"1\":\"az1\"}"
#define SIZES                                                                                      \
    "{\"version\":1,\"brokers\":[{\"broker\":1,\"logDirs\":[{\"logDir\":\"/d\",\"error\":null,"    \
    "\"partitions\":[{\"partition\":\"b-0\",\"size\":5,\"offsetLag\":0,\"isFuture\":false},"       \
    "{\"partition\":\"b-1\",\"size\":7,\"isFuture\":true}]}]},"                                    \
    "{\"broker\":3,\"logDirs\":[{\"logDir\":\"/d\",\"error\":null,\"partitions\":["                \
    "{\"partition\":\"b-0\",\"size\":6,\"isFuture\":false},"                                       \
    "{\"partition\":\"a-1-0\",\"size\":8,\"isFuture\":false}]}]}]}"

#define EXPECTED(a10, b0, broker3)                                                                 \
    "{\"format\":\"rezone-snapshot\",\"version\":1}\n"                                             \
    "{\"broker\":1,\"zone\":\"az1\",\"alive\":true}\n"                                             \
    "{\"broker\":2,\"zone\":\"az2\",\"alive\":true}\n" broker3                                     \
    "{\"topic\":\"a-1\",\"partitions\":[{\"partition\":0,\"replicas\":[9],\"isr\":[9],"            \
    "\"leader\":9,\"size_bytes\":" a10 "}]}\n"                                                     \
    "{\"topic\":\"b\",\"partitions\":[{\"partition\":0,\"replicas\":[1,2],\"isr\":[1,2],"          \
    "\"leader\":1,\"size_bytes\":" b0 "},{\"partition\":1,\"replicas\":[2,1],\"isr\":[2,1],"       \
    "\"leader\":2,\"size_bytes\":0}]}\n"
#define BROKER_3 "{\"broker\":3,\"zone\":null,\"alive\":true}\n"

typedef struct {
    const char *name;
    const char *assignment, *log_dirs, *expected;
} ConvertCase;

/* clang-format off */
static const ConvertCase conversions[] = {
    {"assignment and zones", ASSIGNMENT, NULL, EXPECTED("0", "0", "")},
    {"output of --generate", "Current partition replica assignment\n" ASSIGNMENT "\n\nProposed partition reassignment configuration\n{\"version\":1,\"partitions\":[]}\n", NULL, EXPECTED("0", "0", "")},
    {"sizes: the largest that is no future replica", ASSIGNMENT, SIZES, EXPECTED("8", "6", BROKER_3)},
    {"raw output of kafka-log-dirs", ASSIGNMENT, "Querying brokers for log directories information\nReceived log directory information from brokers 1,3\n" SIZES "\n", EXPECTED("8", "6", BROKER_3)},
    {"spread over several lines", "{\n \"version\": 1,\n \"partitions\": [\n{\"topic\":\"a-1\",\"partition\":0,\"replicas\":[9]},{\"topic\":\"b\",\"partition\":0,\"replicas\":[1,2]},{\"topic\":\"b\",\"partition\":1,\"replicas\":[2,1]}]\n}\n", NULL, EXPECTED("0", "0", "")},
};
/* clang-format on */

static void
converts(void **state)
{
    const ConvertCase *c = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzZoneMap) zones = rz_zone_map_parse(ZONES, strlen(ZONES), NULL);
    g_autoptr(RzSnapshot) snapshot =
        rz_snapshot_from_kafka_json(c->assignment, strlen(c->assignment), zones, c->log_dirs,
                                    c->log_dirs == NULL ? 0 : strlen(c->log_dirs), &error);
    if (snapshot == NULL)
        fail_msg("%s", error->message);
    g_autofree char *text = snapshot_text(snapshot);
    assert_string_equal(text, c->expected);
}

typedef struct {
    const char *name;
    const char *assignment, *zones, *log_dirs, *message;
} ErrorCase;

/* clang-format off */
static const ErrorCase errors[] = {
    {"no JSON", "Error: timed out\n", ZONES, NULL, "no JSON object in this text"},
    {"cut short", "{\"version\":1,", ZONES, NULL, "not valid JSON: "},
    {"unknown version", "{\"version\":2,\"partitions\":[]}", ZONES, NULL, "version: must be an integer from 1 to 1, is 2"},
    {"no topic", "{\"partitions\":[{\"partition\":0}]}", ZONES, NULL, "partitions[0].topic: missing"},
    {"replica repeats", "{\"partitions\":[{\"topic\":\"b\",\"partition\":0,\"replicas\":[1]},{\"topic\":\"a\",\"partition\":0,\"replicas\":[1,1]}]}", ZONES, NULL, "partitions[1].replicas[1]: broker 1 occurs twice"},
    {"partition repeats", "{\"partitions\":[{\"topic\":\"a\",\"partition\":0,\"replicas\":[1]},{\"topic\":\"a\",\"partition\":0,\"replicas\":[1]}]}", ZONES, NULL, "partitions["},
    {"zone map is a list", ASSIGNMENT, "[]", NULL, "must be a JSON object, is an array"},
    {"zone map key", ASSIGNMENT, "{\"x\":\"a\"}", NULL, "\"x\": must be a broker id"},
    {"zone map value", ASSIGNMENT, "{\"1\":2}", NULL, "\"1\": must be a zone's name, is an integer"},
    {"zone map empty name", ASSIGNMENT, "{\"1\":\"\"}", NULL, "\"1\": must be a zone's name, is empty"},
    {"zone map twice", ASSIGNMENT, "{\"1\":\"a\",\"01\":\"b\"}", NULL, "broker 1 occurs twice"},
    {"log dirs size", ASSIGNMENT, ZONES, "{\"brokers\":[{\"broker\":1,\"logDirs\":[{\"partitions\":[{\"partition\":\"a-0\",\"size\":-1}]}]}]}", "log dirs: brokers[0].logDirs[0].partitions[0].size: must be an integer from 0"},
    {"log dirs broker", ASSIGNMENT, ZONES, "{\"brokers\":[{}]}", "log dirs: brokers[0].broker: missing"},
    {"log dirs without JSON", ASSIGNMENT, ZONES, "nothing", "log dirs: no JSON object in this text"},
};
/* clang-format on */

static void
wrong_text_names_the_field(void **state)
{
    const ErrorCase *c = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzZoneMap) zones = rz_zone_map_parse(c->zones, strlen(c->zones), &error);
    if (zones != NULL)
        assert_null(
            rz_snapshot_from_kafka_json(c->assignment, strlen(c->assignment), zones, c->log_dirs,
                                        c->log_dirs == NULL ? 0 : strlen(c->log_dirs), &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT));
    if (!g_str_has_prefix(error->message, c->message))
        fail_msg("\"%s\" does not begin \"%s\"", error->message, c->message);
}

static void
zone_map_overrides_and_fills_in(void **state)
{
    (void)state;
    const char *text = "{\"1\":\"x\",\"2\":\"y\",\"7\":\"z\",\"8\":\"w\"}";
    g_autoptr(RzZoneMap) zones = rz_zone_map_parse(text, strlen(text), NULL);
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    rz_snapshot_builder_add_broker(builder, &(RzBrokerInput){.id = 1, .zone = "old", .alive = true},
                                   NULL);
    rz_snapshot_builder_add_broker(builder, &(RzBrokerInput){.id = 2, .alive = true}, NULL);
    rz_snapshot_builder_add_broker(builder, &(RzBrokerInput){.id = 3, .zone = "k", .alive = true},
                                   NULL);
    rz_snapshot_builder_add_topic(builder, "t", NULL, -1, NULL);
    const int32_t replicas[] = {7};
    RzPartitionInput down = {
        .replicas = replicas, .n_replicas = 1, .leader = -1, .write_rate_bytes_per_s = -1};
    rz_snapshot_builder_add_partition(builder, &down, NULL);
    rz_zone_map_apply(zones, builder);
    g_autoptr(RzSnapshot) snapshot = rz_snapshot_builder_finish(builder, NULL);
    g_autofree char *written = snapshot_text(snapshot);
    assert_string_equal(written,
                        "{\"format\":\"rezone-snapshot\",\"version\":1}\n"
                        "{\"broker\":1,\"zone\":\"x\",\"alive\":true}\n"
                        "{\"broker\":2,\"zone\":\"y\",\"alive\":true}\n"
                        "{\"broker\":3,\"zone\":\"k\",\"alive\":true}\n"
                        "{\"broker\":7,\"zone\":\"z\",\"alive\":false}\n"
                        "{\"topic\":\"t\",\"partitions\":[{\"partition\":0,\"replicas\":[7],"
                        "\"isr\":[7],\"leader\":null,\"size_bytes\":0}]}\n");
    assert_int_equal(rz_snapshot_n_zones(snapshot), 4); /* "old" has no broker left */
    assert_string_equal(rz_zone_map_find(zones, 8), "w");
    assert_null(rz_zone_map_find(zones, 3));
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, conversions, converts);
    ADD_ROWS(tests, errors, wrong_text_names_the_field);
    ADD_TEST(tests, zone_map_overrides_and_fills_in);
    return RUN_TESTS("kafka_json", tests);
}
