/*
 * admin.h: what clients ask of the simulated cluster.
 *
 * Answers are Kafka's: codes from rezone/kafka_error.h, messages in the words of its controller,
 * top-level codes returned, one result an item. Reads name the broker whose metadata cache answers
 * (RZ_SIM_CONTROLLER: the truth), because a broker may lag behind. Views point into the model and
 * hold until the next call that changes it or lets time pass.
 *
 * Whether a broker can be reached at all is the caller's to check (rz_sim_is_serving()): transport
 * is not modelled here.
 */
#pragma once

#include "sim/sim.h"

/* ---- the APIs, their names and versions ---- */

typedef enum {
    RZ_SIM_API_METADATA,
    RZ_SIM_API_DESCRIBE_CLUSTER,
    RZ_SIM_API_LIST_REASSIGNMENTS,
    RZ_SIM_API_ALTER_REASSIGNMENTS,
    RZ_SIM_API_ELECT_LEADERS,
    RZ_SIM_API_DESCRIBE_CONFIGS,
    RZ_SIM_API_ALTER_CONFIGS,
    RZ_SIM_API_DESCRIBE_LOG_DIRS,
    RZ_SIM_API_DESCRIBE_QUORUM,
    RZ_SIM_N_APIS,
} RzSimApi;

const char *rz_sim_api_name(RzSimApi api); /* "alter-reassignments": names a fault point */
/* The range of API @key that a KRaft broker of @version offers; false: not offered. */
bool rz_sim_api_range(int version, int16_t key, int16_t *min, int16_t *max);

/* ---- what is read ---- */

typedef struct {
    int32_t id;
    const char *host; /* NULL: not set */
    const char *rack; /* NULL: none */
    int32_t port;
    bool fenced;
} RzSimBrokerView;

typedef struct {
    int32_t number;
    int32_t leader; /* -1: none */
    int32_t leader_epoch;
    RzSimIds replicas, isr, adding, removing, elr;
} RzSimPartitionView;

typedef struct {
    const char *path;
    int16_t error;
    bool cordoned;
    int64_t total_bytes, usable_bytes; /* -1 unknown */
} RzSimLogDirView;

typedef struct {
    const char *topic;
    int32_t partition;
    uint32_t dir; /* index of the directory */
    int64_t size_bytes, offset_lag;
} RzSimLogReplicaView;

const char *rz_sim_cluster_id(const RzSim *sim);
int32_t rz_sim_controller_id(const RzSim *sim); /* some live broker, as KRaft answers */
uint32_t rz_sim_n_brokers(const RzSim *sim);
/* By id, dead ones (fenced) included. */
void rz_sim_broker_view(const RzSim *sim, uint32_t index, RzSimBrokerView *view);

/* Topics that the cache of @via knows, in name order; @index below rz_sim_n_topics(). NULL: it does
 * not know that one (yet, or any more). */
uint32_t rz_sim_n_topics(const RzSim *sim);
const RzSimTopic *rz_sim_topic_at(const RzSim *sim, int32_t via, uint32_t index);
const RzSimTopic *rz_sim_find_topic(const RzSim *sim, int32_t via, const char *name);
const char *rz_sim_topic_name(const RzSimTopic *topic);
bool rz_sim_topic_is_internal(const RzSimTopic *topic);
const uint8_t *rz_sim_topic_id(const RzSimTopic *topic); /* 16 bytes */
char *rz_sim_topic_id_text(const RzSimTopic *topic);     /* (transfer full): 22 characters */
/* Partitions are numbered from 0 without gaps. */
uint32_t rz_sim_topic_n_partitions(const RzSim *sim, int32_t via, const RzSimTopic *topic);
bool rz_sim_partition_view(const RzSim *sim, int32_t via, const RzSimTopic *topic, int32_t number,
                           RzSimPartitionView *view);

/* Directories of a broker, and the replicas in them by topic and number. False: no such broker. */
bool rz_sim_log_dirs(const RzSim *sim, int32_t broker, GArray **dirs, GArray **replicas);

bool rz_sim_allows(const RzSim *sim, uint32_t operation, const char *topic);

/* ---- what is changed ---- */

typedef struct {
    int16_t code;
    char *message; /* NULL: none */
} RzSimResult;

void rz_sim_results_clear(RzSimResult *results, uint32_t n);

typedef struct {
    const char *topic;
    int32_t partition;
    const int32_t *replicas; /* NULL: cancel */
    uint32_t n_replicas;
} RzSimReassign;

typedef struct {
    const char *topic;
    int32_t partition;
} RzSimTopicPartition;

/* AlterPartitionReassignments, on the controller. Returns the top-level code. */
int16_t rz_sim_alter_reassignments(RzSim *sim, const RzSimReassign *items, uint32_t n,
                                   bool allow_rf_change, RzSimResult *results);

/* What is listed as moving, by topic and number. */
typedef struct {
    const char *topic;
    RzSimPartitionView view;
} RzSimMove;
/* @partitions NULL: all. Moves: an array of RzSimMove, (transfer full). Returns the code. */
int16_t rz_sim_list_reassignments(const RzSim *sim, const RzSimTopicPartition *partitions,
                                  uint32_t n, GArray **moves);

typedef enum { RZ_SIM_PREFERRED = 0, RZ_SIM_UNCLEAN = 1 } RzSimElection;
/* ElectLeaders. Returns the top-level code; above max_records POLICY_VIOLATION, nothing done. */
int16_t rz_sim_elect_leaders(RzSim *sim, RzSimElection type, const RzSimTopicPartition *items,
                             uint32_t n, RzSimResult *results);
/* The same for every partition; reports (topic, number, result) of those not already preferred. */
typedef struct {
    const char *topic;
    int32_t partition;
    RzSimResult result;
} RzSimElected;
int16_t rz_sim_elect_all(RzSim *sim, RzSimElection type, GArray **elected);

/* ---- configs ---- */

typedef enum { RZ_SIM_TOPIC = 2, RZ_SIM_BROKER = 4 } RzSimResource;

/* Kafka's numbers of config sources and types. */
typedef enum {
    RZ_SIM_SOURCE_TOPIC = 1,
    RZ_SIM_SOURCE_BROKER = 2,
    RZ_SIM_SOURCE_BROKER_DEFAULT = 3,
    RZ_SIM_SOURCE_STATIC = 4,
    RZ_SIM_SOURCE_DEFAULT = 5,
} RzSimSource;
typedef enum {
    RZ_SIM_BOOLEAN = 1,
    RZ_SIM_STRING = 2,
    RZ_SIM_INT = 3,
    RZ_SIM_LONG = 5,
    RZ_SIM_DOUBLE = 6,
    RZ_SIM_LIST = 7,
} RzSimConfigType;

typedef struct {
    const char *name;
    char *value;
    RzSimSource source;
} RzSimSynonym;

typedef struct {
    const char *key;
    char *value; /* owned by the array */
    RzSimSource source;
    RzSimConfigType type;
    bool read_only;
    RzSimSynonym synonyms[5]; /* strongest first */
    uint32_t n_synonyms;
} RzSimConfigEntry;

/*
 * DescribeConfigs of one resource, as broker @via answers. @name: topic, broker id, "" the
 * cluster-wide default. Entries: RzSimConfigEntry by key, (transfer full); @message (transfer full,
 * nullable). Returns the code of the resource.
 */
int16_t rz_sim_describe_configs(const RzSim *sim, int32_t via, RzSimResource type, const char *name,
                                GArray **entries, char **message);

typedef enum {
    RZ_SIM_SET = 0,
    RZ_SIM_DELETE = 1,
    RZ_SIM_APPEND = 2,
    RZ_SIM_SUBTRACT = 3
} RzSimConfigOp;

typedef struct {
    const char *key;
    RzSimConfigOp op;
    const char *value; /* NULL with RZ_SIM_DELETE */
} RzSimConfigChange;

/* IncrementalAlterConfigs of one resource through broker @via: all of it or nothing. */
void rz_sim_alter_configs(RzSim *sim, int32_t via, RzSimResource type, const char *name,
                          const RzSimConfigChange *changes, uint32_t n, bool validate_only,
                          RzSimResult *result);
