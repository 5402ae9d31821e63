/*
 * freedom.c: the choices that the exact tiers leave open, spent on even disks.
 *
 * Two brokers of a cell with equal prices are equally good for a partition that is new on both, or
 * that was on both before. So if p can go from u to v and q from v to u, doing both changes no
 * broker's count, no cost and no price: the proof of the exact tiers stands as it is. With p larger
 * than q, bytes flow from u to v. Evening out bytes exactly is a packing problem, hence
 * NP-hard; large partitions for small ones, from the fullest to the emptiest broker, comes close.
 *
 * Only the largest and the smallest partitions are looked at on big clusters: they make the useful
 * pairs, and listing all would miss the cache once per replica.
 */
#include "planner/solver/freedom.h"

#include "planner/solver/heap.h"
#include "planner/solver/rank.h"

#define LISTED_AT_LEAST 40000 /* partitions from either end of the order by size */
#define LISTED_FRACTION 16
#define TRIES 64 /* partitions tried on either side of a pair */
#define EXCHANGES_PER_BROKER 256
#define EVEN_ENOUGH 500 /* within this fraction of the mean a broker is left alone */

typedef struct {
    const RzInstance *in;
    RzSolution *solution;
    RzWide *bytes; /* per broker */
    RzHeap *large; /* per broker: partitions to give, ascending by size */
    RzHeap *small; /* per broker: partitions to take back, ascending */
    bool mind_topics;
} Freedom;

static RzBrokerIx *
target_of(const Freedom *freedom, uint32_t p)
{
    return freedom->solution->target + freedom->in->first_target[p];
}

static bool
uses(const Freedom *freedom, uint32_t p, uint32_t b)
{
    return rz_list_has(target_of(freedom, p), rz_rf(freedom->in, p), b);
}

/* Whether @p is on @u and may go to @v at no cost, both being of one cell and price. Its current
 * leader stays: moving it would change one more leader. */
static bool
may_go(const Freedom *freedom, uint32_t p, uint32_t u, uint32_t v)
{
    return freedom->in->leader[p] != u && uses(freedom, p, u) && !uses(freedom, p, v) &&
           rz_is_current(freedom->in, p, u) == rz_is_current(freedom->in, p, v);
}

/* How many more of @p's topic are on @u than on @v. Partitions of a topic are neighbours. */
static int64_t
topic_surplus(const Freedom *freedom, uint32_t p, uint32_t u, uint32_t v)
{
    const RzInstance *in = freedom->in;
    uint32_t topic = in->topic[p], first = p, last = p;
    while (first > 0 && in->topic[first - 1] == topic)
        first--;
    while (last + 1 < in->n_partitions && in->topic[last + 1] == topic)
        last++;
    int64_t surplus = 0;
    for (uint32_t i = in->first_target[first]; i < in->first_target[last + 1]; i++) {
        surplus += freedom->solution->target[i] == u;
        surplus -= freedom->solution->target[i] == v;
    }
    return surplus;
}

static void
move(Freedom *freedom, uint32_t p, uint32_t u, uint32_t v)
{
    RzBrokerIx *target = target_of(freedom, p);
    for (uint32_t i = 0; i < rz_rf(freedom->in, p); i++)
        if (target[i] == u)
            target[i] = (RzBrokerIx)v;
    freedom->bytes[u] -= freedom->in->size_bytes[p];
    freedom->bytes[v] += freedom->in->size_bytes[p];
}

/* The first place in an ascending list whose partition is larger than @size. */
static uint32_t
first_larger(const Freedom *freedom, const RzHeap *list, RzWide size)
{
    uint32_t low = 0, high = list->n;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (freedom->in->size_bytes[list->keys[middle]] > size)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Exchanges @p on @u for some smaller partition on @v. */
static bool
exchange_for_smaller(Freedom *freedom, uint32_t p, uint32_t u, uint32_t v)
{
    const RzHeap *small = &freedom->small[v];
    RzWide most = freedom->bytes[u] - freedom->bytes[v], size = freedom->in->size_bytes[p];
    if (freedom->mind_topics && topic_surplus(freedom, p, u, v) <= 0)
        return false;
    for (uint32_t i = 0; i < small->n && i < TRIES; i++) {
        uint32_t q = (uint32_t)small->keys[i];
        RzWide gain = size - freedom->in->size_bytes[q];
        if (gain <= 0)
            return false;
        if (gain >= most || !may_go(freedom, q, v, u) ||
            (freedom->mind_topics && topic_surplus(freedom, q, v, u) <= 0))
            continue;
        move(freedom, p, u, v);
        move(freedom, q, v, u);
        return true;
    }
    return false;
}

/* One exchange that takes bytes from @u to @v, half of their difference at best. */
static bool
shift_bytes(Freedom *freedom, uint32_t u, uint32_t v)
{
    const RzHeap *large = &freedom->large[u];
    RzWide half = (freedom->bytes[u] - freedom->bytes[v]) / 2;
    uint32_t end = first_larger(freedom, large, half + half / 4), tries = 0;
    for (uint32_t i = end; i-- > 0 && tries < TRIES; tries++) {
        uint32_t p = (uint32_t)large->keys[i];
        if (may_go(freedom, p, u, v) && exchange_for_smaller(freedom, p, u, v))
            return true;
    }
    return false;
}

static bool
equal_place(const Freedom *freedom, uint32_t u, uint32_t v)
{
    const RzSolution *solution = freedom->solution;
    return solution->levels->cell[u] == solution->levels->cell[v] &&
           solution->price[u] == solution->price[v];
}

/* Takes bytes off @u, to the emptiest equal brokers first, until it holds at most @enough. */
static void
relieve(Freedom *freedom, uint32_t u, RzWide enough, bool *tried)
{
    uint32_t n = freedom->in->n_brokers;
    for (uint32_t b = 0; b < n; b++)
        tried[b] = b == u || !equal_place(freedom, u, b);
    for (uint32_t left = EXCHANGES_PER_BROKER; left > 0 && freedom->bytes[u] > enough;) {
        uint32_t emptiest = RZ_NONE;
        for (uint32_t b = 0; b < n; b++)
            if (!tried[b] && (emptiest == RZ_NONE || freedom->bytes[b] < freedom->bytes[emptiest]))
                emptiest = b;
        if (emptiest == RZ_NONE || freedom->bytes[emptiest] >= freedom->bytes[u])
            return;
        if (shift_bytes(freedom, u, emptiest))
            left--;
        else
            tried[emptiest] = true;
    }
}

/* Lists for every broker the partitions that make useful pairs, in order of size. */
static void
list_candidates(Freedom *freedom)
{
    const RzInstance *in = freedom->in;
    RzArena *arena = freedom->solution->arena;
    const uint32_t *by_rank = freedom->solution->by_rank;
    uint32_t listed = MAX(in->n_partitions / LISTED_FRACTION, LISTED_AT_LEAST);
    listed = MIN(listed, in->n_partitions);
    freedom->large = rz_arena_array(arena, RzHeap, in->n_brokers);
    freedom->small = rz_arena_array(arena, RzHeap, in->n_brokers);
    for (uint32_t i = 0; i < listed; i++) {
        uint32_t small = by_rank[i], large = by_rank[in->n_partitions - listed + i];
        for (uint32_t k = 0; k < rz_rf(in, small); k++)
            rz_heap_append(&freedom->small[target_of(freedom, small)[k]], (int32_t)small, arena);
        for (uint32_t k = 0; k < rz_rf(in, large); k++)
            rz_heap_append(&freedom->large[target_of(freedom, large)[k]], (int32_t)large, arena);
    }
}

/* The mean of the brokers that are interchangeable with @u. */
static RzWide
mean_of_equals(const Freedom *freedom, uint32_t u)
{
    RzWide sum = 0, n = 0;
    for (uint32_t b = 0; b < freedom->in->n_brokers; b++) {
        if (!equal_place(freedom, u, b))
            continue;
        sum += freedom->bytes[b];
        n++;
    }
    return sum / n;
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
    Freedom freedom = {.in = in, .solution = solution};
    freedom.bytes = rz_arena_array(solution->arena, RzWide, in->n_brokers);
    bool *tried = rz_arena_array(solution->arena, bool, in->n_brokers);
    if (solution->by_rank == NULL)
        rz_rank_by_size(in, solution->arena, &solution->by_rank);
    rz_freedom_count_bytes(in, solution, freedom.bytes);
    list_candidates(&freedom);
    freedom.mind_topics = true;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t b = 0; b < in->n_brokers; b++) {
            RzWide mean = mean_of_equals(&freedom, b);
            relieve(&freedom, b, mean + mean / EVEN_ENOUGH, tried);
        }
    }
    freedom.mind_topics = false;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        if (in->room_bytes[b] >= 0 && freedom.bytes[b] > in->room_bytes[b])
            relieve(&freedom, b, in->room_bytes[b], tried);
}
