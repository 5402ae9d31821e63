/*
 * even_bytes.h: bytes from full brokers to empty ones, by exchanging partitions two at a time.
 *
 * Replicas and leaders are its two clients: a partition "is on" a broker that replicates it, or
 * that leads it.
 */
#pragma once

#include "planner/solver/heap.h"
#include "planner/solver/solver.h"

typedef struct {
    const RzInstance *in;
    RzArena *arena;
    RzWide *bytes;         /* per broker; go() keeps them current */
    const uint32_t *place; /* per broker: bytes flow between brokers of one place */

    /* Candidates by rank, ascending once they are asked for; those that have left are skipped. */
    RzHeap *to;  /* [u * n_brokers + v]: on u, perhaps able to go to v */
    RzHeap *any; /* per broker: on u, able to go nearly anywhere */

    bool (*is_on)(const void *data, uint32_t p, uint32_t u);
    bool (*may_go)(const void *data, uint32_t p, uint32_t u, uint32_t v); /* if some q comes back */
    bool (*may_exchange)(const void *data, uint32_t p, uint32_t u, uint32_t q, uint32_t v);
    void (*go)(void *data, uint32_t p, uint32_t u, uint32_t v);
    void *data;

    const uint32_t *rank, *by_rank; /* private: partitions by size */
    int64_t looks;                  /* private: partitions that may still be looked at */
    bool *ordered_to, *ordered_any; /* private: which lists are in order */
} RzBytes;

/* Makes the lists, empty, and orders partitions by size unless the solver has. */
void rz_bytes_begin(RzBytes *bytes, RzSolution *solution);

/* Whether it is worth listing @p, if it can go to one broker only and if it can go anywhere. */
bool rz_bytes_lists_to(const RzBytes *bytes, uint32_t p);
bool rz_bytes_lists_any(const RzBytes *bytes, uint32_t p);
void rz_bytes_list_to(RzBytes *bytes, uint32_t p, uint32_t u, uint32_t v);
void rz_bytes_list_any(RzBytes *bytes, uint32_t p, uint32_t u);

/* Exchanges until @u holds at most @enough or nothing helps any more. */
void rz_bytes_relieve(RzBytes *bytes, uint32_t u, RzWide enough);

/* Every broker to about the mean of its place, the fullest first. */
void rz_bytes_even(RzBytes *bytes);
