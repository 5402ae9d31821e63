/*
 * run_throttle.c: throttle keys while the run is going: record, merge, set, read back, prune.
 *
 * Each change of a list starts from the value as it is now, takes out entries of ours that are not
 * needed, puts in those that are, and leaves every other entry alone: others may edit the same list
 * at the same time. What the value was before our first touch is in the journal by then.
 */
#include "executor/run_private.h"

#include <stdlib.h>
#include <string.h>

#include "executor/run_throttle.h"

#define SUSPECT_MS 5000
#define ENTRY_MAX 22UL /* two numbers, a colon, a comma */

const char *const rz_list_keys[2] = {RZ_KEY_FOLLOWER_LIST, RZ_KEY_LEADER_LIST};
const char *const rz_rate_keys[2] = {RZ_KEY_FOLLOWER_RATE, RZ_KEY_LEADER_RATE};

/* Followers only, or leaders too. */
static int
n_kinds(const RzRun *run)
{
    return run->journal->settings.throttle_mode == RZ_THROTTLE_BOTH ? 2 : 1;
}

/* ---- changing configs, journaled ---- */

static bool
journal_changes(RzRun *run, const char *type, const GArray *changes, GError **error)
{
    json_t *list = json_array();
    for (guint i = 0; i < changes->len; i++) {
        const RzConfigChange *change = &g_array_index(changes, RzConfigChange, i);
        bool rate = change->type == RZ_RESOURCE_BROKER;
        json_array_append_new(list, json_pack("{s:i, s:s, s:s, s:s?}", "type", (int)change->type,
                                              "name", change->name, "key", change->key, "value",
                                              rate ? change->value : NULL));
    }
    return rz_journal_write(&run->writer, json_pack("{s:s, s:o}", "t", type, "changes", list),
                            error);
}

static bool
denied(const RzConfigChange *change, const RzItemResult *result, GError **error)
{
    const char *resource = change->type == RZ_RESOURCE_TOPIC ? "TOPIC" : "CLUSTER";
    bool acl = result->code == RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED ||
               result->code == RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED;
    g_set_error(error, RZ_ERROR, acl ? RZ_ERROR_DENIED : RZ_ERROR_KAFKA,
                acl ? "IncrementalAlterConfigs of %s on %s was denied (error %d %s): the account "
                      "needs ALTER_CONFIGS on %s"
                    : "changing %s of %s failed with error %d (%s), resource %s",
                change->key, change->name, result->code,
                result->message != NULL ? result->message : "no message", resource);
    return false;
}

static void
note_written(RzRun *run, const RzConfigChange *change)
{
    RzJournalKey *key = rz_journal_find_key(run->journal, change->type, change->name, change->key);
    key->dirty = g_strcmp0(change->value, key->prior) != 0;
}

/* A topic that is gone takes its throttles along; the table will notice that it is gone. */
bool
rz_run_change_configs(RzRun *run, GArray *changes, GError **error)
{
    if (changes->len == 0)
        return true;
    if (!journal_changes(run, "config", changes, error))
        return false;
    for (guint i = 0; i < changes->len; i++) {
        const RzConfigChange *change = &g_array_index(changes, RzConfigChange, i);
        RzJournalKey *key =
            rz_journal_find_key(run->journal, change->type, change->name, change->key);
        key->restored = false;
        key->dirty = true;
        if (change->type == RZ_RESOURCE_BROKER && change->value != NULL)
            g_ptr_array_add(key->ours, g_strdup(change->value));
    }
    g_autofree RzItemResult *results = g_new0(RzItemResult, changes->len);
    bool ok = rz_cluster_alter_configs(run->cluster, (const RzConfigChange *)(void *)changes->data,
                                       changes->len, false, results, error);
    for (guint i = 0; ok && i < changes->len; i++)
        if (results[i].code != RZ_KAFKA_NONE &&
            results[i].code != RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION)
            ok = denied(&g_array_index(changes, RzConfigChange, i), &results[i], error);
    rz_item_results_clear(results, changes->len);
    for (guint i = 0; ok && i < changes->len; i++)
        note_written(run, &g_array_index(changes, RzConfigChange, i));
    return ok && rz_journal_write(&run->writer,
                                  json_pack("{s:s, s:s, s:i}", "t", "result", "do", "config",
                                            "changes", (int)changes->len),
                                  error);
}

/* The value as the resource's own, or NULL when it comes from elsewhere. */
const char *
rz_own_value(const RzClusterConfig *config, const char *key)
{
    const RzConfigEntry *entry = rz_cluster_find_entry(config, key);
    RzConfigSource own = config->type == RZ_RESOURCE_TOPIC ? RZ_SOURCE_TOPIC : RZ_SOURCE_BROKER;
    return entry != NULL && entry->source == own ? entry->value : NULL;
}

static RzJournalKey *
record_prior(RzRun *run, const RzClusterConfig *config, const char *key, GError **error)
{
    RzJournalKey *known = rz_journal_find_key(run->journal, config->type, config->name, key);
    if (known != NULL && !known->restored)
        return known;
    const RzConfigEntry *entry = rz_cluster_find_entry(config, key);
    const char *own = rz_own_value(config, key);
    RzConfigSource source = entry != NULL ? entry->source : RZ_SOURCE_DEFAULT;
    if (!rz_journal_write(&run->writer,
                          json_pack("{s:s, s:i, s:s, s:s, s:s?, s:i}", "t", "prior", "type",
                                    (int)config->type, "name", config->name, "key", key, "value",
                                    own, "source", (int)source),
                          error))
        return NULL;
    return rz_journal_put_key(run->journal, config->type, config->name, key, own, source);
}

/* ---- lists ---- */

/* A value has a greatest length: chosen parts whose entries do not fit wait for others to be done.
 */
static void
make_room(RzRun *run, uint32_t topic, int kind, const char *own, const char *prior)
{
    g_autofree char *foreign = rz_run_foreign_list(run, topic, own, prior);
    g_autoptr(GArray) needed = rz_run_needed_entries(run, topic, kind);
    gsize length = strlen(foreign) + needed->len * ENTRY_MAX;
    for (guint i = run->chosen->len; i > 0 && length > RZ_CONFIG_VALUE_MAX; i--) {
        RzPart *part = &run->parts[g_array_index(run->chosen, uint32_t, i - 1)];
        if (part->topic != topic || !part->listed)
            continue;
        uint16_t n_origin;
        (void)rz_part_origin(run, part, &n_origin);
        length -= (rz_part_n_adding(run, part) + (kind == 1 ? n_origin : 0)) * ENTRY_MAX;
        rz_part_leave(run, part);
        rz_run_requeue(run, part);
        g_array_remove_index(run->chosen, i - 1);
    }
}

static bool
set_lists_of(RzRun *run, const uint32_t *topics, uint32_t n, GError **error)
{
    g_autofree const char **names = g_new(const char *, n);
    for (uint32_t i = 0; i < n; i++)
        names[i] = run->topics[topics[i]].name;
    RzClusterConfig *configs = rz_cluster_describe_configs(run->cluster, RZ_RESOURCE_TOPIC, names,
                                                           n, rz_list_keys, 2, error);
    if (configs == NULL)
        return false;
    bool ok = true;
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(RzConfigChange));
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    for (uint32_t i = 0; ok && i < n; i++)
        for (int kind = 0; ok && kind < n_kinds(run); kind++) {
            const char *key = rz_list_keys[kind];
            const char *own = rz_own_value(&configs[i], key);
            if (configs[i].error != RZ_KAFKA_NONE || rz_throttle_list_is_all(own))
                continue; /* gone, or others throttle all of it */
            const RzJournalKey *prior = record_prior(run, &configs[i], key, error);
            ok = prior != NULL;
            if (!ok)
                break;
            make_room(run, topics[i], kind, own, prior->prior);
            if (!rz_run_plan_list_change(run, topics[i], kind, &configs[i], changes, values))
                continue;
            RzUnseen unseen = {.kind = kind, .topic = topics[i]};
            g_array_append_val(run->unseen, unseen);
        }
    ok = ok && rz_run_change_configs(run, changes, error);
    rz_cluster_configs_free(configs, n);
    return ok;
}

/* ---- rates ---- */

static int64_t
wanted_rate(const RzRun *run, const RzRunBroker *broker, int kind)
{
    bool shared = kind == 0 && run->journal->settings.throttle_mode == RZ_THROTTLE_PACED &&
                  (broker->n_unlisted > 0 || broker->pending_small > 0);
    int64_t rate = kind == 0 ? rz_run_rate_into(run, broker) : run->rate;
    return shared ? MAX(rate / 2, 1) : rate;
}

static bool
set_rate(RzRun *run, RzRunBroker *broker, int kind, GError **error)
{
    int64_t rate = wanted_rate(run, broker, kind);
    if (broker->rate_set[kind] == rate || broker->rate_taken[kind])
        return true;
    g_autofree char *name = g_strdup_printf("%d", broker->id);
    g_autofree char *value = g_strdup_printf("%" G_GINT64_FORMAT, rate);
    const char *names[] = {name};
    RzClusterConfig *config = rz_cluster_describe_configs(run->cluster, RZ_RESOURCE_BROKER, names,
                                                          1, rz_rate_keys, 2, error);
    if (config == NULL)
        return false;
    const RzJournalKey *key = record_prior(run, config, rz_rate_keys[kind], error);
    const char *own = rz_own_value(config, rz_rate_keys[kind]);
    if (key != NULL && g_strcmp0(own, key->prior) != 0 && !rz_key_is_ours(key, own)) {
        broker->rate_taken[kind] = true;
        rz_run_say(run, RZ_MESSAGE_WARNING, "%s of broker %d was changed by others: left as %s",
                   rz_rate_keys[kind], broker->id, own != NULL ? own : "unset");
    }
    rz_cluster_configs_free(config, 1);
    if (key == NULL || broker->rate_taken[kind])
        return key != NULL;
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(RzConfigChange));
    RzConfigChange change = {RZ_RESOURCE_BROKER, name, rz_rate_keys[kind], RZ_CONFIG_SET, value};
    g_array_append_val(changes, change);
    if (!rz_run_change_configs(run, changes, error))
        return false;
    broker->rate_set[kind] = rate;
    RzUnseen unseen = {.kind = kind, .broker = broker};
    g_array_append_val(run->unseen, unseen);
    return true;
}

/* A broker that does not answer for itself holds up what concerns it, and nothing else. */
static bool
try_rate(RzRun *run, RzRunBroker *broker, int kind, int32_t *silent, GError **error)
{
    GError *failure = NULL;
    if (run->cycle_ms >= broker->suspect_until_ms && set_rate(run, broker, kind, &failure))
        return true;
    bool journal_failed = run->writer.failure != NULL;
    if (failure == NULL ||
        (!journal_failed && (g_error_matches(failure, RZ_ERROR, RZ_ERROR_UNREACHABLE) ||
                             g_error_matches(failure, RZ_ERROR, RZ_ERROR_AMBIGUOUS)))) {
        if (failure != NULL)
            broker->suspect_until_ms = run->cycle_ms + SUSPECT_MS;
        *silent = broker->id;
        g_clear_error(&failure);
        return true;
    }
    g_propagate_error(error, failure);
    return false;
}

static bool
set_rates_for(RzRun *run, const RzPart *part, int32_t *silent, GError **error)
{
    uint16_t n_goal, n_origin;
    const int32_t *goal = rz_part_goal(run, part, &n_goal);
    const int32_t *origin = rz_part_origin(run, part, &n_origin);
    for (uint16_t i = 0; i < n_goal; i++)
        if (rz_part_is_adding(run, part, goal[i]) &&
            !try_rate(run, rz_run_broker(run, goal[i]), 0, silent, error))
            return false;
    for (uint16_t i = 0; n_kinds(run) == 2 && i < n_origin; i++) {
        RzRunBroker *source = rz_run_broker(run, origin[i]);
        int32_t ignored = RZ_NO_BROKER; /* without its rate a source is merely not slowed */
        if (source->alive && !try_rate(run, source, 1, &ignored, error))
            return false;
    }
    return true;
}

bool
rz_run_retune(RzRun *run, GError **error)
{
    for (guint i = 0; i < run->broker_list->len; i++) {
        RzRunBroker *broker = run->broker_list->pdata[i];
        int32_t ignored = RZ_NO_BROKER;
        for (int kind = 0; kind < 2; kind++)
            if (broker->alive && broker->rate_set[kind] != 0 && run->rate > 0 &&
                (broker->n_listed > 0 || kind == 1) &&
                !try_rate(run, broker, kind, &ignored, error))
                return false;
    }
    return true;
}

/* ---- before a submit ---- */

bool
rz_run_set_throttles(RzRun *run, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) topics = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; i < run->chosen->len; i++) {
        const RzPart *part = &run->parts[g_array_index(run->chosen, uint32_t, i)];
        if (part->listed && g_hash_table_add(seen, GUINT_TO_POINTER(part->topic)))
            g_array_append_val(topics, part->topic);
    }
    for (guint start = 0; start < topics->len; start += RZ_CLUSTER_MAX_TOPICS)
        if (!set_lists_of(run, &g_array_index(topics, uint32_t, start),
                          MIN(topics->len - start, RZ_CLUSTER_MAX_TOPICS), error))
            return false;
    guint kept = 0;
    for (guint i = 0; i < run->chosen->len; i++) {
        uint32_t index = g_array_index(run->chosen, uint32_t, i);
        RzPart *part = &run->parts[index];
        int32_t silent = RZ_NO_BROKER;
        if (part->listed && !set_rates_for(run, part, &silent, error))
            return false;
        if (silent == RZ_NO_BROKER)
            g_array_index(run->chosen, uint32_t, kept++) = index;
        else
            rz_run_put_aside(run, part, RZ_BLOCK_DEAD_TARGET, silent);
    }
    g_array_set_size(run->chosen, kept);
    run->throttles_visible_by_ms = run->cycle_ms + RZ_VISIBLE_WITHIN_MS;
    return true;
}

static bool
is_shown(const RzRun *run, const RzUnseen *unseen, const RzClusterConfig *config)
{
    if (config->error != RZ_KAFKA_NONE)
        return true;
    if (unseen->broker != NULL) {
        const char *own = rz_own_value(config, rz_rate_keys[unseen->kind]);
        return unseen->broker->rate_taken[unseen->kind] ||
               (own != NULL &&
                g_ascii_strtoll(own, NULL, 10) == unseen->broker->rate_set[unseen->kind]);
    }
    const char *own = rz_own_value(config, rz_list_keys[unseen->kind]);
    g_autoptr(GArray) needed = rz_run_needed_entries(run, unseen->topic, unseen->kind);
    g_autofree char *with = rz_throttle_list_edit(own, NULL, 0, rz_entry_data(needed), needed->len);
    return rz_throttle_list_is_all(own) || rz_throttle_list_same(with, own);
}

/* A run of unseen values that one request can read: lists together, a rate by itself. */
static guint
readable_together(const GArray *unseen, guint first)
{
    guint n = 1;
    if (g_array_index(unseen, RzUnseen, first).broker != NULL)
        return n;
    while (first + n < unseen->len && n < RZ_CLUSTER_MAX_TOPICS &&
           g_array_index(unseen, RzUnseen, first + n).broker == NULL)
        n++;
    return n;
}

static bool
drop_shown(RzRun *run, guint first, guint n, GArray *left, GError **error)
{
    const RzUnseen *unseen = &g_array_index(run->unseen, RzUnseen, first);
    bool rate = unseen->broker != NULL;
    g_autofree char *id = rate ? g_strdup_printf("%d", unseen->broker->id) : NULL;
    g_autofree const char **names = g_new(const char *, n);
    for (guint i = 0; i < n; i++)
        names[i] = rate ? id : run->topics[unseen[i].topic].name;
    RzClusterConfig *configs =
        rz_cluster_describe_configs(run->cluster, rate ? RZ_RESOURCE_BROKER : RZ_RESOURCE_TOPIC,
                                    names, n, rate ? rz_rate_keys : rz_list_keys, 2, error);
    if (configs == NULL)
        return false;
    for (guint i = 0; i < n; i++)
        if (!is_shown(run, &unseen[i], &configs[i]))
            g_array_append_val(left, unseen[i]);
    rz_cluster_configs_free(configs, n);
    return true;
}

static char *
unseen_name(const RzRun *run, const RzUnseen *unseen)
{
    if (unseen->broker != NULL)
        return g_strdup_printf("%s of broker %d", rz_rate_keys[unseen->kind], unseen->broker->id);
    return g_strdup_printf("%s of topic %s", rz_list_keys[unseen->kind],
                           run->topics[unseen->topic].name);
}

bool
rz_run_throttles_visible(RzRun *run, bool *visible, GError **error)
{
    g_autoptr(GArray) left = g_array_new(FALSE, FALSE, sizeof(RzUnseen));
    for (guint i = 0, n; i < run->unseen->len; i += n) {
        n = readable_together(run->unseen, i);
        if (!drop_shown(run, i, n, left, error))
            return false;
    }
    bool late = run->cycle_ms >= run->throttles_visible_by_ms;
    *visible = left->len == 0 || late;
    for (guint i = 0; i < left->len; i++) {
        g_autofree char *name = unseen_name(run, &g_array_index(left, RzUnseen, i));
        if (late)
            rz_run_say(run, RZ_MESSAGE_WARNING,
                       "%s reads differently from what was set: others change it too", name);
        else if (i == 0)
            rz_run_reason(run, "%s is not visible yet", name);
    }
    g_array_set_size(run->unseen, 0);
    if (!*visible)
        g_array_append_vals(run->unseen, left->data, left->len);
    return true;
}
