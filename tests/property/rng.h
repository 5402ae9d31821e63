/*
 * rng.h: SplitMix64, so that a seed means the same input on every machine.
 */
#pragma once

#include <stdint.h>

typedef struct {
    uint64_t state;
} Rng;

static inline uint64_t
rng_next(Rng *rng)
{
    uint64_t z = (rng->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Uniform enough in lo .. hi. */
static inline uint32_t
rng_between(Rng *rng, uint32_t lo, uint32_t hi)
{
    return lo + (uint32_t)(rng_next(rng) % ((uint64_t)hi - lo + 1));
}

static inline int
rng_percent(Rng *rng, uint32_t percent)
{
    return rng_between(rng, 1, 100) <= percent;
}
