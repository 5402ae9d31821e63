/*
 * random_cluster.c: see random_cluster.h.
 */
#include "property/random_cluster.h"

#include "planner/snapshot_builder.h"

#define MAX_BROKERS 12
#define MAX_RF 5

typedef struct {
    Rng *rng;
    RzSnapshotBuilder *builder;
    uint32_t n_brokers;
    int64_t sizes; /* 0: zero, 1: equal, 2: small, 3: log-uniform to the limit */
} Cluster;

static void
add_brokers(Cluster *c)
{
    static const char *const zones[] = {"a", "b", "c", "d"};
    uint32_t n_zones = rng_between(c->rng, 1, 4);
    bool skewed = rng_percent(c->rng, 30);
    for (uint32_t b = 0; b < c->n_brokers; b++) {
        uint32_t zone =
            skewed ? rng_between(c->rng, 0, rng_between(c->rng, 0, n_zones - 1)) : b % n_zones;
        RzBrokerInput broker = {
            .id = (int32_t)b * 3 + 1,
            .zone = rng_percent(c->rng, 95) ? zones[zone] : NULL,
            .alive = rng_percent(c->rng, 92),
        };
        if (rng_percent(c->rng, 97)) /* else known from lists only */
            rz_snapshot_builder_add_broker(c->builder, &broker, NULL);
    }
}

static int64_t
random_size(Cluster *c)
{
    switch (c->sizes) {
    case 0:
        return 0;
    case 1:
        return 100;
    case 2:
        return rng_between(c->rng, 0, 9);
    default:
        return (int64_t)(rng_next(c->rng) >> rng_between(c->rng, 1, 63));
    }
}

static void
add_partition(Cluster *c, int32_t number, uint32_t rf)
{
    int32_t replicas[MAX_BROKERS], ids[MAX_BROKERS];
    for (uint32_t b = 0; b < c->n_brokers; b++)
        ids[b] = (int32_t)b * 3 + 1;
    for (uint32_t i = 0; i < rf; i++) {
        uint32_t k = rng_between(c->rng, i, c->n_brokers - 1);
        replicas[i] = ids[k];
        ids[k] = ids[i];
    }
    RzPartitionInput partition = {
        .number = number,
        .replicas = replicas,
        .n_replicas = rf,
        .isr = replicas,
        .n_isr = rng_percent(c->rng, 90) ? rf : rng_between(c->rng, 0, rf),
        .leader = -1,
        .size_bytes = random_size(c),
        .write_rate_bytes_per_s = -1,
    };
    if (partition.n_isr > 0)
        partition.leader = rng_percent(c->rng, 80)
                               ? replicas[0]
                               : replicas[rng_between(c->rng, 0, (uint32_t)partition.n_isr - 1)];
    rz_snapshot_builder_add_partition(c->builder, &partition, NULL);
}

RzSnapshot *
random_cluster(Rng *rng)
{
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    Cluster c = {rng, builder, rng_between(rng, 1, MAX_BROKERS), rng_between(rng, 0, 3)};
    add_brokers(&c);
    uint32_t n_topics = rng_between(rng, 1, 4);
    for (uint32_t t = 0; t < n_topics; t++) {
        g_autofree char *name = g_strdup_printf("t%u", t);
        rz_snapshot_builder_add_topic(builder, name, NULL, -1, NULL);
        uint32_t rf = rng_between(rng, 1, MIN(c.n_brokers, MAX_RF));
        int32_t n = (int32_t)rng_between(rng, 0, 12);
        for (int32_t p = 0; p < n; p++)
            add_partition(
                &c, p, rng_percent(rng, 95) ? rf : rng_between(rng, 1, MIN(c.n_brokers, MAX_RF)));
    }
    return rz_snapshot_builder_finish(builder, NULL);
}

static void
add_boxes(Rng *rng, RzPolicy *policy, const RzSnapshot *snapshot)
{
    for (uint32_t b = 0; b < snapshot->n_brokers; b++) {
        RzBox box = {.broker_id = snapshot->brokers[b].id, .lo = rng_between(rng, 0, 3)};
        box.hi = box.lo + rng_between(rng, 2, 20);
        if (rng_percent(rng, 40))
            g_array_append_val(policy->boxes, box);
    }
}

RzPolicy *
random_policy(Rng *rng, const RzSnapshot *snapshot)
{
    static const char *const options[][2] = {
        {"spread", "min:1"},     {"target-rf", "2"},         {"target-rf", "t1=3"},
        {"balance", "5%"},       {"balance", "30%"},         {"leaders", "keep"},
        {"exclude-topic", "t0"}, {"only-topic", "t1"},       {"drain", "1"},
        {"drain", "4"},          {"include-zoneless", NULL}, {"zones", "a,b"},
        {"topic-balance", NULL},
    };
    RzPolicy *policy = rz_policy_new();
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if (rng_percent(rng, 12))
            rz_policy_set(policy, options[i][0], options[i][1], NULL);
    }
    bool all_topics = policy->only_topics->len + policy->exclude_topics->len == 0;
    if (all_topics && rng_percent(rng, 8)) /* untouched topics might not fit their boxes */
        add_boxes(rng, policy, snapshot);
    return policy;
}
