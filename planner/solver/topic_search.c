/*
 * topic_search.c: Dijkstra's algorithm over topics and brokers, and sending a unit along a path.
 *
 * Ties are broken by the number of arcs, for the same reason as in the engine: should a partition
 * be exchanged twice on a path in a way that clashes, the direct exchange would be shorter. Nothing
 * about exchanges is cached: a cell has few replicas, a path visits few cells. The search ends as
 * soon as a node that lacks units is known and nothing nearer can be found.
 */
#include "planner/solver/topic_search.h"

/* ---- the heap of reached nodes ---- */

static bool
comes_before(const RzTopicFlow *flow, uint32_t a, uint32_t b)
{
    const RzTopicMark *x = &flow->mark[a], *y = &flow->mark[b];
    int order = rz_dual_compare(x->distance, y->distance);
    if (order != 0)
        return order < 0;
    if (x->hops != y->hops)
        return x->hops < y->hops;
    return a < b;
}

static void
put(RzTopicFlow *flow, uint32_t place, uint32_t node)
{
    flow->heap[place] = node;
    flow->mark[node].place = place;
}

static void
sift_up(RzTopicFlow *flow, uint32_t node)
{
    uint32_t at = flow->mark[node].place;
    for (uint32_t up; at > 0 && comes_before(flow, node, flow->heap[up = (at - 1) / 2]); at = up)
        put(flow, at, flow->heap[up]);
    put(flow, at, node);
}

static uint32_t
pop(RzTopicFlow *flow)
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
lacks(const RzTopicFlow *flow, uint32_t node)
{
    return node <= flow->n && flow->excess[node] < 0;
}

/* Whether a way that is @distance and @hops long is no shorter than the one to @node. */
static bool
is_no_better(const RzTopicFlow *flow, RzDual distance, uint32_t hops, uint32_t node)
{
    int order = rz_dual_compare(distance, flow->mark[node].distance);
    return order > 0 || (order == 0 && hops >= flow->mark[node].hops);
}

/* Offers @to the way over @from by an arc that costs @cost. Ways that are no shorter than the best
 * to a node that lacks units are of no use. */
static void
relax(RzTopicFlow *flow, uint32_t from, uint32_t to, RzDual cost, uint32_t partition)
{
    RzTopicMark *mark = &flow->mark[to];
    bool is_known = mark->seen == flow->search;
    if (is_known && mark->settled)
        return;
    RzDual reduced = rz_dual_add(cost, rz_dual_subtract(flow->price[to], flow->price[from]));
    g_assert(reduced.squares >= 0 && (reduced.squares > 0 || reduced.cost >= 0));
    RzDual distance = rz_dual_add(flow->mark[from].distance, reduced);
    uint32_t hops = flow->mark[from].hops + 1;
    if ((is_known && is_no_better(flow, distance, hops, to)) ||
        (flow->nearest_lack != RZ_NONE && is_no_better(flow, distance, hops, flow->nearest_lack)))
        return;
    uint32_t place = is_known ? mark->place : flow->n_heap++;
    *mark = (RzTopicMark){distance, hops, from, partition, place, flow->search, false};
    sift_up(flow, to);
    if (lacks(flow, to))
        flow->nearest_lack = to;
}

/* Once for all peers: who was reached by one has nothing to add. */
static void
relax_peers(RzTopicFlow *flow, uint32_t b)
{
    const uint32_t *cell = flow->levels->cell;
    uint32_t from = flow->mark[b].from;
    if (from < flow->n && cell[from] == cell[b])
        return;
    for (uint32_t v = 0; v < flow->n; v++)
        if (cell[v] == cell[b])
            relax(flow, b, v, (RzDual){0, 0}, RZ_NONE);
}

static void
expand_broker(RzTopicFlow *flow, uint32_t b)
{
    for (uint32_t i = 0; i < flow->topics->n; i++) {
        int64_t x = flow->topics->count[(gsize)i * flow->n + b];
        if (x > 0)
            relax(flow, b, rz_topic_cell_node(flow, i, b), (RzDual){1 - 2 * x, 0}, RZ_NONE);
    }
    if (flow->pooled)
        relax_peers(flow, b);
    if (!flow->pooled && flow->delivered[b] < flow->levels->hi[b])
        relax(flow, b, flow->n, (RzDual){0, 0}, RZ_NONE);
}

static void
expand_sink(RzTopicFlow *flow)
{
    for (uint32_t b = 0; b < flow->n; b++)
        if (flow->pooled)
            relax(flow, flow->n, b, flow->entry[b], RZ_NONE);
        else if (flow->delivered[b] > flow->levels->lo[b])
            relax(flow, flow->n, b, (RzDual){0, 0}, RZ_NONE);
}

void
rz_topic_look_at(RzTopicFlow *flow, uint32_t p, bool set)
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
relax_exchange(RzTopicFlow *flow, uint32_t from, uint32_t to, uint32_t v, RzWide cost, uint32_t p)
{
    relax(flow, from, to, (RzDual){0, cost}, p);
    if (lacks(flow, v) && flow->mark[to].seen == flow->search && flow->mark[to].from == from)
        relax(flow, to, v, rz_topic_one_more(flow, to - flow->n - 1), RZ_NONE);
}

/* Every exchange of @u for another broker that @p allows. */
static void
relax_exchanges(RzTopicFlow *flow, uint32_t topic, uint32_t u, uint32_t p)
{
    const RzInstance *in = flow->in;
    const RzRange *range = rz_zone_ranges(in, p);
    const uint32_t *group = flow->levels->group;
    uint32_t from = rz_topic_cell_node(flow, topic, u), zone = in->zone[u];
    rz_topic_look_at(flow, p, true);
    RzWide fresh = (RzWide)in->cost_scale * in->size_bytes[p] + 1;
    RzWide gain = flow->was_used[u] ? 0 : fresh;
    for (uint32_t z = 0; z < in->n_zones; z++) {
        if (z != zone && (flow->in_zone[zone] <= range[zone].lo || flow->in_zone[z] >= range[z].hi))
            continue;
        for (uint32_t v = in->zone_first[z]; v < in->zone_first[z + 1]; v++) {
            if (flow->used[v] || group[v] != group[u])
                continue;
            RzWide cost = (flow->was_used[v] ? 0 : fresh) - gain;
            relax_exchange(flow, from, rz_topic_cell_node(flow, topic, v), v, cost, p);
        }
    }
    rz_topic_look_at(flow, p, false);
}

static void
expand_cell(RzTopicFlow *flow, uint32_t node)
{
    uint32_t cell = node - flow->n - 1, topic = cell / flow->n, b = cell % flow->n;
    relax(flow, node, b, rz_topic_one_more(flow, cell), RZ_NONE);
    for (uint32_t k = flow->head[cell]; k != RZ_NONE; k = flow->next[k])
        relax_exchanges(flow, topic, b, flow->owner[k]);
}

uint32_t
rz_topic_search(RzTopicFlow *flow, uint32_t source)
{
    flow->search++;
    flow->n_heap = flow->n_settled = 0;
    flow->nearest_lack = RZ_NONE;
    flow->mark[source] = (RzTopicMark){.from = RZ_NONE, .seen = flow->search};
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

void
rz_topic_raise_prices(RzTopicFlow *flow, uint32_t target)
{
    RzDual reached = flow->mark[target].distance;
    for (uint32_t i = 0; i < flow->n_settled; i++) {
        uint32_t node = flow->settled[i];
        RzDual rise = rz_dual_subtract(reached, flow->mark[node].distance);
        if (rz_dual_compare(rise, (RzDual){0, 0}) > 0)
            flow->price[node] = rz_dual_add(flow->price[node], rise);
    }
}

/* ---- changing the placement ---- */

void
rz_topic_enlist(RzTopicFlow *flow, uint32_t cell, uint32_t k)
{
    flow->previous[k] = RZ_NONE;
    flow->next[k] = flow->head[cell];
    if (flow->head[cell] != RZ_NONE)
        flow->previous[flow->head[cell]] = k;
    flow->head[cell] = k;
}

static void
delist(RzTopicFlow *flow, uint32_t cell, uint32_t k)
{
    if (flow->previous[k] != RZ_NONE)
        flow->next[flow->previous[k]] = flow->next[k];
    else
        flow->head[cell] = flow->next[k];
    if (flow->next[k] != RZ_NONE)
        flow->previous[flow->next[k]] = flow->previous[k];
}

static void
exchange(RzTopicFlow *flow, uint32_t p, uint32_t from_node, uint32_t to_node)
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
    rz_topic_enlist(flow, to, place);
}

void
rz_topic_pass(RzTopicFlow *flow, uint32_t from, uint32_t to, uint32_t partition)
{
    if (partition != RZ_NONE) {
        exchange(flow, partition, from, to);
    } else if (to == flow->n) {
        flow->delivered[from]++;
    } else if (from == flow->n) {
        flow->delivered[to]--;
    } else if (from < flow->n && to < flow->n) {
        return; /* from peer to peer: the replica itself is counted where it leaves and arrives */
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
void
rz_topic_send(RzTopicFlow *flow, uint32_t source, uint32_t target)
{
    uint32_t *next = flow->heap; /* no longer needed */
    uint32_t n = 0;
    for (uint32_t node = target; node != source; node = flow->mark[node].from)
        next[n++] = node;
    for (uint32_t from = source; n > 0; from = next[n]) {
        uint32_t to = next[--n];
        rz_topic_pass(flow, from, to, flow->mark[to].partition);
    }
}
