/*
 * topic_counts.h: how many replicas of a topic a broker holds.
 */
#pragma once

#include "planner/solver/instance.h"

typedef struct {
    const RzInstance *in;
    const RzBrokerIx *target; /* the placement that is counted */
    uint32_t *first;          /* n_topics + 1: partitions first[t] .. first[t + 1] - 1 */
    uint32_t **row;           /* per topic: a count per broker, or NULL: counted when asked */
} RzTopicCounts;

/* Cost: linear in replicas, in time and memory. */
RzTopicCounts rz_topic_counts(const RzInstance *in, const RzBrokerIx *target, RzArena *arena);

/* How many more of @p's topic are on @u than on @v. Cost: at most O(brokers). */
int64_t rz_topic_surplus(const RzTopicCounts *counts, uint32_t p, uint32_t u, uint32_t v);

/* To be told whenever a replica of @p goes from @u to @v. */
void rz_topic_moved(RzTopicCounts *counts, uint32_t p, uint32_t u, uint32_t v);

/* Adds @sign times the topic's replicas to @per_broker. */
void rz_topic_add(const RzTopicCounts *counts, uint32_t topic, uint32_t *per_broker, int sign);
