/*
 * cluster.c: the port's callers, its answers' destructors, and look-ups in them.
 */
#include "executor/cluster.h"

#include <stdlib.h>
#include <string.h>

RzClusterMetadata *
rz_cluster_metadata(RzCluster *cluster, const char *const *topics, uint32_t n_topics,
                    GError **error)
{
    return cluster->ops->metadata(cluster, topics, n_topics, error);
}

RzClusterMetadata *
rz_cluster_describe(RzCluster *cluster, RzPermissions *permissions, GError **error)
{
    return cluster->ops->describe_cluster(cluster, permissions, error);
}

RzClusterReassignments *
rz_cluster_list_reassignments(RzCluster *cluster, const RzTopicPartition *partitions, uint32_t n,
                              GError **error)
{
    return cluster->ops->list_reassignments(cluster, partitions, n, error);
}

bool
rz_cluster_alter_reassignments(RzCluster *cluster, const RzReassign *items, uint32_t n,
                               bool keep_rf, RzItemResult *results, GError **error)
{
    g_assert(n <= RZ_CLUSTER_MAX_BATCH);
    return cluster->ops->alter_reassignments(cluster, items, n, keep_rf, results, error);
}

bool
rz_cluster_elect_preferred(RzCluster *cluster, const RzTopicPartition *partitions, uint32_t n,
                           RzItemResult *results, GError **error)
{
    g_assert(n <= RZ_CLUSTER_MAX_BATCH);
    return cluster->ops->elect_preferred(cluster, partitions, n, results, error);
}

RzClusterConfig *
rz_cluster_describe_configs(RzCluster *cluster, RzResourceType type, const char *const *names,
                            uint32_t n_names, const char *const *keys, uint32_t n_keys,
                            GError **error)
{
    return cluster->ops->describe_configs(cluster, type, names, n_names, keys, n_keys, error);
}

bool
rz_cluster_alter_configs(RzCluster *cluster, const RzConfigChange *changes, uint32_t n,
                         bool validate_only, RzItemResult *results, GError **error)
{
    return cluster->ops->alter_configs(cluster, changes, n, validate_only, results, error);
}

RzClusterLogDirs *
rz_cluster_describe_log_dirs(RzCluster *cluster, int32_t broker, const RzTopicPartition *partitions,
                             uint32_t n, GError **error)
{
    return cluster->ops->describe_log_dirs(cluster, broker, partitions, n, error);
}

RzClusterQuorum *
rz_cluster_describe_quorum(RzCluster *cluster, GError **error)
{
    return cluster->ops->describe_quorum(cluster, error);
}

int16_t
rz_cluster_api_version(RzCluster *cluster, int32_t broker, int16_t api_key, GError **error)
{
    return cluster->ops->api_version(cluster, broker, api_key, error);
}

void
rz_cluster_free(RzCluster *cluster)
{
    if (cluster != NULL)
        cluster->ops->free(cluster);
}

static void
topic_clear(RzClusterTopic *topic)
{
    for (uint32_t i = 0; i < topic->n_partitions; i++) {
        g_free(topic->partitions[i].replicas);
        g_free(topic->partitions[i].isr);
    }
    g_free(topic->partitions);
    g_free(topic->name);
    g_free(topic->topic_id);
}

void
rz_cluster_metadata_free(RzClusterMetadata *metadata)
{
    if (metadata == NULL)
        return;
    for (uint32_t i = 0; i < metadata->n_brokers; i++) {
        g_free(metadata->brokers[i].host);
        g_free(metadata->brokers[i].rack);
    }
    for (uint32_t i = 0; i < metadata->n_topics; i++)
        topic_clear(&metadata->topics[i]);
    g_free(metadata->brokers);
    g_free(metadata->topics);
    g_free(metadata->cluster_id);
    g_free(metadata);
}

void
rz_cluster_reassignments_free(RzClusterReassignments *reassignments)
{
    if (reassignments == NULL)
        return;
    for (uint32_t i = 0; i < reassignments->n_items; i++) {
        g_free(reassignments->items[i].topic);
        g_free(reassignments->items[i].replicas);
        g_free(reassignments->items[i].adding);
        g_free(reassignments->items[i].removing);
    }
    g_free(reassignments->items);
    g_free(reassignments);
}

void
rz_cluster_configs_free(RzClusterConfig *configs, uint32_t n)
{
    if (configs == NULL)
        return;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < configs[i].n_entries; j++) {
            g_free(configs[i].entries[j].key);
            g_free(configs[i].entries[j].value);
        }
        g_free(configs[i].entries);
        g_free(configs[i].name);
        g_free(configs[i].message);
    }
    g_free(configs);
}

void
rz_cluster_log_dirs_free(RzClusterLogDirs *dirs)
{
    if (dirs == NULL)
        return;
    for (uint32_t i = 0; i < dirs->n_dirs; i++) {
        for (uint32_t j = 0; j < dirs->dirs[i].n_replicas; j++)
            g_free(dirs->dirs[i].replicas[j].topic);
        g_free(dirs->dirs[i].replicas);
        g_free(dirs->dirs[i].path);
    }
    g_free(dirs->dirs);
    g_free(dirs);
}

void
rz_cluster_quorum_free(RzClusterQuorum *quorum)
{
    if (quorum == NULL)
        return;
    for (uint32_t i = 0; quorum->voter_hosts != NULL && i < quorum->n_voters; i++)
        g_free(quorum->voter_hosts[i]);
    g_free(quorum->voter_hosts);
    g_free(quorum->voters);
    g_free(quorum->observers);
    g_free(quorum);
}

void
rz_item_results_clear(RzItemResult *results, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        g_free(results[i].message);
        results[i] = (RzItemResult){0};
    }
}

/* ---- look-ups: every answer is sorted by what it is looked up by ---- */

static int
compare_topic(const void *key, const void *element)
{
    return strcmp(key, ((const RzClusterTopic *)element)->name);
}

const RzClusterTopic *
rz_cluster_find_topic(const RzClusterMetadata *metadata, const char *name)
{
    return metadata->n_topics == 0 ? NULL
                                   : bsearch(name, metadata->topics, metadata->n_topics,
                                             sizeof(RzClusterTopic), compare_topic);
}

static int
compare_numbers(int32_t a, int32_t b)
{
    return (a > b) - (a < b);
}

static int
compare_partition(const void *key, const void *element)
{
    return compare_numbers(*(const int32_t *)key, ((const RzClusterPartition *)element)->number);
}

const RzClusterPartition *
rz_cluster_find_partition(const RzClusterTopic *topic, int32_t number)
{
    return topic->n_partitions == 0 ? NULL
                                    : bsearch(&number, topic->partitions, topic->n_partitions,
                                              sizeof(RzClusterPartition), compare_partition);
}

static int
compare_broker(const void *key, const void *element)
{
    return compare_numbers(*(const int32_t *)key, ((const RzClusterBroker *)element)->id);
}

const RzClusterBroker *
rz_cluster_find_broker(const RzClusterMetadata *metadata, int32_t id)
{
    return metadata->n_brokers == 0 ? NULL
                                    : bsearch(&id, metadata->brokers, metadata->n_brokers,
                                              sizeof(RzClusterBroker), compare_broker);
}

static int
compare_reassignment(const void *key, const void *element)
{
    const RzTopicPartition *wanted = key;
    const RzClusterReassignment *item = element;
    int order = strcmp(wanted->topic, item->topic);
    return order != 0 ? order : compare_numbers(wanted->partition, item->partition);
}

const RzClusterReassignment *
rz_cluster_find_reassignment(const RzClusterReassignments *list, const char *topic,
                             int32_t partition)
{
    RzTopicPartition key = {topic, partition};
    return list->n_items == 0 ? NULL
                              : bsearch(&key, list->items, list->n_items,
                                        sizeof(RzClusterReassignment), compare_reassignment);
}

const RzConfigEntry *
rz_cluster_find_entry(const RzClusterConfig *config, const char *key)
{
    for (uint32_t i = 0; i < config->n_entries; i++)
        if (strcmp(config->entries[i].key, key) == 0)
            return &config->entries[i];
    return NULL;
}
