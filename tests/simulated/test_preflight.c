/*
 * test_preflight.c: every check of the risk review, passing and not.
 *
 * One row a situation: what is arranged on the simulated cluster, which check looks at it, and what
 * it must say. A row that is not about a check must not disturb it: "a quiet cluster" holds them
 * all to what they say when nothing is wrong.
 *
 * Long: it is one table, and what arranges its rows.
 */
#include "world.h"

#include <string.h>

#include "executor/preflight/preflight.h"
#include "rezone/error.h"

#define ALTER_REASSIGNMENTS 45

typedef struct {
    World *world;
    RzPreflightOptions options;
    int32_t other_zone_of; /* a broker whose zone in the snapshot is not its rack; 0: none */
    bool rates_unknown;    /* the snapshot was taken without --sample */
} Scene;

typedef void (*Arrange)(Scene *scene);

typedef struct {
    const char *name;
    const char *check;
    RzVerdict verdict;
    Arrange arrange;      /* NULL: nothing */
    const char *evidence; /* part of it */
} PreflightCase;

/* ---- a quiet cluster ---- */

/* clang-format off */
static const WorldMove moves[] = {
    {"orders",   0, {1, 2, 3}, {1, 5, 3}, 40 * MB},
    {"orders",   1, {2, 3, 1}, {2, 3, 5}, 10 * MB},
    {"payments", 0, {3, 1},    {3, 6},    10 * MB},
};
/* One that leaves its replicas in one zone. */
static const WorldMove reorder[] = {{"orders", 0, {1, 2, 3}, {2, 1, 3}, 40 * MB}};
/* clang-format on */

static void
change(World *world, RzResourceType type, const char *name, const char *key, const char *value)
{
    RzConfigChange item = {type, name, key, value != NULL ? RZ_CONFIG_SET : RZ_CONFIG_DELETE,
                           value};
    RzItemResult result = {0};
    assert_true(rz_cluster_alter_configs(world->cluster, &item, 1, false, &result, NULL));
    assert_int_equal(result.code, 0);
    rz_item_results_clear(&result, 1);
}

/* The world's foreign throttles are not what most rows are about. */
static void
remove_throttles(World *world)
{
    static const char *const list = "follower.replication.throttled.replicas";
    change(world, RZ_RESOURCE_BROKER, "5", "follower.replication.throttled.rate", NULL);
    change(world, RZ_RESOURCE_BROKER, "1", "leader.replication.throttled.rate", NULL);
    change(world, RZ_RESOURCE_TOPIC, "orders", list, NULL);
    change(world, RZ_RESOURCE_TOPIC, "untouched", list, NULL);
}

static void
give_disks(World *world, int32_t broker, int64_t total, int64_t usable, uint32_t n)
{
    /* Equal figures would be taken for one volume. */
    const RzSimDisk disks[] = {{"/data1", total, usable}, {"/data2", total + MB, usable + MB}};
    rz_sim_set_log_dirs(world->sim, broker, disks, n);
}

/* ---- situations ---- */

/* The port with one API hidden or older on broker 2. */
static const RzClusterOps *honest;
static int16_t told;

static int16_t
tell_version(RzCluster *cluster, int32_t broker, int16_t key, GError **error)
{
    if (broker == 2 && key == ALTER_REASSIGNMENTS)
        return told;
    return honest->api_version(cluster, broker, key, error);
}

static void
tamper(Scene *scene, int16_t version)
{
    static RzClusterOps ops;
    honest = scene->world->cluster->ops;
    ops = *honest;
    ops.api_version = tell_version;
    told = version;
    scene->world->cluster->ops = &ops;
}

static void
hide_api(Scene *scene)
{
    tamper(scene, -1);
}

static void
older_api(Scene *scene)
{
    tamper(scene, 0);
}

static void
deny_alter(Scene *scene)
{
    rz_sim_deny(scene->world->sim, RZ_SIM_ALTER_CLUSTER, NULL);
}

static void
deny_topic_configs(Scene *scene)
{
    rz_sim_deny(scene->world->sim, RZ_SIM_ALTER_CONFIGS_TOPIC, NULL);
}

static void
deny_describe(Scene *scene)
{
    rz_sim_deny(scene->world->sim, RZ_SIM_DESCRIBE_CLUSTER, NULL);
}

static void
deny_describe_configs(Scene *scene)
{
    rz_sim_deny(scene->world->sim, RZ_SIM_DESCRIBE_CONFIGS_CLUSTER, NULL);
}

static void
submit(Scene *scene, const char *topic, int32_t partition, const int32_t *replicas, uint32_t n)
{
    RzReassign item = {topic, partition, replicas, n};
    RzItemResult result = {0};
    assert_true(
        rz_cluster_alter_reassignments(scene->world->cluster, &item, 1, false, &result, NULL));
    assert_int_equal(result.code, 0);
    rz_item_results_clear(&result, 1);
}

static void
moved_by_others(Scene *scene)
{
    submit(scene, "orders", 0, (const int32_t[]){1, 2, 6}, 3);
    rz_sim_settle(scene->world->sim, 3600000);
}

static void
moved_as_planned(Scene *scene)
{
    submit(scene, "orders", 0, moves[0].to, 3);
    rz_sim_settle(scene->world->sim, 3600000);
}

static void
other_cluster(Scene *scene)
{
    scene->world->plan->cluster_id = "other";
}

static void
topic_gone(Scene *scene)
{
    assert_true(rz_sim_delete_topic(scene->world->sim, "payments"));
}

static void
topic_made_anew(Scene *scene)
{
    topic_gone(scene);
    assert_true(rz_sim_create_topic(scene->world->sim, "payments", 1, (const int32_t[]){3, 1}, 2));
}

static void
kill_broker(Scene *scene, int32_t broker)
{
    assert_true(rz_sim_kill(scene->world->sim, broker));
    rz_sim_advance(scene->world->sim, 120000);
}

static void
target_dead(Scene *scene)
{
    kill_broker(scene, 5);
}

/* Alive for clients that looked a moment ago, and out for the controller. */
static RzClusterMetadata *
tell_fenced(RzCluster *cluster, RzPermissions *permissions, GError **error)
{
    RzClusterMetadata *registered = honest->describe_cluster(cluster, permissions, error);
    for (uint32_t b = 0; registered != NULL && b < registered->n_brokers; b++)
        registered->brokers[b].fenced = registered->brokers[b].id == 5;
    return registered;
}

static void
target_fenced(Scene *scene)
{
    static RzClusterOps ops;
    honest = scene->world->cluster->ops;
    ops = *honest;
    ops.describe_cluster = tell_fenced;
    scene->world->cluster->ops = &ops;
}

static void
target_half_cordoned(Scene *scene)
{
    give_disks(scene->world, 6, 10000 * MB, 9000 * MB, 2);
    assert_true(rz_sim_cordon_log_dir(scene->world->sim, 6, "/data1", true));
}

static void
target_directory_offline(Scene *scene)
{
    give_disks(scene->world, 6, 10000 * MB, 9000 * MB, 2);
    assert_true(rz_sim_fail_log_dir(scene->world->sim, 6, "/data1"));
}

static void
target_cordoned(Scene *scene)
{
    give_disks(scene->world, 6, -1, -1, 1);
    assert_true(rz_sim_cordon_log_dir(scene->world->sim, 6, "/data1", true));
}

/* As a --zone-map that contradicts broker.rack. */
static void
other_zone_given(Scene *scene)
{
    scene->other_zone_of = 4;
}

static void
broker_without_rack(Scene *scene)
{
    rz_sim_add_broker(scene->world->sim, 7, NULL);
}

static void
sources_dead(Scene *scene)
{
    for (int32_t broker = 1; broker <= 3; broker++)
        kill_broker(scene, broker);
}

static void
other_topic_offline(Scene *scene)
{
    assert_true(rz_sim_create_topic(scene->world->sim, "single", 1, (const int32_t[]){4}, 1));
    kill_broker(scene, 4);
}

static void
follower_dead(Scene *scene)
{
    kill_broker(scene, 3);
}

static void
below_min_isr(Scene *scene)
{
    change(scene->world, RZ_RESOURCE_TOPIC, "orders", "min.insync.replicas", "3");
    kill_broker(scene, 3);
}

static void
others_move_elsewhere(Scene *scene)
{
    rz_sim_set_load(scene->world->sim, "untouched", 0, 100000 * MB, 0);
    submit(scene, "untouched", 0, (const int32_t[]){2, 4}, 2);
}

static void
others_move_ours(Scene *scene)
{
    rz_sim_set_load(scene->world->sim, "orders", 0, 100000 * MB, 0);
    submit(scene, "orders", 0, (const int32_t[]){1, 2, 6}, 3);
}

static void
broker_throttled(Scene *scene)
{
    change(scene->world, RZ_RESOURCE_BROKER, "4", "leader.replication.throttled.rate", "1000");
}

static void
topic_throttled(Scene *scene)
{
    change(scene->world, RZ_RESOURCE_TOPIC, "orders", "leader.replication.throttled.replicas", "*");
}

static void
small_disk(Scene *scene)
{
    give_disks(scene->world, 5, 100 * MB, 55 * MB, 1);
    give_disks(scene->world, 6, 10000 * MB, 9000 * MB, 1);
}

static void
large_disks(Scene *scene)
{
    give_disks(scene->world, 5, 10000 * MB, 9000 * MB, 1);
    give_disks(scene->world, 6, 10000 * MB, 9000 * MB, 1);
}

/* Room now; not for what is written in the day that the run takes. */
static void
disk_fills_meanwhile(Scene *scene)
{
    give_disks(scene->world, 5, 1000 * MB, 900 * MB, 1);
    give_disks(scene->world, 6, 10000 * MB, 9000 * MB, 1);
    scene->options.estimate_ms = 1000000;
    rz_sim_set_load(scene->world->sim, "orders", 0, 40 * MB, MB);
}

static void
too_small_directories(Scene *scene)
{
    give_disks(scene->world, 5, 100 * MB, 39 * MB, 2);
    give_disks(scene->world, 6, 10000 * MB, 9000 * MB, 1);
}

static void
small_directories(Scene *scene)
{
    give_disks(scene->world, 5, 50 * MB, 40 * MB, 2);
    give_disks(scene->world, 6, 10000 * MB, 9000 * MB, 1);
}

static void
write_at(Scene *scene, int64_t rate)
{
    rz_sim_set_load(scene->world->sim, "orders", 0, 40 * MB, rate);
}

static void
written_too_fast(Scene *scene)
{
    write_at(scene, 11 * MB);
}

static void
written_fast(Scene *scene)
{
    write_at(scene, 6 * MB);
}

static void
no_throttle_said(Scene *scene)
{
    scene->options.throttle_bytes_per_s = -1;
}

static void
rates_not_measured(Scene *scene)
{
    scene->rates_unknown = true;
}

/* What moves is written slowly; what stays on the receiver is not. */
static void
others_written_fast(Scene *scene)
{
    scene->options.bandwidth_bytes_per_s = 40 * MB;
    assert_true(rz_sim_create_topic(scene->world->sim, "busy", 1, (const int32_t[]){5}, 1));
    rz_sim_set_load(scene->world->sim, "busy", 0, MB, 30 * MB);
}

/* Broker 1 sends what it leads to two followers, and the copies. */
static void
leader_written_fast(Scene *scene)
{
    scene->options.bandwidth_bytes_per_s = 40 * MB;
    assert_true(rz_sim_create_topic(scene->world->sim, "busy", 1, (const int32_t[]){1, 2, 3}, 3));
    rz_sim_set_load(scene->world->sim, "busy", 0, MB, 14 * MB);
}

static void
wide_network_unmeasured(Scene *scene)
{
    scene->options.bandwidth_bytes_per_s = 100 * MB;
    scene->rates_unknown = true;
}

static void
unthrottled(Scene *scene)
{
    scene->options.throttle_bytes_per_s = 0;
    scene->options.bandwidth_bytes_per_s = 100 * MB;
}

static void
wide_network(Scene *scene)
{
    scene->options.bandwidth_bytes_per_s = 100 * MB;
}

static void
narrow_network(Scene *scene)
{
    scene->options.bandwidth_bytes_per_s = 12 * MB;
}

static void
long_window(Scene *scene)
{
    scene->options.window_ms = 3600000;
    scene->options.estimate_ms = 60000;
}

static void
window_and_floor(Scene *scene)
{
    long_window(scene);
    scene->options.estimate_is_floor = true;
}

static void
short_window(Scene *scene)
{
    scene->options.window_ms = 3600000;
    scene->options.estimate_ms = 2 * 3600000 + 1;
}

static void
window_unknown_time(Scene *scene)
{
    scene->options.window_ms = 3600000;
    scene->options.estimate_ms = -1;
}

static void
rebalances(Scene *scene)
{
    for (int32_t broker = 1; broker <= 6; broker++)
        rz_sim_set_static_config(scene->world->sim, broker, "auto.leader.rebalance.enable", "true");
}

static void
does_not_rebalance(Scene *scene)
{
    for (int32_t broker = 1; broker <= 6; broker++)
        rz_sim_set_static_config(scene->world->sim, broker, "auto.leader.rebalance.enable",
                                 "false");
}

static void
plan_that_spreads_nothing(Scene *scene)
{
    world_free(scene->world);
    scene->world = world_new_with(RZ_SIM_VERSION(4, 3), reorder, G_N_ELEMENTS(reorder));
}

static void
by_steps_for_nothing(Scene *scene)
{
    scene->options.stage = true;
}

static void
plan_that_fills_a_zone(Scene *scene)
{
    static const WorldMove two[] = {{"orders", 0, {1, 2, 3}, {4, 2, 5}, 40 * MB}};
    world_free(scene->world);
    scene->world = world_new_with(RZ_SIM_VERSION(4, 3), two, G_N_ELEMENTS(two));
}

static void
by_steps(Scene *scene)
{
    plan_that_fills_a_zone(scene);
    scene->options.stage = true;
}

/* ---- the table ---- */

/* clang-format off */
static const PreflightCase cases[] = {
    {"every API offered",          "api-versions", RZ_VERDICT_OK, NULL, "all 6 brokers"},
    {"an API missing",             "api-versions", RZ_VERDICT_FAIL, hide_api, "broker 2 does not offer AlterPartitionReassignments"},
    {"same versions",              "mixed-versions", RZ_VERDICT_OK, NULL, "same versions"},
    {"an older broker",            "mixed-versions", RZ_VERDICT_WARN, older_api, "broker 2"},
    {"all rights",                 "permissions", RZ_VERDICT_OK, NULL, "every right"},
    {"no right to alter",          "permissions", RZ_VERDICT_FAIL, deny_alter, "ALTER on CLUSTER is missing"},
    {"no right to topic configs",  "permissions", RZ_VERDICT_FAIL, deny_topic_configs, "ALTER_CONFIGS on TOPIC orders is missing"},
    {"rights cannot be asked",     "permissions", RZ_VERDICT_UNKNOWN, deny_describe, "does not say"},
    {"as planned for",             "plan-fresh", RZ_VERDICT_OK, NULL, "all 3 partitions"},
    {"done already",               "plan-fresh", RZ_VERDICT_OK, moved_as_planned, "all 3 partitions"},
    {"moved by others",            "plan-fresh", RZ_VERDICT_FAIL, moved_by_others, "orders-0 has other replicas"},
    {"another cluster",            "plan-fresh", RZ_VERDICT_FAIL, other_cluster, "the plan is for cluster other"},
    {"a topic gone",               "plan-fresh", RZ_VERDICT_WARN, topic_gone, "payments-0 is gone"},
    {"a topic made anew",          "plan-fresh", RZ_VERDICT_WARN, topic_made_anew, "deleted and created again"},
    {"targets alive",              "targets", RZ_VERDICT_OK, NULL, "all 2 receiving brokers"},
    {"a target dead",              "targets", RZ_VERDICT_FAIL, target_dead, "broker 5 is"},
    {"a target fenced",            "targets", RZ_VERDICT_FAIL, target_fenced, "broker 5 is fenced"},
    {"a target cordoned",          "targets", RZ_VERDICT_FAIL, target_cordoned, "broker 6 has 1 of 1 log directories cordoned"},
    {"a directory cordoned",       "targets", RZ_VERDICT_WARN, target_half_cordoned, "broker 6 has 1 of 2 log directories cordoned"},
    {"a directory offline",        "targets", RZ_VERDICT_WARN, target_directory_offline, "broker 6 has 1 of 2 log directories offline"},
    {"racks are the zones",        "zones", RZ_VERDICT_OK, NULL, "every live broker"},
    {"a broker without a rack",    "zones", RZ_VERDICT_WARN, broker_without_rack, "broker 7: broker.rack is not set"},
    {"a zone unlike the rack",     "zones", RZ_VERDICT_WARN, other_zone_given, "broker 4: broker.rack is az2, its zone is az1"},
    {"nothing offline",            "offline", RZ_VERDICT_OK, NULL, "no partition"},
    {"others offline",             "offline", RZ_VERDICT_WARN, other_topic_offline, "single-0 is offline (not in the plan)"},
    {"planned ones offline",       "offline", RZ_VERDICT_FAIL, sources_dead, "orders-0 is offline"},
    {"enough in sync",             "under-min-isr", RZ_VERDICT_OK, NULL, "no partition"},
    {"too few in sync",            "under-min-isr", RZ_VERDICT_FAIL, below_min_isr, "orders-0 is below"},
    {"all in sync",                "under-replicated", RZ_VERDICT_OK, NULL, "no partition"},
    {"a follower dead",            "under-replicated", RZ_VERDICT_WARN, follower_dead, "orders-0 is under-replicated"},
    {"nobody else moves",          "foreign-moves", RZ_VERDICT_OK, NULL, "no reassignment"},
    {"others move other topics",   "foreign-moves", RZ_VERDICT_WARN, others_move_elsewhere, "1 reassignments are running, 0 of"},
    {"others move our partitions", "foreign-moves", RZ_VERDICT_FAIL, others_move_ours, "1 of partitions of the plan"},
    {"moves cannot be listed",     "foreign-moves", RZ_VERDICT_UNKNOWN, deny_describe, "cannot be listed"},
    {"no throttle",                "foreign-throttles", RZ_VERDICT_OK, NULL, "no replication throttle"},
    {"a broker throttled",         "foreign-throttles", RZ_VERDICT_WARN, broker_throttled, "broker 4 has leader.replication.throttled.rate"},
    {"a topic throttled",          "foreign-throttles", RZ_VERDICT_WARN, topic_throttled, "topic orders has"},
    {"configs cannot be read",     "foreign-throttles", RZ_VERDICT_UNKNOWN, deny_describe_configs, "cannot be read"},
    {"disks unknown",              "disk", RZ_VERDICT_UNKNOWN, NULL, "does not tell"},
    {"disks large",                "disk", RZ_VERDICT_OK, large_disks, "keeps 10 % free"},
    {"a disk too small",           "disk", RZ_VERDICT_FAIL, small_disk, "broker 5 has"},
    {"a disk that fills meanwhile", "disk", RZ_VERDICT_FAIL, disk_fills_meanwhile, "broker 5 has 900.0 MB free"},
    {"a directory nearly full",    "disk", RZ_VERDICT_WARN, small_directories, "broker 5 would put 40.0 MB into its directory /data1"},
    {"a directory too small",      "disk", RZ_VERDICT_FAIL, too_small_directories, "/data1"},
    {"steps would save",           "stage", RZ_VERDICT_OK, plan_that_fills_a_zone, "1 partitions get several replicas"},
    {"by steps",                   "stage", RZ_VERDICT_OK, by_steps, "have up to 4 replicas between them"},
    {"nothing to step",            "stage", RZ_VERDICT_OK, NULL, "no partition gains"},
    {"steps for nothing",          "stage", RZ_VERDICT_WARN, by_steps_for_nothing, "no partition gains"},
    {"written slowly",             "write-rate", RZ_VERDICT_OK, NULL, "leaves room"},
    {"written at half the rate",   "write-rate", RZ_VERDICT_WARN, written_fast, "broker 5"},
    {"written too fast",           "write-rate", RZ_VERDICT_FAIL, written_too_fast, "never catch up"},
    {"no throttle said",           "write-rate", RZ_VERDICT_UNKNOWN, no_throttle_said, "no throttle"},
    {"write rate not measured",    "write-rate", RZ_VERDICT_UNKNOWN, rates_not_measured, "was not measured"},
    {"network unknown",            "headroom", RZ_VERDICT_UNKNOWN, NULL, "--broker-bandwidth"},
    {"network wide",               "headroom", RZ_VERDICT_OK, wide_network, "headroom"},
    {"network narrow",             "headroom", RZ_VERDICT_WARN, narrow_network, "broker 5"},
    {"writes of others count",     "headroom", RZ_VERDICT_WARN, others_written_fast, "broker 5 would take in"},
    {"followers count",            "headroom", RZ_VERDICT_WARN, leader_written_fast, "broker 1 would send"},
    {"network wide, rates unknown", "headroom", RZ_VERDICT_UNKNOWN, wide_network_unmeasured, "was not measured"},
    {"network without throttle",   "headroom", RZ_VERDICT_WARN, unthrottled, "without a throttle"},
    {"no window",                  "window", RZ_VERDICT_OK, NULL, "no maintenance window"},
    {"window long enough",         "window", RZ_VERDICT_OK, long_window, "the simulated run takes 60 s, the window has 60 min"},
    {"window against the floor",   "window", RZ_VERDICT_OK, window_and_floor, "copying takes at least 60 s"},
    {"window too short",           "window", RZ_VERDICT_WARN, short_window, "3 windows"},
    {"time unknown",               "window", RZ_VERDICT_UNKNOWN, window_unknown_time, "cannot be told"},
    {"leaders stay",               "leader-rebalance", RZ_VERDICT_OK, does_not_rebalance, "false"},
    {"leaders rebalance",          "leader-rebalance", RZ_VERDICT_WARN, rebalances, "true"},
    {"rebalancing cannot be read", "leader-rebalance", RZ_VERDICT_UNKNOWN, deny_describe_configs, "cannot be read"},
    {"safe after the plan",        "zone-loss", RZ_VERDICT_OK, NULL, "stays writable"},
    {"unsafe after the plan",      "zone-loss", RZ_VERDICT_WARN, plan_that_spreads_nothing, "zone az1"},
    {"clients cannot be seen",     "clients", RZ_VERDICT_UNKNOWN, NULL, "cannot be seen"},
};
/* clang-format on */

/* ---- running a row ---- */

static const RzPreflightResult *
find(const RzPreflight *preflight, const char *check)
{
    for (uint32_t i = 0; i < preflight->n_results; i++)
        if (strcmp(preflight->results[i].check, check) == 0)
            return &preflight->results[i];
    fail_msg("there is no check %s", check);
    return NULL;
}

static RzPreflight *
review(Scene *scene, RzSnapshot **now, GError **error)
{
    World *world = scene->world;
    *now = rz_sim_to_snapshot(world->sim, NULL);
    assert_non_null(*now);
    for (uint32_t b = 0; b < (*now)->n_brokers; b++) {
        if ((*now)->brokers[b].id == scene->other_zone_of)
            (*now)->brokers[b].zone = ((*now)->brokers[b].zone + 1) % (*now)->n_zones;
        for (uint32_t p = 0; scene->rates_unknown && b == 0 && p < (*now)->n_partitions; p++)
            (*now)->partitions[p].write_rate_bytes_per_s = -1;
    }
    scene->options.now = *now;
    return rz_preflight(world->plan, world->cluster, &scene->options, error);
}

static Scene
open_scene(void)
{
    Scene scene = {
        .world = world_new_with(RZ_SIM_VERSION(4, 3), moves, G_N_ELEMENTS(moves)),
        .options = {.throttle_bytes_per_s = 10 * MB,
                    .bandwidth_bytes_per_s = -1,
                    .estimate_ms = -1},
    };
    remove_throttles(scene.world);
    return scene;
}

static void
check_says(void **row)
{
    const PreflightCase *c = *row;
    Scene scene = open_scene();
    if (c->arrange != NULL)
        c->arrange(&scene);
    g_autoptr(RzSnapshot) now = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzPreflight) preflight = review(&scene, &now, &error);
    if (preflight == NULL)
        fail_msg("%s", error->message);
    const RzPreflightResult *result = find(preflight, c->check);
    if (result->verdict != c->verdict || strstr(result->evidence, c->evidence) == NULL)
        fail_msg("%s: %s", rz_verdict_name(result->verdict), result->evidence);
    if (c->verdict == RZ_VERDICT_FAIL) {
        assert_false(preflight->ok);
        assert_non_null(result->advice);
    }
    world_free(scene.world);
}

static void
accepted_failures_do_not_count(void **state)
{
    (void)state;
    static const char *const accept[] = {"write-rate", NULL};
    Scene scene = open_scene();
    scene.options.accept = accept;
    written_too_fast(&scene);
    g_autoptr(RzSnapshot) now = NULL;
    g_autoptr(RzPreflight) preflight = review(&scene, &now, NULL);
    assert_non_null(preflight);
    assert_true(preflight->ok);
    assert_true(find(preflight, "write-rate")->accepted);
    assert_false(find(preflight, "zones")->accepted);
    world_free(scene.world);
}

static void
unknown_checks_cannot_be_accepted(void **state)
{
    (void)state;
    static const char *const accept[] = {"weather", NULL};
    Scene scene = open_scene();
    scene.options.accept = accept;
    g_autoptr(RzSnapshot) now = NULL;
    g_autoptr(GError) error = NULL;
    assert_null(review(&scene, &now, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
    assert_non_null(strstr(error->message, "weather"));
    world_free(scene.world);
}

/* A check without a row that makes it speak up and one that does not would be untested. */
static void
every_check_has_rows(void **state)
{
    (void)state;
    Scene scene = open_scene();
    g_autoptr(RzSnapshot) now = NULL;
    g_autoptr(RzPreflight) preflight = review(&scene, &now, NULL);
    assert_non_null(preflight);
    for (uint32_t i = 0; i < preflight->n_results; i++) {
        const char *check = preflight->results[i].check;
        bool good = false, bad = false;
        for (gsize row = 0; row < G_N_ELEMENTS(cases); row++) {
            bool about = strcmp(cases[row].check, check) == 0;
            good = good || (about && cases[row].verdict == RZ_VERDICT_OK);
            bad = bad || (about && (cases[row].verdict == RZ_VERDICT_FAIL ||
                                    cases[row].verdict == RZ_VERDICT_WARN));
        }
        bool asks = strcmp(check, "clients") == 0; /* a question: it has one answer */
        if (!asks && !(good && bad))
            fail_msg("%s has no row that passes, or none that does not", check);
    }
    assert_true(preflight->ok);
    world_free(scene.world);
}

int
main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(cases) + 3];
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        tests[i] = (struct CMUnitTest){cases[i].name, check_says, NULL, NULL,
                                       (void *)(uintptr_t)&cases[i]};
    gsize n = G_N_ELEMENTS(cases);
    tests[n] = (struct CMUnitTest)cmocka_unit_test(accepted_failures_do_not_count);
    tests[n + 1] = (struct CMUnitTest)cmocka_unit_test(unknown_checks_cannot_be_accepted);
    tests[n + 2] = (struct CMUnitTest)cmocka_unit_test(every_check_has_rows);
    return cmocka_run_group_tests_name("preflight", tests, NULL, NULL);
}
