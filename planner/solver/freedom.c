/*
 * freedom.c: the choices that the exact tiers leave open, spent on even topics and even disks.
 *
 * Two brokers of a cell with equal prices are equally good for a partition that is new on both, or
 * that was on both before. So if p can go from u to v and q from v to u, doing both changes no
 * broker's count, no cost and no price: the proof of the exact tiers stands as it is. There are no
 * other free exchanges but coincidences of sizes: whatever the optimal prices are, every cheapest
 * placement is cheapest under them, partition by partition.
 *
 * Leaders are settled before, and stay: p may leave a broker that it is not led from, and may go
 * where its leader remains the right choice under the leaders' groups and prices.
 *
 * Topics come first, then disks, which leave topics as even as they are. Neither takes a broker
 * past its disk room; where one is past it still, topics have to give way. The bytes of leaders are
 * last and touch none of these.
 */
#include "planner/solver/freedom_private.h"

/* Whether @p's leader would remain a right choice beside a replica on @v. */
static bool
leader_stays(const RzFreedom *freedom, uint32_t p, uint32_t v)
{
    const RzLeaders *leaders = freedom->solution->leaders;
    uint32_t leader = leaders->leader[p], current = freedom->in->leader[p];
    if (leaders->n_groups == 0) /* leaders are kept where they can be */
        return v != current;
    if (leaders->group[v] != leaders->group[leader])
        return leaders->group[v] < leaders->group[leader];
    return leaders->price[v] + (v != current) >= leaders->price[leader] + (leader != current);
}

bool
rz_freedom_may_go(const RzFreedom *freedom, uint32_t p, uint32_t u, uint32_t v)
{
    return freedom->place[u] == freedom->place[v] && freedom->solution->leaders->leader[p] != u &&
           rz_freedom_uses(freedom, p, u) && !rz_freedom_uses(freedom, p, v) &&
           rz_is_current(freedom->in, p, u) == rz_is_current(freedom->in, p, v) &&
           leader_stays(freedom, p, v);
}

static bool
may_grow(const RzFreedom *freedom, uint32_t b, RzWide growth)
{
    int64_t room = freedom->in->room_bytes[b];
    return growth <= 0 || room < 0 || freedom->bytes[b] + growth <= room;
}

bool
rz_freedom_fits(const RzFreedom *freedom, uint32_t p, uint32_t u, uint32_t q, uint32_t v)
{
    RzWide growth = (RzWide)freedom->in->size_bytes[p] - freedom->in->size_bytes[q];
    return may_grow(freedom, v, growth) && may_grow(freedom, u, -growth);
}

void
rz_freedom_go(RzFreedom *freedom, uint32_t p, uint32_t u, uint32_t v)
{
    RzBrokerIx *target = rz_freedom_target(freedom, p);
    for (uint32_t i = 0; i < rz_rf(freedom->in, p); i++)
        if (target[i] == u)
            target[i] = (RzBrokerIx)v;
    freedom->bytes[u] -= freedom->in->size_bytes[p];
    freedom->bytes[v] += freedom->in->size_bytes[p];
    rz_topic_moved(&freedom->topics, p, u, v);
}

/* Brokers of equal cell and price get the number of the first of them. */
static uint32_t *
number_places(const RzInstance *in, const RzSolution *solution)
{
    uint32_t *place = rz_arena_array(solution->arena, uint32_t, in->n_brokers);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        place[b] = in->zone_first[in->zone[b]];
        while (solution->levels->cell[place[b]] != solution->levels->cell[b] ||
               solution->price[place[b]] != solution->price[b])
            place[b]++;
    }
    return place;
}

void
rz_freedom_count_bytes(const RzInstance *in, const RzSolution *solution, RzWide *bytes)
{
    for (uint32_t b = 0; b < in->n_brokers; b++)
        bytes[b] = in->fixed_bytes[b];
    for (uint32_t p = 0; p < in->n_partitions; p++)
        for (uint32_t i = in->first_target[p]; i < in->first_target[p + 1]; i++)
            bytes[solution->target[i]] += in->size_bytes[p];
}

void
rz_freedom_use(const RzInstance *in, RzSolution *solution)
{
    RzFreedom freedom = {.in = in, .solution = solution};
    freedom.topics = rz_topic_counts(in, solution->target, solution->arena);
    freedom.bytes = rz_arena_array(solution->arena, RzWide, in->n_brokers);
    freedom.place = number_places(in, solution);
    rz_freedom_count_bytes(in, solution, freedom.bytes);
    rz_even_topics(&freedom);
    rz_even_disks(&freedom);
    rz_make_room(&freedom);
    rz_even_leading(&freedom);
}
