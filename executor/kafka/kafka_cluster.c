/*
 * kafka_cluster.c: a cluster over its brokers' connections (kafka_cluster.h): construction,
 * brokers, topics, quorum, versions. The other operations have files of their own
 * (kafka_private.h).
 */
#include "executor/kafka/kafka_cluster.h"

#include <stdlib.h>
#include <string.h>

#include "executor/kafka/kafka_private.h"
#include "executor/kafka_error.h"

/*
 * Below Metadata 4 naming a topic could create it; all that we need came with Kafka 2.4.
 */
enum { METADATA_MIN_VERSION = 4, TOPICS_PER_REQUEST = 1000 };

/* ---- answers to what the port hands out ---- */

static int32_t *
copy_ints(const int32_t *ints, uint32_t n)
{
    return n == 0 ? NULL : g_memdup2(ints, n * sizeof *ints);
}

/* URL-safe base64 without padding, as Kafka prints ids; NULL: all zero. */
static char *
uuid_text(const RzUuid *uuid)
{
    static const RzUuid none;
    if (memcmp(uuid, &none, sizeof none) == 0)
        return NULL;
    char *text = g_base64_encode(uuid->bytes, sizeof uuid->bytes);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    text[strcspn(text, "=")] = '\0';
    return text;
}

static int
compare_brokers(const void *a, const void *b)
{
    int32_t left = ((const RzClusterBroker *)a)->id, right = ((const RzClusterBroker *)b)->id;
    return (left > right) - (left < right);
}

static int
compare_partitions(const void *a, const void *b)
{
    int32_t left = ((const RzClusterPartition *)a)->number;
    int32_t right = ((const RzClusterPartition *)b)->number;
    return (left > right) - (left < right);
}

static int
compare_topics(const void *a, const void *b)
{
    return strcmp(((const RzClusterTopic *)a)->name, ((const RzClusterTopic *)b)->name);
}

static void
sort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    if (n > 1)
        qsort(items, n, size, compare);
}

static void
copy_topic(RzClusterTopic *topic, const RzMetadataTopic *from)
{
    *topic = (RzClusterTopic){
        .name = g_strdup(from->name),
        .topic_id = uuid_text(&from->topic_id),
        .error = from->error,
        .internal = from->internal,
        .partitions = g_new0(RzClusterPartition, from->n_partitions),
        .n_partitions = from->n_partitions,
    };
    for (uint32_t i = 0; i < from->n_partitions; i++) {
        const RzMetadataPartition *p = &from->partitions[i];
        topic->partitions[i] = (RzClusterPartition){
            .number = p->index,
            .error = p->error,
            .leader = p->leader,
            .replicas = copy_ints(p->replicas, p->n_replicas),
            .isr = copy_ints(p->isr, p->n_isr),
            .n_replicas = p->n_replicas,
            .n_isr = p->n_isr,
        };
    }
    sort(topic->partitions, topic->n_partitions, sizeof *topic->partitions, compare_partitions);
}

/* Adds the topics of one answer; several answers make up one metadata. */
static bool
add_topics(RzClusterMetadata *metadata, const RzMetadataResponse *answer, GError **error)
{
    uint32_t n = metadata->n_topics + answer->n_topics;
    metadata->topics = g_renew(RzClusterTopic, metadata->topics, n);
    for (uint32_t i = 0; i < answer->n_topics; i++) {
        if (answer->topics[i].name == NULL)
            return rz_kafka_fail_protocol(RZ_API_METADATA, error, "has a topic without a name");
        copy_topic(&metadata->topics[metadata->n_topics++], &answer->topics[i]);
    }
    return true;
}

static void
set_brokers(RzClusterMetadata *metadata, const RzMetadataResponse *answer)
{
    if (metadata->n_brokers > 0)
        return; /* those of the first answer */
    metadata->cluster_id = g_strdup(answer->cluster_id);
    metadata->controller_id = answer->controller_id;
    metadata->brokers = g_new0(RzClusterBroker, answer->n_brokers);
    metadata->n_brokers = answer->n_brokers;
    for (uint32_t i = 0; i < answer->n_brokers; i++) {
        const RzMetadataBroker *b = &answer->brokers[i];
        metadata->brokers[i] =
            (RzClusterBroker){b->id, g_strdup(b->host), b->port, g_strdup(b->rack), false};
    }
    sort(metadata->brokers, metadata->n_brokers, sizeof *metadata->brokers, compare_brokers);
}

/* ---- metadata ---- */

static void
learn(RzKafka *kafka, const RzMetadataResponse *answer)
{
    rz_peers_begin_learning(kafka->peers);
    for (uint32_t i = 0; i < answer->n_brokers; i++)
        rz_peers_learn(kafka->peers, answer->brokers[i].id, answer->brokers[i].host,
                       answer->brokers[i].port);
    rz_peers_end_learning(kafka->peers);
    kafka->controller_id = answer->controller_id;
}

/* @topics NULL: all. */
static const RzMetadataResponse *
ask_metadata(RzKafka *kafka, const RzMetadataRequestTopic *topics, uint32_t n, bool operations,
             RzArena *arena, GError **error)
{
    const RzMetadataRequest request = {.topics = topics, .n_topics = n, .cluster_ops = operations};
    int version = rz_kafka_version(kafka, RZ_API_METADATA, RZ_ANY_BROKER, error);
    if (version == -2)
        return NULL;
    if (version < METADATA_MIN_VERSION) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED,
                    "the cluster is older than Kafka 2.4 (Metadata version %d)", version);
        return NULL;
    }
    const RzMetadataResponse *answer =
        rz_kafka_call(kafka, RZ_API_METADATA, RZ_ANY_BROKER, &request, arena, error);
    if (answer != NULL)
        learn(kafka, answer);
    return answer;
}

bool
rz_kafka_refresh(RzKafka *kafka, GError **error)
{
    static const RzMetadataRequestTopic none[1];
    g_autoptr(RzArena) arena = rz_arena_new();
    return ask_metadata(kafka, none, 0, false, arena, error) != NULL;
}

static bool
ask_some_topics(RzKafka *kafka, const char *const *names, uint32_t n, RzClusterMetadata *metadata,
                GError **error)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    RzMetadataRequestTopic *topics = NULL;
    if (names != NULL) {
        topics = rz_arena_array(arena, RzMetadataRequestTopic, n);
        for (uint32_t i = 0; i < n; i++)
            topics[i].name = names[i];
    }
    const RzMetadataResponse *answer = ask_metadata(kafka, topics, n, false, arena, error);
    if (answer == NULL)
        return false;
    set_brokers(metadata, answer);
    return add_topics(metadata, answer, error);
}

/* A topic that was asked for by name and is hidden from this account would look like one without
 * replicas. Nobody can go on from that, so it is an error of the call. */
static bool
check_rights(const RzClusterMetadata *metadata, GError **error)
{
    for (uint32_t i = 0; i < metadata->n_topics; i++) {
        if (metadata->topics[i].error != RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED)
            continue;
        g_set_error(error, RZ_ERROR, RZ_ERROR_DENIED,
                    "Metadata was refused: the account needs DESCRIBE on TOPIC %s",
                    metadata->topics[i].name);
        return false;
    }
    return true;
}

/* Each topic once, and all that were asked for. */
static bool
check_topics(const RzClusterMetadata *metadata, const char *const *names, uint32_t n,
             GError **error)
{
    for (uint32_t i = 1; i < metadata->n_topics; i++)
        if (strcmp(metadata->topics[i - 1].name, metadata->topics[i].name) == 0)
            return rz_kafka_fail_protocol(RZ_API_METADATA, error, "has topic \"%s\" twice",
                                          metadata->topics[i].name);
    for (uint32_t i = 0; i < n; i++)
        if (rz_cluster_find_topic(metadata, names[i]) == NULL)
            return rz_kafka_fail_protocol(RZ_API_METADATA, error, "lacks topic \"%s\"", names[i]);
    return true;
}

/* Large lists go in several requests. A name asked twice is sent once. */
static RzClusterMetadata *
kafka_metadata(RzCluster *cluster, const char *const *topics, uint32_t n_topics, GError **error)
{
    g_autoptr(RzClusterMetadata) metadata = g_new0(RzClusterMetadata, 1);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    for (uint32_t i = 0; topics != NULL && i < n_topics; i++) {
        const void *name = topics[i];
        if (!g_hash_table_contains(names, name)) {
            g_hash_table_add(names, (gpointer)(uintptr_t)name);
            g_ptr_array_add(list, (gpointer)(uintptr_t)name);
        }
    }
    const char *const *distinct = (const char *const *)(const void *)list->pdata;
    static const char *const none[1];
    for (uint32_t done = 0; done == 0 || done < list->len; done += TOPICS_PER_REQUEST) {
        uint32_t n = MIN(list->len - done, TOPICS_PER_REQUEST);
        const char *const *part = topics == NULL ? NULL : n == 0 ? none : distinct + done;
        if (!ask_some_topics((RzKafka *)cluster, part, n, metadata, error))
            return NULL;
    }
    sort(metadata->topics, metadata->n_topics, sizeof *metadata->topics, compare_topics);
    if (!check_topics(metadata, distinct, list->len, error) || !check_rights(metadata, error))
        return NULL;
    return g_steal_pointer(&metadata);
}

/* ---- the cluster itself ---- */

/* Bits are numbered by Kafka's AclOperation: 7 ALTER, 8 DESCRIBE, 10 and 11 configs. */
static RzPermissions
permissions_of(int32_t operations)
{
    static const struct {
        unsigned bit;
        RzPermissions permission;
    } table[] = {
        {7, RZ_MAY_ALTER_CLUSTER},
        {8, RZ_MAY_DESCRIBE_CLUSTER},
        {10, RZ_MAY_DESCRIBE_CONFIGS_CLUSTER},
        {11, RZ_MAY_ALTER_CONFIGS_CLUSTER},
    };
    unsigned permissions = 0;
    if (operations == RZ_NO_OPERATIONS)
        return RZ_MAY_UNKNOWN;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (((uint32_t)operations >> table[i].bit & 1) != 0)
            permissions |= (unsigned)table[i].permission;
    return (RzPermissions)permissions;
}

/* Before Kafka 2.8: Metadata knows the live brokers only. */
static RzClusterMetadata *
describe_by_metadata(RzKafka *kafka, RzPermissions *permissions, GError **error)
{
    static const RzMetadataRequestTopic none[1];
    g_autoptr(RzArena) arena = rz_arena_new();
    const RzMetadataResponse *answer = ask_metadata(kafka, none, 0, true, arena, error);
    if (answer == NULL)
        return NULL;
    RzClusterMetadata *metadata = g_new0(RzClusterMetadata, 1);
    set_brokers(metadata, answer);
    *permissions = permissions_of(answer->cluster_ops);
    return metadata;
}

static RzClusterMetadata *
kafka_describe_cluster(RzCluster *cluster, RzPermissions *permissions, GError **error)
{
    RzKafka *kafka = (RzKafka *)cluster;
    RzPermissions ignored;
    if (permissions == NULL)
        permissions = &ignored;
    int version = rz_kafka_version(kafka, RZ_API_DESCRIBE_CLUSTER, RZ_ANY_BROKER, error);
    if (version < 0)
        return version == -2 ? NULL : describe_by_metadata(kafka, permissions, error);
    const RzDescribeClusterRequest request = {
        .cluster_ops = true, .endpoint_type = 1, .fenced = true};
    g_autoptr(RzArena) arena = rz_arena_new();
    const RzDescribeClusterResponse *answer =
        rz_kafka_call(kafka, RZ_API_DESCRIBE_CLUSTER, RZ_ANY_BROKER, &request, arena, error);
    if (answer == NULL)
        return NULL;
    RzClusterMetadata *metadata = g_new0(RzClusterMetadata, 1);
    metadata->cluster_id = g_strdup(answer->cluster_id);
    metadata->controller_id = answer->controller_id;
    metadata->brokers = g_new0(RzClusterBroker, answer->n_brokers);
    metadata->n_brokers = answer->n_brokers;
    for (uint32_t i = 0; i < answer->n_brokers; i++) {
        const RzDescribeClusterBroker *b = &answer->brokers[i];
        metadata->brokers[i] =
            (RzClusterBroker){b->id, g_strdup(b->host), b->port, g_strdup(b->rack), b->fenced};
    }
    sort(metadata->brokers, metadata->n_brokers, sizeof *metadata->brokers, compare_brokers);
    *permissions = permissions_of(answer->cluster_ops);
    return metadata;
}

/* ---- the KRaft quorum ---- */

static int32_t *
replica_ids(const RzQuorumReplica *replicas, uint32_t n)
{
    int32_t *ids = g_new(int32_t, n);
    for (uint32_t i = 0; i < n; i++)
        ids[i] = replicas[i].id;
    return ids;
}

/* The address of the first listener of each voter that the answer names. */
static char **
voter_hosts(const RzDescribeQuorumResponse *answer, const RzQuorumPartition *from)
{
    char **hosts = g_new0(char *, MAX(from->n_voters, 1));
    for (uint32_t v = 0; v < from->n_voters; v++) {
        for (uint32_t n = 0; n < answer->n_nodes && hosts[v] == NULL; n++) {
            const RzQuorumNode *node = &answer->nodes[n];
            if (node->id == from->voters[v].id && node->n_listeners > 0)
                hosts[v] = g_strdup(node->listeners[0].host);
        }
    }
    return hosts;
}

static RzClusterQuorum *
kafka_describe_quorum(RzCluster *cluster, GError **error)
{
    static const RzQuorumRequestPartition partition = {0};
    static const RzQuorumRequestTopic topic = {"__cluster_metadata", &partition, 1};
    static const RzDescribeQuorumRequest request = {&topic, 1};
    g_autoptr(RzArena) arena = rz_arena_new();
    const RzDescribeQuorumResponse *answer = rz_kafka_call(
        (RzKafka *)cluster, RZ_API_DESCRIBE_QUORUM, RZ_ANY_BROKER, &request, arena, error);
    if (answer == NULL)
        return NULL;
    if (answer->n_topics != 1 || answer->topics[0].n_partitions != 1) {
        rz_kafka_fail_protocol(RZ_API_DESCRIBE_QUORUM, error, "lacks the metadata partition");
        return NULL;
    }
    const RzQuorumPartition *from = &answer->topics[0].partitions[0];
    if (from->error != 0) {
        g_autofree char *text = rz_kafka_error_text(from->error, from->message);
        g_set_error(error, RZ_ERROR, RZ_ERROR_KAFKA, "DescribeQuorum: %s", text);
        return NULL;
    }
    RzClusterQuorum *quorum = g_new0(RzClusterQuorum, 1);
    *quorum = (RzClusterQuorum){
        from->leader,
        replica_ids(from->voters, from->n_voters),
        replica_ids(from->observers, from->n_observers),
        from->n_voters,
        from->n_observers,
        voter_hosts(answer, from),
    };
    return quorum;
}

/* ---- life ---- */

static int16_t
kafka_api_version(RzCluster *cluster, int32_t broker, int16_t api_key, GError **error)
{
    RzKafka *kafka = (RzKafka *)cluster;
    g_autoptr(GError) cause = NULL;
    RzConnection *connection = broker == RZ_ANY_BROKER
                                   ? rz_peers_any(kafka->peers, &cause)
                                   : rz_peers_broker(kafka->peers, broker, &cause);
    if (connection != NULL)
        return rz_connection_version(connection, (RzApiKey)api_key);
    g_propagate_error(error, g_steal_pointer(&cause));
    return -1;
}

static void
kafka_free(RzCluster *cluster)
{
    RzKafka *kafka = (RzKafka *)cluster;
    rz_peers_free(kafka->peers);
    rz_tls_connector_free(kafka->tls);
    g_free(kafka);
}

static const RzClusterOps kafka_ops = {
    .metadata = kafka_metadata,
    .describe_cluster = kafka_describe_cluster,
    .list_reassignments = rz_kafka_list_reassignments,
    .alter_reassignments = rz_kafka_alter_reassignments,
    .elect_preferred = rz_kafka_elect_preferred,
    .describe_configs = rz_kafka_describe_configs,
    .alter_configs = rz_kafka_alter_configs,
    .describe_log_dirs = rz_kafka_describe_log_dirs,
    .describe_quorum = kafka_describe_quorum,
    .api_version = kafka_api_version,
    .free = kafka_free,
};

RzCluster *
rz_kafka_cluster_new(const RzClientConfig *config, GError **error)
{
    RzConnector *tls = NULL;
    if (config->security.use_tls) {
        tls = rz_tls_connector_new(&config->security.tls, rz_tcp_connector(), error);
        if (tls == NULL)
            return NULL;
    }
    RzKafka *kafka = g_new0(RzKafka, 1);
    kafka->base.ops = &kafka_ops;
    kafka->tls = tls;
    kafka->peers = rz_peers_new(config, tls != NULL ? tls : rz_tcp_connector());
    kafka->controller_id = -1;
    kafka->patience_ms = config->request_timeout_ms;
    kafka->pause_ms = config->retry_backoff_ms;
    if (!rz_kafka_refresh(kafka, error)) {
        kafka_free(&kafka->base);
        return NULL;
    }
    kafka->ready = true;
    return &kafka->base;
}
