/*
 * test_membership.c: brokers that die and return, caches that lag, topics that come and go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit/sim/sketch.h"

#define V43 RZ_SIM_VERSION(4, 3)

static void
assert_state(RzSim *sim, const char *expected)
{
    g_autofree char *now = sketch_state(sim, "t", 0);
    assert_string_equal(now, expected);
}

static RzSim *
three_in_sync(void)
{
    RzSim *sim = sketch_sim(V43, 6);
    sketch_topic(sim, "t", 1, "1,2,3", 1000000, 1000);
    return sim;
}

static void
a_killed_broker_is_missed_after_its_session(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = three_in_sync();
    assert_true(rz_sim_kill(sim, 1));
    assert_false(rz_sim_is_serving(sim, 1));
    rz_sim_advance(sim, 8999);
    assert_state(sim, "leader 1 replicas 1,2,3 isr 1,2,3 adding  removing ");
    rz_sim_advance(sim, 1);
    assert_state(sim, "leader 2 replicas 1,2,3 isr 2,3 adding  removing ");
}

static void
a_stopped_broker_hands_over_at_once(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = three_in_sync();
    assert_true(rz_sim_stop(sim, 1));
    assert_state(sim, "leader 2 replicas 1,2,3 isr 2,3 adding  removing ");
}

static void
a_returned_broker_catches_up_and_does_not_lead(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = three_in_sync();
    rz_sim_kill(sim, 1);
    rz_sim_advance(sim, 60000);
    assert_true(rz_sim_start(sim, 1));
    rz_sim_advance(sim, 1999);
    assert_false(rz_sim_is_serving(sim, 1));
    rz_sim_advance(sim, 5000);
    assert_state(sim, "leader 2 replicas 1,2,3 isr 2,3,1 adding  removing ");
}

/* Before eligible leader replicas: the last one stays in the ISR, and only it may lead again. */
static void
the_last_one_in_sync_stays_in_the_isr(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(RZ_SIM_VERSION(3, 9), 6);
    sketch_topic(sim, "t", 1, "1,2,3", 1000000, 1000);
    for (int32_t id = 1; id <= 3; id++)
        rz_sim_stop(sim, id);
    assert_state(sim, "leader -1 replicas 1,2,3 isr 3 adding  removing ");
    rz_sim_start(sim, 1);
    rz_sim_advance(sim, 60000);
    assert_state(sim, "leader -1 replicas 1,2,3 isr 3 adding  removing ");
    rz_sim_start(sim, 3);
    rz_sim_advance(sim, 60000);
    assert_state(sim, "leader 3 replicas 1,2,3 isr 3,1 adding  removing ");
}

static void
the_last_one_in_sync_stays_eligible(void **state)
{
    (void)state;
    for (int killed = 0; killed <= 1; killed++) {
        g_autoptr(RzSim) sim = three_in_sync();
        for (int32_t id = 1; id <= 3; id++) {
            assert_true(killed ? rz_sim_kill(sim, id) : rz_sim_stop(sim, id));
            rz_sim_advance(sim, 10000);
        }
        assert_state(sim, "leader -1 replicas 1,2,3 isr  adding  removing ");
        assert_int_equal(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 0).elr.n, 1);
        rz_sim_start(sim, 1);
        rz_sim_advance(sim, 60000);
        assert_state(sim, "leader -1 replicas 1,2,3 isr  adding  removing ");
        rz_sim_start(sim, 3); /* eligible, or if it died the last leader that is known */
        rz_sim_advance(sim, 60000);
        assert_state(sim, "leader 3 replicas 1,2,3 isr 3,1 adding  removing ");
        assert_int_equal(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 0).elr.n, 0);
    }
}

static void
a_copy_waits_for_its_receiver_and_goes_on(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 6);
    sketch_topic(sim, "t", 1, "1,2", 100000000, 0);
    rz_sim_set_nic(sim, 3, 10000000);
    assert_int_equal(sketch_reassign(sim, "t", 0, "1,3"), 0);
    rz_sim_advance(sim, 8000);
    rz_sim_kill(sim, 3);
    assert_false(rz_sim_settle(sim, 3600000));
    rz_sim_start(sim, 3);
    int64_t start = rz_sim_now_ms(sim);
    assert_true(rz_sim_settle(sim, 60000));
    assert_in_range(rz_sim_now_ms(sim) - start, 3900, 4300); /* 2 s to start, 2 s to copy */
    assert_state(sim, "leader 1 replicas 1,3 isr 1,3 adding  removing ");
}

static void
a_copy_goes_on_from_the_next_leader(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 6);
    sketch_topic(sim, "t", 1, "1,2", 100000000, 0);
    rz_sim_set_nic(sim, 3, 10000000);
    assert_int_equal(sketch_reassign(sim, "t", 0, "2,3"), 0);
    rz_sim_advance(sim, 5000);
    rz_sim_kill(sim, 1);
    assert_true(rz_sim_settle(sim, 60000));
    assert_in_range(rz_sim_now_ms(sim), 18900, 19500); /* 9 s of them without a leader */
    assert_state(sim, "leader 2 replicas 2,3 isr 2,3 adding  removing ");
}

static void
a_kept_replica_out_of_sync_holds_up_4_2_only(void **state)
{
    (void)state;
    static const struct {
        int version;
        bool completes;
    } rows[] = {
        {RZ_SIM_VERSION(3, 7), true}, {RZ_SIM_VERSION(4, 2), false}, {RZ_SIM_VERSION(4, 3), true}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RzSim) sim = sketch_sim(rows[i].version, 6);
        sketch_topic(sim, "t", 1, "1,2,3", 1000000, 0);
        assert_true(rz_sim_stall_replica(sim, "t", 0, 2, true));
        rz_sim_advance(sim, 30000);
        assert_state(sim, "leader 1 replicas 1,2,3 isr 1,3 adding  removing ");
        assert_int_equal(sketch_reassign(sim, "t", 0, "1,2,4"), 0);
        assert_true(rz_sim_settle(sim, 3600000) == rows[i].completes);
        rz_sim_stall_replica(sim, "t", 0, 2, false);
        assert_true(rz_sim_settle(sim, 60000));
    }
}

static void
fewer_added_than_removed_waits_for_all_from_4_3_on(void **state)
{
    (void)state;
    for (int version = RZ_SIM_VERSION(3, 7); version <= RZ_SIM_VERSION(4, 3);
         version += RZ_SIM_VERSION(4, 3) - RZ_SIM_VERSION(3, 7)) {
        g_autoptr(RzSim) sim = sketch_sim(version, 6);
        sketch_topic(sim, "t", 1, "1,2,3,4", 1000000, 0);
        rz_sim_stall_replica(sim, "t", 0, 2, true);
        rz_sim_advance(sim, 30000);
        assert_int_equal(sketch_reassign(sim, "t", 0, "1,2,5"), 0);
        assert_true(rz_sim_settle(sim, 3600000) == (version < RZ_SIM_VERSION(4, 3)));
    }
}

static void
a_lagging_cache_shows_the_past(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = three_in_sync();
    rz_sim_set_metadata_lag(sim, 5, 10000);
    rz_sim_advance(sim, 60000);
    assert_int_equal(sketch_reassign(sim, "t", 0, "1,2,4"), 0);
    assert_true(rz_sim_settle(sim, 5000));
    g_autofree char *truth = sketch_ids(sketch_view(sim, RZ_SIM_CONTROLLER, "t", 0).replicas);
    g_autofree char *fresh = sketch_ids(sketch_view(sim, 4, "t", 0).replicas);
    g_autofree char *stale = sketch_ids(sketch_view(sim, 5, "t", 0).replicas);
    assert_string_equal(truth, "1,2,4");
    assert_string_equal(fresh, "1,2,4");
    assert_string_equal(stale, "1,2,3");
    rz_sim_advance(sim, 10000);
    g_autofree char *later = sketch_ids(sketch_view(sim, 5, "t", 0).replicas);
    assert_string_equal(later, "1,2,4");
}

static void
a_recreated_topic_has_another_id(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = three_in_sync();
    rz_sim_set_metadata_lag(sim, 5, 10000);
    rz_sim_advance(sim, 60000);
    g_autofree char *first = rz_sim_topic_id_text(rz_sim_find_topic(sim, RZ_SIM_CONTROLLER, "t"));
    assert_int_equal(sketch_reassign(sim, "t", 0, "4,5,6"), 0);
    assert_true(rz_sim_delete_topic(sim, "t"));
    assert_true(rz_sim_settle(sim, 0)); /* its move is gone with it */
    assert_null(rz_sim_find_topic(sim, RZ_SIM_CONTROLLER, "t"));
    assert_non_null(rz_sim_find_topic(sim, 5, "t"));
    sketch_topic(sim, "t", 2, "1,2,3", 0, 0);
    rz_sim_advance(sim, 1000);
    g_autofree char *second = rz_sim_topic_id_text(rz_sim_find_topic(sim, RZ_SIM_CONTROLLER, "t"));
    g_autofree char *stale = rz_sim_topic_id_text(rz_sim_find_topic(sim, 5, "t"));
    assert_string_not_equal(first, second);
    assert_string_equal(first, stale);
    rz_sim_advance(sim, 10000);
    g_autofree char *later = rz_sim_topic_id_text(rz_sim_find_topic(sim, 5, "t"));
    assert_string_equal(second, later);
}

static void
nothing_is_decided_without_a_controller(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = three_in_sync();
    assert_int_equal(sketch_reassign(sim, "t", 0, "1,2,4"), 0);
    rz_sim_fail_controller(sim, 20000);
    assert_false(rz_sim_settle(sim, 19999));
    RzSimResult result = {0};
    RzSimReassign cancel = {.topic = "t"};
    assert_int_equal(rz_sim_alter_reassignments(sim, &cancel, 1, true, &result),
                     RZ_KAFKA_NOT_CONTROLLER);
    assert_true(rz_sim_settle(sim, 5000));
}

static void
the_controller_gives_leadership_back_when_told_to(void **state)
{
    (void)state;
    RzSimOptions options = rz_sim_options_default();
    options.auto_leader_rebalance = true;
    g_autoptr(RzSim) sim = rz_sim_new(&options);
    for (int32_t id = 1; id <= 4; id++)
        rz_sim_add_broker(sim, id, NULL);
    sketch_topic(sim, "t", 1, "1,2,3", 1000, 0);
    assert_int_equal(sketch_reassign(sim, "t", 0, "2,1,3"), 0);
    rz_sim_advance(sim, 299000);
    assert_state(sim, "leader 1 replicas 2,1,3 isr 1,2,3 adding  removing ");
    rz_sim_advance(sim, 2000);
    assert_state(sim, "leader 2 replicas 2,1,3 isr 1,2,3 adding  removing ");
    assert_true(rz_sim_next_event_ms(sim) == RZ_SIM_NEVER ||
                rz_sim_next_event_ms(sim) == 600000); /* one more look, then silence */
    rz_sim_advance(sim, 600000);
    assert_true(rz_sim_next_event_ms(sim) == RZ_SIM_NEVER);
}

static void
a_failed_directory_takes_its_replicas_out(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = three_in_sync();
    assert_true(rz_sim_fail_log_dir(sim, 1, "/data"));
    assert_state(sim, "leader 2 replicas 1,2,3 isr 2,3 adding  removing ");
    g_autoptr(GArray) dirs = NULL;
    g_autoptr(GArray) replicas = NULL;
    assert_true(rz_sim_log_dirs(sim, 1, &dirs, &replicas));
    assert_int_equal(g_array_index(dirs, RzSimLogDirView, 0).error, RZ_KAFKA_KAFKA_STORAGE_ERROR);
    assert_int_equal(replicas->len, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_broker_is_missed_after_its_session),
        cmocka_unit_test(a_stopped_broker_hands_over_at_once),
        cmocka_unit_test(a_returned_broker_catches_up_and_does_not_lead),
        cmocka_unit_test(the_last_one_in_sync_stays_in_the_isr),
        cmocka_unit_test(the_last_one_in_sync_stays_eligible),
        cmocka_unit_test(a_copy_waits_for_its_receiver_and_goes_on),
        cmocka_unit_test(a_copy_goes_on_from_the_next_leader),
        cmocka_unit_test(a_kept_replica_out_of_sync_holds_up_4_2_only),
        cmocka_unit_test(fewer_added_than_removed_waits_for_all_from_4_3_on),
        cmocka_unit_test(a_lagging_cache_shows_the_past),
        cmocka_unit_test(a_recreated_topic_has_another_id),
        cmocka_unit_test(nothing_is_decided_without_a_controller),
        cmocka_unit_test(the_controller_gives_leadership_back_when_told_to),
        cmocka_unit_test(a_failed_directory_takes_its_replicas_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
