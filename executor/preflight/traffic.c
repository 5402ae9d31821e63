/*
 * traffic.c: what the plan and the producers ask of each broker, read once.
 */
#include <stdlib.h>

#include "executor/preflight/context.h"

/* ---- receivers ---- */

static RzReceiver *
find_receiver(GArray *receivers, int32_t id)
{
    for (guint i = 0; i < receivers->len; i++) {
        RzReceiver *receiver = &g_array_index(receivers, RzReceiver, i);
        if (receiver->id == id)
            return receiver;
    }
    RzReceiver added = {.id = id};
    g_array_append_val(receivers, added);
    return &g_array_index(receivers, RzReceiver, receivers->len - 1);
}

static int64_t
write_rate_of(const RzSnapshot *now, const char *topic, int32_t number)
{
    uint32_t t = rz_snapshot_find_topic(now, topic);
    uint32_t p = t == RZ_NONE ? RZ_NONE : rz_snapshot_find_partition(now, t, number);
    return p == RZ_NONE ? -1 : now->partitions[p].write_rate_bytes_per_s;
}

static void
add_rate(RzReceiver *receiver, int64_t rate)
{
    bool known = rate >= 0 && receiver->write_rate_bytes_per_s >= 0;
    receiver->write_rate_bytes_per_s = known ? receiver->write_rate_bytes_per_s + rate : -1;
}

static int
by_id(const void *a, const void *b)
{
    int32_t left = ((const RzReceiver *)a)->id, right = ((const RzReceiver *)b)->id;
    return (left > right) - (left < right);
}

static void
collect_receivers(RzPreflightContext *context)
{
    const RzPlan *plan = context->plan;
    g_autoptr(GArray) receivers = g_array_new(FALSE, TRUE, sizeof(RzReceiver));
    for (uint32_t i = 0; i < plan->n_moves; i++) {
        const RzMove *move = &plan->moves[i];
        int64_t rate = write_rate_of(context->now, plan->topics[move->topic].name, move->partition);
        for (uint16_t r = 0; r < move->n_to; r++) {
            int32_t id = rz_move_to(plan, move)[r];
            if (rz_plan_list_has(rz_move_from(plan, move), move->n_from, id))
                continue;
            RzReceiver *receiver = find_receiver(receivers, id);
            receiver->incoming_bytes += move->size_bytes;
            receiver->n_incoming++;
            add_rate(receiver, rate);
        }
    }
    context->n_receivers = receivers->len;
    context->receivers = (RzReceiver *)(void *)g_array_steal(receivers, NULL);
    if (context->n_receivers > 0)
        qsort(context->receivers, context->n_receivers, sizeof *context->receivers, by_id);
    for (uint32_t i = 0; i < context->n_receivers; i++)
        context->receivers[i].log_dirs =
            rz_cluster_describe_log_dirs(context->cluster, context->receivers[i].id, NULL, 0, NULL);
}

/* ---- all brokers ---- */

static RzBrokerTraffic *
traffic_of(const RzPreflightContext *context, int32_t broker)
{
    uint32_t index = rz_snapshot_find_broker(context->now, broker);
    return index == RZ_NONE ? NULL : &context->traffic[index];
}

const RzBrokerTraffic *
rz_preflight_traffic(const RzPreflightContext *context, int32_t broker)
{
    return traffic_of(context, broker);
}

/* What is written now: every replica takes it in, the leader sends it to the others. */
static void
count_writes(RzPreflightContext *context)
{
    const RzSnapshot *now = context->now;
    context->write_rates_known = true;
    for (uint32_t p = 0; p < now->n_partitions; p++) {
        const RzPartition *partition = &now->partitions[p];
        if (partition->write_rate_bytes_per_s < 0) {
            context->write_rates_known = false;
            continue;
        }
        double rate = (double)partition->write_rate_bytes_per_s;
        for (uint16_t r = 0; r < partition->n_replicas; r++)
            context->traffic[now->replicas[partition->first_replica + r]].in_bytes_per_s += rate;
        if (partition->leader != RZ_NONE)
            context->traffic[partition->leader].out_bytes_per_s +=
                rate * (partition->n_replicas - 1);
    }
}

/* New replicas take part in the writes from the day they begin to copy. */
static void
count_move(RzPreflightContext *context, const RzMove *move)
{
    const RzPlan *plan = context->plan;
    int64_t known = write_rate_of(context->now, plan->topics[move->topic].name, move->partition);
    double rate = (double)MAX(known, 0);
    RzBrokerTraffic *source = traffic_of(context, move->leader);
    for (uint16_t r = 0; r < move->n_to; r++) {
        int32_t id = rz_move_to(plan, move)[r];
        RzBrokerTraffic *target = traffic_of(context, id);
        if (target == NULL || rz_plan_list_has(rz_move_from(plan, move), move->n_from, id))
            continue;
        target->receives = true;
        target->in_bytes_per_s += rate;
        context->copied_bytes += move->size_bytes;
        if (source == NULL)
            continue;
        source->out_bytes_per_s += rate;
        source->source_bytes += move->size_bytes;
    }
}

void
rz_preflight_read_traffic(RzPreflightContext *context)
{
    collect_receivers(context);
    context->n_traffic = context->now->n_brokers;
    context->traffic = g_new0(RzBrokerTraffic, MAX(context->n_traffic, 1));
    for (uint32_t b = 0; b < context->n_traffic; b++)
        context->traffic[b].id = context->now->brokers[b].id;
    count_writes(context);
    for (uint32_t i = 0; i < context->plan->n_moves; i++)
        count_move(context, &context->plan->moves[i]);
}
