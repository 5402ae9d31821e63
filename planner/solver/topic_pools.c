/*
 * topic_pools.c: the flow of topics with all brokers of a cell in one pool.
 *
 * A zone that all topics find too cheap, such as the one whose brokers hold their replicas already,
 * is over its limits by a unit or so per topic; that is thousands of paths through all that hangs
 * together at equal prices, when all that is wanted is one price for the zone. Here a pool is one
 * node. A topic alone then says what it costs to shift a unit of it from one pool to another; the
 * least of that over all topics is an arc between pools, and shortest paths over these few nodes
 * bring the pools' totals within limits. Every topic keeps prices of its own meanwhile, under which
 * it is at its best. In the end the pools have prices that fit all topics, and each topic's cells
 * follow: price = - (least cost of getting there from any broker at these prices).
 *
 * It need not succeed for the result to be exact: any prices under which topics are at their best
 * are a start for the paths that follow.
 */
#include "planner/solver/topic_pools.h"

#define MOST_ARCS (1U << 24)

typedef struct {
    RzTopicFlow *flow;
    RzTopics *all, one; /* the flow looks at one topic at a time */
    uint32_t *head;     /* the flow's, of all topics */
    RzDual *prices;     /* per topic: brokers, sink, cells */
    uint32_t n;         /* pools; number n is the sink */
    uint32_t *broker;   /* per pool: any of its brokers */
    RzDual *cost;       /* [(topic * n + a) * n + c]; UNREACHED where it cannot be done */
    uint32_t *best;     /* [a * n + c]: the topic that does it at least cost; RZ_NONE */
    int64_t *held, *lo, *hi, *delivered, *excess;
    RzDual *price, *distance; /* n + 1 */
    uint32_t *hops, *from;
} Pools;

static const RzDual UNREACHED = {INT64_MAX, 0};
static const RzDual ZERO = {0, 0};
static const RzDual HIGHEST = {(int64_t)1 << 40, 0}; /* beyond what any path costs */

static bool
is_reached(RzDual a)
{
    return a.squares != INT64_MAX;
}

static uint32_t
group_of(const Pools *pools, uint32_t pool)
{
    return pools->flow->levels->cell_group[pool];
}

static void
enter_topic(Pools *pools, uint32_t i)
{
    RzTopicFlow *flow = pools->flow;
    gsize n = flow->n;
    pools->one.first = pools->all->first + i;
    pools->one.count = pools->all->count + i * n;
    flow->topics = &pools->one;
    flow->price = pools->prices + i * (2 * n + 1);
    flow->head = pools->head + i * n;
}

/* ---- arcs between pools ---- */

static RzDual *
cost_of(const Pools *pools, uint32_t topic, uint32_t a, uint32_t c)
{
    return &pools->cost[((gsize)topic * pools->n + a) * pools->n + c];
}

static RzDual
arc_cost(const Pools *pools, uint32_t a, uint32_t c)
{
    uint32_t topic = pools->best[a * pools->n + c];
    return topic == RZ_NONE ? UNREACHED : *cost_of(pools, topic, a, c);
}

static void
measure_topic(Pools *pools, uint32_t topic)
{
    RzTopicFlow *flow = pools->flow;
    enter_topic(pools, topic);
    for (uint32_t a = 0; a < pools->n; a++) {
        uint32_t from = pools->broker[a];
        rz_topic_search(flow, from);
        for (uint32_t c = 0; c < pools->n; c++) {
            uint32_t to = pools->broker[c];
            const RzTopicMark *mark = &flow->mark[to];
            bool reached = c != a && mark->seen == flow->search;
            RzDual gain = rz_dual_subtract(flow->price[from], flow->price[to]);
            *cost_of(pools, topic, a, c) = reached ? rz_dual_add(mark->distance, gain) : UNREACHED;
        }
    }
}

static void
offer_topic(Pools *pools, uint32_t topic, uint32_t a, uint32_t c)
{
    RzDual cost = *cost_of(pools, topic, a, c);
    if (is_reached(cost) && rz_dual_compare(cost, arc_cost(pools, a, c)) < 0)
        pools->best[a * pools->n + c] = topic;
}

/* Measures the topic again and finds who is best where it was. */
static void
renew_topic(Pools *pools, uint32_t topic)
{
    measure_topic(pools, topic);
    for (uint32_t a = 0; a < pools->n; a++) {
        for (uint32_t c = 0; c < pools->n; c++) {
            uint32_t *best = &pools->best[a * pools->n + c];
            bool was_best = *best == topic;
            if (was_best)
                *best = RZ_NONE;
            for (uint32_t i = 0; was_best && i < pools->all->n; i++)
                offer_topic(pools, i, a, c);
            offer_topic(pools, topic, a, c);
        }
    }
}

/* ---- paths over pools ---- */

static void
relax(Pools *pools, uint32_t from, uint32_t to, RzDual cost, bool *changed)
{
    if (!is_reached(pools->distance[from]) || !is_reached(cost))
        return;
    RzDual distance = rz_dual_add(pools->distance[from], cost);
    int order = rz_dual_compare(distance, pools->distance[to]);
    if (order > 0 || (order == 0 && pools->hops[from] + 1 >= pools->hops[to]))
        return;
    pools->distance[to] = distance;
    pools->hops[to] = pools->hops[from] + 1;
    pools->from[to] = from;
    *changed = true;
}

static void
relax_all(Pools *pools, bool *changed)
{
    for (uint32_t a = 0; a < pools->n; a++) {
        for (uint32_t c = 0; c < pools->n; c++)
            relax(pools, a, c, arc_cost(pools, a, c), changed);
        if (pools->delivered[a] < pools->hi[a])
            relax(pools, a, pools->n, ZERO, changed);
        if (pools->delivered[a] > pools->lo[a])
            relax(pools, pools->n, a, ZERO, changed);
    }
}

/* Bellman and Ford's algorithm; the nearest node that lacks units, or RZ_NONE. */
static uint32_t
find_path(Pools *pools, uint32_t source)
{
    for (uint32_t a = 0; a <= pools->n; a++)
        pools->distance[a] = UNREACHED;
    pools->distance[source] = ZERO;
    pools->hops[source] = 0;
    bool changed = true;
    for (uint32_t round = 0; changed && round <= pools->n + 1; round++) {
        changed = false;
        relax_all(pools, &changed);
    }
    uint32_t target = RZ_NONE;
    for (uint32_t a = 0; a <= pools->n; a++)
        if (pools->excess[a] < 0 && is_reached(pools->distance[a]) &&
            (target == RZ_NONE || rz_dual_compare(pools->distance[a], pools->distance[target]) < 0))
            target = a;
    return target;
}

/* Shifts one unit of the cheapest topic from pool @a to @c. */
static void
shift(Pools *pools, uint32_t a, uint32_t c)
{
    uint32_t topic = pools->best[a * pools->n + c];
    uint32_t from = pools->broker[a], to = pools->broker[c];
    enter_topic(pools, topic);
    rz_topic_search(pools->flow, from);
    rz_topic_raise_prices(pools->flow, to);
    rz_topic_send(pools->flow, from, to);
    renew_topic(pools, topic);
    pools->held[a]--;
    pools->held[c]++;
}

static void
send(Pools *pools, uint32_t source, uint32_t target)
{
    uint32_t *next = pools->hops; /* no longer needed */
    for (uint32_t c = target; c != source; c = pools->from[c])
        next[pools->from[c]] = c;
    for (uint32_t a = source; a != target; a = next[a]) {
        uint32_t c = next[a];
        if (c == pools->n)
            pools->delivered[a]++;
        else if (a == pools->n)
            pools->delivered[c]--;
        else
            shift(pools, a, c);
    }
    pools->excess[source]--;
    pools->excess[target]++;
}

/* ---- prices ---- */

/* Lowers prices to what handing on costs. */
static void
lower_prices(Pools *pools)
{
    bool changed = true;
    for (uint32_t round = 0; changed && round <= pools->n; round++) {
        changed = false;
        for (uint32_t k = 0; k < pools->n * pools->n; k++) {
            uint32_t a = k / pools->n, c = k % pools->n;
            RzDual cost = arc_cost(pools, a, c);
            if (!is_reached(cost) || !is_reached(pools->price[c]))
                continue;
            RzDual price = rz_dual_add(cost, pools->price[c]);
            if (rz_dual_compare(price, pools->price[a]) >= 0)
                continue;
            pools->price[a] = price;
            changed = true;
        }
    }
}

/* Takes from the prices of the pools in @locked what none of them needs: they may not fall below 0,
 * nor so low that other pools would rather hand on to them. */
static void
settle_locked(Pools *pools, const bool *locked)
{
    RzDual spare = HIGHEST;
    for (uint32_t c = 0; c < pools->n; c++) {
        if (!locked[c])
            continue;
        if (rz_dual_compare(pools->price[c], spare) < 0)
            spare = pools->price[c];
        for (uint32_t a = 0; a < pools->n; a++) {
            RzDual cost = arc_cost(pools, a, c);
            if (locked[a] || !is_reached(cost) || !is_reached(pools->price[a]))
                continue;
            RzDual left = rz_dual_subtract(rz_dual_add(cost, pools->price[c]), pools->price[a]);
            if (rz_dual_compare(left, spare) < 0)
                spare = left;
        }
    }
    for (uint32_t c = 0; c < pools->n; c++)
        if (locked[c])
            pools->price[c] = rz_dual_subtract(pools->price[c], spare);
}

/* What it costs a unit to get away from each pool: to the sink, or, where no way leads there, to
 * the cheapest of the pools that it can reach, plus what settle_locked() leaves. */
static void
find_prices(Pools *pools)
{
    g_autofree bool *locked = g_new(bool, pools->n);
    for (uint32_t a = 0; a < pools->n; a++)
        pools->price[a] = pools->delivered[a] < pools->hi[a] ? ZERO : UNREACHED;
    lower_prices(pools);
    for (uint32_t seed = 0; seed < pools->n; seed++) {
        if (is_reached(pools->price[seed]))
            continue;
        for (uint32_t a = 0; a < pools->n; a++)
            locked[a] = !is_reached(pools->price[a]);
        pools->price[seed] = HIGHEST;
        lower_prices(pools);
        for (uint32_t a = 0; a < pools->n; a++)
            locked[a] = locked[a] && is_reached(pools->price[a]);
        settle_locked(pools, locked);
    }
}

/* The topic's cells at the pools' prices. */
static void
price_topic(Pools *pools, uint32_t topic, RzDual *cells)
{
    RzTopicFlow *flow = pools->flow;
    uint32_t n = flow->n;
    enter_topic(pools, topic);
    for (uint32_t b = 0; b < n; b++) {
        RzDual entry = rz_dual_subtract(ZERO, pools->price[flow->levels->cell[b]]);
        RzDual reduced = rz_dual_add(entry, flow->price[b]);
        flow->entry[b] = entry;
        if (b == 0 || rz_dual_compare(reduced, flow->price[n]) < 0)
            flow->price[n] = reduced;
    }
    rz_topic_search(flow, n);
    for (uint32_t b = 0; b < n; b++) {
        uint32_t node = n + 1 + b;
        const RzTopicMark *mark = &flow->mark[node];
        RzDual own = rz_dual_subtract(flow->price[node], flow->price[b]);
        if (mark->seen == flow->search)
            cells[b] = rz_dual_subtract(rz_dual_subtract(flow->price[node], flow->price[n]),
                                        mark->distance);
        else /* nothing gets there or leaves */
            cells[b] = rz_dual_add(own, pools->price[flow->levels->cell[b]]);
    }
}

/* ---- start and end ---- */

static void
count_pools(Pools *pools)
{
    const RzTopicFlow *flow = pools->flow;
    for (uint32_t b = 0; b < flow->n; b++) {
        uint32_t a = flow->levels->cell[b];
        pools->broker[a] = b;
        pools->held[a] += flow->held[b];
        pools->lo[a] += flow->levels->lo[b];
        pools->hi[a] += flow->levels->hi[b];
    }
    for (uint32_t a = 0; a < pools->n; a++) {
        pools->delivered[a] = CLAMP(pools->held[a], pools->lo[a], pools->hi[a]);
        pools->excess[a] = pools->held[a] - pools->delivered[a];
        pools->excess[pools->n] -= pools->excess[a];
    }
}

static void
allot(Pools *pools, RzArena *arena)
{
    gsize n = pools->n, n_brokers = pools->flow->n, n_topics = pools->all->n;
    pools->prices = rz_arena_array(arena, RzDual, n_topics * (2 * n_brokers + 1));
    pools->flow->entry = rz_arena_array(arena, RzDual, n_brokers);
    pools->cost = rz_arena_array(arena, RzDual, n_topics * n * n);
    pools->best = rz_arena_array(arena, uint32_t, n * n);
    pools->price = rz_arena_array(arena, RzDual, n + 1);
    pools->distance = rz_arena_array(arena, RzDual, n + 1);
    pools->hops = rz_arena_array(arena, uint32_t, n + 1);
    pools->from = rz_arena_array(arena, uint32_t, n + 1);
    for (gsize i = 0; i < n_topics; i++)
        for (gsize b = 0; b < n_brokers; b++)
            pools->prices[i * (2 * n_brokers + 1) + n_brokers + 1 + b] =
                pools->all->cell[i * n_brokers + b];
    for (gsize arc = 0; arc < n * n; arc++)
        pools->best[arc] = RZ_NONE;
    for (uint32_t i = 0; i < n_topics; i++)
        renew_topic(pools, i);
}

static bool
is_wanted(const Pools *pools)
{
    bool off = false, joined = false;
    for (uint32_t a = 0; a <= pools->n; a++)
        off = off || pools->excess[a] != 0;
    for (uint32_t a = 1; a < pools->n; a++)
        joined = joined || group_of(pools, a) == group_of(pools, a - 1);
    return off && joined && (guint64)pools->n * pools->n * pools->all->n <= MOST_ARCS;
}

void
rz_topic_pools(RzTopicFlow *flow, RzArena *arena)
{
    Pools pools = {.flow = flow, .all = flow->topics, .one = {.n = 1}, .head = flow->head};
    RzDual *price = flow->price;
    pools.n = flow->levels->n_cells;
    pools.broker = rz_arena_array(arena, uint32_t, pools.n);
    pools.held = rz_arena_array(arena, int64_t, pools.n);
    pools.lo = rz_arena_array(arena, int64_t, pools.n);
    pools.hi = rz_arena_array(arena, int64_t, pools.n);
    pools.delivered = rz_arena_array(arena, int64_t, pools.n);
    pools.excess = rz_arena_array(arena, int64_t, (gsize)pools.n + 1);
    count_pools(&pools);
    if (!is_wanted(&pools))
        return;
    flow->pooled = true;
    allot(&pools, arena);
    for (uint32_t source = 0, target; source <= pools.n; source++)
        while (pools.excess[source] > 0 && (target = find_path(&pools, source)) != RZ_NONE)
            send(&pools, source, target);
    find_prices(&pools);
    for (uint32_t b = 0; b < flow->n; b++)
        price[b] = pools.price[flow->levels->cell[b]];
    for (uint32_t i = 0; i < pools.all->n; i++)
        price_topic(&pools, i, price + flow->n + 1 + (gsize)i * flow->n);
    flow->pooled = false;
    flow->topics = pools.all;
    flow->price = price;
    flow->head = pools.head;
}
