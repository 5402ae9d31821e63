/*
 * even_bytes.c: a large partition for a small one.
 *
 * With p on the fuller broker larger than q on the emptier one, exchanging them takes bytes from
 * the fuller to the emptier, and most if the sizes differ by half of what the brokers differ by.
 * Evening out bytes exactly is a packing problem, hence NP-hard; this comes close.
 *
 * The larger p and the smaller q, the fewer exchanges it takes, so on big clusters only the largest
 * and the smallest partitions are listed, as many as leave some for every pair of brokers. Where
 * nothing fits, which happens when what is uneven may not move, looking ends with its share of the
 * work: a few looks a partition, divided by the brokers.
 */
#include "planner/solver/even_bytes.h"

#include "planner/solver/rank.h"

#include <stdlib.h>

#define LISTED 40000      /* partitions from either end of the order by size */
#define LISTED_PER_PAIR 1 /* of those that fit one pair of brokers only */
#define TRIES 96          /* partitions tried on either side of a pair */
#define EXCHANGES_PER_BROKER 256
#define SWEEPS 2
#define LOOKS 4 /* per partition and sweep */
#define LOOKS_MIN 4000000
#define EVEN_ENOUGH 500 /* within this fraction of the mean a broker is left alone */

void
rz_bytes_begin(RzBytes *bytes, RzSolution *solution)
{
    if (solution->rank == NULL)
        solution->rank = rz_rank_by_size(bytes->in, bytes->arena, &solution->by_rank);
    bytes->rank = solution->rank;
    bytes->by_rank = solution->by_rank;
    uint32_t n = bytes->in->n_brokers;
    bytes->to = rz_arena_array(bytes->arena, RzHeap, (gsize)n * n);
    bytes->any = rz_arena_array(bytes->arena, RzHeap, n);
    bytes->ordered_to = rz_arena_array(bytes->arena, bool, (gsize)n *n);
    bytes->ordered_any = rz_arena_array(bytes->arena, bool, n);
    bytes->looks = INT64_MAX;
}

/* Whether @p is among the @n smallest or largest partitions. */
static bool
is_extreme(const RzBytes *bytes, uint32_t p, uint64_t n)
{
    uint64_t rank = bytes->rank[p];
    return rank < n || rank + n >= bytes->in->n_partitions;
}

bool
rz_bytes_lists_to(const RzBytes *bytes, uint32_t p)
{
    uint64_t pairs = (uint64_t)bytes->in->n_brokers * bytes->in->n_brokers;
    return is_extreme(bytes, p, MAX(LISTED, LISTED_PER_PAIR * pairs));
}

bool
rz_bytes_lists_any(const RzBytes *bytes, uint32_t p)
{
    return is_extreme(bytes, p, LISTED);
}

void
rz_bytes_list_to(RzBytes *bytes, uint32_t p, uint32_t u, uint32_t v)
{
    RzHeap *list = &bytes->to[(gsize)u * bytes->in->n_brokers + v];
    rz_heap_append(list, (int32_t)bytes->rank[p], bytes->arena);
}

void
rz_bytes_list_any(RzBytes *bytes, uint32_t p, uint32_t u)
{
    rz_heap_append(&bytes->any[u], (int32_t)bytes->rank[p], bytes->arena);
}

static int
compare_keys(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Most lists are never asked for, so each is sorted when it is. */
static const RzHeap *
in_order(RzHeap *list, bool *ordered)
{
    if (!*ordered && list->n > 1)
        qsort(list->keys, list->n, sizeof *list->keys, compare_keys);
    *ordered = true;
    return list;
}

static const RzHeap *
list_to(RzBytes *bytes, uint32_t u, uint32_t v)
{
    gsize pair = (gsize)u * bytes->in->n_brokers + v;
    return in_order(&bytes->to[pair], &bytes->ordered_to[pair]);
}

static const RzHeap *
list_any(RzBytes *bytes, uint32_t u)
{
    return in_order(&bytes->any[u], &bytes->ordered_any[u]);
}

static uint32_t
listed(const RzBytes *bytes, const RzHeap *list, uint32_t i)
{
    return bytes->by_rank[list->keys[i]];
}

/* The first place in an ordered list whose partition is larger than @size. */
static uint32_t
first_larger(const RzBytes *bytes, const RzHeap *list, RzWide size)
{
    uint32_t low = 0, high = list->n;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (bytes->in->size_bytes[listed(bytes, list, middle)] > size)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Exchanges @p on @u for one of the listed partitions on @v, the smallest that will do. */
static bool
exchange_for_one_of(RzBytes *bytes, uint32_t p, uint32_t u, uint32_t v, const RzHeap *small)
{
    RzWide most = bytes->bytes[u] - bytes->bytes[v], size = bytes->in->size_bytes[p];
    for (uint32_t i = 0, tries = 0; i < small->n && tries < TRIES && bytes->looks > 0; i++) {
        bytes->looks--;
        uint32_t q = listed(bytes, small, i);
        RzWide gain = size - bytes->in->size_bytes[q];
        if (gain <= 0)
            return false;
        if (gain >= most || !bytes->is_on(bytes->data, q, v))
            continue;
        tries++;
        if (!bytes->may_exchange(bytes->data, p, u, q, v))
            continue;
        bytes->go(bytes->data, p, u, v);
        bytes->go(bytes->data, q, v, u);
        return true;
    }
    return false;
}

/* One exchange that takes one of the listed partitions to @v, half of the difference at best. */
static bool
shift_one_of(RzBytes *bytes, uint32_t u, uint32_t v, const RzHeap *large)
{
    RzWide half = (bytes->bytes[u] - bytes->bytes[v]) / 2;
    uint32_t end = first_larger(bytes, large, half + half / 4);
    for (uint32_t i = end, tries = 0; i-- > 0 && tries < TRIES && bytes->looks > 0;) {
        bytes->looks--;
        uint32_t p = listed(bytes, large, i);
        if (!bytes->is_on(bytes->data, p, u) || !bytes->may_go(bytes->data, p, u, v))
            continue;
        tries++;
        if (exchange_for_one_of(bytes, p, u, v, list_to(bytes, v, u)) ||
            exchange_for_one_of(bytes, p, u, v, list_any(bytes, v)))
            return true;
    }
    return false;
}

static uint32_t
emptiest_of(const RzBytes *bytes, uint32_t place, const bool *tried)
{
    uint32_t emptiest = RZ_NONE;
    for (uint32_t b = 0; b < bytes->in->n_brokers; b++)
        if (bytes->place[b] == place && !tried[b] &&
            (emptiest == RZ_NONE || bytes->bytes[b] < bytes->bytes[emptiest]))
            emptiest = b;
    return emptiest;
}

void
rz_bytes_relieve(RzBytes *bytes, uint32_t u, RzWide enough)
{
    uint32_t n = bytes->in->n_brokers;
    g_autofree bool *tried = g_new0(bool, n);
    tried[u] = true;
    for (uint32_t left = EXCHANGES_PER_BROKER;
         left > 0 && bytes->bytes[u] > enough && bytes->looks > 0;) {
        uint32_t v = emptiest_of(bytes, bytes->place[u], tried);
        if (v == RZ_NONE || bytes->bytes[v] >= bytes->bytes[u])
            return;
        if (shift_one_of(bytes, u, v, list_to(bytes, u, v)) ||
            shift_one_of(bytes, u, v, list_any(bytes, u)))
            left--;
        else
            tried[v] = true;
    }
}

/* The mean of the brokers of @place. */
static RzWide
mean_of(const RzBytes *bytes, uint32_t place)
{
    RzWide sum = 0, n = 0;
    for (uint32_t b = 0; b < bytes->in->n_brokers; b++) {
        if (bytes->place[b] != place)
            continue;
        sum += bytes->bytes[b];
        n++;
    }
    return sum / n;
}

/* Relieves every broker once, the fullest first; looks that one has left go to the next. */
static void
sweep(RzBytes *bytes)
{
    uint32_t n = bytes->in->n_brokers;
    int64_t looks = MAX((int64_t)LOOKS * bytes->in->n_partitions, LOOKS_MIN);
    bytes->looks = 0;
    g_autofree bool *done = g_new0(bool, n);
    for (uint32_t left = n; left > 0; left--) {
        uint32_t fullest = RZ_NONE;
        for (uint32_t b = 0; b < n; b++)
            if (!done[b] && (fullest == RZ_NONE || bytes->bytes[b] > bytes->bytes[fullest]))
                fullest = b;
        RzWide mean = mean_of(bytes, bytes->place[fullest]);
        bytes->looks += looks / n;
        rz_bytes_relieve(bytes, fullest, mean + mean / EVEN_ENOUGH);
        done[fullest] = true;
    }
}

/* Where brokers share partitions with neighbours only, bytes have several steps to go. */
void
rz_bytes_even(RzBytes *bytes)
{
    for (int i = 0; i < SWEEPS; i++)
        sweep(bytes);
}
