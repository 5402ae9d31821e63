/*
 * run_health.c: the whole cluster's state, on a slow timer: brokers, the gate, zones, who blocks.
 *
 * One full Metadata answer serves everything here. The interval stretches with what the answer
 * costs, so that a cluster of a million partitions is not kept busy by being watched.
 */
#include "executor/run_private.h"

#include <stdlib.h>

#define INTERVAL_MS 5000
#define COST_FACTOR 20
#define PARTITIONS_A_MS 4 /* 100,000 partitions are read every 25 s */
#define INTERVAL_MAX_MS 30000
#define DEAD_FOR_MS 30000

/* ---- brokers ---- */

static const char *
zone_of(const RzRun *run, const RzClusterBroker *broker)
{
    const RzRunSettings *settings = &run->journal->settings;
    for (guint i = 0; i < settings->zone_broker->len; i++)
        if (g_array_index(settings->zone_broker, int32_t, i) == broker->id)
            return g_intern_string(settings->zone_name->pdata[i]);
    return broker->rack != NULL ? g_intern_string(broker->rack) : NULL;
}

void
rz_run_track_brokers(RzRun *run, const RzClusterMetadata *metadata)
{
    for (uint32_t i = 0; i < metadata->n_brokers; i++) {
        RzRunBroker *broker = rz_run_broker(run, metadata->brokers[i].id);
        broker->zone = zone_of(run, &metadata->brokers[i]);
    }
    for (guint i = 0; i < run->broker_list->len; i++) {
        RzRunBroker *broker = run->broker_list->pdata[i];
        bool alive = rz_cluster_find_broker(metadata, broker->id) != NULL;
        if (alive == broker->alive)
            continue;
        broker->alive = alive;
        broker->dead_since_ms = run->cycle_ms;
        rz_run_say(run, alive ? RZ_MESSAGE_INFO : RZ_MESSAGE_WARNING, "broker %d is %s", broker->id,
                   alive ? "back" : "down");
        run->health_due_ms = run->cycle_ms;
    }
}

/* ---- min.insync.replicas ---- */

static int32_t
min_isr_in(const RzClusterConfig *config)
{
    const RzConfigEntry *entry = rz_cluster_find_entry(config, "min.insync.replicas");
    gint64 value =
        entry == NULL || entry->value == NULL ? 1 : g_ascii_strtoll(entry->value, NULL, 10);
    return (int32_t)CLAMP(value, 1, INT16_MAX);
}

static bool
ask_min_isr(RzRun *run, const char *const *names, uint32_t n, GError **error)
{
    static const char *const keys[] = {"min.insync.replicas"};
    RzClusterConfig *configs =
        rz_cluster_describe_configs(run->cluster, RZ_RESOURCE_TOPIC, names, n, keys, 1, error);
    for (uint32_t i = 0; configs != NULL && i < n; i++) {
        int32_t value = min_isr_in(&configs[i]);
        g_hash_table_replace(run->health.min_isr, g_strdup(names[i]), GINT_TO_POINTER(value));
        uint32_t topic = GPOINTER_TO_UINT(g_hash_table_lookup(run->topic_index, names[i]));
        if (topic > 0)
            run->topics[topic - 1].min_isr = value;
    }
    rz_cluster_configs_free(configs, n);
    return configs != NULL;
}

static bool
learn_min_isr(RzRun *run, const RzClusterMetadata *all, GError **error)
{
    const char *names[RZ_CLUSTER_MAX_TOPICS];
    uint32_t n = 0;
    for (uint32_t t = 0; t < all->n_topics; t++) {
        if (!g_hash_table_contains(run->health.min_isr, all->topics[t].name))
            names[n++] = all->topics[t].name;
        if (n == RZ_CLUSTER_MAX_TOPICS || (t + 1 == all->n_topics && n > 0)) {
            if (!ask_min_isr(run, names, n, error))
                return false;
            n = 0;
        }
    }
    return true;
}

/* ---- judging ---- */

static void
count_zones(RzRun *run)
{
    g_array_set_size(run->zone_safe, 0);
    for (guint i = 0; i < run->broker_list->len; i++) {
        RzRunBroker *broker = run->broker_list->pdata[i];
        guint z = 0;
        while (z < run->zone_safe->len &&
               g_array_index(run->zone_safe, RzZoneSafe, z).zone != broker->zone)
            z++;
        broker->zone_at = z;
        if (broker->zone == NULL || z < run->zone_safe->len)
            continue;
        RzZoneSafe entry = {.zone = broker->zone};
        g_array_append_val(run->zone_safe, entry);
    }
}

static void
judge_zones(RzRun *run, const RzClusterPartition *partition, int32_t min_isr)
{
    RzZoneSafe *zones = (RzZoneSafe *)(void *)run->zone_safe->data;
    for (guint z = 0; z < run->zone_safe->len; z++)
        zones[z].here = 0;
    for (uint32_t i = 0; i < partition->n_isr; i++) {
        const RzRunBroker *broker = rz_run_broker(run, partition->isr[i]);
        if (broker->zone != NULL)
            zones[broker->zone_at].here++;
    }
    for (guint z = 0; z < run->zone_safe->len; z++) {
        zones[z].total++;
        zones[z].safe += (int32_t)(partition->n_isr - zones[z].here) >= min_isr;
    }
}

static void
note_example(RzHealth *health, const char *topic, int32_t partition)
{
    if (health->example == NULL)
        health->example = g_strdup_printf("%s-%d", topic, partition);
}

/* A replica that a move of others is still bringing is not missing. */
static bool
lacks_a_replica(const RzRun *run, const char *topic, const RzClusterPartition *partition)
{
    if (partition->n_isr >= partition->n_replicas)
        return false;
    const RzClusterReassignment *listed =
        rz_cluster_find_reassignment(run->listed, topic, partition->number);
    for (uint32_t i = 0; listed != NULL && i < partition->n_replicas; i++) {
        int32_t id = partition->replicas[i];
        if (!rz_list_has(partition->isr, partition->n_isr, id) &&
            !rz_list_has(listed->adding, listed->n_adding, id))
            return true;
    }
    return listed == NULL;
}

static void
judge_foreign(RzRun *run, const char *topic, const RzClusterPartition *partition, int32_t min_isr)
{
    RzHealth *health = &run->health;
    bool first = health->read_ms == INT64_MIN;
    if (!lacks_a_replica(run, topic, partition))
        return;
    g_autofree char *name = g_strdup_printf("%s-%d", topic, partition->number);
    if (first)
        g_hash_table_add(health->known_under_replicated, g_strdup(name));
    if ((int32_t)partition->n_replicas >= min_isr && (int32_t)partition->n_isr < min_isr) {
        health->below_min_isr++;
        note_example(health, topic, partition->number);
    } else if ((int32_t)partition->n_isr == min_isr) {
        health->at_min_isr++;
    }
    if (!g_hash_table_contains(health->known_under_replicated, name)) {
        health->newly_under_replicated++;
        note_example(health, topic, partition->number);
    }
}

/* The broker's own metric counts new replicas in: a lost old one can hide behind them. */
static void
count_missing(RzRun *run, const RzPart *part, const RzClusterPartition *partition)
{
    for (uint32_t i = 0; i < partition->n_replicas; i++) {
        int32_t id = partition->replicas[i];
        if (!rz_list_has(partition->isr, partition->n_isr, id))
            run->health.missing += part == NULL || !rz_part_is_adding(run, part, id);
    }
}

/* The plan says nothing of partitions that were made after it. */
static void
note_growth(RzRun *run, RzRunTopic *topic, uint32_t n)
{
    if (topic->n_seen != 0 && n > topic->n_seen)
        rz_run_say(run, RZ_MESSAGE_WARNING,
                   "topic %s has grown by %u partitions that the plan does not cover", topic->name,
                   n - topic->n_seen);
    topic->n_seen = n;
}

static void
judge_topic(RzRun *run, const RzClusterTopic *topic)
{
    int32_t min_isr = GPOINTER_TO_INT(g_hash_table_lookup(run->health.min_isr, topic->name));
    uint32_t index = GPOINTER_TO_UINT(g_hash_table_lookup(run->topic_index, topic->name));
    const RzRunTopic *planned = index > 0 ? &run->topics[index - 1] : NULL;
    if (index > 0)
        note_growth(run, &run->topics[index - 1], topic->n_partitions);
    uint32_t at = planned != NULL ? planned->first_part : 0;
    uint32_t end = planned != NULL ? at + planned->n_parts : 0;
    for (uint32_t p = 0; p < topic->n_partitions; p++) {
        const RzClusterPartition *partition = &topic->partitions[p];
        while (at < end && run->parts[at].number < partition->number)
            at++;
        bool ours = at < end && run->parts[at].number == partition->number;
        count_missing(run, ours ? &run->parts[at] : NULL, partition);
        judge_zones(run, partition, MAX(min_isr, 1));
        if (!ours)
            judge_foreign(run, topic->name, partition, MAX(min_isr, 1));
    }
}

static int64_t
count_partitions(const RzClusterMetadata *all)
{
    int64_t n = 0;
    for (uint32_t t = 0; t < all->n_topics; t++)
        n += all->topics[t].n_partitions;
    return n;
}

bool
rz_run_health(RzRun *run, GError **error)
{
    int64_t start = run->clock->monotonic_ms(run->clock);
    g_autoptr(RzClusterMetadata) all = rz_cluster_metadata(run->cluster, NULL, 0, error);
    if (all == NULL || !learn_min_isr(run, all, error))
        return false;
    rz_run_track_brokers(run, all);
    count_zones(run);
    RzHealth *health = &run->health;
    health->missing_before = health->read_ms == INT64_MIN ? UINT32_MAX : health->missing;
    health->missing = 0;
    health->below_min_isr = health->at_min_isr = health->newly_under_replicated = 0;
    g_clear_pointer(&health->example, g_free);
    for (uint32_t t = 0; t < all->n_topics; t++)
        if (all->topics[t].error == RZ_KAFKA_NONE)
            judge_topic(run, &all->topics[t]);
    health->read_ms = run->cycle_ms;
    int64_t cost = run->clock->monotonic_ms(run->clock) - start;
    health->cost_ms = cost;
    if (health->best_cost_ms == 0 || cost < health->best_cost_ms)
        health->best_cost_ms = MAX(cost, 1);
    int64_t by_size = count_partitions(all) / PARTITIONS_A_MS;
    run->health_due_ms =
        run->cycle_ms + CLAMP(MAX(cost * COST_FACTOR, by_size), INTERVAL_MS, INTERVAL_MAX_MS);
    run->window_shift = health->at_min_isr > 0 ? 1 : 0;
    return true;
}

bool
rz_run_gate(RzRun *run)
{
    const RzHealth *health = &run->health;
    if (health->below_min_isr > 0)
        rz_run_reason(run,
                      "%u partitions outside the plan are below min.insync.replicas, %s for one",
                      health->below_min_isr, health->example);
    else if (health->newly_under_replicated > 0)
        rz_run_reason(run, "%u partitions outside the plan became under-replicated, %s for one",
                      health->newly_under_replicated, health->example);
    else
        return true;
    return false;
}

/* ---- who is blocked by whom ---- */

void
rz_run_unpark(RzRun *run)
{
    g_autoptr(GArray) parked = run->parked;
    run->parked = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; i < parked->len; i++) {
        RzPart *part = &run->parts[g_array_index(parked, uint32_t, i)];
        part->parked = false;
        if (part->state == RZ_PART_PENDING && !part->in_window)
            rz_run_requeue(run, part);
    }
}

static int32_t
dead_member(RzRun *run, const RzPart *part)
{
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; i < n; i++)
        if (!rz_run_broker(run, goal[i])->alive)
            return goal[i];
    return RZ_NO_BROKER;
}

static bool
may_skip(RzRun *run, const RzPart *part, int32_t dead)
{
    return run->journal->settings.on_dead_broker == RZ_DEAD_BROKER_SKIP && !part->back &&
           run->cycle_ms - rz_run_broker(run, dead)->dead_since_ms >= DEAD_FOR_MS;
}

/* A replica that stays but has left the ISR holds a move up on some versions, and silently. */
static int32_t
kept_out_of_sync(const RzRun *run, const RzPart *part)
{
    const RzClusterTopic *topic = rz_cluster_find_topic(run->live, run->topics[part->topic].name);
    const RzClusterPartition *live =
        topic != NULL ? rz_cluster_find_partition(topic, part->number) : NULL;
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; live != NULL && i < n; i++)
        if ((part->state == RZ_PART_STEPPING || !rz_part_is_adding(run, part, goal[i])) &&
            !rz_list_has(live->isr, live->n_isr, goal[i]))
            return goal[i];
    return RZ_NO_BROKER;
}

static void
give_up(RzRun *run, RzPart *part, int32_t dead)
{
    part->skip = true;
    rz_part_turn(run, part, true, RZ_PART_CANCELLING, "its broker is dead, given up");
    rz_part_block(part, RZ_BLOCK_DEAD_TARGET, dead);
}

static void
mind_active(RzRun *run, RzPart *part)
{
    if (part->state != RZ_PART_MOVING && part->state != RZ_PART_SENT &&
        part->state != RZ_PART_STEPPING)
        return;
    int32_t dead = dead_member(run, part);
    if (dead != RZ_NO_BROKER && may_skip(run, part, dead)) {
        give_up(run, part, dead);
        return;
    }
    int32_t kept = dead == RZ_NO_BROKER ? kept_out_of_sync(run, part) : RZ_NO_BROKER;
    if (dead != RZ_NO_BROKER)
        rz_part_block(part, RZ_BLOCK_DEAD_TARGET, dead);
    else if (kept != RZ_NO_BROKER)
        rz_part_block(part, RZ_BLOCK_KEPT_OUT_OF_SYNC, kept);
    else if (part->block == RZ_BLOCK_DEAD_TARGET || part->block == RZ_BLOCK_KEPT_OUT_OF_SYNC)
        rz_part_block(part, RZ_BLOCK_NONE, RZ_NO_BROKER);
}

void
rz_run_mind_the_blocked(RzRun *run)
{
    for (guint i = 0; i < run->active->len; i++)
        mind_active(run, &run->parts[g_array_index(run->active, uint32_t, i)]);
    for (guint i = 0; i < run->parked->len; i++) {
        RzPart *part = &run->parts[g_array_index(run->parked, uint32_t, i)];
        int32_t dead = part->state == RZ_PART_PENDING ? dead_member(run, part) : RZ_NO_BROKER;
        if (dead == RZ_NO_BROKER || !may_skip(run, part, dead))
            continue;
        if (part->at > 0) { /* between two steps: back to where it came from */
            give_up(run, part, dead);
            continue;
        }
        rz_part_set_state(run, part, RZ_PART_SKIPPED, "its broker is dead, given up");
        rz_part_block(part, RZ_BLOCK_DEAD_TARGET, dead);
    }
}
