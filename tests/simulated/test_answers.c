/*
 * test_answers.c: row 2 of the fault matrix: each request in turn goes wrong once.
 *
 * Refused, timed out before it was carried out, answered NOT_CONTROLLER until the client gave up,
 * or carried out with the answer lost. No false failure and no double effect: the end is the same.
 */
#include <string.h>

#include "world.h"

typedef struct {
    const char *name;
    RzFault fault;
    bool after;
    int mode;
} AnswerCase;

/* clang-format off */
static const AnswerCase cases[] = {
    {"connection refused",     RZ_FAULT_REFUSED,        false, RZ_THROTTLE_PACED},
    {"timed out, not done",    RZ_FAULT_TIMED_OUT,      false, RZ_THROTTLE_FOLLOWER},
    {"not the controller",     RZ_FAULT_NOT_CONTROLLER, false, RZ_THROTTLE_PACED},
    {"done, the answer lost",  RZ_FAULT_REPLY_LOST,     true,  RZ_THROTTLE_PACED},
    {"done, lost, both lists", RZ_FAULT_REPLY_LOST,     true,  RZ_THROTTLE_BOTH},
};
/* clang-format on */

typedef struct {
    const AnswerCase *c;
    uint32_t nth, seen;
} Once;

static RzFault
once(const RzFaultPoint *point, void *data)
{
    Once *state = data;
    if (point->after != state->c->after)
        return RZ_FAULT_NONE;
    return state->seen++ == state->nth ? state->c->fault : RZ_FAULT_NONE;
}

/* The very first requests may end a run that has reached nobody yet; it is then started again. */
static void
turn_to_the_end(World *world)
{
    g_autoptr(GError) error = NULL;
    world_open(world, RZ_RUN_APPLY);
    WorldEnd end = world_turn(world, 3600000, &error);
    if (end == WORLD_FAILED) {
        g_clear_error(&error);
        world_close(world);
        world_open(world, RZ_RUN_RESUME);
        end = world_turn(world, 3600000, &error);
    }
    if (end != WORLD_FINISHED)
        fail_msg("does not finish: %s",
                 error != NULL ? error->message : rz_run_command(world->run, "status"));
}

static void
one_bad_answer_changes_nothing(void **row)
{
    const AnswerCase *c = *row;
    uint32_t nth = 0;
    for (;; nth++) {
        World *world = world_new(RZ_SIM_VERSION(4, 3));
        world->options.throttle_mode = c->mode;
        Once state = {c, nth, 0};
        rz_cluster_sim_set_faults(world->cluster, once, &state);
        turn_to_the_end(world);
        assert_int_equal(rz_run_exit_code(world->run), 0);
        world_close(world);
        rz_cluster_sim_set_faults(world->cluster, NULL, NULL);
        bool struck = state.seen > nth;
        world_expect_all(world, AT_TARGET, "done");
        world_free(world);
        if (!struck)
            break;
    }
    assert_in_range(nth, 50, 100000);
}

int
main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(cases)];
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        tests[i] = (struct CMUnitTest){cases[i].name, one_bad_answer_changes_nothing, NULL, NULL,
                                       (void *)(uintptr_t)&cases[i]};
    return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
