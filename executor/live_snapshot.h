/*
 * live_snapshot.h: the cluster as it is now, as a snapshot.
 *
 * Everything comes through cluster.h: brokers and racks, topics (internal ones too), ISRs, leaders,
 * min.insync.replicas, sizes and disk room. A broker that does not answer is recorded as what it is
 * (dead, sizes from the other replicas), never an error: this is run when clusters are unwell.
 */
#pragma once

#include "executor/clock.h"
#include "executor/cluster.h"
#include "planner/snapshot_private.h"
#include "rezone/run.h"

typedef struct {
    const RzZoneEntry *zone_map; /* overrides broker.rack */
    uint32_t n_zone_map;
    bool without_sizes;        /* ask no log dirs: quick, sizes 0 */
    const RzSnapshot *earlier; /* the same cluster a while ago: write rates are the growth since */
    int64_t elapsed_ms;        /* since then */
} RzLiveSnapshotOptions;

/**
 * rz_live_snapshot:
 * @warnings: (out) (transfer full) (nullable): char *, what could not be seen and what it means
 *
 * Errors: those of the cluster, and %RZ_ERROR_INPUT for a zone map naming an unknown broker.
 * Returns: (transfer full)
 */
RzSnapshot *rz_live_snapshot(RzCluster *cluster, const RzClock *clock,
                             const RzLiveSnapshotOptions *options, GPtrArray **warnings,
                             GError **error);
