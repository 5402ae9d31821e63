/*
 * cmd_verify.h: the last look, for its own command and for add-zone.
 */
#pragma once

#include "cli/args.h"
#include "executor/cluster.h"
#include "planner/snapshot_private.h"
#include "rezone/plan.h"

/*
 * Compares @cluster with @plan and judges @now, a snapshot of it taken just before, and prints the
 * answer. @json: (out) (transfer full) (optional): the answer as JSON, with or without --json; what
 * --json would print is then the caller's to print. 0: as planned; 1: not; -1 with @error set.
 */
int rz_verify_and_print(const RzArgs *args, const RzPlan *plan, RzCluster *cluster,
                        const RzSnapshot *now, char **json, GError **error);
