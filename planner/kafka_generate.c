/*
 * kafka_generate.c: Kafka's rack-aware assignment, for comparison.
 */
#include "planner/kafka_generate.h"

#include "planner/spread.h"
#include "rezone/error.h"

typedef struct {
    const RzSnapshot *snapshot;
    const RzEligible *eligible;
    uint32_t *ring; /* eligible brokers, racks alternating */
    uint32_t n_ring;
    uint32_t n_racks;  /* zones that have an eligible broker */
    bool *rack_used;   /* scratch, per zone */
    bool *broker_used; /* scratch, per broker */
    uint32_t *targets;
    gsize n_targets;
} Generator;

/* One broker of each rack in turn, by id, until all are in. */
static void
arrange_ring(Generator *g)
{
    g_autofree uint32_t *taken = g_new0(uint32_t, g->eligible->n_zones);
    uint32_t n_brokers = g->snapshot->n_brokers;
    for (uint32_t round = 0; g->n_ring < n_brokers; round++) {
        uint32_t before = g->n_ring;
        for (uint32_t zone = 0; zone < g->eligible->n_zones; zone++) {
            while (taken[zone] < n_brokers && g->eligible->zone[taken[zone]] != zone)
                taken[zone]++;
            if (taken[zone] == n_brokers)
                continue;
            g->ring[g->n_ring++] = taken[zone]++;
        }
        if (round == 0)
            g->n_racks = g->n_ring;
        if (g->n_ring == before)
            return;
    }
}

static uint32_t
ring_place(const Generator *g, uint32_t first, uint32_t shift, uint32_t k)
{
    uint32_t step = g->n_ring > 1 ? 1 + (shift + k) % (g->n_ring - 1) : 0;
    return (first + step) % g->n_ring;
}

static void
place_partition(Generator *g, uint32_t first, uint32_t shift, uint32_t rf)
{
    uint32_t leader = g->ring[first], racks = 1;
    uint32_t *list = g->targets + g->n_targets;
    list[0] = leader;
    g->broker_used[leader] = true;
    g->rack_used[g->eligible->zone[leader]] = true;
    uint32_t n = 1;
    for (uint32_t k = 0; n < rf; k++) {
        uint32_t broker = g->ring[ring_place(g, first, shift * g->n_racks, k)];
        uint32_t rack = g->eligible->zone[broker];
        bool rack_free = !g->rack_used[rack] || racks == g->n_racks;
        if (g->broker_used[broker] || !rack_free)
            continue;
        racks += !g->rack_used[rack];
        g->broker_used[broker] = g->rack_used[rack] = true;
        list[n++] = broker;
    }
    for (uint32_t i = 0; i < rf; i++) {
        g->broker_used[list[i]] = false;
        g->rack_used[g->eligible->zone[list[i]]] = false;
    }
    g->n_targets += rf;
}

static bool
place_topic(Generator *g, uint32_t index, GError **error)
{
    const RzTopic *topic = &g->snapshot->topics[index];
    uint32_t shift = index % g->n_ring;
    for (uint32_t i = 0; i < topic->n_partitions; i++) {
        uint32_t rf = g->snapshot->partitions[topic->first_partition + i].n_replicas;
        if (rf > g->n_ring) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INFEASIBLE,
                        "topic %s has %u replicas, there are %u brokers for them", topic->name, rf,
                        g->n_ring);
            return false;
        }
        if (i > 0 && i % g->n_ring == 0)
            shift++;
        place_partition(g, (i + index) % g->n_ring, shift, rf);
    }
    return true;
}

static bool
place_all(Generator *g, const RzPolicy *policy, gsize *first, GError **error)
{
    if (g->n_ring == 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INFEASIBLE, "no broker may hold replicas");
        return false;
    }
    const RzSnapshot *snapshot = g->snapshot;
    for (uint32_t t = 0; t < snapshot->n_topics; t++) {
        const RzTopic *topic = &snapshot->topics[t];
        bool covered = rz_policy_covers(policy, topic->name);
        for (uint32_t i = 0; i < topic->n_partitions; i++) {
            const RzPartition *p = &snapshot->partitions[topic->first_partition + i];
            gsize *start = &first[topic->first_partition + i];
            *start = i == 0 ? g->n_targets : start[-1] + p[-1].n_replicas;
            for (uint16_t r = 0; !covered && r < p->n_replicas; r++)
                g->targets[g->n_targets++] = snapshot->replicas[p->first_replica + r];
        }
        if (covered && !place_topic(g, t, error))
            return false;
    }
    first[snapshot->n_partitions] = g->n_targets;
    return true;
}

RzPlan *
rz_kafka_generate(const RzSnapshot *snapshot, const RzPolicy *policy, GError **error)
{
    g_autoptr(RzEligible) eligible = rz_eligible_new(snapshot, policy);
    g_autofree uint32_t *ring = g_new(uint32_t, snapshot->n_brokers + 1);
    g_autofree bool *rack_used = g_new0(bool, eligible->n_zones);
    g_autofree bool *broker_used = g_new0(bool, snapshot->n_brokers + 1);
    g_autofree uint32_t *targets = g_new(uint32_t, snapshot->n_replicas + 1);
    g_autofree gsize *first = g_new0(gsize, snapshot->n_partitions + 1);
    Generator g = {
        .snapshot = snapshot,
        .eligible = eligible,
        .ring = ring,
        .rack_used = rack_used,
        .broker_used = broker_used,
        .targets = targets,
    };
    arrange_ring(&g);
    if (!place_all(&g, policy, first, error))
        return NULL;
    return rz_plan_assemble(snapshot, policy, targets, first);
}
