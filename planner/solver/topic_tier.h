/*
 * topic_tier.h: every topic evenly on the brokers (tier "topic_balance"), then the fewest bytes.
 */
#pragma once

#include "planner/solver/solver.h"

/* A price in two parts: the first is in squares of replica counts and outweighs the second. */
typedef struct {
    int64_t squares;
    RzWide cost;
} RzDual;

struct RzTopics {
    uint32_t n;      /* topics with partitions to place */
    uint32_t *first; /* n + 1: topic i has the partitions first[i] .. first[i + 1] - 1 */
    uint32_t *count; /* [i * n_brokers + b]: its replicas on b */
    RzDual *cell; /* likewise: what a replica of the topic costs on b besides the broker's price */
    RzDual *broker; /* n_brokers + 1; the last is a sink's, and 0 in the end */
    RzWide sum_squares;
};

/*
 * Fills what rz_replica_tier() fills and solution->topics: the placement that, among the fairest,
 * has the least sum of squares of the replicas of every topic on every broker, and among those
 * moves least. solution->scale must be the instance's. Cost: a small solve per topic, then
 * searches over topics and brokers for what does not fit together.
 */
void rz_topic_tier(const RzInstance *in, const RzSolveOptions *options, RzSolution *solution);

/* K where topics count: no cycle of exchanges without a repetition has as many. */
int64_t rz_topic_cost_scale(const RzInstance *in);

/*
 * The second half: takes topics that are each at their best under broker prices 0 (@solution's
 * target, topics' count and cell) to placements within the brokers' limits, at least cost; false
 * when there are none, with solution->unmet set.
 */
bool rz_topic_flow(const RzInstance *in, RzSolution *solution);
