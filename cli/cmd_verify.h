/*
 * cmd_verify.h: the last look, for its own command and for add-zone.
 */
#pragma once

#include "cli/args.h"
#include "executor/cluster.h"
#include "rezone/plan.h"

/* 0: as planned; 1: not; -1 with @error set. */
int rz_verify_and_print(const RzArgs *args, const RzPlan *plan, RzCluster *cluster, GError **error);
