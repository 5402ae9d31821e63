/*
 * reassign.c: reassignments and preferred leaders over the wire.
 *
 * Answers are matched by topic and partition, because ZooKeeper controllers answer in the order of
 * their maps; an item without an answer makes the whole answer unusable.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/kafka/kafka_private.h"

enum { PREFERRED = 0 };

/* ---- results of changing requests ---- */

typedef struct {
    RzApiKey api;
    const RzGrouping *grouping;
    RzItemResult *results; /* in the caller's order */
    bool *answered;
} Outcomes;

static Outcomes
outcomes_new(RzApiKey api, const RzGrouping *grouping, RzItemResult *results, RzArena *arena)
{
    memset(results, 0, grouping->n * sizeof *results);
    return (Outcomes){api, grouping, results, rz_arena_array(arena, bool, grouping->n)};
}

/* An item that was not asked for is ignored, a second answer to one as well. */
static void
note_outcome(const Outcomes *outcomes, const char *topic, int32_t partition, int16_t code,
             const char *message)
{
    int64_t i = rz_grouping_find(outcomes->grouping, topic, partition);
    if (i < 0 || outcomes->answered[i])
        return;
    outcomes->answered[i] = true;
    outcomes->results[i] = rz_kafka_item(outcomes->api, code, message);
}

static bool
all_answered(const Outcomes *outcomes, GError **error)
{
    const RzGrouping *grouping = outcomes->grouping;
    for (uint32_t i = 0; i < grouping->n; i++) {
        if (outcomes->answered[i])
            continue;
        rz_item_results_clear(outcomes->results, grouping->n);
        return rz_kafka_fail_protocol(outcomes->api, error, "lacks %s-%d", grouping->items[i].topic,
                                      grouping->items[i].partition);
    }
    return true;
}

/* ---- alter ---- */

static const RzAlterReassignTopic *
alter_topics(const RzGrouping *grouping, const RzReassign *items, RzArena *arena)
{
    RzAlterReassignTopic *topics = rz_arena_array(arena, RzAlterReassignTopic, grouping->n_groups);
    for (uint32_t i = 0; i < grouping->n_groups; i++) {
        const RzTopicGroup *group = &grouping->groups[i];
        RzAlterReassignPartition *partitions =
            rz_arena_array(arena, RzAlterReassignPartition, group->n);
        for (uint32_t j = 0; j < group->n; j++) {
            const RzReassign *item = &items[grouping->order[group->first + j]];
            partitions[j] = (RzAlterReassignPartition){
                item->partition, item->replicas, item->replicas == NULL ? 0 : item->n_replicas};
        }
        topics[i] = (RzAlterReassignTopic){group->topic, partitions, group->n};
    }
    return topics;
}

bool
rz_kafka_alter_reassignments(RzCluster *cluster, const RzReassign *items, uint32_t n, bool keep_rf,
                             RzItemResult *results, GError **error)
{
    g_assert(n <= RZ_CLUSTER_MAX_BATCH);
    g_autoptr(RzArena) arena = rz_arena_new();
    RzTopicPartition *named = rz_arena_array(arena, RzTopicPartition, n);
    for (uint32_t i = 0; i < n; i++)
        named[i] = (RzTopicPartition){items[i].topic, items[i].partition};
    const RzGrouping *grouping = rz_grouping_new(named, n, arena);
    const RzAlterReassignRequest request = {
        .timeout_ms = RZ_KAFKA_TIMEOUT_MS,
        .allow_rf_change = !keep_rf, /* left out of the wire by version 0 */
        .topics = alter_topics(grouping, items, arena),
        .n_topics = grouping->n_groups,
    };
    Outcomes outcomes = outcomes_new(RZ_API_ALTER_REASSIGN, grouping, results, arena);
    const RzAlterReassignResponse *answer = rz_kafka_call((RzKafka *)cluster, RZ_API_ALTER_REASSIGN,
                                                          RZ_ANY_BROKER, &request, arena, error);
    if (answer == NULL)
        return false;
    for (uint32_t i = 0; i < answer->n_topics; i++) {
        const RzAlterReassignTopicResult *topic = &answer->topics[i];
        for (uint32_t j = 0; j < topic->n_partitions; j++)
            note_outcome(&outcomes, topic->name, topic->partitions[j].index,
                         topic->partitions[j].error, topic->partitions[j].message);
    }
    return all_answered(&outcomes, error);
}

/* ---- elect ---- */

bool
rz_kafka_elect_preferred(RzCluster *cluster, const RzTopicPartition *partitions, uint32_t n,
                         RzItemResult *results, GError **error)
{
    g_assert(n <= RZ_CLUSTER_MAX_BATCH);
    g_autoptr(RzArena) arena = rz_arena_new();
    const RzGrouping *grouping = rz_grouping_new(partitions, n, arena);
    const RzElectLeadersRequest request = {
        .election_type = PREFERRED,
        .topics = rz_grouping_topics(grouping, arena),
        .n_topics = grouping->n_groups,
        .timeout_ms = RZ_KAFKA_TIMEOUT_MS,
    };
    Outcomes outcomes = outcomes_new(RZ_API_ELECT_LEADERS, grouping, results, arena);
    const RzElectLeadersResponse *answer = rz_kafka_call((RzKafka *)cluster, RZ_API_ELECT_LEADERS,
                                                         RZ_ANY_BROKER, &request, arena, error);
    if (answer == NULL)
        return false;
    for (uint32_t i = 0; i < answer->n_results; i++) {
        const RzElectLeadersResult *topic = &answer->results[i];
        for (uint32_t j = 0; j < topic->n_partitions; j++)
            note_outcome(&outcomes, topic->topic, topic->partitions[j].id,
                         topic->partitions[j].error, topic->partitions[j].message);
    }
    return all_answered(&outcomes, error);
}

/* ---- list ---- */

static int32_t *
copy_ints(const int32_t *ints, uint32_t n)
{
    return n == 0 ? NULL : g_memdup2(ints, n * sizeof *ints);
}

static int
compare_reassignments(const void *a, const void *b)
{
    const RzClusterReassignment *left = a, *right = b;
    int order = strcmp(left->topic, right->topic);
    return order != 0 ? order
                      : (left->partition > right->partition) - (left->partition < right->partition);
}

static RzClusterReassignments *
copy_reassignments(const RzListReassignResponse *answer)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < answer->n_topics; i++)
        n += answer->topics[i].n_partitions;
    RzClusterReassignments *list = g_new0(RzClusterReassignments, 1);
    list->items = g_new0(RzClusterReassignment, n);
    for (uint32_t i = 0; i < answer->n_topics; i++) {
        for (uint32_t j = 0; j < answer->topics[i].n_partitions; j++) {
            const RzOngoingPartition *p = &answer->topics[i].partitions[j];
            list->items[list->n_items++] = (RzClusterReassignment){
                .topic = g_strdup(answer->topics[i].name),
                .partition = p->index,
                .replicas = copy_ints(p->replicas, p->n_replicas),
                .adding = copy_ints(p->adding, p->n_adding),
                .removing = copy_ints(p->removing, p->n_removing),
                .n_replicas = p->n_replicas,
                .n_adding = p->n_adding,
                .n_removing = p->n_removing,
            };
        }
    }
    if (list->n_items > 1)
        qsort(list->items, list->n_items, sizeof *list->items, compare_reassignments);
    return list;
}

RzClusterReassignments *
rz_kafka_list_reassignments(RzCluster *cluster, const RzTopicPartition *partitions, uint32_t n,
                            GError **error)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    RzListReassignRequest request = {.timeout_ms = RZ_KAFKA_TIMEOUT_MS};
    if (partitions != NULL) {
        const RzGrouping *grouping = rz_grouping_new(partitions, n, arena);
        const RzTopicPartitions *named = rz_grouping_topics(grouping, arena);
        RzListReassignTopic *topics =
            rz_arena_array(arena, RzListReassignTopic, grouping->n_groups);
        for (uint32_t i = 0; i < grouping->n_groups; i++)
            topics[i] =
                (RzListReassignTopic){named[i].topic, named[i].partitions, named[i].n_partitions};
        request.topics = topics;
        request.n_topics = grouping->n_groups;
    }
    const RzListReassignResponse *answer = rz_kafka_call((RzKafka *)cluster, RZ_API_LIST_REASSIGN,
                                                         RZ_ANY_BROKER, &request, arena, error);
    return answer == NULL ? NULL : copy_reassignments(answer);
}
