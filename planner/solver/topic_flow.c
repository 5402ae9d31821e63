/*
 * topic_flow.c: topics that are at their best one by one, brought within the brokers' limits.
 *
 * Successive shortest paths once more (engine.c has the idea, topic_search.c the paths). They would
 * be many and long: topics that were solved alone favour the same zones and brokers wherever they
 * have a choice. So topic_pools.c first gives every zone a price at which its total is right, and
 * exchanges that are free by themselves even out the brokers of a zone. Of paths, few are left.
 */
#include "planner/solver/topic_pools.h"

#define PASSES 8

/* ---- free exchanges ---- */

static bool
is_zero(RzDual a)
{
    return a.squares == 0 && a.cost == 0;
}

/* Whether @topic can give up one more replica on @u at no reduced cost, or put one more there. */
static bool
gives_freely(const RzTopicFlow *flow, uint32_t topic, uint32_t u)
{
    uint32_t node = rz_topic_cell_node(flow, topic, u);
    int64_t x = flow->topics->count[node - flow->n - 1];
    RzDual price = rz_dual_subtract(flow->price[node], flow->price[u]);
    return x > 0 && price.squares == 2 * x - 1 && price.cost == 0;
}

static bool
takes_freely(const RzTopicFlow *flow, uint32_t topic, uint32_t v)
{
    uint32_t node = rz_topic_cell_node(flow, topic, v);
    RzDual one_more = rz_topic_one_more(flow, node - flow->n - 1);
    return is_zero(rz_dual_add(one_more, rz_dual_subtract(flow->price[v], flow->price[node])));
}

/* How far @b is beyond its limit. */
static int64_t
fullness(const RzTopicFlow *flow, uint32_t b)
{
    return flow->held[b] - flow->levels->hi[b];
}

/* The emptiest broker that can take over from @u in @p at no reduced cost; RZ_NONE: none that is
 * emptier by two. */
static uint32_t
find_taker(RzTopicFlow *flow, uint32_t topic, uint32_t p, uint32_t u)
{
    const RzInstance *in = flow->in;
    const RzRange *range = rz_zone_ranges(in, p);
    uint32_t zone = in->zone[u], best = RZ_NONE;
    RzWide fresh = (RzWide)in->cost_scale * in->size_bytes[p] + 1;
    RzDual from = flow->price[rz_topic_cell_node(flow, topic, u)];
    rz_topic_look_at(flow, p, true);
    from.cost += flow->was_used[u] ? 0 : fresh;
    for (uint32_t v = 0; v < flow->n; v++) {
        uint32_t z = in->zone[v];
        if (flow->used[v] || fullness(flow, v) > fullness(flow, u) - 2 ||
            (best != RZ_NONE && fullness(flow, v) >= fullness(flow, best)) ||
            flow->levels->group[v] != flow->levels->group[u] ||
            (z != zone &&
             (flow->in_zone[zone] <= range[zone].lo || flow->in_zone[z] >= range[z].hi)))
            continue;
        RzDual to = flow->price[rz_topic_cell_node(flow, topic, v)];
        to.cost += flow->was_used[v] ? 0 : fresh;
        if (is_zero(rz_dual_subtract(to, from)) && takes_freely(flow, topic, v))
            best = v;
    }
    rz_topic_look_at(flow, p, false);
    return best;
}

/* One pass over all replicas; returns whether anything changed. */
static bool
even_out(RzTopicFlow *flow)
{
    const RzInstance *in = flow->in;
    bool changed = false;
    for (uint32_t i = 0; i < flow->topics->n; i++) {
        for (uint32_t p = flow->topics->first[i]; p < flow->topics->first[i + 1]; p++) {
            for (uint32_t k = in->first_target[p]; k < in->first_target[p + 1]; k++) {
                uint32_t u = flow->target[k];
                uint32_t v = gives_freely(flow, i, u) ? find_taker(flow, i, p, u) : RZ_NONE;
                if (v == RZ_NONE)
                    continue;
                uint32_t from = rz_topic_cell_node(flow, i, u), to = rz_topic_cell_node(flow, i, v);
                rz_topic_pass(flow, u, from, RZ_NONE);
                rz_topic_pass(flow, from, to, p);
                rz_topic_pass(flow, to, v, RZ_NONE);
                changed = true;
            }
        }
    }
    return changed;
}

/* ---- start and end ---- */

static void
list_replicas(RzTopicFlow *flow, RzArena *arena)
{
    const RzInstance *in = flow->in;
    gsize n_cells = (gsize)flow->topics->n * flow->n, n_places = in->first_target[in->n_partitions];
    flow->head = rz_arena_array(arena, uint32_t, n_cells);
    flow->next = rz_arena_array(arena, uint32_t, n_places);
    flow->previous = rz_arena_array(arena, uint32_t, n_places);
    flow->owner = rz_arena_array(arena, uint32_t, n_places);
    for (gsize cell = 0; cell < n_cells; cell++)
        flow->head[cell] = RZ_NONE;
    for (uint32_t i = 0; i < flow->topics->n; i++) {
        for (uint32_t p = flow->topics->first[i]; p < flow->topics->first[i + 1]; p++) {
            for (uint32_t k = in->first_target[p]; k < in->first_target[p + 1]; k++) {
                flow->owner[k] = p;
                rz_topic_enlist(flow, i * flow->n + flow->target[k], k);
            }
        }
    }
}

static void
deliver(RzTopicFlow *flow)
{
    const RzLevels *levels = flow->levels;
    for (uint32_t b = 0; b < flow->n; b++) {
        int sign = rz_dual_compare(flow->price[b], (RzDual){0, 0});
        flow->delivered[b] = sign > 0   ? levels->hi[b]
                             : sign < 0 ? levels->lo[b]
                                        : CLAMP(flow->held[b], levels->lo[b], levels->hi[b]);
        flow->excess[b] = flow->held[b] - flow->delivered[b];
        flow->excess[flow->n] -= flow->excess[b];
    }
}

static void
allot(RzTopicFlow *flow, RzArena *arena)
{
    gsize n_cells = (gsize)flow->topics->n * flow->n, n_nodes = n_cells + flow->n + 1;
    flow->price = rz_arena_array(arena, RzDual, n_nodes);
    flow->mark = rz_arena_array(arena, RzTopicMark, n_nodes);
    flow->heap = rz_arena_array(arena, uint32_t, n_nodes);
    flow->settled = rz_arena_array(arena, uint32_t, n_nodes);
    flow->used = rz_arena_array(arena, bool, flow->n);
    flow->was_used = rz_arena_array(arena, bool, flow->n);
    flow->in_zone = rz_arena_array(arena, uint32_t, flow->in->n_zones);
    for (gsize cell = 0; cell < n_cells; cell++)
        flow->price[flow->n + 1 + cell] = flow->topics->cell[cell];
    flow->delivered = rz_arena_array(arena, int64_t, flow->n);
    flow->excess = rz_arena_array(arena, int64_t, (gsize)flow->n + 1);
    list_replicas(flow, arena);
}

/* The brokers that the failed search reached. */
static const bool *
reached_brokers(const RzTopicFlow *flow, RzArena *arena)
{
    bool *reached = rz_arena_array(arena, bool, (gsize)flow->n + 1);
    for (uint32_t i = 0; i < flow->n_settled; i++)
        if (flow->settled[i] <= flow->n)
            reached[flow->settled[i]] = true;
    return reached;
}

static void
split_prices(const RzTopicFlow *flow)
{
    RzTopics *topics = flow->topics;
    for (gsize cell = 0; cell < (gsize)topics->n * flow->n; cell++)
        topics->cell[cell] =
            rz_dual_subtract(flow->price[flow->n + 1 + cell], flow->price[cell % flow->n]);
    for (uint32_t b = 0; b <= flow->n; b++)
        topics->broker[b] = rz_dual_subtract(flow->price[b], flow->price[flow->n]);
}

bool
rz_topic_flow(const RzInstance *in, RzSolution *solution)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    RzTopicFlow flow = {.in = in, .levels = solution->levels, .topics = solution->topics};
    flow.target = solution->target;
    flow.held = solution->held;
    flow.n = in->n_brokers;
    g_assert((uint64_t)flow.topics->n * flow.n + flow.n < UINT32_MAX - 1);
    allot(&flow, arena);
    rz_topic_pools(&flow, arena);
    for (int i = 0; i < PASSES && even_out(&flow);)
        i++;
    deliver(&flow);
    for (uint32_t source = 0; source <= flow.n; source++) {
        while (flow.excess[source] > 0) {
            uint32_t target = rz_topic_search(&flow, source);
            if (target == RZ_NONE) {
                solution->unmet = reached_brokers(&flow, solution->arena);
                return false;
            }
            rz_topic_raise_prices(&flow, target);
            rz_topic_send(&flow, source, target);
            flow.excess[source]--;
            flow.excess[target]++;
            solution->n_augmentations++;
        }
    }
    split_prices(&flow);
    return true;
}
