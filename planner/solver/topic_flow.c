/*
 * topic_flow.c: topics that are at their best one by one, brought within the brokers' limits.
 *
 * Successive shortest paths once more (engine.c has the idea), over the brokers, a sink and one
 * *cell* for every topic and broker. Arcs, with costs (squares, bytes and moves):
 *
 *     broker b -> cell (t, b)        -(2 x - 1), 0   t has x > 0 replicas on b and gives one up
 *     cell (t, u) -> cell (t, v)     0, D            a partition of t replaces u by v
 *     cell (t, b) -> broker b        2 x + 1, 0      t puts one more on b
 *     broker b -> sink, sink -> b    0, 0            while b is within its limits
 *
 * Prices keep all reduced costs from being negative: at the start those of the topics alone, with
 * brokers at 0. Ties are broken by the number of arcs, for the same reason as in the engine: should
 * a partition be exchanged twice on a path in a way that clashes, the direct exchange would be
 * shorter. A first pass makes exchanges that are free by themselves, for topics that were solved
 * alone favour the same brokers wherever they have a choice. Nothing about exchanges is cached: a
 * cell has few replicas, a path visits few cells.
 */
#include "planner/solver/topic_tier.h"

#define PASSES 8

/* What a search knows of a node. */
typedef struct {
    RzDual distance;
    uint32_t hops, from;
    uint32_t partition; /* exchanged on the way here, between two cells */
    uint32_t place;     /* in the heap */
    uint32_t seen;      /* number of the last search that reached it */
    bool settled;
} Mark;

typedef struct {
    const RzInstance *in;
    const RzLevels *levels;
    RzTopics *topics;
    RzBrokerIx *target;
    uint32_t n;    /* brokers 0 .. n - 1, the sink n, then the cells by topic and broker */
    RzDual *price; /* per node; a cell's includes its broker's */
    int64_t *held, *delivered, *excess;

    /* Every place of target[] is in the list of its cell. */
    uint32_t *head, *next, *previous, *owner;

    Mark *mark;
    uint32_t search;
    uint32_t *heap, *settled;
    uint32_t n_heap, n_settled;
    uint32_t nearest_lack; /* the best reached node that lacks units */
    bool *used, *was_used; /* scratch, per broker: by the partition at hand, now and before */
    uint32_t *in_zone;
} Flow;

static int
compare_duals(RzDual a, RzDual b)
{
    if (a.squares != b.squares)
        return a.squares < b.squares ? -1 : 1;
    return a.cost < b.cost ? -1 : a.cost > b.cost;
}

static RzDual
add(RzDual a, RzDual b)
{
    return (RzDual){a.squares + b.squares, a.cost + b.cost};
}

static RzDual
subtract(RzDual a, RzDual b)
{
    return (RzDual){a.squares - b.squares, a.cost - b.cost};
}

static uint32_t
cell_node(const Flow *flow, uint32_t topic, uint32_t b)
{
    return flow->n + 1 + topic * flow->n + b;
}

/* ---- the heap of reached nodes ---- */

static bool
comes_before(const Flow *flow, uint32_t a, uint32_t b)
{
    const Mark *x = &flow->mark[a], *y = &flow->mark[b];
    int order = compare_duals(x->distance, y->distance);
    if (order != 0)
        return order < 0;
    if (x->hops != y->hops)
        return x->hops < y->hops;
    return a < b;
}

static void
put(Flow *flow, uint32_t place, uint32_t node)
{
    flow->heap[place] = node;
    flow->mark[node].place = place;
}

static void
sift_up(Flow *flow, uint32_t node)
{
    uint32_t at = flow->mark[node].place;
    for (uint32_t up; at > 0 && comes_before(flow, node, flow->heap[up = (at - 1) / 2]); at = up)
        put(flow, at, flow->heap[up]);
    put(flow, at, node);
}

static uint32_t
pop(Flow *flow)
{
    uint32_t first = flow->heap[0], node = flow->heap[--flow->n_heap], at = 0;
    for (uint32_t child; (child = 2 * at + 1) < flow->n_heap; at = child) {
        if (child + 1 < flow->n_heap &&
            comes_before(flow, flow->heap[child + 1], flow->heap[child]))
            child++;
        if (!comes_before(flow, flow->heap[child], node))
            break;
        put(flow, at, flow->heap[child]);
    }
    if (flow->n_heap > 0)
        put(flow, at, node);
    return first;
}

/* ---- the search ---- */

static bool
lacks(const Flow *flow, uint32_t node)
{
    return node <= flow->n && flow->excess[node] < 0;
}

/* Whether a way that is @distance and @hops long is no shorter than the one to @node. */
static bool
is_no_better(const Flow *flow, RzDual distance, uint32_t hops, uint32_t node)
{
    int order = compare_duals(distance, flow->mark[node].distance);
    return order > 0 || (order == 0 && hops >= flow->mark[node].hops);
}

/* Offers @to the way over @from by an arc that costs @cost. Ways that are no shorter than the best
 * to a node that lacks units are of no use. */
static void
relax(Flow *flow, uint32_t from, uint32_t to, RzDual cost, uint32_t partition)
{
    Mark *mark = &flow->mark[to];
    bool is_known = mark->seen == flow->search;
    if (is_known && mark->settled)
        return;
    RzDual reduced = add(cost, subtract(flow->price[to], flow->price[from]));
    g_assert(reduced.squares >= 0 && (reduced.squares > 0 || reduced.cost >= 0));
    RzDual distance = add(flow->mark[from].distance, reduced);
    uint32_t hops = flow->mark[from].hops + 1;
    if ((is_known && is_no_better(flow, distance, hops, to)) ||
        (flow->nearest_lack != RZ_NONE && is_no_better(flow, distance, hops, flow->nearest_lack)))
        return;
    uint32_t place = is_known ? mark->place : flow->n_heap++;
    *mark = (Mark){distance, hops, from, partition, place, flow->search, false};
    sift_up(flow, to);
    if (lacks(flow, to))
        flow->nearest_lack = to;
}

static RzDual
cost_of_one_more(const Flow *flow, uint32_t cell)
{
    return (RzDual){2 * (int64_t)flow->topics->count[cell] + 1, 0};
}

static void
expand_broker(Flow *flow, uint32_t b)
{
    for (uint32_t i = 0; i < flow->topics->n; i++) {
        int64_t x = flow->topics->count[(gsize)i * flow->n + b];
        if (x > 0)
            relax(flow, b, cell_node(flow, i, b), (RzDual){1 - 2 * x, 0}, RZ_NONE);
    }
    if (flow->delivered[b] < flow->levels->hi[b])
        relax(flow, b, flow->n, (RzDual){0, 0}, RZ_NONE);
}

static void
expand_sink(Flow *flow)
{
    for (uint32_t b = 0; b < flow->n; b++)
        if (flow->delivered[b] > flow->levels->lo[b])
            relax(flow, flow->n, b, (RzDual){0, 0}, RZ_NONE);
}

/* Sets or clears the scratch that tells where @p is, was, and how often in each zone. */
static void
look_at(Flow *flow, uint32_t p, bool set)
{
    const RzInstance *in = flow->in;
    for (uint32_t k = in->first_target[p]; k < in->first_target[p + 1]; k++) {
        flow->used[flow->target[k]] = set;
        flow->in_zone[in->zone[flow->target[k]]] += set ? 1 : UINT32_MAX;
    }
    for (uint32_t k = in->first_current[p]; k < in->first_current[p + 1]; k++)
        flow->was_used[in->current[k]] = set;
}

/* Looks one arc further where that ends the search, to know soon what is too far. */
static void
relax_exchange(Flow *flow, uint32_t from, uint32_t to, uint32_t v, RzWide cost, uint32_t p)
{
    relax(flow, from, to, (RzDual){0, cost}, p);
    if (lacks(flow, v) && flow->mark[to].seen == flow->search && flow->mark[to].from == from)
        relax(flow, to, v, cost_of_one_more(flow, to - flow->n - 1), RZ_NONE);
}

/* Every exchange of @u for another broker that @p allows. */
static void
relax_exchanges(Flow *flow, uint32_t topic, uint32_t u, uint32_t p)
{
    const RzInstance *in = flow->in;
    const RzRange *range = rz_zone_ranges(in, p);
    const uint32_t *group = flow->levels->group;
    uint32_t from = cell_node(flow, topic, u), zone = in->zone[u];
    look_at(flow, p, true);
    RzWide fresh = (RzWide)in->cost_scale * in->size_bytes[p] + 1;
    RzWide gain = flow->was_used[u] ? 0 : fresh;
    for (uint32_t z = 0; z < in->n_zones; z++) {
        if (z != zone && (flow->in_zone[zone] <= range[zone].lo || flow->in_zone[z] >= range[z].hi))
            continue;
        for (uint32_t v = in->zone_first[z]; v < in->zone_first[z + 1]; v++) {
            if (flow->used[v] || group[v] != group[u])
                continue;
            RzWide cost = (flow->was_used[v] ? 0 : fresh) - gain;
            relax_exchange(flow, from, cell_node(flow, topic, v), v, cost, p);
        }
    }
    look_at(flow, p, false);
}

static void
expand_cell(Flow *flow, uint32_t node)
{
    uint32_t cell = node - flow->n - 1, topic = cell / flow->n, b = cell % flow->n;
    relax(flow, node, b, cost_of_one_more(flow, cell), RZ_NONE);
    for (uint32_t k = flow->head[cell]; k != RZ_NONE; k = flow->next[k])
        relax_exchanges(flow, topic, b, flow->owner[k]);
}

/* Searches from @source for a node that lacks units; RZ_NONE when none can be reached. Nodes that
 * are nearer are settled; of those as near, some. */
static uint32_t
search(Flow *flow, uint32_t source)
{
    flow->search++;
    flow->n_heap = flow->n_settled = 0;
    flow->nearest_lack = RZ_NONE;
    flow->mark[source] = (Mark){.from = RZ_NONE, .seen = flow->search};
    flow->heap[flow->n_heap++] = source;
    while (flow->n_heap > 0) {
        uint32_t node = pop(flow);
        if (flow->nearest_lack != RZ_NONE &&
            is_no_better(flow, flow->mark[node].distance, flow->mark[node].hops + 1,
                         flow->nearest_lack))
            return flow->nearest_lack;
        flow->mark[node].settled = true;
        flow->settled[flow->n_settled++] = node;
        if (node < flow->n)
            expand_broker(flow, node);
        else if (node == flow->n)
            expand_sink(flow);
        else
            expand_cell(flow, node);
    }
    return RZ_NONE;
}

static void
raise_prices(Flow *flow, uint32_t target)
{
    RzDual reached = flow->mark[target].distance;
    for (uint32_t i = 0; i < flow->n_settled; i++) {
        uint32_t node = flow->settled[i];
        RzDual rise = subtract(reached, flow->mark[node].distance);
        flow->price[node] = add(flow->price[node], rise);
    }
}

/* ---- changing the placement ---- */

static void
enlist(Flow *flow, uint32_t cell, uint32_t k)
{
    flow->previous[k] = RZ_NONE;
    flow->next[k] = flow->head[cell];
    if (flow->head[cell] != RZ_NONE)
        flow->previous[flow->head[cell]] = k;
    flow->head[cell] = k;
}

static void
delist(Flow *flow, uint32_t cell, uint32_t k)
{
    if (flow->previous[k] != RZ_NONE)
        flow->next[flow->previous[k]] = flow->next[k];
    else
        flow->head[cell] = flow->next[k];
    if (flow->next[k] != RZ_NONE)
        flow->previous[flow->next[k]] = flow->previous[k];
}

static void
exchange(Flow *flow, uint32_t p, uint32_t from_node, uint32_t to_node)
{
    uint32_t from = from_node - flow->n - 1, to = to_node - flow->n - 1;
    uint32_t u = from % flow->n, v = to % flow->n, place = RZ_NONE;
    for (uint32_t k = flow->in->first_target[p]; k < flow->in->first_target[p + 1]; k++) {
        g_assert(flow->target[k] != v);
        place = flow->target[k] == u ? k : place;
    }
    g_assert(place != RZ_NONE);
    delist(flow, from, place);
    flow->target[place] = (RzBrokerIx)v;
    enlist(flow, to, place);
}

/* Sends one unit along the arc. */
static void
pass(Flow *flow, uint32_t from, uint32_t to, uint32_t partition)
{
    if (partition != RZ_NONE) {
        exchange(flow, partition, from, to);
    } else if (to == flow->n) {
        flow->delivered[from]++;
    } else if (from == flow->n) {
        flow->delivered[to]--;
    } else if (from < flow->n) {
        flow->topics->count[to - flow->n - 1]--;
        flow->held[from]--;
    } else {
        flow->topics->count[from - flow->n - 1]++;
        flow->held[to]++;
    }
}

/* Sends one unit from @source to @target, arc by arc from the start: exchanges are valid in turn.
 */
static void
augment(Flow *flow, uint32_t source, uint32_t target)
{
    uint32_t *next = flow->heap; /* no longer needed */
    uint32_t n = 0;
    for (uint32_t node = target; node != source; node = flow->mark[node].from)
        next[n++] = node;
    for (uint32_t from = source; n > 0; from = next[n]) {
        uint32_t to = next[--n];
        pass(flow, from, to, flow->mark[to].partition);
    }
    flow->excess[source]--;
    flow->excess[target]++;
}

/* ---- free exchanges ---- */

static bool
is_zero(RzDual a)
{
    return a.squares == 0 && a.cost == 0;
}

/* Whether @topic can give up one more replica on @u at no reduced cost, or put one more there. */
static bool
gives_freely(const Flow *flow, uint32_t topic, uint32_t u)
{
    uint32_t node = cell_node(flow, topic, u);
    int64_t x = flow->topics->count[node - flow->n - 1];
    RzDual price = subtract(flow->price[node], flow->price[u]);
    return x > 0 && price.squares == 2 * x - 1 && price.cost == 0;
}

static bool
takes_freely(const Flow *flow, uint32_t topic, uint32_t v)
{
    uint32_t node = cell_node(flow, topic, v);
    RzDual one_more = cost_of_one_more(flow, node - flow->n - 1);
    return is_zero(add(one_more, subtract(flow->price[v], flow->price[node])));
}

/* How far @b is beyond its limit. */
static int64_t
fullness(const Flow *flow, uint32_t b)
{
    return flow->held[b] - flow->levels->hi[b];
}

/* The emptiest broker that can take over from @u in @p at no reduced cost; RZ_NONE: none that is
 * emptier by two. */
static uint32_t
find_taker(Flow *flow, uint32_t topic, uint32_t p, uint32_t u)
{
    const RzInstance *in = flow->in;
    const RzRange *range = rz_zone_ranges(in, p);
    uint32_t zone = in->zone[u], best = RZ_NONE;
    RzWide fresh = (RzWide)in->cost_scale * in->size_bytes[p] + 1;
    RzDual from = flow->price[cell_node(flow, topic, u)];
    look_at(flow, p, true);
    from.cost += flow->was_used[u] ? 0 : fresh;
    for (uint32_t v = 0; v < flow->n; v++) {
        uint32_t z = in->zone[v];
        if (flow->used[v] || fullness(flow, v) > fullness(flow, u) - 2 ||
            (best != RZ_NONE && fullness(flow, v) >= fullness(flow, best)) ||
            flow->levels->group[v] != flow->levels->group[u] ||
            (z != zone &&
             (flow->in_zone[zone] <= range[zone].lo || flow->in_zone[z] >= range[z].hi)))
            continue;
        RzDual to = flow->price[cell_node(flow, topic, v)];
        to.cost += flow->was_used[v] ? 0 : fresh;
        if (is_zero(subtract(to, from)) && takes_freely(flow, topic, v))
            best = v;
    }
    look_at(flow, p, false);
    return best;
}

/* One pass over all replicas; returns whether anything changed. */
static bool
even_out(Flow *flow)
{
    const RzInstance *in = flow->in;
    bool changed = false;
    for (uint32_t i = 0; i < flow->topics->n; i++) {
        for (uint32_t p = flow->topics->first[i]; p < flow->topics->first[i + 1]; p++) {
            for (uint32_t k = in->first_target[p]; k < in->first_target[p + 1]; k++) {
                uint32_t u = flow->target[k];
                uint32_t v = gives_freely(flow, i, u) ? find_taker(flow, i, p, u) : RZ_NONE;
                if (v == RZ_NONE)
                    continue;
                uint32_t from = cell_node(flow, i, u), to = cell_node(flow, i, v);
                pass(flow, u, from, RZ_NONE);
                pass(flow, from, to, p);
                pass(flow, to, v, RZ_NONE);
                changed = true;
            }
        }
    }
    return changed;
}

/* ---- start and end ---- */

static void
list_replicas(Flow *flow, RzArena *arena)
{
    const RzInstance *in = flow->in;
    gsize n_cells = (gsize)flow->topics->n * flow->n, n_places = in->first_target[in->n_partitions];
    flow->head = rz_arena_array(arena, uint32_t, n_cells);
    flow->next = rz_arena_array(arena, uint32_t, n_places);
    flow->previous = rz_arena_array(arena, uint32_t, n_places);
    flow->owner = rz_arena_array(arena, uint32_t, n_places);
    for (gsize cell = 0; cell < n_cells; cell++)
        flow->head[cell] = RZ_NONE;
    for (uint32_t i = 0; i < flow->topics->n; i++) {
        for (uint32_t p = flow->topics->first[i]; p < flow->topics->first[i + 1]; p++) {
            for (uint32_t k = in->first_target[p]; k < in->first_target[p + 1]; k++) {
                flow->owner[k] = p;
                enlist(flow, i * flow->n + flow->target[k], k);
            }
        }
    }
}

static void
deliver(Flow *flow)
{
    const RzLevels *levels = flow->levels;
    for (uint32_t b = 0; b < flow->n; b++) {
        flow->delivered[b] = CLAMP(flow->held[b], levels->lo[b], levels->hi[b]);
        flow->excess[b] = flow->held[b] - flow->delivered[b];
        flow->excess[flow->n] -= flow->excess[b];
    }
}

static void
allot(Flow *flow, RzArena *arena)
{
    gsize n_cells = (gsize)flow->topics->n * flow->n, n_nodes = n_cells + flow->n + 1;
    flow->price = rz_arena_array(arena, RzDual, n_nodes);
    flow->mark = rz_arena_array(arena, Mark, n_nodes);
    flow->heap = rz_arena_array(arena, uint32_t, n_nodes);
    flow->settled = rz_arena_array(arena, uint32_t, n_nodes);
    flow->used = rz_arena_array(arena, bool, flow->n);
    flow->was_used = rz_arena_array(arena, bool, flow->n);
    flow->in_zone = rz_arena_array(arena, uint32_t, flow->in->n_zones);
    for (gsize cell = 0; cell < n_cells; cell++)
        flow->price[flow->n + 1 + cell] = flow->topics->cell[cell];
    flow->delivered = rz_arena_array(arena, int64_t, flow->n);
    flow->excess = rz_arena_array(arena, int64_t, (gsize)flow->n + 1);
    list_replicas(flow, arena);
}

/* The brokers that the failed search reached. */
static const bool *
reached_brokers(const Flow *flow, RzArena *arena)
{
    bool *reached = rz_arena_array(arena, bool, (gsize)flow->n + 1);
    for (uint32_t i = 0; i < flow->n_settled; i++)
        if (flow->settled[i] <= flow->n)
            reached[flow->settled[i]] = true;
    return reached;
}

static void
split_prices(const Flow *flow)
{
    RzTopics *topics = flow->topics;
    for (gsize cell = 0; cell < (gsize)topics->n * flow->n; cell++)
        topics->cell[cell] = subtract(flow->price[flow->n + 1 + cell], flow->price[cell % flow->n]);
    for (uint32_t b = 0; b <= flow->n; b++)
        topics->broker[b] = subtract(flow->price[b], flow->price[flow->n]);
}

bool
rz_topic_flow(const RzInstance *in, RzSolution *solution)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    Flow flow = {.in = in, .levels = solution->levels, .topics = solution->topics};
    flow.target = solution->target;
    flow.held = solution->held;
    flow.n = in->n_brokers;
    g_assert((uint64_t)flow.topics->n * flow.n + flow.n < UINT32_MAX - 1);
    allot(&flow, arena);
    for (int i = 0; i < PASSES && even_out(&flow);)
        i++;
    deliver(&flow);
    for (uint32_t source = 0; source <= flow.n; source++) {
        while (flow.excess[source] > 0) {
            uint32_t target = search(&flow, source);
            if (target == RZ_NONE) {
                solution->unmet = reached_brokers(&flow, solution->arena);
                return false;
            }
            raise_prices(&flow, target);
            augment(&flow, source, target);
            solution->n_augmentations++;
        }
    }
    split_prices(&flow);
    return true;
}
