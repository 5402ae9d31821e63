/*
 * measures.c: how even a solution is in what the exact tiers do not count.
 */
#include "planner/solver/freedom.h"

#include <string.h>

/* The zone whose fullest broker is furthest above the mean, in proportion. */
static RzMeasure
most_uneven_zone(const RzInstance *in, const RzWide *bytes)
{
    RzMeasure worst = {.zone = RZ_NONE};
    for (uint32_t z = 0; z < in->n_zones; z++) {
        RzWide sum = 0, most = 0, n = in->zone_first[z + 1] - in->zone_first[z];
        for (uint32_t b = in->zone_first[z]; b < in->zone_first[z + 1]; b++) {
            sum += bytes[b];
            most = MAX(most, bytes[b]);
        }
        RzWide mean = (sum + n - 1) / n;
        if (worst.zone == RZ_NONE ||
            (double)most * (double)worst.bound > (double)worst.value * (double)mean)
            worst = (RzMeasure){.value = most, .bound = mean, .zone = z};
    }
    return worst;
}

RzMeasure
rz_freedom_broker_bytes(const RzInstance *in, const RzSolution *solution)
{
    g_autofree RzWide *bytes = g_new0(RzWide, in->n_brokers);
    rz_freedom_count_bytes(in, solution, bytes);
    return most_uneven_zone(in, bytes);
}

RzMeasure
rz_freedom_leader_bytes(const RzInstance *in, const RzSolution *solution)
{
    g_autofree RzWide *bytes = g_new0(RzWide, in->n_brokers);
    for (uint32_t p = 0; p < in->n_partitions; p++)
        bytes[solution->leaders->leader[p]] += in->size_bytes[p];
    return most_uneven_zone(in, bytes);
}

RzMeasure
rz_freedom_topic_spread(const RzInstance *in, const RzSolution *solution)
{
    g_autofree uint32_t *count = g_new(uint32_t, in->n_brokers);
    RzMeasure worst = {.zone = RZ_NONE};
    for (uint32_t p = 0; p < in->n_partitions;) {
        uint32_t topic = in->topic[p];
        memset(count, 0, in->n_brokers * sizeof *count);
        for (; p < in->n_partitions && in->topic[p] == topic; p++)
            for (uint32_t i = in->first_target[p]; i < in->first_target[p + 1]; i++)
                count[solution->target[i]]++;
        for (uint32_t z = 0; z < in->n_zones; z++) {
            uint32_t most = 0, least = UINT32_MAX, sum = 0;
            for (uint32_t b = in->zone_first[z]; b < in->zone_first[z + 1]; b++) {
                most = MAX(most, count[b]);
                least = MIN(least, count[b]);
                sum += count[b];
            }
            if (most - least <= worst.value)
                continue;
            worst.value = most - least;
            worst.bound = sum % (in->zone_first[z + 1] - in->zone_first[z]) != 0;
            worst.zone = z;
        }
    }
    return worst;
}
