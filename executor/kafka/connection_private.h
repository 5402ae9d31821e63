/*
 * connection_private.h: shared by connection.c (request and answer) and negotiation.c (versions).
 */
#pragma once

#include "executor/kafka/connection.h"

enum { RZ_MAX_APIS = 16, RZ_MIN_RESPONSE_BYTES = 4 };

struct RzConnection {
    RzTransport *transport; /* NULL: closed */
    const RzConnectionOptions *options;
    char *host;
    char *address; /* "host:port", for messages */
    int32_t last_correlation_id;
    int64_t not_before_ms; /* throttled until then */
    int64_t renew_at_ms;   /* the session is old by then; 0: it has no end */
    bool is_loopback;
    bool peer_closed;              /* the stream ended where an answer was due */
    int16_t versions[RZ_MAX_APIS]; /* beside rz_wire_apis[]; -1: not offered */
};

/* Sends one request and reads the answer's frame (without its size), whatever is in it. */
GByteArray *rz_connection_exchange(RzConnection *connection, const RzWireApi *api, int16_t version,
                                   const void *request, int64_t deadline_ms, GError **error);
/* Closes it because of @error, to which the address is added. Returns NULL. */
void *rz_connection_give_up(RzConnection *connection, GError **error);
/* The broker asks us to be quiet for that long. */
void rz_connection_note_throttle(RzConnection *connection, int32_t throttle_ms);
/* Agrees on versions and fills them in. */
bool rz_connection_negotiate(RzConnection *connection, int64_t deadline_ms, GError **error);
