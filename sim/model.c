/*
 * model.c: making the cluster and finding things in it; the sums that brokers keep.
 */
#include "sim/sim_private.h"

#include <stdarg.h>
#include <string.h>

RzSimOptions
rz_sim_options_default(void)
{
    return (RzSimOptions){
        .version = RZ_SIM_VERSION(4, 3),
        .seed = 1,
        .wall_ms = 1767225600000, /* 2026-01-01T00:00:00Z */
        .rebalance_interval_ms = 300000,
        .session_timeout_ms = 9000,
        .start_ms = 2000,
        .replica_lag_max_ms = 30000,
        .isr_delay_ms = 100,
        .nic_bytes_per_s = 1250000000,
        .max_records = 10000,
        .quota_percent = 100,
    };
}

uint64_t
rz_sim_random(RzSim *sim)
{
    /* splitmix64 (Steele, Lea, Flood 2014): one word of state, any seed will do */
    uint64_t z = (sim->random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 16 random bytes as Kafka writes a UUID: URL-safe base64 without padding. */
static char *
uuid_text(const uint8_t id[16])
{
    char *text = g_base64_encode(id, 16);
    text[22] = '\0';
    return g_strdelimit(g_strdelimit(text, "+", '-'), "/", '_');
}

static void
random_uuid(RzSim *sim, uint8_t id[16])
{
    uint64_t words[2] = {rz_sim_random(sim), rz_sim_random(sim)};
    memcpy(id, words, sizeof words);
    id[6] = (uint8_t)((id[6] & 0x0f) | 0x40); /* version 4, as Uuid.randomUuid() */
    id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
}

static void
dir_clear(void *dir)
{
    g_free(((RzSimDir *)dir)->path);
}

static void
broker_free(void *data)
{
    RzSimBroker *broker = data;
    g_free(broker->host);
    g_free(broker->rack);
    g_array_unref(broker->dirs);
    g_hash_table_unref(broker->configs);
    g_hash_table_unref(broker->static_configs);
    g_free(broker);
}

void
rz_sim_past_clear(void *past)
{
    rz_ids_clear(&((RzSimPast *)past)->replicas);
    rz_ids_clear(&((RzSimPast *)past)->isr);
}

void
rz_sim_partition_free(RzSimPartition *partition)
{
    rz_ids_clear(&partition->replicas);
    rz_ids_clear(&partition->isr);
    rz_ids_clear(&partition->adding);
    rz_ids_clear(&partition->removing);
    rz_ids_clear(&partition->elr);
    g_free(partition->copies);
    if (partition->past != NULL)
        g_array_unref(partition->past);
    g_free(partition);
}

static void
topic_free(void *data)
{
    RzSimTopic *topic = data;
    g_free(topic->name);
    g_ptr_array_unref(topic->partitions);
    g_hash_table_unref(topic->configs);
    rz_sim_listed_clear(&topic->leader_listed);
    rz_sim_listed_clear(&topic->follower_listed);
    g_free(topic);
}

static GHashTable *
string_map(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

RzSim *
rz_sim_new(const RzSimOptions *options)
{
    RzSim *sim = g_new0(RzSim, 1);
    sim->options = *options;
    sim->random = options->seed;
    sim->brokers = g_ptr_array_new_with_free_func(broker_free);
    sim->broker_by_id = g_hash_table_new(NULL, NULL);
    sim->topics = g_ptr_array_new_with_free_func(topic_free);
    sim->cluster_configs = string_map();
    sim->config_past = rz_sim_config_past_new();
    sim->active = g_ptr_array_new();
    sim->moving = g_hash_table_new(NULL, NULL);
    sim->events = g_array_new(FALSE, FALSE, sizeof(RzSimEvent));
    sim->flow_next_ms = RZ_SIM_NEVER;
    if (rz_sim_has_elr(sim)) /* the feature wants one value for all, so Kafka sets it */
        g_hash_table_insert(sim->cluster_configs, g_strdup("min.insync.replicas"), g_strdup("1"));
    uint8_t id[16];
    random_uuid(sim, id);
    sim->cluster_id = uuid_text(id);
    return sim;
}

void
rz_sim_free(RzSim *sim)
{
    if (sim == NULL)
        return;
    g_ptr_array_unref(sim->topics);
    g_ptr_array_unref(sim->brokers);
    g_hash_table_unref(sim->broker_by_id);
    g_hash_table_unref(sim->cluster_configs);
    g_array_unref(sim->config_past);
    g_ptr_array_unref(sim->active);
    g_hash_table_unref(sim->moving);
    g_array_unref(sim->events);
    g_free(sim->cluster_id);
    g_free(sim);
}

const RzSimOptions *
rz_sim_options(const RzSim *sim)
{
    return &sim->options;
}

void
rz_sim_set_log(RzSim *sim, RzSimLog log, void *data)
{
    sim->log = log;
    sim->log_data = data;
}

void
rz_sim_log_event(RzSim *sim, const char *format, ...)
{
    if (sim->log == NULL)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *line = g_strdup_printf("%" G_GINT64_FORMAT ".%03d %s", sim->now_ms / 1000,
                                            (int)(sim->now_ms % 1000), text);
    sim->log(line, sim->log_data);
}

/* ---- brokers ---- */

RzSimBroker *
rz_sim_broker(const RzSim *sim, int32_t id)
{
    return g_hash_table_lookup(sim->broker_by_id, GINT_TO_POINTER(id));
}

static void
add_dir(RzSimBroker *broker, const char *path, int64_t total_bytes, int64_t usable_bytes)
{
    bool known = total_bytes >= 0 && usable_bytes >= 0 && usable_bytes <= total_bytes;
    RzSimDir dir = {.path = g_strdup(path),
                    .total_bytes = total_bytes,
                    .other_bytes = known ? total_bytes - usable_bytes : -1};
    g_array_append_val(broker->dirs, dir);
}

void
rz_sim_add_broker(RzSim *sim, int32_t id, const char *rack)
{
    g_assert(rz_sim_broker(sim, id) == NULL);
    RzSimBroker *broker = g_new0(RzSimBroker, 1);
    broker->id = id;
    broker->rack = g_strdup(rack);
    broker->serving = true;
    broker->nic_bytes_per_s = sim->options.nic_bytes_per_s;
    broker->dirs = g_array_new(FALSE, TRUE, sizeof(RzSimDir));
    g_array_set_clear_func(broker->dirs, dir_clear);
    broker->configs = string_map();
    broker->static_configs = string_map();
    add_dir(broker, "/data", -1, -1);
    uint32_t at = sim->brokers->len;
    while (at > 0 && ((RzSimBroker *)g_ptr_array_index(sim->brokers, at - 1))->id > id)
        at--;
    g_ptr_array_insert(sim->brokers, (int)at, broker);
    for (uint32_t i = at; i < sim->brokers->len; i++)
        ((RzSimBroker *)g_ptr_array_index(sim->brokers, i))->index = i;
    g_hash_table_insert(sim->broker_by_id, GINT_TO_POINTER(id), broker);
}

static RzSimBroker *
existing_broker(RzSim *sim, int32_t id)
{
    RzSimBroker *broker = rz_sim_broker(sim, id);
    g_assert(broker != NULL);
    return broker;
}

void
rz_sim_set_broker_address(RzSim *sim, int32_t id, const char *host, int32_t port)
{
    RzSimBroker *broker = existing_broker(sim, id);
    g_free(broker->host);
    broker->host = g_strdup(host);
    broker->port = port;
}

void
rz_sim_set_nic(RzSim *sim, int32_t id, int64_t bytes_per_s)
{
    existing_broker(sim, id)->nic_bytes_per_s = bytes_per_s;
    sim->rates_dirty = true;
}

void
rz_sim_set_log_dirs(RzSim *sim, int32_t id, const RzSimDisk *dirs, uint32_t n)
{
    g_assert(n > 0 && n < UINT16_MAX);
    RzSimBroker *broker = existing_broker(sim, id);
    g_array_set_size(broker->dirs, 0);
    for (uint32_t i = 0; i < n; i++)
        add_dir(broker, dirs[i].path, dirs[i].total_bytes, dirs[i].usable_bytes);
}

void
rz_sim_set_static_config(RzSim *sim, int32_t id, const char *key, const char *value)
{
    g_hash_table_insert(existing_broker(sim, id)->static_configs, g_strdup(key), g_strdup(value));
    sim->rates_dirty = true;
}

/* ---- partitions ---- */

RzSimCopy *
rz_sim_copy(const RzSimPartition *partition, int32_t broker)
{
    for (uint32_t i = 0; i < partition->n_copies; i++)
        if (partition->copies[i].broker->id == broker)
            return &partition->copies[i];
    return NULL;
}

int64_t
rz_sim_log_size(const RzSim *sim, const RzSimPartition *partition)
{
    if (!sim->options.grow_logs)
        return partition->size_bytes;
    double grown = (double)partition->write_rate * (double)(sim->now_ms - partition->size_ms) / 1e3;
    return partition->size_bytes + (int64_t)grown;
}

double
rz_sim_copy_left(const RzSim *sim, const RzSimPartition *partition, const RzSimCopy *copy)
{
    double seconds = (double)(sim->now_ms - copy->base_ms) / 1e3;
    double left = copy->left_bytes;
    if (copy->state == RZ_COPY_COPYING)
        left -= copy->falls_per_s * seconds;
    else if (copy->state == RZ_COPY_STOPPED)
        left += (double)partition->write_rate * seconds;
    return CLAMP(left, 0.0, (double)rz_sim_log_size(sim, partition));
}

bool
rz_sim_copy_is_up(const RzSimCopy *copy)
{
    return copy->broker->serving && !copy->stalled &&
           !g_array_index(copy->broker->dirs, RzSimDir, copy->dir).failed;
}

bool
rz_sim_leader_serves(const RzSim *sim, const RzSimPartition *partition)
{
    const RzSimBroker *leader = rz_sim_broker(sim, partition->leader);
    return leader != NULL && leader->serving;
}

static void
charge(RzSim *sim, const RzSimPartition *partition, int64_t sign)
{
    RzSimBroker *leader = rz_sim_broker(sim, partition->leader);
    int64_t rate = sign * partition->write_rate;
    sim->rates_dirty = true;
    if (leader == NULL || !leader->serving || rate == 0)
        return;
    const RzSimTopic *topic = partition->topic;
    bool listed = rz_sim_is_listed(&topic->leader_listed, partition->number, leader->id);
    leader->base_in += rate;
    for (uint32_t i = 0; i < partition->n_copies; i++) {
        RzSimBroker *follower = partition->copies[i].broker;
        if (follower == leader || partition->copies[i].state != RZ_COPY_SYNCED)
            continue;
        leader->base_out += rate;
        follower->base_in += rate;
        if (listed)
            leader->leader_charge += rate;
        if (rz_sim_is_listed(&topic->follower_listed, partition->number, follower->id))
            follower->follower_charge += rate;
    }
}

void
rz_sim_account(RzSim *sim, RzSimPartition *partition)
{
    charge(sim, partition, 1);
}

void
rz_sim_unaccount(RzSim *sim, RzSimPartition *partition)
{
    charge(sim, partition, -1);
}

RzSimPartition *
rz_sim_partition_new(RzSim *sim, RzSimTopic *topic, const int32_t *replicas, uint32_t n)
{
    RzSimPartition *partition = g_new0(RzSimPartition, 1);
    partition->topic = topic;
    partition->number = (int32_t)topic->partitions->len;
    partition->leader = -1;
    partition->last_known_leader = -1;
    partition->active = RZ_NONE;
    partition->created_ms = sim->now_ms;
    partition->size_ms = sim->now_ms;
    partition->replicas = rz_ids_new(replicas, n);
    g_ptr_array_add(topic->partitions, partition);
    return partition;
}

/* ---- topics ---- */

static void
partition_free(void *partition)
{
    rz_sim_partition_free(partition);
}

uint32_t
rz_sim_topic_place(const RzSim *sim, const char *name)
{
    uint32_t low = 0, high = sim->topics->len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(((RzSimTopic *)g_ptr_array_index(sim->topics, middle))->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

RzSimTopic *
rz_sim_topic(const RzSim *sim, const char *name)
{
    for (uint32_t i = rz_sim_topic_place(sim, name); i < sim->topics->len; i++) {
        RzSimTopic *topic = g_ptr_array_index(sim->topics, i);
        if (strcmp(topic->name, name) != 0)
            return NULL;
        if (topic->deleted_ms == RZ_SIM_NEVER)
            return topic;
    }
    return NULL;
}

RzSimPartition *
rz_sim_partition(const RzSim *sim, const char *name, int32_t number)
{
    RzSimTopic *topic = rz_sim_topic(sim, name);
    if (topic == NULL || number < 0 || (uint32_t)number >= topic->partitions->len)
        return NULL;
    return g_ptr_array_index(topic->partitions, (uint32_t)number);
}

/* After its namesakes that were deleted. */
RzSimTopic *
rz_sim_topic_new(RzSim *sim, const char *name)
{
    RzSimTopic *topic = g_new0(RzSimTopic, 1);
    topic->name = g_strdup(name);
    random_uuid(sim, topic->id);
    topic->partitions = g_ptr_array_new_with_free_func(partition_free);
    topic->configs = string_map();
    topic->created_ms = sim->now_ms;
    topic->deleted_ms = RZ_SIM_NEVER;
    uint32_t at = rz_sim_topic_place(sim, name);
    while (at < sim->topics->len &&
           strcmp(((RzSimTopic *)g_ptr_array_index(sim->topics, at))->name, name) == 0)
        at++;
    g_ptr_array_insert(sim->topics, (int)at, topic);
    return topic;
}

const char *
rz_sim_topic_name(const RzSimTopic *topic)
{
    return topic->name;
}

bool
rz_sim_topic_is_internal(const RzSimTopic *topic)
{
    return rz_topic_is_internal(topic->name);
}

const uint8_t *
rz_sim_topic_id(const RzSimTopic *topic)
{
    return topic->id;
}

char *
rz_sim_topic_id_text(const RzSimTopic *topic)
{
    return uuid_text(topic->id);
}
