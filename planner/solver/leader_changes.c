/*
 * leader_changes.c: the fewest leader changes among the fairest assignments.
 *
 * In a fairest assignment every partition is led from the lowest group that its replicas touch, and
 * a broker of a group leads the group's level or one less. Within that, a change costs 1 and
 * keeping costs 0: the same problem as for replicas, with one unit per partition, solved by the
 * same engine. An exchange u -> v of a partition costs -1 (v is its current leader), +1 (u is) or
 * 0, so per pair of brokers three lists of partitions are index enough.
 */
#include "planner/solver/engine.h"
#include "planner/solver/leaders_private.h"

typedef struct {
    RzLeading *work;
    RzHeap *leads; /* per broker, until its row is first built: partitions it leads */
    bool *built;
    RzHeap *hops; /* [(u * n_brokers + v) * 3 + cost + 1]; stale when u no longer leads */
    int64_t *lo, *hi;
} Client;

/* The lowest group that the partition touches; the highest group has number 0. */
static uint32_t
own_group(const RzLeading *work, uint32_t p)
{
    const RzBrokerIx *replicas = rz_replicas_of(work, p);
    uint32_t lowest = 0;
    for (uint32_t i = 0; i < rz_rf(work->in, p); i++)
        lowest = MAX(lowest, work->result->group[replicas[i]]);
    return lowest;
}

static void
set_limits(Client *client)
{
    const RzLeading *work = client->work;
    for (uint32_t b = 0; b < work->in->n_brokers; b++) {
        int64_t level = work->result->level[work->result->group[b]];
        client->lo[b] = MAX(level - 1 - work->in->fixed_leaders[b], 0);
        client->hi[b] = level - work->in->fixed_leaders[b];
    }
}

/* Price 1 where too many would lead if every partition kept its leader; 0 elsewhere. */
static void
guess_prices(const Client *client)
{
    const RzLeading *work = client->work;
    const RzInstance *in = work->in;
    int64_t *keep = rz_arena_array(work->arena, int64_t, in->n_brokers);
    for (uint32_t p = 0; p < in->n_partitions; p++)
        if (rz_list_has(rz_replicas_of(work, p), rz_rf(in, p), in->leader[p]) &&
            work->result->group[in->leader[p]] == own_group(work, p))
            keep[in->leader[p]]++;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        work->result->price[b] = keep[b] > client->hi[b];
}

/* A cheapest leader of @p; ties: the current one, then the one furthest below its limit. */
static uint32_t
cheapest(const Client *client, uint32_t p)
{
    const RzLeading *work = client->work;
    const RzBrokerIx *replicas = rz_replicas_of(work, p);
    uint32_t group = own_group(work, p), best = RZ_NONE;
    int64_t best_weight = 0, best_room = 0;
    for (uint32_t i = 0; i < rz_rf(work->in, p); i++) {
        uint32_t b = replicas[i];
        if (work->result->group[b] != group)
            continue;
        int64_t weight = work->result->price[b] + rz_changes(work, p, b);
        int64_t room = rz_changes(work, p, b) ? client->hi[b] - work->result->held[b] : G_MAXINT64;
        if (best == RZ_NONE || weight < best_weight ||
            (weight == best_weight && room > best_room)) {
            best = b;
            best_weight = weight;
            best_room = room;
        }
    }
    return best;
}

/* Free hand-overs from brokers above @limit to brokers below it. */
static void
even_out(const Client *client, const int64_t *limit)
{
    const RzLeading *work = client->work;
    RzLeaders *result = work->result;
    for (uint32_t p = 0; p < work->in->n_partitions; p++) {
        uint32_t u = result->leader[p];
        if (result->held[u] <= limit[u])
            continue;
        const RzBrokerIx *replicas = rz_replicas_of(work, p);
        int64_t weight = result->price[u] + rz_changes(work, p, u);
        for (uint32_t i = 0; i < rz_rf(work->in, p); i++) {
            uint32_t v = replicas[i];
            if (result->held[v] >= limit[v] || result->group[v] != result->group[u] ||
                result->price[v] + rz_changes(work, p, v) != weight)
                continue;
            result->held[u]--;
            result->held[v]++;
            result->leader[p] = (RzBrokerIx)v;
            break;
        }
    }
}

static void
list_hops(Client *client, uint32_t p)
{
    const RzLeading *work = client->work;
    uint32_t n = work->in->n_brokers, u = work->result->leader[p];
    const RzBrokerIx *replicas = rz_replicas_of(work, p);
    for (uint32_t i = 0; i < rz_rf(work->in, p); i++) {
        uint32_t v = replicas[i];
        if (v == u || work->result->group[v] != work->result->group[u])
            continue;
        int cost = (int)rz_changes(work, p, v) - (int)rz_changes(work, p, u);
        RzHeap *list = &client->hops[((gsize)u * n + v) * 3 + (gsize)(cost + 1)];
        rz_heap_append(list, (int32_t)p, work->arena);
    }
}

static void
fill_row(void *data, uint32_t u, RzCost *cost, uint32_t *partition)
{
    Client *client = data;
    const RzLeading *work = client->work;
    uint32_t n = work->in->n_brokers;
    for (uint32_t i = 0; !client->built[u] && i < client->leads[u].n; i++)
        if (work->result->leader[client->leads[u].keys[i]] == u)
            list_hops(client, (uint32_t)client->leads[u].keys[i]);
    client->built[u] = true;
    for (uint32_t v = 0; v < n; v++) {
        cost[v] = RZ_COST_NONE;
        for (int c = 1; c >= -1; c--) {
            RzHeap *list = &client->hops[((gsize)u * n + v) * 3 + (gsize)(c + 1)];
            while (list->n > 0 && work->result->leader[list->keys[list->n - 1]] != u)
                list->n--;
            if (list->n == 0)
                continue;
            cost[v] = c;
            partition[v] = (uint32_t)list->keys[list->n - 1];
        }
    }
}

static void
exchange(void *data, RzEngine *engine, uint32_t p, uint32_t from, uint32_t to)
{
    Client *client = data;
    g_assert(client->work->result->leader[p] == from);
    client->work->result->leader[p] = (RzBrokerIx)to;
    engine->stale[from] = true;
    engine->stale[to] = true;
    if (client->built[to])
        list_hops(client, p);
    else
        rz_heap_append(&client->leads[to], (int32_t)p, client->work->arena);
}

static bool
limits_hold(const Client *client)
{
    const RzLeaders *result = client->work->result;
    for (uint32_t b = 0; b < client->work->in->n_brokers; b++) {
        int64_t held = result->held[b], lo = client->lo[b], hi = client->hi[b];
        if (held < lo || held > hi || (result->price[b] > 0 && held < hi) ||
            (result->price[b] < 0 && held > lo))
            return false;
    }
    return true;
}

/* The groups come from an assignment, so the engine always finds one. */
static void
repair(Client *client)
{
    RzLeading *work = client->work;
    const RzInstance *in = work->in;
    uint32_t n = in->n_brokers;
    client->built = rz_arena_array(work->arena, bool, n);
    client->hops = rz_arena_array(work->arena, RzHeap, (gsize)n * n * 3);
    client->leads = rz_arena_array(work->arena, RzHeap, n);
    for (uint32_t p = 0; p < in->n_partitions; p++)
        rz_heap_append(&client->leads[work->result->leader[p]], (int32_t)p, work->arena);
    RzEngine *engine = rz_engine_new(n, work->result->price, work->result->held, client->lo,
                                     client->hi, work->arena);
    const RzEngineClient callbacks = {fill_row, exchange, client};
    bool solved = rz_engine_run(engine, &callbacks);
    g_assert(solved);
}

void
rz_leader_changes(RzLeading *work)
{
    const RzInstance *in = work->in;
    RzLeaders *result = work->result;
    Client client = {.work = work};
    client.lo = rz_arena_array(work->arena, int64_t, in->n_brokers);
    client.hi = rz_arena_array(work->arena, int64_t, in->n_brokers);
    set_limits(&client);
    guess_prices(&client);
    for (uint32_t p = 0; p < in->n_partitions; p++) {
        result->leader[p] = (RzBrokerIx)cheapest(&client, p);
        result->held[result->leader[p]]++;
    }
    for (int pass = 0; pass < 2; pass++) {
        even_out(&client, client.hi);
        even_out(&client, client.lo);
    }
    if (!limits_hold(&client))
        repair(&client);
}
