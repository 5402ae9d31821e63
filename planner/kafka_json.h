/*
 * kafka_json.h: what Kafka's own command-line tools print, for users who cannot reach the cluster
 * from here, and the zone map that names zones where broker.rack does not.
 *
 * Nothing here is line-based: the tools print one JSON text. Errors are RZ_ERROR_INPUT and name the
 * field; the caller adds the file's name.
 */
#pragma once

#include "planner/snapshot_builder.h"

/* `{"1":"az1","2":"az2"}`, sorted by id. */
typedef struct {
    struct {
        int32_t broker_id;
        char *zone;
    } * entries;
    gsize n_entries;
} RzZoneMap;

/* (transfer full) */
G_GNUC_WARN_UNUSED_RESULT
RzZoneMap *rz_zone_map_parse(const char *text, gsize length, GError **error);
void rz_zone_map_free(RzZoneMap *map);

/* The zone of broker @id, or NULL. */
const char *rz_zone_map_find(const RzZoneMap *map, int32_t id);

/*
 * Fills in or overrides the zones of the builder's brokers; call it after they were added. Entries
 * for brokers that the cluster does not know are skipped: a map may serve several clusters, and a
 * broker may be down. A broker seen in replica lists only gets its zone and stays dead.
 */
void rz_zone_map_apply(const RzZoneMap *map, RzSnapshotBuilder *builder);

/*
 * A snapshot from a reassignment JSON, `{"version":1,"partitions":[{"topic":..,"partition":..,
 * "replicas":[..]}]}`, or from everything that `kafka-reassign-partitions --generate` printed, of
 * which the current assignment is taken.
 *
 * @zones: every broker it names counts as alive
 * @log_dirs: what `kafka-log-dirs --describe` printed, or NULL; sizes are the largest over a
 * partition's replicas that are not future ones. Brokers named there count as alive too.
 * (transfer full)
 */
G_GNUC_WARN_UNUSED_RESULT
RzSnapshot *rz_snapshot_from_kafka_json(const char *text, gsize length, const RzZoneMap *zones,
                                        const char *log_dirs, gsize log_dirs_length,
                                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzZoneMap, rz_zone_map_free)
