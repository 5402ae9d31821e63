/*
 * answers_configs.c: DescribeConfigs and IncrementalAlterConfigs.
 */
#include "cli/sandbox/sandbox_private.h"

#include <string.h>

/* ---- describe ---- */

static bool
is_wanted(const RzDescribeConfigsResource *asked, const char *key)
{
    for (uint32_t i = 0; i < asked->n_keys; i++)
        if (strcmp(asked->keys[i], key) == 0)
            return true;
    return asked->n_keys == 0; /* null, and from 2.8 on empty too: all */
}

static const char *
keep_text(RzCall *call, const char *text)
{
    return text == NULL ? NULL : rz_arena_string(call->arena, text, strlen(text));
}

static void
fill_synonyms(RzCall *call, const RzSimConfigEntry *from, RzDescribeConfigsEntry *to)
{
    RzDescribeConfigsSynonym *synonyms =
        rz_arena_array(call->arena, RzDescribeConfigsSynonym, from->n_synonyms);
    for (uint32_t i = 0; i < from->n_synonyms; i++)
        synonyms[i] = (RzDescribeConfigsSynonym){keep_text(call, from->synonyms[i].name),
                                                 keep_text(call, from->synonyms[i].value),
                                                 (int8_t)from->synonyms[i].source};
    to->synonyms = synonyms;
    to->n_synonyms = from->n_synonyms;
}

static void
fill_entries(RzCall *call, const RzDescribeConfigsResource *asked, bool with_synonyms,
             const GArray *entries, RzDescribeConfigsResult *to)
{
    RzDescribeConfigsEntry *configs =
        rz_arena_array(call->arena, RzDescribeConfigsEntry, entries->len);
    for (uint32_t i = 0; i < entries->len; i++) {
        const RzSimConfigEntry *entry = &g_array_index(entries, RzSimConfigEntry, i);
        if (!is_wanted(asked, entry->key))
            continue;
        RzDescribeConfigsEntry *config = &configs[to->n_configs++];
        *config = (RzDescribeConfigsEntry){.name = keep_text(call, entry->key),
                                           .value = keep_text(call, entry->value),
                                           .read_only = entry->read_only,
                                           .source = (int8_t)entry->source,
                                           .config_type = (int8_t)entry->type};
        if (with_synonyms)
            fill_synonyms(call, entry, config);
    }
    to->configs = configs;
}

static void
describe_resource(RzCall *call, const RzDescribeConfigsResource *asked, bool with_synonyms,
                  RzDescribeConfigsResult *to)
{
    to->type = asked->type;
    to->name = asked->name;
    if (asked->type != RZ_SIM_TOPIC && asked->type != RZ_SIM_BROKER) {
        to->error = RZ_KAFKA_INVALID_REQUEST;
        return;
    }
    g_autoptr(GArray) entries = NULL;
    g_autofree char *message = NULL;
    to->error = rz_sim_describe_configs(call->sim, call->broker, (RzSimResource)asked->type,
                                        asked->name, &entries, &message);
    to->message = keep_text(call, message);
    fill_entries(call, asked, with_synonyms, entries, to);
}

const void *
rz_answer_describe_configs(RzCall *call, const void *request)
{
    const RzDescribeConfigsRequest *asked = request;
    RzDescribeConfigsResponse *response = rz_arena_array(call->arena, RzDescribeConfigsResponse, 1);
    rz_wire_init(&rz_schema_RzDescribeConfigsResponse, response);
    RzDescribeConfigsResult *results =
        rz_arena_array(call->arena, RzDescribeConfigsResult, asked->n_resources);
    for (uint32_t i = 0; i < asked->n_resources; i++)
        describe_resource(call, &asked->resources[i], asked->synonyms, &results[i]);
    response->results = results;
    response->n_results = asked->n_resources;
    return response;
}

/* ---- alter ---- */

static RzSimResult
alter_resource(RzCall *call, const RzAlterConfigsResource *asked, bool validate_only)
{
    RzSimResult result = {0};
    if (asked->type != RZ_SIM_TOPIC && asked->type != RZ_SIM_BROKER) {
        result.code = RZ_KAFKA_INVALID_REQUEST;
        return result;
    }
    g_autofree RzSimConfigChange *changes = g_new0(RzSimConfigChange, asked->n_configs);
    for (uint32_t i = 0; i < asked->n_configs; i++) {
        const RzAlterConfigsEntry *entry = &asked->configs[i];
        if (entry->op < RZ_SIM_SET || entry->op > RZ_SIM_SUBTRACT) {
            result.code = RZ_KAFKA_INVALID_REQUEST;
            return result;
        }
        changes[i] = (RzSimConfigChange){entry->name, (RzSimConfigOp)entry->op, entry->value};
    }
    rz_sim_alter_configs(call->sim, call->broker, (RzSimResource)asked->type, asked->name, changes,
                         asked->n_configs, validate_only, &result);
    return result;
}

const void *
rz_answer_alter_configs(RzCall *call, const void *request)
{
    const RzAlterConfigsRequest *asked = request;
    RzAlterConfigsResponse *response = rz_arena_array(call->arena, RzAlterConfigsResponse, 1);
    rz_wire_init(&rz_schema_RzAlterConfigsResponse, response);
    RzAlterConfigsResult *results =
        rz_arena_array(call->arena, RzAlterConfigsResult, asked->n_resources);
    for (uint32_t i = 0; i < asked->n_resources; i++) {
        const RzAlterConfigsResource *resource = &asked->resources[i];
        RzSimResult result = alter_resource(call, resource, asked->validate_only);
        results[i] = (RzAlterConfigsResult){result.code, keep_text(call, result.message),
                                            resource->type, resource->name};
        rz_sim_results_clear(&result, 1);
    }
    response->responses = results;
    response->n_responses = asked->n_resources;
    return response;
}
