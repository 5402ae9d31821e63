/*
 * connection.h: one connection to one broker: versions agreed, then request and answer in turn.
 *
 * On opening, ApiVersions settles which version of each API both sides speak; ranges belong to the
 * connection, because brokers differ during a rolling upgrade. SASL comes next where the listener
 * wants it (authentication.h). One request is in flight at a time.
 * Any breach of the protocol, timeout or end of stream closes it for good; open another.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "executor/kafka/messages.h"
#include "executor/kafka/sasl.h"
#include "executor/kafka/transport.h"
#include "planner/arena.h"

typedef struct {
    const RzConnector *connector;
    const char *client_id;
    int32_t connect_timeout_ms; /* for the stream, the agreement on versions and SASL together */
    int32_t request_timeout_ms;
    int64_t max_response_bytes;
    const RzSaslConfig *sasl; /* NULL, or with RZ_SASL_NONE: the listener asks for none */
    bool secrets_are_safe;    /* the stream is encrypted, or the user does not mind */
} RzConnectionOptions;

typedef struct RzConnection RzConnection;

/*
 * Errors: RZ_ERROR_UNREACHABLE, RZ_ERROR_PROTOCOL, RZ_ERROR_UNSUPPORTED (no common version of
 * ApiVersions, no such mechanism), RZ_ERROR_DENIED (TLS or SASL: one side refused the other; do not
 * repeat), RZ_ERROR_USAGE (a secret would go out in clear), RZ_ERROR_KAFKA. @options is borrowed
 * for as long as the connection lives.
 */
RzConnection *rz_connection_open(const char *host, uint16_t port,
                                 const RzConnectionOptions *options, GError **error);
void rz_connection_close(RzConnection *connection);

/* The version to use for @api; -1: the broker does not offer one that we speak. */
int16_t rz_connection_version(const RzConnection *connection, RzApiKey api);
/* Open as far as can be seen without sending, and the session is not about to end; false: open
 * another. */
bool rz_connection_is_usable(RzConnection *connection);

/**
 * rz_connection_call:
 * @request: (transfer none): the api's request struct
 * @arena: where the answer will live
 *
 * Waits as long as the broker's last answer asked for (throttle), sends, waits for the answer.
 * Errors: RZ_ERROR_UNREACHABLE (the request did not get out whole, so it was not carried out),
 * RZ_ERROR_AMBIGUOUS (sent, but no answer came), RZ_ERROR_PROTOCOL (sent, and the answer is
 * unusable), RZ_ERROR_UNSUPPORTED (version -1; nothing sent), RZ_ERROR_USAGE (a string too long).
 * Returns: the api's response struct in @arena; its error codes are the caller's
 */
const void *rz_connection_call(RzConnection *connection, RzApiKey api, const void *request,
                               RzArena *arena, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzConnection, rz_connection_close)
