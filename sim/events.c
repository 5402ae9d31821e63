/*
 * events.c: virtual time: what is due, in order, and the loop that lets it happen.
 *
 * A binary heap by moment and arrival holds what is scheduled; the flows add one more moment, when
 * the next copy has caught up. Everything due at one moment happens before rates are recomputed, so
 * a thousand copies that join together cost one recomputation. Events are never removed: they carry
 * a serial, and one that no longer matches is ignored.
 */
#include "sim/sim_private.h"

static RzSimEvent *
event_at(const RzSim *sim, uint32_t i)
{
    return &g_array_index(sim->events, RzSimEvent, i);
}

static bool
is_before(const RzSimEvent *a, const RzSimEvent *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void
swap_events(RzSimEvent *a, RzSimEvent *b)
{
    RzSimEvent kept = *a;
    *a = *b;
    *b = kept;
}

void
rz_sim_schedule(RzSim *sim, int64_t at_ms, RzSimEventKind kind, RzSimPartition *partition,
                RzSimBroker *broker, uint32_t serial)
{
    RzSimEvent event = {at_ms, sim->event_order++, kind, partition, broker, serial};
    g_array_append_val(sim->events, event);
    uint32_t i = sim->events->len - 1;
    while (i > 0 && is_before(event_at(sim, i), event_at(sim, (i - 1) / 2))) {
        swap_events(event_at(sim, i), event_at(sim, (i - 1) / 2));
        i = (i - 1) / 2;
    }
}

bool
rz_sim_next_scheduled(const RzSim *sim, RzSimEvent *event)
{
    if (sim->events->len == 0)
        return false;
    *event = *event_at(sim, 0);
    return true;
}

void
rz_sim_pop_scheduled(RzSim *sim)
{
    uint32_t last = sim->events->len - 1;
    *event_at(sim, 0) = *event_at(sim, last);
    g_array_set_size(sim->events, last);
    for (uint32_t i = 0;;) {
        uint32_t least = i, left = 2 * i + 1, right = left + 1;
        if (left < last && is_before(event_at(sim, left), event_at(sim, least)))
            least = left;
        if (right < last && is_before(event_at(sim, right), event_at(sim, least)))
            least = right;
        if (least == i)
            return;
        swap_events(event_at(sim, i), event_at(sim, least));
        i = least;
    }
}

int64_t
rz_sim_controller_at(const RzSim *sim, int64_t at_ms)
{
    return MAX(at_ms, sim->controller_back_ms);
}

static void
join(RzSim *sim, const RzSimEvent *event)
{
    RzSimCopy *copy = rz_sim_copy(event->partition, event->broker->id);
    if (copy == NULL || copy->serial != event->serial || copy->state != RZ_COPY_JOINING)
        return;
    rz_sim_join_isr(sim, event->partition, copy);
}

static void
fall_behind(RzSim *sim, const RzSimEvent *event)
{
    RzSimCopy *copy = rz_sim_copy(event->partition, event->broker->id);
    if (copy != NULL && copy->serial == event->serial && copy->stalled)
        rz_sim_leave_isr(sim, event->partition, event->broker);
}

static void
happen(RzSim *sim, const RzSimEvent *event)
{
    if (sim->controller_back_ms > sim->now_ms) { /* all of these are the controller's to commit */
        rz_sim_schedule(sim, sim->controller_back_ms, event->kind, event->partition, event->broker,
                        event->serial);
        return;
    }
    switch (event->kind) {
    case RZ_EVENT_FENCE:
        if (event->broker->generation == event->serial)
            rz_sim_fence(sim, event->broker);
        break;
    case RZ_EVENT_UNFENCE:
        if (event->broker->generation == event->serial)
            rz_sim_unfence(sim, event->broker);
        break;
    case RZ_EVENT_JOIN:
        join(sim, event);
        break;
    case RZ_EVENT_LAG:
        fall_behind(sim, event);
        break;
    case RZ_EVENT_REBALANCE:
        rz_sim_rebalance(sim);
        break;
    }
}

int64_t
rz_sim_next_event_ms(RzSim *sim)
{
    if (sim->rates_dirty)
        rz_sim_recompute(sim);
    RzSimEvent event;
    int64_t scheduled = rz_sim_next_scheduled(sim, &event) ? event.at_ms : RZ_SIM_NEVER;
    return MIN(scheduled, sim->flow_next_ms);
}

static void
happen_all_due(RzSim *sim)
{
    if (sim->flow_next_ms <= sim->now_ms)
        sim->rates_dirty = true;
    RzSimEvent event;
    while (rz_sim_next_scheduled(sim, &event) && event.at_ms <= sim->now_ms) {
        rz_sim_pop_scheduled(sim);
        happen(sim, &event);
    }
}

void
rz_sim_advance(RzSim *sim, int64_t ms)
{
    g_assert(ms >= 0);
    int64_t end = sim->now_ms + ms;
    for (;;) {
        int64_t next = rz_sim_next_event_ms(sim);
        if (next > end)
            break;
        sim->now_ms = MAX(next, sim->now_ms);
        happen_all_due(sim);
    }
    sim->now_ms = end;
}

bool
rz_sim_settle(RzSim *sim, int64_t max_ms)
{
    int64_t end = sim->now_ms + max_ms;
    while (g_hash_table_size(sim->moving) > 0) {
        int64_t next = rz_sim_next_event_ms(sim);
        if (next > end) {
            rz_sim_advance(sim, end - sim->now_ms);
            return false;
        }
        rz_sim_advance(sim, next - sim->now_ms);
    }
    return true;
}
