/*
 * replicas.c: replica sets as a client of the engine.
 *
 * The engine asks, for a broker u and every broker v, which partition replaces u by v most cheaply.
 * An exchange is allowed when u and v are in the same group, and in the same zone or the zones'
 * counts leave room. Its cost before prices is c_p if v is new minus c_p if u was new, so only two
 * kinds of index are needed:
 *
 *   fresh[u][cell]  partitions at u that may take any unused, non-current broker of the cell;
 *   back[u][v]      partitions at u that were on v before and are not now.
 *
 * Whether u is current never changes for a partition, so an entry's cost is fixed and a heap's
 * order follows the partitions' size rank: an entry is rank(p) if u is current (fresh: c_p,
 * smallest first; back: 0) and ~rank(p) if not (fresh: 0; back: -c_p, largest first). Both kinds
 * together sort rightly by cost in both indexes. Whether an exchange is allowed does change:
 * entries are checked when they come up, dropped when invalid, and pushed anew whenever their
 * partition changes.
 *
 * One pool of "some new broker of the zone" would be simpler than looking for a real v, but it is
 * wrong: it may hand a partition a broker that it uses already.
 *
 * Heaps are ordered when their broker's row is first asked for: most solves repair a few brokers.
 */
#include "planner/solver/replicas.h"
#include "planner/solver/engine.h"
#include "planner/solver/heap.h"

/* A pair of brokers for which this many entries of a fresh heap are no use gets a heap of its own.
 */
#define MAX_POPS 24

/* Marks an entry of the row that must be found again, and one that is known not to exist. */
#define STALE RZ_NONE
#define NOBODY (RZ_NONE - 1)

typedef struct {
    RzReplicas *work;
    bool *ordered;        /* per broker: its indexes are heaps, not mere lists yet */
    RzHeap *fresh;        /* [u * n_cells + cell] */
    RzHeap *back;         /* [u * n_brokers + v] */
    RzHeap **own;         /* [u * n_brokers + v]: the part of fresh that v can use, or NULL */
    RzHeap popped;        /* scratch */
    RzBrokerIx *unserved; /* scratch */
} Client;

static uint32_t
partition_of(const Client *client, int32_t key)
{
    return client->work->by_rank[key >= 0 ? key : ~key];
}

static bool
uses(const Client *client, uint32_t p, uint32_t b)
{
    return rz_list_has(rz_target(client->work, p), rz_rf(client->work->in, p), b);
}

/* Whether the zones' counts let @p give up a replica in zone @from for one in zone @to. */
static bool
zones_allow(const Client *client, uint32_t p, uint32_t from, uint32_t to)
{
    const RzInstance *in = client->work->in;
    if (from == to)
        return true;
    const RzRange *range = rz_zone_ranges(in, p);
    const RzBrokerIx *target = rz_target(client->work, p);
    uint32_t in_from = 0, in_to = 0;
    for (uint32_t i = 0; i < rz_rf(in, p); i++) {
        in_from += in->zone[target[i]] == from;
        in_to += in->zone[target[i]] == to;
    }
    return in_from > range[from].lo && in_to < range[to].hi;
}

static bool
fresh_is_valid(const Client *client, int32_t key, uint32_t u, uint32_t cell)
{
    uint32_t p = partition_of(client, key);
    return uses(client, p, u) &&
           zones_allow(client, p, client->work->in->zone[u], client->work->levels->cell_zone[cell]);
}

static bool
back_is_valid(const Client *client, int32_t key, uint32_t u, uint32_t v)
{
    const uint32_t *zone = client->work->in->zone;
    uint32_t p = partition_of(client, key);
    return uses(client, p, u) && !uses(client, p, v) && zones_allow(client, p, zone[u], zone[v]);
}

/* Calls for every index entry that partition @p has at broker @u now. */
typedef void (*EntryFunc)(Client *client, RzHeap *heap, int32_t key);

static void
each_entry(Client *client, uint32_t p, uint32_t u, EntryFunc func)
{
    const RzInstance *in = client->work->in;
    const RzLevels *levels = client->work->levels;
    uint32_t group = levels->group[u];
    int32_t rank = (int32_t)client->work->rank[p];
    int32_t key = rz_is_current(in, p, u) ? rank : ~rank;
    for (uint32_t cell = levels->group_cells[group]; cell < levels->group_cells[group + 1]; cell++)
        if (zones_allow(client, p, in->zone[u], levels->cell_zone[cell]))
            func(client, &client->fresh[(gsize)u * levels->n_cells + cell], key);
    const RzBrokerIx *current = rz_current(in, p);
    for (uint32_t i = 0; i < rz_n_current(in, p); i++) {
        uint32_t v = current[i];
        if (levels->group[v] != group || uses(client, p, v) ||
            !zones_allow(client, p, in->zone[u], in->zone[v]))
            continue;
        func(client, &client->back[(gsize)u * in->n_brokers + v], key);
    }
}

static void
append_entry(Client *client, RzHeap *heap, int32_t key)
{
    rz_heap_append(heap, key, client->work->arena);
}

static void
push_entry(Client *client, RzHeap *heap, int32_t key)
{
    rz_heap_push(heap, key, client->work->arena);
}

/*
 * All indexes are filled in one pass over the partitions, which reads memory in order; broker by
 * broker would touch every partition rf times at random. Ordering waits until a row is asked for.
 */
static void
fill_indexes(Client *client)
{
    const RzInstance *in = client->work->in;
    for (uint32_t p = 0; p < in->n_partitions; p++)
        for (uint32_t i = 0; i < rz_rf(in, p); i++)
            each_entry(client, p, rz_target(client->work, p)[i], append_entry);
}

static void
order_indexes(Client *client, uint32_t u)
{
    uint32_t n = client->work->in->n_brokers, n_cells = client->work->levels->n_cells;
    for (uint32_t cell = 0; cell < n_cells; cell++)
        rz_heap_order(&client->fresh[(gsize)u * n_cells + cell]);
    for (uint32_t v = 0; v < n; v++)
        rz_heap_order(&client->back[(gsize)u * n + v]);
    client->ordered[u] = true;
}

/* Finds the best partition to go from @u back to @v. */
static void
refresh_back(Client *client, uint32_t u, uint32_t v, RzCost *cost, uint32_t *partition)
{
    RzHeap *back = &client->back[(gsize)u * client->work->in->n_brokers + v];
    while (back->n > 0 && !back_is_valid(client, back->keys[0], u, v))
        rz_heap_pop(back);
    cost[v] = RZ_COST_NONE;
    partition[v] = NOBODY;
    if (back->n == 0)
        return;
    partition[v] = partition_of(client, back->keys[0]);
    cost[v] = back->keys[0] >= 0 ? 0 : -rz_cost_of(client->work->in, partition[v]);
}

static RzCost
fresh_cost(const Client *client, int32_t key)
{
    return key >= 0 ? rz_cost_of(client->work->in, partition_of(client, key)) : 0;
}

static bool
may_be_fresh(const Client *client, uint32_t p, uint32_t v)
{
    return !uses(client, p, v) && !rz_is_current(client->work->in, p, v);
}

/* Offers the entry to the brokers of @members; returns how many of them it does not serve, and
 * leaves those at the front. */
static uint32_t
serve(const Client *client, int32_t key, RzBrokerIx *members, uint32_t n_members, RzCost *cost,
      uint32_t *partition)
{
    uint32_t p = partition_of(client, key), n_unserved = 0;
    RzCost offer = fresh_cost(client, key);
    for (uint32_t i = 0; i < n_members; i++) {
        RzBrokerIx v = members[i];
        if (cost[v] <= offer)
            continue;
        if (!may_be_fresh(client, p, v)) {
            members[n_unserved++] = v;
            continue;
        }
        cost[v] = offer;
        partition[v] = p;
    }
    return n_unserved;
}

/* Gathers the entries at @u that can take @v: brokers that share nearly all partitions leave few,
 * far down in the common heap. */
static void
build_own(Client *client, uint32_t u, uint32_t v)
{
    const RzLevels *levels = client->work->levels;
    const RzHeap *fresh = &client->fresh[(gsize)u * levels->n_cells + levels->cell[v]];
    RzHeap *own = rz_arena_array(client->work->arena, RzHeap, 1);
    for (uint32_t i = 0; i < fresh->n; i++)
        if (may_be_fresh(client, partition_of(client, fresh->keys[i]), v))
            rz_heap_append(own, fresh->keys[i], client->work->arena);
    rz_heap_order(own);
    client->own[(gsize)u * client->work->in->n_brokers + v] = own;
}

static void
refresh_own(const Client *client, uint32_t u, uint32_t v, RzCost *cost, uint32_t *partition)
{
    RzHeap *own = client->own[(gsize)u * client->work->in->n_brokers + v];
    uint32_t cell = client->work->levels->cell[v];
    while (own->n > 0 && !(fresh_is_valid(client, own->keys[0], u, cell) &&
                           may_be_fresh(client, partition_of(client, own->keys[0]), v)))
        rz_heap_pop(own);
    if (own->n == 0 || fresh_cost(client, own->keys[0]) >= cost[v])
        return;
    cost[v] = fresh_cost(client, own->keys[0]);
    partition[v] = partition_of(client, own->keys[0]);
}

/* Finds the cheapest new replica for some brokers of the cell. The first entries serve almost all.
 */
static void
refresh_fresh(Client *client, uint32_t u, uint32_t cell, RzBrokerIx *members, uint32_t n_members,
              RzCost *cost, uint32_t *partition)
{
    RzHeap *heap = &client->fresh[(gsize)u * client->work->levels->n_cells + cell];
    client->popped.n = 0;
    while (heap->n > 0 && n_members > 0 && client->popped.n < MAX_POPS) {
        int32_t key = heap->keys[0];
        bool valid = fresh_is_valid(client, key, u, cell);
        if (valid)
            n_members = serve(client, key, members, n_members, cost, partition);
        if (valid && n_members == 0)
            break;
        rz_heap_pop(heap);
        if (valid)
            rz_heap_append(&client->popped, key, client->work->arena);
    }
    bool exhausted = heap->n == 0;
    for (uint32_t i = 0; i < client->popped.n; i++)
        rz_heap_push(heap, client->popped.keys[i], client->work->arena);
    for (uint32_t i = 0; i < n_members && !exhausted; i++) {
        build_own(client, u, members[i]);
        refresh_own(client, u, members[i], cost, partition);
    }
}

/* Finds again what is stale in row @u, cell by cell. */
static void
fill_row(void *data, uint32_t u, RzCost *cost, uint32_t *partition)
{
    Client *client = data;
    const RzLevels *levels = client->work->levels;
    uint32_t group = levels->group[u];
    if (!client->ordered[u])
        order_indexes(client, u);
    for (uint32_t cell = levels->group_cells[group]; cell < levels->group_cells[group + 1];
         cell++) {
        uint32_t n_stale = 0;
        for (uint32_t i = levels->cell_first[cell]; i < levels->cell_first[cell + 1]; i++) {
            uint32_t v = levels->cell_brokers[i];
            if (v == u || partition[v] != STALE)
                continue;
            refresh_back(client, u, v, cost, partition);
            if (client->own[(gsize)u * client->work->in->n_brokers + v] != NULL)
                refresh_own(client, u, v, cost, partition);
            else
                client->unserved[n_stale++] = (RzBrokerIx)v;
        }
        if (n_stale > 0)
            refresh_fresh(client, u, cell, client->unserved, n_stale, cost, partition);
    }
}

/* Partition @p is about to change: where it was the best of row @u, the best must be found again.
 */
static void
forget(RzEngine *engine, uint32_t p, uint32_t u)
{
    uint32_t *partition = engine->partition + (gsize)u * engine->n;
    for (uint32_t v = 0; v < engine->n; v++) {
        if (partition[v] != p)
            continue;
        partition[v] = STALE;
        engine->stale[u] = true;
    }
}

/* Partition @p has changed: where it is now better than the best of row @u, it is the best. */
static void
improve(Client *client, RzEngine *engine, uint32_t p, uint32_t u)
{
    const RzInstance *in = client->work->in;
    const RzLevels *levels = client->work->levels;
    RzCost *cost = engine->cost + (gsize)u * engine->n;
    uint32_t *partition = engine->partition + (gsize)u * engine->n;
    RzCost own = rz_cost_of(in, p), gain = rz_is_current(in, p, u) ? 0 : own;
    uint32_t group = levels->group[u], rank = client->work->rank[p];
    for (uint32_t cell = levels->group_cells[group]; cell < levels->group_cells[group + 1];
         cell++) {
        if (!zones_allow(client, p, in->zone[u], levels->cell_zone[cell]))
            continue;
        for (uint32_t i = levels->cell_first[cell]; i < levels->cell_first[cell + 1]; i++) {
            uint32_t v = levels->cell_brokers[i];
            RzHeap *pair = client->own[(gsize)u * in->n_brokers + v];
            if (pair != NULL && may_be_fresh(client, p, v))
                rz_heap_push(pair, gain == 0 ? (int32_t)rank : ~(int32_t)rank, client->work->arena);
            if (partition[v] == STALE || cost[v] <= -gain || uses(client, p, v))
                continue;
            RzCost exchange_cost = (rz_is_current(in, p, v) ? 0 : own) - gain;
            if (exchange_cost >= cost[v])
                continue;
            cost[v] = exchange_cost;
            partition[v] = p;
        }
    }
}

static void
exchange(void *data, RzEngine *engine, uint32_t p, uint32_t from, uint32_t to)
{
    Client *client = data;
    uint32_t rf = rz_rf(client->work->in, p);
    RzBrokerIx *target = rz_target(client->work, p);
    g_assert(uses(client, p, from) && !uses(client, p, to));
    g_assert(zones_allow(client, p, client->work->in->zone[from], client->work->in->zone[to]));
    for (uint32_t i = 0; i < rf; i++)
        forget(engine, p, target[i]);
    for (uint32_t i = 0; i < rf; i++)
        if (target[i] == from)
            target[i] = (RzBrokerIx)to;
    for (uint32_t i = 0; i < rf; i++) {
        each_entry(client, p, target[i], client->ordered[target[i]] ? push_entry : append_entry);
        improve(client, engine, p, target[i]);
    }
}

static bool
limits_hold(const RzReplicas *work)
{
    for (uint32_t b = 0; b < work->in->n_brokers; b++) {
        int64_t held = work->held[b], lo = work->levels->lo[b], hi = work->levels->hi[b];
        if (held < lo || held > hi || (work->price[b] > 0 && held < hi) ||
            (work->price[b] < 0 && held > lo))
            return false;
    }
    return true;
}

bool
rz_replicas_repair(RzReplicas *work)
{
    if (limits_hold(work))
        return true;
    const RzInstance *in = work->in;
    uint32_t n = in->n_brokers;
    Client client = {.work = work};
    rz_rank_partitions(work);
    client.ordered = rz_arena_array(work->arena, bool, n);
    client.fresh = rz_arena_array(work->arena, RzHeap, (gsize)n * work->levels->n_cells);
    client.back = rz_arena_array(work->arena, RzHeap, (gsize)n * n);
    client.own = rz_arena_array(work->arena, RzHeap *, (gsize)n * n);
    client.unserved = rz_arena_array(work->arena, RzBrokerIx, n);
    fill_indexes(&client);
    RzEngine *engine =
        rz_engine_new(n, work->price, work->held, work->levels->lo, work->levels->hi, work->arena);
    for (gsize i = 0; i < (gsize)n * n; i++) {
        bool reachable = work->levels->group[i / n] == work->levels->group[i % n] && i / n != i % n;
        engine->partition[i] = reachable ? STALE : NOBODY;
        engine->cost[i] = RZ_COST_NONE;
    }
    const RzEngineClient callbacks = {fill_row, exchange, &client};
    bool solved = rz_engine_run(engine, &callbacks);
    work->n_augmentations = engine->n_augmentations;
    work->unmet = engine->settled;
    return solved;
}
