/*
 * world_kafka.c: real brokers: our wire client, and librdkafka for topics and data.
 */
#include "simulated/conformance/world.h"

#include <librdkafka/rdkafka.h>
#include <string.h>

#include "executor/kafka/client_config.h"
#include "executor/kafka/kafka_cluster.h"

#define MESSAGE_BYTES 100000
#define TIMEOUT_MS 30000

typedef struct {
    World base;
    rd_kafka_t *producer;
    char *control;
} KafkaWorld;

static bool
fail(GError **error, const char *what, const char *why)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_KAFKA, "%s: %s", what, why);
    return false;
}

/* ---- topics and data ---- */

static bool
admin_topic(KafkaWorld *world, rd_kafka_NewTopic_t *create, const char *delete, GError **error)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(world->producer);
    rd_kafka_DeleteTopic_t *deletion = delete == NULL ? NULL : rd_kafka_DeleteTopic_new(delete);
    if (create != NULL)
        rd_kafka_CreateTopics(world->producer, &create, 1, NULL, queue);
    else
        rd_kafka_DeleteTopics(world->producer, &deletion, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    const char *why = event == NULL                      ? "no answer"
                      : rd_kafka_event_error(event) != 0 ? rd_kafka_event_error_string(event)
                                                         : NULL;
    size_t n = 0;
    const rd_kafka_topic_result_t **results = NULL;
    if (why == NULL && create != NULL)
        results =
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
    else if (why == NULL)
        results =
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n);
    for (size_t i = 0; i < n; i++)
        if (rd_kafka_topic_result_error(results[i]) != 0)
            why = rd_kafka_err2str(rd_kafka_topic_result_error(results[i]));
    bool ok = why == NULL || fail(error, "topic", why);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    if (deletion != NULL)
        rd_kafka_DeleteTopic_destroy(deletion);
    rd_kafka_queue_destroy(queue);
    return ok;
}

static bool
produce(KafkaWorld *world, const char *name, int32_t partition, int64_t bytes, GError **error)
{
    g_autofree char *payload = g_malloc0(MESSAGE_BYTES);
    for (int64_t done = 0; done < bytes; done += MESSAGE_BYTES)
        if (rd_kafka_producev(world->producer, RD_KAFKA_V_TOPIC(name),
                              RD_KAFKA_V_PARTITION(partition),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK),
                              RD_KAFKA_V_VALUE(payload, MESSAGE_BYTES), RD_KAFKA_V_END) != 0)
            return fail(error, name, "cannot produce");
    return true;
}

static bool
create_topic(World *base, const char *name, const int32_t *replicas, uint32_t n_partitions,
             uint32_t rf, int64_t bytes, GError **error)
{
    KafkaWorld *world = (KafkaWorld *)base;
    char why[256];
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(name, (int)n_partitions, -1, why, sizeof why);
    for (uint32_t i = 0; topic != NULL && i < n_partitions; i++) {
        g_autofree int32_t *list = g_memdup2(replicas + (gsize)i * rf, rf * sizeof(int32_t));
        rd_kafka_NewTopic_set_replica_assignment(topic, (int32_t)i, list, rf, why, sizeof why);
    }
    bool ok = topic != NULL ? admin_topic(world, topic, NULL, error) : fail(error, name, why);
    if (topic != NULL)
        rd_kafka_NewTopic_destroy(topic);
    for (uint32_t i = 0; ok && i < n_partitions; i++)
        ok = produce(world, name, (int32_t)i, bytes, error);
    if (ok && rd_kafka_flush(world->producer, 2 * TIMEOUT_MS) != 0)
        return fail(error, name, "what was produced is not acknowledged");
    return ok;
}

static bool
delete_topic(World *world, const char *name, GError **error)
{
    return admin_topic((KafkaWorld *)world, NULL, name, error);
}

/* ---- deaths and time ---- */

static bool
set_broker(World *base, int32_t broker, bool up, GError **error)
{
    const KafkaWorld *world = (const KafkaWorld *)base;
    int status = 0;
    g_autofree char *line =
        g_strdup_printf("%s %s %d", world->control, up ? "start" : "kill", broker);
    if (!g_spawn_command_line_sync(line, NULL, NULL, &status, error))
        return false;
    return g_spawn_check_wait_status(status, error);
}

static void
sleep_ms(World *world, int64_t ms)
{
    (void)world;
    g_usleep((gulong)ms * 1000);
}

static void
world_free(World *base)
{
    KafkaWorld *world = (KafkaWorld *)base;
    if (world->producer != NULL)
        rd_kafka_destroy(world->producer);
    rz_cluster_free(base->cluster);
    g_free(world->control);
    g_free(world);
}

static rd_kafka_t *
producer_new(const char *bootstrap, GError **error)
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, why, sizeof why);
    rd_kafka_conf_set(conf, "acks", "all", why, sizeof why);
    rd_kafka_conf_set(conf, "linger.ms", "0", why, sizeof why);
    rd_kafka_conf_set(conf, "log_level", "0", why, sizeof why);
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (producer == NULL) {
        fail(error, "producer", why);
        rd_kafka_conf_destroy(conf);
    }
    return producer;
}

RzCluster *
world_connect(const char *bootstrap, GError **error)
{
    RzClientSources sources = {.bootstrap_server = bootstrap};
    g_autoptr(RzClientConfig) config = rz_client_config_new(&sources, error);
    return config == NULL ? NULL : rz_kafka_cluster_new(config, error);
}

World *
world_kafka_new(const char *bootstrap, int version, const char *control, GError **error)
{
    KafkaWorld *world = g_new0(KafkaWorld, 1);
    world->control = g_strdup(control);
    world->base = (World){.version = version,
                          .patience_ms = 60000,
                          .hang_ms = 6000,
                          .settle_ms = 400,
                          .create_topic = create_topic,
                          .delete_topic = delete_topic,
                          .set_broker = control == NULL ? NULL : set_broker,
                          .sleep = sleep_ms,
                          .free = world_free};
    world->producer = producer_new(bootstrap, error);
    world->base.cluster = world->producer == NULL ? NULL : world_connect(bootstrap, error);
    if (world->base.cluster == NULL) {
        world_free(&world->base);
        return NULL;
    }
    return &world->base;
}
