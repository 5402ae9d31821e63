/*
 * test_flow.c: how long copies take under NICs and quotas. Each row is computed by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "unit/sim/sketch.h"

#define MB 1000000LL
#define LEADER_LIST "leader.replication.throttled.replicas"
#define FOLLOWER_LIST "follower.replication.throttled.replicas"
#define LEADER_RATE "leader.replication.throttled.rate"
#define FOLLOWER_RATE "follower.replication.throttled.rate"

typedef struct {
    const char *name;
    int64_t size_bytes, write_rate; /* of each of the partitions, all on 1,2 and led by 1 */
    uint32_t n;
    const char *target; /* of each */
    const char *leader_list, *follower_list;
    const char *leader_rate, *follower_rate; /* cluster-wide */
    int64_t nic;
    int64_t expected_s; /* 0: never */
} Row;

static const Row rows[] = {
    {"by the NIC", 100 * MB, 0, 1, "1,3", NULL, NULL, NULL, NULL, 10 * MB, 10},
    {"follower quota", 100 * MB, 0, 1, "1,3", NULL, "*", NULL, "5000000", 100 * MB, 20},
    {"leader quota", 100 * MB, 0, 1, "1,3", "*", NULL, "4000000", NULL, 100 * MB, 25},
    {"a rate without a list is none", 100 * MB, 0, 1, "1,3", NULL, NULL, "1", "1", 10 * MB, 10},
    {"a list of another broker is none", 100 * MB, 0, 1, "1,3", NULL, "0:2", NULL, "1", 10 * MB,
     10},
    {"an exact entry", 100 * MB, 0, 1, "1,3", NULL, "0:3", NULL, "5000000", 100 * MB, 20},
    {"two copies share a receiver", 100 * MB, 0, 2, "1,3", NULL, "*", NULL, "10000000", 100 * MB,
     20},
    {"two receivers, each its own rate", 100 * MB, 0, 1, "3,4", NULL, "*", NULL, "10000000",
     100 * MB, 10},
    {"two receivers share a source", 100 * MB, 0, 1, "3,4", "*", NULL, "10000000", NULL, 100 * MB,
     20},
    {"producers run ahead of the copy", 100 * MB, 5 * MB, 1, "1,3", NULL, "0:3", NULL, "15000000",
     100 * MB, 10},
    {"in-sync traffic is charged to the follower", 100 * MB, 5 * MB, 1, "2,3", NULL, "0:2,0:3",
     NULL, "15000000", 100 * MB, 10},
    {"producers too fast: never", 100 * MB, 5 * MB, 1, "1,3", NULL, "0:3", NULL, "5000000",
     100 * MB, 0},
    {"in-sync traffic is charged to the leader", 100 * MB, 5 * MB, 1, "1,3", "0:1", NULL,
     "20000000", NULL, 100 * MB, 10},
};

static void
takes_as_long_as_it_should(void **state)
{
    const Row *row = *state;
    g_autoptr(RzSim) sim = sketch_sim(RZ_SIM_VERSION(4, 3), 5);
    for (int32_t id = 1; id <= 5; id++)
        rz_sim_set_nic(sim, id, row->nic);
    sketch_topic(sim, "t", row->n, "1,2", row->size_bytes, row->write_rate);
    sketch_config(sim, RZ_SIM_TOPIC, "t", LEADER_LIST, row->leader_list);
    sketch_config(sim, RZ_SIM_TOPIC, "t", FOLLOWER_LIST, row->follower_list);
    sketch_config(sim, RZ_SIM_BROKER, "", LEADER_RATE, row->leader_rate);
    sketch_config(sim, RZ_SIM_BROKER, "", FOLLOWER_RATE, row->follower_rate);
    for (uint32_t i = 0; i < row->n; i++)
        assert_int_equal(sketch_reassign(sim, "t", (int32_t)i, row->target), 0);
    bool done = rz_sim_settle(sim, 100 * 3600 * 1000LL);
    assert_true(done == (row->expected_s > 0));
    if (!done)
        return;
    double seconds = (double)rz_sim_now_ms(sim) / 1e3;
    printf("  %.2f s, expected %d s\n", seconds, (int)row->expected_s);
    assert_true(seconds > (double)row->expected_s * 0.99 &&
                seconds < (double)row->expected_s * 1.1);
}

/* Real quotas are not used to the last byte; an estimate asks for that. */
static void
a_quota_may_be_used_in_part(void **state)
{
    (void)state;
    RzSimOptions options = rz_sim_options_default();
    options.quota_percent = 80;
    g_autoptr(RzSim) sim = rz_sim_new(&options);
    for (int32_t id = 1; id <= 3; id++)
        rz_sim_add_broker(sim, id, "az1");
    sketch_topic(sim, "t", 1, "1,2", 100 * MB, 0);
    sketch_config(sim, RZ_SIM_TOPIC, "t", FOLLOWER_LIST, "*");
    sketch_config(sim, RZ_SIM_BROKER, "", FOLLOWER_RATE, "10000000");
    assert_int_equal(sketch_reassign(sim, "t", 0, "1,3"), 0);
    assert_true(rz_sim_settle(sim, 3600 * 1000LL));
    assert_in_range(rz_sim_now_ms(sim), 12400, 13000);
}

/* The rate is read where an operator reads it: from the growing log. */
static void
log_dirs_show_the_rate(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(RZ_SIM_VERSION(4, 3), 3);
    sketch_topic(sim, "t", 1, "1,2", 1000 * MB, 0);
    sketch_config(sim, RZ_SIM_TOPIC, "t", FOLLOWER_LIST, "0:3");
    sketch_config(sim, RZ_SIM_BROKER, "3", FOLLOWER_RATE, "10000000");
    assert_int_equal(sketch_reassign(sim, "t", 0, "1,3"), 0);
    int64_t sizes[2];
    for (int i = 0; i < 2; i++) {
        rz_sim_advance(sim, 30000);
        g_autoptr(GArray) dirs = NULL;
        g_autoptr(GArray) replicas = NULL;
        assert_true(rz_sim_log_dirs(sim, 3, &dirs, &replicas));
        sizes[i] = g_array_index(replicas, RzSimLogReplicaView, 0).size_bytes;
    }
    assert_int_equal(sizes[0] / MB, 300);
    assert_int_equal(sizes[1] / MB, 600);
}

static void
raising_the_rate_speeds_up_what_runs(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(RZ_SIM_VERSION(4, 3), 3);
    sketch_topic(sim, "t", 1, "1,2", 100 * MB, 0);
    sketch_config(sim, RZ_SIM_TOPIC, "t", FOLLOWER_LIST, "0:3");
    sketch_config(sim, RZ_SIM_BROKER, "3", FOLLOWER_RATE, "1000000");
    assert_int_equal(sketch_reassign(sim, "t", 0, "1,3"), 0);
    rz_sim_advance(sim, 50000); /* half of it */
    sketch_config(sim, RZ_SIM_BROKER, "3", FOLLOWER_RATE, "50000000");
    assert_true(rz_sim_settle(sim, 1200));
    assert_int_equal(rz_sim_now_ms(sim) / 1000, 51);
}

int
main(void)
{
    GArray *tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct CMUnitTest test = {rows[i].name, takes_as_long_as_it_should, NULL, NULL,
                                  (void *)(uintptr_t)&rows[i]};
        g_array_append_val(tests, test);
    }
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_quota_may_be_used_in_part),
        cmocka_unit_test(log_dirs_show_the_rate),
        cmocka_unit_test(raising_the_rate_speeds_up_what_runs),
    };
    g_array_append_vals(tests, others, G_N_ELEMENTS(others));
    int failed = _cmocka_run_group_tests("sim flow", (void *)tests->data, tests->len, NULL, NULL);
    g_array_unref(tests);
    return failed;
}
