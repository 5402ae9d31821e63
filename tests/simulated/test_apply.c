/*
 * test_apply.c: a plan is applied to a cluster that behaves, in every mode and version.
 */
#include "world.h"

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

int
main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(cases)];
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        tests[i] = (struct CMUnitTest){cases[i].name, apply_reaches_the_plan, NULL, NULL,
                                       (void *)(uintptr_t)&cases[i]};
    return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
