/*
 * config.c: dynamic configs with their sources, and the two settings that change what bytes do:
 * throttled replica lists and throttled rates.
 */
#include "sim/sim_private.h"

#include <stdlib.h>
#include <string.h>

#include "sim/config_table.h"

#define MAX_VALUE_BYTES 32767

/* ---- throttled replica lists ---- */

static gint64
pair_key(int32_t partition, int32_t broker)
{
    return ((gint64)partition << 32) | (gint64)(uint32_t)broker;
}

void
rz_sim_listed_clear(RzSimListed *listed)
{
    if (listed->pairs != NULL)
        g_hash_table_unref(listed->pairs);
    *listed = (RzSimListed){0};
}

void
rz_sim_listed_parse(RzSimListed *listed, const char *value)
{
    rz_sim_listed_clear(listed);
    if (value == NULL || *value == '\0')
        return;
    listed->all = strcmp(value, "*") == 0;
    if (listed->all)
        return;
    listed->pairs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_auto(GStrv) entries = g_strsplit(value, ",", -1);
    for (guint i = 0; entries[i] != NULL; i++) {
        char *end = NULL;
        gint64 partition = g_ascii_strtoll(g_strstrip(entries[i]), &end, 10);
        gint64 broker = *end == ':' ? g_ascii_strtoll(end + 1, NULL, 10) : -1;
        gint64 key = pair_key((int32_t)partition, (int32_t)broker);
        g_hash_table_add(listed->pairs, g_memdup2(&key, sizeof key));
    }
}

bool
rz_sim_is_listed(const RzSimListed *listed, int32_t partition, int32_t broker)
{
    if (listed->all || listed->pairs == NULL)
        return listed->all;
    gint64 key = pair_key(partition, broker);
    return g_hash_table_contains(listed->pairs, &key);
}

/* ---- effective values ---- */

static const char *
broker_value(const RzSim *sim, const RzSimBroker *broker, const char *key, RzSimSource *source)
{
    const char *value = g_hash_table_lookup(broker->configs, key);
    *source = RZ_SIM_SOURCE_BROKER;
    if (value == NULL) {
        value = g_hash_table_lookup(sim->cluster_configs, key);
        *source = RZ_SIM_SOURCE_BROKER_DEFAULT;
    }
    if (value == NULL) {
        value = g_hash_table_lookup(broker->static_configs, key);
        *source = RZ_SIM_SOURCE_STATIC;
    }
    return value;
}

/*
 * Up to 3.7 a broker shows the cluster-wide rate but goes by its own only: seen on 3.7.2, whose
 * quota managers hear of a broker's own changes only; 3.9.2 obeys both.
 */
int64_t
rz_sim_quota(const RzSim *sim, const RzSimBroker *broker, bool leader)
{
    const char *key =
        leader ? "leader.replication.throttled.rate" : "follower.replication.throttled.rate";
    RzSimSource source;
    const char *value = broker_value(sim, broker, key, &source);
    if (value == NULL ||
        (source == RZ_SIM_SOURCE_BROKER_DEFAULT && sim->options.version < RZ_SIM_VERSION(3, 8)))
        return RZ_SIM_UNLIMITED;
    int64_t rate = g_ascii_strtoll(value, NULL, 10);
    return rate / 100 * sim->options.quota_percent + rate % 100 * sim->options.quota_percent / 100;
}

uint32_t
rz_sim_min_isr(const RzSim *sim, const RzSimTopic *topic)
{
    const char *key = "min.insync.replicas";
    const char *value = g_hash_table_lookup(topic->configs, key);
    if (value == NULL)
        value = g_hash_table_lookup(sim->cluster_configs, key);
    return value == NULL ? 1 : (uint32_t)MAX(1, g_ascii_strtoll(value, NULL, 10));
}

bool
rz_sim_unclean_allowed(const RzSim *sim, const RzSimTopic *topic)
{
    const char *key = "unclean.leader.election.enable";
    const char *value = g_hash_table_lookup(topic->configs, key);
    if (value == NULL)
        value = g_hash_table_lookup(sim->cluster_configs, key);
    return value == NULL ? sim->options.unclean_leader_election
                         : g_ascii_strcasecmp(value, "true") == 0;
}

/* ---- describe ---- */

static void
entry_clear(void *data)
{
    RzSimConfigEntry *entry = data;
    g_free(entry->value);
    for (uint32_t i = 0; i < entry->n_synonyms; i++)
        g_free(entry->synonyms[i].value);
}

static void
add_synonym(RzSimConfigEntry *entry, const char *name, const char *value, RzSimSource source)
{
    if (value == NULL)
        return;
    entry->synonyms[entry->n_synonyms++] = (RzSimSynonym){name, g_strdup(value), source};
}

/* The values a server key has on @broker, strongest first; NULL broker: cluster-wide only. */
static void
add_server_synonyms(const RzSim *sim, const RzSimBroker *broker, RzSimConfigEntry *entry,
                    const char *name)
{
    if (broker != NULL)
        add_synonym(entry, name, rz_sim_config_seen(sim, broker->id, broker->configs, name),
                    RZ_SIM_SOURCE_BROKER);
    add_synonym(entry, name, g_hash_table_lookup(sim->cluster_configs, name),
                RZ_SIM_SOURCE_BROKER_DEFAULT);
    if (broker != NULL)
        add_synonym(entry, name, g_hash_table_lookup(broker->static_configs, name),
                    RZ_SIM_SOURCE_STATIC);
}

static void
settle_entry(RzSimConfigEntry *entry, const RzSimConfigKey *key)
{
    entry->type = key->type;
    entry->read_only = key->read_only;
    entry->source = entry->n_synonyms > 0 ? entry->synonyms[0].source : RZ_SIM_SOURCE_DEFAULT;
    entry->value = g_strdup(entry->n_synonyms > 0 ? entry->synonyms[0].value : key->value);
}

static void
describe_topic(const RzSim *sim, int32_t via, const RzSimTopic *topic, GArray *entries)
{
    const RzSimBroker *broker = rz_sim_broker(sim, via);
    uint32_t n = 0;
    const RzSimConfigKey *keys = rz_sim_topic_keys(&n);
    for (uint32_t i = 0; i < n; i++) {
        RzSimConfigEntry entry = {.key = keys[i].key};
        add_synonym(&entry, keys[i].key, rz_sim_config_seen(sim, via, topic->configs, keys[i].key),
                    RZ_SIM_SOURCE_TOPIC);
        if (keys[i].server_key != NULL) {
            add_server_synonyms(sim, broker, &entry, keys[i].server_key);
            add_synonym(&entry, keys[i].server_key, keys[i].value, RZ_SIM_SOURCE_DEFAULT);
        }
        settle_entry(&entry, &keys[i]);
        g_array_append_val(entries, entry);
    }
}

/* What the broker itself says about its identity, which no table of defaults can know. */
static void
add_own_facts(const RzSim *sim, const RzSimBroker *broker, RzSimConfigEntry *entry)
{
    if (strcmp(entry->key, "auto.leader.rebalance.enable") == 0 &&
        !sim->options.auto_leader_rebalance)
        add_synonym(entry, entry->key, "false", RZ_SIM_SOURCE_STATIC);
    if (strcmp(entry->key, "broker.rack") == 0)
        add_synonym(entry, entry->key, broker->rack, RZ_SIM_SOURCE_STATIC);
    if (strcmp(entry->key, "broker.id") == 0) {
        g_autofree char *id = g_strdup_printf("%d", broker->id);
        add_synonym(entry, entry->key, id, RZ_SIM_SOURCE_STATIC);
    }
}

static void
describe_known(const RzSim *sim, const RzSimBroker *broker, GArray *entries)
{
    uint32_t n = 0;
    const RzSimConfigKey *keys = rz_sim_broker_keys(&n);
    for (uint32_t i = 0; i < n; i++) {
        RzSimConfigEntry entry = {.key = keys[i].key};
        add_server_synonyms(sim, broker, &entry, keys[i].key);
        if (broker != NULL && entry.n_synonyms == 0)
            add_own_facts(sim, broker, &entry);
        bool set = entry.n_synonyms > 0;
        if (!set && (broker == NULL || keys[i].only_if_set))
            continue;
        if (broker != NULL && !keys[i].only_if_set)
            add_synonym(&entry, keys[i].key, keys[i].value, RZ_SIM_SOURCE_DEFAULT);
        settle_entry(&entry, &keys[i]);
        g_array_append_val(entries, entry);
    }
}

static int
compare_entries(const void *a, const void *b)
{
    return strcmp(((const RzSimConfigEntry *)a)->key, ((const RzSimConfigEntry *)b)->key);
}

/* Keys that the table does not know, as set. */
static void
describe_unknown(const RzSim *sim, const RzSimBroker *broker, GHashTable *configs, GArray *entries)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, configs);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        if (rz_sim_config_key(RZ_SIM_BROKER, key) != NULL)
            continue;
        if (broker != NULL && configs == sim->cluster_configs &&
            g_hash_table_contains(broker->configs, key))
            continue;
        RzSimConfigEntry entry = {.key = key};
        add_server_synonyms(sim, broker, &entry, key);
        settle_entry(&entry, &(RzSimConfigKey){.type = RZ_SIM_STRING});
        g_array_append_val(entries, entry);
    }
}

static bool
parse_broker_id(const char *name, int32_t *id)
{
    gint64 value;
    if (!g_ascii_string_to_signed(name, 10, 0, INT32_MAX, &value, NULL))
        return false;
    *id = (int32_t)value;
    return true;
}

static int16_t
check_broker_name(int32_t via, const char *name, int32_t *id, char **message)
{
    if (!parse_broker_id(name, id)) {
        *message = g_strdup_printf("Broker id must be an integer, but it is: %s", name);
        return RZ_KAFKA_INVALID_REQUEST;
    }
    if (via != RZ_SIM_CONTROLLER && via != *id) {
        *message = g_strdup_printf(
            "Unexpected broker id, expected %d or empty string, but received %s", via, name);
        return RZ_KAFKA_INVALID_REQUEST;
    }
    return RZ_KAFKA_NONE;
}

static int16_t
describe_broker(const RzSim *sim, int32_t via, const char *name, GArray *entries, char **message)
{
    int32_t id = -1;
    if (!rz_sim_allows(sim, RZ_SIM_DESCRIBE_CONFIGS_CLUSTER, NULL))
        return RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED;
    const RzSimBroker *broker = NULL;
    if (*name != '\0') {
        int16_t code = check_broker_name(via, name, &id, message);
        if (code != RZ_KAFKA_NONE)
            return code;
        broker = rz_sim_broker(sim, id);
        if (broker == NULL)
            return RZ_KAFKA_INVALID_REQUEST;
    }
    describe_known(sim, broker, entries);
    describe_unknown(sim, broker, sim->cluster_configs, entries);
    if (broker != NULL)
        describe_unknown(sim, broker, broker->configs, entries);
    qsort(entries->data, entries->len, sizeof(RzSimConfigEntry), compare_entries);
    return RZ_KAFKA_NONE;
}

int16_t
rz_sim_describe_configs(const RzSim *sim, int32_t via, RzSimResource type, const char *name,
                        GArray **entries, char **message)
{
    *message = NULL;
    *entries = g_array_new(FALSE, FALSE, sizeof(RzSimConfigEntry));
    g_array_set_clear_func(*entries, entry_clear);
    if (type == RZ_SIM_BROKER)
        return describe_broker(sim, via, name, *entries, message);
    if (!rz_sim_allows(sim, RZ_SIM_DESCRIBE_CONFIGS_TOPIC, name))
        return RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED;
    const RzSimTopic *topic = rz_sim_find_topic(sim, via, name);
    if (topic == NULL)
        return RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION;
    describe_topic(sim, via, topic, *entries);
    return RZ_KAFKA_NONE;
}

/* ---- alter ---- */

static char *
append_items(const char *old, const char *more)
{
    if (old == NULL || *old == '\0')
        return g_strdup(more);
    g_auto(GStrv) kept = g_strsplit(old, ",", -1);
    g_auto(GStrv) wanted = g_strsplit(more, ",", -1);
    GString *list = g_string_new(old);
    for (guint i = 0; wanted[i] != NULL; i++)
        if (!g_strv_contains((const char *const *)kept, wanted[i]))
            g_string_append_printf(list, ",%s", wanted[i]);
    return g_string_free(list, FALSE);
}

static char *
subtract_items(const char *old, const char *less)
{
    g_auto(GStrv) kept = g_strsplit(old == NULL ? "" : old, ",", -1);
    g_auto(GStrv) unwanted = g_strsplit(less, ",", -1);
    GString *list = g_string_new(NULL);
    for (guint i = 0; kept[i] != NULL; i++)
        if (*kept[i] != '\0' && !g_strv_contains((const char *const *)unwanted, kept[i]))
            g_string_append_printf(list, list->len > 0 ? ",%s" : "%s", kept[i]);
    return g_string_free(list, FALSE);
}

static RzSimResult
invalid(int16_t code, char *message)
{
    return (RzSimResult){code, message};
}

/* The value that @change leads to; NULL with code 0: none. */
static RzSimResult
new_value(RzSimResource type, GHashTable *configs, const RzSimConfigChange *change, char **value)
{
    const RzSimConfigKey *key = rz_sim_config_key(type, change->key);
    const char *old = g_hash_table_lookup(configs, change->key);
    bool listing = change->op == RZ_SIM_APPEND || change->op == RZ_SIM_SUBTRACT;
    *value = NULL;
    if (change->op == RZ_SIM_DELETE)
        return (RzSimResult){0};
    if (change->value == NULL)
        return invalid(RZ_KAFKA_INVALID_REQUEST,
                       g_strdup_printf("Null value not supported for : %s", change->key));
    if (listing && (key == NULL || key->type != RZ_SIM_LIST))
        return invalid(RZ_KAFKA_INVALID_CONFIG,
                       g_strdup_printf("Can't %s to key %s because its type is not LIST.",
                                       change->op == RZ_SIM_APPEND ? "APPEND" : "SUBTRACT",
                                       change->key));
    if (change->op == RZ_SIM_APPEND)
        *value = append_items(old, change->value);
    else if (change->op == RZ_SIM_SUBTRACT)
        *value = subtract_items(old, change->value);
    else
        *value = g_strdup(change->value);
    return (RzSimResult){0};
}

static RzSimResult
check_value(RzSimResource type, const RzSimConfigChange *change, const char *value)
{
    const RzSimConfigKey *key = rz_sim_config_key(type, change->key);
    if (type == RZ_SIM_TOPIC && key == NULL)
        return invalid(RZ_KAFKA_INVALID_CONFIG,
                       g_strdup_printf("Unknown topic config name: %s", change->key));
    if (type == RZ_SIM_BROKER && key != NULL && key->read_only)
        return invalid(
            RZ_KAFKA_INVALID_REQUEST,
            g_strdup_printf("Cannot update these configs dynamically: Set(%s)", change->key));
    if (value == NULL)
        return (RzSimResult){0};
    if (strlen(value) > MAX_VALUE_BYTES)
        return invalid(RZ_KAFKA_INVALID_CONFIG,
                       g_strdup_printf("The configuration value cannot be added because it exceeds "
                                       "the maximum value size of %d bytes.",
                                       MAX_VALUE_BYTES));
    if (key != NULL && !rz_sim_config_is_valid(key, value))
        return invalid(
            type == RZ_SIM_TOPIC ? RZ_KAFKA_INVALID_CONFIG : RZ_KAFKA_INVALID_REQUEST,
            g_strdup_printf("Invalid value %s for configuration %s", value, change->key));
    return (RzSimResult){0};
}

static RzSimResult
check_resource(RzSim *sim, int32_t via, RzSimResource type, const char *name, GHashTable **configs)
{
    if (type == RZ_SIM_TOPIC) {
        if (!rz_sim_allows(sim, RZ_SIM_ALTER_CONFIGS_TOPIC, name))
            return invalid(RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED, NULL);
        const RzSimTopic *topic = rz_sim_topic(sim, name);
        if (topic == NULL)
            return invalid(RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION,
                           g_strdup_printf("The topic '%s' does not exist.", name));
        *configs = topic->configs;
        return (RzSimResult){0};
    }
    if (!rz_sim_allows(sim, RZ_SIM_ALTER_CONFIGS_CLUSTER, NULL))
        return invalid(RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED, NULL);
    *configs = sim->cluster_configs;
    if (*name == '\0')
        return (RzSimResult){0};
    int32_t id = -1;
    char *message = NULL;
    int16_t code = check_broker_name(via, name, &id, &message);
    if (code != RZ_KAFKA_NONE)
        return invalid(code, message);
    const RzSimBroker *broker = rz_sim_broker(sim, id);
    if (broker == NULL)
        return invalid(RZ_KAFKA_INVALID_REQUEST, g_strdup_printf("No such broker: %s", name));
    *configs = broker->configs;
    return (RzSimResult){0};
}

static void
write_value(RzSim *sim, GHashTable *configs, RzSimResource type, const char *name, const char *key,
            const char *value)
{
    rz_sim_config_keep_past(sim, configs, key, g_hash_table_lookup(configs, key));
    if (value == NULL)
        g_hash_table_remove(configs, key);
    else
        g_hash_table_insert(configs, g_strdup(key), g_strdup(value));
    rz_sim_log_event(sim, "config %s %s %s=%s", type == RZ_SIM_TOPIC ? "topic" : "broker",
                     *name == '\0' ? "default" : name, key, value == NULL ? "(unset)" : value);
}

/* Lists changed: what is charged to whom changes with them. */
static void
apply_topic_lists(RzSim *sim, RzSimTopic *topic)
{
    for (uint32_t i = 0; i < topic->partitions->len; i++)
        rz_sim_unaccount(sim, g_ptr_array_index(topic->partitions, i));
    rz_sim_listed_parse(
        &topic->leader_listed,
        g_hash_table_lookup(topic->configs, "leader.replication.throttled.replicas"));
    rz_sim_listed_parse(
        &topic->follower_listed,
        g_hash_table_lookup(topic->configs, "follower.replication.throttled.replicas"));
    for (uint32_t i = 0; i < topic->partitions->len; i++)
        rz_sim_account(sim, g_ptr_array_index(topic->partitions, i));
}

void
rz_sim_alter_configs(RzSim *sim, int32_t via, RzSimResource type, const char *name,
                     const RzSimConfigChange *changes, uint32_t n, bool validate_only,
                     RzSimResult *result)
{
    GHashTable *configs = NULL;
    *result = check_resource(sim, via, type, name, &configs);
    if (result->code == 0 && sim->controller_back_ms > sim->now_ms)
        *result = invalid(RZ_KAFKA_NOT_CONTROLLER, NULL);
    g_autofree char **slots = g_new0(char *, n + 1);
    for (uint32_t i = 0; i < n && result->code == 0; i++) {
        *result = new_value(type, configs, &changes[i], &slots[i]);
        if (result->code == 0)
            *result = check_value(type, &changes[i], slots[i]);
    }
    if (result->code == 0 && !validate_only) {
        for (uint32_t i = 0; i < n; i++)
            write_value(sim, configs, type, name, changes[i].key, slots[i]);
        if (type == RZ_SIM_TOPIC)
            apply_topic_lists(sim, rz_sim_topic(sim, name));
        sim->rates_dirty = true;
    }
    for (uint32_t i = 0; i < n; i++)
        g_free(slots[i]);
}
