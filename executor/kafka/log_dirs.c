/*
 * log_dirs.c: what one broker has on its disks.
 *
 * Below version 3 a refusal has no code: it looks like a broker without directories, which cannot
 * be.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/kafka/kafka_private.h"

static int
compare_replicas(const void *a, const void *b)
{
    const RzLogDirReplica *left = a, *right = b;
    int order = strcmp(left->topic, right->topic);
    return order != 0 ? order
                      : (left->partition > right->partition) - (left->partition < right->partition);
}

static int
compare_dirs(const void *a, const void *b)
{
    return strcmp(((const RzClusterLogDir *)a)->path, ((const RzClusterLogDir *)b)->path);
}

static void
copy_dir(RzClusterLogDir *dir, const RzLogDir *from)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < from->n_topics; i++)
        n += from->topics[i].n_partitions;
    *dir = (RzClusterLogDir){
        .path = g_strdup(from->path),
        .error = from->error,
        .total_bytes = from->total_bytes,
        .usable_bytes = from->usable_bytes,
        .cordoned = from->cordoned,
        .replicas = g_new0(RzLogDirReplica, n),
    };
    for (uint32_t i = 0; i < from->n_topics; i++) {
        for (uint32_t j = 0; j < from->topics[i].n_partitions; j++) {
            const RzLogDirPartition *p = &from->topics[i].partitions[j];
            dir->replicas[dir->n_replicas++] = (RzLogDirReplica){
                g_strdup(from->topics[i].name), p->index, p->size, p->offset_lag, p->future};
        }
    }
    if (n > 1)
        qsort(dir->replicas, n, sizeof *dir->replicas, compare_replicas);
}

RzClusterLogDirs *
rz_kafka_describe_log_dirs(RzCluster *cluster, int32_t broker, const RzTopicPartition *partitions,
                           uint32_t n, GError **error)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    RzDescribeLogDirsRequest request = {0};
    if (partitions != NULL) {
        const RzGrouping *grouping = rz_grouping_new(partitions, n, arena);
        request.topics = rz_grouping_topics(grouping, arena);
        request.n_topics = grouping->n_groups;
    }
    const RzDescribeLogDirsResponse *answer =
        rz_kafka_call((RzKafka *)cluster, RZ_API_DESCRIBE_LOG_DIRS, broker, &request, arena, error);
    if (answer == NULL)
        return NULL;
    if (answer->n_dirs == 0) {
        g_autofree char *acl =
            rz_kafka_acl(RZ_API_DESCRIBE_LOG_DIRS, RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED);
        g_set_error(error, RZ_ERROR, RZ_ERROR_DENIED,
                    "broker %d shows no log directories: the account needs %s", broker, acl);
        return NULL;
    }
    RzClusterLogDirs *dirs = g_new0(RzClusterLogDirs, 1);
    dirs->dirs = g_new0(RzClusterLogDir, answer->n_dirs);
    dirs->n_dirs = answer->n_dirs;
    for (uint32_t i = 0; i < answer->n_dirs; i++)
        copy_dir(&dirs->dirs[i], &answer->dirs[i]);
    if (dirs->n_dirs > 1)
        qsort(dirs->dirs, dirs->n_dirs, sizeof *dirs->dirs, compare_dirs);
    return dirs;
}
