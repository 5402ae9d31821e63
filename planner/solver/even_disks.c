/*
 * even_disks.c: replicas as a client of even_bytes.c.
 *
 * A replica that is new can go to nearly any broker of its place; one that is kept only to a
 * broker that the partition was on before and left, so those are listed by pairs.
 */
#include "planner/solver/even_bytes.h"
#include "planner/solver/freedom_private.h"

static bool
may_exchange(const void *data, uint32_t p, uint32_t u, uint32_t q, uint32_t v)
{
    const RzFreedom *freedom = data;
    return p != q && rz_freedom_fits(freedom, p, u, q, v) && rz_freedom_may_go(freedom, p, u, v) &&
           rz_freedom_may_go(freedom, q, v, u);
}

/* Two of one topic leave its counts alone; else neither topic may become less even. */
static bool
may_exchange_evenly(const void *data, uint32_t p, uint32_t u, uint32_t q, uint32_t v)
{
    const RzFreedom *freedom = data;
    return may_exchange(data, p, u, q, v) && (freedom->in->topic[p] == freedom->in->topic[q] ||
                                              (rz_topic_surplus(&freedom->topics, p, u, v) > 0 &&
                                               rz_topic_surplus(&freedom->topics, q, v, u) > 0));
}

static bool
may_go(const void *data, uint32_t p, uint32_t u, uint32_t v)
{
    return rz_freedom_may_go(data, p, u, v);
}

static bool
may_go_evenly(const void *data, uint32_t p, uint32_t u, uint32_t v)
{
    const RzFreedom *freedom = data;
    return may_go(data, p, u, v) && rz_topic_surplus(&freedom->topics, p, u, v) > 0;
}

static void
go(void *data, uint32_t p, uint32_t u, uint32_t v)
{
    rz_freedom_go(data, p, u, v);
}

static bool
is_on(const void *data, uint32_t p, uint32_t u)
{
    return rz_freedom_uses(data, p, u);
}

static void
list_replicas(RzBytes *bytes, const RzFreedom *freedom, uint32_t p)
{
    const RzInstance *in = bytes->in;
    const RzBrokerIx *current = rz_current(in, p);
    for (uint32_t i = 0; i < rz_rf(in, p); i++) {
        uint32_t u = rz_freedom_target(freedom, p)[i];
        if (!rz_is_current(in, p, u)) {
            if (rz_bytes_lists_any(bytes, p))
                rz_bytes_list_any(bytes, p, u);
            continue;
        }
        for (uint32_t k = 0; k < rz_n_current(in, p); k++)
            if (rz_freedom_may_go(freedom, p, u, current[k]))
                rz_bytes_list_to(bytes, p, u, current[k]);
    }
}

static RzBytes
begin(RzFreedom *freedom)
{
    RzBytes bytes = {
        .in = freedom->in,
        .arena = freedom->solution->arena,
        .bytes = freedom->bytes,
        .place = freedom->place,
        .is_on = is_on,
        .may_go = may_go,
        .may_exchange = may_exchange,
        .go = go,
        .data = freedom,
    };
    rz_bytes_begin(&bytes, freedom->solution);
    for (uint32_t p = 0; p < freedom->in->n_partitions; p++)
        if (rz_bytes_lists_to(&bytes, p))
            list_replicas(&bytes, freedom, p);
    return bytes;
}

void
rz_even_disks(RzFreedom *freedom)
{
    RzBytes bytes = begin(freedom);
    bytes.may_go = may_go_evenly;
    bytes.may_exchange = may_exchange_evenly;
    rz_bytes_even(&bytes);
}

void
rz_make_room(RzFreedom *freedom)
{
    const RzInstance *in = freedom->in;
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        if (in->room_bytes[b] < 0 || freedom->bytes[b] <= in->room_bytes[b])
            continue;
        RzBytes bytes = begin(freedom);
        rz_bytes_relieve(&bytes, b, in->room_bytes[b]);
    }
}
