/*
 * check_totals.c: every total of the header, counted again from snapshot and lists.
 */
#include <string.h>

#include "planner/check_private.h"
#include "planner/wide.h"

typedef struct {
    RzCheck *check;
    RzPlanTotals counted;
    uint32_t *in_zone;     /* scratch */
    uint32_t *home;        /* per broker of the snapshot: the zone its replicas count in */
    RzCheckRange **ranges; /* by replica count */
    uint32_t n_ranges;
} Recount;

static bool
contains(const uint32_t *list, uint32_t n, uint32_t broker)
{
    for (uint32_t i = 0; i < n; i++) {
        if (list[i] == broker)
            return true;
    }
    return false;
}

static void
count_partition(Recount *recount, uint32_t p)
{
    RzCheck *check = recount->check;
    const RzSnapshot *s = check->snapshot;
    const RzPartition *partition = &s->partitions[p];
    const uint32_t *from = s->replicas + partition->first_replica;
    const uint32_t *to = check->target + check->target_first[p];
    uint32_t n_to = rz_check_n_targets(check, p);
    uint32_t source = partition->leader != RZ_NONE ? partition->leader : from[0];
    RzPlanTotals *counted = &recount->counted;
    counted->partitions_changed++;
    counted->leaders_changed += to[0] != source;
    for (uint32_t i = 0; i < n_to; i++) {
        if (contains(from, partition->n_replicas, to[i]))
            continue;
        counted->replicas_added++;
        counted->bytes_moved += partition->size_bytes;
        if (s->brokers[to[i]].zone != s->brokers[source].zone)
            counted->cross_zone_bytes += partition->size_bytes;
    }
    for (uint32_t i = 0; i < partition->n_replicas; i++)
        counted->replicas_removed += !contains(to, n_to, from[i]);
}

/* Spread: replicas count where they are, whether or not their broker is up or to be drained. */

static void
find_homes(Recount *recount)
{
    const RzCheck *check = recount->check;
    const RzPolicy *policy = check->policy;
    for (uint32_t b = 0; b < check->snapshot->n_brokers; b++) {
        uint32_t zone = check->snapshot->brokers[b].zone;
        recount->home[b] = zone;
        if (zone == RZ_NONE && policy->include_zoneless)
            recount->home[b] = check->n_zones - 1;
        bool named = zone == RZ_NONE || policy->zones->len == 0;
        for (guint i = 0; i < policy->zones->len && !named; i++)
            named = strcmp(policy->zones->pdata[i], check->snapshot->zones[zone]) == 0;
        if (!named)
            recount->home[b] = RZ_NONE;
    }
}

static bool
is_violated(Recount *recount, const uint32_t *list, uint32_t n)
{
    const RzCheck *check = recount->check;
    if (n >= recount->n_ranges) {
        recount->ranges = g_renew(RzCheckRange *, recount->ranges, n + 1);
        while (recount->n_ranges <= n)
            recount->ranges[recount->n_ranges++] = NULL;
    }
    if (recount->ranges[n] == NULL)
        recount->ranges[n] = rz_check_ranges(check, n);
    memset(recount->in_zone, 0, check->n_zones * sizeof *recount->in_zone);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t home = recount->home[list[i]];
        if (home == RZ_NONE)
            return true;
        recount->in_zone[home]++;
    }
    for (uint32_t z = 0; z < check->n_zones; z++) {
        if (recount->in_zone[z] < recount->ranges[n][z].lo ||
            recount->in_zone[z] > recount->ranges[n][z].hi)
            return true;
    }
    return false;
}

static void
count_all(Recount *recount)
{
    RzCheck *check = recount->check;
    const RzSnapshot *s = check->snapshot;
    recount->counted.partitions = s->n_partitions;
    for (uint32_t p = 0; p < s->n_partitions; p++) {
        const RzPartition *partition = &s->partitions[p];
        bool before =
            is_violated(recount, s->replicas + partition->first_replica, partition->n_replicas);
        bool after = before;
        if (check->move[p] != NULL) {
            count_partition(recount, p);
            after = is_violated(recount, check->target + check->target_first[p],
                                rz_check_n_targets(check, p));
        }
        recount->counted.zone_violations_before += before;
        recount->counted.zone_violations_after += after;
    }
    check->bytes = recount->counted.bytes_moved;
    check->moves = recount->counted.replicas_added;
}

static bool
compare(const RzPlanTotals *claimed, const RzPlanTotals *counted, GError **error)
{
    const struct {
        const char *name;
        RzWide claimed, counted;
    } fields[] = {
        {"partitions", claimed->partitions, counted->partitions},
        {"partitions_changed", claimed->partitions_changed, counted->partitions_changed},
        {"replicas_added", claimed->replicas_added, counted->replicas_added},
        {"replicas_removed", claimed->replicas_removed, counted->replicas_removed},
        {"bytes_moved", claimed->bytes_moved, counted->bytes_moved},
        {"cross_zone_bytes", claimed->cross_zone_bytes, counted->cross_zone_bytes},
        {"leaders_changed", claimed->leaders_changed, counted->leaders_changed},
        {"zone_violations_before", claimed->zone_violations_before,
         counted->zone_violations_before},
        {"zone_violations_after", claimed->zone_violations_after, counted->zone_violations_after},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        char claim[RZ_WIDE_TEXT_SIZE], count[RZ_WIDE_TEXT_SIZE];
        if (fields[i].claimed != fields[i].counted)
            return rz_check_fail(error, "total %s: the plan says %s, counted are %s",
                                 fields[i].name, rz_wide_to_text(fields[i].claimed, claim),
                                 rz_wide_to_text(fields[i].counted, count));
    }
    return true;
}

bool
rz_check_totals(RzCheck *check, GError **error)
{
    g_autofree uint32_t *in_zone = g_new0(uint32_t, check->n_zones);
    g_autofree uint32_t *home = g_new0(uint32_t, MAX(check->snapshot->n_brokers, 1));
    Recount recount = {.check = check, .in_zone = in_zone, .home = home};
    find_homes(&recount);
    count_all(&recount);
    for (uint32_t n = 0; n < recount.n_ranges; n++)
        g_free(recount.ranges[n]);
    g_free(recount.ranges);
    if (!compare(&check->plan->totals, &recount.counted, error))
        return false;
    g_autofree char *changed = rz_wide_to_words(recount.counted.partitions_changed);
    g_autofree char *added = rz_wide_to_words(recount.counted.replicas_added);
    g_autofree char *bytes = rz_wide_to_words(recount.counted.bytes_moved);
    g_autofree char *before = rz_wide_to_words(recount.counted.zone_violations_before);
    g_autofree char *after = rz_wide_to_words(recount.counted.zone_violations_after);
    rz_check_say(check,
                 "Counted again, every total is right: %s partitions change, %s replicas are "
                 "copied, %s bytes; partitions not spread over the zones: %s before, %s after.",
                 changed, added, bytes, before, after);
    return true;
}
