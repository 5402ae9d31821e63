/*
 * cluster_sim_private.h: the handle, shared by its two files.
 */
#pragma once

#include "executor/simulated/cluster_sim.h"

/* What a client waits for an answer. */
#define RZ_SIM_REQUEST_TIMEOUT_MS 30000

typedef struct {
    RzCluster base;
    RzSim *sim;
    RzFaultHook hook;
    void *hook_data;
    int64_t latency_ms;
    uint32_t n_points;
    bool crashed;
} SimCluster;

/* The fault point before a request, the time it takes, and the broker that answers. */
bool rz_cluster_sim_begin(SimCluster *self, RzSimApi api, int32_t broker, int32_t *via,
                          GError **error);
/* The fault point after it. */
bool rz_cluster_sim_end(SimCluster *self, RzSimApi api, int32_t broker, GError **error);
bool rz_cluster_sim_wait_controller(SimCluster *self, RzSimApi api, GError **error);
/* Turns a top-level code into an error; @acl is what a refusal asks for. */
bool rz_cluster_sim_check_code(RzSimApi api, int16_t code, const char *acl, GError **error);

RzClusterMetadata *rz_cluster_sim_metadata(RzCluster *cluster, const char *const *topics,
                                           uint32_t n_topics, GError **error);
RzClusterMetadata *rz_cluster_sim_describe_cluster(RzCluster *cluster, RzPermissions *permissions,
                                                   GError **error);
RzClusterReassignments *rz_cluster_sim_list_reassignments(RzCluster *cluster,
                                                          const RzTopicPartition *partitions,
                                                          uint32_t n, GError **error);
RzClusterConfig *rz_cluster_sim_describe_configs(RzCluster *cluster, RzResourceType type,
                                                 const char *const *names, uint32_t n_names,
                                                 const char *const *keys, uint32_t n_keys,
                                                 GError **error);
RzClusterLogDirs *rz_cluster_sim_describe_log_dirs(RzCluster *cluster, int32_t broker,
                                                   const RzTopicPartition *partitions, uint32_t n,
                                                   GError **error);
RzClusterQuorum *rz_cluster_sim_describe_quorum(RzCluster *cluster, GError **error);
int16_t rz_cluster_sim_api_version(RzCluster *cluster, int32_t broker, int16_t api_key,
                                   GError **error);
