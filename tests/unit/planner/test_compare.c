/*
 * test_compare.c: policies side by side, and Kafka's own placement rule.
 */
#include "unit/planner/table.h"

#include <string.h>

#include "planner/compare.h"
#include "planner/kafka_generate.h"
#include "planner/plan_facts.h"
#include "rezone/error.h"
#include "unit/planner/lines.h"
#include "unit/planner/sketch.h"

static const RzComparisonRow *
row_of(const RzComparison *comparison, const char *name)
{
    for (uint32_t i = 0; i < comparison->n_rows; i++) {
        if (strcmp(comparison->rows[i].name, name) == 0)
            return &comparison->rows[i];
    }
    fail_msg("no row %s", name);
    return NULL;
}

static void
rows_measure_their_plans(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot =
        sketch_cluster("1@a 2@a 3@b 4@b | t: 1,2*10 2,1*20 1,2*40 2,1*80");
    g_autoptr(RzPolicy) policy = rz_policy_new();
    g_autoptr(RzComparison) comparison = rz_compare(snapshot, policy);
    const RzComparisonRow *now = row_of(comparison, "as-is");
    const RzComparisonRow *asked = row_of(comparison, "as-asked");
    const RzComparisonRow *more = row_of(comparison, "rf-plus-1");
    assert_int_equal(now->totals.partitions_changed, 0);
    assert_int_equal(now->loss_offline, 4);
    assert_int_equal(now->replicas_max, 4);
    assert_int_equal(now->busiest_bytes, 0);
    assert_null(asked->refused);
    assert_int_equal(asked->totals.bytes_moved, 150);
    assert_int_equal(asked->totals.zone_violations_after, 0);
    assert_int_equal(asked->loss_offline + asked->loss_read_only, 0);
    assert_int_equal(asked->replicas_min, 2);
    assert_int_equal(asked->replicas_max, 2);
    assert_int_equal(asked->leaders_max, 1);
    assert_int_equal(more->totals.replicas_added - more->totals.replicas_removed, 4);
    const RzComparisonRow *kafka = row_of(comparison, "kafka-generate");
    assert_true(kafka->totals.bytes_moved >= asked->totals.bytes_moved);
    const RzComparisonRow *topics = row_of(comparison, "topic-balance");
    assert_null(topics->refused);
    assert_true(topics->totals.bytes_moved >= asked->totals.bytes_moved);
    assert_int_equal(topics->replicas_max, 2);
    assert_int_equal(kafka->totals.zone_violations_after, 0);
}

static void
what_cannot_be_is_a_row_that_says_so(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster("1@a 2@b | t: 1,2");
    g_autoptr(RzPolicy) policy = rz_policy_new();
    g_autoptr(RzComparison) comparison = rz_compare(snapshot, policy);
    assert_non_null(row_of(comparison, "rf-plus-1")->refused);
    assert_null(row_of(comparison, "as-asked")->refused);
}

/* Racks in turn, every partition one further along the ring, no two replicas of one in a rack while
 * another has none. */
static void
kafka_rule_alternates_racks(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot =
        sketch_cluster("1@a 2@a 3@b 4@b | t: 1,2 1,2 1,2 1,2 1,2 | u: 2");
    g_autoptr(RzPolicy) policy = rz_policy_new();
    rz_policy_set(policy, "exclude-topic", "u", NULL);
    g_autoptr(RzPlan) plan = rz_kafka_generate(snapshot, policy, NULL);
    g_autofree char *json = plan_kafka_text(plan, false);
    assert_string_equal(json, "{\"version\":1,\"partitions\":["
                              "{\"topic\":\"t\",\"partition\":0,\"replicas\":[1,3]},"
                              "{\"topic\":\"t\",\"partition\":1,\"replicas\":[3,2]},"
                              "{\"topic\":\"t\",\"partition\":2,\"replicas\":[2,4]},"
                              "{\"topic\":\"t\",\"partition\":3,\"replicas\":[4,1]},"
                              "{\"topic\":\"t\",\"partition\":4,\"replicas\":[1,4]}]}\n");
}

typedef struct {
    const char *name;
    const char *cluster, *message;
} RefusalCase;

static const RefusalCase refusals[] = {
    {"too few brokers", "1@a !2@b | t: 1,2",
     "topic t has 2 replicas, there are 1 brokers for them"},
    {"no broker", "!1@a | t: 1", "no broker may hold replicas"},
};

static void
kafka_rule_has_limits(void **state)
{
    const RefusalCase *c = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster(c->cluster);
    g_autoptr(RzPolicy) policy = rz_policy_new();
    assert_null(rz_kafka_generate(snapshot, policy, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INFEASIBLE));
    assert_string_equal(error->message, c->message);
}

static void
busiest_receiver_is_found(void **state)
{
    (void)state;
    int32_t broker = 0;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster("1@a 2@a 3@b 4@b | t: 1*10 2*20 1*10 2*5");
    g_autoptr(RzPlan) plan = assemble_plan(snapshot, NULL, "4 3 4 1,2");
    g_autoptr(RzPlan) reorder = assemble_plan(snapshot, NULL, "= = = =");
    assert_int_equal(rz_plan_busiest_receiver(plan, &broker), 20);
    assert_int_equal(broker, 3); /* 4 receives as much, the lower id is named */
    assert_int_equal(rz_plan_busiest_receiver(reorder, &broker), 0);
    assert_int_equal(broker, -1);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_TEST(tests, rows_measure_their_plans);
    ADD_TEST(tests, what_cannot_be_is_a_row_that_says_so);
    ADD_TEST(tests, kafka_rule_alternates_racks);
    ADD_ROWS(tests, refusals, kafka_rule_has_limits);
    ADD_TEST(tests, busiest_receiver_is_found);
    return RUN_TESTS("compare", tests);
}
