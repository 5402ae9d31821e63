/*
 * answers_cluster.c: Metadata, DescribeCluster, DescribeTopicPartitions, DescribeQuorum.
 */
#include "cli/sandbox/sandbox_private.h"

#include <string.h>

/* A quorum of one controller that is not a broker, as small clusters have it. */
#define CONTROLLER_NODE 3000
#define HOST "127.0.0.1"
/* A broker answers at most so many partitions at once (max.request.partition.size.limit). */
#define MAX_DESCRIBED 2000

/* ---- authorized operations: a bit for each of Kafka's AclOperation codes ---- */

enum { ALTER = 1 << 7, DESCRIBE = 1 << 8, DESCRIBE_CONFIGS = 1 << 10, ALTER_CONFIGS = 1 << 11 };

static int32_t
operations(const RzSim *sim, const char *topic)
{
    static const struct {
        uint32_t on_cluster, on_topic;
        int32_t bit;
    } map[] = {
        {RZ_SIM_ALTER_CLUSTER, 0, ALTER},
        {RZ_SIM_DESCRIBE_CLUSTER, RZ_SIM_DESCRIBE_TOPIC, DESCRIBE},
        {RZ_SIM_DESCRIBE_CONFIGS_CLUSTER, RZ_SIM_DESCRIBE_CONFIGS_TOPIC, DESCRIBE_CONFIGS},
        {RZ_SIM_ALTER_CONFIGS_CLUSTER, RZ_SIM_ALTER_CONFIGS_TOPIC, ALTER_CONFIGS},
    };
    int32_t bits = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(map); i++) {
        uint32_t operation = topic == NULL ? map[i].on_cluster : map[i].on_topic;
        if (operation != 0 && rz_sim_allows(sim, operation, topic))
            bits |= map[i].bit;
    }
    return bits;
}

static int32_t
cluster_operations(const RzSim *sim)
{
    return rz_sim_allows(sim, RZ_SIM_DESCRIBE_CLUSTER, NULL) ? operations(sim, NULL) : 0;
}

/* ---- partitions ---- */

/* Replicas whose broker the cluster misses. */
static const int32_t *
offline_of(RzCall *call, RzSimIds replicas, uint32_t *n)
{
    int32_t *offline = rz_arena_array(call->arena, int32_t, replicas.n);
    *n = 0;
    for (uint32_t i = 0; i < replicas.n; i++)
        if (rz_sim_is_fenced(call->sim, replicas.ids[i]))
            offline[(*n)++] = replicas.ids[i];
    return offline;
}

/* Lists are borrowed: the answer is encoded before anything can change. */
static void
fill_partition(RzCall *call, const RzSimPartitionView *view, RzMetadataPartition *to)
{
    *to = (RzMetadataPartition){
        .error = view->leader < 0 ? RZ_KAFKA_LEADER_NOT_AVAILABLE : RZ_KAFKA_NONE,
        .index = view->number,
        .leader = view->leader,
        .leader_epoch = view->leader_epoch,
        .replicas = view->replicas.ids,
        .n_replicas = view->replicas.n,
        .isr = view->isr.ids,
        .n_isr = view->isr.n,
    };
    to->offline = offline_of(call, view->replicas, &to->n_offline);
}

static RzUuid
topic_uuid(const RzSimTopic *topic)
{
    RzUuid id;
    memcpy(id.bytes, rz_sim_topic_id(topic), sizeof id.bytes);
    return id;
}

/* ---- Metadata ---- */

static void
fill_topic(RzCall *call, const RzSimTopic *topic, bool with_ops, RzMetadataTopic *to)
{
    uint32_t n = rz_sim_topic_n_partitions(call->sim, call->broker, topic);
    RzMetadataPartition *partitions = rz_arena_array(call->arena, RzMetadataPartition, n);
    for (uint32_t i = 0; i < n; i++) {
        RzSimPartitionView view;
        rz_sim_partition_view(call->sim, call->broker, topic, (int32_t)i, &view);
        fill_partition(call, &view, &partitions[i]);
    }
    rz_wire_init(&rz_schema_RzMetadataTopic, to);
    to->name = rz_sim_topic_name(topic);
    to->topic_id = topic_uuid(topic);
    to->internal = rz_sim_topic_is_internal(topic);
    to->partitions = partitions;
    to->n_partitions = n;
    if (with_ops)
        to->topic_ops = operations(call->sim, to->name);
}

static void
answer_all_topics(RzCall *call, bool with_ops, RzMetadataResponse *response)
{
    uint32_t n = rz_sim_n_topics(call->sim);
    RzMetadataTopic *topics = rz_arena_array(call->arena, RzMetadataTopic, n);
    for (uint32_t i = 0; i < n; i++) {
        const RzSimTopic *topic = rz_sim_topic_at(call->sim, call->broker, i);
        if (topic != NULL &&
            rz_sim_allows(call->sim, RZ_SIM_DESCRIBE_TOPIC, rz_sim_topic_name(topic)))
            fill_topic(call, topic, with_ops, &topics[response->n_topics++]);
    }
    response->topics = topics;
}

static const RzSimTopic *
find_by_id(RzCall *call, const RzUuid *id)
{
    for (uint32_t i = 0; i < rz_sim_n_topics(call->sim); i++) {
        const RzSimTopic *topic = rz_sim_topic_at(call->sim, call->broker, i);
        if (topic != NULL && memcmp(rz_sim_topic_id(topic), id->bytes, sizeof id->bytes) == 0)
            return topic;
    }
    return NULL;
}

static void
answer_topic(RzCall *call, const RzMetadataRequestTopic *asked, bool with_ops, RzMetadataTopic *to)
{
    const RzSimTopic *topic = asked->name == NULL
                                  ? find_by_id(call, &asked->topic_id)
                                  : rz_sim_find_topic(call->sim, call->broker, asked->name);
    const char *name = topic == NULL ? asked->name : rz_sim_topic_name(topic);
    bool allowed = rz_sim_allows(call->sim, RZ_SIM_DESCRIBE_TOPIC, name);
    if (topic != NULL && allowed) {
        fill_topic(call, topic, with_ops, to);
        return;
    }
    rz_wire_init(&rz_schema_RzMetadataTopic, to);
    to->name = asked->name;
    to->topic_id = asked->topic_id;
    if (!allowed)
        to->error = RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED;
    else
        to->error =
            asked->name == NULL ? RZ_KAFKA_UNKNOWN_TOPIC_ID : RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION;
}

static void
answer_brokers(RzCall *call, RzMetadataResponse *response)
{
    uint32_t n = rz_sim_n_brokers(call->sim);
    RzMetadataBroker *brokers = rz_arena_array(call->arena, RzMetadataBroker, n);
    for (uint32_t i = 0; i < n; i++) {
        RzSimBrokerView view;
        rz_sim_broker_view(call->sim, i, &view);
        if (!view.fenced)
            brokers[response->n_brokers++] =
                (RzMetadataBroker){view.id, HOST, view.port, view.rack};
    }
    response->brokers = brokers;
}

const void *
rz_answer_metadata(RzCall *call, const void *request)
{
    const RzMetadataRequest *asked = request;
    RzMetadataResponse *response = rz_arena_array(call->arena, RzMetadataResponse, 1);
    rz_wire_init(&rz_schema_RzMetadataResponse, response);
    answer_brokers(call, response);
    response->cluster_id = rz_sim_cluster_id(call->sim);
    response->controller_id = rz_sim_controller_id(call->sim);
    if (asked->cluster_ops)
        response->cluster_ops = cluster_operations(call->sim);
    /* Version 0 cannot say null: there an empty list asks for all. */
    if (asked->topics == NULL || (call->version == 0 && asked->n_topics == 0)) {
        answer_all_topics(call, asked->topic_ops, response);
        return response;
    }
    RzMetadataTopic *topics = rz_arena_array(call->arena, RzMetadataTopic, asked->n_topics);
    for (uint32_t i = 0; i < asked->n_topics; i++)
        answer_topic(call, &asked->topics[i], asked->topic_ops, &topics[i]);
    response->topics = topics;
    response->n_topics = asked->n_topics;
    return response;
}

/* ---- DescribeCluster ---- */

const void *
rz_answer_describe_cluster(RzCall *call, const void *request)
{
    const RzDescribeClusterRequest *asked = request;
    RzDescribeClusterResponse *response = rz_arena_array(call->arena, RzDescribeClusterResponse, 1);
    rz_wire_init(&rz_schema_RzDescribeClusterResponse, response);
    response->cluster_id = rz_sim_cluster_id(call->sim);
    if (asked->endpoint_type != 1) {
        response->error = RZ_KAFKA_MISMATCHED_ENDPOINT_TYPE;
        return response;
    }
    response->controller_id = rz_sim_controller_id(call->sim);
    uint32_t n = rz_sim_n_brokers(call->sim);
    RzDescribeClusterBroker *brokers = rz_arena_array(call->arena, RzDescribeClusterBroker, n);
    for (uint32_t i = 0; i < n; i++) {
        RzSimBrokerView view;
        rz_sim_broker_view(call->sim, i, &view);
        if (!view.fenced || asked->fenced)
            brokers[response->n_brokers++] =
                (RzDescribeClusterBroker){view.id, HOST, view.port, view.rack, view.fenced};
    }
    response->brokers = brokers;
    if (asked->cluster_ops)
        response->cluster_ops = cluster_operations(call->sim);
    return response;
}

/* ---- DescribeTopicPartitions ---- */

/* Topics in name order from the cursor on, until @limit partitions are shown. */
typedef struct {
    RzDescribedTopic *topics;
    uint32_t n_topics;
    uint32_t left; /* partitions that may still be shown */
    const RzTopicCursor *from;
    RzTopicCursor *next; /* where the answer was cut; topic NULL: it was not */
} Page;

static void
describe_partition(RzCall *call, const RzSimPartitionView *view, RzDescribedPartition *to)
{
    RzMetadataPartition same;
    fill_partition(call, view, &same);
    *to = (RzDescribedPartition){.error = same.error,
                                 .index = same.index,
                                 .leader = same.leader,
                                 .leader_epoch = same.leader_epoch,
                                 .replicas = same.replicas,
                                 .n_replicas = same.n_replicas,
                                 .isr = same.isr,
                                 .n_isr = same.n_isr,
                                 .elr = view->elr.n > 0 ? view->elr.ids
                                                        : rz_arena_array(call->arena, int32_t, 0),
                                 .n_elr = view->elr.n,
                                 .last_known_elr = rz_arena_array(call->arena, int32_t, 0),
                                 .offline = same.offline,
                                 .n_offline = same.n_offline};
}

static void
describe_known_topic(RzCall *call, const RzSimTopic *topic, Page *page, RzDescribedTopic *to)
{
    const char *name = rz_sim_topic_name(topic);
    bool resumes = page->from != NULL && strcmp(page->from->topic, name) == 0;
    uint32_t first = resumes && page->from->partition > 0 ? (uint32_t)page->from->partition : 0;
    uint32_t n = rz_sim_topic_n_partitions(call->sim, call->broker, topic);
    uint32_t shown = n > first ? MIN(n - first, page->left) : 0;
    RzDescribedPartition *partitions = rz_arena_array(call->arena, RzDescribedPartition, shown);
    for (uint32_t i = 0; i < shown; i++) {
        RzSimPartitionView view;
        rz_sim_partition_view(call->sim, call->broker, topic, (int32_t)(first + i), &view);
        describe_partition(call, &view, &partitions[i]);
    }
    to->name = name;
    to->topic_id = topic_uuid(topic);
    to->internal = rz_sim_topic_is_internal(topic);
    to->partitions = partitions;
    to->n_partitions = shown;
    to->topic_ops = operations(call->sim, name);
    page->left -= shown;
    if (first + shown < n)
        *page->next = (RzTopicCursor){name, (int32_t)(first + shown)};
}

static void
describe_topic(RzCall *call, const char *name, Page *page)
{
    if (page->from != NULL && strcmp(name, page->from->topic) < 0)
        return;
    if (page->left == 0) {
        if (page->next->topic == NULL)
            *page->next = (RzTopicCursor){name, 0};
        return;
    }
    RzDescribedTopic *to = &page->topics[page->n_topics++];
    rz_wire_init(&rz_schema_RzDescribedTopic, to);
    to->name = name;
    const RzSimTopic *topic = rz_sim_find_topic(call->sim, call->broker, name);
    if (!rz_sim_allows(call->sim, RZ_SIM_DESCRIBE_TOPIC, name))
        to->error = RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED;
    else if (topic == NULL)
        to->error = RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION;
    else
        describe_known_topic(call, topic, page, to);
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
names_to_describe(RzCall *call, const RzDescribeTopicsRequest *asked)
{
    GPtrArray *names = g_ptr_array_new();
    for (uint32_t i = 0; i < asked->n_topics; i++)
        g_ptr_array_add(names, (gpointer)(uintptr_t)asked->topics[i].name);
    for (uint32_t i = 0; asked->n_topics == 0 && i < rz_sim_n_topics(call->sim); i++) {
        const RzSimTopic *topic = rz_sim_topic_at(call->sim, call->broker, i);
        if (topic != NULL &&
            rz_sim_allows(call->sim, RZ_SIM_DESCRIBE_TOPIC, rz_sim_topic_name(topic)))
            g_ptr_array_add(names, (gpointer)(uintptr_t)rz_sim_topic_name(topic));
    }
    g_ptr_array_sort(names, compare_names);
    return names;
}

const void *
rz_answer_describe_topics(RzCall *call, const void *request)
{
    const RzDescribeTopicsRequest *asked = request;
    RzDescribeTopicsResponse *response = rz_arena_array(call->arena, RzDescribeTopicsResponse, 1);
    rz_wire_init(&rz_schema_RzDescribeTopicsResponse, response);
    g_autoptr(GPtrArray) names = names_to_describe(call, asked);
    RzTopicCursor *next = rz_arena_array(call->arena, RzTopicCursor, 1);
    Page page = {.topics = rz_arena_array(call->arena, RzDescribedTopic, names->len),
                 .left = (uint32_t)CLAMP(asked->limit, 1, MAX_DESCRIBED),
                 .from = asked->cursor,
                 .next = next};
    for (uint32_t i = 0; i < names->len; i++)
        describe_topic(call, g_ptr_array_index(names, i), &page);
    response->topics = page.topics;
    response->n_topics = page.n_topics;
    response->next_cursor = next->topic == NULL ? NULL : next;
    return response;
}

/* ---- DescribeQuorum ---- */

static const RzQuorumReplica *
observers_of(RzCall *call, uint32_t *n)
{
    RzQuorumReplica *observers =
        rz_arena_array(call->arena, RzQuorumReplica, rz_sim_n_brokers(call->sim));
    *n = 0;
    for (uint32_t i = 0; i < rz_sim_n_brokers(call->sim); i++) {
        RzSimBrokerView view;
        rz_sim_broker_view(call->sim, i, &view);
        if (view.fenced)
            continue;
        rz_wire_init(&rz_schema_RzQuorumReplica, &observers[*n]);
        observers[(*n)++].id = view.id;
    }
    return observers;
}

const void *
rz_answer_describe_quorum(RzCall *call, const void *request)
{
    (void)request; /* there is one topic to ask about, and only its name is ever sent */
    RzDescribeQuorumResponse *response = rz_arena_array(call->arena, RzDescribeQuorumResponse, 1);
    rz_wire_init(&rz_schema_RzDescribeQuorumResponse, response);
    if (!rz_sim_allows(call->sim, RZ_SIM_DESCRIBE_CLUSTER, NULL)) {
        response->error = RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED;
        return response;
    }
    RzQuorumReplica *voter = rz_arena_array(call->arena, RzQuorumReplica, 1);
    rz_wire_init(&rz_schema_RzQuorumReplica, voter);
    voter->id = CONTROLLER_NODE;
    RzQuorumPartition *partition = rz_arena_array(call->arena, RzQuorumPartition, 1);
    *partition = (RzQuorumPartition){
        .leader = CONTROLLER_NODE, .leader_epoch = 1, .voters = voter, .n_voters = 1};
    partition->observers = observers_of(call, &partition->n_observers);
    RzQuorumTopic *topic = rz_arena_array(call->arena, RzQuorumTopic, 1);
    *topic = (RzQuorumTopic){"__cluster_metadata", partition, 1};
    response->topics = topic;
    response->n_topics = 1;
    return response;
}
