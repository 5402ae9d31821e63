/*
 * spread.c: the zone rule, and which brokers count.
 *
 * Even spread is a water level: raise one level over all zones until the zones, each filled up to
 * the level or to its last broker, hold the wanted replicas. A zone below the level is full and
 * holds all its brokers can; the others hold the level or one less. With roomy zones that is floor
 * and ceil of rf / zones, and with small ones it is what the smoothest placement has to do anyway.
 */
#include "planner/spread.h"

static bool
even_ranges(const uint32_t *brokers, uint32_t n_zones, uint32_t rf, RzRange *ranges)
{
    uint64_t room = 0;
    uint32_t level = 0;
    for (uint64_t widened = 1; room < rf && widened > 0;) {
        widened = 0;
        for (uint32_t z = 0; z < n_zones; z++)
            widened += brokers[z] > level;
        room += widened;
        level += widened > 0;
    }
    for (uint32_t z = 0; z < n_zones; z++) {
        ranges[z].hi = MIN(brokers[z], level);
        ranges[z].lo = level == 0 ? 0 : MIN(brokers[z], level - 1);
    }
    return room >= rf;
}

static bool
ranges_hold(const RzRange *ranges, uint32_t n_zones, uint32_t rf)
{
    uint64_t least = 0, most = 0;
    for (uint32_t z = 0; z < n_zones; z++) {
        if (ranges[z].lo > ranges[z].hi)
            return false;
        least += ranges[z].lo;
        most += ranges[z].hi;
    }
    return least <= rf && rf <= most;
}

bool
rz_spread_ranges(const uint32_t *brokers, uint32_t n_zones, uint32_t rf, uint32_t min_per_zone,
                 RzRange *ranges)
{
    if (min_per_zone == 0)
        return even_ranges(brokers, n_zones, rf, ranges);
    for (uint32_t z = 0; z < n_zones; z++) {
        ranges[z].hi = MIN(brokers[z], rf);
        ranges[z].lo = brokers[z] == 0 ? 0 : min_per_zone;
    }
    return ranges_hold(ranges, n_zones, rf);
}

static bool
is_drained(const RzPolicy *policy, int32_t id)
{
    for (guint i = 0; i < policy->drain->len; i++)
        if (g_array_index(policy->drain, int32_t, i) == id)
            return true;
    return false;
}

/* Which zone the broker counts in, or RZ_NONE. */
static uint32_t
zone_of(const RzSnapshot *snapshot, const RzPolicy *policy, const RzBroker *broker)
{
    if (!broker->alive || !broker->listed || is_drained(policy, broker->id))
        return RZ_NONE;
    if (broker->zone == RZ_NONE)
        return policy->include_zoneless ? snapshot->n_zones : RZ_NONE;
    if (policy->zones->len == 0)
        return broker->zone;
    for (guint i = 0; i < policy->zones->len; i++)
        if (g_str_equal(policy->zones->pdata[i], snapshot->zones[broker->zone]))
            return broker->zone;
    return RZ_NONE;
}

RzEligible *
rz_eligible_new(const RzSnapshot *snapshot, const RzPolicy *policy)
{
    RzEligible *eligible = g_new0(RzEligible, 1);
    eligible->n_zones = snapshot->n_zones + 1;
    eligible->zone = g_new(uint32_t, MAX(snapshot->n_brokers, 1));
    eligible->brokers = g_new0(uint32_t, eligible->n_zones);
    for (uint32_t b = 0; b < snapshot->n_brokers; b++) {
        eligible->zone[b] = zone_of(snapshot, policy, &snapshot->brokers[b]);
        if (eligible->zone[b] != RZ_NONE)
            eligible->brokers[eligible->zone[b]]++;
    }
    return eligible;
}

void
rz_eligible_free(RzEligible *eligible)
{
    if (eligible == NULL)
        return;
    g_free(eligible->zone);
    g_free(eligible->brokers);
    g_free(eligible);
}
