/*
 * test_operator.c: what operators do to a run and its directory, and what they are told.
 *
 * Long: a case is a short story about one run, and all of them share the few helpers above.
 */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "executor/live_snapshot.h"
#include "executor/verify.h"
#include "sim/admin.h"
#include "world.h"

#define V43 RZ_SIM_VERSION(4, 3)

/* ---- a run is refused before any request (row 16) ---- */

typedef struct {
    const char *name;
    void (*spoil)(World *world);
    int code; /* of RzError */
    const char *message;
} RefusalCase;

static void
damage_the_middle(World *world)
{
    memory_store_file(world->store, RZ_FILE_JOURNAL)->str[200] ^= 1;
}

static void
edit_the_plan(World *world)
{
    g_string_append_c(memory_store_file(world->store, RZ_FILE_PLAN), ' ');
}

static void
lose_the_plan(World *world)
{
    memory_store_remove(world->store, RZ_FILE_PLAN);
}

static void
empty_the_journal(World *world)
{
    memory_store_put(world->store, RZ_FILE_JOURNAL, "", 0);
}

static void
hold_the_lock(World *world)
{
    assert_true(world->store->ops->lock(world->store, NULL, NULL));
}

static const RefusalCase refusals[] = {
    {"16: a damaged journal", damage_the_middle, RZ_ERROR_INPUT, "wrong checksum"},
    {"16: an edited plan", edit_the_plan, RZ_ERROR_INPUT, "was edited"},
    {"16: no plan", lose_the_plan, RZ_ERROR_INPUT, "missing"},
    {"16: nothing has begun", empty_the_journal, RZ_ERROR_USAGE, "no run has begun"},
    {"7: two executors", hold_the_lock, RZ_ERROR_LOCKED, "pid 4711"},
};

static void
it_is_refused_before_any_request(void **row)
{
    const RefusalCase *c = *row;
    g_autoptr(GError) error = NULL;
    World *world = world_new(V43);
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 1000, NULL), WORLD_TIME_UP);
    world_close(world);
    c->spoil(world);
    uint32_t requests = rz_cluster_sim_n_points(world->cluster);
    assert_false(world_try_open(world, RZ_RUN_RESUME, &error));
    assert_true(g_error_matches(error, RZ_ERROR, c->code));
    assert_non_null(strstr(error->message, c->message));
    assert_int_equal(rz_cluster_sim_n_points(world->cluster), requests);
    world_free(world);
}

/* Row 16: the journal is about another cluster. Reading is needed to know, and no more is done. */
static void
another_cluster_is_refused(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    World *world = world_new(V43), *other = world_new_growing(RZ_SIM_VERSION(3, 9));
    RzSimOptions options = rz_sim_options_default();
    options.seed = 99;
    g_autoptr(RzSim) stranger = rz_sim_new(&options);
    for (int32_t id = 1; id <= 6; id++)
        rz_sim_add_broker(stranger, id, "az1");
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 1000, NULL), WORLD_TIME_UP);
    world_close(world);
    rz_cluster_free(world->cluster);
    world->cluster = rz_cluster_sim_new(stranger);
    world_open(world, RZ_RUN_RESUME);
    assert_int_equal(world_turn(world, 1000, &error), WORLD_FAILED);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT));
    assert_non_null(strstr(error->message, "cluster"));
    world_free(world);
    world_free(other);
}

/* ---- commands to a dead executor ---- */

static void
a_finished_run_is_rolled_back(void **state)
{
    (void)state;
    World *world = world_new(V43);
    assert_int_equal(world_finish(world, RZ_RUN_APPLY), 0);
    assert_int_equal(world_finish(world, RZ_RUN_ROLLBACK), 0);
    world_expect_all(world, AT_ORIGINAL, "rolled_back");
    world_free(world);
}

static void
a_finished_run_has_nothing_to_resume(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    World *world = world_new(V43);
    assert_int_equal(world_finish(world, RZ_RUN_APPLY), 0);
    assert_false(world_try_open(world, RZ_RUN_RESUME, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
    world_free(world);
}

static void
leave_half_way(World *world)
{
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 3000, NULL), WORLD_TIME_UP);
    world_close(world);
}

static void
a_dead_run_is_cancelled(void **state)
{
    (void)state;
    World *world = world_new(V43);
    leave_half_way(world);
    assert_int_equal(world_finish(world, RZ_RUN_CANCEL), 0);
    world_expect_configs_as_before(world);
    world_expect_nothing_listed(world);
    world_expect_journal_finished(world, "cancelled");
    const int32_t original[] = {1, 2, 3};
    world_expect_partition(world, "orders", 0, original, 3, 1);
    world_free(world);
}

static void
a_dead_run_is_paused_and_resumed(void **state)
{
    (void)state;
    World *world = world_new(V43);
    leave_half_way(world);
    assert_int_equal(world_finish(world, RZ_RUN_PAUSE), 0);
    g_autofree char *status = rz_run_status_read(world->store, NULL, NULL);
    assert_non_null(strstr(status, "\"state\":\"paused\""));
    assert_int_equal(world_finish(world, RZ_RUN_RESUME), 0);
    world_expect_all(world, AT_TARGET, "done");
    world_free(world);
}

static void
a_dead_runs_throttle_is_changed_in_the_cluster(void **state)
{
    (void)state;
    World *world = world_new(V43);
    world->options.throttle_mode = RZ_THROTTLE_FOLLOWER;
    leave_half_way(world);
    RzRunOptions faster;
    rz_run_options_init(&faster);
    faster.throttle_bytes_per_s = 33 * MB;
    world_open_with(world, RZ_RUN_THROTTLE, &faster);
    assert_int_equal(world_turn(world, 60000, NULL), WORLD_FINISHED);
    assert_int_equal(rz_run_exit_code(world->run), 0);
    world_close(world);
    g_autofree char *configs = world_dump_configs(world);
    assert_non_null(strstr(configs, "follower.replication.throttled.rate=33000000"));
    assert_int_equal(world_finish(world, RZ_RUN_RESUME), 0);
    world_expect_all(world, AT_TARGET, "done");
    world_free(world);
}

/* ---- time ---- */

static void
it_starts_when_it_was_told(void **state)
{
    (void)state;
    World *world = world_new(V43);
    world->options.start_at_ms = rz_sim_wall_ms(world->sim) + 600000;
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 590000, NULL), WORLD_TIME_UP);
    world_expect_lists(world, AT_ORIGINAL);
    world_expect_configs_as_before(world);
    assert_int_equal(world_turn(world, 60000, NULL), WORLD_FINISHED);
    world_close(world);
    world_expect_all(world, AT_TARGET, "done");
    world_free(world);
}

/* The world's clock says 10:00 UTC. The window has one minute; the throttle needs several. */
static void
it_stops_outside_the_window_and_goes_on_the_next_night(void **state)
{
    (void)state;
    World *world = world_new(V43);
    world->options.throttle_bytes_per_s = 1 * MB;
    world->options.window_from_min = 10 * 60 + 1;
    world->options.window_to_min = 10 * 60 + 2;
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 50000, NULL), WORLD_TIME_UP);
    world_expect_lists(world, AT_ORIGINAL);
    assert_int_equal(world_turn(world, 12 * 3600000, NULL), WORLD_TIME_UP);
    world_expect_nothing_listed(world);
    RzRunStatus status;
    rz_run_status(world->run, &status);
    assert_int_equal(status.state, RZ_STATE_WAITING);
    assert_non_null(strstr(status.reason, "window"));
    assert_in_range(status.partitions_done, 1, status.partitions_total - 1);
    assert_int_equal(world_turn(world, 40LL * 24 * 3600000, NULL), WORLD_FINISHED);
    world_close(world);
    world_expect_all(world, AT_TARGET, "done");
    world_free(world);
}

/* ---- rates ---- */

static int64_t
time_to_finish(World *world)
{
    int64_t start = rz_sim_now_ms(world->sim);
    assert_int_equal(world_finish(world, RZ_RUN_APPLY), 0);
    world_expect_all(world, AT_TARGET, "done");
    return rz_sim_now_ms(world->sim) - start;
}

static void
a_zone_cap_slows_that_pair(void **state)
{
    (void)state;
    World *free_world = world_new(V43), *capped = world_new(V43);
    RzZoneCap cap = {"az1", "az2", 2 * MB};
    capped->options.zone_caps = &cap;
    capped->options.n_zone_caps = 1;
    int64_t quick = time_to_finish(free_world), slow = time_to_finish(capped);
    assert_in_range(slow, 3 * quick, 20 * quick);
    world_free(free_world);
    world_free(capped);
}

/* Bytes of the brokers of az2, and the most that came in over any ten seconds of a run. */
static int64_t
bytes_in_az2(World *world)
{
    int64_t bytes = 0;
    for (int32_t id = 4; id <= 6; id++) {
        g_autoptr(GArray) dirs = NULL;
        g_autoptr(GArray) replicas = NULL;
        assert_true(rz_sim_log_dirs(world->sim, id, &dirs, &replicas));
        for (guint i = 0; i < replicas->len; i++)
            bytes += g_array_index(replicas, RzSimLogReplicaView, i).size_bytes;
    }
    return bytes;
}

static int64_t
most_in_ten_seconds(World *world)
{
    g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(int64_t));
    int64_t most = 0;
    world_open(world, RZ_RUN_APPLY);
    for (WorldEnd end = WORLD_TIME_UP; end == WORLD_TIME_UP; end = world_turn(world, 1000, NULL)) {
        int64_t now = bytes_in_az2(world);
        g_array_append_val(seen, now);
        if (seen->len > 10)
            most = MAX(most, now - g_array_index(seen, int64_t, seen->len - 11));
    }
    world_close(world);
    world_expect_all(world, AT_TARGET, "done");
    return most;
}

/* Many moves, none of them small against the cap, and all from az1 to az2. */
static void
the_rate_of_a_zone_cap_holds(void **row)
{
    const int64_t *bytes = *row;
    WorldMove moves[24] = {{0}};
    for (int32_t i = 0; i < 24; i++)
        moves[i] = (WorldMove){"many", i, {1, 2}, {4 + i % 3, 2}, *bytes};
    World *world = world_new_with(V43, moves, G_N_ELEMENTS(moves));
    RzZoneCap cap = {"az1", "az2", 4 * MB};
    world->options.zone_caps = &cap;
    world->options.n_zone_caps = 1;
    int64_t most = most_in_ten_seconds(world);
    assert_in_range(most, 3 * 10 * MB, 5 * 10 * MB);
    world_free(world);
}

static void
auto_throttle_grows_while_it_is_quiet(void **state)
{
    (void)state;
    World *world = world_new(V43);
    world->options.throttle_bytes_per_s = RZ_THROTTLE_AUTO;
    world->options.throttle_min_bytes_per_s = 1 * MB;
    world->options.throttle_max_bytes_per_s = 2 * MB;
    assert_int_equal(world_finish(world, RZ_RUN_APPLY), 0);
    world_expect_all(world, AT_TARGET, "done");
    assert_true(world_was_said(world, "the cluster is quiet"));
    assert_true(world_was_said(world, "-> 2000000"));
    world_free(world);
}

/* ---- the gate ---- */

static World *
with_forty_moves(void)
{
    WorldMove moves[40] = {{0}};
    for (int32_t i = 0; i < 40; i++)
        moves[i] = (WorldMove){"many", i, {1, 2}, {4, 2}, 20 * MB};
    World *world = world_new_with(V43, moves, G_N_ELEMENTS(moves));
    world->options.throttle_bytes_per_s = 5 * MB;
    rz_sim_set_load(world->sim, "untouched", 0, 10 * MB, 1000);
    return world;
}

static void
trouble_elsewhere_holds_submissions(void **state)
{
    (void)state;
    World *world = with_forty_moves();
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 2000, NULL), WORLD_TIME_UP);
    rz_sim_stall_replica(world->sim, "untouched", 0, 4, true);
    assert_int_equal(world_turn(world, 300000, NULL), WORLD_TIME_UP);
    RzRunStatus status;
    rz_run_status(world->run, &status);
    assert_non_null(strstr(status.reason, "untouched-0"));
    assert_int_equal(status.partitions_in_flight, 0);
    rz_sim_stall_replica(world->sim, "untouched", 0, 4, false);
    assert_int_equal(world_turn(world, 600000, NULL), WORLD_FINISHED);
    world_close(world);
    world_expect_all(world, AT_TARGET, "done");
    world_free(world);
}

/* It was so before the run began: still nothing may be added to it. */
static void
a_partition_below_min_isr_holds_from_the_start(void **state)
{
    (void)state;
    World *world = with_forty_moves();
    world_set_config(world, RZ_RESOURCE_TOPIC, "untouched", "min.insync.replicas", "2");
    rz_sim_stall_replica(world->sim, "untouched", 0, 4, true);
    rz_sim_advance(world->sim, 60000);
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 60000, NULL), WORLD_TIME_UP);
    RzRunStatus status;
    rz_run_status(world->run, &status);
    assert_non_null(strstr(status.reason, "below min.insync.replicas"));
    assert_int_equal(status.partitions_in_flight + status.partitions_done, 0);
    rz_sim_stall_replica(world->sim, "untouched", 0, 4, false);
    assert_int_equal(world_turn(world, 600000, NULL), WORLD_FINISHED);
    world_free(world);
}

static uint32_t
in_flight_after_3_s(World *world)
{
    RzRunStatus status;
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 3000, NULL), WORLD_TIME_UP);
    rz_run_status(world->run, &status);
    return status.partitions_in_flight;
}

static void
a_partition_at_min_isr_halves_the_windows(void **state)
{
    (void)state;
    World *calm = with_forty_moves(), *strained = with_forty_moves();
    rz_sim_stall_replica(strained->sim, "untouched", 0, 4, true);
    rz_sim_advance(strained->sim, 60000);
    uint32_t wide = in_flight_after_3_s(calm), narrow = in_flight_after_3_s(strained);
    assert_in_range(narrow, 1, wide / 2);
    world_free(calm);
    world_free(strained);
}

/* Row 12: what does not fit is held, says so, and goes on when there is room. */
static void
no_room_holds_what_does_not_fit(void **state)
{
    (void)state;
    World *world = world_new_small_disk(V43, 4, 30 * MB);
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 300000, NULL), WORLD_TIME_UP);
    g_autofree char *status = rz_run_command(world->run, "status");
    assert_non_null(strstr(status, "no room on the receiving broker's disk (broker 4)"));
    const RzSimDisk larger = {"/data", 1000 * MB, 1000 * MB};
    rz_sim_set_log_dirs(world->sim, 4, &larger, 1);
    assert_int_equal(world_turn(world, 600000, NULL), WORLD_FINISHED);
    world_close(world);
    world_free(world);
}

/* However fast it goes: what came since the disk was last asked counts as well. */
static void
what_has_come_takes_room(void **state)
{
    (void)state;
    WorldMove moves[40];
    for (int32_t i = 0; i < 40; i++)
        moves[i] = (WorldMove){"many", i, {1, 2}, {4, 2}, MB};
    World *world = world_new_with(V43, moves, 40);
    const RzSimDisk disk = {"/data", 20 * MB, 20 * MB};
    rz_sim_set_log_dirs(world->sim, 4, &disk, 1);
    world->options.throttle_bytes_per_s = 8 * MB;
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 60000, NULL), WORLD_TIME_UP);
    g_autoptr(RzClusterLogDirs) dirs =
        rz_cluster_describe_log_dirs(world->cluster, 4, NULL, 0, NULL);
    int64_t bytes = 0;
    for (uint32_t i = 0; i < dirs->dirs[0].n_replicas; i++)
        bytes += dirs->dirs[0].replicas[i].size_bytes;
    assert_in_range(bytes, 10 * MB, 20 * MB);
    world_close(world);
    world_free(world);
}

/* ---- looking ---- */

static void
verify_tells_before_from_after(void **state)
{
    (void)state;
    World *world = world_new(V43);
    g_autoptr(RzVerification) before = rz_verify(world->plan, world->cluster, true, NULL);
    assert_false(before->ok);
    assert_int_equal(before->partitions_as_planned, 0);
    leave_half_way(world);
    g_autoptr(RzVerification) between = rz_verify(world->plan, world->cluster, true, NULL);
    g_autofree char *json = rz_verification_to_json(between);
    assert_false(between->ok);
    assert_non_null(strstr(json, "\"kind\":\"listed\""));
    assert_non_null(strstr(json, "\"kind\":\"throttle\""));
    assert_int_equal(world_finish(world, RZ_RUN_RESUME), 0);
    g_autoptr(RzVerification) after = rz_verify(world->plan, world->cluster, true, NULL);
    assert_true(after->ok);
    assert_int_equal(after->partitions_as_planned, world->plan->n_moves);
    assert_int_equal(after->leaders_as_planned, world->plan->n_moves);
    world_free(world);
}

static char *
snapshot_text(const RzSnapshot *snapshot)
{
    GString *text = g_string_new(NULL);
    assert_true(rz_snapshot_write(snapshot, rz_append_line, text, NULL));
    return g_string_free(text, FALSE);
}

/* The live snapshot through the port is the simulation's own, but for hosts, disks and the time. */
static void
the_live_snapshot_is_the_cluster(void **state)
{
    (void)state;
    World *world = world_new(V43);
    RzLiveSnapshotOptions options = {0};
    g_autoptr(GPtrArray) warnings = NULL;
    g_autoptr(RzSnapshot) live =
        rz_live_snapshot(world->cluster, world->clock, &options, &warnings, NULL);
    assert_non_null(live);
    assert_int_equal(warnings->len, 0);
    g_autofree char *seen = snapshot_text(live);
    g_autofree char *all = snapshot_text(world->before);
    g_auto(GStrv) parts = g_strsplit(all, ",\"write_rate_bytes_per_s\":0", -1);
    g_autofree char *truth = g_strjoinv("", parts); /* a live cluster does not tell it */
    assert_string_equal(strstr(seen, "{\"topic\""), strstr(truth, "{\"topic\""));
    assert_non_null(strstr(seen, "\"zone\":\"az2\""));
    world_free(world);
}

static void
a_dead_broker_is_in_the_live_snapshot(void **state)
{
    (void)state;
    World *world = world_new(V43);
    rz_sim_kill(world->sim, 3);
    rz_sim_advance(world->sim, 60000);
    const RzZoneEntry map[] = {{3, "cellar"}};
    RzLiveSnapshotOptions options = {.zone_map = map, .n_zone_map = 1};
    g_autoptr(RzSnapshot) live =
        rz_live_snapshot(world->cluster, world->clock, &options, NULL, NULL);
    const RzBroker *broker = &live->brokers[rz_snapshot_find_broker(live, 3)];
    assert_false(broker->alive);
    assert_string_equal(live->zones[broker->zone], "cellar");
    const RzZoneEntry wrong[] = {{77, "nowhere"}};
    g_autoptr(GError) error = NULL;
    options.zone_map = wrong;
    assert_null(rz_live_snapshot(world->cluster, world->clock, &options, NULL, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT));
    world_free(world);
}

/* A clock whose wall part jumps a day ahead when it is asked for the n-th time. */
typedef struct {
    RzClock base;
    RzClock *real;
    int *left;
} JumpingClock;

static int64_t
steady_ms(const RzClock *clock)
{
    const RzClock *real = ((const JumpingClock *)clock)->real;
    return real->monotonic_ms(real);
}

static int64_t
jumping_ms(const RzClock *clock)
{
    const JumpingClock *jumping = (const JumpingClock *)clock;
    bool jumped = --*jumping->left < 0;
    return jumping->real->wall_ms(jumping->real) + (jumped ? 86400000 : 0);
}

/* Row 18: between two steps or in the middle of one, a jump is seen. */
static void
a_jump_of_the_clock_is_seen_whenever_it_comes(void **state)
{
    (void)state;
    for (int nth = 10; nth < 30; nth++) {
        World *world = world_new(V43);
        int left = nth;
        RzClock *real = world->clock;
        JumpingClock clock = {{steady_ms, jumping_ms}, real, &left};
        world->clock = &clock.base;
        assert_int_equal(world_finish(world, RZ_RUN_APPLY), 0);
        assert_true(world_was_said(world, "the wall clock jumped by 86400 s"));
        world_expect_all(world, AT_TARGET, "done");
        world_close(world);
        world->clock = real;
        world_free(world);
    }
}

static void
a_dry_run_changes_nothing(void **state)
{
    (void)state;
    World *world = world_new(V43);
    g_autofree char *text = NULL;
    assert_true(
        rz_run_dry_run(world->plan, world->cluster, world->clock, &world->options, &text, NULL));
    assert_non_null(strstr(text, "10 would be sent"));
    world_expect_lists(world, AT_ORIGINAL);
    world_expect_configs_as_before(world);
    world_free(world);
}

static void
status_and_metrics_say_where_it_stands(void **state)
{
    (void)state;
    World *world = world_new(V43);
    leave_half_way(world);
    g_autofree char *status = rz_run_status_read(world->store, NULL, NULL);
    assert_non_null(strstr(status, "\"state\":\"stopped\""));
    assert_non_null(strstr(status, "\"zone_safe\":{"));
    const GString *metrics = memory_store_file(world->store, RZ_FILE_METRICS);
    assert_non_null(strstr(metrics->str, "rezone_partitions_total 10\n"));
    assert_non_null(strstr(metrics->str, "rezone_zone_safe_partitions{zone=\"az1\"}"));
    const GString *events = memory_store_file(world->store, RZ_FILE_EVENTS);
    assert_non_null(strstr(events->str, "\"event\":\"partition\""));
    world_free(world);
}

/* ---- the control socket, in a real directory ---- */

typedef struct {
    const char *dir, *line;
    char *answer;
} Caller;

static gpointer
call(gpointer data)
{
    Caller *caller = data;
    if (!rz_control_send(caller->dir, caller->line, &caller->answer, NULL))
        caller->answer = g_strdup("nobody");
    return NULL;
}

static char *
command_over_socket(RzControl *control, RzRun *run, const char *dir, const char *line)
{
    Caller caller = {dir, line, NULL};
    GThread *thread = g_thread_new("caller", call, &caller);
    for (int i = 0; i < 500 && caller.answer == NULL; i++) {
        rz_control_service(control, run);
        g_usleep(2000);
    }
    g_thread_join(thread);
    return caller.answer;
}

static void
the_socket_takes_commands(void **state)
{
    (void)state;
    World *world = world_new(V43);
    g_autofree char *dir = g_dir_make_tmp("rezone-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    char *nobody = NULL;
    assert_false(rz_control_send(dir, "status", &nobody, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_UNREACHABLE));
    g_autoptr(RzControl) control = rz_control_new(dir, NULL);
    assert_non_null(control);
    world_open(world, RZ_RUN_APPLY);
    world_turn(world, 1000, NULL);
    g_autofree char *status = command_over_socket(control, world->run, dir, "status");
    assert_non_null(strstr(status, "\"state\":\"running\""));
    g_autofree char *paused = command_over_socket(control, world->run, dir, "pause");
    assert_string_equal(paused, "ok paused");
    g_autofree char *nonsense = command_over_socket(control, world->run, dir, "dance");
    assert_string_equal(nonsense, "error unknown command dance");
    g_clear_pointer(&control, rz_control_free);
    g_rmdir(dir);
    world_free(world);
}

int
main(void)
{
    g_setenv("TZ", "UTC", TRUE);
    static int64_t small_bytes = 2 * MB, large_bytes = 30 * MB;
    const struct CMUnitTest others[] = {
        cmocka_unit_test(another_cluster_is_refused),
        cmocka_unit_test(a_finished_run_is_rolled_back),
        cmocka_unit_test(a_finished_run_has_nothing_to_resume),
        cmocka_unit_test(a_dead_run_is_cancelled),
        cmocka_unit_test(a_dead_run_is_paused_and_resumed),
        cmocka_unit_test(a_dead_runs_throttle_is_changed_in_the_cluster),
        cmocka_unit_test(it_starts_when_it_was_told),
        cmocka_unit_test(it_stops_outside_the_window_and_goes_on_the_next_night),
        cmocka_unit_test(a_zone_cap_slows_that_pair),
        {"the rate of a zone cap holds, small partitions", the_rate_of_a_zone_cap_holds, NULL, NULL,
         &small_bytes},
        {"the rate of a zone cap holds, large partitions", the_rate_of_a_zone_cap_holds, NULL, NULL,
         &large_bytes},
        cmocka_unit_test(auto_throttle_grows_while_it_is_quiet),
        cmocka_unit_test(trouble_elsewhere_holds_submissions),
        cmocka_unit_test(a_partition_below_min_isr_holds_from_the_start),
        cmocka_unit_test(a_partition_at_min_isr_halves_the_windows),
        cmocka_unit_test(no_room_holds_what_does_not_fit),
        cmocka_unit_test(what_has_come_takes_room),
        cmocka_unit_test(verify_tells_before_from_after),
        cmocka_unit_test(the_live_snapshot_is_the_cluster),
        cmocka_unit_test(a_dead_broker_is_in_the_live_snapshot),
        cmocka_unit_test(a_jump_of_the_clock_is_seen_whenever_it_comes),
        cmocka_unit_test(a_dry_run_changes_nothing),
        cmocka_unit_test(status_and_metrics_say_where_it_stands),
        cmocka_unit_test(the_socket_takes_commands),
    };
    struct CMUnitTest rows[G_N_ELEMENTS(refusals)];
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++)
        rows[i] = (struct CMUnitTest){refusals[i].name, it_is_refused_before_any_request, NULL,
                                      NULL, (void *)(uintptr_t)&refusals[i]};
    int failed = cmocka_run_group_tests_name("refusals", rows, NULL, NULL);
    return failed + cmocka_run_group_tests_name("operator", others, NULL, NULL);
}
