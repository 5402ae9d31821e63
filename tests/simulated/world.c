/*
 * world.c: see world.h.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "sim/admin.h"

/* clang-format off */
static const WorldMove standard_moves[] = {
    {"__consumer_offsets", 0, {1, 2, 3}, {1, 5, 3}, 1 * MB},
    {"orders",   0, {1, 2, 3}, {4, 2, 5}, 40 * MB},
    {"orders",   1, {2, 3, 1}, {2, 6, 1}, 40 * MB},
    {"orders",   2, {3, 1, 2}, {4, 5, 3}, 25 * MB},
    {"orders",   3, {1, 3},    {1, 6},     5 * MB},
    {"payments", 0, {1, 2},    {4, 5},    10 * MB},
    {"payments", 1, {2, 1},    {1, 2},     3 * MB}, /* a pure reorder */
    {"payments", 2, {3, 2, 1}, {3, 6},     2 * MB}, /* one less */
    {"payments", 3, {2, 3},    {2, 3, 4},  2 * MB}, /* one more */
    {"payments", 4, {3, 1},    {6, 3},    30 * MB},
};
/* clang-format on */

static uint32_t
count(const int32_t ids[4])
{
    uint32_t n = 0;
    while (n < 4 && ids[n] != 0)
        n++;
    return n;
}

/* ---- building ---- */

static void
add_partition(RzSim *sim, const WorldMove *move)
{
    uint32_t n = count(move->from);
    bool ok = rz_sim_create_topic(sim, move->topic, 1, move->from, n) ||
              rz_sim_grow_topic(sim, move->topic, move->from, n);
    assert_true(ok);
    rz_sim_set_load(sim, move->topic, move->partition, move->bytes, 0);
}

void
world_set_config(World *world, RzResourceType type, const char *name, const char *key,
                 const char *value)
{
    RzConfigChange change = {type, name, key, RZ_CONFIG_SET, value};
    RzItemResult result = {0};
    assert_true(rz_cluster_alter_configs(world->cluster, &change, 1, false, &result, NULL));
    assert_int_equal(result.code, 0);
    rz_item_results_clear(&result, 1);
}

/* What operators and other tools may have left: none of it may change. */
static void
add_foreign_configs(World *world)
{
    world_set_config(world, RZ_RESOURCE_BROKER, "5", "follower.replication.throttled.rate",
                     "777000000");
    world_set_config(world, RZ_RESOURCE_BROKER, "1", "leader.replication.throttled.rate",
                     "888000000");
    if (rz_sim_find_topic(world->sim, RZ_SIM_CONTROLLER, "orders") != NULL) {
        world_set_config(world, RZ_RESOURCE_TOPIC, "orders",
                         "follower.replication.throttled.replicas", "7:1,0:9");
        world_set_config(world, RZ_RESOURCE_TOPIC, "orders", "retention.ms", "86400000");
    }
    world_set_config(world, RZ_RESOURCE_TOPIC, "untouched",
                     "follower.replication.throttled.replicas", "*");
}

static void
make_plan(World *world, const WorldMove *moves, uint32_t n)
{
    const RzSnapshot *before = world->before;
    g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autofree gsize *first = g_new0(gsize, before->n_partitions + 1);
    g_autoptr(GHashTable) by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (uint32_t i = 0; i < n; i++)
        g_hash_table_insert(by_name, g_strdup_printf("%s-%d", moves[i].topic, moves[i].partition),
                            (gpointer)(uintptr_t)&moves[i]);
    for (uint32_t p = 0; p < before->n_partitions; p++) {
        const RzPartition *partition = &before->partitions[p];
        g_autofree char *name =
            g_strdup_printf("%s-%d", before->topics[partition->topic].name, partition->number);
        const WorldMove *found = g_hash_table_lookup(by_name, name);
        first[p] = targets->len;
        for (uint32_t i = 0; found != NULL && i < count(found->to); i++) {
            uint32_t broker = rz_snapshot_find_broker(before, found->to[i]);
            g_array_append_val(targets, broker);
        }
        if (found == NULL)
            g_array_append_vals(targets, before->replicas + partition->first_replica,
                                partition->n_replicas);
    }
    first[before->n_partitions] = targets->len;
    g_autoptr(RzPolicy) policy = rz_policy_new();
    world->plan = rz_plan_assemble(before, policy, (const uint32_t *)(void *)targets->data, first);
    world->plan_text = g_string_new(NULL);
    assert_true(rz_plan_write(world->plan, rz_append_line, world->plan_text, NULL));
}

static RzSimOptions
options_of(int version)
{
    RzSimOptions options = rz_sim_options_default();
    options.version = version;
    options.wall_ms = 1795341600000;
    return options;
}

static World *
make(const RzSimOptions *options, const WorldMove *moves, uint32_t n, int32_t small, int64_t bytes)
{
    World *world = g_new0(World, 1);
    world->sim = rz_sim_new(options);
    for (int32_t id = 1; id <= 6; id++)
        rz_sim_add_broker(world->sim, id, id <= 3 ? "az1" : "az2");
    const RzSimDisk disk = {"/data", bytes, bytes};
    if (small > 0)
        rz_sim_set_log_dirs(world->sim, small, &disk, 1);
    for (uint32_t i = 0; i < n; i++)
        add_partition(world->sim, &moves[i]);
    const int32_t untouched[] = {1, 4};
    rz_sim_create_topic(world->sim, "untouched", 1, untouched, 2);
    world->cluster = rz_cluster_sim_new(world->sim);
    world->clock = rz_clock_sim_new(world->sim);
    world->store = memory_store_new();
    world->said = g_ptr_array_new_with_free_func(g_free);
    add_foreign_configs(world);
    world->before = rz_sim_to_snapshot(world->sim, NULL);
    assert_non_null(world->before);
    make_plan(world, moves, n);
    rz_run_options_init(&world->options);
    world->options.throttle_bytes_per_s = 10 * MB;
    world->configs_before = world_dump_configs(world);
    return world;
}

World *
world_new_with(int version, const WorldMove *moves, uint32_t n)
{
    RzSimOptions options = options_of(version);
    return make(&options, moves, n, 0, 0);
}

World *
world_new(int version)
{
    return world_new_with(version, standard_moves, G_N_ELEMENTS(standard_moves));
}

World *
world_new_growing(int version)
{
    RzSimOptions options = options_of(version);
    options.grow_logs = true;
    return make(&options, standard_moves, G_N_ELEMENTS(standard_moves), 0, 0);
}

World *
world_new_small_disk(int version, int32_t broker, int64_t bytes)
{
    RzSimOptions options = options_of(version);
    return make(&options, standard_moves, G_N_ELEMENTS(standard_moves), broker, bytes);
}

void
world_free(World *world)
{
    world_close(world);
    rz_cluster_free(world->cluster);
    rz_store_free(world->store);
    g_free(world->clock);
    rz_sim_free(world->sim);
    rz_snapshot_free(world->before);
    rz_plan_free(world->plan);
    g_string_free(world->plan_text, TRUE);
    g_ptr_array_unref(world->said);
    g_free(world->configs_before);
    g_free(world);
}

/* ---- turning ---- */

static void
hear(RzMessageLevel level, const char *text, void *data)
{
    World *world = data;
    (void)level;
    g_ptr_array_add(world->said, g_strdup(text));
    if (g_getenv("WORLD_TALKS") != NULL)
        print_message("%8" G_GINT64_FORMAT " %s\n", rz_sim_now_ms(world->sim), text);
}

static bool
open_with(World *world, RzRunIntent intent, const RzRunOptions *options, GError **error)
{
    bool apply = intent == RZ_RUN_APPLY;
    RzRunSetup setup = {
        .store = world->store,
        .cluster = world->cluster,
        .clock = world->clock,
        .intent = intent,
        .options = options,
        .plan_text = apply ? world->plan_text->str : NULL,
        .plan_length = apply ? world->plan_text->len : 0,
        .message = hear,
        .message_data = world,
    };
    world->run = rz_run_open(&setup, error);
    return world->run != NULL;
}

bool
world_try_open(World *world, RzRunIntent intent, GError **error)
{
    return open_with(world, intent, intent == RZ_RUN_APPLY ? &world->options : NULL, error);
}

void
world_open_with(World *world, RzRunIntent intent, const RzRunOptions *options)
{
    assert_true(open_with(world, intent, options, NULL));
}

void
world_open(World *world, RzRunIntent intent)
{
    g_autoptr(GError) error = NULL;
    if (!world_try_open(world, intent, &error))
        fail_msg("the run does not open: %s", error->message);
}

void
world_close(World *world)
{
    g_clear_pointer(&world->run, rz_run_free);
}

WorldEnd
world_turn(World *world, int64_t max_ms, GError **error)
{
    int64_t end = rz_sim_now_ms(world->sim) + max_ms;
    RzRunWait wait = {0};
    while (rz_sim_now_ms(world->sim) < end) {
        world->steps++;
        if (!rz_run_step(world->run, &wait, error))
            return WORLD_FAILED;
        if (wait.finished)
            return WORLD_FINISHED;
        rz_sim_advance(world->sim, MAX(wait.delay_ms, 1));
    }
    return WORLD_TIME_UP;
}

int
world_finish(World *world, RzRunIntent intent)
{
    g_autoptr(GError) error = NULL;
    world_open(world, intent);
    WorldEnd end = world_turn(world, 3600000, &error);
    if (end != WORLD_FINISHED) {
        g_autofree char *status = rz_run_command(world->run, "status");
        fail_msg("the run does not finish: %s %s", error != NULL ? error->message : "", status);
    }
    int code = rz_run_exit_code(world->run);
    world_close(world);
    return code;
}

/* ---- the oracle ---- */

static char *
ids_text(const int32_t *ids, uint32_t n)
{
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < n; i++)
        g_string_append_printf(text, "%d ", ids[i]);
    return g_string_free(text, FALSE);
}

void
world_expect_partition(World *world, const char *topic, int32_t partition, const int32_t *ids,
                       uint32_t n, int32_t leader)
{
    const RzSimTopic *found = rz_sim_find_topic(world->sim, RZ_SIM_CONTROLLER, topic);
    RzSimPartitionView view;
    assert_non_null(found);
    assert_true(rz_sim_partition_view(world->sim, RZ_SIM_CONTROLLER, found, partition, &view));
    g_autofree char *is = ids_text(view.replicas.ids, view.replicas.n);
    g_autofree char *expected = ids_text(ids, n);
    if (strcmp(is, expected) != 0)
        fail_msg("%s-%d is %s, expected %s", topic, partition, is, expected);
    if (leader > 0 && view.leader != leader)
        fail_msg("%s-%d is led by %d, expected %d", topic, partition, view.leader, leader);
}

void
world_expect_lists(World *world, WorldEndpoint end)
{
    for (uint32_t t = 0; t < world->plan->n_topics; t++) {
        const RzPlanTopic *topic = &world->plan->topics[t];
        for (uint32_t m = 0; m < topic->n_moves; m++) {
            const RzMove *move = &world->plan->moves[topic->first_move + m];
            const int32_t *to = rz_move_to(world->plan, move);
            if (end == AT_TARGET)
                world_expect_partition(world, topic->name, move->partition, to, move->n_to, to[0]);
            else
                world_expect_partition(world, topic->name, move->partition,
                                       rz_move_from(world->plan, move), move->n_from, move->leader);
        }
    }
}

char *
world_dump_configs(World *world)
{
    GString *dump = g_string_new(NULL);
    g_autoptr(RzClusterMetadata) metadata = rz_cluster_metadata(world->cluster, NULL, 0, NULL);
    assert_non_null(metadata);
    for (uint32_t i = 0; i < metadata->n_topics + 8; i++) {
        bool topic = i < metadata->n_topics;
        g_autofree char *name = topic ? g_strdup(metadata->topics[i].name)
                                      : g_strdup_printf("%u", i - metadata->n_topics);
        const char *names[] = {name};
        RzClusterConfig *config = rz_cluster_describe_configs(
            world->cluster, topic ? RZ_RESOURCE_TOPIC : RZ_RESOURCE_BROKER, names, 1, NULL, 0,
            NULL);
        for (uint32_t e = 0; config != NULL && e < config->n_entries; e++)
            if (config->entries[e].source <= RZ_SOURCE_BROKER_DEFAULT)
                g_string_append_printf(dump, "%s %s=%s (%d)\n", name, config->entries[e].key,
                                       config->entries[e].value, (int)config->entries[e].source);
        rz_cluster_configs_free(config, config != NULL ? 1 : 0);
    }
    return g_string_free(dump, FALSE);
}

void
world_expect_configs_as_before(World *world)
{
    g_autofree char *now = world_dump_configs(world);
    assert_string_equal(now, world->configs_before);
}

void
world_expect_nothing_listed(World *world)
{
    g_autoptr(RzClusterReassignments) listed =
        rz_cluster_list_reassignments(world->cluster, NULL, 0, NULL);
    assert_non_null(listed);
    assert_int_equal(listed->n_items, 0);
}

void
world_expect_journal_finished(World *world, const char *state)
{
    const GString *text = memory_store_file(world->store, RZ_FILE_JOURNAL);
    gsize valid = 0;
    g_autoptr(RzJournal) journal = rz_journal_parse(text->str, text->len, &valid, NULL);
    assert_non_null(journal);
    assert_true(journal->finished);
    assert_string_equal(journal->final_state, state);
    for (guint i = 0; i < journal->keys->len; i++)
        assert_true(((const RzJournalKey *)journal->keys->pdata[i])->restored);
}

void
world_expect_all(World *world, WorldEndpoint end, const char *state)
{
    world_expect_lists(world, end);
    world_expect_configs_as_before(world);
    world_expect_nothing_listed(world);
    world_expect_journal_finished(world, state);
}

bool
world_was_said(const World *world, const char *part)
{
    for (guint i = 0; i < world->said->len; i++)
        if (strstr(world->said->pdata[i], part) != NULL)
            return true;
    return false;
}
