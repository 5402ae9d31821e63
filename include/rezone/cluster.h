/*
 * cluster.h: a connection to a Kafka cluster, for runs (rezone/run.h).
 */
#pragma once

#include <glib.h>

#include "rezone/run.h"

G_BEGIN_DECLS

/**
 * rz_cluster_connect:
 * @bootstrap_server: (nullable): "HOST:PORT[,...]"
 * @properties: (nullable): client properties, `key=value` lines as librdkafka or Java clients take
 * them; they win over @bootstrap_server
 *
 * Connects to the first broker that answers and learns the others from it. Errors:
 * %RZ_ERROR_USAGE (an unknown property or a bad value, never repeating a secret),
 * %RZ_ERROR_UNREACHABLE, %RZ_ERROR_DENIED, %RZ_ERROR_UNSUPPORTED (older than Kafka 2.4). One caller
 * at a time. Returns: (transfer full): free with rz_cluster_free(); %NULL with @error set
 */
G_GNUC_WARN_UNUSED_RESULT
RzCluster *rz_cluster_connect(const char *bootstrap_server, const char *properties, GError **error);
void rz_cluster_free(RzCluster *cluster);

/* The machine's clocks. (transfer none) */
const RzClock *rz_clock_system(void);

G_END_DECLS
