/*
 * sim_private.h: the model inside: brokers, topics, partitions, copies, events.
 *
 * Three invariants hold between any two calls:
 * - A partition's copies are exactly its replicas, and a copy is SYNCED only if it is in the ISR
 * and its broker serves.
 * - The sums a broker keeps (NIC base load, in-sync charge on its quotas) are those of the synced
 *   copies; every change of a partition is bracketed by rz_sim_unaccount() and rz_sim_account().
 * - Anything that may change a flow's rate sets rates_dirty; rates are recomputed once per moment.
 */
#pragma once

#include "planner/snapshot_private.h"
#include "sim/admin.h"
#include "sim/ids.h"

typedef struct RzSimPartition RzSimPartition;

typedef struct {
    char *path;
    int64_t total_bytes, other_bytes; /* of the volume, and used by others; -1 unknown */
    uint32_t n_copies;
    bool failed, cordoned;
} RzSimDir;

typedef struct {
    int32_t id;
    char *host, *rack;
    int32_t port;
    bool serving; /* the process answers and fetches */
    bool fenced;  /* as the controller sees it */
    bool frozen;
    bool died;           /* without a goodbye, since it last started */
    uint32_t generation; /* of the process: events about an earlier one are void */
    GArray *dirs;        /* RzSimDir */
    GHashTable *configs, *static_configs;
    int64_t nic_bytes_per_s;
    int64_t metadata_lag_ms;
    int64_t base_in, base_out;              /* NIC: producers and in-sync followers, bytes/s */
    int64_t leader_charge, follower_charge; /* listed in-sync traffic, bytes/s */
    uint32_t index;                         /* in RzSim.brokers; scratch for the flow solver */
} RzSimBroker;

typedef enum { RZ_COPY_COPYING, RZ_COPY_JOINING, RZ_COPY_SYNCED, RZ_COPY_STOPPED } RzCopyState;

/* One replica on one broker. What is missing changes linearly from base_ms on. */
typedef struct {
    RzSimBroker *broker;
    double left_bytes;  /* behind the leader, at base_ms */
    double falls_per_s; /* how fast that shrinks; negative: the copy falls behind */
    double rate_per_s;  /* bytes fetched */
    int64_t base_ms;
    uint32_t serial; /* events about an earlier state are void */
    uint16_t dir;
    uint8_t state;
    bool stalled;
} RzSimCopy;

/* What a lagging metadata cache still shows. */
typedef struct {
    int64_t until_ms; /* it was true before this moment */
    int32_t leader, leader_epoch;
    RzIds replicas, isr;
} RzSimPast;

struct RzSimPartition {
    RzSimTopic *topic;
    int32_t number;
    int32_t leader, leader_epoch;
    RzIds replicas, isr, adding, removing;
    RzIds elr;                 /* eligible leaders, while the ISR is below its minimum */
    int32_t last_known_leader; /* when it became leaderless; -1: it is not */
    RzSimCopy *copies;
    uint32_t n_copies;
    uint32_t active;                         /* index in RzSim.active, or RZ_NONE */
    int64_t size_bytes, size_ms, write_rate; /* the leader's log: bytes at a moment, bytes/s */
    int64_t created_ms;
    GArray *past; /* RzSimPast, oldest first; NULL: none */
};

/* A parsed throttled.replicas list. */
typedef struct {
    bool all;
    GHashTable *pairs; /* partition << 32 | broker; NULL: none */
} RzSimListed;

struct RzSimTopic {
    char *name;
    uint8_t id[16];
    GPtrArray *partitions;
    GHashTable *configs;
    RzSimListed leader_listed, follower_listed;
    int64_t created_ms, deleted_ms; /* RZ_SIM_NEVER: it exists */
    uint32_t denied;                /* operations */
};

typedef enum {
    RZ_EVENT_FENCE,
    RZ_EVENT_UNFENCE,
    RZ_EVENT_JOIN,
    RZ_EVENT_LAG,
    RZ_EVENT_REBALANCE,
} RzSimEventKind;

typedef struct {
    int64_t at_ms;
    uint64_t order; /* equal moments: first come, first served */
    RzSimEventKind kind;
    RzSimPartition *partition;
    RzSimBroker *broker;
    uint32_t serial;
} RzSimEvent;

struct RzSim {
    RzSimOptions options;
    int64_t now_ms;
    char *cluster_id;
    GPtrArray *brokers; /* by id */
    GHashTable *broker_by_id;
    GPtrArray *topics; /* by name; deleted ones stay for lagging caches, before their successor */
    GHashTable *cluster_configs;
    GArray *config_past; /* replaced values that lagging caches still show (config_past.c) */
    GPtrArray *active;   /* partitions with a copy that is copying */
    GHashTable *moving;  /* partitions that are listed */
    GArray *events;      /* a binary heap */
    uint64_t event_order;
    uint64_t random;
    int64_t flow_next_ms; /* when the next copy has caught up */
    int64_t controller_back_ms;
    int64_t max_lag_ms;
    uint32_t denied;
    bool rates_dirty;
    bool rebalance_scheduled;
    RzSimLog log;
    void *log_data;
};

/* model.c: finding, making, accounting */
RzSimBroker *rz_sim_broker(const RzSim *sim, int32_t id);
RzSimTopic *rz_sim_topic(const RzSim *sim, const char *name);
RzSimPartition *rz_sim_partition(const RzSim *sim, const char *topic, int32_t number);
RzSimPartition *rz_sim_partition_new(RzSim *sim, RzSimTopic *topic, const int32_t *replicas,
                                     uint32_t n);
void rz_sim_partition_free(RzSimPartition *partition);
void rz_sim_past_clear(void *past); /* of an RzSimPast */
RzSimTopic *rz_sim_topic_new(RzSim *sim, const char *name);
uint32_t rz_sim_topic_place(const RzSim *sim, const char *name); /* first not before @name */
void rz_sim_account(RzSim *sim, RzSimPartition *partition);
void rz_sim_unaccount(RzSim *sim, RzSimPartition *partition);
RzSimCopy *rz_sim_copy(const RzSimPartition *partition, int32_t broker);
int64_t rz_sim_log_size(const RzSim *sim, const RzSimPartition *partition);
double rz_sim_copy_left(const RzSim *sim, const RzSimPartition *partition, const RzSimCopy *copy);
bool rz_sim_copy_is_up(const RzSimCopy *copy);
bool rz_sim_leader_serves(const RzSim *sim, const RzSimPartition *partition);
uint64_t rz_sim_random(RzSim *sim);
void rz_sim_log_event(RzSim *sim, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* events.c */
void rz_sim_schedule(RzSim *sim, int64_t at_ms, RzSimEventKind kind, RzSimPartition *partition,
                     RzSimBroker *broker, uint32_t serial);
bool rz_sim_next_scheduled(const RzSim *sim, RzSimEvent *event);
void rz_sim_pop_scheduled(RzSim *sim);
int64_t rz_sim_controller_at(const RzSim *sim, int64_t at_ms); /* not before it is back */

/* flow.c: sets rates and flow_next_ms; copies that have caught up start to join */
void rz_sim_recompute(RzSim *sim);

/* partition.c: one change of a partition, as the controller commits it */
typedef enum { RZ_ELECT_ONLINE, RZ_ELECT_PREFERRED, RZ_ELECT_UNCLEAN } RzElect;
typedef struct {
    RzIds replicas, isr, adding, removing, elr;
    RzElect elect;
    int32_t unclean; /* a broker that died: what it had may be lost; -1: none */
} RzSimChange;
void rz_sim_change_init(RzSimChange *change, const RzSimPartition *partition);
void rz_sim_change_clear(RzSimChange *change);
/* Completes, elects, commits and clears @change. False: it would change nothing. */
bool rz_sim_change_commit(RzSim *sim, RzSimPartition *partition, RzSimChange *change);
/* New clusters have eligible leader replicas (KIP-966) from 4.1 on: the ISR may then be empty. */
bool rz_sim_has_elr(const RzSim *sim);
/* Brings copies in line with the ISR and with which brokers serve. */
void rz_sim_refresh_copies(RzSim *sim, RzSimPartition *partition);
void rz_sim_match_copies(RzSim *sim, RzSimPartition *partition);
bool rz_sim_is_moving(const RzSimPartition *partition);
void rz_sim_forget(RzSim *sim, RzSimPartition *partition); /* its topic is gone */

/* topics.c: @isr NULL: all replicas */
void rz_sim_open_partition(RzSim *sim, RzSimPartition *partition, const RzIds *isr, int32_t leader);

/* membership.c */
void rz_sim_fence(RzSim *sim, RzSimBroker *broker);
void rz_sim_unfence(RzSim *sim, RzSimBroker *broker);
void rz_sim_join_isr(RzSim *sim, RzSimPartition *partition, RzSimCopy *copy);
void rz_sim_leave_isr(RzSim *sim, RzSimPartition *partition, RzSimBroker *broker);

/* elect.c */
void rz_sim_rebalance(RzSim *sim);
void rz_sim_want_rebalance(RzSim *sim);

/* config.c, config_table.c */
bool rz_sim_is_listed(const RzSimListed *listed, int32_t partition, int32_t broker);
void rz_sim_listed_parse(RzSimListed *listed, const char *value);
void rz_sim_listed_clear(RzSimListed *listed);
int64_t rz_sim_quota(const RzSim *sim, const RzSimBroker *broker, bool leader);
bool rz_sim_unclean_allowed(const RzSim *sim, const RzSimTopic *topic);
uint32_t rz_sim_min_isr(const RzSim *sim, const RzSimTopic *topic);

/* config_past.c: what brokers show of dynamic configs; @value is the one about to be replaced */
GArray *rz_sim_config_past_new(void);
void rz_sim_config_keep_past(RzSim *sim, const GHashTable *configs, const char *key,
                             const char *value);
const char *rz_sim_config_seen(const RzSim *sim, int32_t via, GHashTable *configs, const char *key);
