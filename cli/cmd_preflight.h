/*
 * cmd_preflight.h: the risk review, for its own command and for apply.
 */
#pragma once

#include <stdio.h>

#include "cli/args.h"
#include "executor/preflight/preflight.h"

/* Reads --throttle, --broker-bandwidth, --window, --accept and --sample; asks the cluster. */
RzPreflight *rz_preflight_from_args(const RzArgs *args, const RzPlan *plan, RzCluster *cluster,
                                    GError **error);
void rz_preflight_print(const RzPreflight *preflight, FILE *stream);
