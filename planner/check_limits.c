/*
 * check_limits.c: the fairness tier, and with it what every broker may hold in the next ones.
 *
 * Strict balance: the plan names groups of brokers, highest level first. Let C be the first i of
 * them together. No placement puts fewer replicas on C than its fixed ones plus, for every
 * partition, the fewest that the zone rule lets it have there. If the plan meets that number for
 * every i, the levels fall and every broker holds its group's level or one less, then no placement
 * has a smaller sum of squares (docs/planner.md). None of this trusts how the groups were found.
 *
 * Otherwise the limits come from the policy: explicit boxes, or a tolerance around the mean of the
 * broker's group, for which the groups are computed here once more (check_fairest.c).
 */
#include <string.h>

#include "planner/check_private.h"
#include "planner/wide.h"

/* The fewest replicas of a partition of @rf that brokers of C can hold, when C has @inside[z] of
 * the brokers of zone z: fill what is outside C first. */
static uint32_t
fewest_inside(const RzCheck *check, const RzCheckClass *class, uint32_t rf, const uint32_t *inside)
{
    uint32_t forced = 0, placed = 0, free_outside = 0;
    for (uint32_t z = 0; z < check->n_zones; z++) {
        uint32_t outside = check->zone_size[z] - inside[z];
        uint32_t lo = class->zones[z].lo, hi = class->zones[z].hi;
        placed += lo;
        forced += lo > outside ? lo - outside : 0;
        if (MIN(hi, outside) > lo)
            free_outside += MIN(hi, outside) - lo;
    }
    uint32_t rest = rf - placed;
    return forced + (rest > free_outside ? rest - free_outside : 0);
}

static RzWide
least_load(const RzCheck *check, const bool *member, const uint32_t *inside)
{
    RzWide least = 0;
    for (uint32_t b = 0; b < check->n_brokers; b++)
        least += member[b] ? check->fixed[b] : 0;
    for (uint32_t rf = 0; rf < check->n_classes; rf++) {
        if (check->classes[rf] != NULL && check->classes[rf]->n_partitions > 0)
            least += (RzWide)check->classes[rf]->n_partitions *
                     fewest_inside(check, check->classes[rf], rf, inside);
    }
    return least;
}

/* Enters the group's brokers into C; each must be eligible and new. */
static bool
enter_group(RzCheck *check, const RzLevelGroup *group, RzCheckLimits *limits, bool *member,
            uint32_t *inside, RzWide *load, GError **error)
{
    const int32_t *ids = check->plan->certificate.group_brokers + group->first_broker;
    for (uint32_t i = 0; i < group->n_brokers; i++) {
        uint32_t own = rz_snapshot_find_broker(check->snapshot, ids[i]);
        uint32_t b = own == RZ_NONE ? RZ_NONE : check->number[own];
        if (b == RZ_NONE || member[b])
            return rz_check_fail(error, "tier balance: broker %d is %s", ids[i],
                                 b == RZ_NONE ? "in a group, but may not hold replicas"
                                              : "in two groups");
        if (check->load[b] != group->level && check->load[b] != group->level - 1)
            return rz_check_fail(error,
                                 "tier balance: broker %d holds %" G_GINT64_FORMAT
                                 " replicas, its group's level is %" G_GINT64_FORMAT,
                                 ids[i], check->load[b], group->level);
        member[b] = true;
        inside[check->zone[b]]++;
        *load += check->load[b];
        limits->level[b] = group->level;
        limits->lo[b] = MAX(group->level - 1, check->fixed[b]);
        limits->hi[b] = group->level;
    }
    return true;
}

static bool
check_groups(RzCheck *check, RzCheckLimits *limits, GError **error)
{
    const RzCertificate *certificate = &check->plan->certificate;
    g_autofree bool *member = g_new0(bool, MAX(check->n_brokers, 1));
    g_autofree uint32_t *inside = g_new0(uint32_t, check->n_zones);
    RzWide load = 0;
    uint32_t n_members = 0;
    limits->level = g_new0(int64_t, MAX(check->n_brokers, 1));
    for (uint32_t g = 0; g < certificate->n_groups; g++) {
        const RzLevelGroup *group = &certificate->groups[g];
        if (g > 0 && group->level >= certificate->groups[g - 1].level)
            return rz_check_fail(error, "tier balance: the levels of the groups do not fall");
        if (!enter_group(check, group, limits, member, inside, &load, error))
            return false;
        n_members += group->n_brokers;
        RzWide least = least_load(check, member, inside);
        char have[RZ_WIDE_TEXT_SIZE], need[RZ_WIDE_TEXT_SIZE];
        if (load != least)
            return rz_check_fail(error,
                                 "tier balance: the first %u groups hold %s replicas, %s would do",
                                 g + 1, rz_wide_to_text(load, have), rz_wide_to_text(least, need));
    }
    if (n_members != check->n_brokers)
        return rz_check_fail(error, "tier balance: %u brokers are in no group",
                             check->n_brokers - n_members);
    return true;
}

/* Limits that the policy gives */

static void
set_boxes(RzCheck *check, RzCheckLimits *limits)
{
    const GArray *boxes = check->policy->boxes;
    for (uint32_t b = 0; b < check->n_brokers; b++)
        limits->hi[b] = check->snapshot->n_partitions;
    for (guint i = 0; i < boxes->len; i++) {
        const RzBox *box = &g_array_index(boxes, RzBox, i);
        uint32_t own = rz_snapshot_find_broker(check->snapshot, box->broker_id);
        uint32_t b = own == RZ_NONE ? RZ_NONE : check->number[own];
        if (b == RZ_NONE)
            continue;
        limits->lo[b] = box->lo;
        limits->hi[b] = box->hi;
    }
}

/* floor(f (1 - t)) and ceil(f (1 + t)) around the mean f of the broker's group. */
static void
set_tolerance(RzCheck *check, const RzCheckFairest *fairest, RzCheckLimits *limits)
{
    int64_t percent = check->policy->tolerance_percent;
    for (uint32_t b = 0; b < check->n_brokers; b++) {
        RzWide sum = fairest->sum[fairest->group[b]];
        RzWide parts = (RzWide)fairest->n_members[fairest->group[b]] * 100;
        limits->lo[b] = (int64_t)(sum * MAX(100 - percent, 0) / parts);
        limits->hi[b] = (int64_t)((sum * (100 + percent) + parts - 1) / parts);
    }
}

static bool
check_loads(const RzCheck *check, RzCheckLimits *limits, GError **error)
{
    for (uint32_t b = 0; b < check->n_brokers; b++) {
        limits->lo[b] = MAX(limits->lo[b], check->fixed[b]);
        if (check->load[b] < limits->lo[b] || check->load[b] > limits->hi[b])
            return rz_check_fail(
                error,
                "tier balance: broker %d holds %" G_GINT64_FORMAT
                " replicas, the policy allows %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                rz_check_broker_id(check, b), check->load[b], limits->lo[b], limits->hi[b]);
    }
    return true;
}

/* The certificate states the limits too, for readers; they must be these. */
static bool
check_stated(const RzCheck *check, const RzCheckLimits *limits, GError **error)
{
    const RzCertificate *certificate = &check->plan->certificate;
    if (certificate->n_brokers != check->n_brokers)
        return rz_check_fail(error, "the certificate lists %u brokers, %u may hold replicas",
                             certificate->n_brokers, check->n_brokers);
    for (uint32_t b = 0; b < check->n_brokers; b++) {
        const RzBrokerPrice *broker = &certificate->brokers[b];
        int32_t id = rz_check_broker_id(check, b);
        if (broker->broker_id != id)
            return rz_check_fail(error, "the certificate lists broker %d where %d belongs",
                                 broker->broker_id, id);
        if (broker->lo != limits->lo[b] || broker->hi != limits->hi[b])
            return rz_check_fail(error,
                                 "broker %d: the certificate allows %" G_GINT64_FORMAT
                                 " to %" G_GINT64_FORMAT " replicas, the policy %" G_GINT64_FORMAT
                                 " to %" G_GINT64_FORMAT,
                                 id, broker->lo, broker->hi, limits->lo[b], limits->hi[b]);
    }
    return true;
}

static bool
check_value(const RzCheck *check, RzWide least, GError **error)
{
    const RzTier *tier = rz_check_tier(check, "balance");
    char claim[RZ_WIDE_TEXT_SIZE], count[RZ_WIDE_TEXT_SIZE];
    if (tier != NULL && tier->value != check->squares)
        return rz_check_fail(error, "tier balance: the plan says %s, counted are %s",
                             rz_wide_to_text(tier->value, claim),
                             rz_wide_to_text(check->squares, count));
    if (tier != NULL && tier->bound != least)
        return rz_check_fail(error, "tier balance: the plan's bound is %s, it is %s",
                             rz_wide_to_text(tier->bound, claim), rz_wide_to_text(least, count));
    return true;
}

static bool
use_policy_limits(RzCheck *check, RzCheckLimits *limits, GError **error)
{
    g_autoptr(RzCheckFairest) fairest = rz_check_fairest_new(check);
    if (check->policy->boxes->len > 0)
        set_boxes(check, limits);
    else
        set_tolerance(check, fairest, limits);
    if (!check_loads(check, limits, error) || !check_value(check, fairest->squares, error))
        return false;
    g_autofree char *squares = rz_wide_to_words(check->squares);
    g_autofree char *least = rz_wide_to_words(fairest->squares);
    rz_check_say(check,
                 "balance: every broker holds as many replicas as the policy's limits allow; the "
                 "sum of their squares is %s, without those limits it could be %s.",
                 squares, least);
    return true;
}

bool
rz_check_limits(RzCheck *check, RzCheckLimits *limits, GError **error)
{
    const RzPolicy *policy = check->policy;
    bool strict = policy->boxes->len == 0 && policy->tolerance_percent < 0;
    limits->lo = g_new0(int64_t, MAX(check->n_brokers, 1));
    limits->hi = g_new0(int64_t, MAX(check->n_brokers, 1));
    if (!strict)
        return use_policy_limits(check, limits, error) && check_stated(check, limits, error);
    if (!check_groups(check, limits, error) || !check_value(check, check->squares, error) ||
        !check_stated(check, limits, error))
        return false;
    int64_t top =
        check->plan->certificate.n_groups > 0 ? check->plan->certificate.groups[0].level : 0;
    g_autofree char *squares = rz_wide_to_words(check->squares);
    rz_check_say(check,
                 "balance: no placement is fairer; the fullest broker holds %" G_GINT64_FORMAT
                 " replicas, the sum of the squares is %s.",
                 top, squares);
    return true;
}
