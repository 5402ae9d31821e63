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
 * Many short searches, each stopping at the first deficit, beat full searches with blocking flows
 * here: sizes differ, so few paths tie.
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
    engine->exchanged = rz_arena_array(arena, uint32_t, n);
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
relax_from_sink(RzEngine *engine)
{
    uint32_t sink = engine->n;
    for (uint32_t v = 0; v < engine->n; v++)
        if (!engine->settled[v] && engine->delivered[v] > engine->lo[v])
            relax(engine, sink, v, engine->price[v] - engine->price[sink]);
}

static void
relax_from_broker(RzEngine *engine, const RzEngineClient *client, uint32_t u)
{
    gsize row = (gsize)u * engine->n;
    const RzCost *cost = engine->cost + row;
    if (engine->stale[u]) {
        client->fill_row(client->data, u, engine->cost + row, engine->partition + row);
        engine->stale[u] = false;
    }
    RzCost price = engine->price[u];
    for (uint32_t v = 0; v < engine->n; v++)
        if (cost[v] != RZ_COST_NONE && !engine->settled[v])
            relax(engine, u, v, cost[v] + engine->price[v] - price);
    if (!engine->settled[engine->n] && engine->delivered[u] < engine->hi[u])
        relax(engine, u, engine->n, engine->price[engine->n] - price);
}

/* The reached node that is next: nearest, then fewest hops, then one that lacks units. */
static uint32_t
nearest(const RzEngine *engine)
{
    uint32_t best = RZ_NONE;
    for (uint32_t v = 0; v <= engine->n; v++) {
        if (engine->settled[v] || engine->distance[v] == RZ_COST_NONE)
            continue;
        if (best != RZ_NONE) {
            if (engine->distance[v] > engine->distance[best])
                continue;
            if (engine->distance[v] == engine->distance[best]) {
                if (engine->hops[v] > engine->hops[best])
                    continue;
                if (engine->hops[v] == engine->hops[best] &&
                    (engine->excess[best] < 0 || engine->excess[v] >= 0))
                    continue;
            }
        }
        best = v;
    }
    return best;
}

/* Searches from @source for a node that lacks units; RZ_NONE when none can be reached. */
static uint32_t
search(RzEngine *engine, const RzEngineClient *client, uint32_t source)
{
    for (uint32_t v = 0; v <= engine->n; v++) {
        engine->distance[v] = RZ_COST_NONE;
        engine->settled[v] = false;
    }
    engine->distance[source] = 0;
    engine->hops[source] = 0;
    for (;;) {
        uint32_t u = nearest(engine);
        if (u == RZ_NONE)
            return RZ_NONE;
        engine->settled[u] = true;
        if (engine->excess[u] < 0)
            return u;
        if (u == engine->n)
            relax_from_sink(engine);
        else
            relax_from_broker(engine, client, u);
    }
}

/* Prices rise by how much nearer a node is than the target, so that the path costs nothing. */
static void
raise_prices(RzEngine *engine, uint32_t target)
{
    for (uint32_t v = 0; v <= engine->n; v++)
        if (engine->settled[v])
            engine->price[v] += engine->distance[target] - engine->distance[v];
}

/*
 * Makes the path's exchanges from its start on: each is valid when its turn comes. They are read
 * off first, since an exchange changes its rows, and a partition may be exchanged twice.
 */
static void
augment(RzEngine *engine, const RzEngineClient *client, uint32_t source, uint32_t target)
{
    uint32_t *next = engine->hops, *exchanged = engine->exchanged;
    for (uint32_t v = target; v != source; v = engine->parent[v]) {
        uint32_t u = engine->parent[v];
        next[u] = v;
        if (u != engine->n && v != engine->n)
            exchanged[u] = engine->partition[(gsize)u * engine->n + v];
    }
    for (uint32_t u = source; u != target; u = next[u]) {
        uint32_t v = next[u];
        if (v == engine->n) {
            engine->delivered[u]++;
        } else if (u == engine->n) {
            engine->delivered[v]--;
        } else {
            client->exchange(client->data, engine, exchanged[u], u, v);
            engine->held[u]--;
            engine->held[v]++;
        }
    }
    engine->excess[source]--;
    engine->excess[target]++;
    engine->n_augmentations++;
}

bool
rz_engine_run(RzEngine *engine, const RzEngineClient *client)
{
    deliver(engine);
    for (uint32_t source = 0; source <= engine->n; source++) {
        while (engine->excess[source] > 0) {
            uint32_t target = search(engine, client, source);
            if (target == RZ_NONE)
                return false;
            raise_prices(engine, target);
            augment(engine, client, source, target);
        }
    }
    for (uint32_t b = 0; b < engine->n; b++)
        engine->price[b] -= engine->price[engine->n];
    return true;
}
