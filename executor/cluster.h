/*
 * cluster.h: what the executor asks of a cluster, and nothing more.
 *
 * The one port between the run and the world: the wire client (executor/kafka/) and the simulated
 * cluster (executor/simulated/) implement it, and no other code knows which it talks to. Calls are
 * synchronous, bounded by deadlines of the implementation, and one at a time: the run is a single
 * thread. Reads return what was seen, never what is believed.
 *
 * Two kinds of failure are kept apart. A call that fails as a whole returns false with an RZ_ERROR:
 * RZ_ERROR_UNREACHABLE (certainly not carried out), RZ_ERROR_AMBIGUOUS (sent, no usable answer:
 * read the state back before repeating), RZ_ERROR_DENIED (names the ACL), RZ_ERROR_UNSUPPORTED,
 * RZ_ERROR_PROTOCOL, RZ_ERROR_KAFKA (top-level code without a better class). NOT_CONTROLLER and
 * timeouts that outlived the implementation's retries, and answers that cannot be used, arrive as
 * RZ_ERROR_AMBIGUOUS from changing requests; reads are never ambiguous, but RZ_ERROR_UNREACHABLE
 * or RZ_ERROR_PROTOCOL. A call that was answered returns true, and each item carries its own Kafka
 * code: partial success is normal.
 *
 * Batching: at most RZ_CLUSTER_MAX_BATCH partitions a changing request (KRaft refuses more than
 * 10,000 records with half of them applied). Callers cut; implementations assert.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rezone/error.h"
#include "rezone/kafka_error.h"

#define RZ_CLUSTER_MAX_BATCH 1000
#define RZ_CLUSTER_MAX_TOPICS 500 /* named in one request; more are asked in turns */

/* ---- what is read ---- */

typedef struct {
    int32_t id;
    char *host;
    int32_t port;
    char *rack;  /* NULL: broker.rack is not set */
    bool fenced; /* known to the controller but not serving (DescribeCluster 2+) */
} RzClusterBroker;

typedef struct {
    int32_t number;
    int16_t error;     /* a Kafka code; LEADER_NOT_AVAILABLE is a state, not a failure */
    int32_t leader;    /* -1 none */
    int32_t *replicas; /* ordered; while a move runs: the target first, then the rest */
    int32_t *isr;
    uint32_t n_replicas, n_isr;
} RzClusterPartition;

typedef struct {
    char *name;
    char *topic_id; /* 22 characters, NULL where the cluster has none (before 2.8) */
    int16_t error;  /* UNKNOWN_TOPIC_OR_PARTITION: it is gone */
    bool internal;
    RzClusterPartition *partitions; /* by number */
    uint32_t n_partitions;
} RzClusterTopic;

/* One answer to Metadata. Brokers are the live, unfenced ones, by id; topics by name. */
typedef struct {
    char *cluster_id;
    int32_t controller_id; /* KRaft: any live broker */
    RzClusterBroker *brokers;
    RzClusterTopic *topics;
    uint32_t n_brokers, n_topics;
} RzClusterMetadata;

typedef struct {
    char *topic;
    int32_t partition;
    int32_t *replicas, *adding, *removing; /* replicas: the union, target first */
    uint32_t n_replicas, n_adding, n_removing;
} RzClusterReassignment;

typedef struct {
    RzClusterReassignment *items; /* by topic and partition */
    uint32_t n_items;
} RzClusterReassignments;

typedef enum { RZ_RESOURCE_TOPIC = 2, RZ_RESOURCE_BROKER = 4 } RzResourceType;

/* Where a config value comes from (Kafka's numbers). */
typedef enum {
    RZ_SOURCE_UNKNOWN = 0,
    RZ_SOURCE_TOPIC = 1,
    RZ_SOURCE_BROKER = 2,         /* dynamic, this broker */
    RZ_SOURCE_BROKER_DEFAULT = 3, /* dynamic, cluster-wide */
    RZ_SOURCE_STATIC = 4,
    RZ_SOURCE_DEFAULT = 5,
} RzConfigSource;

typedef struct {
    char *key;
    char *value; /* NULL: none, or sensitive */
    RzConfigSource source;
    bool sensitive;
} RzConfigEntry;

/* The configs of one resource. `name` is the topic, or the broker id as text ("" cluster-wide). */
typedef struct {
    RzResourceType type;
    char *name;
    int16_t error;
    char *message; /* NULL: none */
    RzConfigEntry *entries;
    uint32_t n_entries;
} RzClusterConfig;

typedef struct {
    char *topic;
    int32_t partition;
    int64_t size_bytes;
    int64_t offset_lag;
    bool future; /* a copy between directories of one broker: never counts as data */
} RzLogDirReplica;

typedef struct {
    char *path;
    int16_t error;                     /* KAFKA_STORAGE_ERROR: this directory is offline */
    int64_t total_bytes, usable_bytes; /* -1 unknown (before 3.3) */
    bool cordoned;
    RzLogDirReplica *replicas;
    uint32_t n_replicas;
} RzClusterLogDir;

typedef struct {
    RzClusterLogDir *dirs;
    uint32_t n_dirs;
} RzClusterLogDirs;

typedef struct {
    int32_t leader;
    int32_t *voters, *observers;
    uint32_t n_voters, n_observers;
    char **voter_hosts; /* n_voters; NULL where the cluster does not tell (before 3.9) */
} RzClusterQuorum;

/* ---- what is named in requests; strings are borrowed for the call ---- */

typedef struct {
    const char *topic;
    int32_t partition;
} RzTopicPartition;

typedef struct {
    const char *topic;
    int32_t partition;
    const int32_t *replicas; /* NULL: cancel */
    uint32_t n_replicas;
} RzReassign;

typedef enum { RZ_CONFIG_SET = 0, RZ_CONFIG_DELETE = 1 } RzConfigOp;

typedef struct {
    RzResourceType type;
    const char *name;
    const char *key;
    RzConfigOp op;
    const char *value; /* NULL with RZ_CONFIG_DELETE */
} RzConfigChange;

/* An item's outcome, in the order of the request's items. */
typedef struct {
    int16_t code;
    char *message; /* NULL: none */
} RzItemResult;

/* What an account may do, as far as the cluster says without trying. */
typedef enum {
    RZ_MAY_DESCRIBE_CLUSTER = 1 << 0,
    RZ_MAY_ALTER_CLUSTER = 1 << 1,
    RZ_MAY_DESCRIBE_CONFIGS_CLUSTER = 1 << 2,
    RZ_MAY_ALTER_CONFIGS_CLUSTER = 1 << 3,
    RZ_MAY_UNKNOWN = 1 << 30, /* the cluster does not say */
} RzPermissions;

typedef struct RzCluster RzCluster;

typedef struct {
    /* @topics NULL: all that this account may see; n_topics 0 with non-NULL: brokers only. A named
     * topic that it may not see is RZ_ERROR_DENIED. */
    RzClusterMetadata *(*metadata)(RzCluster *cluster, const char *const *topics, uint32_t n_topics,
                                   GError **error);
    /* Every broker the controller knows, fenced ones included where the version tells. */
    RzClusterMetadata *(*describe_cluster)(RzCluster *cluster, RzPermissions *permissions,
                                           GError **error);
    /* @partitions NULL: everything that is listed, foreign moves included. */
    RzClusterReassignments *(*list_reassignments)(RzCluster *cluster,
                                                  const RzTopicPartition *partitions, uint32_t n,
                                                  GError **error);
    /* @keep_rf: let the cluster refuse a change of the replication factor, where it can (4.1+). */
    bool (*alter_reassignments)(RzCluster *cluster, const RzReassign *items, uint32_t n,
                                bool keep_rf, RzItemResult *results, GError **error);
    bool (*elect_preferred)(RzCluster *cluster, const RzTopicPartition *partitions, uint32_t n,
                            RzItemResult *results, GError **error);
    /* @keys NULL: all. Results in the order of @names. Broker resources are asked of themselves. */
    RzClusterConfig *(*describe_configs)(RzCluster *cluster, RzResourceType type,
                                         const char *const *names, uint32_t n_names,
                                         const char *const *keys, uint32_t n_keys, GError **error);
    /* Changes of one resource travel in one request; a broker's go to that very broker. */
    bool (*alter_configs)(RzCluster *cluster, const RzConfigChange *changes, uint32_t n,
                          bool validate_only, RzItemResult *results, GError **error);
    /* @partitions NULL: all of the broker's; n 0 with non-NULL: directories only. */
    RzClusterLogDirs *(*describe_log_dirs)(RzCluster *cluster, int32_t broker,
                                           const RzTopicPartition *partitions, uint32_t n,
                                           GError **error);
    RzClusterQuorum *(*describe_quorum)(RzCluster *cluster, GError **error);
    /* The highest usable version of @api_key on @broker (-1: any), or -1 if it is not offered. */
    int16_t (*api_version)(RzCluster *cluster, int32_t broker, int16_t api_key, GError **error);
    void (*free)(RzCluster *cluster);
} RzClusterOps;

/* Implementations embed this first. */
struct RzCluster {
    const RzClusterOps *ops;
};

/* Thin callers, so that call sites read as sentences: rz_cluster_metadata(cluster, ...). */
RzClusterMetadata *rz_cluster_metadata(RzCluster *cluster, const char *const *topics,
                                       uint32_t n_topics, GError **error);
RzClusterMetadata *rz_cluster_describe(RzCluster *cluster, RzPermissions *permissions,
                                       GError **error);
RzClusterReassignments *rz_cluster_list_reassignments(RzCluster *cluster,
                                                      const RzTopicPartition *partitions,
                                                      uint32_t n, GError **error);
bool rz_cluster_alter_reassignments(RzCluster *cluster, const RzReassign *items, uint32_t n,
                                    bool keep_rf, RzItemResult *results, GError **error);
bool rz_cluster_elect_preferred(RzCluster *cluster, const RzTopicPartition *partitions, uint32_t n,
                                RzItemResult *results, GError **error);
/* An array of @n_names entries; free with rz_cluster_configs_free(). */
RzClusterConfig *rz_cluster_describe_configs(RzCluster *cluster, RzResourceType type,
                                             const char *const *names, uint32_t n_names,
                                             const char *const *keys, uint32_t n_keys,
                                             GError **error);
bool rz_cluster_alter_configs(RzCluster *cluster, const RzConfigChange *changes, uint32_t n,
                              bool validate_only, RzItemResult *results, GError **error);
RzClusterLogDirs *rz_cluster_describe_log_dirs(RzCluster *cluster, int32_t broker,
                                               const RzTopicPartition *partitions, uint32_t n,
                                               GError **error);
RzClusterQuorum *rz_cluster_describe_quorum(RzCluster *cluster, GError **error);
int16_t rz_cluster_api_version(RzCluster *cluster, int32_t broker, int16_t api_key, GError **error);

void rz_cluster_free(RzCluster *cluster);
void rz_cluster_metadata_free(RzClusterMetadata *metadata);
void rz_cluster_reassignments_free(RzClusterReassignments *reassignments);
void rz_cluster_configs_free(RzClusterConfig *configs, uint32_t n);
void rz_cluster_log_dirs_free(RzClusterLogDirs *dirs);
void rz_cluster_quorum_free(RzClusterQuorum *quorum);
/* Frees the messages and zeroes the items; the array itself is the caller's. */
void rz_item_results_clear(RzItemResult *results, uint32_t n);

/* Look-ups in sorted answers; NULL when absent. Cost: O(log n). */
const RzClusterTopic *rz_cluster_find_topic(const RzClusterMetadata *metadata, const char *name);
const RzClusterPartition *rz_cluster_find_partition(const RzClusterTopic *topic, int32_t number);
const RzClusterBroker *rz_cluster_find_broker(const RzClusterMetadata *metadata, int32_t id);
const RzClusterReassignment *rz_cluster_find_reassignment(const RzClusterReassignments *list,
                                                          const char *topic, int32_t partition);
const RzConfigEntry *rz_cluster_find_entry(const RzClusterConfig *config, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzCluster, rz_cluster_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzClusterMetadata, rz_cluster_metadata_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzClusterReassignments, rz_cluster_reassignments_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzClusterLogDirs, rz_cluster_log_dirs_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzClusterQuorum, rz_cluster_quorum_free)
