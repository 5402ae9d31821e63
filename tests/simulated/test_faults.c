/*
 * test_faults.c: what happens to clusters while a run is going, a row each.
 *
 * A row says what is set up, what happens when, how the run must end, and what it must have said.
 * The rows are those of the fault matrix that need no enumeration.
 *
 * Long: it is one table, and what its words mean.
 */
#include <string.h>

#include "sim/admin.h"
#include "world.h"

typedef void (*Event)(World *world);

typedef struct {
    const char *name;
    int version;
    Event setup;
    int64_t first_ms;
    Event first;
    int64_t second_ms;
    Event second;
    int code;           /* -1: a step must fail */
    int end;            /* WorldEndpoint, or -1: check() knows */
    const char *state;  /* the journal's end */
    const char *said;   /* a part of some message, NULL none; of the error with code -1 */
    const char *unsaid; /* a part of no message */
    Event check;
    bool skip; /* --on-dead-broker skip */
    bool grow; /* logs keep what is written */
    int mode;  /* RzThrottleMode */
} FaultCase;

static void
command(World *world, const char *line)
{
    g_autofree char *answer = rz_run_command(world->run, line);
    if (!g_str_has_prefix(answer, "ok"))
        fail_msg("%s: %s", line, answer);
}

/* ---- events ---- */

static void
kill_5(World *w)
{
    assert_true(rz_sim_kill(w->sim, 5));
}
static void
start_5(World *w)
{
    assert_true(rz_sim_start(w->sim, 5));
}
static void
kill_1(World *w)
{
    assert_true(rz_sim_kill(w->sim, 1));
}
static void
start_1(World *w)
{
    assert_true(rz_sim_start(w->sim, 1));
}
static void
controller_away(World *w)
{
    rz_sim_fail_controller(w->sim, 20000);
}
static void
metadata_stale(World *w)
{
    rz_sim_set_metadata_lag(w->sim, -1, 8000);
}
static void
brokers_lag_1s(World *w)
{
    rz_sim_set_metadata_lag(w->sim, -1, 1300);
}
static void
one_broker_lags(World *w)
{
    for (int32_t id = 1; id <= 3; id++)
        rz_sim_set_metadata_lag(w->sim, id, 4000);
}
static void
metadata_fresh(World *w)
{
    rz_sim_set_metadata_lag(w->sim, -1, 0);
}
static void
cancel(World *w)
{
    command(w, "cancel");
}
static void
rollback(World *w)
{
    command(w, "rollback");
}
static void
pause_run(World *w)
{
    command(w, "pause");
}
static void
resume_run(World *w)
{
    command(w, "resume");
}
static void
faster(World *w)
{
    command(w, "throttle 50000000");
}
static void
interrupt(World *w)
{
    rz_run_interrupt(w->run);
}
static void
pass_an_hour(World *w)
{
    rz_sim_advance(w->sim, 3600000);
}
static void
delete_orders(World *w)
{
    assert_true(rz_sim_delete_topic(w->sim, "orders"));
}

static void
recreate_payments(World *world)
{
    const int32_t replicas[] = {1, 2};
    assert_true(rz_sim_delete_topic(world->sim, "payments"));
    assert_true(rz_sim_create_topic(world->sim, "payments", 1, replicas, 2));
}

static void
grow_payments(World *world)
{
    const int32_t replicas[] = {1, 2};
    assert_true(rz_sim_grow_topic(world->sim, "payments", replicas, 2));
}

static void
send(World *world, const char *topic, int32_t partition, const int32_t *ids, uint32_t n)
{
    RzReassign item = {topic, partition, ids, n};
    RzItemResult result = {0};
    assert_true(rz_cluster_alter_reassignments(world->cluster, &item, 1, false, &result, NULL));
    assert_int_equal(result.code, 0);
    rz_item_results_clear(&result, 1);
}

static void
foreign_move(World *world)
{
    const int32_t ids[] = {1, 6};
    rz_sim_set_nic(world->sim, 6, 1000000);
    rz_sim_set_load(world->sim, "untouched", 0, 600 * MB, 0);
    send(world, "untouched", 0, ids, 2);
}

static void
foreign_move_in_the_plan(World *world)
{
    const int32_t ids[] = {1, 4};
    rz_sim_set_nic(world->sim, 4, 100000);
    send(world, "orders", 3, ids, 2);
}

static void
change_rf_of_others(World *world)
{
    const int32_t ids[] = {3, 1, 2};
    send(world, "payments", 4, ids, 3);
    rz_sim_settle(world->sim, 100000);
}

static void
stall_a_kept_replica(World *world)
{
    rz_sim_set_load(world->sim, "orders", 0, 40 * MB, 1000);
    rz_sim_stall_replica(world->sim, "orders", 0, 2, true);
    rz_sim_advance(world->sim, 60000);
}

static void
unstall_it(World *world)
{
    g_autofree char *status = rz_run_command(world->run, "status");
    assert_non_null(strstr(status, "a replica that stays is out of the ISR (broker 2)"));
    rz_sim_stall_replica(world->sim, "orders", 0, 2, false);
}

static void
kill_2(World *w)
{
    assert_true(rz_sim_kill(w->sim, 2));
}

static void
start_2_once_named(World *world)
{
    g_autofree char *status = rz_run_command(world->run, "status");
    assert_non_null(strstr(status, "the broker of a replica that stays is down (broker 2)"));
    assert_true(rz_sim_start(world->sim, 2));
}

static void
write_a_lot(World *world)
{
    rz_sim_set_load(world->sim, "orders", 0, 40 * MB, 12 * MB);
}

static void
others_take_the_rate(World *world)
{
    RzConfigChange change = {RZ_RESOURCE_BROKER, "4", "follower.replication.throttled.rate",
                             RZ_CONFIG_SET, "123456789"};
    RzItemResult result = {0};
    assert_true(rz_cluster_alter_configs(world->cluster, &change, 1, false, &result, NULL));
    rz_item_results_clear(&result, 1);
}

static void
deny_alter(World *w)
{
    rz_sim_deny(w->sim, RZ_SIM_ALTER_CLUSTER, NULL);
}
static void
deny_configs(World *w)
{
    rz_sim_deny(w->sim, RZ_SIM_ALTER_CONFIGS_TOPIC, NULL);
}
static void
deny_describe(World *w)
{
    rz_sim_deny(w->sim, RZ_SIM_DESCRIBE_CLUSTER, NULL);
}

static void
die_all_originals(World *world)
{
    rz_sim_kill(world->sim, 1);
    rz_sim_kill(world->sim, 2);
    rz_sim_kill(world->sim, 3);
}

static void
originals_return(World *world)
{
    rz_sim_start(world->sim, 1);
    rz_sim_start(world->sim, 2);
    rz_sim_start(world->sim, 3);
}

/* Nobody has noticed yet that they are dead. */
static void
lose_originals_and_cancel_at_once(World *world)
{
    die_all_originals(world);
    command(world, "cancel");
}

static void
all_are_listed_and_originals_return(World *world)
{
    g_autoptr(RzClusterReassignments) listed =
        rz_cluster_list_reassignments(world->cluster, NULL, 0, NULL);
    assert_true(listed->n_items > 0);
    originals_return(world);
}

static void
cancel_then_lose_originals(World *world)
{
    die_all_originals(world);
    rz_sim_advance(world->sim, 20000);
    command(world, "cancel");
}

/* ---- checks ---- */

static void
others_are_done(World *world)
{
    const int32_t ids[] = {6, 3}, original[] = {1, 2, 3};
    world_expect_partition(world, "payments", 4, ids, 2, 6);
    world_expect_partition(world, "orders", 0, original, 3, -1);
    world_expect_nothing_listed(world);
}

static void
all_but_orders(World *world)
{
    const int32_t ids[] = {6, 3};
    world_expect_partition(world, "payments", 4, ids, 2, 6);
    world_expect_nothing_listed(world);
    world_expect_journal_finished(world, "done");
}

static void
payments_left_alone(World *world)
{
    const int32_t ids[] = {1, 2}, orders[] = {2, 6, 1};
    world_expect_partition(world, "payments", 0, ids, 2, -1);
    world_expect_partition(world, "orders", 1, orders, 3, 2);
    world_expect_nothing_listed(world);
    world_expect_configs_as_before(world);
}

static void
drifted_one_left_alone(World *world)
{
    const int32_t ids[] = {3, 1, 2};
    world_expect_partition(world, "payments", 4, ids, 3, -1);
    world_expect_configs_as_before(world);
    world_expect_nothing_listed(world);
}

static void
foreign_move_untouched(World *world)
{
    g_autoptr(RzClusterReassignments) listed =
        rz_cluster_list_reassignments(world->cluster, NULL, 0, NULL);
    assert_int_equal(listed->n_items, 1);
    assert_string_equal(listed->items[0].topic, "untouched");
    world_expect_lists(world, AT_TARGET);
    world_expect_configs_as_before(world);
}

static void
nothing_was_changed(World *world)
{
    world_expect_configs_as_before(world);
    const int32_t ids[] = {1, 2, 3};
    world_expect_partition(world, "orders", 0, ids, 3, 1);
}

static void
nothing_of_ours_but_the_rate(World *world)
{
    world_expect_lists(world, AT_TARGET);
    g_autofree char *now = world_dump_configs(world);
    assert_non_null(strstr(now, "4 follower.replication.throttled.rate=123456789"));
}

/* Finished stay, the others are back, all in order. */
static void
expect_ends(World *world, bool leaders)
{
    world_expect_nothing_listed(world);
    world_expect_configs_as_before(world);
    world_expect_journal_finished(world, "cancelled");
    uint32_t at_target = 0;
    for (uint32_t t = 0; t < world->plan->n_topics; t++)
        for (uint32_t m = 0; m < world->plan->topics[t].n_moves; m++) {
            const RzMove *move = &world->plan->moves[world->plan->topics[t].first_move + m];
            const RzSimTopic *topic =
                rz_sim_find_topic(world->sim, RZ_SIM_CONTROLLER, world->plan->topics[t].name);
            RzSimPartitionView view;
            rz_sim_partition_view(world->sim, RZ_SIM_CONTROLLER, topic, move->partition, &view);
            bool there = view.replicas.n == move->n_to &&
                         memcmp(view.replicas.ids, rz_move_to(world->plan, move),
                                move->n_to * sizeof(int32_t)) == 0;
            at_target += there;
            if (!there)
                world_expect_partition(world, world->plan->topics[t].name, move->partition,
                                       rz_move_from(world->plan, move), move->n_from,
                                       leaders ? move->leader : -1);
        }
    assert_in_range(at_target, 1, world->plan->n_moves - 1);
}

static void
each_at_one_end(World *world)
{
    expect_ends(world, true);
}

/* Leaders that the deaths have moved are not ours to move back. */
static void
each_at_one_end_led_by_any(World *world)
{
    expect_ends(world, false);
}

static void
stopped_politely(World *world)
{
    g_autoptr(RzClusterReassignments) listed =
        rz_cluster_list_reassignments(world->cluster, NULL, 0, NULL);
    assert_in_range(listed->n_items, 1, 10);
    assert_int_equal(world_finish(world, RZ_RUN_RESUME), 0);
    world_expect_all(world, AT_TARGET, "done");
}

static void
debt_is_paid_on_return(World *world)
{
    world_expect_nothing_listed(world);
    start_5(world);
    rz_sim_advance(world->sim, 60000);
    assert_int_equal(world_finish(world, RZ_RUN_RESUME), 0);
    world_expect_all(world, AT_TARGET, "done");
}

#define V37 RZ_SIM_VERSION(3, 7)
#define V42 RZ_SIM_VERSION(4, 2)
#define V43 RZ_SIM_VERSION(4, 3)

/* clang-format off */
static const FaultCase cases[] = {
    {.name = "3: the controller is away for 20 s", .first_ms = 1000, .first = controller_away, .end = AT_TARGET, .state = "done"},
    {.name = "3: Metadata is 8 s old", .first_ms = 500, .first = metadata_stale, .second_ms = 60000, .second = metadata_fresh, .end = AT_TARGET, .state = "done"},
    {.name = "3: all that brokers show is 1.3 s old, follower lists", .mode = RZ_THROTTLE_FOLLOWER, .setup = brokers_lag_1s, .unsaid = "others change it", .end = AT_TARGET, .state = "done"},
    {.name = "3: all that brokers show is 1.3 s old, both lists", .mode = RZ_THROTTLE_BOTH, .setup = brokers_lag_1s, .unsaid = "others change it", .end = AT_TARGET, .state = "done"},
    {.name = "3: some brokers show what was 4 s ago, both lists", .mode = RZ_THROTTLE_BOTH, .setup = one_broker_lags, .unsaid = "others change it", .end = AT_TARGET, .state = "done"},
    {.name = "4: a receiver dies mid-copy and returns", .first_ms = 1500, .first = kill_5, .second_ms = 60000, .second = start_5, .end = AT_TARGET, .state = "done", .said = "broker 5 is down"},
    {.name = "4: a receiver dies before it began", .setup = kill_5, .first_ms = 30000, .first = start_5, .end = AT_TARGET, .state = "done"},
    {.name = "4: it never returns, skip heals, the debt is paid later", .first_ms = 1500, .first = kill_5, .skip = true, .code = 5, .end = -1, .check = debt_is_paid_on_return},
    {.name = "4: on 4.2 as well", .version = V42, .first_ms = 1500, .first = kill_5, .skip = true, .code = 5, .end = -1, .check = others_are_done},
    {.name = "5: a source leader dies and returns", .first_ms = 1500, .first = kill_1, .second_ms = 40000, .second = start_1, .end = AT_TARGET, .state = "done"},
    {.name = "5: no cancel while all originals are dead", .first_ms = 1500, .first = cancel_then_lose_originals, .second_ms = 90000, .second = originals_return, .end = -1, .check = each_at_one_end_led_by_any},
    {.name = "5: nor before anybody has noticed that they are", .first_ms = 1500, .first = lose_originals_and_cancel_at_once, .second_ms = 90000, .second = all_are_listed_and_originals_return, .end = -1, .check = each_at_one_end_led_by_any},
    {.name = "7: interrupted, then resumed", .first_ms = 2000, .first = interrupt, .code = 4, .end = -1, .check = stopped_politely},
    {.name = "7: cancelled by another shell", .first_ms = 4000, .first = cancel, .end = -1, .check = each_at_one_end},
    {.name = "7: cancelled on 4.2", .version = V42, .first_ms = 4000, .first = cancel, .end = -1, .check = each_at_one_end},
    {.name = "7: paused and resumed", .first_ms = 1000, .first = pause_run, .second_ms = 60000, .second = resume_run, .end = AT_TARGET, .state = "done"},
    {.name = "8: cancelled, then rolled back", .first_ms = 4000, .first = cancel, .second_ms = 4100, .second = rollback, .end = AT_ORIGINAL, .state = "rolled_back"},
    {.name = "9: a topic is deleted while it moves", .first_ms = 1500, .first = delete_orders, .code = 5, .end = -1, .check = all_but_orders},
    {.name = "9: a topic is deleted and made anew before", .setup = recreate_payments, .code = 5, .end = -1, .check = payments_left_alone},
    {.name = "9: a topic grows", .first_ms = 1500, .first = grow_payments, .end = AT_TARGET, .state = "done", .said = "grown by 1"},
    {.name = "9: others change a replication factor", .setup = change_rf_of_others, .code = 5, .end = -1, .check = drifted_one_left_alone},
    {.name = "10: others move what is not ours", .first_ms = 1500, .first = foreign_move, .end = -1, .check = foreign_move_untouched},
    {.name = "10: others move what is in the plan", .setup = foreign_move_in_the_plan, .code = -1, .end = -1, .said = "orders-3", .check = nothing_was_changed},
    {.name = "10: others set the rate meanwhile", .first_ms = 1500, .first = others_take_the_rate, .end = -1, .said = "changed by others", .check = nothing_of_ours_but_the_rate},
    {.name = "11: written faster than the throttle, then raised", .grow = true, .setup = write_a_lot, .first_ms = 200000, .first = faster, .end = AT_TARGET, .state = "done", .said = "will not catch up"},
    {.name = "13: a kept replica is out of sync, 4.2", .version = V42, .setup = stall_a_kept_replica, .first_ms = 120000, .first = unstall_it, .end = AT_TARGET, .state = "done"},
    {.name = "13: the broker of a kept replica dies", .first_ms = 1500, .first = kill_2, .second_ms = 60000, .second = start_2_once_named, .end = AT_TARGET, .state = "done"},
    {.name = "15: no ALTER on CLUSTER", .setup = deny_alter, .code = -1, .end = -1, .said = "ALTER", .check = NULL},
    {.name = "15: no ALTER_CONFIGS on TOPIC", .setup = deny_configs, .code = -1, .end = -1, .said = "ALTER_CONFIGS", .check = nothing_was_changed},
    {.name = "15: no DESCRIBE on CLUSTER", .setup = deny_describe, .code = -1, .end = -1, .said = "DESCRIBE", .check = nothing_was_changed},
    {.name = "18: an hour passes unseen", .first_ms = 1500, .first = pass_an_hour, .end = AT_TARGET, .state = "done", .said = "passed unseen"},
};
/* clang-format on */

static bool
turn_with_events(World *world, const FaultCase *c, GError **error)
{
    WorldEnd end = WORLD_TIME_UP;
    if (c->first != NULL) {
        end = world_turn(world, c->first_ms, error);
        assert_int_equal(end, WORLD_TIME_UP);
        c->first(world);
        end = WORLD_TIME_UP;
    }
    if (c->second != NULL) {
        end = world_turn(world, c->second_ms - c->first_ms, error);
        c->second(world);
        if (end != WORLD_TIME_UP)
            return end == WORLD_FINISHED;
    }
    end = world_turn(world, 3600000, error);
    if (end == WORLD_TIME_UP)
        fail_msg("does not finish: %s", rz_run_command(world->run, "status"));
    return end == WORLD_FINISHED;
}

static void
cope(const FaultCase *c, bool staged)
{
    g_autoptr(GError) error = NULL;
    int version = c->version != 0 ? c->version : V43;
    World *world = c->grow ? world_new_growing(version) : world_new(version);
    world->options.throttle_mode = c->mode;
    if (c->skip)
        world->options.on_dead_broker = RZ_DEAD_BROKER_SKIP;
    world->options.stage = staged;
    if (c->setup != NULL)
        c->setup(world);
    world_open(world, RZ_RUN_APPLY);
    bool finished = turn_with_events(world, c, &error);
    if (c->code == -1) {
        assert_false(finished);
        assert_non_null(strstr(error->message, c->said));
        rz_sim_allow_all(world->sim);
    } else {
        if (!finished)
            fail_msg("the run fails: %s", error->message);
        assert_int_equal(rz_run_exit_code(world->run), c->code);
        assert_true(c->said == NULL || world_was_said(world, c->said));
        assert_false(c->unsaid != NULL && world_was_said(world, c->unsaid));
    }
    world_close(world);
    if (c->end >= 0)
        world_expect_all(world, (WorldEndpoint)c->end, c->state);
    if (c->check != NULL)
        c->check(world);
    world_free(world);
}

static void
the_run_copes(void **row)
{
    cope(*row, false);
}

/* Steps change what is on its way, never what must hold. */
static void
the_staged_run_copes(void **row)
{
    cope(*row, true);
}

/* A list that changes all the time, read through brokers that are behind. */
static void
many_of_one_topic_under_a_lag(void **state)
{
    (void)state;
    static const int64_t lags_ms[] = {20, 40, 60, 80, 120, 300, 1300, 5000};
    WorldMove moves[90];
    for (int32_t i = 0; i < (int32_t)G_N_ELEMENTS(moves); i++)
        moves[i] =
            (WorldMove){"orders", i, {1, 2}, {1, 4 + i % 2}, (1 + i % 7) * MB + (int64_t)i * 37000};
    for (gsize i = 0; i < G_N_ELEMENTS(lags_ms); i++) {
        World *world = world_new_with(V43, moves, G_N_ELEMENTS(moves));
        world->options.throttle_mode = RZ_THROTTLE_FOLLOWER;
        rz_sim_set_metadata_lag(world->sim, -1, lags_ms[i]);
        assert_int_equal(world_finish(world, RZ_RUN_APPLY), 0);
        assert_false(world_was_said(world, "others change it"));
        world_expect_all(world, AT_TARGET, "done");
        world_free(world);
    }
}

int
main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(cases)], staged[G_N_ELEMENTS(cases)];
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        void *row = (void *)(uintptr_t)&cases[i];
        tests[i] = (struct CMUnitTest){cases[i].name, the_run_copes, NULL, NULL, row};
        staged[i] = (struct CMUnitTest){cases[i].name, the_staged_run_copes, NULL, NULL, row};
    }
    const struct CMUnitTest lists[] = {cmocka_unit_test(many_of_one_topic_under_a_lag)};
    int failed = cmocka_run_group_tests_name("faults", tests, NULL, NULL);
    failed += cmocka_run_group_tests_name("lists under a lag", lists, NULL, NULL);
    return failed + cmocka_run_group_tests_name("faults, staged", staged, NULL, NULL);
}
