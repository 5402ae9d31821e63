/*
 * test_reassign.c: what becomes of a reassignment that is retargeted or cancelled, by version.
 *
 * The rows were taken from real brokers (six of them, copies frozen by a throttle of 1 B/s, then
 * freed); "hangs" is what they did.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit/sim/sketch.h"

#define V(major, minor) RZ_SIM_VERSION(major, minor)

typedef struct {
    const char *name;
    int version;
    const char *from, *running, *then; /* "" cancels */
    const char *ends;
    const char *listed; /* adding / removing for ever; NULL: it is not listed */
    const char *heals;  /* the list after a cancel of what hangs; NULL: does not apply */
} Row;

static const Row rows[] = {
    {"back, 3.7", V(3, 7), "1,2", "3,4", "1,2", "1,2,3,4", "3,4/3,4", "1,2"},
    {"back, 4.3", V(4, 3), "1,2", "3,4", "1,2", "1,2,3,4", "3,4/3,4", "1,2"},
    {"back, 3.9", V(3, 9), "1,2", "3,4", "1,2", "1,2", NULL, NULL},
    {"back, 4.2", V(4, 2), "1,2", "3,4", "1,2", "1,2", NULL, NULL},
    {"not added, 3.7", V(3, 7), "1,2", "1,2,3", "1,2", "1,2,3", "3/3", "1,2"},
    {"not added, 4.3", V(4, 3), "1,2", "1,2,3", "1,2", "1,2,3", "3/3", "1,2"},
    {"not added, 4.2", V(4, 2), "1,2", "1,2,3", "1,2", "1,2", NULL, NULL},
    {"fewer, 3.7", V(3, 7), "1,2,3", "1,4,5", "1,2,4", "1,2,4,3,5", "4,5/3,5", "1,2,3"},
    {"fewer, 4.3", V(4, 3), "1,2,3", "1,4,5", "1,2,4", "1,2,4,3,5", "4,5/3,5", "1,2,3"},
    {"fewer, 3.9", V(3, 9), "1,2,3", "1,4,5", "1,2,4", "1,2,4", NULL, NULL},
    {"other, 3.7", V(3, 7), "1,2", "1,3", "1,4", "1,4", NULL, NULL},
    {"other, 4.2", V(4, 2), "1,2", "1,3", "1,4", "1,4", NULL, NULL},
    {"other, 4.3", V(4, 3), "1,2", "1,3", "1,4", "1,4", NULL, NULL},
    {"both ignored, 3.7", V(3, 7), "1,2", "3,4", "1,2,3,4", "3,4", NULL, NULL},
    {"both ignored, 4.2", V(4, 2), "1,2", "3,4", "1,2,3,4", "3,4", NULL, NULL},
    {"both ignored, 4.3", V(4, 3), "1,2", "3,4", "1,2,3,4", "3,4", NULL, NULL},
    {"cancel, 3.7", V(3, 7), "1,2", "3,4", "", "1,2", NULL, NULL},
    {"cancel, 4.2", V(4, 2), "1,2", "3,4", "", "1,2", NULL, NULL},
    {"cancel, 4.3", V(4, 3), "1,2", "3,4", "", "1,2", NULL, NULL},
    {"cancel sorts, 3.7", V(3, 7), "3,1,2", "4,5,6", "", "1,2,3", NULL, NULL},
    {"cancel sorts, 4.3", V(4, 3), "3,1,2", "4,5,6", "", "1,2,3", NULL, NULL},
};

static RzSim *
cluster(int version, const char *replicas)
{
    RzSim *sim = sketch_sim(version, 6);
    sketch_topic(sim, "t", 1, replicas, 1000000, 0);
    return sim;
}

static void
assert_replicas(RzSim *sim, const char *expected)
{
    g_autofree char *replicas = sketch_ids(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 0).replicas);
    assert_string_equal(replicas, expected);
}

static int16_t
reassign(RzSim *sim, const char *target)
{
    return sketch_reassign(sim, "t", 0, target);
}

/* Every copy waits at 1 B/s a broker, or is free again. */
static void
throttle(RzSim *sim, bool on)
{
    assert_int_equal(sketch_config(sim, RZ_SIM_TOPIC, "t",
                                   "follower.replication.throttled.replicas", on ? "*" : NULL),
                     0);
    for (char broker[] = "1"; *broker <= '6'; ++*broker)
        assert_int_equal(sketch_config(sim, RZ_SIM_BROKER, broker,
                                       "follower.replication.throttled.rate", on ? "1" : NULL),
                         0);
}

static void
retarget_does_what_kafka_does(void **state)
{
    const Row *row = *state;
    g_autoptr(RzSim) sim = cluster(row->version, row->from);
    throttle(sim, true);
    assert_int_equal(reassign(sim, row->running), 0);
    rz_sim_advance(sim, 5000);
    assert_int_equal(reassign(sim, row->then), 0);
    throttle(sim, false);
    bool done = rz_sim_settle(sim, 3600000);
    assert_true(done == (row->listed == NULL));
    assert_replicas(sim, row->ends);
    if (row->listed == NULL)
        return;
    g_autofree char *adding = sketch_ids(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 0).adding);
    g_autofree char *removing = sketch_ids(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 0).removing);
    g_autofree char *listed = g_strdup_printf("%s/%s", adding, removing);
    assert_string_equal(listed, row->listed);
    assert_int_equal(reassign(sim, ""), 0);
    assert_true(rz_sim_settle(sim, 60000));
    assert_replicas(sim, row->heals);
}

static void
cancel_of_a_second_target_keeps_everything(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = cluster(V(4, 3), "1,2");
    throttle(sim, true);
    assert_int_equal(reassign(sim, "3,4"), 0);
    assert_int_equal(reassign(sim, "5,6"), 0);
    assert_int_equal(reassign(sim, ""), 0);
    throttle(sim, false);
    assert_true(rz_sim_settle(sim, 60000));
    assert_replicas(sim, "1,2,3,4");
}

static void
reorder_is_instant_and_never_listed(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = cluster(V(4, 3), "1,2,3");
    assert_int_equal(reassign(sim, "3,1,2"), 0);
    g_autoptr(GArray) moves = NULL;
    assert_int_equal(rz_sim_list_reassignments(sim, NULL, 0, &moves), 0);
    assert_int_equal(moves->len, 0);
    assert_replicas(sim, "3,1,2");
    assert_int_equal(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 0).leader, 1);
}

static void
nothing_to_cancel(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = cluster(V(4, 3), "1,2,3");
    assert_int_equal(reassign(sim, ""), RZ_KAFKA_NO_REASSIGNMENT_IN_PROGRESS);
}

static void
dead_target_is_accepted_and_waits(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = cluster(V(4, 3), "1,2");
    rz_sim_stop(sim, 3);
    assert_int_equal(reassign(sim, "1,3"), 0);
    assert_false(rz_sim_settle(sim, 3600000));
    rz_sim_start(sim, 3);
    assert_true(rz_sim_settle(sim, 60000));
    assert_replicas(sim, "1,3");
}

int
main(void)
{
    GArray *tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct CMUnitTest test = {rows[i].name, retarget_does_what_kafka_does, NULL, NULL,
                                  (void *)(uintptr_t)&rows[i]};
        g_array_append_val(tests, test);
    }
    const struct CMUnitTest others[] = {
        cmocka_unit_test(cancel_of_a_second_target_keeps_everything),
        cmocka_unit_test(reorder_is_instant_and_never_listed),
        cmocka_unit_test(nothing_to_cancel),
        cmocka_unit_test(dead_target_is_accepted_and_waits),
    };
    g_array_append_vals(tests, others, G_N_ELEMENTS(others));
    int failed =
        _cmocka_run_group_tests("sim reassign", (void *)tests->data, tests->len, NULL, NULL);
    g_array_unref(tests);
    return failed;
}
