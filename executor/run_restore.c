/*
 * run_restore.c: give the throttles back exactly as they were.
 *
 * Writing and reading decide together: a key is journaled as restored when the last that was
 * written to it is its prior value and it reads so; otherwise it is written and read again in the
 * next cycle. Reading alone would not do, since a broker may show what was true before our change.
 *
 * A rate that is neither the prior one nor one of ours was set by others meanwhile and is theirs. A
 * dead broker's rate cannot be touched and comes back to life with it: that is a debt, paid by the
 * next resume.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/run_throttle.h"

static bool
journal_key(RzRun *run, const char *type, RzJournalKey *key, GError **error)
{
    key->restored = strcmp(type, "restored") == 0;
    key->debt = !key->restored;
    return rz_journal_write(&run->writer,
                            json_pack("{s:s, s:i, s:s, s:s}", "t", type, "type", (int)key->type,
                                      "name", key->name, "key", key->key),
                            error);
}

uint32_t
rz_run_n_debts(const RzRun *run)
{
    uint32_t n = 0;
    for (guint i = 0; i < run->journal->keys->len; i++) {
        const RzJournalKey *key = run->journal->keys->pdata[i];
        n += key->debt && !key->restored;
    }
    return n;
}

/* ---- after a restart or a failure: what still stands ---- */

static void
reconcile_topic(RzRun *run, const RzJournalKey *key)
{
    uint32_t index = GPOINTER_TO_UINT(g_hash_table_lookup(run->topic_index, key->name));
    if (index > 0)
        rz_run_want_prune(run, index - 1);
}

bool
rz_key_is_ours(const RzJournalKey *key, const char *value)
{
    for (guint i = 0; value != NULL && i < key->ours->len; i++)
        if (strcmp(key->ours->pdata[i], value) == 0)
            return true;
    return false;
}

static bool
reconcile_rate(RzRun *run, const RzJournalKey *key, int kind, GError **error)
{
    RzRunBroker *broker = rz_run_broker(run, (int32_t)g_ascii_strtoll(key->name, NULL, 10));
    broker->rate_set[kind] = 0;
    if (!broker->alive)
        return true;
    const char *names[] = {key->name};
    RzClusterConfig *config = rz_cluster_describe_configs(run->cluster, RZ_RESOURCE_BROKER, names,
                                                          1, rz_rate_keys, 2, error);
    if (config == NULL)
        return false;
    const char *own = rz_own_value(config, key->key);
    if (rz_key_is_ours(key, own))
        broker->rate_set[kind] = g_ascii_strtoll(own, NULL, 10);
    rz_cluster_configs_free(config, 1);
    return true;
}

bool
rz_run_reconcile(RzRun *run, GError **error)
{
    if (run->rates_reconciled)
        return true;
    for (guint i = 0; i < run->journal->keys->len; i++) {
        const RzJournalKey *key = run->journal->keys->pdata[i];
        int kind =
            strcmp(key->key, RZ_KEY_LEADER_LIST) == 0 || strcmp(key->key, RZ_KEY_LEADER_RATE) == 0;
        if (key->restored)
            continue;
        if (key->type == RZ_RESOURCE_TOPIC)
            reconcile_topic(run, key);
        else if (!reconcile_rate(run, key, kind, error))
            return false;
    }
    run->rates_reconciled = true;
    return true;
}

/* ---- at the end ---- */

typedef struct {
    GArray *changes;
    GPtrArray *values;
    bool open; /* some key is not as before yet */
} Restore;

static bool
restore_list(RzRun *run, RzJournalKey *key, int kind, Restore *restore, GError **error)
{
    uint32_t index = GPOINTER_TO_UINT(g_hash_table_lookup(run->topic_index, key->name));
    g_assert(index > 0);
    const char *names[] = {key->name};
    RzClusterConfig *config = rz_cluster_describe_configs(run->cluster, RZ_RESOURCE_TOPIC, names, 1,
                                                          rz_list_keys, 2, error);
    if (config == NULL)
        return false;
    const GArray *listed = run->topics[index - 1].listed;
    bool ok = true;
    if (config->error == RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION) {
        ok = journal_key(run, "restored", key, error); /* it went with its topic */
    } else if (rz_run_plan_list_change(run, index - 1, kind, config, restore->changes,
                                       restore->values)) {
        restore->open = true;
    } else if (listed == NULL || listed->len == 0) {
        const char *own = rz_own_value(config, key->key);
        if (g_strcmp0(own, key->prior) != 0 && config->error == RZ_KAFKA_NONE)
            rz_run_say(run, RZ_MESSAGE_WARNING, "%s of topic %s was changed by others: left as %s",
                       key->key, key->name, own != NULL ? own : "unset");
        ok = journal_key(run, "restored", key, error);
    } /* else: moves of ours still need it */
    rz_cluster_configs_free(config, 1);
    return ok;
}

static bool
restore_rate(RzRun *run, RzJournalKey *key, int kind, Restore *restore, GError **error)
{
    RzRunBroker *broker = rz_run_broker(run, (int32_t)g_ascii_strtoll(key->name, NULL, 10));
    if (!broker->alive)
        return key->debt || journal_key(run, "debt", key, error);
    if (run->phase == RZ_PHASE_STOPPING && (broker->n_listed > 0 || kind == 1) &&
        run->active->len > 0)
        return true; /* needed by what is in flight */
    const char *names[] = {key->name};
    RzClusterConfig *config = rz_cluster_describe_configs(run->cluster, RZ_RESOURCE_BROKER, names,
                                                          1, rz_rate_keys, 2, error);
    if (config == NULL)
        return false;
    const char *own = rz_own_value(config, key->key);
    bool ok = true;
    bool as_before = g_strcmp0(own, key->prior) == 0;
    if (as_before && !key->dirty) {
        ok = journal_key(run, "restored", key, error);
    } else if (as_before || rz_key_is_ours(key, own)) {
        RzConfigChange change = {RZ_RESOURCE_BROKER, key->name, key->key,
                                 key->prior != NULL ? RZ_CONFIG_SET : RZ_CONFIG_DELETE, key->prior};
        g_array_append_val(restore->changes, change);
        restore->open = true;
    } else {
        rz_run_say(run, RZ_MESSAGE_WARNING, "%s of broker %s was changed by others: left as %s",
                   key->key, key->name, own != NULL ? own : "unset");
        ok = journal_key(run, "restored", key, error);
    }
    broker->rate_set[kind] = 0;
    rz_cluster_configs_free(config, 1);
    return ok;
}

bool
rz_run_restore(RzRun *run, bool *restored, GError **error)
{
    if (!rz_run_reconcile(run, error))
        return false;
    Restore restore = {g_array_new(FALSE, FALSE, sizeof(RzConfigChange)),
                       g_ptr_array_new_with_free_func(g_free), false};
    bool ok = true;
    for (guint i = 0; ok && i < run->journal->keys->len; i++) {
        RzJournalKey *key = run->journal->keys->pdata[i];
        int kind =
            strcmp(key->key, RZ_KEY_LEADER_LIST) == 0 || strcmp(key->key, RZ_KEY_LEADER_RATE) == 0;
        if (!key->restored)
            ok = key->type == RZ_RESOURCE_TOPIC ? restore_list(run, key, kind, &restore, error)
                                                : restore_rate(run, key, kind, &restore, error);
    }
    ok = ok && rz_run_change_configs(run, restore.changes, error);
    if (!ok)
        run->rates_reconciled = false;
    g_array_unref(restore.changes);
    g_ptr_array_unref(restore.values);
    *restored = ok && !restore.open;
    return ok;
}
