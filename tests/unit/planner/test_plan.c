/*
 * test_plan.c: assembling plans, their totals, and the file: out, in, and edited.
 */
#include "unit/planner/table.h"

#include <string.h>

#include "planner/plan_private.h"
#include "rezone/error.h"
#include "unit/planner/lines.h"

#define CLUSTER                                                                                    \
    "{\"format\":\"rezone-snapshot\",\"version\":1,\"cluster_id\":\"c\"}\n"                        \
    "{\"broker\":1,\"zone\":\"a\"}\n{\"broker\":2,\"zone\":\"a\"}\n"                               \
    "{\"broker\":3,\"zone\":\"b\"}\n{\"broker\":4,\"zone\":\"b\"}\n"                               \
    "{\"topic\":\"t\",\"topic_id\":\"WnLt0KkpTkKqFVSX1VbUOg\",\"partitions\":["                    \
    "{\"partition\":0,\"replicas\":[1,2],\"size_bytes\":10},"                                      \
    "{\"partition\":1,\"replicas\":[2,1],\"leader\":null,\"isr\":[],\"size_bytes\":100},"          \
    "{\"partition\":3,\"replicas\":[3,4],\"leader\":4,\"size_bytes\":1000}]}\n"                    \
    "{\"topic\":\"u\",\"partitions\":["                                                            \
    "{\"partition\":0,\"replicas\":[1],\"size_bytes\":9223372036854775807}]}\n"

typedef struct {
    const char *name;
    const char *targets;
    int64_t changed, added, removed, leaders, before, after;
    const char *bytes, *cross; /* as the file says them */
} TotalsCase;

/* clang-format off */
static const TotalsCase totals[] = {
    {"nothing changes",        "= = = =",               0, 0, 0, 0, 3, 3, "0", "0"},
    {"one replica crosses",    "1,3 = = =",             1, 1, 1, 0, 3, 2, "10", "10"},
    {"reordered only",         "2,1 = = =",             1, 0, 0, 1, 3, 3, "0", "0"},
    {"leaderless counts its first", "= 2,3 = =",        1, 1, 1, 0, 3, 2, "100", "100"},
    {"leaderless, other first", "= 3,2 = =",            1, 1, 1, 1, 3, 2, "100", "100"},
    {"leader is not the first of the list", "= = 4,3 =", 1, 0, 0, 0, 3, 3, "0", "0"},
    {"from leader 4 into zone a", "= = 4,1 =",          1, 1, 1, 0, 3, 2, "1000", "1000"},
    {"within the zone",        "= = = 2",               1, 1, 1, 1, 3, 3, "\"9223372036854775807\"", "0"},
    {"one more replica",       "= = = 1,3",             1, 1, 0, 0, 3, 3, "\"9223372036854775807\"", "\"9223372036854775807\""},
    {"two more replicas: beyond 64 bits", "= = = 1,3,4", 1, 2, 0, 0, 3, 3, "\"18446744073709551614\"", "\"18446744073709551614\""},
    {"one replica fewer",      "1 = = =",               1, 0, 1, 0, 3, 2, "0", "0"},
};
/* clang-format on */

static void
counts_the_totals(void **state)
{
    const TotalsCase *c = *state;
    g_autoptr(RzSnapshot) snapshot = read_snapshot(CLUSTER, NULL);
    g_autoptr(RzPolicy) policy = rz_policy_new();
    g_autoptr(RzPlan) plan = assemble_plan(snapshot, policy, c->targets);
    g_autofree char *text = plan_text(plan);
    g_autofree char *expected = g_strdup_printf(
        "\"totals\":{\"partitions\":4,\"partitions_changed\":%d,\"replicas_added\":%d,"
        "\"replicas_removed\":%d,\"bytes_moved\":%s,\"cross_zone_bytes\":%s,\"leaders_changed\":%d,"
        "\"zone_violations_before\":%d,\"zone_violations_after\":%d}",
        (int)c->changed, (int)c->added, (int)c->removed, c->bytes, c->cross, (int)c->leaders,
        (int)c->before, (int)c->after);
    if (strstr(text, expected) == NULL)
        fail_msg("%s is not in %s", expected, text);
}

static void
set_proof(RzPlan *plan)
{
    static const RzTier tiers[] = {
        {"balance", 12, 12, true, NULL},
        {"bytes", (RzWide)INT64_MAX * 3, (RzWide)INT64_MAX * -3, false, "not \"proven\""},
    };
    static const RzBrokerPrice brokers[] = {
        {1, 0, 2, (RzWide)INT64_MAX * 1000, INT64_MAX, -1},
        {2, 1, INT64_MAX, -5, -3, INT64_MIN},
    };
    static const RzLevelGroup groups[] = {{7, 0, 1}, {3, 1, 1}};
    static const RzLevelGroup leader_groups[] = {{1, 2, 2}};
    static const int32_t members[] = {1, 2, 1, 2};
    static const char *const topics[] = {"t", "u"};
    static const int64_t square_prices[] = {1, -1, INT64_MIN, INT64_MAX};
    static const RzWide topic_prices[] = {0, (RzWide)INT64_MAX * 7, -2, 3};
    plan->tiers = g_memdup2(tiers, sizeof tiers);
    plan->n_tiers = 2;
    plan->certificate = (RzCertificate){
        .present = true,
        .scale = ((RzWide)1 << 53) + 1,
        .brokers = g_memdup2(brokers, sizeof brokers),
        .n_brokers = 2,
        .groups = g_memdup2(groups, sizeof groups),
        .n_groups = 2,
        .leader_groups = g_memdup2(leader_groups, sizeof leader_groups),
        .n_leader_groups = 1,
        .group_brokers = g_memdup2(members, sizeof members),
        .n_group_brokers = 4,
        .topics = g_memdup2(topics, sizeof topics),
        .n_topics = 2,
        .square_prices = g_memdup2(square_prices, sizeof square_prices),
        .topic_prices = g_memdup2(topic_prices, sizeof topic_prices),
    };
}

static void
file_round_trips(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot = read_snapshot(CLUSTER, NULL);
    g_autoptr(RzPolicy) policy = rz_policy_new();
    g_autoptr(RzPlan) plan = assemble_plan(snapshot, policy, "1,3 2,4 = 2");
    set_proof(plan);
    g_autofree char *text = plan_text(plan);
    g_autoptr(GError) error = NULL;
    g_autoptr(RzPlan) read = read_plan(text, &error);
    if (read == NULL)
        fail_msg("%s", error->message);
    g_autofree char *again = plan_text(read);
    assert_string_equal(again, text);
    assert_string_equal(rz_plan_id(read), rz_plan_id(plan));
    assert_non_null(strstr(text, "\"scale\":\"9007199254740993\""));
    assert_non_null(strstr(text, "\"leader_price\":\"-9223372036854775808\""));
    assert_non_null(strstr(text, "\"bound\":\"-27670116110564327421\""));
}

#define MOVE                                                                                       \
    "{\"topic\":\"t\",\"topic_id\":\"WnLt0KkpTkKqFVSX1VbUOg\",\"moves\":[{\"partition\":0,"        \
    "\"from\":[1,2],\"to\":[1,3],\"leader\":1,\"size_bytes\":10}]}"

static char *
foreign_text(void)
{
    g_autoptr(RzSnapshot) snapshot = read_snapshot(CLUSTER, NULL);
    g_autoptr(RzPlan) plan = assemble_plan(snapshot, NULL, "1,3 = = =");
    return plan_text(plan);
}

static void
foreign_plan_round_trips(void **state)
{
    (void)state;
    g_autofree char *text = foreign_text();
    assert_non_null(strstr(text, "\"snapshot_sha256\":null,\"policy\":null,"));
    assert_non_null(strstr(text, "\"proof\":{\"tiers\":[]}}\n" MOVE "\n"));
    g_autoptr(RzPlan) read = read_plan(text, NULL);
    assert_null(read->policy);
    g_autofree char *again = plan_text(read);
    assert_string_equal(again, text);
}

typedef struct {
    const char *name;
    const char *find, *replace; /* once, in the text of a fine plan */
    const char *message;
} EditCase;

/* clang-format off */
static const EditCase edits[] = {
    {"other target", "\"to\":[1,3]", "\"to\":[1,4]", "line 1: plan_id: does not fit the policy and the moves: the plan was edited"},
    {"other id", "\"plan_id\":\"", "\"plan_id\":\"0", "line 1: plan_id: does not fit"},
    {"other topic id", "\"WnLt", "\"XnLt", "line 1: plan_id: does not fit"},
    {"other policy", "\"policy\":null", "\"policy\":{}", "line 1: plan_id: does not fit"},
    {"changed", "\"partitions_changed\":1", "\"partitions_changed\":2", "line 1: totals.partitions_changed: is 2, but the moves give 1: the plan was edited"},
    {"added", "\"replicas_added\":1", "\"replicas_added\":2", "line 1: totals.replicas_added: is 2"},
    {"removed", "\"replicas_removed\":1", "\"replicas_removed\":0", "line 1: totals.replicas_removed: is 0"},
    {"bytes", "\"bytes_moved\":10", "\"bytes_moved\":\"11\"", "line 1: totals.bytes_moved: is 11, but the moves give 10"},
    {"bytes as words", "\"bytes_moved\":10", "\"bytes_moved\":\"ten\"", "line 1: totals.bytes_moved: must be an integer or a string of decimal digits, is a string"},
    {"leaders", "\"leaders_changed\":0", "\"leaders_changed\":1", "line 1: totals.leaders_changed: is 1"},
    {"size", "\"size_bytes\":10}", "\"size_bytes\":11}", "line 1: totals.bytes_moved: is 10, but the moves give 11"},
    {"total missing", "\"cross_zone_bytes\"", "\"x\"", "line 1: totals.cross_zone_bytes: missing"},
    {"no format", "\"rezone-plan\"", "\"x\"", "line 1: format: must be \"rezone-plan\", is \"x\""},
    {"unknown version", "\"version\":1", "\"version\":9", "line 1: version: 9 is unknown; this program reads 1"},
    {"policy of the wrong type", "\"policy\":null", "\"policy\":1", "line 1: policy: must be an object, is an integer"},
    {"policy with a bad field", "\"policy\":null", "\"policy\":{\"spread\":\"x\"}", "line 1: policy.spread: --spread takes"},
    {"tier without a value", "\"tiers\":[]", "\"tiers\":[{\"tier\":\"x\"}]", "line 1: proof.tiers[0].value: missing"},
    {"certificate of another version", "\"tiers\":[]", "\"tiers\":[],\"certificate\":{\"version\":2}", "line 1: proof.certificate.version: must be an integer from 1 to 1, is 2"},
    {"group without brokers", "\"tiers\":[]", "\"certificate\":{\"version\":1,\"scale\":1,\"brokers\":[],\"groups\":[{\"level\":1}],\"leader_groups\":[]}", "line 1: proof.certificate.groups[0].brokers: missing"},
    {"price beyond 64 bits", "\"tiers\":[]", "\"certificate\":{\"version\":1,\"scale\":1,\"brokers\":[{\"broker\":1,\"lo\":0,\"hi\":0,\"price\":0,\"leader_price\":\"9223372036854775808\"}]}", "line 1: proof.certificate.brokers[0].leader_price: does not fit 64 bits"},
    {"to repeats", "\"to\":[1,3]", "\"to\":[1,1]", "line 2: moves[0].to: broker 1 occurs twice"},
    {"to is empty", "\"to\":[1,3]", "\"to\":[]", "line 2: moves[0].to: must hold 1 to 65535 brokers, holds 0"},
    {"to is from", "\"to\":[1,3]", "\"to\":[1,2]", "line 2: moves[0].to: equals \"from\""},
    {"leader is elsewhere", "\"leader\":1", "\"leader\":3", "line 2: moves[0].leader: broker 3 is not in \"from\""},
    {"negative size", "\"size_bytes\":10}", "\"size_bytes\":-1}", "line 2: moves[0].size_bytes: must be an integer from 0"},
    {"topic twice", MOVE, MOVE "\n" MOVE, "line 3: topic: \"t\" is out of order or occurs twice"},
    {"no moves", MOVE, "{\"topic\":\"t\",\"moves\":[]}", "line 2: moves: the list is empty"},
    {"move is text", MOVE, "{\"topic\":\"t\",\"moves\":[\"x\"]}", "line 2: moves[0]: must be an object, is a string"},
    {"cut short", "\"size_bytes\":10}]}", "\"size_bytes\":10}", "line 2: not valid JSON: "},
    {"trailing garbage", MOVE, MOVE "}", "line 2: not valid JSON: "},
};
/* clang-format on */

static char *
replace_once(const char *text, const char *find, const char *replace)
{
    const char *at = strstr(text, find);
    assert_non_null(at);
    return g_strdup_printf("%.*s%s%s", (int)(at - text), text, replace, at + strlen(find));
}

static void
edited_plan_is_refused(void **state)
{
    const EditCase *c = *state;
    g_autofree char *text = foreign_text();
    g_autofree char *edited = replace_once(text, c->find, c->replace);
    g_autoptr(GError) error = NULL;
    g_autoptr(RzPlan) plan = read_plan(edited, &error);
    assert_null(plan);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT));
    if (!g_str_has_prefix(error->message, c->message))
        fail_msg("\"%s\" does not begin \"%s\"", error->message, c->message);
}

static void
empty_file_is_refused(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(read_plan("\n", &error));
    assert_string_equal(error->message, "line 1: no header, the file is empty");
}

#define KAFKA(lists) "{\"version\":1,\"partitions\":[" lists "]}"
#define ITEM(topic, partition, list)                                                               \
    "{\"topic\":\"" topic "\",\"partition\":" partition ",\"replicas\":" list "}"

static void
kafka_json_goes_out_and_in(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot = read_snapshot(CLUSTER, NULL);
    g_autoptr(RzPlan) plan = assemble_plan(snapshot, NULL, "1,3 = 4,3 2");
    g_autofree char *out = plan_kafka_text(plan, false);
    g_autofree char *back = plan_kafka_text(plan, true);
    assert_string_equal(out, KAFKA(ITEM("t", "0", "[1,3]") "," ITEM("t", "3", "[4,3]") "," ITEM(
                                 "u", "0", "[2]")) "\n");
    assert_string_equal(back, KAFKA(ITEM("t", "0", "[1,2]") "," ITEM("t", "3", "[3,4]") "," ITEM(
                                  "u", "0", "[1]")) "\n");
    g_autoptr(RzPlan) in = rz_plan_from_kafka_json(out, strlen(out), snapshot, NULL);
    assert_string_equal(rz_plan_id(in), rz_plan_id(plan));
}

static void
kafka_json_that_changes_nothing(void **state)
{
    (void)state;
    const char *text = KAFKA(ITEM("t", "0", "[1,2]"));
    g_autoptr(RzSnapshot) snapshot = read_snapshot(CLUSTER, NULL);
    g_autoptr(RzPlan) plan = rz_plan_from_kafka_json(text, strlen(text), snapshot, NULL);
    assert_int_equal(plan->n_moves, 0);
}

typedef struct {
    const char *name;
    const char *text, *message;
} ForeignCase;

/* clang-format off */
static const ForeignCase foreigners[] = {
    {"not JSON", "x", "not valid JSON: "},
    {"unknown version", "{\"version\":2,\"partitions\":[]}", "version: must be an integer from 1 to 1, is 2"},
    {"no partitions", "{\"version\":1}", "partitions: missing"},
    {"unknown topic", KAFKA(ITEM("x", "0", "[1]")), "partitions[0].topic: \"x\" is not in the snapshot"},
    {"unknown partition", KAFKA(ITEM("t", "2", "[1]")), "partitions[0].partition: t-2 is not in the snapshot"},
    {"partition twice", KAFKA(ITEM("t", "1", "[1]") "," ITEM("t", "1", "[1]")), "partitions[1].partition: t-1 occurs twice"},
    {"unknown broker", KAFKA(ITEM("t", "1", "[1,9]")), "partitions[0].replicas[1]: broker 9 is not in the snapshot"},
    {"broker twice", KAFKA(ITEM("t", "1", "[1,1]")), "partitions[0].replicas[1]: broker 1 occurs twice"},
    {"empty list", KAFKA(ITEM("t", "1", "[]")), "partitions[0].replicas: must hold 1 to 65535 brokers, holds 0"},
};
/* clang-format on */

static void
wrong_kafka_json_names_the_field(void **state)
{
    const ForeignCase *c = *state;
    g_autoptr(RzSnapshot) snapshot = read_snapshot(CLUSTER, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(RzPlan) plan = rz_plan_from_kafka_json(c->text, strlen(c->text), snapshot, &error);
    assert_null(plan);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT));
    if (!g_str_has_prefix(error->message, c->message))
        fail_msg("\"%s\" does not begin \"%s\"", error->message, c->message);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, totals, counts_the_totals);
    ADD_TEST(tests, file_round_trips);
    ADD_TEST(tests, foreign_plan_round_trips);
    ADD_ROWS(tests, edits, edited_plan_is_refused);
    ADD_TEST(tests, empty_file_is_refused);
    ADD_TEST(tests, kafka_json_goes_out_and_in);
    ADD_TEST(tests, kafka_json_that_changes_nothing);
    ADD_ROWS(tests, foreigners, wrong_kafka_json_names_the_field);
    return RUN_TESTS("plan", tests);
}
