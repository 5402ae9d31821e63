/*
 * kafka_private.h: what the files behind kafka_cluster.h share.
 *
 *     kafka_cluster.c  construction, brokers and topics, quorum, versions
 *     reassign.c       reassignments and elections        configs.c   configs
 *     log_dirs.c       log directories                    route.c     whom to ask, when to repeat
 *     grouping.c       partitions by topic, and back
 */
#pragma once

#include "executor/kafka/kafka_cluster.h"
#include "executor/kafka/messages.h"
#include "executor/kafka/peers.h"
#include "planner/arena.h"

/* In the body of requests that wait; KRaft takes it as the controller's deadline to begin. */
#define RZ_KAFKA_TIMEOUT_MS 30000

typedef struct {
    RzCluster base;
    RzPeers *peers;
    RzConnector *tls; /* NULL: plain TCP */
    int32_t
        controller_id;   /* as of the last metadata; -1 unknown. Only ZooKeeper clusters need it */
    int32_t patience_ms; /* reads are not repeated beyond it */
    int32_t pause_ms;    /* before the first repeat; doubles */
    bool ready;          /* has been reached once: from then on, failures are worth a repeat */
} RzKafka;

enum { RZ_ANY_BROKER = -1 };

/* ---- route.c ---- */

/*
 * Sends @request where the API belongs (to @broker, unless RZ_ANY_BROKER) and judges the answer's
 * top-level code. Repeats what is safe to repeat. Errors are classed as executor/cluster.h says.
 */
const void *rz_kafka_call(RzKafka *kafka, RzApiKey api, int32_t broker, const void *request,
                          RzArena *arena, GError **error);
/* The version in which rz_kafka_call() would go out now; -1 not offered, -2 @error. */
int rz_kafka_version(RzKafka *kafka, RzApiKey api, int32_t broker, GError **error);
/* The ACL that @api lacked when it was denied with @code: "DESCRIBE on CLUSTER", in kafka-acls'
 * words. Free with g_free(). */
char *rz_kafka_acl(RzApiKey api, int16_t code);
bool rz_kafka_fail_protocol(RzApiKey api, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Asks who the brokers are and who is the controller. */
bool rz_kafka_refresh(RzKafka *kafka, GError **error);
/* An item's code and words, as the port hands them out. */
RzItemResult rz_kafka_item(RzApiKey api, int16_t code, const char *message);

/* ---- grouping.c ---- */

typedef struct {
    const char *topic;
    uint32_t first, n; /* in order[] */
} RzTopicGroup;

typedef struct {
    const RzTopicPartition *items;
    uint32_t *order; /* indices of items, by topic and partition */
    uint32_t n;
    RzTopicGroup *groups;
    uint32_t n_groups;
} RzGrouping;

/* @items must not repeat themselves. All memory is the arena's. */
RzGrouping *rz_grouping_new(const RzTopicPartition *items, uint32_t n, RzArena *arena);
/* The item's index, or -1. */
int64_t rz_grouping_find(const RzGrouping *grouping, const char *topic, int32_t partition);
/* As most requests want them: topic names with partition numbers. Never NULL, but maybe empty. */
const RzTopicPartitions *rz_grouping_topics(const RzGrouping *grouping, RzArena *arena);

/* ---- the port's operations, by file ---- */

RzClusterReassignments *rz_kafka_list_reassignments(RzCluster *cluster,
                                                    const RzTopicPartition *partitions, uint32_t n,
                                                    GError **error);
bool rz_kafka_alter_reassignments(RzCluster *cluster, const RzReassign *items, uint32_t n,
                                  bool keep_rf, RzItemResult *results, GError **error);
bool rz_kafka_elect_preferred(RzCluster *cluster, const RzTopicPartition *partitions, uint32_t n,
                              RzItemResult *results, GError **error);
RzClusterConfig *rz_kafka_describe_configs(RzCluster *cluster, RzResourceType type,
                                           const char *const *names, uint32_t n_names,
                                           const char *const *keys, uint32_t n_keys,
                                           GError **error);
bool rz_kafka_alter_configs(RzCluster *cluster, const RzConfigChange *changes, uint32_t n,
                            bool validate_only, RzItemResult *results, GError **error);
RzClusterLogDirs *rz_kafka_describe_log_dirs(RzCluster *cluster, int32_t broker,
                                             const RzTopicPartition *partitions, uint32_t n,
                                             GError **error);
