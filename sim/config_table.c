/*
 * config_table.c: the config keys that the model knows: those a rezoning reads or writes, and
 * enough others that a listing looks like a cluster's.
 *
 * Source: TopicConfig, ServerConfigs and QuotaConfig of Apache Kafka 4.3.
 */
#include "sim/config_table.h"

#include <stdlib.h>
#include <string.h>

#define LONG_MAX_TEXT "9223372036854775807"

static bool
is_digits(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isdigit(text[i]))
            return false;
    return length > 0;
}

/* "*", "none"-like emptiness, or partition:broker pairs. */
static bool
is_replica_list(const char *value)
{
    if (*value == '\0' || strcmp(value, "*") == 0)
        return true;
    g_auto(GStrv) entries = g_strsplit(value, ",", -1);
    for (guint i = 0; entries[i] != NULL; i++) {
        const char *entry = g_strstrip(entries[i]);
        const char *colon = strchr(entry, ':');
        if (colon == NULL || !is_digits(entry, (gsize)(colon - entry)) ||
            !is_digits(colon + 1, strlen(colon + 1)))
            return false;
    }
    return true;
}

static bool
is_rate(const char *value)
{
    return value[0] != '-';
}

static bool
is_positive(const char *value)
{
    return value[0] != '-' && strcmp(value, "0") != 0;
}

/* clang-format off */
static const RzSimConfigKey topic_keys[] = {
    {"cleanup.policy", "log.cleanup.policy", "delete", RZ_SIM_LIST, NULL, false, false},
    {"compression.type", "compression.type", "producer", RZ_SIM_STRING, NULL, false, false},
    {"delete.retention.ms", "log.cleaner.delete.retention.ms", "86400000", RZ_SIM_LONG, is_rate, false, false},
    {"flush.messages", "log.flush.interval.messages", LONG_MAX_TEXT, RZ_SIM_LONG, is_positive, false, false},
    {"flush.ms", "log.flush.interval.ms", LONG_MAX_TEXT, RZ_SIM_LONG, is_rate, false, false},
    {"follower.replication.throttled.replicas", NULL, "", RZ_SIM_LIST, is_replica_list, false, false},
    {"leader.replication.throttled.replicas", NULL, "", RZ_SIM_LIST, is_replica_list, false, false},
    {"max.message.bytes", "message.max.bytes", "1048588", RZ_SIM_INT, is_rate, false, false},
    {"min.insync.replicas", "min.insync.replicas", "1", RZ_SIM_INT, is_positive, false, false},
    {"retention.bytes", "log.retention.bytes", "-1", RZ_SIM_LONG, NULL, false, false},
    {"retention.ms", "log.retention.ms", "604800000", RZ_SIM_LONG, NULL, false, false},
    {"segment.bytes", "log.segment.bytes", "1073741824", RZ_SIM_INT, is_positive, false, false},
    {"segment.ms", "log.roll.ms", "604800000", RZ_SIM_LONG, is_positive, false, false},
    {"unclean.leader.election.enable", "unclean.leader.election.enable", "false", RZ_SIM_BOOLEAN, NULL, false, false},
};

static const RzSimConfigKey broker_keys[] = {
    {"auto.leader.rebalance.enable", NULL, "true", RZ_SIM_BOOLEAN, NULL, true, false},
    {"broker.id", NULL, "-1", RZ_SIM_INT, NULL, true, false},
    {"broker.rack", NULL, NULL, RZ_SIM_STRING, NULL, true, false},
    {"cordoned.log.dirs", NULL, "", RZ_SIM_LIST, NULL, false, true},
    {"default.replication.factor", NULL, "1", RZ_SIM_INT, NULL, true, false},
    {"follower.replication.throttled.rate", NULL, LONG_MAX_TEXT, RZ_SIM_LONG, is_rate, false, true},
    {"leader.replication.throttled.rate", NULL, LONG_MAX_TEXT, RZ_SIM_LONG, is_rate, false, true},
    {"log.cleanup.policy", NULL, "delete", RZ_SIM_LIST, NULL, false, false},
    {"log.dirs", NULL, NULL, RZ_SIM_LIST, NULL, true, false},
    {"log.retention.ms", NULL, "604800000", RZ_SIM_LONG, NULL, false, false},
    {"log.segment.bytes", NULL, "1073741824", RZ_SIM_INT, is_positive, false, false},
    {"message.max.bytes", NULL, "1048588", RZ_SIM_INT, is_rate, false, false},
    {"min.insync.replicas", NULL, "1", RZ_SIM_INT, is_positive, false, false},
    {"num.replica.fetchers", NULL, "1", RZ_SIM_INT, is_positive, false, false},
    {"replica.alter.log.dirs.io.max.bytes.per.second", NULL, LONG_MAX_TEXT, RZ_SIM_LONG, is_rate, false, true},
    {"replica.fetch.response.max.bytes", NULL, "10485760", RZ_SIM_INT, NULL, true, false},
    {"replica.lag.time.max.ms", NULL, "30000", RZ_SIM_LONG, NULL, true, false},
    {"unclean.leader.election.enable", NULL, "false", RZ_SIM_BOOLEAN, NULL, false, false},
};
/* clang-format on */

const RzSimConfigKey *
rz_sim_topic_keys(uint32_t *n)
{
    *n = G_N_ELEMENTS(topic_keys);
    return topic_keys;
}

const RzSimConfigKey *
rz_sim_broker_keys(uint32_t *n)
{
    *n = G_N_ELEMENTS(broker_keys);
    return broker_keys;
}

const RzSimConfigKey *
rz_sim_config_key(RzSimResource type, const char *key)
{
    uint32_t n = 0;
    const RzSimConfigKey *keys =
        type == RZ_SIM_TOPIC ? rz_sim_topic_keys(&n) : rz_sim_broker_keys(&n);
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(keys[i].key, key) == 0)
            return &keys[i];
    return NULL;
}

static bool
is_integer(const char *value, gint64 min, gint64 max)
{
    return g_ascii_string_to_signed(value, 10, min, max, NULL, NULL);
}

bool
rz_sim_config_is_valid(const RzSimConfigKey *key, const char *value)
{
    bool typed = true;
    if (key->type == RZ_SIM_INT)
        typed = is_integer(value, INT32_MIN, INT32_MAX);
    else if (key->type == RZ_SIM_LONG)
        typed = is_integer(value, INT64_MIN, INT64_MAX);
    else if (key->type == RZ_SIM_BOOLEAN)
        typed = g_ascii_strcasecmp(value, "true") == 0 || g_ascii_strcasecmp(value, "false") == 0;
    return typed && (key->check == NULL || key->check(value));
}
