/*
 * small.c: see small.h.
 */
#include "property/small.h"

#include <stdlib.h>
#include <string.h>

#include "planner/snapshot_builder.h"
#include "unit/planner/sketch.h"

/* Making */

static void
random_brokers(Rng *rng, Small *small)
{
    uint32_t n_zones = rng_between(rng, 1, 4);
    bool boxes = rng_percent(rng, 20);
    small->n_brokers = rng_between(rng, 1, SMALL_BROKERS);
    for (uint32_t b = 0; b < small->n_brokers; b++) {
        SmallBroker *broker = &small->brokers[b];
        broker->id = (int32_t)b * 2 + 1;
        broker->zone = rng_percent(rng, 96) ? rng_between(rng, 0, n_zones - 1) : SMALL_NO_ZONE;
        broker->dead = rng_percent(rng, 8);
        broker->drained = rng_percent(rng, 8);
        broker->has_box = boxes && rng_percent(rng, 50);
        broker->lo = broker->has_box ? rng_between(rng, 0, 2) : 0;
        broker->hi = broker->has_box ? broker->lo + rng_between(rng, 0, 4) : 0;
    }
}

static void
random_partition(Rng *rng, Small *small, uint32_t rf, int64_t largest)
{
    SmallPartition *partition = &small->partitions[small->n_partitions++];
    uint32_t brokers[SMALL_BROKERS];
    for (uint32_t b = 0; b < small->n_brokers; b++)
        brokers[b] = b;
    partition->n_replicas = MIN(rf, small->n_brokers);
    for (uint32_t i = 0; i < partition->n_replicas; i++) {
        uint32_t k = rng_between(rng, i, small->n_brokers - 1);
        partition->replicas[i] = brokers[k];
        brokers[k] = brokers[i];
    }
    partition->topic = rng_between(rng, 0, SMALL_TOPICS - 1);
    partition->leaderless = rng_percent(rng, 5);
    partition->size_bytes = (int64_t)(rng_next(rng) % ((uint64_t)largest + 1));
}

static int
by_topic(const void *a, const void *b)
{
    const SmallPartition *x = a, *y = b;
    return x->topic < y->topic ? -1 : x->topic > y->topic;
}

Small
small_random(Rng *rng)
{
    static const int64_t largest[] = {0, 3, 20, 1000, INT64_MAX / 1000};
    Small small = {.tolerance_percent = -1};
    random_brokers(rng, &small);
    int64_t most = largest[rng_between(rng, 0, G_N_ELEMENTS(largest) - 1)];
    uint32_t rf = rng_between(rng, 1, 4);
    for (uint32_t n = rng_between(rng, 0, SMALL_PARTITIONS); n > 0; n--)
        random_partition(rng, &small, rng_percent(rng, 80) ? rf : rng_between(rng, 1, 4), most);
    qsort(small.partitions, small.n_partitions, sizeof *small.partitions, by_topic);
    small.spread_min = rng_percent(rng, 15) ? rng_between(rng, 1, 2) : 0;
    small.target_rf = rng_percent(rng, 15) ? rng_between(rng, 1, 4) : 0;
    small.tolerance_percent = rng_percent(rng, 12) ? (int32_t)rng_between(rng, 0, 60) : -1;
    small.keep_leaders = rng_percent(rng, 15);
    small.zoneless_too = rng_percent(rng, 15);
    small.only_t1 = rng_percent(rng, 20);
    return small;
}

/* Into a snapshot and a policy */

/* 0 .. n - 1, shuffled if there is an order to shuffle by. */
static void
fill_order(Rng *rng, uint32_t n, uint32_t *order)
{
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (uint32_t i = 0; rng != NULL && i + 1 < n; i++) {
        uint32_t k = rng_between(rng, i, n - 1), swap = order[i];
        order[i] = order[k];
        order[k] = swap;
    }
}

static uint32_t
first_of_topic(const Small *small, uint32_t topic)
{
    uint32_t p = 0;
    while (p < small->n_partitions && small->partitions[p].topic != topic)
        p++;
    return p;
}

static void
add_partition(RzSnapshotBuilder *builder, const Small *small, uint32_t p)
{
    const SmallPartition *own = &small->partitions[p];
    int32_t replicas[SMALL_BROKERS] = {0};
    for (uint32_t i = 0; i < own->n_replicas; i++)
        replicas[i] = small->brokers[own->replicas[i]].id;
    const RzPartitionInput partition = {
        .number = (int32_t)(p - first_of_topic(small, own->topic)),
        .replicas = replicas,
        .n_replicas = own->n_replicas,
        .isr = replicas,
        .n_isr = own->leaderless ? 0 : own->n_replicas,
        .leader = own->leaderless ? -1 : replicas[0],
        .size_bytes = own->size_bytes,
        .write_rate_bytes_per_s = -1,
    };
    g_assert(rz_snapshot_builder_add_partition(builder, &partition, NULL));
}

RzSnapshot *
small_snapshot(const Small *small, Rng *order)
{
    uint32_t brokers[SMALL_BROKERS], topics[SMALL_TOPICS], partitions[SMALL_PARTITIONS];
    fill_order(order, small->n_brokers, brokers);
    fill_order(order, SMALL_TOPICS, topics);
    fill_order(order, small->n_partitions, partitions);
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    for (uint32_t i = 0; i < small->n_brokers; i++) {
        const SmallBroker *broker = &small->brokers[brokers[i]];
        const char zone[] = {(char)('a' + (broker->zone & 7)), '\0'};
        const RzBrokerInput input = {.id = broker->id,
                                     .zone = broker->zone == SMALL_NO_ZONE ? NULL : zone,
                                     .alive = !broker->dead};
        g_assert(rz_snapshot_builder_add_broker(builder, &input, NULL));
    }
    for (uint32_t t = 0; t < SMALL_TOPICS; t++) {
        const char name[] = {'t', (char)('0' + topics[t]), '\0'};
        g_assert(rz_snapshot_builder_add_topic(builder, name, NULL, -1, NULL));
        for (uint32_t i = 0; i < small->n_partitions; i++)
            if (small->partitions[partitions[i]].topic == topics[t])
                add_partition(builder, small, partitions[i]);
    }
    RzSnapshot *snapshot = rz_snapshot_builder_finish(builder, NULL);
    g_assert(snapshot != NULL);
    return snapshot;
}

char *
small_words(const Small *small)
{
    GString *words = g_string_new(NULL);
    for (uint32_t b = 0; b < small->n_brokers; b++) {
        const SmallBroker *broker = &small->brokers[b];
        if (broker->drained)
            g_string_append_printf(words, " drain=%d", broker->id);
        if (broker->has_box)
            g_string_append_printf(words, " box=%d:%d-%d", broker->id, (int)broker->lo,
                                   (int)broker->hi);
    }
    if (small->spread_min > 0)
        g_string_append_printf(words, " spread=min:%u", small->spread_min);
    if (small->target_rf > 0)
        g_string_append_printf(words, " target-rf=%u", small->target_rf);
    if (small->tolerance_percent >= 0)
        g_string_append_printf(words, " balance=%d%%", small->tolerance_percent);
    if (small->keep_leaders)
        g_string_append(words, " leaders=keep");
    if (small->zoneless_too)
        g_string_append(words, " include-zoneless");
    if (small->only_t1)
        g_string_append(words, " only-topic=t1");
    if (words->len > 0)
        g_string_erase(words, 0, 1);
    return g_string_free(words, FALSE);
}

static void
set_word(RzPolicy *policy, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(word, "=", 2);
    RzBox box;
    if (!g_str_equal(parts[0], "box")) {
        g_assert(rz_policy_set(policy, parts[0], parts[1], NULL));
        return;
    }
    g_auto(GStrv) figures = g_strsplit_set(parts[1], ":-", 3);
    box.broker_id = atoi(figures[0]);
    box.lo = atoi(figures[1]);
    box.hi = atoi(figures[2]);
    g_array_append_val(policy->boxes, box);
}

RzPolicy *
small_policy(const Small *small)
{
    RzPolicy *policy = rz_policy_new();
    g_autofree char *text = small_words(small);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (gsize i = 0; words[i] != NULL; i++)
        set_word(policy, words[i]);
    return policy;
}

/* Text, and back */

char *
small_sketch(const Small *small)
{
    GString *text = g_string_new(NULL);
    for (uint32_t b = 0; b < small->n_brokers; b++) {
        const SmallBroker *broker = &small->brokers[b];
        g_string_append_printf(text, "%s%s%d@%c", b > 0 ? " " : "", broker->dead ? "!" : "",
                               broker->id,
                               broker->zone == SMALL_NO_ZONE ? '-' : (char)('a' + broker->zone));
    }
    for (uint32_t p = 0; p < small->n_partitions; p++) {
        const SmallPartition *partition = &small->partitions[p];
        if (p == 0 || partition->topic != small->partitions[p - 1].topic)
            g_string_append_printf(text, " | t%u:", partition->topic);
        for (uint32_t i = 0; i < partition->n_replicas; i++)
            g_string_append_printf(text, "%c%d", i == 0 ? ' ' : ',',
                                   small->brokers[partition->replicas[i]].id);
        g_string_append_printf(text, "%s*%" G_GINT64_FORMAT, partition->leaderless ? ";" : "",
                               partition->size_bytes);
    }
    return g_string_free(text, FALSE);
}

static SmallBroker *
find_broker(Small *small, int32_t id)
{
    for (uint32_t b = 0; b < small->n_brokers; b++)
        if (small->brokers[b].id == id)
            return &small->brokers[b];
    g_error("no broker %d in the sketch", id);
}

static void
take_policy(Small *small, const RzPolicy *policy)
{
    for (guint i = 0; i < policy->drain->len; i++)
        find_broker(small, g_array_index(policy->drain, int32_t, i))->drained = true;
    for (guint i = 0; i < policy->boxes->len; i++) {
        const RzBox *box = &g_array_index(policy->boxes, RzBox, i);
        SmallBroker *broker = find_broker(small, box->broker_id);
        broker->has_box = true;
        broker->lo = box->lo;
        broker->hi = box->hi;
    }
    small->spread_min = (uint32_t)policy->spread_min;
    small->target_rf = (uint32_t)policy->target_rf;
    small->tolerance_percent = policy->tolerance_percent;
    small->keep_leaders = policy->leaders == RZ_LEADERS_KEEP;
    small->zoneless_too = policy->include_zoneless;
    small->only_t1 = policy->only_topics->len > 0;
}

Small
small_parse(const char *sketch, const char *words)
{
    Small small = {.tolerance_percent = -1};
    g_autoptr(RzSnapshot) snapshot = sketch_cluster(sketch);
    g_autoptr(RzPolicy) policy = rz_policy_new();
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    for (gsize i = 0; parts[i] != NULL; i++)
        set_word(policy, parts[i]);
    g_assert(snapshot->n_brokers <= SMALL_BROKERS && snapshot->n_partitions <= SMALL_PARTITIONS);
    for (uint32_t b = 0; b < snapshot->n_brokers; b++) {
        const RzBroker *broker = &snapshot->brokers[b];
        uint32_t zone = broker->zone == RZ_NONE
                            ? SMALL_NO_ZONE
                            : (uint32_t)(snapshot->zones[broker->zone][0] - 'a');
        small.brokers[small.n_brokers++] =
            (SmallBroker){.id = broker->id, .zone = zone, .dead = !broker->alive};
    }
    for (uint32_t p = 0; p < snapshot->n_partitions; p++) {
        const RzPartition *from = &snapshot->partitions[p];
        SmallPartition *to = &small.partitions[small.n_partitions++];
        to->topic = (uint32_t)(snapshot->topics[from->topic].name[1] - '0');
        to->n_replicas = from->n_replicas;
        memcpy(to->replicas, snapshot->replicas + from->first_replica,
               from->n_replicas * sizeof *to->replicas);
        to->size_bytes = from->size_bytes;
        to->leaderless = from->leader == RZ_NONE;
    }
    take_policy(&small, policy);
    return small;
}

/* Shrinking: every change that makes a case simpler, in order; false beyond the last one. */

static void
drop_partition(Small *small, uint32_t p)
{
    small->n_partitions--;
    memmove(&small->partitions[p], &small->partitions[p + 1],
            (small->n_partitions - p) * sizeof *small->partitions);
}

static void
drop_broker(Small *small, uint32_t b)
{
    small->n_brokers--;
    memmove(&small->brokers[b], &small->brokers[b + 1],
            (small->n_brokers - b) * sizeof *small->brokers);
    for (uint32_t p = 0; p < small->n_partitions; p++) {
        SmallPartition *partition = &small->partitions[p];
        uint32_t n = 0;
        for (uint32_t i = 0; i < partition->n_replicas; i++) {
            uint32_t replica = partition->replicas[i];
            if (replica != b)
                partition->replicas[n++] = replica - (replica > b);
        }
        partition->n_replicas = n;
    }
    for (uint32_t p = small->n_partitions; p-- > 0;)
        if (small->partitions[p].n_replicas == 0)
            drop_partition(small, p);
}

static void
simplify_partition(SmallPartition *partition, uint32_t how)
{
    if (how == 0)
        partition->n_replicas = MAX(partition->n_replicas, 2) - 1;
    else if (how == 1)
        partition->size_bytes = 0;
    else if (how == 2)
        partition->size_bytes /= 2;
    else if (how == 3)
        partition->size_bytes -= partition->size_bytes > 0;
    else
        partition->leaderless = false;
}

static void
simplify_broker(SmallBroker *broker, uint32_t how)
{
    if (how == 0)
        broker->dead = false;
    else if (how == 1)
        broker->drained = false;
    else if (how == 2)
        broker->has_box = false;
    else if (how == 3)
        broker->lo = 0;
    else
        broker->zone = 0;
}

static void
simplify_policy(Small *small, uint32_t how)
{
    if (how == 0)
        small->spread_min = 0;
    else if (how == 1)
        small->target_rf = 0;
    else if (how == 2)
        small->tolerance_percent = -1;
    else if (how == 3)
        small->keep_leaders = false;
    else if (how == 4)
        small->zoneless_too = false;
    else
        small->only_t1 = false;
}

static bool
simplify(Small *small, uint32_t step)
{
    uint32_t n_partitions = small->n_partitions, n_brokers = small->n_brokers;
    if (step < n_partitions)
        return drop_partition(small, step), true;
    step -= n_partitions;
    if (step < n_brokers)
        return drop_broker(small, step), true;
    step -= n_brokers;
    if (step < 6)
        return simplify_policy(small, step), true;
    step -= 6;
    if (step < 5 * n_brokers)
        return simplify_broker(&small->brokers[step / 5], step % 5), true;
    step -= 5 * n_brokers;
    if (step < 5 * n_partitions)
        return simplify_partition(&small->partitions[step / 5], step % 5), true;
    return false;
}

Small
small_shrink(const Small *small, SmallFails fails, void *data)
{
    Small best = *small;
    for (uint32_t step = 0;;) {
        Small next = best;
        if (!simplify(&next, step))
            return best;
        if (memcmp(&next, &best, sizeof next) == 0 || !fails(&next, data)) {
            step++;
            continue;
        }
        best = next;
        step = 0;
    }
}
