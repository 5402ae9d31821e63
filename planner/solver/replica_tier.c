/*
 * replica_tier.c: the cheapest replicas within given limits (tiers "bytes" and "moves").
 *
 * Every broker has a price for holding a replica. A placement is cheapest exactly when some prices
 * exist under which (I1) every partition's set is a cheapest one for that partition alone and (I2)
 * brokers with a positive price are at their upper limit, with a negative one at their lower. Three
 * steps lead there: guess prices from samples, take cheapest sets under them, repair the limits.
 * Only the last is needed to be right; the others make it fast.
 */
#include "planner/solver/replica_tier.h"
#include "planner/solver/replicas.h"

/* Below this many partitions a second start costs milliseconds; above, it must be for more than one
 * repair in so many partitions. */
#define FEW_PARTITIONS 20000
#define FEW_REPAIRS 100

/* The start breaks ties so that leaders stay and topics spread; repairs do not. So after repairs it
 * starts again, from prices that are now exact: only ties are left to repair. */
static bool
starts_again(const RzReplicas *work)
{
    uint32_t n = work->in->n_partitions;
    return work->n_augmentations > (n < FEW_PARTITIONS ? 0 : n / FEW_REPAIRS);
}

void
RZ_COST_NAME(rz_replica_tier)(const RzInstance *in, const RzSolveOptions *options,
                              RzSolution *solution)
{
    RzReplicas work = {.in = in, .levels = solution->levels, .arena = solution->arena};
    work.target = solution->target;
    work.held = solution->held;
    work.price = rz_arena_array(solution->arena, RzCost, in->n_brokers + 1);
    if (!options->no_samples)
        rz_guess_prices(&work, options->first_sample > 0 ? options->first_sample : in->n_brokers);
    rz_start(&work);
    solution->feasible = rz_replicas_repair(&work);
    if (solution->feasible && !options->no_samples && starts_again(&work)) {
        rz_start(&work);
        solution->feasible = rz_replicas_repair(&work);
    }
    solution->rank = work.rank;
    solution->by_rank = work.by_rank;
    solution->unmet = work.unmet;
    solution->n_augmentations = work.n_augmentations;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        solution->price[b] = work.price[b];
}
