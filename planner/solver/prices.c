/*
 * prices.c: broker prices that are nearly right, from a sample of the partitions.
 *
 * Exact prices are the engine's business; but every unit by which a start under guessed prices
 * misses the limits costs it a search, and prices of 0 miss by millions when a zone is added. A
 * sample taken at a regular stride of the order by size sees the same price levels as the whole.
 *
 * Two steps alternate. The cell step asks of every sampled partition at which price it would give
 * up one more replica on a cell's *floating* brokers, which share one price; the price that leaves
 * the right number there is an order statistic of the answers. The broker step asks the same of
 * single brokers; one that would still be over its limit is priced above its cell and no longer
 * floats. So in each cell the brokers that lose replicas have prices of their own, and those that
 * gain have one price, at which they fill up together. Whatever comes out, the result stays exact.
 */
#include "planner/solver/choice.h"
#include "planner/solver/rank.h"
#include "planner/solver/replicas.h"

#include <string.h>

#define SAMPLE 40000
#define ROUNDS 10
/* A crowd is what exceeds its limit by more than this fraction. */
#define CROWD_SLACK 100

/* Answers of partitions: the prices at which they let go. */
typedef struct {
    RzCost *values;
    uint32_t n;
} Answers;

typedef struct {
    RzReplicas *work; /* the sample, as a problem of its own, or the whole */
    RzOrder *order;
    RzPick *picks;
    RzCost *cell_price; /* of the brokers that float: those not priced above their cell */
    bool *set;          /* per broker: in the set that a step is about */
    RzCost *values;     /* room for the answers of a step */
    Answers *of_broker;
} Sweep;

void
rz_rank_partitions(RzReplicas *work)
{
    if (work->rank == NULL)
        work->rank = rz_rank_by_size(work->in, work->arena, &work->by_rank);
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

/* The dearest pick in the set, or NULL. */
static RzPick *
dearest_in_set(const Sweep *sweep, uint32_t p)
{
    RzPick *dearest = NULL;
    for (uint32_t i = 0; i < rz_rf(sweep->work->in, p); i++) {
        RzPick *pick = &sweep->picks[i];
        if (sweep->set[pick->broker] && (dearest == NULL || pick->weight > dearest->weight))
            dearest = pick;
    }
    return dearest;
}

/* How much dearer the set would have to get for @p to leave it, replica by replica. Returns the
 * number of replicas that never leave. */
static uint32_t
ask_about_set(Sweep *sweep, uint32_t p, Answers *answers)
{
    rz_choose(sweep->order, p, sweep->picks);
    for (;;) {
        RzPick *out = dearest_in_set(sweep, p);
        if (out == NULL)
            return 0;
        RzPick by = rz_replacement(sweep->order, p, out);
        if (by.broker == RZ_NONE)
            break;
        answers->values[answers->n++] = by.weight - out->weight;
        rz_replace(sweep->order, p, out, &by);
    }
    uint32_t left = 0;
    for (uint32_t i = 0; i < rz_rf(sweep->work->in, p); i++)
        left += sweep->set[sweep->picks[i].broker];
    return left;
}

/* The change of price that puts the set's total between its limits; 0 when it is there. */
static RzCost
price_change(const Sweep *sweep, Answers *answers, int64_t stay)
{
    const RzLevels *levels = sweep->work->levels;
    int64_t lo = 0, hi = 0, above = 0, ties = 0, keep = -1;
    for (uint32_t b = 0; b < sweep->work->in->n_brokers; b++) {
        lo += sweep->set[b] ? levels->lo[b] : 0;
        hi += sweep->set[b] ? levels->hi[b] : 0;
    }
    for (uint32_t i = 0; i < answers->n; i++) {
        above += answers->values[i] > 0;
        ties += answers->values[i] == 0;
    }
    if (stay + above > hi)
        keep = MAX(hi - stay, 0);
    else if (stay + above + ties < lo)
        keep = lo - stay - 1;
    if (keep < 0 || keep >= answers->n)
        return 0;
    return select_descending(answers->values, answers->n, (uint32_t)keep);
}

/* Changes the price of the whole set so that its total fits; returns the change. */
static RzCost
set_step(Sweep *sweep)
{
    const RzReplicas *work = sweep->work;
    Answers answers = {.values = sweep->values};
    int64_t stay = 0;
    sweep->order->favoured = sweep->set;
    for (uint32_t p = 0; p < work->in->n_partitions; p++)
        stay += ask_about_set(sweep, p, &answers);
    sweep->order->favoured = NULL;
    RzCost change = price_change(sweep, &answers, stay);
    if (change == 0)
        return 0;
    for (uint32_t b = 0; b < work->in->n_brokers; b++)
        if (sweep->set[b])
            work->price[b] += change;
    rz_order_sort(sweep->order);
    return change;
}

static bool
cell_step(Sweep *sweep, uint32_t cell)
{
    const RzReplicas *work = sweep->work;
    for (uint32_t b = 0; b < work->in->n_brokers; b++)
        sweep->set[b] = work->levels->cell[b] == cell && work->price[b] <= sweep->cell_price[cell];
    RzCost change = set_step(sweep);
    sweep->cell_price[cell] += change;
    return change != 0;
}

/* Prices up together the brokers of a cell that are over their limits although every tie was used
 * to relieve them: singly, each could hand on to the others. */
static bool
crowd_step(Sweep *sweep, uint32_t cell)
{
    const RzReplicas *work = sweep->work;
    bool any = false;
    for (uint32_t b = 0; b < work->in->n_brokers; b++) {
        int64_t hi = work->levels->hi[b];
        sweep->set[b] = work->levels->cell[b] == cell && work->held[b] > hi + hi / CROWD_SLACK;
        any = any || sweep->set[b];
    }
    return any && set_step(sweep) != 0;
}

/* The price at which @p lets go of its current replica number @i. */
static RzCost
ask_about_broker(Sweep *sweep, uint32_t p, uint32_t b, bool chosen)
{
    const RzReplicas *work = sweep->work;
    RzPick pick = {.broker = b, .zone = work->in->zone[b], .group = work->levels->group[b]};
    if (chosen) {
        RzPick by = rz_replacement(sweep->order, p, &pick);
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
    for (uint32_t i = 0; i < in->first_current[in->n_partitions]; i++)
        sweep->of_broker[in->current[i]].n++;
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
    for (uint32_t p = 0; p < in->n_partitions; p++) {
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
        int64_t keep = MAX(work->levels->hi[b], 0);
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

/* Limits scaled to the sample. */
static RzLevels *
sample_levels(const RzReplicas *work, uint32_t n_sample)
{
    const RzInstance *in = work->in;
    RzLevels *levels = rz_arena_array(work->arena, RzLevels, 1);
    *levels = *work->levels;
    levels->lo = rz_arena_array(work->arena, int64_t, in->n_brokers);
    levels->hi = rz_arena_array(work->arena, int64_t, in->n_brokers);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        levels->lo[b] = (int64_t)((RzWide)work->levels->lo[b] * n_sample / in->n_partitions);
        levels->hi[b] = (int64_t)((RzWide)work->levels->hi[b] * n_sample / in->n_partitions);
    }
    return levels;
}

/* Every n-th partition by size, as an instance of its own. */
static RzInstance *
sample_instance(RzReplicas *work, uint32_t n_sample)
{
    const RzInstance *in = work->in;
    RzArena *arena = work->arena;
    RzInstance *sample = rz_arena_array(arena, RzInstance, 1);
    *sample = *in;
    sample->n_partitions = n_sample;
    sample->class_of = rz_arena_array(arena, uint16_t, n_sample);
    sample->size_bytes = rz_arena_array(arena, int64_t, n_sample);
    sample->leader = rz_arena_array(arena, RzBrokerIx, n_sample);
    sample->first_current = rz_arena_array(arena, uint32_t, n_sample + 1);
    sample->first_target = rz_arena_array(arena, uint32_t, n_sample + 1);
    for (uint32_t i = 0; i < n_sample; i++) {
        uint32_t p = work->by_rank[(uint64_t)i * in->n_partitions / n_sample];
        sample->class_of[i] = in->class_of[p];
        sample->size_bytes[i] = in->size_bytes[p];
        sample->leader[i] = in->leader[p];
        sample->first_current[i + 1] = sample->first_current[i] + rz_n_current(in, p);
        sample->first_target[i + 1] = sample->first_target[i] + rz_rf(in, p);
    }
    sample->current = rz_arena_array(arena, RzBrokerIx, sample->first_current[n_sample]);
    for (uint32_t i = 0; i < n_sample; i++) {
        uint32_t p = work->by_rank[(uint64_t)i * in->n_partitions / n_sample];
        memcpy(sample->current + sample->first_current[i], rz_current(in, p),
               rz_n_current(in, p) * sizeof *sample->current);
    }
    return sample;
}

static RzReplicas *
take_sample(RzReplicas *work)
{
    uint32_t n_sample = MIN(work->in->n_partitions, SAMPLE);
    rz_rank_partitions(work);
    RzReplicas *sample = rz_arena_array(work->arena, RzReplicas, 1);
    sample->in = sample_instance(work, n_sample);
    sample->levels = sample_levels(work, n_sample);
    sample->arena = work->arena;
    sample->price = work->price;
    sample->held = rz_arena_array(work->arena, int64_t, work->in->n_brokers);
    sample->target = rz_arena_array(work->arena, RzBrokerIx, sample->in->first_target[n_sample]);
    return sample;
}

static Sweep *
sweep_new(RzReplicas *work, RzCost *cell_price)
{
    const RzInstance *in = work->in;
    gsize most = MAX(in->first_target[in->n_partitions], in->first_current[in->n_partitions]);
    Sweep *sweep = rz_arena_array(work->arena, Sweep, 1);
    sweep->work = work;
    sweep->order = rz_order_new(work);
    sweep->picks = rz_arena_array(work->arena, RzPick, in->n_brokers);
    sweep->set = rz_arena_array(work->arena, bool, in->n_brokers);
    sweep->of_broker = rz_arena_array(work->arena, Answers, in->n_brokers);
    sweep->values = rz_arena_array(work->arena, RzCost, most);
    sweep->cell_price = cell_price;
    return sweep;
}

static bool
sweep_round(Sweep *sweep)
{
    uint32_t n_cells = sweep->work->levels->n_cells;
    bool changed = false;
    for (uint32_t cell = 0; cell < n_cells; cell++)
        changed = cell_step(sweep, cell) || changed;
    changed = broker_step(sweep) || changed;
    rz_start(sweep->work);
    for (uint32_t cell = 0; cell < n_cells; cell++)
        changed = crowd_step(sweep, cell) || changed;
    return changed;
}

void
rz_sweep(RzReplicas *work)
{
    RzCost *cell_price = rz_arena_array(work->arena, RzCost, work->levels->n_cells);
    Sweep *sweep = sweep_new(take_sample(work), cell_price);
    for (int round = 0; round < ROUNDS && sweep_round(sweep);)
        round++;
    if (work->in->n_partitions > SAMPLE && brokers_differ(sweep))
        broker_step(sweep_new(work, cell_price));
}
