/*
 * even_topics.c: replicas of a topic from brokers with many of them to brokers with few.
 *
 * A replica of topic t that goes from u to v makes the topic more even if u has at least two more
 * of t than v, and leaves it as even as it was if u has one more. Something has to come back from v
 * to u: a replica of another topic that is no less even for it. To find the two, topics are taken
 * one after another, past a board of offers: whoever would gain by going from u to v, but finds
 * nobody there to come back, leaves a note, and a later partition that gains or does not mind takes
 * it up. A note may be out of date by then and is judged anew. The board makes this one walk
 * through memory in order instead of a search for partners all over it.
 *
 * Counts only ever become more even in the sense of majorisation, so no topic's spread grows.
 */
#include "planner/solver/freedom_private.h"

#define PASSES 8                /* on small clusters; the first does most of the work */
#define PARTITIONS_SEEN 1000000 /* in all passes, but for the first */

typedef struct {
    RzFreedom *freedom;
    uint32_t *offer;    /* [v * n_brokers + u]: who would go from u to v, plus one; 0: nobody */
    uint32_t *n_offers; /* per broker: offers to go there */
    uint32_t *count;    /* per broker: replicas of the topic at hand */
    uint32_t most;      /* the largest of them */
    uint32_t *fewest;   /* per place: its smallest; only set while most > 1 */
    uint32_t n_exchanges;
} Board;

/* Takes the offer to go from @v to @u off the board and accepts it for @p, if it still stands. */
static bool
accept_offer(Board *board, uint32_t p, uint32_t u, uint32_t v)
{
    RzFreedom *freedom = board->freedom;
    uint32_t *offer = &board->offer[(gsize)u * freedom->in->n_brokers + v];
    uint32_t q = *offer - 1;
    if (*offer == 0 || freedom->in->topic[p] == freedom->in->topic[q])
        return false;
    *offer = 0;
    board->n_offers[u]--;
    bool p_gains = board->count[u] >= board->count[v] + 2;
    if (!rz_freedom_may_go(freedom, q, v, u) || !rz_freedom_fits(freedom, p, u, q, v) ||
        rz_topic_surplus(&freedom->topics, q, v, u) < (p_gains ? 1 : 2))
        return false;
    rz_freedom_go(freedom, q, v, u);
    return true;
}

static void
make_offer(Board *board, uint32_t p, uint32_t u, uint32_t v)
{
    uint32_t *offer = &board->offer[(gsize)v * board->freedom->in->n_brokers + u];
    board->n_offers[v] += *offer == 0;
    *offer = p + 1;
}

/* Sends @p from @u to @v if somebody comes back, else notes that it would like to go. */
static bool
trade(Board *board, uint32_t p, uint32_t u, uint32_t v)
{
    if (board->count[u] <= board->count[v] || !rz_freedom_may_go(board->freedom, p, u, v))
        return false;
    if (accept_offer(board, p, u, v)) {
        uint32_t *row = board->freedom->topics.row[board->freedom->in->topic[p]];
        rz_freedom_go(board->freedom, p, u, v);
        board->count[u] -= row == NULL; /* a row is kept current by itself */
        board->count[v] += row == NULL;
        board->n_exchanges++;
        return true;
    }
    if (board->count[u] >= board->count[v] + 2)
        make_offer(board, p, u, v);
    return false;
}

/* A replica that stays on @u might stay on another of its current brokers instead. */
static bool
trade_kept(Board *board, uint32_t p, uint32_t u)
{
    const RzInstance *in = board->freedom->in;
    const RzBrokerIx *current = rz_current(in, p);
    for (uint32_t i = 0; i < rz_n_current(in, p); i++)
        if (current[i] != u && trade(board, p, u, current[i]))
            return true;
    return false;
}

/* A new replica might come to any other broker of the place. */
static bool
trade_new(Board *board, uint32_t p, uint32_t u)
{
    const RzInstance *in = board->freedom->in;
    const uint32_t *place = board->freedom->place, *count = board->count;
    bool gains = board->most > 1 && count[u] >= board->fewest[place[u]] + 2;
    if (!gains && board->n_offers[u] == 0)
        return false;
    const uint32_t *offer = board->offer + (gsize)u * in->n_brokers;
    uint32_t end = in->zone_first[in->zone[u] + 1];
    for (uint32_t v = place[u]; v < end; v++)
        if (place[v] == place[u] && (offer[v] != 0 || count[u] >= count[v] + 2) &&
            trade(board, p, u, v))
            return true;
    return false;
}

static void
trade_partition(Board *board, uint32_t p)
{
    const RzInstance *in = board->freedom->in;
    for (uint32_t i = 0; i < rz_rf(in, p); i++) {
        uint32_t u = rz_freedom_target(board->freedom, p)[i];
        if (rz_is_current(in, p, u))
            trade_kept(board, p, u);
        else
            trade_new(board, p, u);
    }
}

static void
find_extremes(Board *board, uint32_t topic)
{
    const RzFreedom *freedom = board->freedom;
    const uint32_t *first = freedom->topics.first, *first_target = freedom->in->first_target;
    uint32_t n = freedom->in->n_brokers;
    board->most = 0;
    for (uint32_t i = first_target[first[topic]]; i < first_target[first[topic + 1]]; i++)
        board->most = MAX(board->most, board->count[freedom->solution->target[i]]);
    if (board->most <= 1)
        return;
    for (uint32_t b = 0; b < n; b++)
        board->fewest[b] = UINT32_MAX;
    for (uint32_t b = 0; b < n; b++)
        board->fewest[freedom->place[b]] = MIN(board->fewest[freedom->place[b]], board->count[b]);
}

static void
trade_topic(Board *board, uint32_t topic, uint32_t *scratch)
{
    RzTopicCounts *topics = &board->freedom->topics;
    uint32_t *row = topics->row[topic];
    board->count = row != NULL ? row : scratch;
    if (row == NULL)
        rz_topic_add(topics, topic, scratch, 1);
    find_extremes(board, topic);
    for (uint32_t p = topics->first[topic]; p < topics->first[topic + 1]; p++)
        trade_partition(board, p);
    if (row == NULL)
        rz_topic_add(topics, topic, scratch, -1);
}

void
rz_even_topics(RzFreedom *freedom)
{
    const RzInstance *in = freedom->in;
    RzArena *arena = freedom->solution->arena;
    Board board = {.freedom = freedom};
    board.offer = rz_arena_array(arena, uint32_t, (gsize)in->n_brokers * in->n_brokers);
    board.n_offers = rz_arena_array(arena, uint32_t, in->n_brokers);
    board.fewest = rz_arena_array(arena, uint32_t, in->n_brokers);
    uint32_t *scratch = rz_arena_array(arena, uint32_t, in->n_brokers);
    uint32_t passes = CLAMP(PARTITIONS_SEEN / MAX(in->n_partitions, 1), 1, PASSES);
    for (board.n_exchanges = 1; passes > 0 && board.n_exchanges > 0; passes--) {
        board.n_exchanges = 0;
        for (uint32_t t = 0; t < in->n_topics; t++)
            if (freedom->topics.first[t] < freedom->topics.first[t + 1])
                trade_topic(&board, t, scratch);
    }
}
