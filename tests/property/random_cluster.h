/*
 * random_cluster.h: small snapshots and policies with everything that real ones have.
 */
#pragma once

#include "planner/policy_private.h"
#include "planner/snapshot_private.h"
#include "property/rng.h"

/* Dead, unlisted and zoneless brokers, out-of-sync and leaderless partitions, sizes up to 2^63-1.
 */
RzSnapshot *random_cluster(Rng *rng);

/* Any combination of options; it may be impossible to satisfy. */
RzPolicy *random_policy(Rng *rng, const RzSnapshot *snapshot);
