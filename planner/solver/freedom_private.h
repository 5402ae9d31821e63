/*
 * freedom_private.h: replicas that may change brokers for nothing, and what is kept while they do.
 */
#pragma once

#include "planner/solver/freedom.h"
#include "planner/solver/topic_counts.h"

typedef struct {
    const RzInstance *in;
    RzSolution *solution;
    RzTopicCounts topics;
    RzWide *bytes;     /* per broker */
    RzWide *led_bytes; /* per broker: of the partitions it leads; for the last step */
    uint32_t *place;   /* per broker; brokers of one place are equal in cell and price */
} RzFreedom;

static inline RzBrokerIx *
rz_freedom_target(const RzFreedom *freedom, uint32_t p)
{
    return freedom->solution->target + freedom->in->first_target[p];
}

static inline bool
rz_freedom_uses(const RzFreedom *freedom, uint32_t p, uint32_t b)
{
    return rz_list_has(rz_freedom_target(freedom, p), rz_rf(freedom->in, p), b);
}

/*
 * Whether @p is on @u and may go to @v: no cost, no level, no price and no leader changes, nor does
 * any proof of them, if some other partition comes back.
 */
bool rz_freedom_may_go(const RzFreedom *freedom, uint32_t p, uint32_t u, uint32_t v);
void rz_freedom_go(RzFreedom *freedom, uint32_t p, uint32_t u, uint32_t v);

/*
 * Whether exchanging @p on @u for @q on @v leaves both brokers within their disk room, or at least
 * no further past it than they are.
 */
bool rz_freedom_fits(const RzFreedom *freedom, uint32_t p, uint32_t u, uint32_t q, uint32_t v);

/* even_topics.c: replicas of a topic from brokers with many of them to brokers with few. */
void rz_even_topics(RzFreedom *freedom);

/* even_disks.c: bytes from full brokers to empty ones; topics never less even. */
void rz_even_disks(RzFreedom *freedom);

/* even_disks.c: bytes off brokers that are past their room, whatever topics say. */
void rz_make_room(RzFreedom *freedom);

/* even_leading.c: leaders of large partitions from brokers that lead many bytes. */
void rz_even_leading(RzFreedom *freedom);
