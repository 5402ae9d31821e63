/*
 * start.c: a first placement that is cheapest under the prices and nearly within the limits.
 *
 * The engine needs any placement that satisfies I1; the nearer it is to the limits, the less there
 * is to repair. So every partition takes its cheapest set with ties broken towards balance; then
 * the new replicas, known only by zone so far, are dealt round robin over the brokers that are
 * equally good for them, which also spreads a topic's replicas; and then exchanges of weight
 * exactly 0 move what can move for free from brokers above their limit to brokers below it. Every
 * step takes a cheapest set to a cheapest set.
 */
#include "planner/solver/choice.h"

#define PASSES 8

/* While new replicas are undealt, a slot after the kept ones holds the zone that the new one is
 * for.
 */
typedef struct {
    RzReplicas *work;
    RzOrder *order;
    uint16_t *n_kept;   /* per partition */
    uint32_t *pointer;  /* per tier: where dealing goes on */
    RzBrokerIx *takers; /* brokers below the limit at hand, by price */
    uint32_t n_takers, turn;
} Start;

static void
count_current(RzReplicas *work)
{
    const RzInstance *in = work->in;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        work->held[b] = 0;
    for (uint32_t i = 0; i < in->first_current[in->n_partitions]; i++)
        work->held[in->current[i]]++;
}

/* The new replicas' zones side by side, so that a zone is dealt in one go. */
static void
group_new_by_zone(RzPick *picks, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        RzPick pick = picks[i];
        uint32_t at = i;
        for (; at > 0 && picks[at - 1].zone > pick.zone; at--)
            picks[at] = picks[at - 1];
        picks[at] = pick;
    }
}

/* Takes the cheapest set of @p, noting drops, keeps and the zones of new replicas. */
static void
settle_choice(Start *start, uint32_t p, RzPick *picks)
{
    RzReplicas *work = start->work;
    const RzInstance *in = work->in;
    RzBrokerIx *target = rz_target(work, p);
    uint32_t rf = rz_rf(in, p), n_kept = 0;
    rz_choose(start->order, p, picks);
    group_new_by_zone(picks, rf);
    for (uint32_t i = 0; i < rf; i++)
        if (!picks[i].fresh)
            target[n_kept++] = (RzBrokerIx)picks[i].broker;
    start->n_kept[p] = (uint16_t)n_kept;
    for (uint32_t i = 0, slot = n_kept; i < rf; i++) {
        if (!picks[i].fresh)
            continue;
        target[slot++] = (RzBrokerIx)picks[i].zone;
        start->order->zone_spare[picks[i].zone]--;
    }
    for (uint32_t i = 0; i < rz_n_current(in, p); i++) {
        uint32_t b = rz_current(in, p)[i];
        if (rz_list_has(target, n_kept, b))
            continue;
        work->held[b]--;
        start->order->zone_spare[in->zone[b]]++;
    }
}

/* The next broker of the tier, in turn, that has room and is new to @p; else any that is new. */
static uint32_t
next_in_turn(Start *start, uint32_t tier, uint32_t p, uint32_t n_dealt)
{
    const RzReplicas *work = start->work;
    const RzOrder *order = start->order;
    uint32_t first = order->tier_first[tier], size = order->tier_first[tier + 1] - first;
    uint32_t full = RZ_NONE;
    for (uint32_t i = 0; i < size; i++) {
        uint32_t at = (start->pointer[tier] + i) % size, b = order->sorted[first + at];
        if (rz_is_current(work->in, p, b) || rz_list_has(rz_target(work, p), n_dealt, b))
            continue;
        if (work->held[b] < work->levels->hi[b]) {
            start->pointer[tier] = (at + 1) % size;
            return b;
        }
        if (full == RZ_NONE)
            full = at;
    }
    g_assert(full != RZ_NONE);
    start->pointer[tier] = (full + 1) % size;
    return order->sorted[first + full];
}

/* How many brokers of the tier are new to @p; those it has been dealt come from cheaper tiers. */
static uint32_t
n_new_in_tier(const Start *start, uint32_t tier, uint32_t p)
{
    const RzInstance *in = start->work->in;
    const RzOrder *order = start->order;
    uint32_t n = order->tier_first[tier + 1] - order->tier_first[tier];
    for (uint32_t i = 0; i < rz_n_current(in, p); i++)
        n -= order->tier[rz_current(in, p)[i]] == tier;
    return n;
}

/* Deals @n new replicas in zone @z, cheapest tiers first, into the slots from @slot on. */
static void
deal_in_zone(Start *start, uint32_t p, uint32_t z, uint32_t slot, uint32_t n)
{
    RzReplicas *work = start->work;
    const RzOrder *order = start->order;
    uint32_t tier = order->tier[order->sorted[work->in->zone_first[z]]];
    for (; n > 0; tier++) {
        for (uint32_t take = MIN(n, n_new_in_tier(start, tier, p)); take > 0; take--, n--) {
            uint32_t b = next_in_turn(start, tier, p, slot);
            rz_target(work, p)[slot++] = (RzBrokerIx)b;
            work->held[b]++;
        }
    }
}

static void
deal(Start *start, uint32_t p)
{
    const RzInstance *in = start->work->in;
    const RzBrokerIx *target = rz_target(start->work, p);
    uint32_t rf = rz_rf(in, p);
    for (uint32_t slot = start->n_kept[p], n; slot < rf; slot += n) {
        for (n = 1; slot + n < rf && target[slot + n] == target[slot];)
            n++;
        deal_in_zone(start, p, target[slot], slot, n);
    }
}

static int
compare_price(gconstpointer first, gconstpointer second, gpointer data)
{
    const RzReplicas *work = data;
    uint32_t a = *(const RzBrokerIx *)first, b = *(const RzBrokerIx *)second;
    if (work->price[a] != work->price[b])
        return work->price[a] < work->price[b] ? -1 : 1;
    return a < b ? -1 : a > b;
}

static void
list_takers(Start *start, const int64_t *limit)
{
    RzReplicas *work = start->work;
    start->n_takers = 0;
    for (uint32_t b = 0; b < work->in->n_brokers; b++)
        if (work->held[b] < limit[b])
            start->takers[start->n_takers++] = (RzBrokerIx)b;
    g_qsort_with_data(start->takers, (gint)start->n_takers, sizeof(RzBrokerIx), compare_price,
                      work);
}

static void
drop_taker(Start *start, uint32_t b)
{
    uint32_t at = 0;
    while (start->takers[at] != b)
        at++;
    start->n_takers--;
    for (; at < start->n_takers; at++)
        start->takers[at] = start->takers[at + 1];
}

static uint32_t
first_taker_at_price(const Start *start, RzCost price)
{
    uint32_t low = 0, high = start->n_takers;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (start->work->price[start->takers[middle]] < price)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool
may_exchange(const RzReplicas *work, uint32_t p, uint32_t u, uint32_t v)
{
    const RzInstance *in = work->in;
    const RzBrokerIx *target = rz_target(work, p);
    uint32_t in_u = 0, in_v = 0, zone_u = in->zone[u], zone_v = in->zone[v];
    if (work->levels->group[u] != work->levels->group[v])
        return false;
    for (uint32_t i = 0; i < rz_rf(in, p); i++) {
        if (target[i] == v)
            return false;
        in_u += in->zone[target[i]] == zone_u;
        in_v += in->zone[target[i]] == zone_v;
    }
    const RzRange *range = rz_zone_ranges(in, p);
    return zone_u == zone_v || (in_u > range[zone_u].lo && in_v < range[zone_v].hi);
}

/* How much emptier @v is than @u, counted from the limit at hand. */
static int64_t
emptier_by(const Start *start, const int64_t *limit, uint32_t v, uint32_t u)
{
    const int64_t *held = start->work->held;
    return (limit[v] - held[v]) - (limit[u] - held[u]);
}

/* The emptiest broker that @p used before and that is exactly as good for it as @u. It need not be
 * below its limit: what it cannot keep it hands on in the next pass. */
static uint32_t
find_former(const Start *start, const int64_t *limit, uint32_t p, uint32_t u, RzCost weight)
{
    const RzReplicas *work = start->work;
    const RzBrokerIx *current = rz_current(work->in, p);
    uint32_t best = RZ_NONE;
    for (uint32_t i = 0; i < rz_n_current(work->in, p); i++) {
        uint32_t v = current[i];
        if (work->price[v] == weight && emptier_by(start, limit, v, u) >= 2 &&
            (best == RZ_NONE || emptier_by(start, limit, v, best) > 0) &&
            may_exchange(work, p, u, v))
            best = v;
    }
    return best;
}

/* A broker below its limit that is new to @p and exactly as good for it as @u; in turn, so that a
 * topic's replicas do not all go to one. */
static uint32_t
find_taker(Start *start, uint32_t p, uint32_t u, RzCost weight)
{
    const RzReplicas *work = start->work;
    RzCost price = weight - rz_cost_of(work->in, p);
    uint32_t first = first_taker_at_price(start, price), n = 0;
    while (first + n < start->n_takers && work->price[start->takers[first + n]] == price)
        n++;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t v = start->takers[first + (start->turn + i) % n];
        if (rz_is_current(work->in, p, v) || !may_exchange(work, p, u, v))
            continue;
        start->turn++;
        return v;
    }
    return RZ_NONE;
}

/* One pass of free exchanges from brokers above @limit; returns whether anything changed. */
static bool
even_out(Start *start, const int64_t *limit)
{
    RzReplicas *work = start->work;
    const RzInstance *in = work->in;
    bool changed = false;
    list_takers(start, limit);
    for (uint32_t p = 0; p < in->n_partitions && start->n_takers > 0; p++) {
        RzBrokerIx *target = rz_target(work, p);
        for (uint32_t i = 0; i < rz_rf(in, p); i++) {
            uint32_t u = target[i];
            if (work->held[u] <= limit[u])
                continue;
            RzCost weight = work->price[u] + (rz_is_current(in, p, u) ? 0 : rz_cost_of(in, p));
            uint32_t v = find_former(start, limit, p, u, weight);
            if (v == RZ_NONE)
                v = find_taker(start, p, u, weight);
            if (v == RZ_NONE)
                continue;
            work->held[u]--;
            if (++work->held[v] == limit[v])
                drop_taker(start, v);
            target[i] = (RzBrokerIx)v;
            changed = true;
        }
    }
    return changed;
}

void
rz_start(RzReplicas *work)
{
    const RzInstance *in = work->in;
    count_current(work);
    Start start = {.work = work, .order = rz_order_new(work)};
    start.n_kept = rz_arena_array(work->arena, uint16_t, in->n_partitions);
    start.pointer = rz_arena_array(work->arena, uint32_t, in->n_brokers);
    start.takers = rz_arena_array(work->arena, RzBrokerIx, in->n_brokers);
    RzPick *picks = rz_arena_array(work->arena, RzPick, in->n_brokers);
    for (uint32_t p = 0; p < in->n_partitions; p++)
        settle_choice(&start, p, picks);
    for (uint32_t p = 0; p < in->n_partitions; p++)
        deal(&start, p);
    for (int pass = 0; pass < PASSES && even_out(&start, work->levels->hi);)
        pass++;
    for (int pass = 0; pass < PASSES && even_out(&start, work->levels->lo);)
        pass++;
}
