/*
 * config_past.c: the values that a lagging broker still shows for a dynamic config.
 *
 * Brokers answer DescribeConfigs from their copy of the metadata log, so a value that was written a
 * moment ago may be missing from an answer. Each change keeps the value it replaced for as long as
 * the slowest cache can show it; the first change younger than the cache tells what it shows.
 */
#include "sim/sim_private.h"

#include <string.h>

typedef struct {
    const GHashTable *configs; /* of which resource */
    char *key, *value;         /* NULL: it had none */
    int64_t changed_ms;
} Past;

static void
past_clear(gpointer data)
{
    Past *past = data;
    g_free(past->key);
    g_free(past->value);
}

GArray *
rz_sim_config_past_new(void)
{
    GArray *past = g_array_new(FALSE, FALSE, sizeof(Past));
    g_array_set_clear_func(past, past_clear);
    return past;
}

static void
forget_old(RzSim *sim)
{
    guint n = 0;
    while (n < sim->config_past->len &&
           g_array_index(sim->config_past, Past, n).changed_ms < sim->now_ms - sim->max_lag_ms)
        n++;
    if (n > 0)
        g_array_remove_range(sim->config_past, 0, n);
}

void
rz_sim_config_keep_past(RzSim *sim, const GHashTable *configs, const char *key, const char *value)
{
    if (sim->max_lag_ms == 0)
        return;
    forget_old(sim);
    Past past = {configs, g_strdup(key), g_strdup(value), sim->now_ms};
    g_array_append_val(sim->config_past, past);
}

const char *
rz_sim_config_seen(const RzSim *sim, int32_t via, GHashTable *configs, const char *key)
{
    const RzSimBroker *broker = via == RZ_SIM_CONTROLLER ? NULL : rz_sim_broker(sim, via);
    int64_t seen_ms = sim->now_ms - (broker != NULL ? broker->metadata_lag_ms : 0);
    for (guint i = 0; i < sim->config_past->len; i++) {
        const Past *past = &g_array_index(sim->config_past, Past, i);
        if (past->changed_ms > seen_ms && past->configs == configs && strcmp(past->key, key) == 0)
            return past->value;
    }
    return g_hash_table_lookup(configs, key);
}
