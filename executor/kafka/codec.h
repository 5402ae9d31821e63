/*
 * codec.h: messages to bytes and back, by schema; requests and responses, as client and as server.
 *
 * What comes from the network is not trusted: every count is checked against the bytes that are
 * left before memory is taken, strings are UTF-8 without NUL and at most 32,767 bytes, null stands
 * only where the version allows it, and a body ends where its frame ends. Memory for a message is
 * thus at most a small multiple of its frame. Recursion goes as deep as the schema, no deeper.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "executor/kafka/messages.h"
#include "planner/arena.h"

/* Sets the fields that a message of the schema has before anything is known: zero or `initial`. */
void rz_wire_init(const RzWireSchema *schema, void *message);

/*
 * One message's body. Encoding appends to @out; it fails only on a string that is too long for the
 * protocol (RZ_ERROR_USAGE). A field that @version lacks is left out, whatever its value.
 * Decoding fills @message, whose pieces live in @arena, and must use up @bytes; the
 * RZ_ERROR_PROTOCOL names the field ("Metadata 9 response.topics[3].partitions[0].isr: ...").
 */
bool rz_wire_encode(const RzWireApi *api, const RzWireSchema *schema, int16_t version,
                    const void *message, GByteArray *out, GError **error);
bool rz_wire_decode(const RzWireApi *api, const RzWireSchema *schema, int16_t version,
                    const uint8_t *bytes, size_t n, RzArena *arena, void *message, GError **error);

/* ---- whole frames: size, header, body ---- */

typedef struct {
    const RzWireApi *api;
    int16_t version;
    int32_t correlation_id;
    const char *client_id; /* NULL: none; decoded: in the arena */
} RzRequestHeader;

/* Client: a frame with its size in front; NULL with RZ_ERROR_USAGE as above. */
GByteArray *rz_wire_encode_request(const RzRequestHeader *header, const void *request,
                                   GError **error);
/*
 * Client: the frame's content (what follows the size). A correlation id other than the expected is
 * an RZ_ERROR_PROTOCOL. Returns the api's response struct, in @arena.
 */
const void *rz_wire_decode_response(const RzRequestHeader *header, const uint8_t *frame, size_t n,
                                    RzArena *arena, GError **error);

/* Server: what a frame asks. An API or version we do not speak is an RZ_ERROR_UNSUPPORTED; then
 * @header still has the correlation id, and `api` is NULL for an unknown key. */
const void *rz_wire_decode_request(const uint8_t *frame, size_t n, RzArena *arena,
                                   RzRequestHeader *header, GError **error);
GByteArray *rz_wire_encode_response(const RzRequestHeader *header, const void *response,
                                    GError **error);
