/*
 * test_availability.c: brokers that are dead, hang or refuse us, and who answers instead.
 */
#include "tests/unit/kafka/rows.h"

#include <string.h>

#include "executor/clock.h"
#include "tests/unit/kafka/fake_cluster.h"

static void
assert_error(const GError *error, int code, const char *part)
{
    assert_non_null(error);
    if (error->code != code || strstr(error->message, part) == NULL)
        fail_msg("%d \"%s\", expected %d \"%s\"", error->code, error->message, code, part);
}

/* ---- one broker is not there ---- */

static bool
describe_log_dirs(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
                  const void *request, FakeReply *reply)
{
    (void)cluster;
    (void)node;
    (void)request;
    static const RzLogDir dir = {.path = "/1"};
    static const RzDescribeLogDirsResponse response = {.dirs = &dir, .n_dirs = 1};
    if (header->api->key != RZ_API_DESCRIBE_LOG_DIRS)
        return false;
    *reply = fake_answer(header, &response);
    return true;
}

static void
a_dead_broker_is_named(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, describe_log_dirs);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    fake_cluster_kill(cluster, 2);
    assert_null(rz_cluster_describe_log_dirs(client, 2, NULL, 0, &error));
    assert_error(error, RZ_ERROR_UNREACHABLE, "broker 2: 127.0.0.1:");
    g_clear_error(&error);
    assert_null(rz_cluster_describe_log_dirs(client, 7, NULL, 0, &error));
    assert_error(error, RZ_ERROR_UNREACHABLE, "broker 7 is not alive");
}

/* A broker that hangs costs one timeout, not one per request; the others answer meanwhile. */
static void
a_hanging_broker_is_remembered(void **state)
{
    (void)state;
    const RzClock *clock = rz_clock_system();
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, describe_log_dirs);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    g_autoptr(GError) error = NULL;
    cluster->silent = 2;
    int64_t start_ms = clock->monotonic_ms(clock);
    assert_null(rz_cluster_describe_log_dirs(client, 2, NULL, 0, &error));
    assert_error(error, RZ_ERROR_UNREACHABLE, "timed out");
    assert_in_range(clock->monotonic_ms(clock) - start_ms, 990, 1900);
    start_ms = clock->monotonic_ms(clock);
    for (int i = 0; i < 20; i++) {
        g_clear_error(&error);
        assert_null(rz_cluster_describe_log_dirs(client, 2, NULL, 0, &error));
        assert_error(error, RZ_ERROR_UNREACHABLE, "broker 2: 127.0.0.1:");
        g_autoptr(RzClusterLogDirs) other = rz_cluster_describe_log_dirs(client, 3, NULL, 0, NULL);
        assert_non_null(other);
    }
    assert_true(clock->monotonic_ms(clock) - start_ms < 500);
}

/* ---- bootstrap ---- */

static void
any_bootstrap_server_will_do(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, NULL);
    g_autofree char *servers = g_strdup_printf("127.0.0.1:%u,127.0.0.1:%u", cluster->nodes[1].port,
                                               cluster->nodes[2].port);
    const RzClientSources sources = {.bootstrap_server = servers};
    g_autoptr(RzClientConfig) config = rz_client_config_new(&sources, NULL);
    g_autoptr(GError) error = NULL;
    fake_cluster_kill(cluster, 1);
    g_autoptr(RzCluster) client = rz_kafka_cluster_new(config, NULL);
    assert_non_null(client);
    fake_cluster_kill(cluster, 2);
    assert_null(rz_kafka_cluster_new(config, &error));
    g_autofree char *first = g_strdup_printf("127.0.0.1:%u: ", cluster->nodes[1].port);
    g_autofree char *second = g_strdup_printf("127.0.0.1:%u: ", cluster->nodes[2].port);
    assert_error(error, RZ_ERROR_UNREACHABLE, first);
    assert_error(error, RZ_ERROR_UNREACHABLE, second);
}

static bool
refuse_password(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
                const void *request, FakeReply *reply)
{
    (void)cluster;
    (void)node;
    (void)request;
    static const char *const mechanisms[] = {"PLAIN"};
    const RzSaslHandshakeResponse handshake = {.mechanisms = mechanisms, .n_mechanisms = 1};
    const RzSaslAuthenticateResponse refusal = {.error = 58, .message = "who are you?"};
    if (header->api->key == RZ_API_SASL_HANDSHAKE)
        *reply = fake_answer(header, &handshake);
    else
        *reply = fake_answer(header, &refusal);
    return true;
}

/* Trying a wrong password on every bootstrap server would lock the account. */
static void
a_wrong_password_is_tried_once(void **state)
{
    (void)state;
    static const char *const properties[] = {"security.protocol=sasl_plaintext",
                                             "sasl.mechanism=PLAIN", "sasl.username=u",
                                             "sasl.password=p", NULL};
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, refuse_password);
    g_autofree char *servers = g_strdup_printf("127.0.0.1:%u,127.0.0.1:%u", cluster->nodes[1].port,
                                               cluster->nodes[2].port);
    const RzClientSources sources = {
        .bootstrap_server = servers, .overrides = properties, .allow_insecure_sasl = true};
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClientConfig) config = rz_client_config_new(&sources, &error);
    if (config == NULL)
        fail_msg("%s", error->message);
    assert_null(rz_kafka_cluster_new(config, &error));
    assert_error(error, RZ_ERROR_DENIED, "who are you?");
    assert_int_equal(fake_cluster_seen(cluster, RZ_API_SASL_AUTHENTICATE), 1);
}

/* The bootstrap server dies, the cluster lives on. */
static void
other_brokers_take_over(void **state)
{
    (void)state;
    g_autoptr(FakeCluster) cluster = fake_cluster_new(FAKE_KRAFT, NULL);
    g_autoptr(RzCluster) client = fake_cluster_connect(cluster, 1);
    fake_cluster_kill(cluster, 1);
    g_autoptr(RzClusterMetadata) metadata = rz_cluster_metadata(client, NULL, 0, NULL);
    assert_non_null(metadata);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_broker_is_named),
        cmocka_unit_test(a_hanging_broker_is_remembered),
        cmocka_unit_test(any_bootstrap_server_will_do),
        cmocka_unit_test(a_wrong_password_is_tried_once),
        cmocka_unit_test(other_brokers_take_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
