/*
 * flow.c: how fast every copy that is catching up catches up.
 *
 * Copies that pass the same source, receiver and quotas get the same rate, so flows are sorted into
 * classes, and rates are max-min fair: all grow together until a NIC or quota is full, its classes
 * stop there, the rest go on. At most four resources a broker, each filled once.
 *
 * In-sync traffic comes first, as in Kafka: a member of the ISR is never delayed by the leader's
 * quota, yet its bytes are charged to it, and to the follower's. What is left is for catching up,
 * and it may be nothing.
 */
#include <stdlib.h>

#include "sim/sim_private.h"

enum { NIC_OUT, NIC_IN, LEADER_QUOTA, FOLLOWER_QUOTA, N_RESOURCES };

typedef struct {
    RzSimPartition *partition;
    RzSimCopy *copy;
    uint32_t source, receiver;
    uint32_t listed; /* bit 0: on the leader's side, bit 1: on the follower's */
} Flow;

/* Flows [first, end) share their resources. */
typedef struct {
    uint32_t first, end;
    uint32_t resources[N_RESOURCES], n_resources;
    bool settled;
} Class;

typedef struct {
    double room;        /* bytes/s not yet given away */
    uint32_t unsettled; /* flows still growing */
} Resource;

static int
compare_flows(const void *a, const void *b)
{
    const Flow *x = a, *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->receiver != y->receiver)
        return x->receiver < y->receiver ? -1 : 1;
    return x->listed < y->listed ? -1 : x->listed > y->listed;
}

static Flow
flow_of(const RzSim *sim, RzSimPartition *partition, RzSimCopy *copy)
{
    const RzSimTopic *topic = partition->topic;
    bool leader = rz_sim_is_listed(&topic->leader_listed, partition->number, partition->leader);
    bool follower = rz_sim_is_listed(&topic->follower_listed, partition->number, copy->broker->id);
    return (Flow){partition, copy, rz_sim_broker(sim, partition->leader)->index,
                  copy->broker->index, (leader ? 1u : 0u) | (follower ? 2u : 0u)};
}

static bool
has_copying(const RzSimPartition *partition)
{
    for (uint32_t i = 0; i < partition->n_copies; i++)
        if (partition->copies[i].state == RZ_COPY_COPYING)
            return true;
    return false;
}

/* Brings a copy up to now; one that misses nothing starts to join. */
static bool
goes_on(RzSim *sim, RzSimPartition *partition, RzSimCopy *copy)
{
    copy->left_bytes = rz_sim_copy_left(sim, partition, copy);
    copy->base_ms = sim->now_ms;
    copy->rate_per_s = 0;
    copy->falls_per_s = 0;
    if (!rz_sim_leader_serves(sim, partition))
        return false;
    if (copy->left_bytes >= 1.0)
        return true;
    copy->state = RZ_COPY_JOINING;
    copy->left_bytes = 0;
    copy->serial++;
    rz_sim_schedule(sim, rz_sim_controller_at(sim, sim->now_ms + sim->options.isr_delay_ms),
                    RZ_EVENT_JOIN, partition, copy->broker, copy->serial);
    return false;
}

static GArray *
collect_flows(RzSim *sim)
{
    GArray *flows = g_array_new(FALSE, FALSE, sizeof(Flow));
    for (uint32_t i = 0; i < sim->active->len;) {
        RzSimPartition *partition = g_ptr_array_index(sim->active, i);
        for (uint32_t j = 0; j < partition->n_copies; j++) {
            RzSimCopy *copy = &partition->copies[j];
            if (copy->state == RZ_COPY_COPYING && goes_on(sim, partition, copy)) {
                Flow flow = flow_of(sim, partition, copy);
                g_array_append_val(flows, flow);
            }
        }
        if (has_copying(partition)) {
            i++;
            continue;
        }
        g_ptr_array_remove_index_fast(sim->active, i);
        partition->active = RZ_NONE;
        if (i < sim->active->len)
            ((RzSimPartition *)g_ptr_array_index(sim->active, i))->active = i;
    }
    return flows;
}

static GArray *
classify(GArray *flows)
{
    GArray *classes = g_array_new(FALSE, FALSE, sizeof(Class));
    if (flows->len > 1)
        qsort(flows->data, flows->len, sizeof(Flow), compare_flows);
    for (uint32_t i = 0; i < flows->len;) {
        const Flow *flow = &g_array_index(flows, Flow, i);
        Class class = {.first = i};
        class.resources[class.n_resources++] = flow->source * N_RESOURCES + NIC_OUT;
        class.resources[class.n_resources++] = flow->receiver * N_RESOURCES + NIC_IN;
        if ((flow->listed & 1u) != 0)
            class.resources[class.n_resources++] = flow->source * N_RESOURCES + LEADER_QUOTA;
        if ((flow->listed & 2u) != 0)
            class.resources[class.n_resources++] = flow->receiver * N_RESOURCES + FOLLOWER_QUOTA;
        while (i < flows->len && compare_flows(flow, &g_array_index(flows, Flow, i)) == 0)
            i++;
        class.end = i;
        g_array_append_val(classes, class);
    }
    return classes;
}

static double
left_of(int64_t limit, int64_t used)
{
    return limit > used ? (double)(limit - used) : 0.0;
}

static Resource *
open_resources(const RzSim *sim, const GArray *classes)
{
    Resource *resources = g_new0(Resource, (gsize)sim->brokers->len * N_RESOURCES);
    for (uint32_t i = 0; i < sim->brokers->len; i++) {
        const RzSimBroker *broker = g_ptr_array_index(sim->brokers, i);
        Resource *own = &resources[i * N_RESOURCES];
        own[NIC_OUT].room = left_of(broker->nic_bytes_per_s, broker->base_out);
        own[NIC_IN].room = left_of(broker->nic_bytes_per_s, broker->base_in);
        own[LEADER_QUOTA].room = left_of(rz_sim_quota(sim, broker, true), broker->leader_charge);
        own[FOLLOWER_QUOTA].room =
            left_of(rz_sim_quota(sim, broker, false), broker->follower_charge);
    }
    for (uint32_t i = 0; i < classes->len; i++) {
        const Class *class = &g_array_index(classes, Class, i);
        for (uint32_t j = 0; j < class->n_resources; j++)
            resources[class->resources[j]].unsettled += class->end - class->first;
    }
    return resources;
}

static uint32_t
tightest(const Resource *resources, uint32_t n)
{
    uint32_t least = RZ_NONE;
    for (uint32_t i = 0; i < n; i++) {
        if (resources[i].unsettled == 0)
            continue;
        if (least == RZ_NONE || resources[i].room / resources[i].unsettled <
                                    resources[least].room / resources[least].unsettled)
            least = i;
    }
    return least;
}

static bool
passes(const Class *class, uint32_t resource)
{
    for (uint32_t j = 0; j < class->n_resources; j++)
        if (class->resources[j] == resource)
            return true;
    return false;
}

static void
settle_class(Class *class, GArray *flows, Resource *resources, double rate)
{
    uint32_t n = class->end - class->first;
    class->settled = true;
    for (uint32_t j = 0; j < class->n_resources; j++) {
        Resource *resource = &resources[class->resources[j]];
        resource->unsettled -= n;
        resource->room = MAX(0.0, resource->room - rate * n);
    }
    for (uint32_t i = class->first; i < class->end; i++)
        g_array_index(flows, Flow, i).copy->rate_per_s = rate;
}

static void
fill(const RzSim *sim, GArray *flows, GArray *classes)
{
    uint32_t n = sim->brokers->len * N_RESOURCES;
    g_autofree Resource *resources = open_resources(sim, classes);
    for (uint32_t full; (full = tightest(resources, n)) != RZ_NONE;) {
        double rate = resources[full].room / resources[full].unsettled;
        for (uint32_t i = 0; i < classes->len; i++) {
            Class *class = &g_array_index(classes, Class, i);
            if (!class->settled && passes(class, full))
                settle_class(class, flows, resources, rate);
        }
    }
}

static int64_t
caught_up_at(const RzSim *sim, const RzSimCopy *copy)
{
    double ms = copy->left_bytes / copy->falls_per_s * 1000.0;
    if (!(ms < (double)(RZ_SIM_NEVER / 4)))
        return RZ_SIM_NEVER;
    return sim->now_ms + (int64_t)ms + 1;
}

void
rz_sim_recompute(RzSim *sim)
{
    sim->rates_dirty = false;
    sim->flow_next_ms = RZ_SIM_NEVER;
    g_autoptr(GArray) flows = collect_flows(sim);
    if (flows->len == 0)
        return;
    g_autoptr(GArray) classes = classify(flows);
    fill(sim, flows, classes);
    for (uint32_t i = 0; i < flows->len; i++) {
        const Flow *flow = &g_array_index(flows, Flow, i);
        RzSimCopy *copy = flow->copy;
        copy->falls_per_s = copy->rate_per_s - (double)flow->partition->write_rate;
        if (copy->falls_per_s > 0)
            sim->flow_next_ms = MIN(sim->flow_next_ms, caught_up_at(sim, copy));
    }
}
