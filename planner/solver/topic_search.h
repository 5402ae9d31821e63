/*
 * topic_search.h: shortest paths through topics and brokers.
 *
 * Nodes are the brokers, a sink and one *cell* for every topic and broker. Arcs, with costs
 * (squares, bytes and moves):
 *
 *     broker b -> cell (t, b)        -(2 x - 1), 0   t has x > 0 replicas on b and gives one up
 *     cell (t, u) -> cell (t, v)     0, D            a partition of t replaces u by v
 *     cell (t, b) -> broker b        2 x + 1, 0      t puts one more on b
 *     broker b -> sink, sink -> b    0, 0            while b is within its limits
 *
 * Prices keep all reduced costs from being negative.
 */
#pragma once

#include "planner/solver/topic_tier.h"

/* What a search knows of a node. */
typedef struct {
    RzDual distance;
    uint32_t hops, from;
    uint32_t partition; /* exchanged on the way here, between two cells */
    uint32_t place;     /* in the heap */
    uint32_t seen;      /* number of the last search that reached it */
    bool settled;
} RzTopicMark;

typedef struct {
    const RzInstance *in;
    const RzLevels *levels;
    RzTopics *topics;
    RzBrokerIx *target;
    uint32_t n;    /* brokers 0 .. n - 1, the sink n, then the cells by topic and broker */
    RzDual *price; /* per node; a cell's includes its broker's */
    int64_t *held, *delivered, *excess;

    /* Every place of target[] is in the list of its cell. */
    uint32_t *head, *next, *previous, *owner;

    RzTopicMark *mark;
    uint32_t search; /* number of the last one */
    bool pooled;     /* brokers of one cell of the levels hand on to each other freely */
    RzDual *entry;   /* pooled: what the arcs from the sink to the brokers cost */
    uint32_t *heap, *settled;
    uint32_t n_heap, n_settled;
    uint32_t nearest_lack; /* the best reached node that lacks units */
    bool *used, *was_used; /* scratch, per broker: by the partition at hand, now and before */
    uint32_t *in_zone;
} RzTopicFlow;

static inline int
rz_dual_compare(RzDual a, RzDual b)
{
    if (a.squares != b.squares)
        return a.squares < b.squares ? -1 : 1;
    return a.cost < b.cost ? -1 : a.cost > b.cost;
}

static inline RzDual
rz_dual_add(RzDual a, RzDual b)
{
    return (RzDual){a.squares + b.squares, a.cost + b.cost};
}

static inline RzDual
rz_dual_subtract(RzDual a, RzDual b)
{
    return (RzDual){a.squares - b.squares, a.cost - b.cost};
}

static inline uint32_t
rz_topic_cell_node(const RzTopicFlow *flow, uint32_t topic, uint32_t b)
{
    return flow->n + 1 + topic * flow->n + b;
}

/* What the next replica of a topic costs on a broker. */
static inline RzDual
rz_topic_one_more(const RzTopicFlow *flow, uint32_t cell)
{
    return (RzDual){2 * (int64_t)flow->topics->count[cell] + 1, 0};
}

/* Searches from @source for a node with negative excess; RZ_NONE when none can be reached. Nodes
 * that are nearer are settled; of those as near, some. */
uint32_t rz_topic_search(RzTopicFlow *flow, uint32_t source);

/* Prices rise by how much nearer a node is than @target, so that the path there costs nothing. */
void rz_topic_raise_prices(RzTopicFlow *flow, uint32_t target);

/* Sends one unit along the path that was found, arc by arc: exchanges are valid in turn. */
void rz_topic_send(RzTopicFlow *flow, uint32_t source, uint32_t target);
/* Sends one unit along one arc; @partition: exchanged by it, or RZ_NONE. */
void rz_topic_pass(RzTopicFlow *flow, uint32_t from, uint32_t to, uint32_t partition);
void rz_topic_enlist(RzTopicFlow *flow, uint32_t cell, uint32_t place);

/* Sets or clears the scratch that tells where @p is, was, and how often in each zone. */
void rz_topic_look_at(RzTopicFlow *flow, uint32_t p, bool set);
