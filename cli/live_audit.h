/*
 * live_audit.h: what only a live cluster tells an audit.
 */
#pragma once

#include "cli/args.h"
#include "executor/cluster.h"
#include "planner/audit.h"

/*
 * Adds the controllers. An audit without them is still one: that a cluster is too old to tell, or
 * refuses to, is a remark on stderr (not with --quiet).
 */
void rz_audit_add_controllers(const RzArgs *args, RzCluster *cluster, RzAudit *audit);
