/*
 * negotiation.c: agreeing on versions when a connection opens.
 *
 * ApiVersions is asked in our newest version. A broker that does not know it answers with code 35
 * in the layout of version 0, from Kafka 2.4 on with the range that it does know; some test doubles
 * get that body wrong, so an unreadable one means version 0. For any other API a version is never
 * guessed: a broker closes the connection on one that it does not have. Source: KIP-35, KIP-511.
 */
#include "executor/kafka/buffer.h"
#include "executor/kafka/codec.h"
#include "executor/kafka/connection_private.h"
#include "executor/kafka_error.h"
#include "rezone/error.h"

static const RzApiVersionsRequest who_we_are = {"rezone", "0.1.0"};

/* The error code stands first in every version, behind the correlation id. */
static bool
peek_code(const GByteArray *frame, int16_t *code)
{
    RzReader in = {frame->data, frame->data + frame->len};
    int64_t correlation_id, number;
    if (!rz_read_int(&in, 4, &correlation_id) || !rz_read_int(&in, 2, &number))
        return false;
    *code = (int16_t)number;
    return true;
}

static const RzApiVersionsResponse *
decode(RzConnection *connection, const GByteArray *frame, int16_t version, RzArena *arena,
       GError **error)
{
    RzRequestHeader header = {rz_wire_api(RZ_API_API_VERSIONS), version,
                              connection->last_correlation_id, NULL};
    return rz_wire_decode_response(&header, frame->data, frame->len, arena, error);
}

/* Below @refused: what the refusal says that the broker has, or 0 when it says nothing usable. */
static int16_t
next_version(RzConnection *connection, const GByteArray *frame, int16_t refused)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    const RzApiVersionsResponse *answer = decode(connection, frame, 0, arena, NULL);
    for (uint32_t i = 0; answer != NULL && i < answer->n_apis; i++) {
        const RzApiVersionRange *range = &answer->apis[i];
        if (range->key == RZ_API_API_VERSIONS && range->max >= 0 && range->max < refused)
            return range->max;
    }
    return 0;
}

/* Per API the highest version that both sides have. */
static void
settle(RzConnection *connection, const RzApiVersionsResponse *answer)
{
    g_assert(rz_n_wire_apis <= RZ_MAX_APIS);
    for (uint32_t i = 0; i < rz_n_wire_apis; i++) {
        connection->versions[i] = -1;
        for (uint32_t j = 0; j < answer->n_apis; j++) {
            const RzApiVersionRange *range = &answer->apis[j];
            int16_t version = MIN(rz_wire_apis[i].max, range->max);
            if (range->key == rz_wire_apis[i].key && version >= rz_wire_apis[i].min &&
                version >= range->min)
                connection->versions[i] = version;
        }
    }
}

static bool
fail_code(RzConnection *connection, int16_t code, GError **error)
{
    bool unsupported = code == RZ_KAFKA_UNSUPPORTED_VERSION;
    g_autofree char *name = rz_kafka_error_name(code);
    g_set_error(error, RZ_ERROR, unsupported ? RZ_ERROR_UNSUPPORTED : RZ_ERROR_KAFKA,
                "ApiVersions was answered with %s", name);
    rz_connection_give_up(connection, error);
    return false;
}

/* Asking for versions changes nothing, so a lost answer is an unreachable broker. */
static bool
fail_lost(const RzConnection *connection, GError **error, GError *cause)
{
    if (g_error_matches(cause, RZ_ERROR, RZ_ERROR_AMBIGUOUS)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "%s, while agreeing on versions%s",
                    cause->message,
                    connection->peer_closed ? " (is this a TLS or SASL listener?)" : "");
        g_error_free(cause);
    } else {
        g_propagate_error(error, cause);
    }
    return false;
}

bool
rz_connection_negotiate(RzConnection *connection, int64_t deadline_ms, GError **error)
{
    const RzWireApi *api = rz_wire_api(RZ_API_API_VERSIONS);
    for (int16_t version = api->max;;) {
        GError *cause = NULL;
        int16_t code = 0;
        g_autoptr(GByteArray) frame =
            rz_connection_exchange(connection, api, version, &who_we_are, deadline_ms, &cause);
        if (frame == NULL)
            return fail_lost(connection, error, cause);
        if (peek_code(frame, &code) && code == RZ_KAFKA_UNSUPPORTED_VERSION && version > 0) {
            version = next_version(connection, frame, version);
            continue;
        }
        if (code != 0)
            return fail_code(connection, code, error);
        g_autoptr(RzArena) arena = rz_arena_new();
        const RzApiVersionsResponse *answer = decode(connection, frame, version, arena, error);
        if (answer == NULL)
            return rz_connection_give_up(connection, error) != NULL;
        settle(connection, answer);
        rz_connection_note_throttle(connection, answer->throttle_ms);
        return true;
    }
}
