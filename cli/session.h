/*
 * session.h: from the shared cluster options to a connected cluster.
 */
#pragma once

#include "cli/args.h"
#include "cli/zone_caps.h"
#include "executor/cluster.h"
#include "planner/kafka_json.h"
#include "planner/snapshot_private.h"
#include "rezone/run.h"

/* What the options say about zones, as the run takes it; the names live in the map and the caps. */
typedef struct {
    RzZoneEntry *entries;
    uint32_t n_entries;
    RzZoneMap *map;   /* NULL without --zone-map */
    RzZoneCaps *caps; /* never NULL */
} RzZones;

/* --zone-map and --zone-cap; empty when they are not given. */
RzZones *rz_session_zones(const RzArgs *args, GError **error);
void rz_zones_free(RzZones *zones);
/* Asks the cluster whether it has the zones that caps name, unless there are no caps. */
bool rz_session_check_caps(const RzZones *zones, RzCluster *cluster, GError **error);

/* Connects as -b, --command-config and -X say. */
RzCluster *rz_session_connect(const RzArgs *args, GError **error);

/*
 * The same for a command that takes a run directory: where the run was started with is remembered
 * there (bootstrap and the path of the properties file, never a property's value), so that at night
 * `rezone resume DIR` is enough.
 */
RzCluster *rz_session_connect_run(const RzArgs *args, const char *run_dir, GError **error);
bool rz_session_remember(const RzArgs *args, const char *run_dir, GError **error);

/*
 * Reads the cluster as it is and prints what could not be seen as warnings. With --sample, where
 * the command has it, twice with that time between, so that write rates are known.
 */
RzSnapshot *rz_session_snapshot(const RzArgs *args, RzCluster *cluster, GError **error);
/* The same without measuring, whatever --sample says. */
RzSnapshot *rz_session_look(const RzArgs *args, RzCluster *cluster, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzZones, rz_zones_free)
