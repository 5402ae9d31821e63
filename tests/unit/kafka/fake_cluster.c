/*
 * fake_cluster.c: what a healthy small cluster answers (fake_cluster.h).
 *
 * Topics exist when they are named, with one partition on brokers 1 and 2; answers come in the
 * reverse of the order asked, as nothing promises them to be otherwise.
 */
#include "tests/unit/kafka/fake_cluster.h"

#include <string.h>

static FakeReply
answer_versions(const FakeCluster *cluster, const RzRequestHeader *header)
{
    g_autofree RzApiVersionRange *ranges = g_new(RzApiVersionRange, rz_n_wire_apis);
    uint32_t n = 0;
    for (uint32_t i = 0; i < rz_n_wire_apis; i++) {
        int16_t key = rz_wire_apis[i].key;
        if (cluster->max_versions[key] != NOT_OFFERED)
            ranges[n++] = (RzApiVersionRange){key, 0, cluster->max_versions[key]};
    }
    return fake_versions(header, ranges, n);
}

static FakeReply
answer_metadata(const FakeCluster *cluster, const RzRequestHeader *header,
                const RzMetadataRequest *request)
{
    static const int32_t replicas[] = {1, 2};
    static const RzMetadataPartition partition = {
        .leader = 1, .replicas = replicas, .n_replicas = 2, .isr = replicas, .n_isr = 2};
    RzMetadataBroker brokers[FAKE_NODES];
    for (int i = 0; i < FAKE_NODES; i++)
        brokers[i] = (RzMetadataBroker){FAKE_NODES - i, "127.0.0.1",
                                        cluster->nodes[FAKE_NODES - i].port, "az"};
    g_autofree RzMetadataTopic *topics = g_new0(RzMetadataTopic, request->n_topics + 1);
    for (uint32_t i = 0; i < request->n_topics; i++)
        topics[i] = (RzMetadataTopic){.name = request->topics[request->n_topics - 1 - i].name,
                                      .partitions = &partition,
                                      .n_partitions = 1};
    const RzMetadataResponse response = {
        .brokers = brokers,
        .n_brokers = FAKE_NODES,
        .cluster_id = "fake",
        .controller_id = cluster->controller,
        .topics = topics,
        .n_topics = request->n_topics,
        .cluster_ops = request->cluster_ops ? 1 << 8 : RZ_NO_OPERATIONS,
    };
    return fake_answer(header, &response);
}

static FakeReply
handle(void *context, const RzRequestHeader *header, const void *request)
{
    FakeNode *node = context;
    FakeReply reply = {0};
    g_assert(request != NULL); /* our client's requests must be valid */
    node->seen[header->api->key]++;
    if (node->id == node->cluster->silent)
        return reply;
    if (header->api->key == RZ_API_API_VERSIONS)
        return answer_versions(node->cluster, header);
    if (node->cluster->hook != NULL &&
        node->cluster->hook(node->cluster, node->id, header, request, &reply))
        return reply;
    return header->api->key == RZ_API_METADATA ? answer_metadata(node->cluster, header, request)
                                               : fake_close();
}

FakeCluster *
fake_cluster_new(FakeKind kind, FakeHook hook)
{
    FakeCluster *cluster = g_new0(FakeCluster, 1);
    cluster->hook = hook;
    cluster->controller = 1;
    for (uint32_t i = 0; i < rz_n_wire_apis; i++)
        cluster->max_versions[rz_wire_apis[i].key] = rz_wire_apis[i].max;
    if (kind == FAKE_ZOOKEEPER)
        cluster->max_versions[RZ_API_DESCRIBE_QUORUM] = NOT_OFFERED;
    for (int32_t id = 1; id <= FAKE_NODES; id++) {
        FakeNode *node = &cluster->nodes[id];
        *node = (FakeNode){.cluster = cluster, .id = id};
        node->broker = fake_broker_start(handle, node);
        node->port = fake_broker_port(node->broker);
    }
    return cluster;
}

void
fake_cluster_kill(FakeCluster *cluster, int32_t node)
{
    g_clear_pointer(&cluster->nodes[node].broker, fake_broker_stop);
}

void
fake_cluster_free(FakeCluster *cluster)
{
    for (int32_t id = 1; id <= FAKE_NODES; id++)
        fake_cluster_kill(cluster, id);
    g_free(cluster);
}

unsigned
fake_cluster_seen(const FakeCluster *cluster, int16_t key)
{
    unsigned n = 0;
    for (int32_t id = 1; id <= FAKE_NODES; id++)
        n += cluster->nodes[id].seen[key];
    return n;
}

RzCluster *
fake_cluster_connect(const FakeCluster *cluster, int32_t node)
{
    g_autofree char *address = g_strdup_printf("127.0.0.1:%u", cluster->nodes[node].port);
    static const char *const quick[] = {"retry.backoff.ms=1", "socket.timeout.ms=1000",
                                        "socket.connection.setup.timeout.ms=1000", NULL};
    const RzClientSources sources = {.bootstrap_server = address, .overrides = quick};
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClientConfig) config = rz_client_config_new(&sources, &error);
    RzCluster *client = config == NULL ? NULL : rz_kafka_cluster_new(config, &error);
    if (client == NULL)
        g_error("%s", error->message);
    return client;
}
