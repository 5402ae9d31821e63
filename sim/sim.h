/*
 * sim.h: a Kafka cluster without Kafka: its administration, in virtual time.
 *
 * The model answers administrative requests as a KRaft cluster of the chosen version does, and
 * moves replica bytes under NIC rates and replication quotas. It is pure: no sockets, threads,
 * clock or environment; time passes only in rz_sim_advance(), and equal input, seed and calls give
 * byte-identical event logs. Nothing ticks: the next moment at which anything can change is
 * computed, so an idle cluster costs nothing however long it is advanced.
 *
 * Three users: the executor's tests (executor/simulated/), time estimates, and `rezone sandbox`.
 * This header is the cluster and what happens to it; sim/admin.h is what clients ask of it.
 *
 * What it leaves out on purpose: records. Logs are byte counts, producers are rates, and catching
 * up is a fluid flow whose rate is max-min fair over the quotas and NICs it passes. Throughput is
 * therefore right over seconds, and says nothing about latency.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rezone/kafka_error.h"
#include "rezone/snapshot.h"

#define RZ_SIM_NEVER INT64_MAX     /* no such moment */
#define RZ_SIM_UNLIMITED INT64_MAX /* a rate without a limit, as Kafka writes it */
#define RZ_SIM_CONTROLLER (-1)     /* as a broker whose cache is asked: the truth itself */
#define RZ_SIM_VERSION(major, minor) ((major)*100 + (minor))

typedef struct RzSim RzSim;
typedef struct RzSimTopic RzSimTopic;

/* A list of broker ids inside the model; valid until the model changes. */
typedef struct {
    const int32_t *ids;
    uint32_t n;
} RzSimIds;

typedef struct {
    int version;     /* RZ_SIM_VERSION(4, 3); decides completion, APIs, cordoning */
    uint64_t seed;   /* topic ids, placement of directories, which broker is the controller */
    int64_t wall_ms; /* what wall clock reads at virtual time 0 */
    bool auto_leader_rebalance;
    bool unclean_leader_election; /* the cluster's default */
    bool grow_logs;               /* false: retention deletes as fast as producers write */
    int64_t rebalance_interval_ms;
    int64_t session_timeout_ms; /* a killed broker is fenced after this */
    int64_t start_ms;           /* a started broker serves after this */
    int64_t replica_lag_max_ms; /* a stalled follower leaves the ISR after this */
    int64_t isr_delay_ms;       /* from caught up to being in the ISR */
    int64_t nic_bytes_per_s;    /* each way, each broker */
    uint32_t max_records;       /* of one controller request */
    uint32_t quota_percent;     /* how much of a replication quota throttled copies get */
} RzSimOptions;

/* A line of the event log: "12.345 orders-0 isr 1,2,3". Borrowed for the call. */
typedef void (*RzSimLog)(const char *line, void *data);

/* The defaults of Kafka 4.3 on 10 Gbit/s, automatic rebalancing off. */
RzSimOptions rz_sim_options_default(void);

/* ---- the cluster ---- */

/* An empty cluster. */
RzSim *rz_sim_new(const RzSimOptions *options);
/*
 * The cluster that @snapshot describes, its dead brokers dead; replicas outside the ISR start from
 * nothing. Unknown write rates are 0, unknown disks unlimited. RZ_ERROR_INPUT when the partitions
 * of a topic are not numbered from 0 without gaps, as Kafka numbers them.
 */
RzSim *rz_sim_new_from_snapshot(const RzSnapshot *snapshot, const RzSimOptions *options,
                                GError **error);
void rz_sim_free(RzSim *sim);
const RzSimOptions *rz_sim_options(const RzSim *sim);
void rz_sim_set_log(RzSim *sim, RzSimLog log, void *data);

/* The cluster as it stands now. Fails only as a snapshot builder does. */
RzSnapshot *rz_sim_to_snapshot(const RzSim *sim, GError **error);

/* @rack NULL: none. The broker serves at once, with one directory "/data" of unknown size. */
void rz_sim_add_broker(RzSim *sim, int32_t id, const char *rack);
void rz_sim_set_broker_address(RzSim *sim, int32_t id, const char *host, int32_t port);
void rz_sim_set_nic(RzSim *sim, int32_t id, int64_t bytes_per_s);
typedef struct {
    const char *path;
    int64_t total_bytes, usable_bytes; /* of the volume; -1 unknown */
} RzSimDisk;
/* Replaces the directories of a broker that holds nothing yet. */
void rz_sim_set_log_dirs(RzSim *sim, int32_t id, const RzSimDisk *dirs, uint32_t n);
/* A line of the broker's server.properties. */
void rz_sim_set_static_config(RzSim *sim, int32_t id, const char *key, const char *value);

/*
 * Adds a topic whose partition i has the i-th list of @n_replicas brokers in @replicas, all in
 * sync, led by the first. False: the name exists. Brokers must exist.
 */
bool rz_sim_create_topic(RzSim *sim, const char *name, uint32_t n_partitions,
                         const int32_t *replicas, uint32_t n_replicas);
bool rz_sim_delete_topic(RzSim *sim, const char *name);
/* One more partition, as kafka-topics --alter --partitions does. */
bool rz_sim_grow_topic(RzSim *sim, const char *name, const int32_t *replicas, uint32_t n_replicas);
/* Size of the log and rate of its producers, now. */
bool rz_sim_set_load(RzSim *sim, const char *topic, int32_t partition, int64_t size_bytes,
                     int64_t write_rate_bytes_per_s);

/* ---- time ---- */

uint32_t rz_sim_n_moving(const RzSim *sim); /* partitions that are listed */
int64_t rz_sim_now_ms(const RzSim *sim);    /* since the start */
int64_t rz_sim_wall_ms(const RzSim *sim);   /* since the Unix epoch */
/* When anything changes next by itself; RZ_SIM_NEVER if nothing will. */
int64_t rz_sim_next_event_ms(RzSim *sim);
/* Lets @ms pass. Cost: that of the events within; nothing for a quiet hour. */
void rz_sim_advance(RzSim *sim, int64_t ms);
/* Advances from event to event until nothing is listed or @max_ms have passed; true: unlisted. */
bool rz_sim_settle(RzSim *sim, int64_t max_ms);

/* ---- what happens to it ---- */

bool rz_sim_kill(RzSim *sim, int32_t broker);  /* as kill -9: fenced after the session timeout */
bool rz_sim_stop(RzSim *sim, int32_t broker);  /* in an orderly way: leadership moves first */
bool rz_sim_start(RzSim *sim, int32_t broker); /* serves after start_ms, then catches up */
bool rz_sim_has_broker(const RzSim *sim, int32_t broker);
bool rz_sim_is_serving(const RzSim *sim, int32_t broker);
bool rz_sim_is_fenced(const RzSim *sim, int32_t broker); /* missed by the controller, or unknown */
/* Stopped in its tracks (SIGSTOP): fenced like a killed one, but connections hang. */
bool rz_sim_freeze(RzSim *sim, int32_t broker, bool frozen);
bool rz_sim_is_frozen(const RzSim *sim, int32_t broker);
/* A follower that stops (or goes on) fetching one partition while its broker lives. */
bool rz_sim_stall_replica(RzSim *sim, const char *topic, int32_t partition, int32_t broker,
                          bool stalled);
/* A directory goes offline for good: its replicas are lost to the ISR. */
bool rz_sim_fail_log_dir(RzSim *sim, int32_t broker, const char *path);
bool rz_sim_cordon_log_dir(RzSim *sim, int32_t broker, const char *path, bool cordoned);
/* No controller for @ms: nothing is decided, forwarded requests wait. */
void rz_sim_fail_controller(RzSim *sim, int64_t ms);
int64_t rz_sim_controller_back_ms(const RzSim *sim); /* when it is or was back; 0: never away */
/* Broker @broker answers Metadata and DescribeConfigs from a cache that is @lag_ms old; -1: all. */
void rz_sim_set_metadata_lag(RzSim *sim, int32_t broker, int64_t lag_ms);

/* ---- authorization: everything is allowed until it is denied ---- */

typedef enum {
    RZ_SIM_DESCRIBE_CLUSTER = 1 << 0,
    RZ_SIM_ALTER_CLUSTER = 1 << 1,
    RZ_SIM_DESCRIBE_CONFIGS_CLUSTER = 1 << 2,
    RZ_SIM_ALTER_CONFIGS_CLUSTER = 1 << 3,
    RZ_SIM_DESCRIBE_TOPIC = 1 << 4,
    RZ_SIM_DESCRIBE_CONFIGS_TOPIC = 1 << 5,
    RZ_SIM_ALTER_CONFIGS_TOPIC = 1 << 6,
} RzSimOperation;

/* @topic NULL: every topic (and the cluster operations); else that topic only. */
void rz_sim_deny(RzSim *sim, uint32_t operations, const char *topic);
void rz_sim_allow_all(RzSim *sim);
/* "ALTER CLUSTER", "DESCRIBE TOPIC" ... to the operation; 0: unknown. */
uint32_t rz_sim_operation_from_name(const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzSim, rz_sim_free)
