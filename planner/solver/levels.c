/*
 * levels.c: the fairest replica counts, and why no placement is fairer.
 *
 * The tier asks for the least sum of squares of the brokers' replica counts x. Neither sizes nor
 * current placement matter, so partitions of a class are alike: it is enough to know y[c][b], how
 * many partitions of class c use broker b. Any y with 0 <= y[c][b] <= N_c, the class's zone totals
 * within N_c times the zone range and N_c * rf replicas in all can be taken apart into N_c allowed
 * replica sets (the sets are the bases of a matroid, and matroid polytopes decompose). So this is a
 * flow on a small network
 *
 *     broker  <->  (class, zone)  <->  class
 *
 * where a residual path from broker a to broker b lets d replicas move from a to b.
 *
 * Improve while it pays: from all brokers of the highest open level search the residual network; a
 * reached broker that holds at least two less is the end of an improving path. When there is none,
 * the reached brokers are a *closed group*: nothing in it can be replaced by anything outside it,
 * so it holds the fewest replicas that any placement puts there, and all of it is at the level or
 * one below. Set it aside and go on with the rest; paths between other brokers cannot pass through
 * it, for no path leaves it.
 *
 * That proves the result: let C_1, C_2, ... be the unions of the first groups and b_1 > b_2 > ...
 * the levels. Any placement x' has x'(C_i) >= x(C_i), equal totals, and t^2 grows by at least
 * 2 b_g - 1 per unit at b_g - 1 and b_g; summing by parts, the squares of x' exceed those of x by
 * at least sum_i (2 b_i - 2 b_{i+1}) (x'(C_i) - x(C_i)) >= 0.
 */
#include "planner/solver/levels.h"

typedef struct {
    const RzInstance *in;
    int64_t *held;      /* per broker, fixed ones included */
    int64_t *used;      /* y[c * n_brokers + b] */
    int64_t *zone_used; /* [c * n_zones + z]: its sum over the zone */
    uint32_t *group;    /* per broker; RZ_NONE while open */

    /* Search: brokers, then (class, zone) nodes, then classes. */
    uint32_t n_nodes;
    uint32_t *parent; /* RZ_NONE: not reached; own number: a start */
    uint32_t *queue;
    uint32_t queue_end;
} Network;

static uint32_t
zone_node(const Network *net, uint32_t c, uint32_t z)
{
    return net->in->n_brokers + c * net->in->n_zones + z;
}

static uint32_t
class_node(const Network *net, uint32_t c)
{
    return net->in->n_brokers + net->in->n_classes * net->in->n_zones + c;
}

/* How far the zone's total of the class can fall (or rise). */
static int64_t
zone_slack(const Network *net, uint32_t c, uint32_t z, bool rise)
{
    const RzClass *class = &net->in->classes[c];
    int64_t total = net->zone_used[c * net->in->n_zones + z];
    return rise ? class->n_partitions * class->zones[z].hi - total
                : total - class->n_partitions * class->zones[z].lo;
}

/* The room on the arc between two neighbouring nodes; @push moves that much along it. */
static int64_t
cross_arc(Network *net, uint32_t from, uint32_t to, int64_t push)
{
    const RzInstance *in = net->in;
    bool rise = from > to; /* towards the brokers replicas are added */
    uint32_t lower = MIN(from, to), upper = MAX(from, to);
    int64_t *flow, room;
    if (lower < in->n_brokers) {
        uint32_t c = (upper - in->n_brokers) / in->n_zones;
        flow = &net->used[c * in->n_brokers + lower];
        room = rise ? in->classes[c].n_partitions - *flow : *flow;
    } else {
        uint32_t c = upper - class_node(net, 0);
        uint32_t z = (lower - in->n_brokers) % in->n_zones;
        flow = &net->zone_used[c * in->n_zones + z];
        room = zone_slack(net, c, z, rise);
    }
    *flow += rise ? push : -push;
    return room;
}

static void
reach(Network *net, uint32_t from, uint32_t to)
{
    if (net->parent[to] != RZ_NONE || cross_arc(net, from, to, 0) <= 0)
        return;
    net->parent[to] = from;
    net->queue[net->queue_end++] = to;
}

static void
expand(Network *net, uint32_t node)
{
    const RzInstance *in = net->in;
    if (node < in->n_brokers) {
        for (uint32_t c = 0; c < in->n_classes; c++)
            reach(net, node, zone_node(net, c, in->zone[node]));
    } else if (node < class_node(net, 0)) {
        uint32_t c = (node - in->n_brokers) / in->n_zones;
        uint32_t z = (node - in->n_brokers) % in->n_zones;
        for (uint32_t b = in->zone_first[z]; b < in->zone_first[z + 1]; b++)
            if (net->group[b] == RZ_NONE)
                reach(net, node, b);
        reach(net, node, class_node(net, c));
    } else {
        for (uint32_t z = 0; z < in->n_zones; z++)
            reach(net, node, zone_node(net, node - class_node(net, 0), z));
    }
}

/* Searches from all open brokers that hold @level. */
static void
search(Network *net, int64_t level)
{
    net->queue_end = 0;
    for (uint32_t i = 0; i < net->n_nodes; i++)
        net->parent[i] = RZ_NONE;
    for (uint32_t b = 0; b < net->in->n_brokers; b++) {
        if (net->group[b] != RZ_NONE || net->held[b] != level)
            continue;
        net->parent[b] = b;
        net->queue[net->queue_end++] = b;
    }
    for (uint32_t i = 0; i < net->queue_end; i++)
        expand(net, net->queue[i]);
}

/* The reached broker that holds least. */
static uint32_t
lowest_reached(const Network *net)
{
    uint32_t lowest = RZ_NONE;
    for (uint32_t b = 0; b < net->in->n_brokers; b++)
        if (net->parent[b] != RZ_NONE && (lowest == RZ_NONE || net->held[b] < net->held[lowest]))
            lowest = b;
    return lowest;
}

/* Moves replicas along the path that ends at @last, as many as still help. */
static void
improve(Network *net, uint32_t last)
{
    int64_t amount = G_MAXINT64;
    uint32_t first = last;
    for (; net->parent[first] != first; first = net->parent[first])
        amount = MIN(amount, cross_arc(net, net->parent[first], first, 0));
    amount = MIN(amount, (net->held[first] - net->held[last]) / 2);
    for (uint32_t node = last; node != first; node = net->parent[node])
        cross_arc(net, net->parent[node], node, amount);
    net->held[first] -= amount;
    net->held[last] += amount;
}

/* Any allowed totals: every zone at its lower limit, the rest wherever there is room, evenly. */
static void
start_class(Network *net, uint32_t c)
{
    const RzInstance *in = net->in;
    const RzClass *class = &in->classes[c];
    int64_t left = class->n_partitions * class->rf;
    for (uint32_t z = 0; z < in->n_zones; z++)
        left -= class->n_partitions * class->zones[z].lo;
    for (uint32_t z = 0; z < in->n_zones; z++) {
        int64_t lo = class->n_partitions * class->zones[z].lo;
        int64_t extra = MIN(left, class->n_partitions * class->zones[z].hi - lo);
        left -= extra;
        int64_t total = lo + extra, n = in->zone_first[z + 1] - in->zone_first[z];
        net->zone_used[c * in->n_zones + z] = total;
        for (int64_t i = 0; i < n; i++) {
            uint32_t b = in->zone_first[z] + (uint32_t)i;
            int64_t share = total / n + (i < total % n);
            net->used[c * in->n_brokers + b] = share;
            net->held[b] += share;
        }
    }
    g_assert(left == 0);
}

static Network *
start_network(const RzInstance *in, RzArena *arena)
{
    Network *net = rz_arena_array(arena, Network, 1);
    net->in = in;
    net->held = rz_arena_array(arena, int64_t, in->n_brokers);
    net->used = rz_arena_array(arena, int64_t, (gsize)in->n_classes * in->n_brokers);
    net->zone_used = rz_arena_array(arena, int64_t, (gsize)in->n_classes * in->n_zones);
    net->group = rz_arena_array(arena, uint32_t, in->n_brokers);
    net->n_nodes = class_node(net, 0) + in->n_classes;
    net->parent = rz_arena_array(arena, uint32_t, net->n_nodes);
    net->queue = rz_arena_array(arena, uint32_t, net->n_nodes);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        net->group[b] = RZ_NONE;
        net->held[b] = in->fixed[b];
    }
    for (uint32_t c = 0; c < in->n_classes; c++)
        start_class(net, c);
    return net;
}

/* Finds the group of the highest open level; false when no broker is open. */
static bool
close_group(Network *net, uint32_t g, int64_t *level)
{
    for (;;) {
        *level = -1;
        for (uint32_t b = 0; b < net->in->n_brokers; b++)
            if (net->group[b] == RZ_NONE)
                *level = MAX(*level, net->held[b]);
        if (*level < 0)
            return false;
        search(net, *level);
        uint32_t lowest = lowest_reached(net);
        if (net->held[lowest] > *level - 2)
            break;
        improve(net, lowest);
    }
    for (uint32_t b = 0; b < net->in->n_brokers; b++)
        if (net->parent[b] != RZ_NONE)
            net->group[b] = g;
    return true;
}

/* Numbers the cells, those of a group side by side, and lists their brokers. */
static void
number_cells(const RzInstance *in, RzLevels *levels, RzArena *arena)
{
    gsize most = MIN((gsize)levels->n_groups * in->n_zones, in->n_brokers);
    levels->cell_zone = rz_arena_array(arena, uint32_t, most);
    levels->cell_group = rz_arena_array(arena, uint32_t, most);
    levels->cell_first = rz_arena_array(arena, uint32_t, most + 1);
    levels->group_cells = rz_arena_array(arena, uint32_t, levels->n_groups + 1);
    levels->cell_brokers = rz_arena_array(arena, RzBrokerIx, in->n_brokers);
    levels->cell = rz_arena_array(arena, uint32_t, in->n_brokers);
    uint32_t cell = 0, filled = 0;
    for (uint32_t g = 0; g < levels->n_groups; g++) {
        levels->group_cells[g] = cell;
        for (uint32_t z = 0; z < in->n_zones; z++) {
            levels->cell_first[cell] = filled;
            for (uint32_t b = in->zone_first[z]; b < in->zone_first[z + 1]; b++) {
                if (levels->group[b] != g)
                    continue;
                levels->cell[b] = cell;
                levels->cell_brokers[filled++] = (RzBrokerIx)b;
            }
            if (filled == levels->cell_first[cell])
                continue;
            levels->cell_zone[cell] = z;
            levels->cell_group[cell++] = g;
        }
    }
    levels->n_cells = cell;
    levels->cell_first[cell] = filled;
    levels->group_cells[levels->n_groups] = cell;
}

/*
 * A tolerance of t percent around f, the mean of the broker's group: floor(f (1 - t)) and
 * ceil(f (1 + t)). The fairest counts lie inside, so it can always be met.
 */
static void
tolerance_limits(const RzInstance *in, const Network *net, RzLevels *levels, RzArena *arena)
{
    int64_t *sum = rz_arena_array(arena, int64_t, levels->n_groups);
    int64_t *members = rz_arena_array(arena, int64_t, levels->n_groups);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        sum[levels->group[b]] += net->held[b];
        members[levels->group[b]]++;
    }
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        RzWide total = sum[levels->group[b]];
        int64_t parts = members[levels->group[b]] * 100;
        int64_t less = MAX(100 - in->tolerance_percent, 0), more = 100 + in->tolerance_percent;
        levels->lo[b] = (int64_t)(total * less / parts);
        levels->hi[b] = (int64_t)((total * more + parts - 1) / parts);
    }
}

/* One group for all: the limits alone decide. */
static void
forget_levels(const RzInstance *in, RzLevels *levels)
{
    levels->n_groups = 1;
    levels->has_levels = false;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        levels->group[b] = 0;
}

static void
set_limits(const RzInstance *in, const Network *net, RzLevels *levels, RzArena *arena)
{
    levels->lo = rz_arena_array(arena, int64_t, in->n_brokers);
    levels->hi = rz_arena_array(arena, int64_t, in->n_brokers);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        levels->lo[b] = in->box_lo ? in->box_lo[b] : levels->level[levels->group[b]] - 1;
        levels->hi[b] = in->box_hi ? in->box_hi[b] : levels->level[levels->group[b]];
    }
    levels->has_levels = in->box_lo == NULL && in->tolerance_percent < 0;
    if (in->box_lo == NULL && in->tolerance_percent >= 0)
        tolerance_limits(in, net, levels, arena);
    if (!levels->has_levels)
        forget_levels(in, levels);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        levels->lo[b] = MAX(levels->lo[b] - in->fixed[b], 0);
        levels->hi[b] -= in->fixed[b];
    }
}

RzLevels *
rz_levels_new(const RzInstance *in, RzArena *arena)
{
    Network *net = start_network(in, arena);
    RzLevels *levels = rz_arena_array(arena, RzLevels, 1);
    levels->group = net->group;
    levels->level = rz_arena_array(arena, int64_t, in->n_brokers + 1);
    while (close_group(net, levels->n_groups, &levels->level[levels->n_groups]))
        levels->n_groups++;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        levels->sum_squares += (RzWide)net->held[b] * net->held[b];
    set_limits(in, net, levels, arena);
    number_cells(in, levels, arena);
    return levels;
}
