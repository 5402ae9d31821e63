/*
 * snapshot_private.h: the model of a cluster, flat and boring.
 *
 * An index is an identity: brokers, zones, topics and partitions are numbered in their sorted order
 * (brokers by id, zones and topics by byte order of their names, partitions by topic then number)
 * and every list refers to those numbers, so inner loops touch only integers. Strings live once, in
 * the snapshot's string chunk. A built snapshot is never modified.
 */
#pragma once

#include "rezone/snapshot.h"

#define RZ_NONE                                                                                    \
    UINT32_MAX /* no such index: a broker without a zone, a partition without a leader */

/* Sums of sizes: a size goes up to 2^63-1, so their sums need more than 64 bits. */
__extension__ typedef __int128 RzWide;

typedef struct {
    const char *path;
    int64_t total_bytes;  /* of the volume; -1 unknown */
    int64_t usable_bytes; /* free on the volume; -1 unknown */
} RzLogDir;

typedef struct {
    int32_t id;
    uint32_t zone;    /* index, or RZ_NONE */
    const char *host; /* NULL unknown */
    int32_t port;     /* 0 unknown */
    bool alive;
    bool listed; /* false: no line of its own, seen in replica lists only; then not alive */
    uint32_t first_log_dir, n_log_dirs;
} RzBroker;

typedef struct {
    const char *name;
    const char *topic_id;        /* URL-safe base64 of the UUID, 22 characters; NULL unknown */
    int32_t min_insync_replicas; /* -1 unknown */
    uint32_t first_partition, n_partitions; /* partitions of a topic are neighbours */
} RzTopic;

typedef struct {
    uint32_t topic;
    int32_t number;
    uint32_t leader;        /* broker index, or RZ_NONE */
    uint32_t first_replica; /* into replicas[] */
    uint32_t first_isr;     /* into isr[] */
    uint16_t n_replicas, n_isr;
    int64_t size_bytes;             /* of one replica (the leader's, or the largest seen) */
    int64_t write_rate_bytes_per_s; /* -1 unknown */
} RzPartition;

struct RzSnapshot {
    const char *cluster_id; /* NULL unknown */
    const char *taken_at;   /* RFC 3339 as read; NULL unknown */
    RzBroker *brokers;
    const char **zones; /* names */
    RzLogDir *log_dirs;
    RzTopic *topics;
    RzPartition *partitions;
    uint32_t *replicas; /* every ordered replica list, end to end, as broker indices */
    uint32_t *isr;      /* every ISR, end to end, likewise */
    uint32_t n_brokers, n_zones, n_log_dirs, n_topics, n_partitions;
    gsize n_replicas, n_isr;
    GStringChunk *strings;
};

/* The index of broker @id, or RZ_NONE. Cost: O(log brokers). */
uint32_t rz_snapshot_find_broker(const RzSnapshot *snapshot, int32_t id);

/* The index of topic @name, or RZ_NONE. Cost: O(log topics). */
uint32_t rz_snapshot_find_topic(const RzSnapshot *snapshot, const char *name);

/* The index of a topic's partition, or RZ_NONE. Cost: O(log partitions of the topic). */
uint32_t rz_snapshot_find_partition(const RzSnapshot *snapshot, uint32_t topic, int32_t number);

/*
 * The size and the free room of a broker's disks; false, and -1 both, when some directory does not
 * tell. Directories that report the same figures are on one volume, which counts once.
 */
bool rz_snapshot_broker_room(const RzSnapshot *snapshot, uint32_t broker, int64_t *total_bytes,
                             int64_t *usable_bytes);

/* "__consumer_offsets" and the other topics that Kafka keeps for itself. */
bool rz_topic_is_internal(const char *name);
