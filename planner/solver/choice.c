/*
 * choice.c: the cheapest replica set of one partition.
 *
 * The allowed sets are the bases of a matroid, so greedy is exact: fill every zone to its lower
 * limit with its cheapest brokers, then take the cheapest of all while the zones' upper limits
 * allow. The candidates are the current replicas, which cost their broker's price, and per zone the
 * next broker that is not current, which costs c_p more. Comparing levels before weights keeps
 * every partition's replicas out of the higher groups as far as its ranges allow, which is what the
 * fairness tier demands of each single partition.
 */
#include "planner/solver/choice.h"

/* A tie goes to the current leader, so that fewer leaders change, unless its broker is fuller than
 * the other by this fraction of its limit: on skewed clusters the crowded brokers lead most. */
#define LEADER_SLACK 64

static bool
same_tier(const RzReplicas *work, uint32_t a, uint32_t b)
{
    return work->in->zone[a] == work->in->zone[b] &&
           work->levels->group[a] == work->levels->group[b] && work->price[a] == work->price[b];
}

static int
compare_brokers(gconstpointer first, gconstpointer second, gpointer data)
{
    const RzReplicas *work = data;
    uint32_t a = *(const RzBrokerIx *)first, b = *(const RzBrokerIx *)second;
    if (work->levels->group[a] != work->levels->group[b])
        return work->levels->group[a] > work->levels->group[b] ? -1 : 1;
    if (work->price[a] != work->price[b])
        return work->price[a] < work->price[b] ? -1 : 1;
    return a < b ? -1 : a > b;
}

static void
sort_brokers(RzOrder *order)
{
    const RzInstance *in = order->work->in;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        order->sorted[b] = (RzBrokerIx)b;
    for (uint32_t z = 0; z < in->n_zones; z++)
        g_qsort_with_data(order->sorted + in->zone_first[z],
                          (gint)(in->zone_first[z + 1] - in->zone_first[z]), sizeof(RzBrokerIx),
                          compare_brokers, (gpointer)(guintptr)order->work);
    order->n_tiers = 0;
    for (uint32_t i = 0; i < in->n_brokers; i++) {
        if (i == 0 || !same_tier(order->work, order->sorted[i - 1], order->sorted[i]))
            order->tier_first[order->n_tiers++] = i;
        order->tier[order->sorted[i]] = order->n_tiers - 1;
    }
    order->tier_first[order->n_tiers] = in->n_brokers;
}

RzOrder *
rz_order_new(const RzReplicas *work)
{
    const RzInstance *in = work->in;
    RzOrder *order = rz_arena_array(work->arena, RzOrder, 1);
    order->work = work;
    order->sorted = rz_arena_array(work->arena, RzBrokerIx, in->n_brokers);
    order->tier = rz_arena_array(work->arena, uint32_t, in->n_brokers);
    order->tier_first = rz_arena_array(work->arena, uint32_t, in->n_brokers + 1);
    order->zone_spare = rz_arena_array(work->arena, int64_t, in->n_zones);
    order->count = rz_arena_array(work->arena, uint32_t, in->n_zones);
    order->cursor = rz_arena_array(work->arena, uint32_t, in->n_zones);
    uint32_t most = 0;
    for (uint32_t p = 0; p < in->n_partitions; p++)
        most = MAX(most, rz_n_current(in, p));
    order->taken = rz_arena_array(work->arena, bool, most);
    for (uint32_t b = 0; b < in->n_brokers; b++)
        order->zone_spare[in->zone[b]] += work->levels->hi[b] - work->held[b];
    sort_brokers(order);
    return order;
}

static int64_t
room(const RzReplicas *work, uint32_t b)
{
    return work->levels->hi[b] - work->held[b];
}

/* Whether @a comes before @b in the greedy order, as rz_choose() documents it. */
static bool
is_better(const RzOrder *order, uint32_t p, const RzPick *a, const RzPick *b)
{
    const RzInstance *in = order->work->in;
    if (a->group != b->group)
        return a->group > b->group;
    if (a->weight != b->weight)
        return a->weight < b->weight;
    if (a->fresh != b->fresh)
        return b->fresh;
    if (a->fresh) {
        int64_t n_a = in->zone_first[a->zone + 1] - in->zone_first[a->zone];
        int64_t n_b = in->zone_first[b->zone + 1] - in->zone_first[b->zone];
        return order->zone_spare[a->zone] * n_b > order->zone_spare[b->zone] * n_a;
    }
    int64_t more_room = room(order->work, a->broker) - room(order->work, b->broker);
    if (a->broker == in->leader[p] || b->broker == in->leader[p]) {
        int64_t slack = order->work->levels->hi[in->leader[p]] / LEADER_SLACK + 1;
        return a->broker == in->leader[p] ? more_room >= -slack : more_room > slack;
    }
    return more_room > 0;
}

static RzPick
make_pick(const RzOrder *order, uint32_t p, uint32_t b, bool fresh)
{
    const RzReplicas *work = order->work;
    RzPick pick = {.fresh = fresh, .broker = b, .zone = work->in->zone[b]};
    pick.group = work->levels->group[b];
    pick.weight = work->price[b] + (fresh ? rz_cost_of(work->in, p) : 0);
    return pick;
}

/* Moves the zone's cursor to the next broker that is not current; false at the zone's end. */
static bool
find_fresh(RzOrder *order, uint32_t p, uint32_t z)
{
    const RzInstance *in = order->work->in;
    while (order->cursor[z] < in->zone_first[z + 1] &&
           rz_is_current(in, p, order->sorted[order->cursor[z]]))
        order->cursor[z]++;
    return order->cursor[z] < in->zone_first[z + 1];
}

/* Takes the best candidate, of one zone or (RZ_NONE) of all zones that have room. */
static RzPick
take_best(RzOrder *order, uint32_t p, uint32_t only_zone)
{
    const RzInstance *in = order->work->in;
    const RzRange *range = rz_zone_ranges(in, p);
    const RzBrokerIx *current = rz_current(in, p);
    uint32_t best_current = RZ_NONE;
    RzPick best = {.broker = RZ_NONE};
    for (uint32_t i = 0; i < rz_n_current(in, p); i++) {
        uint32_t z = in->zone[current[i]];
        if (order->taken[i] || order->count[z] >= range[z].hi ||
            (only_zone != RZ_NONE && z != only_zone))
            continue;
        RzPick pick = make_pick(order, p, current[i], false);
        if (best.broker == RZ_NONE || is_better(order, p, &pick, &best)) {
            best = pick;
            best_current = i;
        }
    }
    uint32_t first = only_zone == RZ_NONE ? 0 : only_zone;
    uint32_t last = only_zone == RZ_NONE ? in->n_zones - 1 : only_zone;
    for (uint32_t z = first; z <= last; z++) {
        if (order->count[z] >= range[z].hi || !find_fresh(order, p, z))
            continue;
        RzPick pick = make_pick(order, p, order->sorted[order->cursor[z]], true);
        if (best.broker == RZ_NONE || is_better(order, p, &pick, &best))
            best = pick;
    }
    g_assert(best.broker != RZ_NONE);
    if (best.fresh)
        order->cursor[best.zone]++;
    else
        order->taken[best_current] = true;
    order->count[best.zone]++;
    return best;
}

void
rz_choose(RzOrder *order, uint32_t p, RzPick *picks)
{
    const RzInstance *in = order->work->in;
    const RzRange *range = rz_zone_ranges(in, p);
    uint32_t n = 0;
    for (uint32_t i = 0; i < rz_n_current(in, p); i++)
        order->taken[i] = false;
    for (uint32_t z = 0; z < in->n_zones; z++) {
        order->count[z] = 0;
        order->cursor[z] = in->zone_first[z];
    }
    for (uint32_t z = 0; z < in->n_zones; z++)
        while (order->count[z] < range[z].lo)
            picks[n++] = take_best(order, p, z);
    while (n < rz_rf(in, p))
        picks[n++] = take_best(order, p, RZ_NONE);
}
