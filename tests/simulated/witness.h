/*
 * witness.h: a cluster port that passes everything on and looks at it.
 *
 * It holds what must be true of every request, whatever the case: batch limits, value lengths, and
 * that a partition is only ever sent to its target, its original list, the original list with the
 * original leader in front, or cancelled. It also tells the executor's CPU time from the
 * simulation's.
 */
#pragma once

#include "executor/cluster.h"
#include "planner/plan_private.h"

typedef struct {
    bool staged; /* a staged partition's steps are right targets, too */
    uint32_t requests, wrong_targets;
    uint32_t steps_sent, sent_while_listed; /* the second: to another target than the one listed */
    uint32_t largest_batch;
    gsize longest_value;
    double inside_s; /* CPU time spent in the simulation */
} Witness;

/* Takes over @inner; @plan and @witness are borrowed. */
RzCluster *witness_new(RzCluster *inner, const RzPlan *plan, Witness *witness);
void witness_start(RzCluster *cluster);
double witness_executor_cpu_s(const RzCluster *cluster); /* since start, without the inside */
