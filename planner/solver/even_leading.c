/*
 * even_leading.c: leaders as a client of even_bytes.c.
 *
 * p may be led from v instead of u if it has a replica there and both are right choices for it
 * under the leaders' groups and prices. If then q is led from u instead of v, no broker leads more
 * partitions or fewer, the number of changes is the same, and so is its proof. Nothing is copied,
 * so leaders are exchanged across zones too.
 */
#include "planner/solver/even_bytes.h"
#include "planner/solver/freedom_private.h"

static bool
may_lead(const RzFreedom *freedom, uint32_t p, uint32_t v)
{
    const RzLeaders *leaders = freedom->solution->leaders;
    uint32_t u = leaders->leader[p], current = freedom->in->leader[p];
    if (u == v || !rz_freedom_uses(freedom, p, v))
        return false;
    if (leaders->n_groups > 0 && leaders->group[u] != leaders->group[v])
        return false;
    return leaders->price[u] + (u != current) == leaders->price[v] + (v != current);
}

static bool
is_on(const void *data, uint32_t p, uint32_t u)
{
    const RzFreedom *freedom = data;
    return freedom->solution->leaders->leader[p] == u;
}

static bool
may_exchange(const void *data, uint32_t p, uint32_t u, uint32_t q, uint32_t v)
{
    return is_on(data, p, u) && is_on(data, q, v) && may_lead(data, p, v) && may_lead(data, q, u);
}

static bool
may_go(const void *data, uint32_t p, uint32_t u, uint32_t v)
{
    return is_on(data, p, u) && may_lead(data, p, v);
}

static void
go(void *data, uint32_t p, uint32_t u, uint32_t v)
{
    RzFreedom *freedom = data;
    freedom->solution->leaders->leader[p] = (RzBrokerIx)v;
    freedom->led_bytes[u] -= freedom->in->size_bytes[p];
    freedom->led_bytes[v] += freedom->in->size_bytes[p];
}

void
rz_even_leading(RzFreedom *freedom)
{
    const RzInstance *in = freedom->in;
    const RzLeaders *leaders = freedom->solution->leaders;
    RzArena *arena = freedom->solution->arena;
    freedom->led_bytes = rz_arena_array(arena, RzWide, in->n_brokers);
    RzBytes bytes = {
        .in = in,
        .arena = arena,
        .bytes = freedom->led_bytes,
        .place =
            leaders->n_groups > 0 ? leaders->group : rz_arena_array(arena, uint32_t, in->n_brokers),
        .is_on = is_on,
        .may_go = may_go,
        .may_exchange = may_exchange,
        .go = go,
        .data = freedom,
    };
    rz_bytes_begin(&bytes, freedom->solution);
    for (uint32_t p = 0; p < in->n_partitions; p++) {
        uint32_t u = leaders->leader[p];
        freedom->led_bytes[u] += in->size_bytes[p];
        if (!rz_bytes_lists_to(&bytes, p))
            continue;
        for (uint32_t i = 0; i < rz_rf(in, p); i++)
            if (may_lead(freedom, p, rz_freedom_target(freedom, p)[i]))
                rz_bytes_list_to(&bytes, p, u, rz_freedom_target(freedom, p)[i]);
    }
    rz_bytes_even(&bytes);
}
