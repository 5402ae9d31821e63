/*
 * kafka_cluster.h: a real Kafka cluster behind the executor's port (executor/cluster.h).
 *
 * Speaks Kafka's protocol itself (executor/kafka/), because librdkafka has neither reassignments
 * nor log directories. One connection per broker, one request in flight on it, all from the calling
 * thread; connections are opened when first needed, reopened when a broker closed them, and a
 * broker that does not answer is left alone for a while, so that it cannot stall the others.
 *
 * What is retried inside: reading requests, a few times and on any broker that can answer; changing
 * requests only where nothing can have happened (no connection, or NOT_CONTROLLER). Everything else
 * is the caller's decision: RZ_ERROR_AMBIGUOUS means "read the state back".
 */
#pragma once

#include "executor/cluster.h"
#include "executor/kafka/client_config.h"

/**
 * rz_kafka_cluster_new:
 * @config: (transfer none): copied as far as needed
 *
 * Connects to the first bootstrap server that answers and learns the brokers from it.
 * Errors: RZ_ERROR_UNREACHABLE (names each address tried and why it failed), RZ_ERROR_DENIED,
 * RZ_ERROR_UNSUPPORTED (older than Kafka 2.4), RZ_ERROR_PROTOCOL; RZ_ERROR_FILE, RZ_ERROR_INPUT and
 * RZ_ERROR_USAGE from the TLS settings (tls.h).
 * Not thread-safe: one caller at a time.
 * Returns: (transfer full): free with rz_cluster_free(); NULL with @error set
 */
G_GNUC_WARN_UNUSED_RESULT
RzCluster *rz_kafka_cluster_new(const RzClientConfig *config, GError **error);
