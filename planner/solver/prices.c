/*
 * prices.c: broker prices that are nearly right, from a sample of the partitions.
 *
 * Exact prices are the engine's business; but every unit by which a start under guessed prices
 * misses the limits costs it a search, and prices of 0 miss by millions when a zone is added. A
 * sample taken at a regular stride of the order by size sees the same price levels as the whole.
 *
 * Two steps alternate. The cell step asks of every sampled partition at which price it would give
 * up one more replica in the cell; the price that leaves the right number there is an order
 * statistic of the answers. The broker step asks the same of single brokers, and prices those that
 * would still be over their limit above their cell. Whatever comes out, the result stays exact.
 */
#include "planner/solver/choice.h"
#include "planner/solver/rank.h"
#include "planner/solver/replicas.h"

#define SAMPLE 40000
#define ROUNDS 6

/* Answers of partitions: the prices at which they let go. */
typedef struct {
    RzCost *values;
    uint32_t n;
} Answers;

typedef struct {
    RzReplicas *work;
    RzOrder *order;
    RzPick *picks;
    const uint32_t *sample;
    uint32_t n_sample;
    RzCost *cell_price;
    RzCost *values; /* room for the answers of a step */
    Answers *of_broker;
} Sweep;

void
rz_rank_partitions(RzReplicas *work)
{
    if (work->rank == NULL)
        work->rank = rz_rank_by_size(work->in, work->arena, &work->by_rank);
}

/* @limit for the whole, scaled to the sample. */
static int64_t
scaled(const Sweep *sweep, int64_t limit)
{
    return (int64_t)((RzWide)limit * sweep->n_sample / sweep->work->in->n_partitions);
}

static void
swap_values(RzCost *a, RzCost *b)
{
    RzCost value = *a;
    *a = *b;
    *b = value;
}

/* The value that @k others are at least as large as; reorders the array. */
static RzCost
select_descending(RzCost *values, uint32_t n, uint32_t k)
{
    uint32_t low = 0, high = n - 1;
    while (low < high) {
        RzCost pivot = values[low + (high - low) / 2];
        uint32_t i = low, j = high;
        while (i <= j) {
            while (values[i] > pivot)
                i++;
            while (values[j] < pivot)
                j--;
            if (i > j)
                break;
            swap_values(&values[i++], &values[j]);
            if (j == 0)
                break;
            j--;
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return values[k];
}

/* The dearest pick in the cell, or NULL. */
static RzPick *
dearest_in_cell(const Sweep *sweep, uint32_t p, uint32_t cell)
{
    RzPick *dearest = NULL;
    for (uint32_t i = 0; i < rz_rf(sweep->work->in, p); i++) {
        RzPick *pick = &sweep->picks[i];
        if (sweep->work->levels->cell[pick->broker] == cell &&
            (dearest == NULL || pick->weight > dearest->weight))
            dearest = pick;
    }
    return dearest;
}

/* How much dearer the cell would have to get for @p to leave it, replica by replica. Returns the
 * number of replicas that never leave. */
static uint32_t
ask_about_cell(Sweep *sweep, uint32_t p, uint32_t cell, Answers *answers)
{
    rz_choose(sweep->order, p, sweep->picks);
    for (;;) {
        RzPick *out = dearest_in_cell(sweep, p, cell);
        if (out == NULL)
            return 0;
        RzPick by = rz_replacement(sweep->order, p, out, cell);
        if (by.broker == RZ_NONE)
            break;
        answers->values[answers->n++] = by.weight - out->weight;
        rz_replace(sweep->order, p, out, &by);
    }
    uint32_t left = 0;
    for (uint32_t i = 0; i < rz_rf(sweep->work->in, p); i++)
        left += sweep->work->levels->cell[sweep->picks[i].broker] == cell;
    return left;
}

/* The change of price that puts the cell's total between its limits; 0 when it is there. */
static RzCost
price_change(const Sweep *sweep, uint32_t cell, Answers *answers, int64_t stay)
{
    const RzLevels *levels = sweep->work->levels;
    int64_t lo = 0, hi = 0, above = 0, ties = 0;
    for (uint32_t i = levels->cell_first[cell]; i < levels->cell_first[cell + 1]; i++) {
        lo += levels->lo[levels->cell_brokers[i]];
        hi += levels->hi[levels->cell_brokers[i]];
    }
    lo = scaled(sweep, lo);
    hi = scaled(sweep, hi);
    for (uint32_t i = 0; i < answers->n; i++) {
        above += answers->values[i] > 0;
        ties += answers->values[i] == 0;
    }
    int64_t keep = stay + above > hi          ? MAX(hi - stay, 0)
                   : stay + above + ties < lo ? lo - stay - 1
                                              : -1;
    if (keep < 0 || keep >= answers->n)
        return 0;
    return select_descending(answers->values, answers->n, (uint32_t)keep);
}

static bool
cell_step(Sweep *sweep, uint32_t cell)
{
    const RzLevels *levels = sweep->work->levels;
    Answers answers = {.values = sweep->values};
    int64_t stay = 0;
    sweep->order->favoured = cell;
    for (uint32_t i = 0; i < sweep->n_sample; i++)
        stay += ask_about_cell(sweep, sweep->sample[i], cell, &answers);
    sweep->order->favoured = RZ_NONE;
    RzCost change = price_change(sweep, cell, &answers, stay);
    if (change == 0)
        return false;
    for (uint32_t i = levels->cell_first[cell]; i < levels->cell_first[cell + 1]; i++)
        sweep->work->price[levels->cell_brokers[i]] += change;
    sweep->cell_price[cell] += change;
    rz_order_sort(sweep->order);
    return true;
}

/* The price at which @p lets go of its current replica number @i. */
static RzCost
ask_about_broker(Sweep *sweep, uint32_t p, uint32_t b, bool chosen)
{
    const RzReplicas *work = sweep->work;
    RzPick pick = {.broker = b, .zone = work->in->zone[b], .group = work->levels->group[b]};
    if (chosen) {
        RzPick by = rz_replacement(sweep->order, p, &pick, RZ_NONE);
        return by.broker == RZ_NONE ? RZ_COST_NONE : by.weight;
    }
    const RzRange *range = rz_zone_ranges(work->in, p);
    const uint32_t *count = sweep->order->count;
    RzCost dearest = -RZ_COST_NONE;
    for (uint32_t i = 0; i < rz_rf(work->in, p); i++) {
        const RzPick *out = &sweep->picks[i];
        if (out->group != pick.group ||
            (out->zone != pick.zone &&
             (count[out->zone] <= range[out->zone].lo || count[pick.zone] >= range[pick.zone].hi)))
            continue;
        dearest = MAX(dearest, out->weight);
    }
    return dearest;
}

/* Room for one answer per current replica of the partitions that will be asked. */
static void
allot_answers(Sweep *sweep)
{
    const RzInstance *in = sweep->work->in;
    uint32_t end = 0;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        sweep->of_broker[b].n = 0;
    for (uint32_t i = 0; i < sweep->n_sample; i++)
        for (uint32_t k = 0; k < rz_n_current(in, sweep->sample[i]); k++)
            sweep->of_broker[rz_current(in, sweep->sample[i])[k]].n++;
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        sweep->of_broker[b].values = sweep->values + end;
        end += sweep->of_broker[b].n;
        sweep->of_broker[b].n = 0;
    }
}

static bool
broker_step(Sweep *sweep)
{
    RzReplicas *work = sweep->work;
    const RzInstance *in = work->in;
    allot_answers(sweep);
    for (uint32_t i = 0; i < sweep->n_sample; i++) {
        uint32_t p = sweep->sample[i];
        rz_choose(sweep->order, p, sweep->picks);
        for (uint32_t k = 0; k < rz_n_current(in, p); k++) {
            uint32_t b = rz_current(in, p)[k];
            Answers *answers = &sweep->of_broker[b];
            answers->values[answers->n++] = ask_about_broker(sweep, p, b, sweep->order->taken[k]);
        }
    }
    bool changed = false;
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        Answers *answers = &sweep->of_broker[b];
        int64_t keep = MAX(scaled(sweep, work->levels->hi[b]), 0);
        RzCost price = sweep->cell_price[work->levels->cell[b]];
        if (keep < answers->n) {
            RzCost own = select_descending(answers->values, answers->n, (uint32_t)keep);
            if (own != RZ_COST_NONE)
                price = MAX(price, own);
        }
        changed = changed || price != work->price[b];
        work->price[b] = price;
    }
    if (changed)
        rz_order_sort(sweep->order);
    return changed;
}

/* Whether prices of single brokers matter, so that a round over all partitions pays. */
static bool
brokers_differ(const Sweep *sweep)
{
    const RzReplicas *work = sweep->work;
    for (uint32_t b = 0; b < work->in->n_brokers; b++)
        if (work->price[b] != sweep->cell_price[work->levels->cell[b]])
            return true;
    return false;
}

static void
take_sample(Sweep *sweep)
{
    const RzInstance *in = sweep->work->in;
    rz_rank_partitions(sweep->work);
    sweep->n_sample = MIN(in->n_partitions, SAMPLE);
    uint32_t *sample = rz_arena_array(sweep->work->arena, uint32_t, sweep->n_sample);
    for (uint32_t i = 0; i < sweep->n_sample; i++)
        sample[i] = sweep->work->by_rank[(uint64_t)i * in->n_partitions / sweep->n_sample];
    sweep->sample = sample;
}

static void
take_all(Sweep *sweep)
{
    sweep->sample = sweep->work->by_rank;
    sweep->n_sample = sweep->work->in->n_partitions;
}

/* Room for the answers of the largest step. */
static void
allot_values(Sweep *sweep)
{
    const RzInstance *in = sweep->work->in;
    gsize most = MAX(in->first_target[in->n_partitions], in->first_current[in->n_partitions]);
    sweep->values = rz_arena_array(sweep->work->arena, RzCost, most);
}

void
rz_sweep(RzReplicas *work)
{
    const RzInstance *in = work->in;
    Sweep sweep = {.work = work, .order = rz_order_new(work)};
    sweep.picks = rz_arena_array(work->arena, RzPick, in->n_brokers);
    sweep.cell_price = rz_arena_array(work->arena, RzCost, work->levels->n_cells);
    sweep.of_broker = rz_arena_array(work->arena, Answers, in->n_brokers);
    take_sample(&sweep);
    allot_values(&sweep);
    bool changed = true;
    for (int round = 0; round < ROUNDS && changed; round++) {
        changed = false;
        for (uint32_t cell = 0; cell < work->levels->n_cells; cell++)
            changed = cell_step(&sweep, cell) || changed;
        changed = broker_step(&sweep) || changed;
    }
    if (brokers_differ(&sweep) && sweep.n_sample < in->n_partitions) {
        take_all(&sweep);
        broker_step(&sweep);
    }
}
