/*
 * peers.h: the brokers that we know, with at most one connection each.
 *
 * Bootstrap addresses are kept for ever; brokers come and go with the cluster's metadata. A peer
 * that could not be reached, or broke off, rests for a while: asking for it meanwhile fails at once
 * with the old reason, so that one dead broker costs a run a fraction of its time, never all of it.
 */
#pragma once

#include "executor/kafka/client_config.h"
#include "executor/kafka/connection.h"

typedef struct RzPeers RzPeers;

/* @connector outlives the peers. */
RzPeers *rz_peers_new(const RzClientConfig *config, const RzConnector *connector);
void rz_peers_free(RzPeers *peers);

/* The brokers as of now: new ones are added, moved ones forgotten and added, others dropped. */
void rz_peers_begin_learning(RzPeers *peers);
void rz_peers_learn(RzPeers *peers, int32_t id, const char *host, int32_t port);
void rz_peers_end_learning(RzPeers *peers);
bool rz_peers_know(const RzPeers *peers, int32_t id);
/* Back to the bootstrap addresses alone. */
void rz_peers_forget(RzPeers *peers);

/* An open connection to broker @id, or RZ_ERROR_UNREACHABLE and the others of rz_connection_open().
 * It belongs to the peers and is good until the next call here. */
RzConnection *rz_peers_broker(RzPeers *peers, int32_t id, GError **error);
/* One to any peer: connected ones first, then rested ones, then the rest. */
RzConnection *rz_peers_any(RzPeers *peers, GError **error);
/* A call on @connection failed after @wasted_ms: it is closed, and others are preferred. */
void rz_peers_note_failure(RzPeers *peers, const RzConnection *connection, const char *reason,
                           int64_t wasted_ms);
