/*
 * engine.h: successive shortest paths over brokers; replicas and leaders are its two clients.
 *
 * The client keeps a set of broker choices, one per partition, each cheapest under the broker
 * prices (invariant I1). The engine moves units between brokers until every broker is within its
 * limits and prices have the right sign (I2): a positive price only where the broker is at its
 * upper limit, a negative one only at its lower limit. Both together are the proof that nothing is
 * cheaper.
 */
#pragma once

#include "planner/solver/cost.h"

typedef struct RzEngine RzEngine;

typedef struct {
    /*
     * Fills row @from, called when it is stale: for every broker v the cheapest allowed exchange
     * that takes a unit from
     * @from to v (cost before prices, may be negative; RZ_COST_NONE if there is none) and the
     * partition that does it.
     */
    void (*fill_row)(void *data, uint32_t from, RzCost *cost, uint32_t *partition);
    /* Makes the exchange, and marks as stale every row that it touches. */
    void (*exchange)(void *data, RzEngine *engine, uint32_t partition, uint32_t from, uint32_t to);
    void *data;
} RzEngineClient;

struct RzEngine {
    uint32_t n;              /* brokers; number n is the sink */
    RzCost *price;           /* n + 1 */
    int64_t *held;           /* units on each broker */
    const int64_t *lo, *hi;  /* limits */
    bool *stale;             /* per row */
    int64_t n_augmentations; /* how much there was to repair */

    RzCost *cost;        /* row by row: the exchanges; a client may keep them current itself */
    uint32_t *partition; /* that do them */

    /* Private: what each broker has delivered, and the search. */
    int64_t *delivered, *excess;
    RzCost *distance;
    uint32_t *hops, *parent;
    bool *settled;
    uint32_t *open, n_open;      /* nodes that are not settled */
    uint32_t *found;             /* nodes that lack units, nearest first */
    uint32_t *path, path_length; /* from a source to one of them */
    uint32_t *exchanged;         /* per step of the path: the partition; RZ_NONE at the sink */
};

RzEngine *rz_engine_new(uint32_t n, RzCost *price, int64_t *held, const int64_t *lo,
                        const int64_t *hi, RzArena *arena);

/*
 * Returns false when the limits cannot be met; engine->settled then holds a set of brokers that
 * shows why (more must be in it than its upper limits, or fewer can be than its lower limits).
 * Cost: per unit of excess O(settled brokers x brokers) plus the client's rows.
 */
bool rz_engine_run(RzEngine *engine, const RzEngineClient *client);
