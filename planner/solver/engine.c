/*
 * engine.c: successive shortest paths over brokers.
 *
 * Nodes are the brokers and a sink, which stands for "counted and done". An edge u -> v is the
 * cheapest exchange that replaces u by v in one partition; v -> sink delivers one more unit of v
 * while it is below its upper limit, sink -> u takes one back while u is above its lower limit.
 * With prices mu the reduced cost of an edge, cost + mu_v - mu_u, is never negative: for exchanges
 * that is I1, for the sink's edges I2. A broker that holds more than it delivered has excess, and a
 * shortest path takes one unit of it to a broker that delivered more than it holds. Raising prices
 * by the distances makes the path's edges cost nothing, so I1 survives the exchanges along it.
 *
 * Why a path of exchanges is sound although edges are computed one by one. Two exchanges of one
 * partition on a path could spoil each other only if the path passes that partition's zone twice;
 * but then the direct exchange from the first broker to the last is allowed too, is no dearer (the
 * loop between is a cycle, and cycles never pay) and has fewer hops. So ties are broken by hops,
 * and every exchange on the path is valid when its turn comes.
 *
 * A search starts from everything that has excess and goes on until it has found as many deficits
 * as there are sources, so that one search serves many units. The first path is the shortest and
 * sound as above. The others, which the first may have changed, are taken only where they still
 * cost nothing and exchange no partition twice: then every exchange is one of weight 0 in a
 * partition of its own, and I1 survives whatever the number of hops.
 */
#include "planner/solver/engine.h"

RzEngine *
rz_engine_new(uint32_t n, RzCost *price, int64_t *held, const int64_t *lo, const int64_t *hi,
              RzArena *arena)
{
    RzEngine *engine = rz_arena_array(arena, RzEngine, 1);
    engine->n = n;
    engine->price = price;
    engine->held = held;
    engine->lo = lo;
    engine->hi = hi;
    engine->cost = rz_arena_array(arena, RzCost, (gsize)n * n);
    engine->partition = rz_arena_array(arena, uint32_t, (gsize)n * n);
    engine->stale = rz_arena_array(arena, bool, n);
    engine->delivered = rz_arena_array(arena, int64_t, n);
    engine->excess = rz_arena_array(arena, int64_t, n + 1);
    engine->distance = rz_arena_array(arena, RzCost, n + 1);
    engine->hops = rz_arena_array(arena, uint32_t, n + 1);
    engine->open = rz_arena_array(arena, uint32_t, n + 1);
    engine->found = rz_arena_array(arena, uint32_t, n + 1);
    engine->path = rz_arena_array(arena, uint32_t, n + 1);
    engine->exchanged = rz_arena_array(arena, uint32_t, n + 1);
    engine->parent = rz_arena_array(arena, uint32_t, n + 1);
    engine->settled = rz_arena_array(arena, bool, n + 1);
    return engine;
}

/* Delivers what the prices demand; the difference to what brokers hold is the excess. */
static void
deliver(RzEngine *engine)
{
    int64_t surplus = 0;
    for (uint32_t b = 0; b < engine->n; b++) {
        int64_t lo = engine->lo[b], hi = engine->hi[b];
        engine->delivered[b] = engine->price[b] > 0   ? hi
                               : engine->price[b] < 0 ? lo
                                                      : CLAMP(engine->held[b], lo, hi);
        engine->excess[b] = engine->held[b] - engine->delivered[b];
        surplus -= engine->excess[b];
        engine->stale[b] = true;
    }
    engine->price[engine->n] = 0;
    engine->excess[engine->n] = surplus;
}

/* Offers @to the way over @from, which costs @reduced more. */
static inline void
relax(RzEngine *engine, uint32_t from, uint32_t to, RzCost reduced)
{
    RzCost distance = engine->distance[from] + reduced;
    uint32_t hops = engine->hops[from] + 1;
    if (distance > engine->distance[to] ||
        (distance == engine->distance[to] && hops >= engine->hops[to]))
        return;
    engine->distance[to] = distance;
    engine->hops[to] = hops;
    engine->parent[to] = from;
}

static void
refresh_row(RzEngine *engine, const RzEngineClient *client, uint32_t u)
{
    gsize row = (gsize)u * engine->n;
    if (!engine->stale[u])
        return;
    client->fill_row(client->data, u, engine->cost + row, engine->partition + row);
    engine->stale[u] = false;
}

/* Whether node @a is to be settled before @b: nearer, fewer hops, or lacking units. */
static inline bool
is_nearer(const RzEngine *engine, uint32_t a, uint32_t b)
{
    if (engine->distance[a] != engine->distance[b])
        return engine->distance[a] < engine->distance[b];
    if (engine->hops[a] != engine->hops[b])
        return engine->hops[a] < engine->hops[b];
    return engine->excess[a] < 0 && engine->excess[b] >= 0;
}

/* Relaxes what leads from the sink; returns the place of the nearest open node. */
static uint32_t
settle_sink(RzEngine *engine)
{
    uint32_t sink = engine->n, best = 0;
    for (uint32_t i = 0; i < engine->n_open; i++) {
        uint32_t v = engine->open[i];
        if (engine->delivered[v] > engine->lo[v])
            relax(engine, sink, v, engine->price[v] - engine->price[sink]);
        if (is_nearer(engine, v, engine->open[best]))
            best = i;
    }
    return best;
}

/* The same for broker @u: finding the next node in the same pass is half the work of a search. */
static uint32_t
settle_broker(RzEngine *engine, const RzEngineClient *client, uint32_t u)
{
    const RzCost *cost = engine->cost + (gsize)u * engine->n;
    RzCost price = engine->price[u];
    uint32_t best = 0;
    refresh_row(engine, client, u);
    for (uint32_t i = 0; i < engine->n_open; i++) {
        uint32_t v = engine->open[i];
        if (v == engine->n) {
            if (engine->delivered[u] < engine->hi[u])
                relax(engine, u, v, engine->price[v] - price);
        } else if (cost[v] != RZ_COST_NONE) {
            relax(engine, u, v, cost[v] + engine->price[v] - price);
        }
        if (is_nearer(engine, v, engine->open[best]))
            best = i;
    }
    return best;
}

/* Searches from everything that has excess, until as many nodes that lack units are settled as
 * there are sources; returns how many are, nearest first. */
static uint32_t
search(RzEngine *engine, const RzEngineClient *client)
{
    uint32_t n_sources = 0, n_found = 0, next = 0;
    engine->n_open = engine->n + 1;
    for (uint32_t v = 0; v <= engine->n; v++) {
        bool starts = engine->excess[v] > 0;
        engine->distance[v] = starts ? 0 : RZ_COST_NONE;
        engine->hops[v] = 0;
        engine->parent[v] = v;
        engine->settled[v] = false;
        engine->open[v] = v;
        n_sources += starts;
        next = starts ? v : next;
    }
    while (n_found < n_sources && engine->n_open > 0) {
        uint32_t u = engine->open[next];
        if (engine->distance[u] == RZ_COST_NONE)
            break;
        engine->open[next] = engine->open[--engine->n_open];
        engine->settled[u] = true;
        if (engine->excess[u] < 0)
            engine->found[n_found++] = u;
        next = u == engine->n ? settle_sink(engine) : settle_broker(engine, client, u);
    }
    return n_found;
}

/* Prices rise by how much nearer a node is than the farthest found, so that the paths cost nothing.
 * Nodes beyond that one, reached or not, keep theirs. */
static void
raise_prices(RzEngine *engine, uint32_t farthest)
{
    RzCost reach = engine->distance[farthest];
    for (uint32_t v = 0; v <= engine->n; v++)
        if (engine->settled[v] && engine->distance[v] < reach)
            engine->price[v] += reach - engine->distance[v];
}

/* Notes the path to @target, its source first. */
static void
trace(RzEngine *engine, uint32_t target)
{
    uint32_t length = 1;
    for (uint32_t v = target; engine->parent[v] != v; v = engine->parent[v])
        length++;
    engine->path_length = length;
    for (uint32_t v = target, i = length; i-- > 0; v = engine->parent[v])
        engine->path[i] = v;
}

/* Whether step @i of the path is there and costs nothing; notes which partition makes it. */
static bool
is_free(RzEngine *engine, const RzEngineClient *client, uint32_t i)
{
    uint32_t u = engine->path[i], v = engine->path[i + 1], n = engine->n;
    RzCost cost = 0;
    engine->exchanged[i] = RZ_NONE;
    if (v == n && engine->delivered[u] == engine->hi[u])
        return false;
    if (u == n && engine->delivered[v] == engine->lo[v])
        return false;
    if (u != n && v != n) {
        refresh_row(engine, client, u);
        cost = engine->cost[(gsize)u * n + v];
        engine->exchanged[i] = engine->partition[(gsize)u * n + v];
    }
    return cost != RZ_COST_NONE && cost + engine->price[v] == engine->price[u];
}

/* Whether no partition is exchanged twice on the path. */
static bool
is_simple(const RzEngine *engine)
{
    for (uint32_t i = 0; i + 1 < engine->path_length; i++)
        for (uint32_t k = 0; k < i; k++)
            if (engine->exchanged[i] == engine->exchanged[k] && engine->exchanged[i] != RZ_NONE)
                return false;
    return true;
}

/* Whether one more unit may take the path: its source may have run out, others may have used it. */
static bool
is_open(RzEngine *engine, const RzEngineClient *client, bool shortest)
{
    uint32_t last = engine->path_length - 1;
    if (engine->excess[engine->path[0]] <= 0 || engine->excess[engine->path[last]] >= 0)
        return false;
    for (uint32_t i = 0; i < last; i++)
        if (!is_free(engine, client, i))
            return false;
    return shortest || is_simple(engine);
}

/* Makes the path's exchanges from its start on: each is valid when its turn comes. */
static void
augment(RzEngine *engine, const RzEngineClient *client)
{
    uint32_t last = engine->path_length - 1;
    for (uint32_t i = 0; i < last; i++) {
        uint32_t u = engine->path[i], v = engine->path[i + 1];
        if (v == engine->n) {
            engine->delivered[u]++;
        } else if (u == engine->n) {
            engine->delivered[v]--;
        } else {
            client->exchange(client->data, engine, engine->exchanged[i], u, v);
            engine->held[u]--;
            engine->held[v]++;
        }
    }
    engine->excess[engine->path[0]]--;
    engine->excess[engine->path[last]]++;
    engine->n_augmentations++;
}

static bool
has_excess(const RzEngine *engine)
{
    for (uint32_t v = 0; v <= engine->n; v++)
        if (engine->excess[v] > 0)
            return true;
    return false;
}

/* Sends what the paths to the nodes found carry for free: at least one unit. */
static void
reap(RzEngine *engine, const RzEngineClient *client, uint32_t n_found)
{
    int64_t before = engine->n_augmentations;
    for (uint32_t i = 0; i < n_found; i++) {
        trace(engine, engine->found[i]);
        for (bool shortest = i == 0; is_open(engine, client, shortest); shortest = false)
            augment(engine, client);
    }
    g_assert(engine->n_augmentations > before);
}

bool
rz_engine_run(RzEngine *engine, const RzEngineClient *client)
{
    deliver(engine);
    while (has_excess(engine)) {
        uint32_t n_found = search(engine, client);
        if (n_found == 0)
            return false;
        raise_prices(engine, engine->found[n_found - 1]);
        reap(engine, client, n_found);
    }
    for (uint32_t b = 0; b < engine->n; b++)
        engine->price[b] -= engine->price[engine->n];
    return true;
}
