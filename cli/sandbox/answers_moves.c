/*
 * answers_moves.c: AlterPartitionReassignments, ListPartitionReassignments, ElectLeaders.
 *
 * The wire groups partitions by topic, the model takes a flat list: requests are flattened, results
 * are dealt back in the same order.
 */
#include "cli/sandbox/sandbox_private.h"

#include <string.h>

static const char *
take_message(RzCall *call, RzSimResult *result)
{
    const char *kept = result->message == NULL
                           ? NULL
                           : rz_arena_string(call->arena, result->message, strlen(result->message));
    rz_sim_results_clear(result, 1);
    return kept;
}

/* ---- alter ---- */

static GArray *
flatten_moves(const RzAlterReassignRequest *asked)
{
    GArray *items = g_array_new(FALSE, TRUE, sizeof(RzSimReassign));
    for (uint32_t i = 0; i < asked->n_topics; i++)
        for (uint32_t j = 0; j < asked->topics[i].n_partitions; j++) {
            const RzAlterReassignPartition *from = &asked->topics[i].partitions[j];
            RzSimReassign item = {asked->topics[i].name, from->index, from->replicas,
                                  from->n_replicas};
            g_array_append_val(items, item);
        }
    return items;
}

static void
deal_alter_results(RzCall *call, const RzAlterReassignRequest *asked, RzSimResult *results,
                   RzAlterReassignResponse *response)
{
    RzAlterReassignTopicResult *topics =
        rz_arena_array(call->arena, RzAlterReassignTopicResult, asked->n_topics);
    for (uint32_t i = 0; i < asked->n_topics; i++) {
        uint32_t n = asked->topics[i].n_partitions;
        RzAlterReassignPartitionResult *partitions =
            rz_arena_array(call->arena, RzAlterReassignPartitionResult, n);
        for (uint32_t j = 0; j < n; j++, results++) {
            int16_t code = results->code;
            partitions[j] = (RzAlterReassignPartitionResult){asked->topics[i].partitions[j].index,
                                                             code, take_message(call, results)};
        }
        topics[i] = (RzAlterReassignTopicResult){asked->topics[i].name, partitions, n};
    }
    response->topics = topics;
    response->n_topics = asked->n_topics;
}

const void *
rz_answer_alter_reassign(RzCall *call, const void *request)
{
    const RzAlterReassignRequest *asked = request;
    RzAlterReassignResponse *response = rz_arena_array(call->arena, RzAlterReassignResponse, 1);
    rz_wire_init(&rz_schema_RzAlterReassignResponse, response);
    response->allow_rf_change = asked->allow_rf_change;
    g_autoptr(GArray) items = flatten_moves(asked);
    g_autofree RzSimResult *results = g_new0(RzSimResult, items->len + 1);
    response->error =
        rz_sim_alter_reassignments(call->sim, (const RzSimReassign *)(void *)items->data,
                                   items->len, asked->allow_rf_change, results);
    for (uint32_t i = 0; response->error != RZ_KAFKA_NONE && i < items->len; i++)
        results[i].code = response->error; /* partitions repeat what failed as a whole */
    deal_alter_results(call, asked, results, response);
    return response;
}

/* ---- list ---- */

static GArray *
flatten_asked(const RzListReassignRequest *asked)
{
    GArray *items = g_array_new(FALSE, TRUE, sizeof(RzSimTopicPartition));
    for (uint32_t i = 0; i < asked->n_topics; i++)
        for (uint32_t j = 0; j < asked->topics[i].n_partitions; j++) {
            RzSimTopicPartition item = {asked->topics[i].name, asked->topics[i].partitions[j]};
            g_array_append_val(items, item);
        }
    return items;
}

/* Moves come in topic order: a topic's are neighbours. */
static void
group_moves(RzCall *call, const GArray *moves, RzListReassignResponse *response)
{
    RzOngoingTopic *topics = rz_arena_array(call->arena, RzOngoingTopic, moves->len);
    RzOngoingPartition *partitions = rz_arena_array(call->arena, RzOngoingPartition, moves->len);
    for (uint32_t i = 0; i < moves->len; i++) {
        const RzSimMove *move = &g_array_index(moves, RzSimMove, i);
        const RzSimPartitionView *view = &move->view;
        partitions[i] = (RzOngoingPartition){.index = view->number,
                                             .replicas = view->replicas.ids,
                                             .n_replicas = view->replicas.n,
                                             .adding = view->adding.ids,
                                             .n_adding = view->adding.n,
                                             .removing = view->removing.ids,
                                             .n_removing = view->removing.n};
        uint32_t n = response->n_topics;
        if (n == 0 || strcmp(topics[n - 1].name, move->topic) != 0)
            topics[response->n_topics++] = (RzOngoingTopic){move->topic, &partitions[i], 0};
        topics[response->n_topics - 1].n_partitions++;
    }
    response->topics = topics;
}

const void *
rz_answer_list_reassign(RzCall *call, const void *request)
{
    const RzListReassignRequest *asked = request;
    RzListReassignResponse *response = rz_arena_array(call->arena, RzListReassignResponse, 1);
    rz_wire_init(&rz_schema_RzListReassignResponse, response);
    g_autoptr(GArray) items = flatten_asked(asked);
    g_autoptr(GArray) moves = NULL;
    static const RzSimTopicPartition nothing;
    const RzSimTopicPartition *named =
        items->len == 0 ? &nothing : (const RzSimTopicPartition *)(void *)items->data;
    response->error = rz_sim_list_reassignments(call->sim, asked->topics == NULL ? NULL : named,
                                                items->len, &moves);
    group_moves(call, moves, response);
    return response;
}

/* ---- elect ---- */

static void
elect_named(RzCall *call, const RzElectLeadersRequest *asked, RzElectLeadersResponse *response)
{
    g_autoptr(GArray) items = g_array_new(FALSE, TRUE, sizeof(RzSimTopicPartition));
    for (uint32_t i = 0; i < asked->n_topics; i++)
        for (uint32_t j = 0; j < asked->topics[i].n_partitions; j++) {
            RzSimTopicPartition item = {asked->topics[i].topic, asked->topics[i].partitions[j]};
            g_array_append_val(items, item);
        }
    g_autofree RzSimResult *results = g_new0(RzSimResult, items->len + 1);
    response->error =
        rz_sim_elect_leaders(call->sim, (RzSimElection)asked->election_type,
                             (const RzSimTopicPartition *)(void *)items->data, items->len, results);
    RzElectLeadersResult *topics =
        rz_arena_array(call->arena, RzElectLeadersResult, asked->n_topics);
    for (uint32_t i = 0, done = 0; i < asked->n_topics; i++) {
        uint32_t n = asked->topics[i].n_partitions;
        RzElectLeadersPartition *partitions =
            rz_arena_array(call->arena, RzElectLeadersPartition, n);
        for (uint32_t j = 0; j < n; j++, done++) {
            int16_t code = response->error != 0 ? response->error : results[done].code;
            partitions[j] = (RzElectLeadersPartition){asked->topics[i].partitions[j], code,
                                                      take_message(call, &results[done])};
        }
        topics[i] = (RzElectLeadersResult){asked->topics[i].topic, partitions, n};
    }
    response->results = topics;
    response->n_results = asked->n_topics;
}

static void
elect_all(RzCall *call, RzSimElection type, RzElectLeadersResponse *response)
{
    g_autoptr(GArray) elected = NULL;
    response->error = rz_sim_elect_all(call->sim, type, &elected);
    RzElectLeadersResult *topics = rz_arena_array(call->arena, RzElectLeadersResult, elected->len);
    RzElectLeadersPartition *partitions =
        rz_arena_array(call->arena, RzElectLeadersPartition, elected->len);
    for (uint32_t i = 0; i < elected->len; i++) {
        RzSimElected *one = &g_array_index(elected, RzSimElected, i);
        int16_t code = one->result.code;
        partitions[i] =
            (RzElectLeadersPartition){one->partition, code, take_message(call, &one->result)};
        uint32_t n = response->n_results;
        if (n == 0 || strcmp(topics[n - 1].topic, one->topic) != 0)
            topics[response->n_results++] = (RzElectLeadersResult){one->topic, &partitions[i], 0};
        topics[response->n_results - 1].n_partitions++;
    }
    response->results = topics;
}

const void *
rz_answer_elect_leaders(RzCall *call, const void *request)
{
    const RzElectLeadersRequest *asked = request;
    RzElectLeadersResponse *response = rz_arena_array(call->arena, RzElectLeadersResponse, 1);
    rz_wire_init(&rz_schema_RzElectLeadersResponse, response);
    if (asked->election_type != RZ_SIM_PREFERRED && asked->election_type != RZ_SIM_UNCLEAN)
        response->error = RZ_KAFKA_INVALID_REQUEST;
    else if (asked->topics == NULL)
        elect_all(call, (RzSimElection)asked->election_type, response);
    else
        elect_named(call, asked, response);
    return response;
}
