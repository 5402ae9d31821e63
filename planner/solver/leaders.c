/*
 * leaders.c: the fairest leader counts (tier "leader_balance").
 *
 * Every partition picks one of its replicas. The counts l with the least sum of squares are found
 * as in levels.c: while a broker of the highest open level can hand a leadership, over a path of
 * partitions, to a broker that leads at least two fewer, do so; when none can, the brokers reached
 * are a closed group. Every partition that is led from a closed group has no replica outside it and
 * the groups above it, so no assignment leads fewer from there: the proof of levels.c applies word
 * for word. A greedy start leaves few paths to find.
 *
 * The assignment found here is thrown away; only groups and levels go on to leader_changes.c.
 */
#include "planner/solver/leaders_private.h"

#define GREEDY_PASSES 20

/* Paths hop from u to v over a partition that u leads and v replicates: per pair, a list of such
 * partitions; an entry is stale when u no longer leads it. */
typedef struct {
    RzLeading *work;
    int64_t *held;  /* per broker, leaders of untouched partitions included */
    RzHeap *hops;   /* [u * n_brokers + v] */
    uint32_t *from; /* per broker: the broker it was reached from; RZ_NONE if not reached */
    uint32_t *queue;
} Search;

static uint32_t
least_loaded(const RzLeading *work, const int64_t *held, uint32_t p)
{
    const RzBrokerIx *replicas = rz_replicas_of(work, p);
    uint32_t best = replicas[0];
    for (uint32_t i = 1; i < rz_rf(work->in, p); i++)
        if (held[replicas[i]] < held[best])
            best = replicas[i];
    return best;
}

static void
keep_leaders(RzLeading *work, int64_t *held)
{
    const RzInstance *in = work->in;
    RzBrokerIx *leader = work->result->leader;
    for (uint32_t p = 0; p < in->n_partitions; p++) {
        bool keeps = rz_list_has(rz_replicas_of(work, p), rz_rf(in, p), in->leader[p]);
        leader[p] = keeps ? in->leader[p] : RZ_NO_BROKER;
        if (keeps)
            held[leader[p]]++;
    }
    for (uint32_t p = 0; p < in->n_partitions; p++) {
        if (leader[p] != RZ_NO_BROKER)
            continue;
        leader[p] = (RzBrokerIx)least_loaded(work, held, p);
        held[leader[p]]++;
    }
}

static void
even_out(RzLeading *work, int64_t *held)
{
    RzBrokerIx *leader = work->result->leader;
    bool changed = true;
    for (int pass = 0; pass < GREEDY_PASSES && changed; pass++) {
        changed = false;
        for (uint32_t p = 0; p < work->in->n_partitions; p++) {
            uint32_t v = least_loaded(work, held, p);
            if (held[leader[p]] < held[v] + 2)
                continue;
            held[leader[p]]--;
            held[v]++;
            leader[p] = (RzBrokerIx)v;
            changed = true;
        }
    }
}

static void
list_hops(Search *search, uint32_t p)
{
    const RzLeading *work = search->work;
    uint32_t u = work->result->leader[p];
    const RzBrokerIx *replicas = rz_replicas_of(work, p);
    for (uint32_t i = 0; i < rz_rf(work->in, p); i++)
        if (replicas[i] != u)
            rz_heap_append(&search->hops[(gsize)u * work->in->n_brokers + replicas[i]], (int32_t)p,
                           work->arena);
}

static bool
can_hop(Search *search, uint32_t u, uint32_t v)
{
    RzHeap *hops = &search->hops[(gsize)u * search->work->in->n_brokers + v];
    while (hops->n > 0 && search->work->result->leader[hops->keys[hops->n - 1]] != u)
        hops->n--;
    return hops->n > 0;
}

/* Searches from the open brokers that hold @level; returns the reached broker that holds least. */
static uint32_t
reach(Search *search, int64_t level)
{
    const RzLeading *work = search->work;
    uint32_t n = work->in->n_brokers, end = 0;
    for (uint32_t b = 0; b < n; b++) {
        bool starts = work->result->group[b] == RZ_NONE && search->held[b] == level;
        search->from[b] = starts ? b : RZ_NONE;
        if (starts)
            search->queue[end++] = b;
    }
    uint32_t lowest = search->queue[0];
    for (uint32_t i = 0; i < end; i++) {
        uint32_t u = search->queue[i];
        if (search->held[u] < search->held[lowest])
            lowest = u;
        for (uint32_t v = 0; v < n; v++) {
            if (search->from[v] != RZ_NONE || work->result->group[v] != RZ_NONE ||
                !can_hop(search, u, v))
                continue;
            search->from[v] = u;
            search->queue[end++] = v;
        }
    }
    return lowest;
}

/* Hands one leadership along the path that ends at @last. */
static void
hand_over(Search *search, uint32_t last)
{
    const RzLeading *work = search->work;
    search->held[last]++;
    for (uint32_t v = last, u; (u = search->from[v]) != v; v = u) {
        const RzHeap *hops = &search->hops[(gsize)u * work->in->n_brokers + v];
        uint32_t p = (uint32_t)hops->keys[hops->n - 1];
        work->result->leader[p] = (RzBrokerIx)v;
        list_hops(search, p);
        if (search->from[u] == u)
            search->held[u]--;
    }
}

/* Finds the group of the highest open level; false when no broker is open. */
static bool
close_group(Search *search, uint32_t g, int64_t *level)
{
    const RzLeading *work = search->work;
    uint32_t *group = work->result->group;
    for (;;) {
        *level = -1;
        for (uint32_t b = 0; b < work->in->n_brokers; b++)
            if (group[b] == RZ_NONE)
                *level = MAX(*level, search->held[b]);
        if (*level < 0)
            return false;
        uint32_t lowest = reach(search, *level);
        if (search->held[lowest] > *level - 2)
            break;
        hand_over(search, lowest);
    }
    for (uint32_t b = 0; b < work->in->n_brokers; b++)
        if (search->from[b] != RZ_NONE)
            group[b] = g;
    return true;
}

void
rz_leader_levels(RzLeading *work)
{
    const RzInstance *in = work->in;
    RzLeaders *result = work->result;
    Search search = {.work = work};
    search.held = rz_arena_array(work->arena, int64_t, in->n_brokers);
    search.hops = rz_arena_array(work->arena, RzHeap, (gsize)in->n_brokers * in->n_brokers);
    search.from = rz_arena_array(work->arena, uint32_t, in->n_brokers);
    search.queue = rz_arena_array(work->arena, uint32_t, in->n_brokers);
    result->group = rz_arena_array(work->arena, uint32_t, in->n_brokers);
    result->level = rz_arena_array(work->arena, int64_t, in->n_brokers + 1);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        search.held[b] = in->fixed_leaders[b];
        result->group[b] = RZ_NONE;
    }
    keep_leaders(work, search.held);
    even_out(work, search.held);
    for (uint32_t p = 0; p < in->n_partitions; p++)
        list_hops(&search, p);
    while (close_group(&search, result->n_groups, &result->level[result->n_groups]))
        result->n_groups++;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        result->sum_squares += (RzWide)search.held[b] * search.held[b];
}

static RzLeaders *
count_changes(RzLeading *work)
{
    for (uint32_t p = 0; p < work->in->n_partitions; p++)
        work->result->n_changes += rz_changes(work, p, work->result->leader[p]);
    return work->result;
}

static RzLeading
begin(const RzInstance *in, const RzBrokerIx *target, RzArena *arena)
{
    RzLeaders *result = rz_arena_array(arena, RzLeaders, 1);
    result->leader = rz_arena_array(arena, RzBrokerIx, in->n_partitions);
    result->held = rz_arena_array(arena, int64_t, in->n_brokers);
    result->price = rz_arena_array(arena, int64_t, in->n_brokers + 1);
    return (RzLeading){.in = in, .target = target, .arena = arena, .result = result};
}

RzLeaders *
rz_leaders_balance(const RzInstance *in, const RzBrokerIx *target, RzArena *arena)
{
    RzLeading work = begin(in, target, arena);
    rz_leader_levels(&work);
    rz_leader_changes(&work);
    return count_changes(&work);
}

RzLeaders *
rz_leaders_keep(const RzInstance *in, const RzBrokerIx *target, RzArena *arena)
{
    RzLeading work = begin(in, target, arena);
    keep_leaders(&work, work.result->held);
    return count_changes(&work);
}
