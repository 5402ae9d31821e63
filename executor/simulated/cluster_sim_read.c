/*
 * cluster_sim_read.c: what the simulated cluster answers, in the port's shapes.
 */
#include "executor/simulated/cluster_sim_private.h"

#include <stdlib.h>
#include <string.h>

/* A quorum of one controller that is not a broker, as small clusters have it. */
#define CONTROLLER_NODE 3000

static int32_t *
copy_ids(RzSimIds list)
{
    return list.n == 0 ? NULL : g_memdup2(list.ids, list.n * sizeof(int32_t));
}

/* ---- metadata ---- */

static RzClusterMetadata *
new_metadata(const RzSim *sim, bool with_fenced)
{
    RzClusterMetadata *metadata = g_new0(RzClusterMetadata, 1);
    metadata->cluster_id = g_strdup(rz_sim_cluster_id(sim));
    metadata->controller_id = rz_sim_controller_id(sim);
    metadata->brokers = g_new0(RzClusterBroker, rz_sim_n_brokers(sim));
    for (uint32_t i = 0; i < rz_sim_n_brokers(sim); i++) {
        RzSimBrokerView view;
        rz_sim_broker_view(sim, i, &view);
        if (view.fenced && !with_fenced)
            continue;
        metadata->brokers[metadata->n_brokers++] =
            (RzClusterBroker){view.id, g_strdup(view.host == NULL ? "localhost" : view.host),
                              view.port, g_strdup(view.rack), view.fenced};
    }
    return metadata;
}

static bool
shows_topic_ids(const RzSim *sim)
{
    return rz_sim_options(sim)->version >= RZ_SIM_VERSION(2, 8);
}

static void
fill_topic(const RzSim *sim, int32_t via, const RzSimTopic *from, RzClusterTopic *to)
{
    uint32_t n = rz_sim_topic_n_partitions(sim, via, from);
    to->name = g_strdup(rz_sim_topic_name(from));
    to->topic_id = shows_topic_ids(sim) ? rz_sim_topic_id_text(from) : NULL;
    to->internal = rz_sim_topic_is_internal(from);
    to->partitions = g_new0(RzClusterPartition, n);
    to->n_partitions = n;
    for (uint32_t i = 0; i < n; i++) {
        RzSimPartitionView view;
        rz_sim_partition_view(sim, via, from, (int32_t)i, &view);
        to->partitions[i] = (RzClusterPartition){
            .number = view.number,
            .error = view.leader < 0 ? RZ_KAFKA_LEADER_NOT_AVAILABLE : RZ_KAFKA_NONE,
            .leader = view.leader,
            .replicas = copy_ids(view.replicas),
            .isr = copy_ids(view.isr),
            .n_replicas = view.replicas.n,
            .n_isr = view.isr.n};
    }
}

static void
add_all_topics(const RzSim *sim, int32_t via, RzClusterMetadata *metadata)
{
    metadata->topics = g_new0(RzClusterTopic, rz_sim_n_topics(sim));
    for (uint32_t i = 0; i < rz_sim_n_topics(sim); i++) {
        const RzSimTopic *topic = rz_sim_topic_at(sim, via, i);
        if (topic != NULL && rz_sim_allows(sim, RZ_SIM_DESCRIBE_TOPIC, rz_sim_topic_name(topic)))
            fill_topic(sim, via, topic, &metadata->topics[metadata->n_topics++]);
    }
}

static void
add_named_topic(const RzSim *sim, int32_t via, const char *name, RzClusterTopic *to)
{
    const RzSimTopic *topic = rz_sim_find_topic(sim, via, name);
    if (topic != NULL && rz_sim_allows(sim, RZ_SIM_DESCRIBE_TOPIC, name)) {
        fill_topic(sim, via, topic, to);
        return;
    }
    to->name = g_strdup(name);
    to->error = rz_sim_allows(sim, RZ_SIM_DESCRIBE_TOPIC, name)
                    ? RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION
                    : RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED;
}

static int
compare_topics(const void *a, const void *b)
{
    return strcmp(((const RzClusterTopic *)a)->name, ((const RzClusterTopic *)b)->name);
}

RzClusterMetadata *
rz_cluster_sim_metadata(RzCluster *cluster, const char *const *topics, uint32_t n_topics,
                        GError **error)
{
    SimCluster *self = (SimCluster *)cluster;
    int32_t via;
    if (!rz_cluster_sim_begin(self, RZ_SIM_API_METADATA, -1, &via, error))
        return NULL;
    g_autoptr(RzClusterMetadata) metadata = new_metadata(self->sim, false);
    if (topics == NULL) {
        add_all_topics(self->sim, via, metadata);
    } else if (n_topics > 0) {
        metadata->topics = g_new0(RzClusterTopic, n_topics);
        metadata->n_topics = n_topics;
        for (uint32_t i = 0; i < n_topics; i++)
            add_named_topic(self->sim, via, topics[i], &metadata->topics[i]);
        qsort(metadata->topics, n_topics, sizeof(RzClusterTopic), compare_topics);
    }
    if (!rz_cluster_sim_end(self, RZ_SIM_API_METADATA, -1, error))
        return NULL;
    return g_steal_pointer(&metadata);
}

static RzPermissions
permissions_of(const RzSim *sim)
{
    static const struct {
        uint32_t operation;
        RzPermissions permission;
    } map[] = {
        {RZ_SIM_DESCRIBE_CLUSTER, RZ_MAY_DESCRIBE_CLUSTER},
        {RZ_SIM_ALTER_CLUSTER, RZ_MAY_ALTER_CLUSTER},
        {RZ_SIM_DESCRIBE_CONFIGS_CLUSTER, RZ_MAY_DESCRIBE_CONFIGS_CLUSTER},
        {RZ_SIM_ALTER_CONFIGS_CLUSTER, RZ_MAY_ALTER_CONFIGS_CLUSTER},
    };
    if (!rz_sim_allows(sim, RZ_SIM_DESCRIBE_CLUSTER, NULL) ||
        rz_sim_options(sim)->version < RZ_SIM_VERSION(2, 8))
        return RZ_MAY_UNKNOWN;
    unsigned may = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(map); i++)
        if (rz_sim_allows(sim, map[i].operation, NULL))
            may |= (unsigned)map[i].permission;
    return (RzPermissions)may;
}

RzClusterMetadata *
rz_cluster_sim_describe_cluster(RzCluster *cluster, RzPermissions *permissions, GError **error)
{
    SimCluster *self = (SimCluster *)cluster;
    int32_t via;
    if (!rz_cluster_sim_begin(self, RZ_SIM_API_DESCRIBE_CLUSTER, -1, &via, error))
        return NULL;
    bool with_fenced = rz_sim_options(self->sim)->version >= RZ_SIM_VERSION(4, 0);
    g_autoptr(RzClusterMetadata) metadata = new_metadata(self->sim, with_fenced);
    if (permissions != NULL)
        *permissions = permissions_of(self->sim);
    if (!rz_cluster_sim_end(self, RZ_SIM_API_DESCRIBE_CLUSTER, -1, error))
        return NULL;
    return g_steal_pointer(&metadata);
}

/* ---- reassignments ---- */

static RzClusterReassignments *
copy_moves(const GArray *moves)
{
    RzClusterReassignments *list = g_new0(RzClusterReassignments, 1);
    list->items = g_new0(RzClusterReassignment, moves->len);
    list->n_items = moves->len;
    for (uint32_t i = 0; i < moves->len; i++) {
        const RzSimMove *move = &g_array_index(moves, RzSimMove, i);
        const RzSimPartitionView *view = &move->view;
        list->items[i] = (RzClusterReassignment){.topic = g_strdup(move->topic),
                                                 .partition = view->number,
                                                 .replicas = copy_ids(view->replicas),
                                                 .adding = copy_ids(view->adding),
                                                 .removing = copy_ids(view->removing),
                                                 .n_replicas = view->replicas.n,
                                                 .n_adding = view->adding.n,
                                                 .n_removing = view->removing.n};
    }
    return list;
}

RzClusterReassignments *
rz_cluster_sim_list_reassignments(RzCluster *cluster, const RzTopicPartition *partitions,
                                  uint32_t n, GError **error)
{
    SimCluster *self = (SimCluster *)cluster;
    RzSimApi api = RZ_SIM_API_LIST_REASSIGNMENTS;
    int32_t via;
    if (!rz_cluster_sim_begin(self, api, -1, &via, error) ||
        !rz_cluster_sim_wait_controller(self, api, error))
        return NULL;
    g_autofree RzSimTopicPartition *items = g_new0(RzSimTopicPartition, n + 1);
    for (uint32_t i = 0; partitions != NULL && i < n; i++)
        items[i] = (RzSimTopicPartition){partitions[i].topic, partitions[i].partition};
    g_autoptr(GArray) moves = NULL;
    int16_t code =
        rz_sim_list_reassignments(self->sim, partitions == NULL ? NULL : items, n, &moves);
    g_autoptr(RzClusterReassignments) list = copy_moves(moves);
    if (!rz_cluster_sim_end(self, api, -1, error) ||
        !rz_cluster_sim_check_code(api, code, "DESCRIBE", error))
        return NULL;
    return g_steal_pointer(&list);
}

/* ---- configs ---- */

static bool
is_wanted(const char *key, const char *const *keys, uint32_t n_keys)
{
    for (uint32_t i = 0; keys != NULL && i < n_keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return keys == NULL;
}

static void
copy_entries(const GArray *entries, const char *const *keys, uint32_t n_keys, RzClusterConfig *to)
{
    to->entries = g_new0(RzConfigEntry, entries->len);
    for (uint32_t i = 0; i < entries->len; i++) {
        const RzSimConfigEntry *entry = &g_array_index(entries, RzSimConfigEntry, i);
        if (is_wanted(entry->key, keys, n_keys))
            to->entries[to->n_entries++] = (RzConfigEntry){
                g_strdup(entry->key), g_strdup(entry->value), (RzConfigSource)entry->source, false};
    }
}

static bool
describe_one(SimCluster *self, RzResourceType type, const char *name, const char *const *keys,
             uint32_t n_keys, RzClusterConfig *config, GError **error)
{
    bool own = type == RZ_RESOURCE_BROKER && *name != '\0';
    int32_t via, broker = own ? (int32_t)g_ascii_strtoll(name, NULL, 10) : -1;
    if (!rz_cluster_sim_begin(self, RZ_SIM_API_DESCRIBE_CONFIGS, broker, &via, error))
        return false;
    g_autoptr(GArray) entries = NULL;
    config->type = type;
    config->name = g_strdup(name);
    config->error = rz_sim_describe_configs(self->sim, via, (RzSimResource)type, name, &entries,
                                            &config->message);
    copy_entries(entries, keys, n_keys, config);
    return rz_cluster_sim_end(self, RZ_SIM_API_DESCRIBE_CONFIGS, broker, error);
}

RzClusterConfig *
rz_cluster_sim_describe_configs(RzCluster *cluster, RzResourceType type, const char *const *names,
                                uint32_t n_names, const char *const *keys, uint32_t n_keys,
                                GError **error)
{
    RzClusterConfig *configs = g_new0(RzClusterConfig, n_names);
    for (uint32_t i = 0; i < n_names; i++)
        if (!describe_one((SimCluster *)cluster, type, names[i], keys, n_keys, &configs[i],
                          error)) {
            rz_cluster_configs_free(configs, n_names);
            return NULL;
        }
    return configs;
}

/* ---- log directories ---- */

static bool
is_asked(const RzSimLogReplicaView *view, const RzTopicPartition *partitions, uint32_t n)
{
    for (uint32_t i = 0; partitions != NULL && i < n; i++)
        if (partitions[i].partition == view->partition &&
            strcmp(partitions[i].topic, view->topic) == 0)
            return true;
    return partitions == NULL;
}

static void
fill_dir(const RzSim *sim, const RzSimLogDirView *from, uint32_t index, const GArray *replicas,
         const RzTopicPartition *partitions, uint32_t n, RzClusterLogDir *to)
{
    bool tells_room = rz_sim_options(sim)->version >= RZ_SIM_VERSION(3, 3);
    to->path = g_strdup(from->path);
    to->error = from->error;
    to->total_bytes = tells_room ? from->total_bytes : -1;
    to->usable_bytes = tells_room ? from->usable_bytes : -1;
    to->cordoned = from->cordoned;
    to->replicas = g_new0(RzLogDirReplica, replicas->len);
    for (uint32_t i = 0; i < replicas->len; i++) {
        const RzSimLogReplicaView *view = &g_array_index(replicas, RzSimLogReplicaView, i);
        if (view->dir == index && is_asked(view, partitions, n))
            to->replicas[to->n_replicas++] = (RzLogDirReplica){
                g_strdup(view->topic), view->partition, view->size_bytes, view->offset_lag, false};
    }
}

RzClusterLogDirs *
rz_cluster_sim_describe_log_dirs(RzCluster *cluster, int32_t broker,
                                 const RzTopicPartition *partitions, uint32_t n, GError **error)
{
    SimCluster *self = (SimCluster *)cluster;
    RzSimApi api = RZ_SIM_API_DESCRIBE_LOG_DIRS;
    int32_t via;
    if (!rz_cluster_sim_begin(self, api, broker, &via, error))
        return NULL;
    g_autoptr(GArray) dirs = NULL;
    g_autoptr(GArray) replicas = NULL;
    rz_sim_log_dirs(self->sim, via, &dirs, &replicas);
    g_autoptr(RzClusterLogDirs) answer = g_new0(RzClusterLogDirs, 1);
    answer->dirs = g_new0(RzClusterLogDir, dirs->len);
    answer->n_dirs = dirs->len;
    for (uint32_t i = 0; i < dirs->len; i++)
        fill_dir(self->sim, &g_array_index(dirs, RzSimLogDirView, i), i, replicas, partitions, n,
                 &answer->dirs[i]);
    int16_t code = rz_sim_allows(self->sim, RZ_SIM_DESCRIBE_CLUSTER, NULL)
                       ? RZ_KAFKA_NONE
                       : RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED;
    if (!rz_cluster_sim_end(self, api, broker, error) ||
        !rz_cluster_sim_check_code(api, code, "DESCRIBE", error))
        return NULL;
    return g_steal_pointer(&answer);
}

/* ---- quorum and versions ---- */

RzClusterQuorum *
rz_cluster_sim_describe_quorum(RzCluster *cluster, GError **error)
{
    SimCluster *self = (SimCluster *)cluster;
    RzSimApi api = RZ_SIM_API_DESCRIBE_QUORUM;
    int32_t via;
    if (!rz_cluster_sim_begin(self, api, -1, &via, error) ||
        !rz_cluster_sim_wait_controller(self, api, error))
        return NULL;
    int16_t min, max;
    if (!rz_sim_api_range(rz_sim_options(self->sim)->version, 55, &min, &max)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED, "the cluster has no DescribeQuorum");
        return NULL;
    }
    g_autoptr(RzClusterQuorum) quorum = g_new0(RzClusterQuorum, 1);
    int32_t voter = CONTROLLER_NODE;
    quorum->leader = voter;
    quorum->voters = g_memdup2(&voter, sizeof voter);
    quorum->n_voters = 1;
    quorum->voter_hosts = g_new0(char *, 1);
    quorum->observers = g_new0(int32_t, rz_sim_n_brokers(self->sim));
    for (uint32_t i = 0; i < rz_sim_n_brokers(self->sim); i++) {
        RzSimBrokerView view;
        rz_sim_broker_view(self->sim, i, &view);
        if (!view.fenced)
            quorum->observers[quorum->n_observers++] = view.id;
    }
    int16_t code = rz_sim_allows(self->sim, RZ_SIM_DESCRIBE_CLUSTER, NULL)
                       ? RZ_KAFKA_NONE
                       : RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED;
    if (!rz_cluster_sim_end(self, api, -1, error) ||
        !rz_cluster_sim_check_code(api, code, "DESCRIBE", error))
        return NULL;
    return g_steal_pointer(&quorum);
}

/* Known since the connection was made: not a request, so not a fault point. */
int16_t
rz_cluster_sim_api_version(RzCluster *cluster, int32_t broker, int16_t api_key, GError **error)
{
    SimCluster *self = (SimCluster *)cluster;
    (void)broker;
    (void)error;
    int16_t min, max;
    return rz_sim_api_range(rz_sim_options(self->sim)->version, api_key, &min, &max) ? max : -1;
}
