/*
 * grouping.c: requests name partitions by topic, callers one by one; answers come in any order.
 */
#include <string.h>

#include "executor/kafka/kafka_private.h"

static int
compare_items(const RzTopicPartition *a, const RzTopicPartition *b)
{
    int order = strcmp(a->topic, b->topic);
    return order != 0 ? order : (a->partition > b->partition) - (a->partition < b->partition);
}

static int
compare_indices(const void *a, const void *b, void *items)
{
    const RzTopicPartition *base = items;
    return compare_items(&base[*(const uint32_t *)a], &base[*(const uint32_t *)b]);
}

RzGrouping *
rz_grouping_new(const RzTopicPartition *items, uint32_t n, RzArena *arena)
{
    RzGrouping *grouping = rz_arena_array(arena, RzGrouping, 1);
    RzTopicPartition *copy = rz_arena_array(arena, RzTopicPartition, n);
    uint32_t *order = rz_arena_array(arena, uint32_t, n);
    RzTopicGroup *groups = rz_arena_array(arena, RzTopicGroup, n);
    uint32_t n_groups = 0;
    for (uint32_t i = 0; i < n; i++) {
        copy[i] = items[i];
        order[i] = i;
    }
    g_qsort_with_data(order, (gint)n, sizeof *order, compare_indices, copy);
    for (uint32_t i = 0; i < n; i++) {
        const char *topic = copy[order[i]].topic;
        g_assert(i == 0 || compare_items(&copy[order[i - 1]], &copy[order[i]]) != 0);
        if (n_groups == 0 || strcmp(groups[n_groups - 1].topic, topic) != 0)
            groups[n_groups++] = (RzTopicGroup){topic, i, 0};
        groups[n_groups - 1].n++;
    }
    *grouping = (RzGrouping){copy, order, n, groups, n_groups};
    return grouping;
}

int64_t
rz_grouping_find(const RzGrouping *grouping, const char *topic, int32_t partition)
{
    RzTopicPartition key = {topic, partition};
    uint32_t low = 0, high = grouping->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare_items(&key, &grouping->items[grouping->order[middle]]);
        if (order == 0)
            return grouping->order[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

const RzTopicPartitions *
rz_grouping_topics(const RzGrouping *grouping, RzArena *arena)
{
    RzTopicPartitions *topics = rz_arena_array(arena, RzTopicPartitions, grouping->n_groups);
    for (uint32_t i = 0; i < grouping->n_groups; i++) {
        const RzTopicGroup *group = &grouping->groups[i];
        int32_t *numbers = rz_arena_array(arena, int32_t, group->n);
        for (uint32_t j = 0; j < group->n; j++)
            numbers[j] = grouping->items[grouping->order[group->first + j]].partition;
        topics[i] = (RzTopicPartitions){group->topic, numbers, group->n};
    }
    return topics;
}
