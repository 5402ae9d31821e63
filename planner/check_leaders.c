/*
 * check_leaders.c: with the replicas where they are, no choice of leaders is fairer, and no such
 * choice changes fewer first replicas.
 *
 * The fairness proof is the one of replicas: no assignment leads fewer partitions from the first i
 * groups together than those whose replicas are all inside. The fairest assignments are then those
 * in which each partition is led from the lowest group that it touches, and prices prove among
 * these the fewest changes, by the same bound as for bytes.
 *
 * A leader means the first replica of the list, the preferred leader: what Kafka elects when it is
 * asked to, now and after every restart.
 */
#include "planner/check_private.h"
#include "planner/wide.h"

#define MAX_PRICE ((int64_t)1 << 31)

typedef struct {
    RzCheck *check;
    int64_t *led, *fixed; /* per eligible broker: in all; of partitions left alone */
    uint32_t *group;      /* per eligible broker */
    int64_t *level;       /* per eligible broker */
    int64_t changes;
} Leading;

/* Whether @b as first replica of @p would be a change. */
static bool
changes(const RzCheck *check, uint32_t p, uint32_t b)
{
    const RzPartition *partition = &check->snapshot->partitions[p];
    return check->snapshot->replicas[partition->first_replica] != check->broker[b];
}

static uint32_t
first_of(const RzCheck *check, uint32_t p)
{
    return check->number[check->target[check->target_first[p]]];
}

static void
count_leaders(Leading *l)
{
    RzCheck *check = l->check;
    for (uint32_t p = 0; p < check->snapshot->n_partitions; p++) {
        uint32_t b = first_of(check, p);
        if (b == RZ_NONE)
            continue;
        l->led[b]++;
        if (rz_check_covers(check, p))
            l->changes += changes(check, p, b);
        else
            l->fixed[b]++;
    }
}

static bool
check_value(const RzCheck *check, const char *name, RzWide counted, GError **error)
{
    const RzTier *tier = rz_check_tier(check, name);
    char claim[RZ_WIDE_TEXT_SIZE], count[RZ_WIDE_TEXT_SIZE];
    if (tier == NULL || tier->value == counted)
        return true;
    return rz_check_fail(error, "tier %s: the plan says %s, counted are %s", name,
                         rz_wide_to_text(tier->value, claim), rz_wide_to_text(counted, count));
}

/* Keep: a change only where the first replica has to go. */
static bool
check_kept(Leading *l, GError **error)
{
    RzCheck *check = l->check;
    const RzSnapshot *s = check->snapshot;
    for (uint32_t p = 0; p < s->n_partitions; p++) {
        uint32_t old = s->replicas[s->partitions[p].first_replica];
        g_autofree char *name = NULL;
        if (!rz_check_covers(check, p) || check->target[check->target_first[p]] == old)
            continue;
        for (gsize i = check->target_first[p]; i < check->target_first[p + 1]; i++) {
            if (check->target[i] == old)
                return rz_check_fail(error,
                                     "tier leader_changes: %s could keep its first replica, "
                                     "broker %d",
                                     rz_check_partition_name(check, p, &name), s->brokers[old].id);
        }
    }
    g_autofree char *count = rz_wide_to_words(l->changes);
    rz_check_say(check,
                 "leader_changes: every partition keeps its first replica unless that one "
                 "goes; %s change.",
                 count);
    return check_value(check, "leader_changes", l->changes, error);
}

/* Groups */

static bool
enter_group(Leading *l, uint32_t g, GError **error)
{
    RzCheck *check = l->check;
    const RzLevelGroup *group = &check->plan->certificate.leader_groups[g];
    const int32_t *ids = check->plan->certificate.group_brokers + group->first_broker;
    for (uint32_t i = 0; i < group->n_brokers; i++) {
        uint32_t own = rz_snapshot_find_broker(check->snapshot, ids[i]);
        uint32_t b = own == RZ_NONE ? RZ_NONE : check->number[own];
        if (b == RZ_NONE || l->group[b] != RZ_NONE)
            return rz_check_fail(error, "tier leader_balance: broker %d is %s", ids[i],
                                 b == RZ_NONE ? "in a group, but may not hold replicas"
                                              : "in two groups");
        if (l->led[b] != group->level && l->led[b] != group->level - 1)
            return rz_check_fail(error,
                                 "tier leader_balance: broker %d leads %" G_GINT64_FORMAT
                                 " partitions, its group's level is %" G_GINT64_FORMAT,
                                 ids[i], l->led[b], group->level);
        l->group[b] = g;
        l->level[b] = group->level;
    }
    return true;
}

static bool
enter_groups(Leading *l, GError **error)
{
    const RzCertificate *certificate = &l->check->plan->certificate;
    for (uint32_t g = 0; g < certificate->n_leader_groups; g++) {
        if (g > 0 && certificate->leader_groups[g].level >= certificate->leader_groups[g - 1].level)
            return rz_check_fail(error,
                                 "tier leader_balance: the levels of the groups do not fall");
        if (!enter_group(l, g, error))
            return false;
    }
    for (uint32_t b = 0; b < l->check->n_brokers; b++) {
        if (l->group[b] == RZ_NONE)
            return rz_check_fail(error, "tier leader_balance: broker %d is in no group",
                                 rz_check_broker_id(l->check, b));
    }
    return true;
}

/* The lowest group that the partition's replicas touch; groups count from the highest level. */
static uint32_t
lowest_group(const Leading *l, uint32_t p)
{
    const RzCheck *check = l->check;
    uint32_t lowest = 0;
    for (gsize i = check->target_first[p]; i < check->target_first[p + 1]; i++)
        lowest = MAX(lowest, l->group[check->number[check->target[i]]]);
    return lowest;
}

/*
 * Leaders in the first i groups must be those of partitions that have no other choice. A partition
 * led from a group above its lowest one would be counted there without having to be; so it is
 * enough, and names the partition, that none is.
 */
static bool
check_tight(const Leading *l, GError **error)
{
    const RzCheck *check = l->check;
    for (uint32_t p = 0; p < check->snapshot->n_partitions; p++) {
        g_autofree char *name = NULL;
        if (rz_check_covers(check, p) && l->group[first_of(check, p)] != lowest_group(l, p))
            return rz_check_fail(error,
                                 "tier leader_balance: %s is led from a busier group than it has "
                                 "to be",
                                 rz_check_partition_name(check, p, &name));
    }
    return true;
}

/* Prices */

static RzWide
least_weight(const Leading *l, uint32_t p)
{
    const RzCheck *check = l->check;
    const RzBrokerPrice *prices = check->plan->certificate.brokers;
    uint32_t lowest = lowest_group(l, p);
    RzWide least = RZ_WIDE_MAX;
    for (gsize i = check->target_first[p]; i < check->target_first[p + 1]; i++) {
        uint32_t b = check->number[check->target[i]];
        if (l->group[b] == lowest)
            least = MIN(least, (RzWide)prices[b].leader_price + changes(check, p, b));
    }
    return least;
}

static bool
check_changes(const Leading *l, GError **error)
{
    RzCheck *check = l->check;
    const RzBrokerPrice *prices = check->plan->certificate.brokers;
    RzWide bound = 0;
    for (uint32_t p = 0; p < check->snapshot->n_partitions; p++) {
        if (rz_check_covers(check, p))
            bound += least_weight(l, p);
    }
    for (uint32_t b = 0; b < check->n_brokers; b++) {
        RzWide price = prices[b].leader_price;
        int64_t limit = price > 0 ? l->level[b] : MAX(l->level[b] - 1, l->fixed[b]);
        if (price > MAX_PRICE || price < -MAX_PRICE)
            return rz_check_fail(error, "broker %d: the leader price is beyond all counts",
                                 prices[b].broker_id);
        bound -= price * (limit - l->fixed[b]);
    }
    char have[RZ_WIDE_TEXT_SIZE], least[RZ_WIDE_TEXT_SIZE];
    if (l->changes != bound)
        return rz_check_fail(error,
                             "tier leader_changes: %s first replicas change, the prices prove only "
                             "%s",
                             rz_wide_to_text(l->changes, have), rz_wide_to_text(bound, least));
    return true;
}

static bool
check_balanced(Leading *l, GError **error)
{
    RzCheck *check = l->check;
    RzWide squares = 0;
    for (uint32_t b = 0; b < check->n_brokers; b++)
        squares += (RzWide)l->led[b] * l->led[b];
    if (!enter_groups(l, error) || !check_tight(l, error) ||
        !check_value(check, "leader_balance", squares, error) || !check_changes(l, error) ||
        !check_value(check, "leader_changes", l->changes, error))
        return false;
    const RzCertificate *certificate = &check->plan->certificate;
    g_autofree char *sum = rz_wide_to_words(squares);
    g_autofree char *count = rz_wide_to_words(l->changes);
    rz_check_say(check,
                 "leader_balance: with these replicas no choice of leaders is fairer; the busiest "
                 "broker leads %" G_GINT64_FORMAT " partitions, the sum of the squares is %s.",
                 certificate->n_leader_groups > 0 ? certificate->leader_groups[0].level : 0, sum);
    rz_check_say(check, "leader_changes: no choice as fair changes fewer than %s first replicas.",
                 count);
    return true;
}

bool
rz_check_leaders(RzCheck *check, GError **error)
{
    gsize n = MAX(check->n_brokers, 1);
    g_autofree int64_t *led = g_new0(int64_t, n), *fixed = g_new0(int64_t, n),
                       *level = g_new0(int64_t, n);
    g_autofree uint32_t *group = g_new(uint32_t, n);
    Leading l = {.check = check, .led = led, .fixed = fixed, .group = group, .level = level};
    for (uint32_t b = 0; b < check->n_brokers; b++)
        group[b] = RZ_NONE;
    count_leaders(&l);
    if (check->policy->leaders == RZ_LEADERS_KEEP)
        return check_kept(&l, error);
    return check_balanced(&l, error);
}
