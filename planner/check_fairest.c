/*
 * check_fairest.c: the fairest replica counts, for limits that are relative to them.
 *
 * Partitions of a class are alike here, so it is enough to know how many of each class every broker
 * holds. Replicas of a class may be shifted from one broker to another inside a zone, or between
 * zones whose totals have room. Shift along the shortest chain of such steps from a fullest broker
 * to one that holds at least two fewer, until there is none; then the brokers that a fullest one
 * reaches form a group, in which all hold the level or one less. Go on without them.
 */
#include <string.h>

#include "planner/check_private.h"

typedef struct {
    const RzCheck *check;
    int64_t *held;   /* per broker */
    int64_t **by_rf; /* [rf][broker]; NULL: no such class */
    int64_t **zones; /* [rf][zone]: its sums */
    bool *closed;    /* per broker: in a group already */
    uint32_t *from;  /* per broker: where its chain comes from; itself: a start; RZ_NONE */
    uint32_t *via;   /* per broker: the class of that step */
    uint32_t *queue;
} Fairness;

/* How many replicas of the class can go from u to v. */
static int64_t
room(const Fairness *f, uint32_t rf, uint32_t u, uint32_t v)
{
    const RzCheckClass *class = f->check->classes[rf];
    int64_t n = class->n_partitions;
    int64_t most = MIN(f->by_rf[rf][u], n - f->by_rf[rf][v]);
    uint32_t a = f->check->zone[u], b = f->check->zone[v];
    if (a == b)
        return most;
    most = MIN(most, f->zones[rf][a] - n * class->zones[a].lo);
    return MIN(most, n * class->zones[b].hi - f->zones[rf][b]);
}

static void
shift(Fairness *f, uint32_t rf, uint32_t u, uint32_t v, int64_t amount)
{
    f->by_rf[rf][u] -= amount;
    f->by_rf[rf][v] += amount;
    f->zones[rf][f->check->zone[u]] -= amount;
    f->zones[rf][f->check->zone[v]] += amount;
}

static void
start_class(Fairness *f, uint32_t rf)
{
    const RzCheck *check = f->check;
    const RzCheckClass *class = check->classes[rf];
    int64_t n = class->n_partitions, left = n * rf;
    f->by_rf[rf] = g_new0(int64_t, MAX(check->n_brokers, 1));
    f->zones[rf] = g_new0(int64_t, check->n_zones);
    for (uint32_t z = 0; z < check->n_zones; z++)
        left -= n * class->zones[z].lo;
    for (uint32_t z = 0; z < check->n_zones; z++) {
        int64_t more = MIN(left, n * (class->zones[z].hi - class->zones[z].lo));
        int64_t total = n * class->zones[z].lo + more, size = check->zone_size[z], k = 0;
        left -= more;
        f->zones[rf][z] = total;
        for (uint32_t b = 0; b < check->n_brokers; b++) {
            if (check->zone[b] != z)
                continue;
            f->by_rf[rf][b] = total / size + (k++ < total % size);
            f->held[b] += f->by_rf[rf][b];
        }
    }
}

/* The class by which u can hand over to v, or RZ_NONE. */
static uint32_t
find_step(const Fairness *f, uint32_t u, uint32_t v)
{
    for (uint32_t rf = 0; rf < f->check->n_classes; rf++) {
        if (f->by_rf[rf] != NULL && room(f, rf, u, v) > 0)
            return rf;
    }
    return RZ_NONE;
}

/* Breadth first from all open brokers at @level; returns the reached one that holds least. */
static uint32_t
search(Fairness *f, int64_t level)
{
    uint32_t n = f->check->n_brokers, end = 0;
    for (uint32_t b = 0; b < n; b++) {
        bool starts = !f->closed[b] && f->held[b] == level;
        f->from[b] = starts ? b : RZ_NONE;
        if (starts)
            f->queue[end++] = b;
    }
    uint32_t lowest = f->queue[0];
    for (uint32_t i = 0; i < end; i++) {
        uint32_t u = f->queue[i];
        if (f->held[u] < f->held[lowest])
            lowest = u;
        for (uint32_t v = 0; v < n; v++) {
            if (f->closed[v] || f->from[v] != RZ_NONE)
                continue;
            f->via[v] = find_step(f, u, v);
            if (f->via[v] == RZ_NONE)
                continue;
            f->from[v] = u;
            f->queue[end++] = v;
        }
    }
    return lowest;
}

static void
even_out(Fairness *f, uint32_t last)
{
    int64_t amount = G_MAXINT64;
    uint32_t first = last;
    for (; f->from[first] != first; first = f->from[first])
        amount = MIN(amount, room(f, f->via[first], f->from[first], first));
    amount = MIN(amount, (f->held[first] - f->held[last]) / 2);
    for (uint32_t v = last; v != first; v = f->from[v])
        shift(f, f->via[v], f->from[v], v, amount);
    f->held[first] -= amount;
    f->held[last] += amount;
}

static bool
close_group(Fairness *f, RzCheckFairest *result)
{
    uint32_t n = f->check->n_brokers;
    for (;;) {
        int64_t level = -1;
        for (uint32_t b = 0; b < n; b++)
            level = f->closed[b] ? level : MAX(level, f->held[b]);
        if (level < 0)
            return false;
        uint32_t lowest = search(f, level);
        if (f->held[lowest] >= level - 1)
            break;
        even_out(f, lowest);
    }
    uint32_t g = result->n_groups++;
    for (uint32_t b = 0; b < n; b++) {
        if (f->from[b] == RZ_NONE)
            continue;
        f->closed[b] = true;
        result->group[b] = g;
        result->sum[g] += f->held[b];
        result->n_members[g]++;
        result->squares += (RzWide)f->held[b] * f->held[b];
    }
    return true;
}

RzCheckFairest *
rz_check_fairest_new(const RzCheck *check)
{
    gsize n = MAX(check->n_brokers, 1);
    g_autofree int64_t *held = g_memdup2(check->fixed, n * sizeof *held);
    g_autofree int64_t **by_rf = g_new0(int64_t *, MAX(check->n_classes, 1));
    g_autofree int64_t **zones = g_new0(int64_t *, MAX(check->n_classes, 1));
    g_autofree bool *closed = g_new0(bool, n);
    g_autofree uint32_t *from = g_new(uint32_t, n), *via = g_new(uint32_t, n),
                        *queue = g_new(uint32_t, n);
    Fairness f = {check, held, by_rf, zones, closed, from, via, queue};
    RzCheckFairest *result = g_new0(RzCheckFairest, 1);
    result->group = g_new0(uint32_t, n);
    result->sum = g_new0(int64_t, n);
    result->n_members = g_new0(int64_t, n);
    for (uint32_t rf = 0; rf < check->n_classes; rf++) {
        if (check->classes[rf] != NULL && check->classes[rf]->n_partitions > 0)
            start_class(&f, rf);
    }
    while (close_group(&f, result)) {
    }
    for (uint32_t rf = 0; rf < check->n_classes; rf++) {
        g_free(by_rf[rf]);
        g_free(zones[rf]);
    }
    return result;
}

void
rz_check_fairest_free(RzCheckFairest *fairest)
{
    if (fairest == NULL)
        return;
    g_free(fairest->group);
    g_free(fairest->sum);
    g_free(fairest->n_members);
    g_free(fairest);
}
