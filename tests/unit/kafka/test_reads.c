/*
 * test_reads.c: reading requests through the port: repeated where that helps, matched by name,
 * sorted.
 *
 * Long: every request has its own answers to make up, and they share the fake brokers set up here.
 */
#include "tests/unit/kafka/rows.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/kafka/fake_cluster.h"

static void
assert_error(const GError *error, int code, const char *part)
{
    assert_non_null(error);
    if (error->code != code || strstr(error->message, part) == NULL)
        fail_msg("%d \"%s\", expected %d \"%s\"", error->code, error->message, code, part);
}

/* ---- repeating ---- */

typedef struct {
    const char *name;
    unsigned bad_answers; /* before the good one */
    int16_t code;         /* of the bad answers; 0: they are closed connections */
    int error;            /* -1: answered in the end */
    unsigned asked;
} Repeat;

static const Repeat repeats[] = {
    {"one lost answer", 1, 0, -1, 2},
    {"three lost answers", 3, 0, -1, 4},
    {"all answers lost", 99, 0, RZ_ERROR_UNREACHABLE, 5},
    {"a timeout", 1, 7, -1, 2},
    {"nothing but timeouts", 99, 7, RZ_ERROR_UNREACHABLE, 5},
    {"the controller moved", 2, 41, -1, 3},
    {"a controller that always is elsewhere", 99, 41, RZ_ERROR_UNREACHABLE, 5},
    {"a denial", 99, 31, RZ_ERROR_DENIED, 1},
    {"an invalid request", 99, 42, RZ_ERROR_KAFKA, 1},
};

static const Repeat *repeat; /* the row that the fake cluster plays */

static bool
fail_at_first(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
              const void *request, FakeReply *reply)
{
    (void)node;
    (void)request;
    RzListReassignResponse response = {0};
    if (header->api->key != RZ_API_LIST_REASSIGN)
        return false;
    bool bad = cluster->hooked++ < repeat->bad_answers;
    if (bad)
        response.error = repeat->code;
    *reply = bad && repeat->code == 0 ? fake_close() : fake_answer(header, &response);
    return true;
}

static void
reads_are_repeated_within_reason(void **state)
{
    repeat = *state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, fail_at_first);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClusterReassignments) list = rz_cluster_list_reassignments(client, NULL, 0, &error);
    if (repeat->error < 0)
        assert_true(list != NULL && error == NULL);
    else
        assert_error(error, repeat->error, "ListPartitionReassignments");
    assert_int_equal(fake_cluster_seen(cluster, RZ_API_LIST_REASSIGN), repeat->asked);
}

/* ---- reassignments ---- */

static bool
list_two(FakeCluster *cluster, int32_t node, const RzRequestHeader *header, const void *request,
         FakeReply *reply)
{
    (void)node;
    static const int32_t ids[] = {1, 2, 3};
    static const RzOngoingPartition of_z[] = {{9, ids, 3, ids, 1, ids + 1, 2},
                                              {2, ids, 3, NULL, 0, ids, 1}};
    static const RzOngoingPartition of_a[] = {{0, ids, 2, NULL, 0, NULL, 0}};
    static const RzOngoingTopic topics[] = {{"z", of_z, 2}, {"a", of_a, 1}};
    const RzListReassignRequest *asked = request;
    if (header->api->key != RZ_API_LIST_REASSIGN)
        return false;
    cluster->hooked = asked->topics == NULL ? 100 : asked->n_topics;
    const RzListReassignResponse response = {.topics = topics, .n_topics = 2};
    *reply = fake_answer(header, &response);
    return true;
}

static void
reassignments_are_sorted(void **state)
{
    (void)state;
    static const RzTopicPartition named[] = {{"z", 9}, {"a", 0}, {"z", 2}};
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, list_two);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(RzClusterReassignments) list = rz_cluster_list_reassignments(client, NULL, 0, NULL);
    assert_int_equal(cluster->hooked, 100); /* null: all */
    assert_int_equal(list->n_items, 3);
    assert_string_equal(list->items[0].topic, "a");
    assert_int_equal(list->items[1].partition, 2);
    const RzClusterReassignment *item = rz_cluster_find_reassignment(list, "z", 9);
    assert_int_equal(item->n_replicas, 3);
    assert_int_equal(item->n_adding, 1);
    assert_int_equal(item->removing[1], 3);
    g_autoptr(RzClusterReassignments) again = rz_cluster_list_reassignments(client, named, 3, NULL);
    assert_non_null(again);
    assert_int_equal(cluster->hooked, 2);
}

/* ---- metadata ---- */

static void
named_topics_are_asked_in_parts(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, NULL);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < 2500; i++)
        g_ptr_array_add(names, g_strdup_printf("t%d", i % 2400)); /* a hundred twice */
    const char *const *list = (const char *const *)(const void *)names->pdata;
    unsigned before = fake_cluster_seen(cluster, RZ_API_METADATA);
    g_autoptr(RzClusterMetadata) metadata = rz_cluster_metadata(client, list, names->len, NULL);
    assert_int_equal(fake_cluster_seen(cluster, RZ_API_METADATA) - before, 3);
    assert_int_equal(metadata->n_topics, 2400);
    assert_int_equal(metadata->n_brokers, FAKE_NODES);
    assert_int_equal(metadata->brokers[0].id, 1);
    assert_string_equal(metadata->cluster_id, "fake");
    const RzClusterTopic *topic = rz_cluster_find_topic(metadata, "t1234");
    assert_int_equal(topic->partitions[0].n_isr, 2);
    assert_null(topic->topic_id);
}

static bool
odd_metadata(FakeCluster *cluster, int32_t node, const RzRequestHeader *header, const void *request,
             FakeReply *reply)
{
    static const RzMetadataPartition unsorted[] = {{.index = 1, .leader = -1, .error = 5}, {0}};
    static const RzMetadataTopic asked_for = {.name = "a",
                                              .partitions = unsorted,
                                              .n_partitions = 2,
                                              .topic_id = {{0xfb, 0xff, [15] = 1}}};
    static const RzMetadataTopic twice[] = {{.name = "a"}, {.name = "a"}};
    static const RzMetadataTopic nameless[] = {{.name = NULL}};
    static const RzMetadataTopic other[] = {{.name = "b"}};
    static const RzMetadataResponse answers[] = {
        {.topics = &asked_for, .n_topics = 1},
        {.topics = twice, .n_topics = 2},
        {.topics = nameless, .n_topics = 1},
        {.topics = other, .n_topics = 1},
        {.error = 129},
    };
    const RzMetadataRequest *asked = request;
    (void)node;
    if (header->api->key != RZ_API_METADATA || asked->n_topics == 0)
        return false;
    *reply = fake_answer(header, &answers[MIN(cluster->hooked, 4)]);
    return true;
}

static void
metadata_must_answer_the_question(void **state)
{
    (void)state;
    static const char *const names[] = {"a"};
    static const char *const complaints[] = {"topic \"a\" twice", "without a name",
                                             "lacks topic \"a\""};
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, odd_metadata);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClusterMetadata) good = rz_cluster_metadata(client, names, 1, NULL);
    assert_string_equal(good->topics[0].topic_id, "-_8AAAAAAAAAAAAAAAAAAQ");
    assert_int_equal(good->topics[0].partitions[1].error, 5);
    for (size_t i = 0; i < G_N_ELEMENTS(complaints); i++) {
        cluster->hooked = 1 + (unsigned)i;
        assert_null(rz_cluster_metadata(client, names, 1, &error));
        assert_error(error, RZ_ERROR_PROTOCOL, complaints[i]);
        g_clear_error(&error);
    }
}

static bool
hide_topic(FakeCluster *cluster, int32_t node, const RzRequestHeader *header, const void *request,
           FakeReply *reply)
{
    static const RzMetadataTopic hidden = {.error = 29, .name = "a"};
    static const RzMetadataResponse answer = {.topics = &hidden, .n_topics = 1};
    const RzMetadataRequest *asked = request;
    (void)cluster, (void)node;
    if (header->api->key != RZ_API_METADATA || asked->n_topics == 0)
        return false;
    *reply = fake_answer(header, &answer);
    return true;
}

/* A topic that is kept from us has no partitions; taken for a state, it would stop a run. */
static void
hidden_topic_names_the_right(void **state)
{
    (void)state;
    static const char *const names[] = {"a"};
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, hide_topic);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    assert_null(rz_cluster_metadata(client, names, 1, &error));
    assert_error(error, RZ_ERROR_DENIED, "DESCRIBE on TOPIC a");
}

/* Version 13 can tell a client to start again; it then must, and not forget where. */
static void
rebootstrapping_starts_again(void **state)
{
    (void)state;
    static const char *const names[] = {"a"};
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, odd_metadata);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 2);
    g_autoptr(GError) error = NULL;
    cluster->hooked = 4;
    unsigned before = fake_cluster_seen(cluster, RZ_API_API_VERSIONS);
    assert_null(rz_cluster_metadata(client, names, 1, &error));
    assert_error(error, RZ_ERROR_UNREACHABLE, "REBOOTSTRAP_REQUIRED");
    assert_true(fake_cluster_seen(cluster, RZ_API_API_VERSIONS) - before >= 4);
}

/* ---- the cluster ---- */

static bool
describe_with_fenced(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
                     const void *request, FakeReply *reply)
{
    (void)cluster;
    (void)node;
    const RzDescribeClusterRequest *asked = request;
    static const RzDescribeClusterBroker brokers[] = {{2, "h", 1, NULL, true},
                                                      {1, "h", 1, "az", false}};
    static const RzDescribeClusterResponse response = {
        .cluster_id = "fake", .brokers = brokers, .n_brokers = 2, .cluster_ops = 1 << 7 | 1 << 11};
    if (header->api->key != RZ_API_DESCRIBE_CLUSTER)
        return false;
    g_assert(asked->fenced && asked->cluster_ops && asked->endpoint_type == 1);
    *reply = fake_answer(header, &response);
    return true;
}

static void
fenced_brokers_are_described(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, describe_with_fenced);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    RzPermissions permissions;
    g_autoptr(RzClusterMetadata) seen = rz_cluster_describe(client, &permissions, NULL);
    assert_int_equal(permissions, RZ_MAY_ALTER_CLUSTER | RZ_MAY_ALTER_CONFIGS_CLUSTER);
    assert_int_equal(seen->n_brokers, 2);
    assert_string_equal(seen->brokers[0].rack, "az");
    assert_true(seen->brokers[1].fenced);
}

static void
older_clusters_are_described_by_metadata(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_ZOOKEEPER, NULL);
    cluster->max_versions[RZ_API_DESCRIBE_CLUSTER] = NOT_OFFERED;
    cluster->max_versions[RZ_API_METADATA] = 9;
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    RzPermissions permissions;
    g_autoptr(RzClusterMetadata) seen = rz_cluster_describe(client, &permissions, NULL);
    assert_int_equal(permissions, RZ_MAY_DESCRIBE_CLUSTER);
    assert_int_equal(seen->n_brokers, FAKE_NODES);
    cluster->max_versions[RZ_API_METADATA] = 11; /* for new connections */
    assert_int_equal(rz_cluster_api_version(client, -1, RZ_API_METADATA, NULL), 9);
    assert_int_equal(rz_cluster_api_version(client, 2, RZ_API_METADATA, NULL), 11);
    assert_int_equal(rz_cluster_api_version(client, 2, RZ_API_DESCRIBE_CLUSTER, NULL), -1);
}

static void
ancient_clusters_are_refused(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_ZOOKEEPER, NULL);
    cluster->max_versions[RZ_API_METADATA] = 3;
    g_autofree char *address = g_strdup_printf("127.0.0.1:%u", cluster->nodes[1].port);
    const RzClientSources sources = {.bootstrap_server = address};
    g_autoptr(RzClientConfig) config = rz_client_config_new(&sources, NULL);
    g_autoptr(GError) error = NULL;
    assert_null(rz_kafka_cluster_new(config, &error));
    assert_error(error, RZ_ERROR_UNSUPPORTED, "older than Kafka 2.4");
}

/* ---- quorum ---- */

static bool
describe_quorum(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
                const void *request, FakeReply *reply)
{
    (void)node;
    (void)request;
    static const RzQuorumReplica voters[] = {{.id = 100}, {.id = 101}}, observers[] = {{.id = 1}};
    RzQuorumPartition partition = {
        .leader = 101, .voters = voters, .n_voters = 2, .observers = observers, .n_observers = 1};
    const RzQuorumTopic topic = {"__cluster_metadata", &partition, 1};
    RzDescribeQuorumResponse response = {.topics = &topic, .n_topics = 1};
    if (header->api->key != RZ_API_DESCRIBE_QUORUM)
        return false;
    if (cluster->hooked == 1)
        partition.error = 6;
    if (cluster->hooked == 2)
        response.n_topics = 0;
    *reply = fake_answer(header, &response);
    return true;
}

static void
the_quorum_is_described(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, describe_quorum);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClusterQuorum) quorum = rz_cluster_describe_quorum(client, NULL);
    assert_int_equal(quorum->leader, 101);
    assert_int_equal(quorum->voters[1], 101);
    assert_int_equal(quorum->n_observers, 1);
    cluster->hooked = 1;
    assert_null(rz_cluster_describe_quorum(client, &error));
    assert_error(error, RZ_ERROR_KAFKA, "NOT_LEADER_OR_FOLLOWER");
    g_clear_error(&error);
    cluster->hooked = 2;
    assert_null(rz_cluster_describe_quorum(client, &error));
    assert_error(error, RZ_ERROR_PROTOCOL, "lacks the metadata partition");
}

static void
zookeeper_has_no_quorum(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_ZOOKEEPER, NULL);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    assert_null(rz_cluster_describe_quorum(client, &error));
    assert_error(error, RZ_ERROR_UNSUPPORTED, "DescribeQuorum");
}

/* ---- configs ---- */

/* Each resource has one key, its own name; in reverse, and without the last one when hooked. */
static bool
describe_configs(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
                 const void *request, FakeReply *reply)
{
    (void)node;
    const RzDescribeConfigsRequest *asked = request;
    if (header->api->key != RZ_API_DESCRIBE_CONFIGS)
        return false;
    uint32_t n = asked->n_resources - MIN(cluster->hooked, asked->n_resources);
    g_autoptr(RzArena) arena = rz_arena_new();
    RzDescribeConfigsResult *results = rz_arena_array(arena, RzDescribeConfigsResult, n);
    for (uint32_t i = 0; i < n; i++) {
        const RzDescribeConfigsResource *resource = &asked->resources[n - 1 - i];
        RzDescribeConfigsEntry *entries = rz_arena_array(arena, RzDescribeConfigsEntry, 2);
        entries[0] = (RzDescribeConfigsEntry){.name = "z", .value = resource->name, .source = 5};
        entries[1] = (RzDescribeConfigsEntry){.name = "a", .sensitive = true, .source = 77};
        results[i] = (RzDescribeConfigsResult){
            .type = resource->type, .name = resource->name, .configs = entries, .n_configs = 2};
        if (strcmp(resource->name, "denied") == 0)
            results[i].error = 29;
    }
    const RzDescribeConfigsResponse response = {.results = results, .n_results = n};
    *reply = fake_answer(header, &response);
    return true;
}

static void
topic_configs_come_in_the_order_asked(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, describe_configs);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < 1200; i++)
        g_ptr_array_add(names, i == 7 ? g_strdup("denied") : g_strdup_printf("t%d", i));
    const char *const *list = (const char *const *)(const void *)names->pdata;
    RzClusterConfig *configs =
        rz_cluster_describe_configs(client, RZ_RESOURCE_TOPIC, list, names->len, NULL, 0, NULL);
    assert_non_null(configs);
    assert_int_equal(fake_cluster_seen(cluster, RZ_API_DESCRIBE_CONFIGS), 3);
    for (guint i = 0; i < names->len; i++)
        assert_string_equal(configs[i].name, names->pdata[i]);
    assert_int_equal(configs[7].error, 29);
    assert_non_null(strstr(configs[7].message, "DESCRIBE_CONFIGS"));
    assert_string_equal(configs[8].entries[0].key, "a");
    assert_true(configs[8].entries[0].sensitive);
    assert_int_equal(configs[8].entries[0].source, RZ_SOURCE_UNKNOWN);
    assert_string_equal(rz_cluster_find_entry(&configs[8], "z")->value, "t8");
    rz_cluster_configs_free(configs, names->len);

    g_autoptr(GError) error = NULL;
    cluster->hooked = 1;
    assert_null(rz_cluster_describe_configs(client, RZ_RESOURCE_TOPIC, list, 10, NULL, 0, &error));
    assert_error(error, RZ_ERROR_PROTOCOL, "lacks \"t9\"");
}

static void
broker_configs_are_asked_of_that_broker(void **state)
{
    (void)state;
    static const char *const names[] = {"3", "2", ""}, *const keys[] = {"z"};
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, describe_configs);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    RzClusterConfig *configs =
        rz_cluster_describe_configs(client, RZ_RESOURCE_BROKER, names, 3, keys, 1, NULL);
    assert_non_null(configs);
    rz_cluster_configs_free(configs, 3);
    for (int32_t id = 1; id <= FAKE_NODES; id++)
        assert_int_equal(cluster->nodes[id].seen[RZ_API_DESCRIBE_CONFIGS], 1);
}

/* ---- log directories ---- */

static bool
describe_log_dirs(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
                  const void *request, FakeReply *reply)
{
    (void)node;
    (void)request;
    static const RzLogDirPartition sizes[] = {{3, 30, 0, false}, {1, 10, 5, true}};
    static const RzLogDirTopic topics[] = {{"b", sizes, 2}, {"a", sizes, 1}};
    static const RzLogDir dirs[] = {
        {.path = "/2", .error = 56},
        {.path = "/1", .topics = topics, .n_topics = 2, .total_bytes = 9, .usable_bytes = 4}};
    if (header->api->key != RZ_API_DESCRIBE_LOG_DIRS)
        return false;
    RzDescribeLogDirsResponse response = {.dirs = dirs, .n_dirs = 2};
    if (cluster->hooked != 0)
        response = (RzDescribeLogDirsResponse){.error = 31};
    *reply = fake_answer(header, &response);
    return true;
}

static void
log_dirs_are_sorted(void **state)
{
    (void)state;
    static const RzTopicPartition none[1];
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, describe_log_dirs);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(RzClusterLogDirs) seen = rz_cluster_describe_log_dirs(client, 2, none, 0, NULL);
    assert_int_equal(cluster->nodes[2].seen[RZ_API_DESCRIBE_LOG_DIRS], 1);
    assert_string_equal(seen->dirs[0].path, "/1");
    assert_int_equal(seen->dirs[0].n_replicas, 3);
    assert_string_equal(seen->dirs[0].replicas[0].topic, "a");
    assert_int_equal(seen->dirs[0].replicas[1].size_bytes, 10);
    assert_true(seen->dirs[0].replicas[1].future);
    assert_int_equal(seen->dirs[0].usable_bytes, 4);
    assert_int_equal(seen->dirs[1].error, 56);
}

typedef struct {
    const char *name;
    int16_t version;
} Version;

static const Version denied_log_dirs[] = {
    {"denied log directories, with a code", 4},
    {"denied log directories, by silence", 2},
    {"denied log directories, by silence in the old encoding", 1},
};

static void
denied_log_dirs_name_the_acl(void **state)
{
    const Version *row = *state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, describe_log_dirs);
    cluster->max_versions[RZ_API_DESCRIBE_LOG_DIRS] = row->version;
    cluster->hooked = 1;
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    assert_null(rz_cluster_describe_log_dirs(client, 2, NULL, 0, &error));
    assert_error(error, RZ_ERROR_DENIED, "DESCRIBE on CLUSTER");
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(reassignments_are_sorted),
        cmocka_unit_test(named_topics_are_asked_in_parts),
        cmocka_unit_test(hidden_topic_names_the_right),
        cmocka_unit_test(metadata_must_answer_the_question),
        cmocka_unit_test(rebootstrapping_starts_again),
        cmocka_unit_test(fenced_brokers_are_described),
        cmocka_unit_test(older_clusters_are_described_by_metadata),
        cmocka_unit_test(ancient_clusters_are_refused),
        cmocka_unit_test(the_quorum_is_described),
        cmocka_unit_test(zookeeper_has_no_quorum),
        cmocka_unit_test(topic_configs_come_in_the_order_asked),
        cmocka_unit_test(broker_configs_are_asked_of_that_broker),
        cmocka_unit_test(log_dirs_are_sorted),
    };
    g_array_append_vals(tests, fixed, G_N_ELEMENTS(fixed));
    for (size_t i = 0; i < G_N_ELEMENTS(repeats); i++)
        add_row(tests, repeats[i].name, reads_are_repeated_within_reason, &repeats[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(denied_log_dirs); i++)
        add_row(tests, denied_log_dirs[i].name, denied_log_dirs_name_the_acl, &denied_log_dirs[i]);
    return run_rows("reads", tests);
}
