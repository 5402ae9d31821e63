/*
 * test_changes.c: changing requests through the port: who gets them, what is repeated, what a lost
 * answer is called.
 */
#include "tests/unit/kafka/rows.h"

#include <string.h>

#include "tests/unit/kafka/fake_cluster.h"

static const int32_t targets[] = {2, 3};
static const RzReassign moves[] = {
    {.topic = "b", .partition = 1, .replicas = targets, .n_replicas = 2},
    {.topic = "a", .partition = 0, .replicas = NULL},
    {.topic = "b", .partition = 0, .replicas = targets, .n_replicas = 2},
};

static void
assert_error(const GError *error, int code, const char *part)
{
    assert_non_null(error);
    if (error->code != code || strstr(error->message, part) == NULL)
        fail_msg("%d \"%s\", expected %d \"%s\"", error->code, error->message, code, part);
}

/* Answers each partition of a reassignment with its number as code, so that order shows. */
static FakeReply
answer_moves(const RzRequestHeader *header, const RzAlterReassignRequest *request, uint32_t skip)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    uint32_t n = request->n_topics - MIN(skip, request->n_topics);
    RzAlterReassignTopicResult *topics = rz_arena_array(arena, RzAlterReassignTopicResult, n);
    for (uint32_t i = 0; i < n; i++) {
        const RzAlterReassignTopic *asked = &request->topics[request->n_topics - 1 - i];
        RzAlterReassignPartitionResult *partitions =
            rz_arena_array(arena, RzAlterReassignPartitionResult, asked->n_partitions);
        for (uint32_t j = 0; j < asked->n_partitions; j++)
            partitions[j] = (RzAlterReassignPartitionResult){
                asked->partitions[j].index, (int16_t)(100 + asked->partitions[j].index),
                asked->name};
        topics[i] = (RzAlterReassignTopicResult){asked->name, partitions, asked->n_partitions};
    }
    const RzAlterReassignResponse response = {.topics = topics, .n_topics = n};
    return fake_answer(header, &response);
}

static FakeReply
refuse_moves(const RzRequestHeader *header, int16_t code)
{
    const RzAlterReassignResponse response = {.error = code};
    return fake_answer(header, &response);
}

static void
assert_moved(const RzItemResult *results)
{
    assert_int_equal(results[0].code, 101);
    assert_string_equal(results[0].message, "b");
    assert_int_equal(results[1].code, 100);
    assert_string_equal(results[1].message, "a");
    assert_int_equal(results[2].code, 100);
    assert_string_equal(results[2].message, "b");
}

/* ---- who gets them ---- */

static bool
controller_moves_to_2(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
                      const void *request, FakeReply *reply)
{
    if (header->api->key != RZ_API_ALTER_REASSIGN)
        return false;
    cluster->controller = 2;
    *reply = node == 2 ? answer_moves(header, request, 0) : refuse_moves(header, 41);
    return true;
}

static void
zookeepers_controller_is_followed(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_ZOOKEEPER, controller_moves_to_2);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 3);
    RzItemResult results[3];
    assert_true(rz_cluster_alter_reassignments(client, moves, 3, true, results, NULL));
    assert_moved(results);
    rz_item_results_clear(results, 3);
    assert_int_equal(cluster->nodes[1].seen[RZ_API_ALTER_REASSIGN], 1);
    assert_int_equal(cluster->nodes[2].seen[RZ_API_ALTER_REASSIGN], 1);
}

static bool
any_broker_forwards(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
                    const void *request, FakeReply *reply)
{
    (void)cluster;
    (void)node;
    if (header->api->key != RZ_API_ALTER_REASSIGN)
        return false;
    *reply = answer_moves(header, request, 0);
    return true;
}

static void
in_kraft_the_connected_broker_is_asked(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, any_broker_forwards);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 3);
    RzItemResult results[3];
    assert_true(rz_cluster_alter_reassignments(client, moves, 3, true, results, NULL));
    assert_moved(results);
    rz_item_results_clear(results, 3);
    assert_int_equal(cluster->nodes[3].seen[RZ_API_ALTER_REASSIGN], 1);
}

static bool
there_is_no_controller(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
                       const void *request, FakeReply *reply)
{
    (void)cluster;
    (void)node;
    (void)request;
    if (header->api->key != RZ_API_ALTER_REASSIGN)
        return false;
    *reply = refuse_moves(header, 41);
    return true;
}

static void
a_controller_that_is_never_found_is_ambiguous(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_ZOOKEEPER, there_is_no_controller);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 3);
    g_autoptr(GError) error = NULL;
    RzItemResult results[3];
    assert_false(rz_cluster_alter_reassignments(client, moves, 3, true, results, &error));
    assert_error(error, RZ_ERROR_AMBIGUOUS, "NOT_CONTROLLER");
    assert_int_equal(fake_cluster_seen(cluster, RZ_API_ALTER_REASSIGN), 5);
}

/* ---- the size of the replica list ---- */

static bool
flag_is_seen(FakeCluster *cluster, int32_t node, const RzRequestHeader *header, const void *request,
             FakeReply *reply)
{
    const RzAlterReassignRequest *asked = request;
    if (header->api->key == RZ_API_ALTER_REASSIGN)
        cluster->hooked = asked->allow_rf_change ? 1 : 2;
    return any_broker_forwards(cluster, node, header, request, reply);
}

typedef struct {
    const char *name;
    int16_t version;
    bool keep_rf;
    unsigned seen; /* 1: a change is allowed, 2: it is not */
} KeepRf;

static const KeepRf keep_rf_cases[] = {
    {"keep_rf forbids a change in version 1", 1, true, 2},
    {"without keep_rf version 1 allows it", 1, false, 1},
    {"version 0 cannot forbid it", 0, true, 1},
};

static void
replication_factor_is_guarded(void **state)
{
    const KeepRf *row = *state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, flag_is_seen);
    cluster->max_versions[RZ_API_ALTER_REASSIGN] = row->version;
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    RzItemResult results[3];
    assert_true(rz_cluster_alter_reassignments(client, moves, 3, row->keep_rf, results, NULL));
    rz_item_results_clear(results, 3);
    assert_int_equal(cluster->hooked, row->seen);
}

/* ---- bad answers ---- */

typedef enum { CLOSED, GARBLED, INCOMPLETE, SILENT, CODE } BadAnswer;

typedef struct {
    const char *name;
    BadAnswer answer;
    int16_t code;
    int error;
    const char *message;
} BadCase;

static const BadCase bad_cases[] = {
    {"a lost answer", CLOSED, 0, RZ_ERROR_AMBIGUOUS, "closed the connection"},
    {"no answer in time", SILENT, 0, RZ_ERROR_AMBIGUOUS, "timed out"},
    {"an unreadable answer", GARBLED, 0, RZ_ERROR_AMBIGUOUS, "response"},
    {"an item without an answer", INCOMPLETE, 0, RZ_ERROR_AMBIGUOUS, "lacks a-0"},
    {"a timeout", CODE, 7, RZ_ERROR_AMBIGUOUS, "REQUEST_TIMED_OUT"},
    {"a failure of the broker", CODE, -1, RZ_ERROR_AMBIGUOUS, "UNKNOWN_SERVER_ERROR"},
    {"a denial", CODE, 31, RZ_ERROR_DENIED, "ALTER on CLUSTER"},
    {"an invalid request", CODE, 42, RZ_ERROR_KAFKA, "INVALID_REQUEST"},
    {"a code from the future", CODE, 4711, RZ_ERROR_KAFKA, "error 4711"},
};

static const BadCase *bad_case; /* the row that the fake cluster plays */

static bool
answer_badly(FakeCluster *cluster, int32_t node, const RzRequestHeader *header, const void *request,
             FakeReply *reply)
{
    (void)cluster;
    (void)node;
    if (header->api->key != RZ_API_ALTER_REASSIGN)
        return false;
    if (bad_case->answer == CLOSED)
        *reply = fake_close();
    else if (bad_case->answer == INCOMPLETE)
        *reply = answer_moves(header, request, 1);
    else if (bad_case->answer == CODE)
        *reply = refuse_moves(header, bad_case->code);
    else if (bad_case->answer == GARBLED) {
        *reply = answer_moves(header, request, 0);
        reply->bytes->data[reply->bytes->len - 1] = 1; /* a tagged field is missing */
    }
    return true;
}

static void
a_bad_answer_is_classed_and_not_repeated(void **state)
{
    bad_case = *state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, answer_badly);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    RzItemResult results[3];
    assert_false(rz_cluster_alter_reassignments(client, moves, 3, true, results, &error));
    assert_error(error, bad_case->error, bad_case->message);
    assert_int_equal(fake_cluster_seen(cluster, RZ_API_ALTER_REASSIGN), 1);
}

static void
without_any_broker_it_certainly_did_not_happen(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, any_broker_forwards);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    RzItemResult results[3];
    for (int32_t id = 1; id <= FAKE_NODES; id++)
        fake_cluster_kill(cluster, id);
    assert_false(rz_cluster_alter_reassignments(client, moves, 3, true, results, &error));
    assert_error(error, RZ_ERROR_UNREACHABLE, "no broker can be reached");
}

/* ---- elections ---- */

static bool
hold_elections(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
               const void *request, FakeReply *reply)
{
    (void)cluster;
    (void)node;
    (void)request;
    static const RzElectLeadersPartition b[] = {{1, 80, "not in the ISR"}, {0, 31, "no"}};
    static const RzElectLeadersPartition a[] = {{0, 84, ""}};
    static const RzElectLeadersResult results[] = {{"b", b, 2}, {"a", a, 1}};
    static const RzElectLeadersResponse response = {.results = results, .n_results = 2};
    if (header->api->key != RZ_API_ELECT_LEADERS)
        return false;
    *reply = fake_answer(header, &response);
    return true;
}

static void
election_results_find_their_items(void **state)
{
    (void)state;
    static const RzTopicPartition partitions[] = {{"a", 0}, {"b", 0}, {"b", 1}};
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, hold_elections);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    RzItemResult results[3];
    assert_true(rz_cluster_elect_preferred(client, partitions, 3, results, NULL));
    assert_int_equal(results[0].code, 84);
    assert_null(results[0].message);
    assert_int_equal(results[1].code, 31);
    assert_non_null(strstr(results[1].message, "ALTER on CLUSTER"));
    assert_int_equal(results[2].code, 80);
    assert_string_equal(results[2].message, "not in the ISR");
    rz_item_results_clear(results, 3);
}

/* ---- configs ---- */

/* Answers in reverse, with the number of changes to a resource as its code. */
static bool
alter_configs(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
              const void *request, FakeReply *reply)
{
    (void)cluster;
    (void)node;
    const RzAlterConfigsRequest *asked = request;
    if (header->api->key != RZ_API_ALTER_CONFIGS)
        return false;
    RzAlterConfigsResult results[8];
    for (uint32_t i = 0; i < asked->n_resources; i++) {
        const RzAlterConfigsResource *resource = &asked->resources[asked->n_resources - 1 - i];
        results[i] = (RzAlterConfigsResult){(int16_t)resource->n_configs, "", resource->type,
                                            resource->name};
    }
    const RzAlterConfigsResponse response = {0, results, asked->n_resources};
    *reply = fake_answer(header, &response);
    return true;
}

static const RzConfigChange changes[] = {
    {RZ_RESOURCE_TOPIC, "a", "x", RZ_CONFIG_SET, "1"},
    {RZ_RESOURCE_BROKER, "2", "x", RZ_CONFIG_SET, "1"},
    {RZ_RESOURCE_TOPIC, "b", "x", RZ_CONFIG_DELETE, NULL},
    {RZ_RESOURCE_TOPIC, "a", "y", RZ_CONFIG_SET, "1"},
    {RZ_RESOURCE_BROKER, "", "x", RZ_CONFIG_DELETE, NULL},
};

static void
config_changes_go_where_they_belong(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, alter_configs);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    RzItemResult results[5];
    assert_true(rz_cluster_alter_configs(client, changes, 5, false, results, NULL));
    static const int16_t expected[] = {2, 1, 1, 2, 1};
    for (int i = 0; i < 5; i++)
        assert_int_equal(results[i].code, expected[i]);
    rz_item_results_clear(results, 5);
    assert_int_equal(cluster->nodes[2].seen[RZ_API_ALTER_CONFIGS], 1);
    assert_int_equal(cluster->nodes[3].seen[RZ_API_ALTER_CONFIGS], 0);
}

/* The topics were changed before the dead broker's turn came: "nothing happened" would be a lie. */
static void
a_half_done_change_is_ambiguous(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, alter_configs);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    RzItemResult results[5];
    fake_cluster_kill(cluster, 2);
    assert_false(rz_cluster_alter_configs(client, changes, 5, false, results, &error));
    assert_error(error, RZ_ERROR_AMBIGUOUS, "broker 2");
    g_clear_error(&error);
    assert_false(rz_cluster_alter_configs(client, changes + 1, 1, false, results, &error));
    assert_error(error, RZ_ERROR_UNREACHABLE, "broker 2");
    g_clear_error(&error);
    const RzConfigChange nonsense = {RZ_RESOURCE_BROKER, "two", "x", RZ_CONFIG_DELETE, NULL};
    assert_false(rz_cluster_alter_configs(client, &nonsense, 1, false, results, &error));
    assert_error(error, RZ_ERROR_USAGE, "two");
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(zookeepers_controller_is_followed),
        cmocka_unit_test(in_kraft_the_connected_broker_is_asked),
        cmocka_unit_test(a_controller_that_is_never_found_is_ambiguous),
        cmocka_unit_test(without_any_broker_it_certainly_did_not_happen),
        cmocka_unit_test(election_results_find_their_items),
        cmocka_unit_test(config_changes_go_where_they_belong),
        cmocka_unit_test(a_half_done_change_is_ambiguous),
    };
    g_array_append_vals(tests, fixed, G_N_ELEMENTS(fixed));
    for (size_t i = 0; i < G_N_ELEMENTS(keep_rf_cases); i++)
        add_row(tests, keep_rf_cases[i].name, replication_factor_is_guarded, &keep_rf_cases[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(bad_cases); i++)
        add_row(tests, bad_cases[i].name, a_bad_answer_is_classed_and_not_repeated, &bad_cases[i]);
    return run_rows("changes", tests);
}
