/*
 * live_snapshot.c: ask the cluster everything a plan needs, and tolerate what it cannot say.
 *
 * The answer to Metadata is the frame: sizes are collected in an array parallel to its partitions,
 * so that the cost is one look-up per replica and no second copy of the names is made. A size is
 * the leader's; where the leader's broker did not answer, the largest replica seen.
 *
 * Kafka leaves topics that the account may not see out of Metadata without a word, and a plan that
 * does not know of them would count brokers as emptier than they are. The log directories show them
 * all, so a topic that is only there is asked for by name: then Kafka says why.
 */
#include "executor/live_snapshot.h"

#include <stdarg.h>
#include <string.h>

#include "planner/snapshot_builder.h"

#define QUORUM_TOPIC "__cluster_metadata" /* not a topic for clients */

typedef struct {
    int64_t leader_bytes, largest_bytes; /* -1: not seen */
} Sizes;

typedef struct {
    RzCluster *cluster;
    const RzLiveSnapshotOptions *options;
    RzClusterMetadata *metadata;
    RzClusterMetadata *registered; /* DescribeCluster, NULL where it is not offered */
    Sizes *sizes;                  /* of metadata's partitions, end to end */
    gsize *first;                  /* per topic, into sizes */
    int32_t *min_isr;              /* per topic, -1 unknown */
    RzClusterLogDirs **log_dirs;   /* per broker of metadata, NULL: did not answer */
    GHashTable *known;             /* broker ids added so far */
    char *hidden;                  /* a topic with data that Metadata does not show; NULL: none */
    GPtrArray *warnings;
} Look;

static void
look_clear(Look *look)
{
    if (look->log_dirs != NULL)
        for (uint32_t i = 0; i < look->metadata->n_brokers; i++)
            rz_cluster_log_dirs_free(look->log_dirs[i]);
    g_free(look->log_dirs);
    rz_cluster_metadata_free(look->metadata);
    rz_cluster_metadata_free(look->registered);
    g_free(look->sizes);
    g_free(look->first);
    g_free(look->min_isr);
    g_free(look->hidden);
    if (look->known != NULL)
        g_hash_table_unref(look->known);
    if (look->warnings != NULL)
        g_ptr_array_unref(look->warnings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

G_GNUC_PRINTF(2, 3)
static void
warn(Look *look, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(look->warnings, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

/* ---- sizes ---- */

static void
count_partitions(Look *look)
{
    const RzClusterMetadata *metadata = look->metadata;
    look->first = g_new(gsize, metadata->n_topics + 1);
    gsize n = 0;
    for (uint32_t i = 0; i < metadata->n_topics; i++) {
        look->first[i] = n;
        n += metadata->topics[i].n_partitions;
    }
    look->first[metadata->n_topics] = n;
    look->sizes = g_new(Sizes, n + 1);
    for (gsize i = 0; i < n; i++)
        look->sizes[i] = (Sizes){-1, -1};
}

static void
note_replica(Look *look, int32_t broker, const RzLogDirReplica *replica)
{
    const RzClusterTopic *topic = rz_cluster_find_topic(look->metadata, replica->topic);
    if (topic == NULL && look->hidden == NULL && strcmp(replica->topic, QUORUM_TOPIC) != 0)
        look->hidden = g_strdup(replica->topic);
    if (topic == NULL || replica->future)
        return;
    const RzClusterPartition *partition = rz_cluster_find_partition(topic, replica->partition);
    if (partition == NULL)
        return;
    gsize index =
        look->first[topic - look->metadata->topics] + (gsize)(partition - topic->partitions);
    Sizes *sizes = &look->sizes[index];
    sizes->largest_bytes = MAX(sizes->largest_bytes, replica->size_bytes);
    if (partition->leader == broker)
        sizes->leader_bytes = replica->size_bytes;
}

/* A broker that does not say its sizes costs precision; being refused as a whole is an error. */
static bool
ask_log_dirs(Look *look, GError **error)
{
    look->log_dirs = g_new0(RzClusterLogDirs *, look->metadata->n_brokers + 1);
    for (uint32_t i = 0; i < look->metadata->n_brokers; i++) {
        int32_t id = look->metadata->brokers[i].id;
        g_autoptr(GError) refused = NULL;
        RzClusterLogDirs *dirs = rz_cluster_describe_log_dirs(look->cluster, id, NULL, 0, &refused);
        if (g_error_matches(refused, RZ_ERROR, RZ_ERROR_DENIED)) {
            g_propagate_error(error, g_steal_pointer(&refused));
            return false;
        }
        if (dirs == NULL) {
            warn(look, "broker %d did not report its log directories: %s", id, refused->message);
            continue;
        }
        look->log_dirs[i] = dirs;
        for (uint32_t d = 0; d < dirs->n_dirs; d++)
            for (uint32_t r = 0; r < dirs->dirs[d].n_replicas; r++)
                note_replica(look, id, &dirs->dirs[d].replicas[r]);
    }
    return true;
}

/* RZ_ERROR_DENIED when a topic is kept from us; one that was deleted meanwhile is no matter. */
static bool
check_hidden(Look *look, GError **error)
{
    if (look->hidden == NULL)
        return true;
    const char *const name[] = {look->hidden};
    g_autoptr(GError) refused = NULL;
    rz_cluster_metadata_free(rz_cluster_metadata(look->cluster, name, 1, &refused));
    if (!g_error_matches(refused, RZ_ERROR, RZ_ERROR_DENIED))
        return true;
    g_propagate_error(error, g_steal_pointer(&refused));
    return false;
}

static int64_t
size_of(const Look *look, gsize index)
{
    const Sizes *sizes = &look->sizes[index];
    return MAX(sizes->leader_bytes >= 0 ? sizes->leader_bytes : sizes->largest_bytes, 0);
}

/* A log that shrank (retention, compaction) hides what was written: then the rate is unknown. */
static int64_t
write_rate(const Look *look, const char *topic, int32_t number, int64_t size_bytes)
{
    const RzSnapshot *earlier = look->options->earlier;
    if (earlier == NULL || look->options->elapsed_ms <= 0)
        return -1;
    uint32_t t = rz_snapshot_find_topic(earlier, topic);
    uint32_t p = t != RZ_NONE ? rz_snapshot_find_partition(earlier, t, number) : RZ_NONE;
    if (p == RZ_NONE || size_bytes < earlier->partitions[p].size_bytes)
        return -1;
    double grown = (double)(size_bytes - earlier->partitions[p].size_bytes);
    return (int64_t)(grown * 1000 / (double)look->options->elapsed_ms);
}

/* ---- min.insync.replicas ---- */

static int32_t
min_isr_of(const RzClusterConfig *config)
{
    const RzConfigEntry *entry = rz_cluster_find_entry(config, "min.insync.replicas");
    if (config->error != RZ_KAFKA_NONE || entry == NULL || entry->value == NULL)
        return -1;
    char *end = NULL;
    gint64 value = g_ascii_strtoll(entry->value, &end, 10);
    return end == entry->value || *end != '\0' || value < 1 || value > INT16_MAX ? -1
                                                                                 : (int32_t)value;
}

static void
ask_min_isr(Look *look)
{
    static const char *const keys[] = {"min.insync.replicas"};
    uint32_t n_topics = look->metadata->n_topics, unknown = 0;
    look->min_isr = g_new(int32_t, n_topics + 1);
    for (uint32_t start = 0; start < n_topics; start += RZ_CLUSTER_MAX_TOPICS) {
        uint32_t n = MIN(n_topics - start, RZ_CLUSTER_MAX_TOPICS);
        const char *names[RZ_CLUSTER_MAX_TOPICS];
        for (uint32_t i = 0; i < n; i++)
            names[i] = look->metadata->topics[start + i].name;
        g_autoptr(GError) error = NULL;
        RzClusterConfig *configs = rz_cluster_describe_configs(look->cluster, RZ_RESOURCE_TOPIC,
                                                               names, n, keys, 1, &error);
        if (configs == NULL)
            warn(look, "min.insync.replicas of %u topics: %s", n, error->message);
        for (uint32_t i = 0; i < n; i++) {
            look->min_isr[start + i] = configs == NULL ? -1 : min_isr_of(&configs[i]);
            unknown += configs != NULL && look->min_isr[start + i] < 0;
        }
        rz_cluster_configs_free(configs, n);
    }
    if (unknown > 0)
        warn(look, "%u topics do not tell their min.insync.replicas (DESCRIBE_CONFIGS on TOPIC)",
             unknown);
}

/* ---- building ---- */

static GArray *
room_of(Look *look, int32_t id, const RzClusterLogDirs *dirs)
{
    GArray *room = g_array_new(FALSE, FALSE, sizeof(RzLogDir));
    for (uint32_t i = 0; dirs != NULL && i < dirs->n_dirs; i++) {
        const RzClusterLogDir *dir = &dirs->dirs[i];
        if (dir->error != RZ_KAFKA_NONE) {
            warn(look, "broker %d: log directory %s is offline", id, dir->path);
            continue;
        }
        RzLogDir entry = {dir->path, dir->total_bytes, dir->usable_bytes};
        g_array_append_val(room, entry);
    }
    return room;
}

static bool
add_broker(Look *look, RzSnapshotBuilder *builder, const RzClusterBroker *broker, bool alive,
           const RzClusterLogDirs *dirs, GError **error)
{
    if (!g_hash_table_add(look->known, GINT_TO_POINTER(broker->id)))
        return true;
    g_autoptr(GArray) room = room_of(look, broker->id, dirs);
    RzBrokerInput input = {
        .id = broker->id,
        .zone = broker->rack,
        .host = broker->host,
        .port = broker->port,
        .alive = alive,
        .log_dirs = (const RzLogDir *)(void *)room->data,
        .n_log_dirs = room->len,
    };
    return rz_snapshot_builder_add_broker(builder, &input, error);
}

static bool
holds_replicas(const RzClusterMetadata *metadata, int32_t broker)
{
    for (uint32_t t = 0; t < metadata->n_topics; t++)
        for (uint32_t p = 0; p < metadata->topics[t].n_partitions; p++) {
            const RzClusterPartition *partition = &metadata->topics[t].partitions[p];
            for (uint32_t r = 0; r < partition->n_replicas; r++)
                if (partition->replicas[r] == broker)
                    return true;
        }
    return false;
}

/* A dead broker is unknown to Metadata, but the zone map may well say where it was. */
static bool
apply_zone_map(Look *look, RzSnapshotBuilder *builder, GError **error)
{
    for (uint32_t i = 0; i < look->options->n_zone_map; i++) {
        const RzZoneEntry *entry = &look->options->zone_map[i];
        RzClusterBroker dead = {.id = entry->broker};
        if (!g_hash_table_contains(look->known, GINT_TO_POINTER(entry->broker)) &&
            holds_replicas(look->metadata, entry->broker) &&
            !add_broker(look, builder, &dead, false, NULL, error))
            return false;
        if (!rz_snapshot_builder_set_zone(builder, entry->broker, entry->zone, error)) {
            g_prefix_error(error, "zone map: ");
            return false;
        }
    }
    return true;
}

static bool
add_brokers(Look *look, RzSnapshotBuilder *builder, GError **error)
{
    for (uint32_t i = 0; i < look->metadata->n_brokers; i++)
        if (!add_broker(look, builder, &look->metadata->brokers[i], true,
                        look->log_dirs != NULL ? look->log_dirs[i] : NULL, error))
            return false;
    for (uint32_t i = 0; look->registered != NULL && i < look->registered->n_brokers; i++)
        if (!add_broker(look, builder, &look->registered->brokers[i], false, NULL, error))
            return false;
    return apply_zone_map(look, builder, error);
}

static bool
add_topic(Look *look, RzSnapshotBuilder *builder, uint32_t index, GError **error)
{
    const RzClusterTopic *topic = &look->metadata->topics[index];
    if (topic->error != RZ_KAFKA_NONE) {
        warn(look, "topic %s is left out: Kafka answered with error %d", topic->name, topic->error);
        return true;
    }
    if (!rz_snapshot_builder_add_topic(builder, topic->name, topic->topic_id, look->min_isr[index],
                                       error))
        return false;
    for (uint32_t i = 0; i < topic->n_partitions; i++) {
        const RzClusterPartition *partition = &topic->partitions[i];
        RzPartitionInput input = {
            .number = partition->number,
            .replicas = partition->replicas,
            .n_replicas = partition->n_replicas,
            .isr = partition->n_isr > 0 ? partition->isr : &partition->leader,
            .n_isr = partition->n_isr,
            .leader = partition->leader,
            .size_bytes = size_of(look, look->first[index] + i),
        };
        input.write_rate_bytes_per_s =
            write_rate(look, topic->name, partition->number, input.size_bytes);
        if (!rz_snapshot_builder_add_partition(builder, &input, error)) {
            g_prefix_error(error, "topic %s: ", topic->name);
            return false;
        }
    }
    return true;
}

static char *
rfc3339(int64_t wall_ms)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(wall_ms / 1000);
    return g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

static RzSnapshot *
build(Look *look, const RzClock *clock, GError **error)
{
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    g_autofree char *taken_at = rfc3339(clock->wall_ms(clock));
    rz_snapshot_builder_set_header(builder, look->metadata->cluster_id, taken_at);
    if (!add_brokers(look, builder, error))
        return NULL;
    for (uint32_t i = 0; i < look->metadata->n_topics; i++)
        if (!add_topic(look, builder, i, error))
            return NULL;
    return rz_snapshot_builder_finish(builder, error);
}

RzSnapshot *
rz_live_snapshot(RzCluster *cluster, const RzClock *clock, const RzLiveSnapshotOptions *options,
                 GPtrArray **warnings, GError **error)
{
    g_auto(Look) look = {.cluster = cluster, .options = options};
    look.warnings = g_ptr_array_new_with_free_func(g_free);
    look.known = g_hash_table_new(NULL, NULL);
    look.metadata = rz_cluster_metadata(cluster, NULL, 0, error);
    if (look.metadata == NULL)
        return NULL;
    look.registered = rz_cluster_describe(cluster, NULL, NULL); /* before 2.8: not offered */
    count_partitions(&look);
    if (!options->without_sizes && (!ask_log_dirs(&look, error) || !check_hidden(&look, error)))
        return NULL;
    ask_min_isr(&look);
    RzSnapshot *snapshot = build(&look, clock, error);
    if (snapshot != NULL && warnings != NULL)
        *warnings = g_steal_pointer(&look.warnings);
    return snapshot;
}
