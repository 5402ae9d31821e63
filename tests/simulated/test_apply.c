/*
 * test_apply.c: a plan is applied to a cluster that behaves, in every mode and version.
 */
#include "world.h"

#include "executor/simulated/cluster_sim.h"

typedef struct {
    const char *name;
    int version;
    int64_t throttle;
    int mode, leaders;
} ApplyCase;

/* clang-format off */
static const ApplyCase cases[] = {
    {"paced on 4.3",          RZ_SIM_VERSION(4, 3), 10 * MB, RZ_THROTTLE_PACED,    RZ_LEADERS_END},
    {"paced on 3.9",          RZ_SIM_VERSION(3, 9), 10 * MB, RZ_THROTTLE_PACED,    RZ_LEADERS_END},
    {"paced on 3.7",          RZ_SIM_VERSION(3, 7), 10 * MB, RZ_THROTTLE_PACED,    RZ_LEADERS_EACH},
    {"follower lists",        RZ_SIM_VERSION(4, 3), 10 * MB, RZ_THROTTLE_FOLLOWER, RZ_LEADERS_END},
    {"both lists",            RZ_SIM_VERSION(4, 2), 10 * MB, RZ_THROTTLE_BOTH,     RZ_LEADERS_END},
    {"everything is paced",   RZ_SIM_VERSION(4, 3), 100 * MB, RZ_THROTTLE_PACED,   RZ_LEADERS_END},
    {"no throttle",           RZ_SIM_VERSION(4, 3), 0,       RZ_THROTTLE_PACED,    RZ_LEADERS_END},
};
/* clang-format on */

static void
apply_reaches_the_plan(void **row)
{
    const ApplyCase *c = *row;
    World *world = world_new(c->version);
    world->options.throttle_bytes_per_s = c->throttle;
    world->options.throttle_mode = c->mode;
    world->options.leaders = c->leaders;
    assert_int_equal(world_finish(world, RZ_RUN_APPLY), 0);
    world_expect_all(world, AT_TARGET, "done");
    world_free(world);
}

/* Requests that waited out a dead controller: slow once must not mean to look away for long. */
static void
one_slow_cycle_is_not_slept_on(void **state)
{
    (void)state;
    World *world = world_new(RZ_SIM_VERSION(4, 3));
    world->options.throttle_bytes_per_s = 10 * MB;
    RzRunWait wait = {0};
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 5000, NULL), WORLD_TIME_UP);
    rz_cluster_sim_set_latency(world->cluster, 15000);
    for (int step = 0; step < 8 && !wait.finished; step++) {
        assert_true(rz_run_step(world->run, &wait, NULL));
        assert_in_range(wait.delay_ms, 0, 10000);
    }
    world_free(world);
}

int
main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(cases) + 1];
    tests[G_N_ELEMENTS(cases)] =
        (struct CMUnitTest)cmocka_unit_test(one_slow_cycle_is_not_slept_on);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        tests[i] = (struct CMUnitTest){cases[i].name, apply_reaches_the_plan, NULL, NULL,
                                       (void *)(uintptr_t)&cases[i]};
    return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
