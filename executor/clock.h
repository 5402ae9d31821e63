/*
 * clock.h: time as the executor sees it.
 *
 * Waits use the monotonic clock; the wall clock is for windows, journal and people. Both come from
 * outside, so that tests and estimates run in virtual time. Sleeping is the caller's of the run.
 */
#pragma once

#include <stdint.h>

typedef struct RzClock RzClock;

struct RzClock {
    int64_t (*monotonic_ms)(const RzClock *clock);
    int64_t (*wall_ms)(const RzClock *clock); /* since the Unix epoch, UTC */
};

/* CLOCK_BOOTTIME, so that a suspended laptop's sleep counts, and CLOCK_REALTIME. */
const RzClock *rz_clock_system(void);
