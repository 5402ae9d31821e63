/*
 * rank.c: a stable radix sort, least significant digit first, over the digits that are in use.
 */
#include "planner/solver/rank.h"

#define DIGIT_BITS 11
#define DIGITS (1U << DIGIT_BITS)

/* One pass: @from in order of the digit at @shift, ties in the order they had. */
static void
sort_by_digit(const RzInstance *in, uint32_t shift, const uint32_t *from, uint32_t *to)
{
    uint32_t start[DIGITS + 1] = {0};
    for (uint32_t i = 0; i < in->n_partitions; i++)
        start[((uint64_t)in->size_bytes[i] >> shift) % DIGITS + 1]++;
    for (uint32_t d = 0; d < DIGITS; d++)
        start[d + 1] += start[d];
    for (uint32_t i = 0; i < in->n_partitions; i++)
        to[start[((uint64_t)in->size_bytes[from[i]] >> shift) % DIGITS]++] = from[i];
}

const uint32_t *
rz_rank_by_size(const RzInstance *in, RzArena *arena, const uint32_t **by_rank)
{
    g_assert(in->n_partitions <= INT32_MAX);
    uint32_t *order = rz_arena_array(arena, uint32_t, in->n_partitions);
    uint32_t *rank = rz_arena_array(arena, uint32_t, in->n_partitions);
    uint64_t used_bits = 0;
    for (uint32_t p = 0; p < in->n_partitions; p++) {
        order[p] = p;
        used_bits |= (uint64_t)in->size_bytes[p];
    }
    for (uint32_t shift = 0; shift < 64 && used_bits >> shift != 0; shift += DIGIT_BITS) {
        sort_by_digit(in, shift, order, rank);
        uint32_t *swap = order;
        order = rank;
        rank = swap;
    }
    for (uint32_t i = 0; i < in->n_partitions; i++)
        rank[order[i]] = i;
    *by_rank = order;
    return rank;
}
