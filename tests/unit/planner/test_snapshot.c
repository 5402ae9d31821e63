/*
 * test_snapshot.c: snapshot files in, canonical text out, and every way a file can be wrong.
 */
#include "unit/planner/table.h"

#include <string.h>

#include "planner/snapshot_private.h"
#include "rezone/error.h"
#include "unit/planner/lines.h"

#define HEADER "{\"format\":\"rezone-snapshot\",\"version\":1}\n"
#define BROKERS                                                                                    \
    "{\"broker\":1,\"zone\":\"az1\"}\n{\"broker\":2,\"zone\":\"az2\"}\n"                           \
    "{\"broker\":3,\"zone\":null}\n"
#define TOPIC(partitions) "{\"topic\":\"t\",\"partitions\":[" partitions "]}\n"
#define FINE "{\"partition\":0,\"replicas\":[1,2]}"

typedef struct {
    const char *name;
    const char *text, *message;
} ErrorCase;

/* clang-format off */
static const ErrorCase errors[] = {
    {"empty file", "", "line 1: no header, the file is empty"},
    {"header missing", BROKERS, "line 1: format: missing"},
    {"other format", "{\"format\":\"x\",\"version\":1}", "line 1: format: must be \"rezone-snapshot\", is \"x\""},
    {"unknown version", "{\"format\":\"rezone-snapshot\",\"version\":2}", "line 1: version: 2 is unknown; this program reads 1"},
    {"version as text", "{\"format\":\"rezone-snapshot\",\"version\":\"1\"}", "line 1: version: must be an integer, is a string"},
    {"not an object", HEADER "[1]", "line 2: must be a JSON object, is an array"},
    {"cut short", HEADER "{\"broker\":1,", "line 2: not valid JSON: "},
    {"trailing garbage", HEADER "{\"broker\":1,\"zone\":null} x", "line 2: not valid JSON: end of file expected near 'x' (column "},
    {"a key twice", HEADER "{\"broker\":1,\"broker\":1,\"zone\":null}", "line 2: not valid JSON: duplicate object key"},
    {"NUL in a string", HEADER "{\"broker\":1,\"zone\":\"a\\u0000\"}", "line 2: not valid JSON: \\u0000 is not allowed without JSON_ALLOW_NUL"},
    {"invalid UTF-8", HEADER "{\"broker\":1,\"zone\":\"\xff\"}", "line 2: not valid JSON: "},
    {"unknown line", HEADER "{\"x\":1}", "line 2: neither \"broker\" nor \"topic\" is there"},
    {"second header", HEADER HEADER, "line 2: neither \"broker\" nor \"topic\" is there"},
    {"zone not given", HEADER "{\"broker\":1}", "line 2: zone: missing (null if none)"},
    {"broker twice", HEADER BROKERS "{\"broker\":1,\"zone\":null}", "line 5: broker: 1 occurs twice"},
    {"broker as text", HEADER "{\"broker\":\"1\",\"zone\":null}", "line 2: broker: must be an integer, is a string"},
    {"broker negative", HEADER "{\"broker\":-1,\"zone\":null}", "line 2: broker: must be an integer from 0 to 2147483647, is -1"},
    {"port", HEADER "{\"broker\":1,\"zone\":null,\"port\":65536}", "line 2: port: must be an integer from 0 to 65535, is 65536"},
    {"alive as number", HEADER "{\"broker\":1,\"zone\":null,\"alive\":1}", "line 2: alive: must be true or false, is an integer"},
    {"log dir size", HEADER "{\"broker\":1,\"zone\":null,\"log_dirs\":[{\"path\":\"/a\",\"total_bytes\":-5}]}", "line 2: log_dirs[0].total_bytes: must be an integer from 0 to"},
    {"log dir is text", HEADER "{\"broker\":1,\"zone\":null,\"log_dirs\":[\"/a\"]}", "line 2: log_dirs[0]: must be an object, is a string"},
    {"log dir twice", HEADER "{\"broker\":1,\"zone\":null,\"log_dirs\":[{\"path\":\"/a\"},{\"path\":\"/a\"}]}", "line 2: log_dirs: path \"/a\" occurs twice"},
    {"topic is a number", HEADER "{\"topic\":7,\"partitions\":[]}", "line 2: topic: must be a string, is an integer"},
    {"topic without a name", HEADER "{\"topic\":\"\",\"partitions\":[]}", "line 2: topic: the name is empty"},
    {"topic twice", HEADER TOPIC(FINE) TOPIC(FINE), "line 3: topic: \"t\" occurs twice"},
    {"no partitions field", HEADER "{\"topic\":\"t\"}", "line 2: partitions: missing"},
    {"min ISR 0", HEADER "{\"topic\":\"t\",\"min_insync_replicas\":0,\"partitions\":[]}", "line 2: min_insync_replicas: must be an integer from 1 to 2147483647, is 0"},
    {"partition is text", HEADER TOPIC("\"0\""), "line 2: partitions[0]: must be an object, is a string"},
    {"partition twice", HEADER TOPIC(FINE "," FINE), "line 2: partitions[1].partition: the number occurs twice"},
    {"partition twice, out of order", HEADER TOPIC("{\"partition\":5,\"replicas\":[1]},{\"partition\":3,\"replicas\":[1]},{\"partition\":5,\"replicas\":[1]}"), "line 2: partitions[2].partition: the number occurs twice"},
    {"replicas missing", HEADER TOPIC(FINE ",{\"partition\":1}"), "line 2: partitions[1].replicas: missing"},
    {"replicas empty", HEADER TOPIC("{\"partition\":0,\"replicas\":[]}"), "line 2: partitions[0].replicas: the list is empty"},
    {"replica repeats", HEADER TOPIC("{\"partition\":0,\"replicas\":[1,2,1]}"), "line 2: partitions[0].replicas[2]: broker 1 occurs twice"},
    {"replica as text", HEADER TOPIC("{\"partition\":0,\"replicas\":[1,\"2\"]}"), "line 2: partitions[0].replicas[1]: must be a broker id, is a string"},
    {"replica beyond 32 bits", HEADER TOPIC("{\"partition\":0,\"replicas\":[4294967297]}"), "line 2: partitions[0].replicas[0]: must be an integer from 0 to 2147483647, is 4294967297"},
    {"integer beyond 64 bits", HEADER TOPIC("{\"partition\":0,\"replicas\":[1],\"size_bytes\":9223372036854775808}"), "line 2: not valid JSON: too big integer"},
    {"real size", HEADER TOPIC("{\"partition\":0,\"replicas\":[1],\"size_bytes\":1.5}"), "line 2: partitions[0].size_bytes: must be an integer, is a real number"},
    {"negative size", HEADER TOPIC("{\"partition\":0,\"replicas\":[1],\"size_bytes\":-1}"), "line 2: partitions[0].size_bytes: must be an integer from 0 to 9223372036854775807, is -1"},
    {"ISR repeats", HEADER TOPIC("{\"partition\":0,\"replicas\":[1,2],\"isr\":[2,2]}"), "line 2: partitions[0].isr[1]: broker 2 occurs twice"},
    {"ISR outside the replicas", HEADER TOPIC("{\"partition\":0,\"replicas\":[1,2],\"isr\":[3]}"), "line 2: partitions[0].isr[0]: broker 3 is not a replica"},
    {"leader outside the replicas", HEADER TOPIC("{\"partition\":0,\"replicas\":[1,2],\"leader\":3}"), "line 2: partitions[0].leader: broker 3 is not a replica"},
    {"leader as text", HEADER TOPIC("{\"partition\":0,\"replicas\":[1,2],\"leader\":\"1\"}"), "line 2: partitions[0].leader: must be an integer, is a string"},
    {"blank lines count", HEADER "\n  \n{\"x\":1}", "line 4: neither"},
};
/* clang-format on */

static void
wrong_file_names_line_and_field(void **state)
{
    const ErrorCase *c = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshot) snapshot = read_snapshot(c->text, &error);
    assert_null(snapshot);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT));
    if (strncmp(error->message, c->message, strlen(c->message)) != 0)
        fail_msg("\"%s\" does not begin \"%s\"", error->message, c->message);
}

#define FULL                                                                                       \
    "{\"format\":\"rezone-snapshot\",\"version\":1,\"cluster_id\":\"c\",\"taken_at\":"             \
    "\"2026-11-22T10:00:00Z\"}\n"                                                                  \
    "{\"broker\":1,\"host\":\"10.0.0.1\",\"port\":9092,\"zone\":\"az1\",\"alive\":true,"           \
    "\"log_dirs\":[{\"path\":\"/a\",\"total_bytes\":500,\"usable_bytes\":210},{\"path\":\"/b\"}]}" \
    "\n"                                                                                           \
    "{\"broker\":70000,\"zone\":null,\"alive\":false}\n"                                           \
    "{\"topic\":\"a\",\"topic_id\":\"WnLt0KkpTkKqFVSX1VbUOg\",\"min_insync_replicas\":2,"          \
    "\"partitions\":[{\"partition\":0,\"replicas\":[70000,1],\"isr\":[1],\"leader\":1,"            \
    "\"size_bytes\":9223372036854775807,\"write_rate_bytes_per_s\":0},{\"partition\":2,"           \
    "\"replicas\":[9],\"isr\":[],\"leader\":null,\"size_bytes\":0}]}\n"                            \
    "{\"topic\":\"b\\\"\\\\\xc3\xa9\",\"partitions\":[]}\n"

typedef struct {
    const char *name;
    const char *text, *canonical;
} WriteCase;

/* clang-format off */
static const WriteCase writes[] = {
    {"canonical text stays as it is", FULL, FULL},
    {"defaults are written out", HEADER "{\"broker\":1,\"zone\":\"az1\"}\n" TOPIC("{\"partition\":0,\"replicas\":[2,1]}"),
     HEADER "{\"broker\":1,\"zone\":\"az1\",\"alive\":true}\n"
     "{\"topic\":\"t\",\"partitions\":[{\"partition\":0,\"replicas\":[2,1],\"isr\":[2,1],\"leader\":2,\"size_bytes\":0}]}\n"},
    {"everything is sorted", HEADER "{\"topic\":\"b\",\"partitions\":[{\"partition\":1,\"replicas\":[1]},{\"partition\":0,\"replicas\":[2]}]}\n{\"broker\":2,\"zone\":\"z\",\"log_dirs\":[{\"path\":\"/b\"},{\"path\":\"/a\"}]}\n{\"topic\":\"a\",\"partitions\":[]}\n{\"broker\":1,\"zone\":\"a\"}\n",
     HEADER "{\"broker\":1,\"zone\":\"a\",\"alive\":true}\n{\"broker\":2,\"zone\":\"z\",\"alive\":true,\"log_dirs\":[{\"path\":\"/a\"},{\"path\":\"/b\"}]}\n"
     "{\"topic\":\"a\",\"partitions\":[]}\n{\"topic\":\"b\",\"partitions\":[{\"partition\":0,\"replicas\":[2],\"isr\":[2],\"leader\":2,\"size_bytes\":0},{\"partition\":1,\"replicas\":[1],\"isr\":[1],\"leader\":1,\"size_bytes\":0}]}\n"},
    {"unknown fields are ignored", "{\"format\":\"rezone-snapshot\",\"version\":1,\"x\":[1]}\n{\"broker\":1,\"zone\":null,\"y\":{}}\n",
     HEADER "{\"broker\":1,\"zone\":null,\"alive\":true}\n"},
    {"null is as good as absent", "{\"format\":\"rezone-snapshot\",\"version\":1,\"cluster_id\":null}\n{\"broker\":1,\"zone\":null,\"host\":null}\n" TOPIC("{\"partition\":0,\"replicas\":[1],\"isr\":null,\"size_bytes\":null}"),
     HEADER "{\"broker\":1,\"zone\":null,\"alive\":true}\n" TOPIC("{\"partition\":0,\"replicas\":[1],\"isr\":[1],\"leader\":1,\"size_bytes\":0}")},
    {"an empty zone name is no zone", HEADER "{\"broker\":1,\"zone\":\"\"}\n", HEADER "{\"broker\":1,\"zone\":null,\"alive\":true}\n"},
    {"windows line ends", "{\"format\":\"rezone-snapshot\",\"version\":1}\r\n\r\n", HEADER},
};
/* clang-format on */

static void
writes_the_canonical_form(void **state)
{
    const WriteCase *c = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshot) snapshot = read_snapshot(c->text, &error);
    if (snapshot == NULL)
        fail_msg("%s", error->message);
    g_autofree char *once = snapshot_text(snapshot);
    assert_string_equal(once, c->canonical);
    g_autoptr(RzSnapshot) again = read_snapshot(once, &error);
    assert_non_null(again);
    g_autofree char *twice = snapshot_text(again);
    assert_string_equal(twice, once);
    g_autofree char *sha = rz_snapshot_sha256(snapshot);
    g_autofree char *expected = g_compute_checksum_for_string(G_CHECKSUM_SHA256, once, -1);
    assert_string_equal(sha, expected);
}

static void
looks_things_up(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) s = read_snapshot(FULL, NULL);
    assert_string_equal(rz_snapshot_cluster_id(s), "c");
    assert_int_equal(rz_snapshot_n_brokers(s), 3); /* 9 is only in a replica list */
    assert_int_equal(rz_snapshot_n_zones(s), 1);
    assert_int_equal(rz_snapshot_n_topics(s), 2);
    assert_int_equal(rz_snapshot_n_partitions(s), 2);
    assert_int_equal(rz_snapshot_find_broker(s, 1), 0);
    assert_int_equal(rz_snapshot_find_broker(s, 9), 1);
    assert_int_equal(rz_snapshot_find_broker(s, 70000), 2);
    assert_int_equal(rz_snapshot_find_broker(s, 2), RZ_NONE);
    assert_false(s->brokers[1].listed);
    assert_false(s->brokers[1].alive);
    assert_int_equal(s->brokers[1].zone, RZ_NONE);
    uint32_t a = rz_snapshot_find_topic(s, "a");
    assert_string_equal(s->topics[a].name, "a");
    assert_int_equal(rz_snapshot_find_topic(s, "zz"), RZ_NONE);
    uint32_t p = rz_snapshot_find_partition(s, a, 2);
    assert_int_equal(s->partitions[p].number, 2);
    assert_int_equal(s->partitions[p].leader, RZ_NONE);
    assert_int_equal(rz_snapshot_find_partition(s, a, 1), RZ_NONE);
    assert_int_equal(rz_snapshot_find_partition(s, a, 3), RZ_NONE);
}

static void
knows_internal_topics(void **state)
{
    (void)state;
    assert_true(rz_topic_is_internal("__consumer_offsets"));
    assert_true(rz_topic_is_internal("__transaction_state"));
    assert_false(rz_topic_is_internal("__mine"));
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, errors, wrong_file_names_line_and_field);
    ADD_ROWS(tests, writes, writes_the_canonical_form);
    ADD_TEST(tests, looks_things_up);
    ADD_TEST(tests, knows_internal_topics);
    return RUN_TESTS("snapshot", tests);
}
