/*
 * run_prune.c: take our entries out of throttle lists as soon as they are not needed.
 *
 * A listed partition stalls its producers for as long as its entry stands, so entries go in the
 * cycle after their move is done, and the last one gives the list back as it was.
 */
#include "executor/run_throttle.h"

static RzPart *
find_part(RzRun *run, const RzRunTopic *topic, int32_t number)
{
    uint32_t low = topic->first_part, high = topic->first_part + topic->n_parts;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (run->parts[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    g_assert(low < topic->first_part + topic->n_parts && run->parts[low].number == number);
    return &run->parts[low];
}

/* Splits our entries: those still needed stay in the topic's array, the others are returned. */
static GArray *
take_needless(RzRun *run, RzRunTopic *topic, int kind)
{
    GArray *ours = rz_topic_entries(topic, kind);
    GArray *needless = g_array_new(FALSE, FALSE, sizeof(RzThrottleEntry));
    guint kept = 0;
    for (guint i = 0; i < ours->len; i++) {
        RzThrottleEntry entry = g_array_index(ours, RzThrottleEntry, i);
        const RzPart *part = find_part(run, topic, entry.partition);
        if (part->in_window && part->listed)
            g_array_index(ours, RzThrottleEntry, kept++) = entry;
        else
            g_array_append_val(needless, entry);
    }
    g_array_set_size(ours, kept);
    return needless;
}

bool
rz_run_plan_list_change(RzRun *run, uint32_t index, int kind, const RzClusterConfig *config,
                        GArray *changes, GPtrArray *values)
{
    RzRunTopic *topic = &run->topics[index];
    const char *key = rz_list_keys[kind];
    const RzJournalKey *known =
        rz_journal_find_key(run->journal, RZ_RESOURCE_TOPIC, topic->name, key);
    if (known == NULL || config->error != RZ_KAFKA_NONE)
        return false;
    const char *own = rz_own_value(config, key);
    g_autoptr(GArray) needless = take_needless(run, topic, kind);
    g_autofree char *left =
        rz_throttle_list_edit(own, rz_entry_data(needless), needless->len, NULL, 0);
    /* As a set it is what it was: give back the very text, or the absence. */
    bool as_before = topic->entries[kind]->len == 0 && rz_throttle_list_same(left, known->prior);
    const char *wanted = as_before ? known->prior : *left != '\0' ? left : NULL;
    if (g_strcmp0(own, wanted) == 0)
        return false;
    RzConfigChange change = {RZ_RESOURCE_TOPIC, topic->name, key,
                             wanted != NULL ? RZ_CONFIG_SET : RZ_CONFIG_DELETE, NULL};
    if (wanted != NULL) {
        char *value = g_strdup(wanted);
        g_ptr_array_add(values, value);
        change.value = value;
    }
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

/* After a failure our entries are unknown: they are read again before the next prune. */
bool
rz_run_prune(RzRun *run, GError **error)
{
    for (guint start = 0; start < run->to_prune->len; start += RZ_CONFIGS_A_REQUEST)
        if (!prune_some(run, &g_array_index(run->to_prune, uint32_t, start),
                        MIN(run->to_prune->len - start, RZ_CONFIGS_A_REQUEST), error)) {
            run->lists_reconciled = false;
            return false;
        }
    for (guint i = 0; i < run->to_prune->len; i++)
        run->topics[g_array_index(run->to_prune, uint32_t, i)].prune = false;
    g_array_set_size(run->to_prune, 0);
    return true;
}
