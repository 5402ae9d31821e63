/*
 * snapshot_builder.h: one way in for everything that makes a snapshot.
 *
 * The line reader, the converter of foreign JSON, the live snapshot and the tests all add brokers,
 * topics and partitions here in any order; finish() sorts, numbers and checks. Broker ids are used
 * until then. Every error is RZ_ERROR_INPUT and names the field; the caller adds line or source.
 */
#pragma once

#include "planner/snapshot_private.h"

typedef struct RzSnapshotBuilder RzSnapshotBuilder;

typedef struct {
    int32_t id;
    const char *zone; /* NULL: none */
    const char *host; /* NULL: unknown */
    int32_t port;
    bool alive;
    const RzLogDir *log_dirs;
    uint32_t n_log_dirs;
} RzBrokerInput;

typedef struct {
    int32_t number;
    const int32_t *replicas;
    gsize n_replicas;
    const int32_t *isr; /* NULL: equals the replicas */
    gsize n_isr;
    int32_t leader; /* a broker id; -1: none; RZ_LEADER_DEFAULT: the first replica */
    int64_t size_bytes;
    int64_t write_rate_bytes_per_s; /* -1 unknown */
} RzPartitionInput;

#define RZ_LEADER_DEFAULT INT32_MIN

RzSnapshotBuilder *rz_snapshot_builder_new(void);
void rz_snapshot_builder_free(RzSnapshotBuilder *builder);

void rz_snapshot_builder_set_header(RzSnapshotBuilder *builder, const char *cluster_id,
                                    const char *taken_at);
bool rz_snapshot_builder_add_broker(RzSnapshotBuilder *builder, const RzBrokerInput *broker,
                                    GError **error);
/* Opens a topic; the partitions added next belong to it. A repeated name is an error. */
bool rz_snapshot_builder_add_topic(RzSnapshotBuilder *builder, const char *name,
                                   const char *topic_id, int32_t min_insync_replicas,
                                   GError **error);
bool rz_snapshot_builder_add_partition(RzSnapshotBuilder *builder,
                                       const RzPartitionInput *partition, GError **error);
/* Overrides zones by broker id (--zone-map); an id without a broker is an error. */
bool rz_snapshot_builder_set_zone(RzSnapshotBuilder *builder, int32_t id, const char *zone,
                                  GError **error);

/* (transfer full); the builder can only be freed afterwards. */
RzSnapshot *rz_snapshot_builder_finish(RzSnapshotBuilder *builder, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzSnapshotBuilder, rz_snapshot_builder_free)
