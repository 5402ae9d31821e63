/*
 * clock.c: the machine's clocks.
 */
#include "executor/clock.h"

#include <time.h>

static int64_t
read_ms(clockid_t id)
{
    struct timespec now = {0};
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t
system_monotonic_ms(const RzClock *clock)
{
    (void)clock;
    return read_ms(CLOCK_BOOTTIME);
}

static int64_t
system_wall_ms(const RzClock *clock)
{
    (void)clock;
    return read_ms(CLOCK_REALTIME);
}

const RzClock *
rz_clock_system(void)
{
    static const RzClock clock = {system_monotonic_ms, system_wall_ms};
    return &clock;
}
