/*
 * test_config.c: configs with their sources, limits of requests, rights, and versions of APIs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "unit/sim/sketch.h"

#define V43 RZ_SIM_VERSION(4, 3)
#define LIST "follower.replication.throttled.replicas"
#define RATE "follower.replication.throttled.rate"

/* "VALUE/SOURCE" of a key, or "absent". */
static char *
shown(RzSim *sim, int32_t via, RzSimResource type, const char *name, const char *key)
{
    g_autoptr(GArray) entries = NULL;
    g_autofree char *message = NULL;
    assert_int_equal(rz_sim_describe_configs(sim, via, type, name, &entries, &message), 0);
    for (guint i = 0; i < entries->len; i++) {
        const RzSimConfigEntry *entry = &g_array_index(entries, RzSimConfigEntry, i);
        if (strcmp(entry->key, key) == 0)
            return g_strdup_printf("%s/%d", entry->value, (int)entry->source);
    }
    return g_strdup("absent");
}

static void
assert_shown(RzSim *sim, RzSimResource type, const char *name, const char *key,
             const char *expected)
{
    g_autofree char *now = shown(sim, RZ_SIM_CONTROLLER, type, name, key);
    assert_string_equal(now, expected);
}

static void
the_strongest_source_wins(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 3);
    assert_shown(sim, RZ_SIM_BROKER, "2", RATE, "absent");
    rz_sim_set_static_config(sim, 2, RATE, "100");
    assert_shown(sim, RZ_SIM_BROKER, "2", RATE, "100/4");
    assert_int_equal(sketch_config(sim, RZ_SIM_BROKER, "", RATE, "200"), 0);
    assert_shown(sim, RZ_SIM_BROKER, "2", RATE, "200/3");
    assert_int_equal(sketch_config(sim, RZ_SIM_BROKER, "2", RATE, "300"), 0);
    assert_shown(sim, RZ_SIM_BROKER, "2", RATE, "300/2");
    assert_shown(sim, RZ_SIM_BROKER, "3", RATE, "200/3");
    assert_int_equal(sketch_config(sim, RZ_SIM_BROKER, "2", RATE, NULL), 0);
    assert_int_equal(sketch_config(sim, RZ_SIM_BROKER, "", RATE, NULL), 0);
    assert_shown(sim, RZ_SIM_BROKER, "2", RATE, "100/4");
}

static char *
list_of_bytes(gsize length)
{
    GString *text = g_string_new("0:1");
    while (text->len < length)
        g_string_append_c(text, '1');
    return g_string_free(text, FALSE);
}

static void
a_value_has_a_limit(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 3);
    sketch_topic(sim, "t", 1, "1,2", 0, 0);
    g_autofree char *fits = list_of_bytes(32767);
    g_autofree char *too_long = list_of_bytes(32768);
    assert_int_equal(sketch_config(sim, RZ_SIM_TOPIC, "t", LIST, fits), 0);
    assert_int_equal(sketch_config(sim, RZ_SIM_TOPIC, "t", LIST, too_long),
                     RZ_KAFKA_INVALID_CONFIG);
}

static void
a_resource_changes_whole_or_not_at_all(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 3);
    sketch_topic(sim, "t", 1, "1,2", 0, 0);
    RzSimConfigChange changes[] = {{LIST, RZ_SIM_SET, "0:1"}, {"no.such", RZ_SIM_SET, "1"}};
    RzSimResult result = {0};
    rz_sim_alter_configs(sim, 1, RZ_SIM_TOPIC, "t", changes, 2, false, &result);
    assert_int_equal(result.code, RZ_KAFKA_INVALID_CONFIG);
    rz_sim_results_clear(&result, 1);
    assert_shown(sim, RZ_SIM_TOPIC, "t", LIST, "/5");
    rz_sim_alter_configs(sim, 1, RZ_SIM_TOPIC, "t", changes, 1, true, &result);
    assert_int_equal(result.code, 0);
    assert_shown(sim, RZ_SIM_TOPIC, "t", LIST, "/5"); /* it was to be validated only */
}

static void
lists_grow_and_shrink(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 3);
    sketch_topic(sim, "t", 1, "1,2", 0, 0);
    static const struct {
        RzSimConfigChange change;
        const char *then;
    } rows[] = {
        {{LIST, RZ_SIM_APPEND, "0:1,0:2"}, "0:1,0:2/1"},
        {{LIST, RZ_SIM_APPEND, "0:2,0:3"}, "0:1,0:2,0:3/1"},
        {{LIST, RZ_SIM_SUBTRACT, "0:1"}, "0:2,0:3/1"},
        {{LIST, RZ_SIM_SUBTRACT, "0:2,0:3"}, "/1"}, /* empty, but not unset */
        {{LIST, RZ_SIM_DELETE, NULL}, "/5"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        RzSimResult result = {0};
        rz_sim_alter_configs(sim, 1, RZ_SIM_TOPIC, "t", &rows[i].change, 1, false, &result);
        assert_int_equal(result.code, 0);
        assert_shown(sim, RZ_SIM_TOPIC, "t", LIST, rows[i].then);
    }
}

static void
a_broker_speaks_for_itself_only(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 3);
    RzSimConfigChange change = {RATE, RZ_SIM_SET, "1"};
    RzSimResult result = {0};
    rz_sim_alter_configs(sim, 1, RZ_SIM_BROKER, "2", &change, 1, false, &result);
    assert_int_equal(result.code, RZ_KAFKA_INVALID_REQUEST);
    rz_sim_results_clear(&result, 1);
    g_autoptr(GArray) entries = NULL;
    g_autofree char *message = NULL;
    assert_int_equal(rz_sim_describe_configs(sim, 1, RZ_SIM_BROKER, "2", &entries, &message),
                     RZ_KAFKA_INVALID_REQUEST);
    assert_non_null(message);
}

/* ---- limits ---- */

static void
too_many_records_fail_the_rest(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 6);
    sketch_topic(sim, "t", 10050, "1,2,3", 0, 0);
    g_autofree RzSimReassign *items = g_new0(RzSimReassign, 10050);
    g_autofree RzSimResult *results = g_new0(RzSimResult, 10050);
    static const int32_t target[] = {2, 1, 3};
    for (int32_t i = 0; i < 10050; i++)
        items[i] = (RzSimReassign){"t", i, target, 3};
    assert_int_equal(rz_sim_alter_reassignments(sim, items, 10050, true, results), 0);
    assert_int_equal(results[9999].code, 0);
    assert_int_equal(results[10000].code, RZ_KAFKA_UNKNOWN_SERVER_ERROR);
    assert_int_equal(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 9999).replicas.ids[0], 2);
    assert_int_equal(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 10000).replicas.ids[0], 1);
}

static void
too_many_elections_fail_whole(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 6);
    sketch_topic(sim, "t", 10001, "1,2,3", 0, 0);
    g_autofree RzSimTopicPartition *items = g_new0(RzSimTopicPartition, 10001);
    g_autofree RzSimResult *results = g_new0(RzSimResult, 10001);
    for (int32_t i = 0; i < 10001; i++) {
        items[i] = (RzSimTopicPartition){"t", i};
        assert_int_equal(sketch_reassign(sim, "t", i, "2,1,3"), 0);
    }
    assert_int_equal(rz_sim_elect_leaders(sim, RZ_SIM_PREFERRED, items, 10001, results),
                     RZ_KAFKA_POLICY_VIOLATION);
    assert_int_equal(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 0).leader, 1);
    assert_int_equal(rz_sim_elect_leaders(sim, RZ_SIM_PREFERRED, items, 10000, results), 0);
    assert_int_equal(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 0).leader, 2);
}

static void
a_cordoned_broker_takes_nothing_new(void **state)
{
    (void)state;
    for (int version = RZ_SIM_VERSION(4, 2); version <= V43; version++) {
        g_autoptr(RzSim) sim = sketch_sim(version, 6);
        sketch_topic(sim, "t", 1, "1,2", 0, 0);
        assert_true(rz_sim_cordon_log_dir(sim, 3, "/data", true));
        assert_int_equal(sketch_reassign(sim, "t", 0, "1,3"),
                         version == V43 ? RZ_KAFKA_INVALID_REPLICA_ASSIGNMENT : 0);
    }
}

/* ---- rights ---- */

static void
what_is_denied_is_refused(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 6);
    sketch_topic(sim, "t", 1, "1,2", 0, 0);
    sketch_topic(sim, "u", 1, "1,2", 0, 0);
    RzSimReassign item = {.topic = "t"};
    RzSimResult result = {0};
    rz_sim_deny(sim, rz_sim_operation_from_name("alter cluster"), NULL);
    assert_int_equal(rz_sim_alter_reassignments(sim, &item, 1, true, &result),
                     RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED);
    rz_sim_deny(sim, RZ_SIM_ALTER_CONFIGS_TOPIC, "t");
    assert_int_equal(sketch_config(sim, RZ_SIM_TOPIC, "t", LIST, "*"),
                     RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED);
    assert_int_equal(sketch_config(sim, RZ_SIM_TOPIC, "u", LIST, "*"), 0);
    rz_sim_allow_all(sim);
    assert_int_equal(sketch_config(sim, RZ_SIM_TOPIC, "t", LIST, "*"), 0);
    assert_int_equal(rz_sim_operation_from_name("FLY CLUSTER"), 0);
}

/* ---- versions ---- */

static void
apis_by_release(void **state)
{
    (void)state;
    static const struct {
        int version;
        int16_t key, max; /* -1: not offered */
    } rows[] = {
        {RZ_SIM_VERSION(2, 4), 3, 9},   {RZ_SIM_VERSION(2, 6), 60, -1},
        {RZ_SIM_VERSION(2, 8), 60, 0},  {RZ_SIM_VERSION(3, 3), 55, 1},
        {RZ_SIM_VERSION(3, 7), 75, -1}, {RZ_SIM_VERSION(3, 9), 75, 0},
        {RZ_SIM_VERSION(4, 0), 45, 0},  {RZ_SIM_VERSION(4, 1), 45, 1},
        {RZ_SIM_VERSION(4, 2), 35, 4},  {RZ_SIM_VERSION(4, 3), 35, 5},
        {RZ_SIM_VERSION(4, 3), 0, -1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        int16_t min = 0, max = -1;
        bool offered = rz_sim_api_range(rows[i].version, rows[i].key, &min, &max);
        assert_int_equal(offered, rows[i].max >= 0);
        assert_int_equal(max, rows[i].max);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strongest_source_wins),
        cmocka_unit_test(a_value_has_a_limit),
        cmocka_unit_test(a_resource_changes_whole_or_not_at_all),
        cmocka_unit_test(lists_grow_and_shrink),
        cmocka_unit_test(a_broker_speaks_for_itself_only),
        cmocka_unit_test(too_many_records_fail_the_rest),
        cmocka_unit_test(too_many_elections_fail_whole),
        cmocka_unit_test(a_cordoned_broker_takes_nothing_new),
        cmocka_unit_test(what_is_denied_is_refused),
        cmocka_unit_test(apis_by_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
