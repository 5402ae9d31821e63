/*
 * oracle.h: the optimum by a general solver that shares nothing with ours.
 */
#pragma once

#include "planner/solver/instance.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    bool feasible;
    int64_t sum_squares; /* with limits: not meant */
    int64_t cost;        /* replicas: bytes * K + moves, K = n_brokers + 2; leaders: changes */
    int64_t topic_squares;
} OracleAnswer;

/* Limits on movable replicas; both NULL: the fairest counts instead. */
OracleAnswer oracle_replicas(const RzInstance *in, const int64_t *lo, const int64_t *hi);

/* The same, but first the least sum of squares of the replicas of each topic on each broker; K is
 * in->cost_scale. Small instances only: three tiers share 64 bits. */
OracleAnswer oracle_topics(const RzInstance *in, const int64_t *lo, const int64_t *hi);

/* The fairest leader counts for the placement @target, then the fewest changes. */
OracleAnswer oracle_leaders(const RzInstance *in, const RzBrokerIx *target);

#ifdef __cplusplus
}
#endif
