/*
 * topic_counts.c: a table where it pays.
 *
 * Counts of every topic on every broker would be far more numbers than there are replicas, most of
 * them zero. So only a topic with at least as many replicas as there are brokers has a row; a
 * smaller one is counted when asked, which is then no slower than the brokers are many.
 */
#include "planner/solver/topic_counts.h"

static const RzBrokerIx *
replicas_from(const RzTopicCounts *counts, uint32_t topic)
{
    return counts->target + counts->in->first_target[counts->first[topic]];
}

static uint32_t
n_replicas(const RzTopicCounts *counts, uint32_t topic)
{
    const uint32_t *first_target = counts->in->first_target;
    return first_target[counts->first[topic + 1]] - first_target[counts->first[topic]];
}

void
rz_topic_add(const RzTopicCounts *counts, uint32_t topic, uint32_t *per_broker, int sign)
{
    const RzBrokerIx *replicas = replicas_from(counts, topic);
    for (uint32_t i = 0; i < n_replicas(counts, topic); i++)
        per_broker[replicas[i]] += (uint32_t)sign;
}

RzTopicCounts
rz_topic_counts(const RzInstance *in, const RzBrokerIx *target, RzArena *arena)
{
    RzTopicCounts counts = {.in = in, .target = target};
    counts.first = rz_arena_array(arena, uint32_t, in->n_topics + 1);
    counts.row = rz_arena_array(arena, uint32_t *, in->n_topics);
    for (uint32_t t = 0, p = 0; t < in->n_topics; t++) {
        while (p < in->n_partitions && in->topic[p] == t)
            p++;
        counts.first[t + 1] = p;
    }
    for (uint32_t t = 0; t < in->n_topics; t++) {
        if (n_replicas(&counts, t) < in->n_brokers)
            continue;
        counts.row[t] = rz_arena_array(arena, uint32_t, in->n_brokers);
        rz_topic_add(&counts, t, counts.row[t], 1);
    }
    return counts;
}

int64_t
rz_topic_surplus(const RzTopicCounts *counts, uint32_t p, uint32_t u, uint32_t v)
{
    uint32_t topic = counts->in->topic[p];
    const uint32_t *row = counts->row[topic];
    if (row != NULL)
        return (int64_t)row[u] - row[v];
    const RzBrokerIx *replicas = replicas_from(counts, topic);
    int32_t surplus = 0;
    for (uint32_t i = 0; i < n_replicas(counts, topic); i++)
        surplus += (replicas[i] == u) - (replicas[i] == v);
    return surplus;
}

void
rz_topic_moved(RzTopicCounts *counts, uint32_t p, uint32_t u, uint32_t v)
{
    uint32_t *row = counts->row[counts->in->topic[p]];
    if (row == NULL)
        return;
    row[u]--;
    row[v]++;
}
