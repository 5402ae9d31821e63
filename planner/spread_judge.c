/*
 * spread_judge.c: zone counts against the zone ranges, computed once per replication factor.
 */
#include "planner/spread_judge.h"

struct RzSpreadJudge {
    const RzPolicy *policy;
    RzEligible *eligible;
    uint32_t *zone;    /* per broker: where its replicas count, or RZ_NONE */
    uint32_t *counts;  /* per zone: scratch */
    GPtrArray *ranges; /* by replication factor: RzRange *, or NULL so far */
};

/* Like eligibility, but for replicas that are already there: liveness does not matter. */
static uint32_t *
zones_of_brokers(const RzSnapshot *snapshot, const RzPolicy *policy)
{
    g_autofree bool *allowed = g_new0(bool, MAX(snapshot->n_zones, 1));
    for (uint32_t z = 0; z < snapshot->n_zones; z++)
        allowed[z] =
            policy->zones->len == 0 ||
            g_ptr_array_find_with_equal_func(policy->zones, snapshot->zones[z], g_str_equal, NULL);
    uint32_t *zone = g_new(uint32_t, MAX(snapshot->n_brokers, 1));
    for (uint32_t b = 0; b < snapshot->n_brokers; b++) {
        uint32_t own = snapshot->brokers[b].zone;
        if (own == RZ_NONE)
            zone[b] = policy->include_zoneless ? snapshot->n_zones : RZ_NONE;
        else
            zone[b] = allowed[own] ? own : RZ_NONE;
    }
    return zone;
}

RzSpreadJudge *
rz_spread_judge_new(const RzSnapshot *snapshot, const RzPolicy *policy)
{
    RzSpreadJudge *judge = g_new0(RzSpreadJudge, 1);
    judge->policy = policy;
    judge->eligible = rz_eligible_new(snapshot, policy);
    judge->zone = zones_of_brokers(snapshot, policy);
    judge->counts = g_new0(uint32_t, snapshot->n_zones + 1);
    judge->ranges = g_ptr_array_new_with_free_func(g_free);
    return judge;
}

void
rz_spread_judge_free(RzSpreadJudge *judge)
{
    if (judge == NULL)
        return;
    rz_eligible_free(judge->eligible);
    g_free(judge->zone);
    g_free(judge->counts);
    g_ptr_array_unref(judge->ranges);
    g_free(judge);
}

static const RzRange *
ranges_for(RzSpreadJudge *judge, uint32_t rf)
{
    if (rf >= judge->ranges->len)
        g_ptr_array_set_size(judge->ranges, (gint)rf + 1);
    if (judge->ranges->pdata[rf] == NULL) {
        uint32_t n_zones = judge->eligible->n_zones;
        RzRange *ranges = g_new0(RzRange, n_zones);
        rz_spread_ranges(judge->eligible->brokers, n_zones, rf, (uint32_t)judge->policy->spread_min,
                         ranges);
        judge->ranges->pdata[rf] = ranges;
    }
    return judge->ranges->pdata[rf];
}

bool
rz_spread_judge_violated(RzSpreadJudge *judge, const uint32_t *replicas, uint32_t n)
{
    const RzRange *ranges = ranges_for(judge, n);
    uint32_t n_zones = judge->eligible->n_zones;
    for (uint32_t z = 0; z < n_zones; z++)
        judge->counts[z] = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t zone = judge->zone[replicas[i]];
        if (zone == RZ_NONE)
            return true;
        judge->counts[zone]++;
    }
    for (uint32_t z = 0; z < n_zones; z++) {
        if (judge->counts[z] < ranges[z].lo || judge->counts[z] > ranges[z].hi)
            return true;
    }
    return false;
}
