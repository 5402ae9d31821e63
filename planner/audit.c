/*
 * audit.c: counting what is, and what would be after each loss.
 *
 * Most losses do not reach a given partition, so losses are counted as differences: every partition
 * enters once with the state it has now, and only for the zones and brokers that hold one of its
 * in-sync replicas it is taken out of that state and put into the one that the loss leaves.
 */
#include "planner/audit.h"

#include <string.h>

#include "planner/spread_judge.h"

const char *
rz_partition_state_name(RzPartitionState state)
{
    static const char *const names[RZ_N_STATES] = {
        [RZ_STATE_OFFLINE] = "offline",
        [RZ_STATE_READ_ONLY] = "read_only",
        [RZ_STATE_UNDER_REPLICATED] = "under_replicated",
        [RZ_STATE_UNTOUCHED] = "untouched",
    };
    return names[state];
}

void
rz_audit_free(RzAudit *audit)
{
    if (audit == NULL)
        return;
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++)
        g_free(audit->zones[z].worst);
    for (uint32_t g = 0; g < audit->n_groups; g++) {
        g_ptr_array_unref(audit->groups[g].internal);
        g_free(audit->groups[g].layout);
        g_free(audit->groups[g].text);
    }
    g_free(audit->groups);
    rz_quorum_audit_free(audit->quorum);
    g_free(audit->what_if);
    g_free(audit->zones);
    g_free(audit->brokers);
    g_free(audit);
}

/* Loads */

static void
count_loads(RzAudit *audit)
{
    const RzSnapshot *s = audit->snapshot;
    for (uint32_t p = 0; p < s->n_partitions; p++) {
        const RzPartition *partition = &s->partitions[p];
        for (uint32_t i = 0; i < partition->n_replicas; i++) {
            uint32_t b = s->replicas[partition->first_replica + i];
            audit->brokers[b].load.replicas++;
            audit->brokers[b].load.bytes += partition->size_bytes;
            audit->replicas_without_zone += s->brokers[b].zone == RZ_NONE;
        }
        if (partition->leader != RZ_NONE) {
            audit->brokers[partition->leader].load.leaders++;
            audit->brokers[partition->leader].load.leader_bytes += partition->size_bytes;
        }
    }
}

static void
add_to_zone(RzZoneAudit *zone, const RzBroker *broker, const RzLoad *load)
{
    zone->load.replicas += load->replicas;
    zone->load.leaders += load->leaders;
    zone->load.bytes += load->bytes;
    zone->load.leader_bytes += load->leader_bytes;
    zone->brokers++;
    if (!broker->alive)
        return;
    bool first = zone->brokers_alive++ == 0;
    zone->replicas_min = first ? load->replicas : MIN(zone->replicas_min, load->replicas);
    zone->replicas_max = MAX(zone->replicas_max, load->replicas);
    zone->skew += (double)load->replicas; /* the sum, until every broker is in */
}

static void
sum_zones(RzAudit *audit)
{
    const RzSnapshot *s = audit->snapshot;
    for (uint32_t b = 0; b < s->n_brokers; b++) {
        if (s->brokers[b].zone != RZ_NONE)
            add_to_zone(&audit->zones[s->brokers[b].zone], &s->brokers[b], &audit->brokers[b].load);
    }
    for (uint32_t z = 0; z < s->n_zones; z++) {
        RzZoneAudit *zone = &audit->zones[z];
        if (zone->skew > 0)
            zone->skew = (double)zone->replicas_max * zone->brokers_alive / zone->skew;
    }
}

/* Losses */

typedef struct {
    RzAudit *audit;
    RzLoss topic_now;    /* the topic being counted, without any loss */
    RzLoss *topic_zones; /* per zone: differences from it */
    uint32_t *in_sync;   /* per zone: the partition's in-sync live replicas; zero between uses */
    GArray **worst;      /* per zone: RzTopicLoss */
} LossCount;

static RzPartitionState
state_with(const RzPartition *partition, uint32_t min_insync, uint32_t remaining)
{
    if (remaining == 0)
        return RZ_STATE_OFFLINE;
    if (remaining < min_insync)
        return RZ_STATE_READ_ONLY;
    return remaining < partition->n_replicas ? RZ_STATE_UNDER_REPLICATED : RZ_STATE_UNTOUCHED;
}

static void
move_state(RzLoss *loss, RzPartitionState from, RzPartitionState to)
{
    loss->partitions[from]--;
    loss->partitions[to]++;
}

static void
count_partition_losses(LossCount *count, const RzPartition *partition, uint32_t min_insync)
{
    const RzSnapshot *s = count->audit->snapshot;
    const uint32_t *isr = s->isr + partition->first_isr;
    uint32_t live = 0;
    for (uint32_t i = 0; i < partition->n_isr; i++) {
        const RzBroker *broker = &s->brokers[isr[i]];
        live += broker->alive;
        if (broker->alive && broker->zone != RZ_NONE)
            count->in_sync[broker->zone]++;
    }
    RzPartitionState now = state_with(partition, min_insync, live);
    RzPartitionState without_one = live > 0 ? state_with(partition, min_insync, live - 1) : now;
    count->topic_now.partitions[now]++;
    for (uint32_t i = 0; i < partition->n_isr; i++) {
        const RzBroker *broker = &s->brokers[isr[i]];
        if (!broker->alive)
            continue;
        move_state(&count->audit->brokers[isr[i]].loss, now, without_one);
        if (broker->zone == RZ_NONE || count->in_sync[broker->zone] == 0)
            continue; /* this zone is done */
        move_state(&count->topic_zones[broker->zone], now,
                   state_with(partition, min_insync, live - count->in_sync[broker->zone]));
        count->in_sync[broker->zone] = 0;
    }
}

static void
add_loss(RzLoss *sum, const RzLoss *loss)
{
    for (int state = 0; state < RZ_N_STATES; state++)
        sum->partitions[state] += loss->partitions[state];
}

static void
close_topic(LossCount *count, uint32_t topic)
{
    RzAudit *audit = count->audit;
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        RzTopicLoss after = {.topic = topic, .loss = count->topic_zones[z]};
        add_loss(&after.loss, &count->topic_now);
        add_loss(&audit->zones[z].loss, &after.loss);
        if (after.loss.partitions[RZ_STATE_OFFLINE] + after.loss.partitions[RZ_STATE_READ_ONLY] > 0)
            g_array_append_val(count->worst[z], after);
        memset(&count->topic_zones[z], 0, sizeof count->topic_zones[z]);
    }
    add_loss(&audit->now, &count->topic_now);
    memset(&count->topic_now, 0, sizeof count->topic_now);
}

/* Most offline, then most read-only, then most under-replicated, then by name. */
static int
compare_topic_losses(gconstpointer a, gconstpointer b)
{
    const RzTopicLoss *left = a, *right = b;
    for (int state = 0; state < RZ_STATE_UNTOUCHED; state++) {
        int64_t l = left->loss.partitions[state], r = right->loss.partitions[state];
        if (l != r)
            return l > r ? -1 : 1;
    }
    return (left->topic > right->topic) - (left->topic < right->topic);
}

static void
count_losses(RzAudit *audit)
{
    const RzSnapshot *s = audit->snapshot;
    g_autofree RzLoss *topic_zones = g_new0(RzLoss, MAX(s->n_zones, 1));
    g_autofree uint32_t *in_sync = g_new0(uint32_t, MAX(s->n_zones, 1));
    g_autofree GArray **worst = g_new0(GArray *, MAX(s->n_zones, 1));
    LossCount count = {
        .audit = audit, .topic_zones = topic_zones, .in_sync = in_sync, .worst = worst};
    for (uint32_t z = 0; z < s->n_zones; z++)
        worst[z] = g_array_new(FALSE, FALSE, sizeof(RzTopicLoss));
    for (uint32_t t = 0; t < s->n_topics; t++) {
        const RzTopic *topic = &s->topics[t];
        uint32_t min_insync = (uint32_t)MAX(topic->min_insync_replicas, 1);
        for (uint32_t i = 0; i < topic->n_partitions; i++)
            count_partition_losses(&count, &s->partitions[topic->first_partition + i], min_insync);
        close_topic(&count, t);
    }
    for (uint32_t z = 0; z < s->n_zones; z++) {
        g_array_sort(worst[z], compare_topic_losses);
        audit->zones[z].n_worst = worst[z]->len;
        audit->zones[z].worst = (RzTopicLoss *)(void *)g_array_free(worst[z], FALSE);
    }
    for (uint32_t b = 0; b < s->n_brokers; b++)
        add_loss(&audit->brokers[b].loss, &audit->now);
}

static void
count_violations(RzAudit *audit, const RzPolicy *policy)
{
    const RzSnapshot *s = audit->snapshot;
    g_autoptr(RzSpreadJudge) judge = rz_spread_judge_new(s, policy);
    for (uint32_t p = 0; p < s->n_partitions; p++)
        audit->zone_violations += rz_spread_judge_violated(
            judge, s->replicas + s->partitions[p].first_replica, s->partitions[p].n_replicas);
}

RzAudit *
rz_audit_new(const RzSnapshot *snapshot, const RzPolicy *policy)
{
    RzAudit *audit = g_new0(RzAudit, 1);
    audit->snapshot = snapshot;
    audit->zones = g_new0(RzZoneAudit, MAX(snapshot->n_zones, 1));
    audit->brokers = g_new0(RzBrokerAudit, MAX(snapshot->n_brokers, 1));
    g_autoptr(RzPolicy) defaults = rz_policy_new();
    if (policy == NULL)
        policy = defaults;
    count_loads(audit);
    sum_zones(audit);
    count_losses(audit);
    count_violations(audit, policy);
    rz_audit_find_fixes(audit, policy);
    return audit;
}

bool
rz_audit_is_unsafe(const RzAudit *audit)
{
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        if (audit->zones[z].n_worst > 0)
            return true;
    }
    return false;
}

bool
rz_audit_is_skewed(const RzAudit *audit)
{
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        const RzZoneAudit *zone = &audit->zones[z];
        int64_t difference = zone->replicas_max - zone->replicas_min;
        if (difference >= 2 && difference * 10 > zone->replicas_min)
            return true;
    }
    return false;
}
