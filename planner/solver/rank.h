/*
 * rank.h: partitions ordered by size.
 *
 * Partitions stay in input order, because sorting the big arrays themselves would make every pass
 * miss the cache; they get a rank instead.
 */
#pragma once

#include "planner/solver/instance.h"

/*
 * The place of every partition in the order of (size, number), and the order itself. Sums of ranks
 * and their complements fit int32. Cost: O(partitions x bytes of the largest size).
 */
const uint32_t *rz_rank_by_size(const RzInstance *in, RzArena *arena, const uint32_t **by_rank);
