/*
 * test_crash.c: row 1 of the fault matrix: killed at every journal write and every request.
 *
 * A first run without faults counts the points; then each in turn is the one at which the process
 * dies. A second process resumes (or, where nothing had begun, starts anew) and must reach the same
 * end. While the first is alive no partition may ever be sent anywhere but to its target.
 */
#include <stdlib.h>
#include <string.h>

#include "world.h"

typedef struct {
    const char *name;
    int version;
    int mode;
    bool staged;
    bool rollback; /* after half of the time the operator rolls back, and that run is killed */
} Scenario;

/* clang-format off */
static const Scenario scenarios[] = {
    {"paced",               RZ_SIM_VERSION(4, 3), RZ_THROTTLE_PACED,    false, false},
    {"both lists, 3.9",     RZ_SIM_VERSION(3, 9), RZ_THROTTLE_BOTH,     false, false},
    {"rollback",            RZ_SIM_VERSION(4, 3), RZ_THROTTLE_PACED,    false, true},
    {"rollback, 3.9",       RZ_SIM_VERSION(3, 9), RZ_THROTTLE_FOLLOWER, false, true},
    {"staged",              RZ_SIM_VERSION(4, 3), RZ_THROTTLE_PACED,    true,  false},
    {"staged, rollback, 3.9", RZ_SIM_VERSION(3, 9), RZ_THROTTLE_FOLLOWER, true,  true},
};
/* clang-format on */

typedef struct {
    uint32_t crash_at; /* fault point of the cluster; UINT32_MAX none */
} CrashPoint;

static RzFault
crash_hook(const RzFaultPoint *point, void *data)
{
    return point->index == ((const CrashPoint *)data)->crash_at ? RZ_FAULT_CRASH : RZ_FAULT_NONE;
}

static World *
prepare(const Scenario *scenario)
{
    World *world = world_new(scenario->version);
    world->options.throttle_mode = scenario->mode;
    world->options.stage = scenario->staged;
    if (!scenario->rollback)
        return world;
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 4000, NULL), WORLD_TIME_UP);
    world_close(world);
    return world;
}

/* A new process with a new connection. */
static void
next_process(World *world)
{
    world_close(world);
    rz_cluster_free(world->cluster);
    world->cluster = rz_cluster_sim_new(world->sim);
    memory_store_revive(world->store);
}

static bool
has_begun(World *world)
{
    const GString *text = memory_store_file(world->store, RZ_FILE_JOURNAL);
    gsize valid = 0;
    if (text == NULL)
        return false;
    g_autoptr(RzJournal) journal = rz_journal_parse(text->str, text->len, &valid, NULL);
    assert_non_null(journal);
    return journal->begun;
}

static RzRunMode
journal_mode(World *world)
{
    const GString *text = memory_store_file(world->store, RZ_FILE_JOURNAL);
    gsize valid = 0;
    g_autoptr(RzJournal) journal = rz_journal_parse(text->str, text->len, &valid, NULL);
    return journal->mode;
}

/* True when the crash came before the end. */
static bool
run_until_killed(World *world, const Scenario *scenario)
{
    g_autoptr(GError) error = NULL;
    bool opened =
        world_try_open(world, scenario->rollback ? RZ_RUN_ROLLBACK : RZ_RUN_APPLY, &error);
    bool crashed = !opened;
    for (int i = 0; opened && !crashed && i < 100000; i++) {
        RzRunWait wait = {0};
        bool ok = rz_run_step(world->run, &wait, &error);
        crashed = !ok || memory_store_has_crashed(world->store) ||
                  rz_cluster_sim_has_crashed(world->cluster);
        if (ok && wait.finished)
            break;
        rz_sim_advance(world->sim, MAX(wait.delay_ms, 1));
    }
    return crashed;
}

static void
resume_and_judge(World *world, const Scenario *scenario, const char *where)
{
    next_process(world);
    rz_sim_advance(world->sim, 1500); /* somebody notices and starts it again */
    bool begun = has_begun(world);
    RzRunIntent intent = !begun ? RZ_RUN_APPLY : RZ_RUN_RESUME;
    if (scenario->rollback && journal_mode(world) != RZ_MODE_ROLLBACK)
        intent = RZ_RUN_ROLLBACK; /* the command had not been taken: it is given again */
    if (g_getenv("WORLD_TALKS") != NULL)
        print_message("---- killed at %s\n", where);
    g_autoptr(GError) error = NULL;
    if (!world_try_open(world, intent, &error)) {
        if (strstr(error->message, "has ended") == NULL)
            fail_msg("killed at %s: %s", where, error->message);
        return;
    }
    if (world_turn(world, 3600000, &error) != WORLD_FINISHED)
        fail_msg("killed at %s: the resumed run does not finish: %s", where,
                 error != NULL ? error->message : rz_run_command(world->run, "status"));
    assert_int_equal(rz_run_exit_code(world->run), 0);
    world_close(world);
    world_expect_all(world, scenario->rollback ? AT_ORIGINAL : AT_TARGET,
                     scenario->rollback ? "rolled_back" : "done");
}

static void
killed_at_every_request(void **row)
{
    const Scenario *scenario = *row;
    uint32_t points = 0;
    for (uint32_t at = 0; at == 0 || at < points; at++) {
        World *world = prepare(scenario);
        CrashPoint crash = {at};
        next_process(world);
        rz_cluster_sim_set_faults(world->cluster, crash_hook, &crash);
        g_autofree char *where = g_strdup_printf("request point %u", at);
        if (!run_until_killed(world, scenario)) {
            world_free(world);
            break;
        }
        points = MAX(points, rz_cluster_sim_n_points(world->cluster) + 1);
        resume_and_judge(world, scenario, where);
        world_free(world);
    }
    assert_in_range(points, 50, 100000); /* it did walk */
}

static void
killed_at_every_write(void **row)
{
    const Scenario *scenario = *row;
    uint32_t walked = 0;
    for (int kind = MEMORY_BEFORE; kind <= MEMORY_FULL; kind++)
        for (uint32_t at = 0;; at++) {
            World *world = prepare(scenario);
            next_process(world);
            memory_store_crash_at(world->store, memory_store_n_operations(world->store) + at,
                                  (MemoryCrash)kind);
            g_autofree char *where = g_strdup_printf("write %u, kind %d", at, kind);
            bool killed = run_until_killed(world, scenario);
            if (killed)
                resume_and_judge(world, scenario, where);
            world_free(world);
            if (!killed)
                break;
            walked++;
        }
    assert_in_range(walked, 50, 100000);
}

int
main(void)
{
    struct CMUnitTest tests[2 * G_N_ELEMENTS(scenarios)];
    for (gsize i = 0; i < G_N_ELEMENTS(scenarios); i++) {
        void *row = (void *)(uintptr_t)&scenarios[i];
        char *requests = g_strconcat(scenarios[i].name, ", at every request", NULL);
        char *writes = g_strconcat(scenarios[i].name, ", at every write", NULL);
        tests[2 * i] = (struct CMUnitTest){requests, killed_at_every_request, NULL, NULL, row};
        tests[2 * i + 1] = (struct CMUnitTest){writes, killed_at_every_write, NULL, NULL, row};
    }
    int failed = cmocka_run_group_tests_name("crash", tests, NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_free((char *)(uintptr_t)tests[i].name);
    return failed;
}
