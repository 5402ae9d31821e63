/*
 * answers_log_dirs.c: DescribeLogDirs, of the broker that is asked.
 */
#include "cli/sandbox/sandbox_private.h"

#include <string.h>

static bool
is_asked(const RzDescribeLogDirsRequest *asked, const RzSimLogReplicaView *view)
{
    for (uint32_t i = 0; i < asked->n_topics; i++) {
        const RzTopicPartitions *topic = &asked->topics[i];
        if (strcmp(topic->topic, view->topic) != 0)
            continue;
        for (uint32_t j = 0; j < topic->n_partitions; j++)
            if (topic->partitions[j] == view->partition)
                return true;
    }
    return asked->topics == NULL;
}

/* Replicas come in topic order: a topic's are neighbours. */
static void
fill_dir(RzCall *call, const RzDescribeLogDirsRequest *asked, uint32_t index,
         const GArray *replicas, RzLogDir *to)
{
    RzLogDirTopic *topics = rz_arena_array(call->arena, RzLogDirTopic, replicas->len);
    RzLogDirPartition *partitions = rz_arena_array(call->arena, RzLogDirPartition, replicas->len);
    uint32_t n = 0;
    for (uint32_t i = 0; i < replicas->len; i++) {
        const RzSimLogReplicaView *view = &g_array_index(replicas, RzSimLogReplicaView, i);
        if (view->dir != index || !is_asked(asked, view))
            continue;
        partitions[n] =
            (RzLogDirPartition){view->partition, view->size_bytes, view->offset_lag, false};
        if (to->n_topics == 0 || strcmp(topics[to->n_topics - 1].name, view->topic) != 0)
            topics[to->n_topics++] = (RzLogDirTopic){view->topic, &partitions[n], 0};
        topics[to->n_topics - 1].n_partitions++;
        n++;
    }
    to->topics = topics;
}

const void *
rz_answer_describe_log_dirs(RzCall *call, const void *request)
{
    const RzDescribeLogDirsRequest *asked = request;
    RzDescribeLogDirsResponse *response = rz_arena_array(call->arena, RzDescribeLogDirsResponse, 1);
    rz_wire_init(&rz_schema_RzDescribeLogDirsResponse, response);
    if (!rz_sim_allows(call->sim, RZ_SIM_DESCRIBE_CLUSTER, NULL)) {
        response->error = RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED; /* below version 3: just empty */
        return response;
    }
    g_autoptr(GArray) views = NULL;
    g_autoptr(GArray) replicas = NULL;
    if (!rz_sim_log_dirs(call->sim, call->broker, &views, &replicas))
        return response;
    RzLogDir *dirs = rz_arena_array(call->arena, RzLogDir, views->len);
    for (uint32_t i = 0; i < views->len; i++) {
        const RzSimLogDirView *view = &g_array_index(views, RzSimLogDirView, i);
        dirs[i] = (RzLogDir){.error = view->error,
                             .path = view->path,
                             .total_bytes = view->total_bytes,
                             .usable_bytes = view->usable_bytes,
                             .cordoned = view->cordoned};
        fill_dir(call, asked, i, replicas, &dirs[i]);
    }
    response->dirs = dirs;
    response->n_dirs = views->len;
    return response;
}
