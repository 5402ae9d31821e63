/*
 * run_prune.c: what a topic's throttle lists should hold, and taking out what is not needed.
 *
 * A listed partition stalls its producers for as long as its entry stands, so an entry goes in the
 * cycle after its replica has joined the ISR, and the last one gives the list back as it was.
 *
 * A list is never edited from memory of what we wrote: the broker that is asked may show what was
 * true a while ago. Whatever is read, entries for replicas of the plan that were not there before
 * our first touch are ours; they are replaced by those that the windows need now, and all others
 * stay. So an old reading leads to the same value as a new one.
 */
#include "executor/run_throttle.h"

static const RzPart *
find_part(const RzRun *run, const RzRunTopic *topic, int32_t number)
{
    uint32_t low = topic->first_part, high = topic->first_part + topic->n_parts;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (run->parts[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < topic->first_part + topic->n_parts && run->parts[low].number == number;
    return found ? &run->parts[low] : NULL;
}

typedef struct {
    const RzRun *run;
    const RzRunTopic *topic;
} Place;

static bool
names_a_replica_of_the_plan(RzThrottleEntry entry, const void *data)
{
    const Place *place = data;
    const RzPart *part = find_part(place->run, place->topic, entry.partition);
    if (part == NULL)
        return false;
    const int32_t *ids = place->run->ids;
    return rz_list_has(ids + part->first_from, part->n_from, entry.broker) ||
           rz_list_has(ids + part->first_to, part->n_to, entry.broker);
}

/* A follower entry names a fetching broker; a leader entry whoever may lead meanwhile. */
static void
add_needed(const RzRun *run, const RzPart *part, int kind, GArray *entries)
{
    uint16_t n_goal, n_origin;
    const int32_t *goal = rz_part_goal(run, part, &n_goal);
    const int32_t *origin = rz_part_origin(run, part, &n_origin);
    for (uint16_t i = 0; i < n_goal; i++) {
        bool joined = kind == 0 && i < 32 && (part->joined >> i & 1) != 0;
        RzThrottleEntry entry = {part->number, goal[i]};
        if (!joined && rz_part_is_adding(run, part, goal[i]))
            g_array_append_val(entries, entry);
    }
    for (uint16_t i = 0; kind == 1 && i < n_origin; i++) {
        RzThrottleEntry entry = {part->number, origin[i]};
        g_array_append_val(entries, entry);
    }
}

GArray *
rz_run_needed_entries(const RzRun *run, uint32_t topic, int kind)
{
    GArray *needed = g_array_new(FALSE, FALSE, sizeof(RzThrottleEntry));
    const GArray *listed = run->topics[topic].listed;
    for (guint i = 0; listed != NULL && i < listed->len; i++)
        add_needed(run, &run->parts[g_array_index(listed, uint32_t, i)], kind, needed);
    return needed;
}

/* The text without what is ours. */
char *
rz_run_foreign_list(const RzRun *run, uint32_t topic, const char *own, const char *prior)
{
    const Place place = {run, &run->topics[topic]};
    g_autoptr(GArray) ours = rz_throttle_list_ours(own, prior, names_a_replica_of_the_plan, &place);
    return rz_throttle_list_edit(own, rz_entry_data(ours), ours->len, NULL, 0);
}

char *
rz_run_wanted_list(const RzRun *run, uint32_t topic, int kind, const char *own, const char *prior)
{
    g_autoptr(GArray) needed = rz_run_needed_entries(run, topic, kind);
    g_autofree char *foreign = rz_run_foreign_list(run, topic, own, prior);
    if (needed->len == 0 && rz_throttle_list_same(foreign, prior))
        return g_strdup(prior); /* the very text, or the absence */
    char *wanted = rz_throttle_list_edit(foreign, NULL, 0, rz_entry_data(needed), needed->len);
    /* The order of entries means nothing and is no reason to write. */
    if (own != NULL && rz_throttle_list_same(wanted, own)) {
        g_free(wanted);
        return g_strdup(own);
    }
    if (*wanted == '\0')
        g_clear_pointer(&wanted, g_free);
    return wanted;
}

bool
rz_run_plan_list_change(RzRun *run, uint32_t topic, int kind, const RzClusterConfig *config,
                        GArray *changes, GPtrArray *values)
{
    const char *key = rz_list_keys[kind];
    const RzJournalKey *known =
        rz_journal_find_key(run->journal, RZ_RESOURCE_TOPIC, run->topics[topic].name, key);
    if (known == NULL || known->restored || config->error != RZ_KAFKA_NONE)
        return false;
    const char *own = rz_own_value(config, key);
    char *wanted = rz_run_wanted_list(run, topic, kind, own, known->prior);
    bool is_prior = g_strcmp0(wanted, known->prior) == 0;
    if (g_strcmp0(own, wanted) == 0 && !(known->dirty && is_prior)) {
        g_free(wanted);
        return false;
    }
    RzConfigChange change = {RZ_RESOURCE_TOPIC, known->name, key,
                             wanted != NULL ? RZ_CONFIG_SET : RZ_CONFIG_DELETE, wanted};
    if (wanted != NULL)
        g_ptr_array_add(values, wanted);
    g_array_append_val(changes, change);
    return true;
}

static bool
prune_some(RzRun *run, const uint32_t *topics, uint32_t n, GError **error)
{
    g_autofree const char **names = g_new(const char *, n);
    for (uint32_t i = 0; i < n; i++)
        names[i] = run->topics[topics[i]].name;
    RzClusterConfig *configs = rz_cluster_describe_configs(run->cluster, RZ_RESOURCE_TOPIC, names,
                                                           n, rz_list_keys, 2, error);
    if (configs == NULL)
        return false;
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(RzConfigChange));
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    for (uint32_t i = 0; i < n; i++)
        for (int kind = 0; kind < 2; kind++)
            rz_run_plan_list_change(run, topics[i], kind, &configs[i], changes, values);
    bool ok = rz_run_change_configs(run, changes, error);
    rz_cluster_configs_free(configs, n);
    return ok;
}

bool
rz_run_prune(RzRun *run, GError **error)
{
    for (guint start = 0; start < run->to_prune->len; start += RZ_CLUSTER_MAX_TOPICS)
        if (!prune_some(run, &g_array_index(run->to_prune, uint32_t, start),
                        MIN(run->to_prune->len - start, RZ_CLUSTER_MAX_TOPICS), error))
            return false;
    for (guint i = 0; i < run->to_prune->len; i++)
        run->topics[g_array_index(run->to_prune, uint32_t, i)].prune = false;
    g_array_set_size(run->to_prune, 0);
    return true;
}
