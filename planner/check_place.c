/*
 * check_place.c: was the plan made for this snapshot, and is every partition where it may be?
 */
#include <string.h>

#include "planner/check_private.h"
#include "planner/wide.h"

/* Identity */

static bool
check_origin(RzCheck *check, GError **error)
{
    const RzPlan *plan = check->plan;
    const char *cluster_id = check->snapshot->cluster_id;
    if (plan->cluster_id != NULL && cluster_id != NULL && strcmp(plan->cluster_id, cluster_id) != 0)
        return rz_check_fail(error, "the plan is for cluster %s, the snapshot is of %s",
                             plan->cluster_id, cluster_id);
    if (plan->snapshot_sha256 == NULL)
        return plan->policy == NULL ||
               rz_check_fail(error, "the plan does not say from which snapshot it was made");
    g_autofree char *sha256 = rz_snapshot_sha256(check->snapshot);
    if (strcmp(sha256, plan->snapshot_sha256) != 0)
        return rz_check_fail(error,
                             "the plan was made from another snapshot: its SHA-256 is %s, this "
                             "one's %s",
                             plan->snapshot_sha256, sha256);
    rz_check_say(check, "The plan was made from this snapshot (SHA-256 %.12s...).", sha256);
    return true;
}

static bool
ids_equal(const RzSnapshot *snapshot, const RzPartition *partition, const int32_t *ids, uint32_t n)
{
    if (partition->n_replicas != n)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t broker = snapshot->replicas[partition->first_replica + i];
        if (snapshot->brokers[broker].id != ids[i])
            return false;
    }
    return true;
}

static bool
check_move(RzCheck *check, const RzMove *move, GError **error)
{
    const RzSnapshot *s = check->snapshot;
    const RzPlanTopic *topic = &check->plan->topics[move->topic];
    uint32_t t = rz_snapshot_find_topic(s, topic->name);
    uint32_t p = t == RZ_NONE ? RZ_NONE : rz_snapshot_find_partition(s, t, move->partition);
    const char *problem = NULL;
    if (p == RZ_NONE) {
        problem = "is not in the snapshot";
    } else {
        const RzPartition *partition = &s->partitions[p];
        int32_t leader = partition->leader == RZ_NONE ? -1 : s->brokers[partition->leader].id;
        if (topic->topic_id != NULL && s->topics[t].topic_id != NULL &&
            strcmp(topic->topic_id, s->topics[t].topic_id) != 0)
            problem = "belongs to another topic of that name";
        else if (check->move[p] != NULL)
            problem = "is moved twice";
        else if (!ids_equal(s, partition, rz_move_from(check->plan, move), move->n_from))
            problem = "has other replicas than the plan starts from";
        else if (leader != move->leader)
            problem = "has another leader than the plan says";
        else if (partition->size_bytes != move->size_bytes)
            problem = "has another size than the plan says";
        else if (ids_equal(s, partition, rz_move_to(check->plan, move), move->n_to))
            problem = "is listed, but does not change";
    }
    if (problem != NULL)
        return rz_check_fail(error, "%s-%d %s", topic->name, move->partition, problem);
    check->move[p] = move;
    return true;
}

static bool
fill_target(RzCheck *check, uint32_t p, gsize *end, GError **error)
{
    const RzSnapshot *s = check->snapshot;
    const RzPartition *partition = &s->partitions[p];
    const RzMove *move = check->move[p];
    check->target_first[p] = *end;
    if (move == NULL) {
        memcpy(check->target + *end, s->replicas + partition->first_replica,
               partition->n_replicas * sizeof *check->target);
        *end += partition->n_replicas;
        return true;
    }
    for (uint32_t i = 0; i < move->n_to; i++) {
        int32_t id = rz_move_to(check->plan, move)[i];
        uint32_t broker = rz_snapshot_find_broker(s, id);
        g_autofree char *name = NULL;
        if (broker == RZ_NONE)
            return rz_check_fail(error, "%s: goes to broker %d, which is not in the snapshot",
                                 rz_check_partition_name(check, p, &name), id);
        check->target[(*end)++] = broker;
    }
    return true;
}

bool
rz_check_identity(RzCheck *check, GError **error)
{
    const RzSnapshot *s = check->snapshot;
    if (!check_origin(check, error))
        return false;
    check->move = g_new0(const RzMove *, MAX(s->n_partitions, 1));
    check->target = g_new(uint32_t, MAX(s->n_replicas + check->plan->n_broker_ids, 1));
    check->target_first = g_new0(gsize, (gsize)s->n_partitions + 1);
    for (uint32_t m = 0; m < check->plan->n_moves; m++) {
        if (!check_move(check, &check->plan->moves[m], error))
            return false;
    }
    gsize end = 0;
    for (uint32_t p = 0; p < s->n_partitions; p++) {
        if (!fill_target(check, p, &end, error))
            return false;
    }
    check->target_first[s->n_partitions] = end;
    return true;
}

/* Who may hold replicas */

static bool
may_hold(const RzCheck *check, const RzBroker *broker)
{
    const RzPolicy *policy = check->policy;
    if (!broker->alive || !broker->listed)
        return false;
    for (guint i = 0; i < policy->drain->len; i++) {
        if (g_array_index(policy->drain, int32_t, i) == broker->id)
            return false;
    }
    if (broker->zone == RZ_NONE)
        return policy->include_zoneless;
    bool named = policy->zones->len == 0;
    for (guint i = 0; i < policy->zones->len && !named; i++)
        named = strcmp(policy->zones->pdata[i], check->snapshot->zones[broker->zone]) == 0;
    return named;
}

static void
number_brokers(RzCheck *check)
{
    const RzSnapshot *s = check->snapshot;
    check->n_zones = s->n_zones + 1;
    check->number = g_new(uint32_t, MAX(s->n_brokers, 1));
    check->broker = g_new(uint32_t, MAX(s->n_brokers, 1));
    check->zone = g_new(uint32_t, MAX(s->n_brokers, 1));
    check->zone_size = g_new0(uint32_t, check->n_zones);
    for (uint32_t b = 0; b < s->n_brokers; b++) {
        check->number[b] = RZ_NONE;
        if (!may_hold(check, &s->brokers[b]))
            continue;
        uint32_t zone = s->brokers[b].zone == RZ_NONE ? s->n_zones : s->brokers[b].zone;
        check->number[b] = check->n_brokers;
        check->broker[check->n_brokers] = b;
        check->zone[check->n_brokers++] = zone;
        check->zone_size[zone]++;
    }
}

/* The zone rule */

/*
 * Even: the fullest zone is as low as it can be (the level), the others hold the level or one less,
 * or all they have. min:K: at least K in every zone.
 */
RzCheckRange *
rz_check_ranges(const RzCheck *check, uint32_t rf)
{
    RzCheckRange *ranges = g_new0(RzCheckRange, check->n_zones);
    uint32_t level = 0;
    uint64_t room = 0;
    while (check->policy->spread_min == 0 && room < rf && level <= check->n_brokers) {
        level++;
        room = 0;
        for (uint32_t z = 0; z < check->n_zones; z++)
            room += MIN(check->zone_size[z], level);
    }
    for (uint32_t z = 0; z < check->n_zones; z++) {
        uint32_t size = check->zone_size[z];
        if (check->policy->spread_min > 0) {
            ranges[z].lo = size == 0 ? 0 : (uint32_t)check->policy->spread_min;
            ranges[z].hi = MIN(size, rf);
        } else if (level > 0) {
            ranges[z].lo = MIN(size, level - 1);
            ranges[z].hi = MIN(size, level);
        }
    }
    return ranges;
}

static RzCheckClass *
class_for(RzCheck *check, uint32_t rf)
{
    if (rf >= check->n_classes) {
        check->classes = g_renew(RzCheckClass *, check->classes, rf + 1);
        while (check->n_classes <= rf)
            check->classes[check->n_classes++] = NULL;
    }
    if (check->classes[rf] == NULL) {
        check->classes[rf] = g_new0(RzCheckClass, 1);
        check->classes[rf]->zones = rz_check_ranges(check, rf);
    }
    return check->classes[rf];
}

/* In words, with what the other zones' ranges leave for this one. */
static bool
fail_zone(const RzCheck *check, uint32_t p, uint32_t z, uint32_t count, GError **error)
{
    uint32_t rf = rz_check_n_targets(check, p);
    const RzCheckRange *ranges = check->classes[rf]->zones;
    uint32_t others_lo = 0, others_hi = 0;
    g_autofree char *name = NULL;
    for (uint32_t k = 0; k < check->n_zones; k++) {
        others_lo += k == z ? 0 : ranges[k].lo;
        others_hi += k == z ? 0 : ranges[k].hi;
    }
    uint32_t lo = MAX(ranges[z].lo, rf > others_hi ? rf - others_hi : 0);
    uint32_t hi = MIN(ranges[z].hi, rf > others_lo ? rf - others_lo : 0);
    const char *zone = z < check->snapshot->n_zones ? check->snapshot->zones[z] : "(none)";
    return rz_check_fail(error, "%s: has %u replicas in zone %s, where the policy wants %u to %u",
                         rz_check_partition_name(check, p, &name), count, zone, lo, hi);
}

static bool
check_zones(const RzCheck *check, uint32_t p, const RzCheckClass *class, const uint32_t *in_zone,
            GError **error)
{
    for (uint32_t z = 0; z < check->n_zones; z++) {
        if (in_zone[z] < class->zones[z].lo || in_zone[z] > class->zones[z].hi)
            return fail_zone(check, p, z, in_zone[z], error);
    }
    return true;
}

/* A partition that the policy covers: the wanted number of distinct eligible brokers, spread. */
static bool
check_covered(RzCheck *check, uint32_t p, uint32_t *seen, uint32_t *in_zone, GError **error)
{
    const RzPartition *partition = &check->snapshot->partitions[p];
    const uint32_t *target = check->target + check->target_first[p];
    uint32_t n = rz_check_n_targets(check, p);
    int32_t wanted = rz_policy_wanted_rf(
        check->policy, check->snapshot->topics[partition->topic].name, partition->n_replicas);
    g_autofree char *name = NULL;
    if ((int32_t)n != wanted)
        return rz_check_fail(error, "%s: has %u replicas, the policy wants %d",
                             rz_check_partition_name(check, p, &name), n, wanted);
    memset(in_zone, 0, check->n_zones * sizeof *in_zone);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t b = check->number[target[i]];
        int32_t id = check->snapshot->brokers[target[i]].id;
        if (b == RZ_NONE)
            return rz_check_fail(error, "%s: broker %d may not hold replicas under the policy",
                                 rz_check_partition_name(check, p, &name), id);
        if (seen[b] == p + 1)
            return rz_check_fail(error, "%s: broker %d occurs twice",
                                 rz_check_partition_name(check, p, &name), id);
        seen[b] = p + 1;
        in_zone[check->zone[b]]++;
        check->load[b]++;
    }
    RzCheckClass *class = class_for(check, n);
    class->n_partitions++;
    return check_zones(check, p, class, in_zone, error);
}

static bool
check_untouched(RzCheck *check, uint32_t p, GError **error)
{
    g_autofree char *name = NULL;
    if (check->move[p] != NULL)
        return rz_check_fail(error, "%s: is moved, although the policy leaves its topic alone",
                             rz_check_partition_name(check, p, &name));
    for (gsize i = check->target_first[p]; i < check->target_first[p + 1]; i++) {
        uint32_t b = check->number[check->target[i]];
        if (b == RZ_NONE)
            continue;
        check->load[b]++;
        check->fixed[b]++;
    }
    return true;
}

/* Without a policy: live targets are all that can be asked. */
static bool
check_foreign(const RzCheck *check, uint32_t p, GError **error)
{
    if (check->move[p] == NULL)
        return true;
    for (gsize i = check->target_first[p]; i < check->target_first[p + 1]; i++) {
        const RzBroker *broker = &check->snapshot->brokers[check->target[i]];
        g_autofree char *name = NULL;
        if (!broker->alive)
            return rz_check_fail(error, "%s: goes to broker %d, which is not alive",
                                 rz_check_partition_name(check, p, &name), broker->id);
        for (gsize k = check->target_first[p]; k < i; k++) {
            if (check->target[k] == check->target[i])
                return rz_check_fail(error, "%s: broker %d occurs twice",
                                     rz_check_partition_name(check, p, &name), broker->id);
        }
    }
    return true;
}

static bool
check_partitions(RzCheck *check, GError **error)
{
    const RzSnapshot *s = check->snapshot;
    bool foreign = check->plan->policy == NULL;
    g_autofree uint32_t *seen = g_new0(uint32_t, MAX(check->n_brokers, 1));
    g_autofree uint32_t *in_zone = g_new0(uint32_t, check->n_zones);
    for (uint32_t p = 0; p < s->n_partitions; p++) {
        bool fine = foreign                     ? check_foreign(check, p, error)
                    : rz_check_covers(check, p) ? check_covered(check, p, seen, in_zone, error)
                                                : check_untouched(check, p, error);
        if (!fine)
            return false;
    }
    return true;
}

bool
rz_check_placement(RzCheck *check, GError **error)
{
    const RzSnapshot *s = check->snapshot;
    number_brokers(check);
    check->covered = g_new0(bool, MAX(s->n_topics, 1));
    for (uint32_t t = 0; t < s->n_topics; t++)
        check->covered[t] = rz_policy_covers(check->policy, s->topics[t].name);
    check->load = g_new0(int64_t, MAX(check->n_brokers, 1));
    check->fixed = g_new0(int64_t, MAX(check->n_brokers, 1));
    if (!check_partitions(check, error))
        return false;
    for (uint32_t b = 0; b < check->n_brokers; b++)
        check->squares += (RzWide)check->load[b] * check->load[b];
    RzWide covered = 0;
    for (uint32_t rf = 0; rf < check->n_classes; rf++)
        covered += check->classes[rf] == NULL ? 0 : check->classes[rf]->n_partitions;
    g_autofree char *count = rz_wide_to_words(covered);
    if (check->plan->policy == NULL)
        rz_check_say(check, "Every list that changes names different, live brokers.");
    else
        rz_check_say(check,
                     "Each of the %s partitions that the policy covers has the wanted replicas, "
                     "on different brokers that may hold them, spread over the zones as it says; "
                     "the others stay.",
                     count);
    return true;
}
