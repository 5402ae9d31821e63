/*
 * test_rollback.c: row 8 of the fault matrix: rolled back at 0, 30, 70 and 100 % of the bytes, by
 * the three ways in which versions complete a move, sent in one go and by steps.
 *
 * The end is the whole oracle: original lists in order, original leaders, every dynamic config,
 * nothing listed, the journal finished. The command comes to a running executor, or, at 100 %, to
 * the directory of a run that has ended.
 */
#include "world.h"

typedef struct {
    int version;
    const char *version_name;
    int percent;
    bool staged;
} RollbackCase;

static void
turn_until(World *world, int percent)
{
    RzRunStatus status;
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(world_turn(world, 200, NULL), WORLD_TIME_UP);
        rz_run_status(world->run, &status);
        bool far_enough = status.bytes_done * 100 >= status.bytes_total * percent;
        if (far_enough && status.partitions_in_flight > 0)
            return;
    }
    fail_msg("%d %% is never reached", percent);
}

static void
it_goes_all_the_way_back(void **row)
{
    const RollbackCase *c = *row;
    World *world = world_new(c->version);
    world->options.stage = c->staged;
    if (c->percent == 100) {
        assert_int_equal(world_finish(world, RZ_RUN_APPLY), 0);
        world_expect_all(world, AT_TARGET, "done");
        assert_int_equal(world_finish(world, RZ_RUN_ROLLBACK), 0);
    } else {
        world_open(world, RZ_RUN_APPLY);
        turn_until(world, c->percent);
        g_autofree char *answer = rz_run_command(world->run, "rollback");
        assert_string_equal(answer, "ok rolling_back");
        assert_int_equal(world_turn(world, 3600000, NULL), WORLD_FINISHED);
        assert_int_equal(rz_run_exit_code(world->run), 0);
        world_close(world);
    }
    world_expect_all(world, AT_ORIGINAL, "rolled_back");
    world_free(world);
}

int
main(void)
{
    static const int versions[] = {RZ_SIM_VERSION(3, 7), RZ_SIM_VERSION(4, 2),
                                   RZ_SIM_VERSION(4, 3)};
    static const char *const names[] = {"3.7", "4.2", "4.3"};
    static const int percents[] = {0, 30, 70, 100};
    RollbackCase cases[G_N_ELEMENTS(versions) * G_N_ELEMENTS(percents) * 2];
    struct CMUnitTest tests[G_N_ELEMENTS(cases)];
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize v = i / 2 / G_N_ELEMENTS(percents);
        cases[i] = (RollbackCase){versions[v], names[v], percents[i / 2 % G_N_ELEMENTS(percents)],
                                  i % 2 == 1};
        char *name = g_strdup_printf("at %d %%, %s%s", cases[i].percent, names[v],
                                     cases[i].staged ? ", staged" : "");
        tests[i] = (struct CMUnitTest){name, it_goes_all_the_way_back, NULL, NULL, &cases[i]};
    }
    int failed = cmocka_run_group_tests_name("rollback", tests, NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_free((char *)(uintptr_t)tests[i].name);
    return failed;
}
