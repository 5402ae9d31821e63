/*
 * frame.c: headers around bodies (codec.h).
 *
 * Requests: header 1, or 2 (with tagged fields) in flexible versions; client_id keeps its INT16
 * length in both. Responses: header 0 or, in flexible versions, 1; except ApiVersions, whose answer
 * always has header 0, because it must be readable before versions are agreed.
 */
#include <string.h>

#include "executor/kafka/buffer.h"
#include "executor/kafka/codec.h"
#include "rezone/error.h"

/* Room for any SASL message but a long token: growing would leave a copy of the secret behind. */
enum { FIRST_BYTES = 512 };

static bool
is_flexible(const RzRequestHeader *header)
{
    return header->version >= header->api->flexible_since;
}

static bool
response_has_tags(const RzRequestHeader *header)
{
    return is_flexible(header) && header->api->key != RZ_API_API_VERSIONS;
}

static void
write_client_id(GByteArray *out, const char *client_id)
{
    size_t length = client_id == NULL ? 0 : strlen(client_id);
    g_assert(length <= INT16_MAX); /* client_config.c bounds it */
    rz_write_int(out, 2, client_id == NULL ? -1 : (int64_t)length);
    rz_write_bytes(out, client_id, length);
}

/* Puts the size in front, which is known only now. */
static void
seal(GByteArray *frame)
{
    uint32_t size = frame->len - 4;
    for (unsigned i = 0; i < 4; i++)
        frame->data[i] = (uint8_t)(size >> (24 - 8 * i));
}

GByteArray *
rz_wire_encode_request(const RzRequestHeader *header, const void *request, GError **error)
{
    g_autoptr(GByteArray) frame = g_byte_array_sized_new(FIRST_BYTES);
    rz_write_int(frame, 4, 0);
    rz_write_int(frame, 2, header->api->key);
    rz_write_int(frame, 2, header->version);
    rz_write_int(frame, 4, header->correlation_id);
    write_client_id(frame, header->client_id);
    if (is_flexible(header))
        rz_write_uvarint(frame, 0);
    if (!rz_wire_encode(header->api, header->api->request, header->version, request, frame, error))
        return NULL;
    seal(frame);
    return g_steal_pointer(&frame);
}

GByteArray *
rz_wire_encode_response(const RzRequestHeader *header, const void *response, GError **error)
{
    g_autoptr(GByteArray) frame = g_byte_array_new();
    rz_write_int(frame, 4, 0);
    rz_write_int(frame, 4, header->correlation_id);
    if (response_has_tags(header))
        rz_write_uvarint(frame, 0);
    if (!rz_wire_encode(header->api, header->api->response, header->version, response, frame,
                        error))
        return NULL;
    seal(frame);
    return g_steal_pointer(&frame);
}

/* Headers carry no tagged fields that we know: skip whatever is there. */
static bool
skip_tags(RzReader *in)
{
    uint32_t n, tag, length;
    if (!rz_read_uvarint(in, &n))
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (!rz_read_uvarint(in, &tag) || !rz_read_uvarint(in, &length) ||
            rz_read_bytes(in, length) == NULL)
            return false;
    return true;
}

const void *
rz_wire_decode_response(const RzRequestHeader *header, const uint8_t *frame, size_t n,
                        RzArena *arena, GError **error)
{
    RzReader in = {frame, frame + n};
    int64_t correlation_id;
    if (!rz_read_int(&in, 4, &correlation_id) || (response_has_tags(header) && !skip_tags(&in))) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL, "%s %d response: the header is cut off",
                    header->api->name, header->version);
        return NULL;
    }
    if (correlation_id != header->correlation_id) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL,
                    "%s %d response: correlation id %" G_GINT64_FORMAT ", expected %d",
                    header->api->name, header->version, correlation_id, header->correlation_id);
        return NULL;
    }
    void *response = rz_arena_alloc(arena, 1, header->api->response->size);
    return rz_wire_decode(header->api, header->api->response, header->version, in.at,
                          rz_reader_left(&in), arena, response, error)
               ? response
               : NULL;
}

static bool
read_client_id(RzReader *in, RzArena *arena, const char **client_id)
{
    int64_t length;
    *client_id = NULL;
    if (!rz_read_int(in, 2, &length) || length < -1)
        return false;
    if (length == -1)
        return true;
    const uint8_t *bytes = rz_read_bytes(in, (size_t)length);
    if (bytes == NULL || !g_utf8_validate_len((const char *)bytes, (size_t)length, NULL))
        return false;
    *client_id = rz_arena_string(arena, bytes, (size_t)length);
    return true;
}

/* The part that every request has; false: cut off. Then the API decides how to go on. */
static bool
read_request_start(RzReader *in, RzRequestHeader *header, int16_t *key)
{
    int64_t number[3];
    if (!rz_read_int(in, 2, &number[0]) || !rz_read_int(in, 2, &number[1]) ||
        !rz_read_int(in, 4, &number[2]))
        return false;
    *key = (int16_t)number[0];
    *header = (RzRequestHeader){rz_wire_api(*key), (int16_t)number[1], (int32_t)number[2], NULL};
    return true;
}

const void *
rz_wire_decode_request(const uint8_t *frame, size_t n, RzArena *arena, RzRequestHeader *header,
                       GError **error)
{
    RzReader in = {frame, frame + n};
    int16_t key;
    *header = (RzRequestHeader){0};
    if (!read_request_start(&in, header, &key)) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_PROTOCOL, "a request header is cut off");
        return NULL;
    }
    if (header->api == NULL || header->version < header->api->min ||
        header->version > header->api->max) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED, "API key %d version %d", key,
                    header->version);
        return NULL;
    }
    if (!read_client_id(&in, arena, &header->client_id) ||
        (is_flexible(header) && !skip_tags(&in))) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL, "%s %d request: bad header",
                    header->api->name, header->version);
        return NULL;
    }
    void *request = rz_arena_alloc(arena, 1, header->api->request->size);
    return rz_wire_decode(header->api, header->api->request, header->version, in.at,
                          rz_reader_left(&in), arena, request, error)
               ? request
               : NULL;
}
