/*
 * workload_snapshot.h: a workload as the planner's model, for timing programs.
 */
#pragma once

#include "bench/workload.h"
#include "rezone/snapshot.h"

/* (transfer full); what reading bench-workload's output would give. */
RzSnapshot *bench_workload_snapshot(const BenchWorkload *workload, GError **error);
