/*
 * solver.h: from a problem to its cheapest placement. docs/planner.md has model and proof.
 */
#pragma once

#include "planner/solver/leaders.h"
#include "planner/solver/levels.h"

typedef struct {
    bool no_samples;       /* one start, from prices 0: the engine alone; it costs the same */
    uint32_t first_sample; /* partitions in the first sample, for tests; 0: as many as brokers */
    bool force_wide;       /* 128-bit costs even where 64 bits do; likewise */
    bool ignore_freedom;   /* leave ties as they fall; likewise */
    bool keep_leaders;     /* leaders change only where they must */
    bool topic_balance;    /* every topic evenly on the brokers, before bytes count */
} RzSolveOptions;

typedef struct RzTopics RzTopics; /* topic_tier.h */

typedef struct {
    RzArena *arena; /* owns everything below and the placement itself */
    RzLevels *levels;
    RzBrokerIx *target; /* every partition's replicas, by in->first_target[]; leader first */
    int64_t *held;      /* per broker: movable replicas */
    RzWide *price;      /* per broker */
    RzWide scale;       /* K: what a byte costs; a move costs 1 */
    RzWide bytes;       /* moved */
    int64_t moves;
    RzTopics *topics; /* only with topic_balance */
    RzLeaders *leaders;
    int64_t n_augmentations;
    const uint32_t *rank, *by_rank; /* partitions by size; NULL if nobody needed them */
    bool feasible;
    const bool *unmet; /* infeasible: brokers whose limits show why */
} RzSolution;

/* @in must have an allowed choice in every class, no limit below a broker's fixed load, and with
 * topic_balance a cost_scale of rz_topic_cost_scale(). Only explicit boxes can be infeasible. */
RzSolution *rz_solve(const RzInstance *in, const RzSolveOptions *options);
void rz_solution_free(RzSolution *solution);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzSolution, rz_solution_free)
