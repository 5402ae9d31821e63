/*
 * problem.h: the instance that a snapshot and a policy make, and the way back to their numbers.
 */
#pragma once

#include "planner/solver/instance.h"

typedef struct {
    RzArena *arena; /* owns everything below and the problem itself */
    const RzSnapshot *snapshot;
    const RzPolicy *policy;
    RzInstance in;
    uint32_t *broker;    /* instance broker -> snapshot broker */
    uint32_t *number;    /* snapshot broker -> instance broker, or RZ_NONE */
    uint32_t *partition; /* instance partition -> snapshot partition */
    uint32_t *zone;      /* instance zone -> snapshot zone; n_zones of it: brokers without a zone */
    GPtrArray *warnings; /* char *: for people */
} RzProblem;

/*
 * Errors: %RZ_ERROR_INFEASIBLE when some partition has no allowed choice at all, or a broker's
 * limit is below what stays there, with who is short, by how much and the smallest change that
 * would do. Borrows both arguments.
 */
RzProblem *rz_problem_new(const RzSnapshot *snapshot, const RzPolicy *policy, GError **error);
void rz_problem_free(RzProblem *problem);

/* "az1", or "(no zone)"; @zone is the instance's number. */
const char *rz_problem_zone_name(const RzProblem *problem, uint32_t zone);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzProblem, rz_problem_free)
