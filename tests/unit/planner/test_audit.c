/*
 * test_audit.c: what audits count and what they advise.
 */
#include "unit/planner/table.h"

#include <string.h>

#include <jansson.h>

#include "planner/audit.h"
#include "planner/plan_apply.h"
#include "rezone/error.h"
#include "unit/planner/lines.h"
#include "unit/planner/sketch.h"

typedef struct {
    const char *name;
    const char *cluster;
    const char *losses;  /* "zone offline/read_only/under_replicated/untouched, ..." */
    const char *now;     /* likewise */
    const char *brokers; /* likewise, by broker */
    int64_t violations;
    const char *fixes; /* "rf/min.isr partitions fix new_rf(layout) +copies bytes" */
} AuditCase;

/* clang-format off */
static const AuditCase audits[] = {
    {"empty cluster", "", "", "0/0/0/0", "", 0, ""},
    {"no partitions", "1@a 2@b | t:", "a 0/0/0/0, b 0/0/0/0", "0/0/0/0", "1 0/0/0/0, 2 0/0/0/0", 0, ""},
    {"RF 1 always stops", "1@a 2@b | t: 1*5 2*7",
     "a 1/0/0/1, b 1/0/0/1", "0/0/0/2", "1 1/0/0/1, 2 1/0/0/1", 0, "1/1 2 target_rf 2(1+1) +2 12"},
    {"RF 2 spread", "1@a 2@b | t/1: 1,2 2,1",
     "a 0/0/2/0, b 0/0/2/0", "0/0/0/2", "1 0/0/2/0, 2 0/0/2/0", 0, ""},
    {"RF 2 with min ISR 2: read-only either way", "1@a 2@b 3@a 4@b | t/2: 1,2*10",
     "a 0/1/0/0, b 0/1/0/0", "0/0/0/1", "1 0/1/0/0, 2 0/1/0/0, 3 0/0/0/1, 4 0/0/0/1", 0, "2/2 1 target_rf 4(2+2) +2 20 or 1"},
    {"RF 2 in one zone", "1@a 2@a 3@b | t: 1,2*10",
     "a 1/0/0/0, b 0/0/0/1", "0/0/0/1", "1 0/0/1/0, 2 0/0/1/0, 3 0/0/0/1", 1, "2/1 1 spread 2(1+1) +1 10"},
    {"RF 3 with min ISR 2 over two zones is never safe", "1@a 2@a 3@b 4@b | t/2: 1,2,3*10 3,4,1*20",
     "a 0/1/1/0, b 0/1/1/0", "0/0/0/2", "1 0/0/2/0, 2 0/0/1/1, 3 0/0/2/0, 4 0/0/1/1", 0, "3/2 2 target_rf 4(2+2) +2 30 or 1"},
    {"RF 4 as 2+2 survives", "1@a 2@a 3@b 4@b | t/2: 1,2,3,4",
     "a 0/0/1/0, b 0/0/1/0", "0/0/0/1", "1 0/0/1/0, 2 0/0/1/0, 3 0/0/1/0, 4 0/0/1/0", 0, ""},
    {"RF 4 as 3+1 does not", "1@a 2@a 5@a 3@b 4@b | t/2: 1,2,5,3*8",
     "a 0/1/0/0, b 0/0/1/0", "0/0/0/1", "1 0/0/1/0, 2 0/0/1/0, 3 0/0/1/0, 4 0/0/0/1, 5 0/0/1/0", 1, "4/2 1 spread 4(2+2) +1 8"},
    {"three zones", "1@a 2@b 3@c | t/2: 1,2,3",
     "a 0/0/1/0, b 0/0/1/0, c 0/0/1/0", "0/0/0/1", "1 0/0/1/0, 2 0/0/1/0, 3 0/0/1/0", 0, ""},
    {"one zone only", "1@a 2@a | t: 1,2",
     "a 1/0/0/0", "0/0/0/1", "1 0/0/1/0, 2 0/0/1/0", 0, "2/1 1 none"},
    {"too few brokers", "1@a 2@b | t/2: 1,2",
     "a 0/1/0/0, b 0/1/0/0", "0/0/0/1", "1 0/1/0/0, 2 0/1/0/0", 0, "2/2 1 none"},
    {"a broker without a zone is lost with none", "1@a 2@b 3@- | t: 3,1",
     "a 0/0/1/0, b 0/0/0/1", "0/0/0/1", "1 0/0/1/0, 2 0/0/0/1, 3 0/0/1/0", 1, ""},
    {"a dead broker's replica does not count", "1@a !2@b 3@b | t: 1,2;1",
     "a 1/0/0/0, b 0/0/1/0", "0/0/1/0", "1 1/0/0/0, 2 0/0/1/0, 3 0/0/1/0", 0, "2/1 1 sync"},
    {"in sync, but dead", "1@a !2@b 3@b | t: 1,2",
     "a 1/0/0/0, b 0/0/1/0", "0/0/1/0", "1 1/0/0/0, 2 0/0/1/0, 3 0/0/1/0", 0, "2/1 1 sync"},
    {"out of sync", "1@a 2@b | t: 1,2;1",
     "a 1/0/0/0, b 0/0/1/0", "0/0/1/0", "1 1/0/0/0, 2 0/0/1/0", 0, "2/1 1 sync"},
    {"offline already", "1@a 2@b | t: 1,2;",
     "a 1/0/0/0, b 1/0/0/0", "1/0/0/0", "1 1/0/0/0, 2 1/0/0/0", 0, "2/1 1 sync"},
    {"min ISR above the replica count", "1@a 2@b | t/2: 1*3",
     "a 1/0/0/0, b 0/1/0/0", "0/1/0/0", "1 1/0/0/0, 2 0/1/0/0", 0, "1/2 1 none"},
};
/* clang-format on */

static void
append_loss(GString *text, const RzLoss *loss)
{
    for (int state = 0; state < RZ_N_STATES; state++)
        g_string_append_printf(text, "%s%d", state > 0 ? "/" : "", (int)loss->partitions[state]);
}

static char *
losses_text(const RzAudit *audit)
{
    GString *text = g_string_new(NULL);
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        g_string_append_printf(text, "%s%s ", z > 0 ? ", " : "", audit->snapshot->zones[z]);
        append_loss(text, &audit->zones[z].loss);
    }
    return g_string_free(text, FALSE);
}

static char *
brokers_text(const RzAudit *audit)
{
    GString *text = g_string_new(NULL);
    for (uint32_t b = 0; b < audit->snapshot->n_brokers; b++) {
        g_string_append_printf(text, "%s%d ", b > 0 ? ", " : "", audit->snapshot->brokers[b].id);
        append_loss(text, &audit->brokers[b].loss);
    }
    return g_string_free(text, FALSE);
}

static char *
now_text(const RzAudit *audit)
{
    GString *text = g_string_new(NULL);
    append_loss(text, &audit->now);
    return g_string_free(text, FALSE);
}

static char *
fixes_text(const RzAudit *audit)
{
    static const char *const names[] = {"sync", "spread", "target_rf", "none"};
    GString *text = g_string_new(NULL);
    for (uint32_t g = 0; g < audit->n_groups; g++) {
        const RzUnsafeGroup *group = &audit->groups[g];
        g_string_append_printf(text, "%s%d/%d %d %s", g > 0 ? ", " : "", group->rf,
                               group->min_insync_replicas, (int)group->partitions,
                               names[group->fix]);
        if (group->layout != NULL)
            g_string_append_printf(text, " %d(%s) +%d %d", group->new_rf, group->layout,
                                   (int)group->new_replicas, (int)group->new_bytes);
        if (group->alternative_min > 0)
            g_string_append_printf(text, " or %d", group->alternative_min);
    }
    return g_string_free(text, FALSE);
}

static void
audit_counts_and_advises(void **state)
{
    const AuditCase *c = *state;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster(c->cluster);
    g_autoptr(RzAudit) audit = rz_audit_new(snapshot, NULL);
    g_autofree char *losses = losses_text(audit);
    g_autofree char *now = now_text(audit);
    g_autofree char *brokers = brokers_text(audit);
    g_autofree char *fixes = fixes_text(audit);
    assert_string_equal(losses, c->losses);
    assert_string_equal(now, c->now);
    assert_string_equal(brokers, c->brokers);
    assert_int_equal(audit->zone_violations, c->violations);
    assert_string_equal(fixes, c->fixes);
    assert_int_equal(rz_audit_is_unsafe(audit), *c->fixes != '\0');
    g_autofree char *json = rz_audit_to_json(audit);
    json_t *parsed = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(parsed);
    json_decref(parsed);
}

static void
says_it_in_words(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot =
        sketch_cluster("1@a 2@a 3@b 4@b | orders/2: 1,2,3*1000000 | __consumer_offsets/2: 1,3,4*5");
    g_autoptr(RzAudit) audit = rz_audit_new(snapshot, NULL);
    assert_int_equal(audit->n_groups, 1);
    assert_string_equal(
        audit->groups[0].text,
        "2 partitions of 2 topics, 1,000,005 bytes, with 3 replicas and min.insync.replicas 2: "
        "stopped by the loss of some zone. 3 over 2 zones cannot survive the loss of any, however "
        "placed; 4 "
        "as 2+2 can: at least 2 to copy, 1,000,005 bytes (--target-rf). Or, with fewer copies of "
        "each acknowledged record: min.insync.replicas 1 and an even spread. Among them "
        "__consumer_offsets.");
}

static void
worst_topics_come_first(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot =
        sketch_cluster("1@a 2@a 3@b | a: 1,3 | b: 1 | c/2: 1,3 1,3 1,3 | d: 1 2");
    g_autoptr(RzAudit) audit = rz_audit_new(snapshot, NULL);
    const RzZoneAudit *zone = &audit->zones[0];
    assert_int_equal(zone->n_worst, 3);
    assert_string_equal(snapshot->topics[zone->worst[0].topic].name, "d");
    assert_string_equal(snapshot->topics[zone->worst[1].topic].name, "b");
    assert_string_equal(snapshot->topics[zone->worst[2].topic].name, "c");
    assert_int_equal(zone->worst[2].loss.partitions[RZ_STATE_READ_ONLY], 3);
}

static void
json_has_the_fixed_fields(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot =
        sketch_cluster("1@a 2@b !3@b | t/2: 1,2*9223372036854775807 1,2*1");
    g_autoptr(RzAudit) audit = rz_audit_new(snapshot, NULL);
    g_autofree char *json = rz_audit_to_json(audit);
    static const char *const parts[] = {
        "\"partitions_total\":2",
        "\"zone_violations\":0",
        "{\"broker\":1,\"zone\":\"a\",\"alive\":true,\"replicas\":2,\"leaders\":2,"
        "\"bytes\":\"9223372036854775808\",\"leader_bytes\":\"9223372036854775808\",",
        "{\"broker\":3,\"zone\":\"b\",\"alive\":false,\"replicas\":0,",
        "{\"zone\":\"b\",\"brokers\":2,\"brokers_alive\":1,\"replicas\":2,\"leaders\":0,",
        "\"replicas_min\":2,\"replicas_max\":2,\"skew\":1.0000}",
        "{\"zone\":\"a\",\"offline\":0,\"read_only\":2,\"under_replicated\":0,\"untouched\":0,"
        "\"topics_unsafe\":1,\"worst_topics\":[{\"topic\":\"t\",\"internal\":false,\"offline\":0,",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (strstr(json, parts[i]) == NULL)
            fail_msg("%s is not in %s", parts[i], json);
    }
}

typedef struct {
    const char *name;
    const char *cluster;
    bool skewed;
} SkewCase;

/* clang-format off */
static const SkewCase skews[] = {
    {"level",               "1@a 2@a | t: 1 2 1 2", false},
    {"one apart",           "1@a 2@a | t: 1", false},
    {"two apart",           "1@a 2@a | t: 1 1", true},
    {"zones differ",        "1@a 2@b | t: 1 1 1", false},
    {"a dead broker empty", "1@a !2@a | t: 1 1 1", false},
};
/* clang-format on */

static void
skew_is_judged_within_zones(void **state)
{
    const SkewCase *c = *state;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster(c->cluster);
    g_autoptr(RzAudit) audit = rz_audit_new(snapshot, NULL);
    assert_int_equal(rz_audit_is_skewed(audit), c->skewed);
}

typedef struct {
    const char *name;
    const char *before, *targets, *after;
} ApplyCase;

/* clang-format off */
static const ApplyCase applications[] = {
    {"nothing", "1@a 2@b | t: 1,2*5", "=", "1@a 2@b | t: 1,2*5"},
    {"moved partitions are in sync", "1@a 2@b 3@b | t: 1,2;2*5 2,1;1*6", "3,1 =", "1@a 2@b 3@b | t: 3,1*5 2,1;1*6"},
    {"dead targets are not", "1@a 2@b !3@b | t: 1,2*5", "3,1", "1@a 2@b !3@b | t: 3,1;1*5"},
};
/* clang-format on */

static void
snapshot_after_the_plan(void **state)
{
    const ApplyCase *c = *state;
    g_autoptr(RzSnapshot) before = sketch_cluster(c->before);
    g_autoptr(RzSnapshot) expected = sketch_cluster(c->after);
    g_autoptr(RzPlan) plan = assemble_plan(before, NULL, c->targets);
    g_autoptr(RzSnapshot) after = rz_snapshot_with_plan(before, plan, NULL);
    g_autofree char *text = snapshot_text(after), *wanted = snapshot_text(expected);
    assert_string_equal(text, wanted);
}

static void
plan_of_another_state_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *now, *message;
    } cases[] = {
        {"1@a 2@b 3@b | u: 1,2", "t-0 is not in the snapshot"},
        {"1@a 2@b 3@b | t: 2,1", "t-0 has other replicas than the plan starts from"},
        {"1@a 2@b | t: 1,2", "t-0 goes to a broker that is not in the snapshot"},
    };
    g_autoptr(RzSnapshot) then = sketch_cluster("1@a 2@b 3@b | t: 1,2");
    g_autoptr(RzPlan) plan = assemble_plan(then, NULL, "1,3");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RzSnapshot) now = sketch_cluster(cases[i].now);
        assert_null(rz_snapshot_with_plan(now, plan, &error));
        assert_string_equal(error->message, cases[i].message);
    }
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, audits, audit_counts_and_advises);
    ADD_TEST(tests, says_it_in_words);
    ADD_TEST(tests, worst_topics_come_first);
    ADD_TEST(tests, json_has_the_fixed_fields);
    ADD_ROWS(tests, skews, skew_is_judged_within_zones);
    ADD_ROWS(tests, applications, snapshot_after_the_plan);
    ADD_TEST(tests, plan_of_another_state_is_refused);
    return RUN_TESTS("audit", tests);
}
