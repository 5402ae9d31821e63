/*
 * requests.c: a frame in, a frame out: which API it is, whether this Kafka offers it, who answers.
 */
#include "cli/sandbox/sandbox_private.h"

#include <string.h>

typedef struct {
    RzApiKey key;
    bool forwarded; /* to the controller, and waits for one */
    const void *(*answer)(RzCall *call, const void *request);
} Handler;

static const Handler handlers[] = {
    {RZ_API_API_VERSIONS, false, rz_answer_api_versions},
    {RZ_API_METADATA, false, rz_answer_metadata},
    {RZ_API_DESCRIBE_CLUSTER, false, rz_answer_describe_cluster},
    {RZ_API_DESCRIBE_TOPICS, false, rz_answer_describe_topics},
    {RZ_API_DESCRIBE_QUORUM, true, rz_answer_describe_quorum},
    {RZ_API_DESCRIBE_LOG_DIRS, false, rz_answer_describe_log_dirs},
    {RZ_API_DESCRIBE_CONFIGS, false, rz_answer_describe_configs},
    {RZ_API_ALTER_CONFIGS, true, rz_answer_alter_configs},
    {RZ_API_ALTER_REASSIGN, true, rz_answer_alter_reassign},
    {RZ_API_LIST_REASSIGN, true, rz_answer_list_reassign},
    {RZ_API_ELECT_LEADERS, true, rz_answer_elect_leaders},
};

/* What both this release of Kafka and our codec speak. */
static bool
offered_range(const RzSim *sim, const RzWireApi *api, int16_t *min, int16_t *max)
{
    if (!rz_sim_api_range(rz_sim_options(sim)->version, api->key, min, max))
        return false;
    *min = MAX(*min, api->min);
    *max = MIN(*max, api->max);
    return *min <= *max;
}

static const Handler *
find_handler(const RzSim *sim, const RzRequestHeader *header)
{
    int16_t min, max;
    if (header->api == NULL || !offered_range(sim, header->api, &min, &max) ||
        header->version < min || header->version > max)
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++)
        if ((int16_t)handlers[i].key == header->api->key)
            return &handlers[i];
    return NULL;
}

static RzApiVersionsResponse *
api_versions(RzCall *call)
{
    RzApiVersionsResponse *response = rz_arena_array(call->arena, RzApiVersionsResponse, 1);
    rz_wire_init(&rz_schema_RzApiVersionsResponse, response);
    RzApiVersionRange *ranges =
        rz_arena_array(call->arena, RzApiVersionRange, G_N_ELEMENTS(handlers));
    for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++) {
        int16_t min, max, key = (int16_t)handlers[i].key;
        if (offered_range(call->sim, rz_wire_api(key), &min, &max))
            ranges[response->n_apis++] = (RzApiVersionRange){key, min, max};
    }
    response->apis = ranges;
    return response;
}

const void *
rz_answer_api_versions(RzCall *call, const void *request)
{
    (void)request;
    return api_versions(call);
}

/* A version of ApiVersions that we lack is answered in version 0, with the range that we have. */
static bool
answer_unsupported_api_versions(RzSim *sim, RzRequestHeader *header, GByteArray *out)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    RzCall call = {sim, -1, 0, arena};
    RzApiVersionsResponse *response = api_versions(&call);
    response->error = RZ_KAFKA_UNSUPPORTED_VERSION;
    header->version = 0;
    g_autoptr(GByteArray) frame = rz_wire_encode_response(header, response, NULL);
    if (frame == NULL)
        return false;
    g_byte_array_append(out, frame->data, frame->len);
    return true;
}

RzCallResult
rz_sandbox_answer(RzSim *sim, int32_t broker, const uint8_t *frame, size_t n, GByteArray *out)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    RzRequestHeader header;
    const void *request = rz_wire_decode_request(frame, n, arena, &header, NULL);
    const Handler *handler = find_handler(sim, &header);
    if (handler == NULL && header.api != NULL && header.api->key == RZ_API_API_VERSIONS)
        return answer_unsupported_api_versions(sim, &header, out) ? RZ_CALL_ANSWERED
                                                                  : RZ_CALL_CLOSE;
    if (handler == NULL || request == NULL)
        return RZ_CALL_CLOSE;
    if (handler->forwarded && rz_sim_controller_back_ms(sim) > rz_sim_now_ms(sim))
        return RZ_CALL_WAITS;
    RzCall call = {sim, broker, header.version, arena};
    const void *response = handler->answer(&call, request);
    g_autoptr(GByteArray) answer = rz_wire_encode_response(&header, response, NULL);
    if (answer == NULL)
        return RZ_CALL_CLOSE;
    g_byte_array_append(out, answer->data, answer->len);
    return RZ_CALL_ANSWERED;
}
