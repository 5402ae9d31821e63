/*
 * test_staging.c: what --stage saves, and that it breaks none of the rules.
 *
 * The bytes that cross between zones are not computed but watched: every 5 ms of virtual time,
 * which is less than joining an ISR takes, what a replica has grown by is charged to the zones of
 * its leader and of itself.
 */
#include <string.h>

#include "sim/admin.h"
#include "witness.h"
#include "world.h"

#define V43 RZ_SIM_VERSION(4, 3)

/* Brokers 1 to 3 are az1, 4 to 6 are az2. */
static bool
in_az2(int32_t broker)
{
    return broker >= 4;
}

/* ---- watching ---- */

typedef struct {
    GHashTable *sizes; /* "topic-partition/broker" -> bytes, as a pointer */
    int64_t crossed, inside;
} Border;

static void
border_open(Border *border)
{
    *border = (Border){g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), 0, 0};
}

static int32_t
leader_of(World *world, const char *topic, int32_t partition)
{
    RzSimPartitionView view;
    const RzSimTopic *found = rz_sim_find_topic(world->sim, RZ_SIM_CONTROLLER, topic);
    assert_true(rz_sim_partition_view(world->sim, RZ_SIM_CONTROLLER, found, partition, &view));
    return view.leader;
}

static void
border_look(Border *border, World *world)
{
    for (int32_t id = 1; id <= 6; id++) {
        g_autoptr(GArray) dirs = NULL;
        g_autoptr(GArray) replicas = NULL;
        assert_true(rz_sim_log_dirs(world->sim, id, &dirs, &replicas));
        for (guint i = 0; i < replicas->len; i++) {
            const RzSimLogReplicaView *replica = &g_array_index(replicas, RzSimLogReplicaView, i);
            char *key = g_strdup_printf("%s-%d/%d", replica->topic, replica->partition, id);
            int64_t before = (int64_t)GPOINTER_TO_SIZE(g_hash_table_lookup(border->sizes, key));
            int64_t grown = MAX(replica->size_bytes - before, 0);
            bool from = in_az2(leader_of(world, replica->topic, replica->partition));
            *(from != in_az2(id) ? &border->crossed : &border->inside) += grown;
            g_hash_table_replace(border->sizes, key, GSIZE_TO_POINTER((gsize)replica->size_bytes));
        }
    }
}

/* Applies it all; what crossed and what did not. */
static Border
watch(World *world)
{
    Border border;
    border_open(&border);
    border_look(&border, world);
    border.crossed = border.inside = 0;
    world_open(world, RZ_RUN_APPLY);
    for (RzRunWait wait = {0}; !wait.finished;) {
        assert_true(rz_run_step(world->run, &wait, NULL));
        for (int64_t ms = 0; ms < MAX(wait.delay_ms, 1); ms += 5) {
            rz_sim_advance(world->sim, MIN(5, MAX(wait.delay_ms, 1) - ms));
            border_look(&border, world);
        }
    }
    world_close(world);
    g_hash_table_unref(border.sizes);
    world_expect_all(world, AT_TARGET, "done");
    return border;
}

/* orders-0, orders-2 and payments-0 gain two each in az2: 40, 25 and 10 MB need not cross twice. */
static void
the_second_copy_stays_inside(void **state)
{
    (void)state;
    World *direct = world_new(V43), *staged = world_new(V43);
    staged->options.stage = 1;
    Border plain = watch(direct), saved = watch(staged);
    assert_int_equal((plain.crossed - saved.crossed) / MB, 75);
    assert_int_equal((saved.inside - plain.inside) / MB, 75);
    world_free(direct);
    world_free(staged);
}

/* ---- what is journaled and sent ---- */

static json_t *
steps_record(World *world)
{
    const GString *journal = memory_store_file(world->store, RZ_FILE_JOURNAL);
    g_auto(GStrv) lines = g_strsplit(journal->str, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (strstr(*line, "\"t\":\"steps\"") != NULL)
            return json_loads(*line + 9, 0, NULL);
    return NULL;
}

static void
only_what_saves_is_staged(void **state)
{
    (void)state;
    World *world = world_new(V43);
    world->options.stage = 1;
    assert_int_equal(world_finish(world, RZ_RUN_APPLY), 0);
    json_t *record = steps_record(world);
    char *text = json_dumps(json_object_get(record, "of"), JSON_COMPACT);
    assert_string_equal(text, "[[1,[4,1,2,3]],[3,[4,3,1,2]],[5,[4,1,2]]]");
    free(text);
    json_decref(record);
    world_free(world);
}

static void
every_request_is_a_step_or_an_end(void **state)
{
    (void)state;
    World *world = world_new(V43);
    Witness witness = {.staged = true};
    world->cluster = witness_new(world->cluster, world->plan, &witness);
    world->options.stage = 1;
    assert_int_equal(world_finish(world, RZ_RUN_APPLY), 0);
    assert_int_equal(world_finish(world, RZ_RUN_ROLLBACK), 0);
    world_expect_all(world, AT_ORIGINAL, "rolled_back");
    assert_int_equal(witness.wrong_targets, 0);
    assert_int_equal(witness.steps_sent, 3);
    assert_int_equal(witness.sent_while_listed, 0);
    world_free(world);
}

/* A zone that has another name tomorrow changes no step: they are read from the journal. */
static void
a_resume_keeps_the_steps(void **state)
{
    (void)state;
    World *world = world_new(V43);
    world->options.stage = 1;
    world_open(world, RZ_RUN_APPLY);
    assert_int_equal(world_turn(world, 2000, NULL), WORLD_TIME_UP);
    world_close(world);
    RzZoneEntry everywhere[6];
    for (int32_t i = 0; i < 6; i++)
        everywhere[i] = (RzZoneEntry){i + 1, "one"};
    RzRunOptions options;
    rz_run_options_init(&options);
    options.zone_map = everywhere;
    options.n_zone_map = 6;
    world_open_with(world, RZ_RUN_RESUME, &options);
    assert_int_equal(world_turn(world, 3600000, NULL), WORLD_FINISHED);
    world_close(world);
    world_expect_all(world, AT_TARGET, "done");
    json_t *record = steps_record(world);
    assert_int_equal(json_array_size(json_object_get(record, "of")), 3);
    json_decref(record);
    world_free(world);
}

/* ---- between two steps ---- */

/* Until it is led from its new zone, and not at its target yet. */
static void
turn_between_steps(World *world, const char *topic)
{
    world->options.stage = 1;
    world_open(world, RZ_RUN_APPLY);
    for (int i = 0; i < 1000 && !in_az2(leader_of(world, topic, 0)); i++)
        assert_int_equal(world_turn(world, 20, NULL), WORLD_TIME_UP);
    assert_true(in_az2(leader_of(world, topic, 0)));
}

static void
cancelled_between_steps(void **state)
{
    (void)state;
    World *world = world_new(V43);
    turn_between_steps(world, "orders");
    g_autofree char *answer = rz_run_command(world->run, "cancel");
    assert_string_equal(answer, "ok cancelling");
    assert_int_equal(world_turn(world, 600000, NULL), WORLD_FINISHED);
    assert_int_equal(rz_run_exit_code(world->run), 0);
    world_close(world);
    world_expect_partition(world, "orders", 0, (const int32_t[]){1, 2, 3}, 3, 1);
    world_expect_partition(world, "orders", 2, (const int32_t[]){3, 1, 2}, 3, 3);
    world_expect_configs_as_before(world);
    world_expect_nothing_listed(world);
    world_expect_journal_finished(world, "cancelled");
    world_free(world);
}

/* The one that was to lead is gone: it waits and says so; with skip it goes back. */
static void
the_new_leader_dies(void **row)
{
    const WorldMove moves[] = {{"pair", 0, {1, 2}, {5, 6}, 40 * MB},
                               {"pair", 1, {2, 3}, {2, 6}, 5 * MB}};
    const int *skip = *row;
    World *world = world_new_with(V43, moves, G_N_ELEMENTS(moves));
    world->options.on_dead_broker = *skip;
    turn_between_steps(world, "pair");
    rz_sim_kill(world->sim, 5);
    assert_int_equal(world_turn(world, 20000, NULL), WORLD_TIME_UP);
    g_autofree char *status = rz_run_command(world->run, "status");
    assert_non_null(strstr(status, "a new replica's broker is down (broker 5)"));
    if (*skip == RZ_DEAD_BROKER_WAIT)
        rz_sim_start(world->sim, 5);
    if (world_turn(world, 600000, NULL) != WORLD_FINISHED)
        fail_msg("does not finish: %s", rz_run_command(world->run, "status"));
    assert_int_equal(rz_run_exit_code(world->run), *skip == RZ_DEAD_BROKER_SKIP ? 5 : 0);
    world_close(world);
    if (*skip == RZ_DEAD_BROKER_WAIT)
        world_expect_all(world, AT_TARGET, "done");
    else
        world_expect_partition(world, "pair", 0, moves[0].from, 2, 1);
    world_expect_nothing_listed(world);
    world_free(world);
}

static void
status_tells_of_steps(void **state)
{
    (void)state;
    World *world = world_new(V43);
    turn_between_steps(world, "orders");
    g_autofree char *text = rz_run_command(world->run, "status");
    json_t *status = json_loads(text, 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(status, "partitions_staged")), 3);
    bool found = false;
    size_t i = 0;
    json_t *move = NULL;
    json_array_foreach(json_object_get(status, "moves"), i, move) found =
        found || json_integer_value(json_object_get(move, "steps")) == 2;
    assert_true(found);
    json_decref(status);
    world_free(world);
}

int
main(void)
{
    static int wait = RZ_DEAD_BROKER_WAIT, skip = RZ_DEAD_BROKER_SKIP;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_copy_stays_inside),
        cmocka_unit_test(only_what_saves_is_staged),
        cmocka_unit_test(every_request_is_a_step_or_an_end),
        cmocka_unit_test(a_resume_keeps_the_steps),
        cmocka_unit_test(cancelled_between_steps),
        {"the new leader dies and returns", the_new_leader_dies, NULL, NULL, &wait},
        {"the new leader dies for good", the_new_leader_dies, NULL, NULL, &skip},
        cmocka_unit_test(status_tells_of_steps),
    };
    return cmocka_run_group_tests_name("staging", tests, NULL, NULL);
}
