/*
 * cost.h: the number type of costs and prices, chosen at compile time.
 *
 * Prices are sums of up to 2n costs of up to (n + 2) * size + 1. That fits 64 bits for 300 brokers
 * and partitions of 25 TB, and 64-bit arithmetic is what makes the solver fast; for anything larger
 * the files that compute with costs are compiled a second time with 128 bits, under other names.
 * rz_cost_fits() says which of the two a problem needs.
 */
#pragma once

#include "planner/solver/instance.h"

#ifdef RZ_COST_IS_WIDE
typedef RzWide RzCost;
#define RZ_COST_NONE ((RzCost)1 << 126)
#define RZ_COST_NAME(name) name##_wide
#define rz_choose RZ_COST_NAME(rz_choose)
#define rz_engine_new RZ_COST_NAME(rz_engine_new)
#define rz_engine_run RZ_COST_NAME(rz_engine_run)
#define rz_guess_prices RZ_COST_NAME(rz_guess_prices)
#define rz_order_new RZ_COST_NAME(rz_order_new)
#define rz_rank_partitions RZ_COST_NAME(rz_rank_partitions)
#define rz_replicas_repair RZ_COST_NAME(rz_replicas_repair)
#define rz_start RZ_COST_NAME(rz_start)
#else
typedef int64_t RzCost;
#define RZ_COST_NONE INT64_MAX
#define RZ_COST_NAME(name) name
#endif

/* K: a byte weighs K, one move weighs 1, because a cycle of exchanges has fewer than K of them: at
 * most one per broker, unless topics count as well (topic_tier.c). */
static inline RzCost
rz_cost_scale(const RzInstance *in)
{
    return in->cost_scale > 0 ? (RzCost)in->cost_scale : (RzCost)in->n_brokers + 2;
}

/* What a new replica of @p costs. */
static inline RzCost
rz_cost_of(const RzInstance *in, uint32_t p)
{
    return rz_cost_scale(in) * in->size_bytes[p] + 1;
}
