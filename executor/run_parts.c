/*
 * run_parts.c: a partition's goal, its place in the counts, lists and windows.
 *
 * Every change of state passes through rz_part_set_state(), and every charge to a window through
 * rz_part_enter() and rz_part_leave(), so that counts cannot drift from the states.
 */
#include "executor/run_private.h"

#include <stdarg.h>

/* Forward from list to list; back from wherever it is to the original at once. */
const int32_t *
rz_part_goal(const RzRun *run, const RzPart *part, uint16_t *n)
{
    if (part->n_steps > 0 && !part->back)
        return rz_part_step(run, part, MIN(part->at, part->n_steps) + 1, n);
    *n = part->back ? part->n_from : part->n_to;
    return run->ids + (part->back ? part->first_from : part->first_to);
}

const int32_t *
rz_part_origin(const RzRun *run, const RzPart *part, uint16_t *n)
{
    if (part->n_steps > 0)
        return rz_part_step(run, part, part->back ? MAX(part->at, 1) : MIN(part->at, part->n_steps),
                            n);
    *n = part->back ? part->n_to : part->n_from;
    return run->ids + (part->back ? part->first_to : part->first_from);
}

bool
rz_part_is_adding(const RzRun *run, const RzPart *part, int32_t broker)
{
    uint16_t n_goal, n_origin;
    const int32_t *goal = rz_part_goal(run, part, &n_goal);
    const int32_t *origin = rz_part_origin(run, part, &n_origin);
    return rz_list_has(goal, n_goal, broker) && !rz_list_has(origin, n_origin, broker);
}

uint32_t
rz_part_n_adding(const RzRun *run, const RzPart *part)
{
    uint16_t n;
    uint32_t adding = 0;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; i < n; i++)
        adding += rz_part_is_adding(run, part, goal[i]);
    return adding;
}

int32_t
rz_part_source(const RzRun *run, const RzPart *part)
{
    uint16_t n;
    bool first = !part->back && (part->at == 0 || part->n_steps == 0);
    return first ? part->leader : rz_part_origin(run, part, &n)[0];
}

void
rz_part_owe(RzRun *run, const RzPart *part, int sign)
{
    uint16_t n_final = part->back ? part->n_from : part->n_to, n_here;
    const int32_t *final = run->ids + (part->back ? part->first_from : part->first_to);
    const int32_t *here = part->state == RZ_PART_STEPPING ? rz_part_goal(run, part, &n_here)
                                                          : rz_part_origin(run, part, &n_here);
    for (uint16_t i = 0; i < n_final; i++)
        if (!rz_list_has(here, n_here, final[i]))
            rz_run_broker(run, final[i])->pending_bytes += sign * part->bytes;
}

char *
rz_part_name(const RzRun *run, const RzPart *part)
{
    return g_strdup_printf("%s-%d", run->topics[part->topic].name, part->number);
}

bool
rz_part_is_active(const RzPart *part)
{
    return part->state == RZ_PART_SENT || part->state == RZ_PART_MOVING ||
           part->state == RZ_PART_STEPPING || part->state == RZ_PART_CANCELLING ||
           part->state == RZ_PART_YIELDING;
}

void
rz_part_set_state(RzRun *run, RzPart *part, RzPartState state, const char *why)
{
    if (part->state == state)
        return;
    bool was_active = rz_part_is_active(part);
    bool was_done = part->state == RZ_PART_DONE && !part->back;
    run->counts[part->state]--;
    run->counts[state]++;
    part->state = (uint8_t)state;
    part->block = RZ_BLOCK_NONE;
    part->blocker = RZ_NO_BROKER;
    run->n_forward_done += (state == RZ_PART_DONE && !part->back);
    run->n_forward_done -= was_done;
    if (!was_active && rz_part_is_active(part)) {
        uint32_t index = (uint32_t)(part - run->parts);
        if (!part->in_active) /* it leaves the array when the cycle compacts it */
            g_array_append_val(run->active, index);
        part->in_active = true;
        run->topics[part->topic].n_active++;
    } else if (was_active && !rz_part_is_active(part)) {
        run->topics[part->topic].n_active--;
    }
    if (run->phase != RZ_PHASE_READING || (state != RZ_PART_DONE && state != RZ_PART_PENDING))
        rz_run_part_event(run, part, why);
}

void
rz_part_turn(RzRun *run, RzPart *part, bool back, RzPartState state, const char *why)
{
    rz_part_leave(run, part);
    bool counted = part->state == RZ_PART_DONE && !part->back;
    part->back = back;
    run->n_forward_done -= counted;
    run->n_forward_done += (part->state == RZ_PART_DONE && !part->back);
    part->led = false;
    part->since_ms = run->cycle_ms;
    part->acted_ms = 0;
    rz_part_set_state(run, part, state, why);
}

void
rz_part_block(RzPart *part, RzBlock block, int32_t broker)
{
    part->block = (uint8_t)block;
    part->blocker = broker;
}

static const char *const block_texts[] = {
    [RZ_BLOCK_NONE] = "",
    [RZ_BLOCK_DEAD_TARGET] = "a new replica's broker is down",
    [RZ_BLOCK_NO_LEADER] = "it has no leader to copy from",
    [RZ_BLOCK_KEPT_OUT_OF_SYNC] = "a replica that stays is out of the ISR",
    [RZ_BLOCK_NO_SAFE_CANCEL] = "no original replica is alive and in sync, a cancel would lose it",
    [RZ_BLOCK_REFUSED] = "the cluster refused the request",
    [RZ_BLOCK_FOREIGN] = "a move of others runs on it",
    [RZ_BLOCK_DRIFTED] = "others changed its replicas",
    [RZ_BLOCK_GONE] = "the topic was deleted or created anew",
    [RZ_BLOCK_STALLED] = "it does not catch up: the throttle is at or below what is written to it",
    [RZ_BLOCK_DISK] = "no room on the receiving broker's disk",
};

/* Whichever way the partition goes, this one has a replica before and after. */
static bool
keeps_replica(const RzRun *run, const RzPart *part, int32_t broker)
{
    return rz_list_has(run->ids + part->first_from, part->n_from, broker) &&
           rz_list_has(run->ids + part->first_to, part->n_to, broker);
}

char *
rz_part_block_text(const RzRun *run, const RzPart *part)
{
    const char *text = block_texts[part->block];
    if (part->blocker == RZ_NO_BROKER)
        return g_strdup(text);
    if (part->block == RZ_BLOCK_DEAD_TARGET && keeps_replica(run, part, part->blocker))
        text = "the broker of a replica that stays is down";
    return g_strdup_printf("%s (broker %d)", text, part->blocker);
}

static void
charge(RzRun *run, RzPart *part, int sign)
{
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; i < n; i++) {
        if (!rz_part_is_adding(run, part, goal[i]))
            continue;
        RzRunBroker *broker = rz_run_broker(run, goal[i]);
        if (part->listed) {
            broker->n_listed += (uint32_t)sign;
            broker->listed_bytes += sign * part->bytes;
        } else {
            broker->n_unlisted += (uint32_t)sign;
            broker->unlisted_bytes += sign * part->bytes;
        }
    }
    if (part->source != RZ_NO_BROKER)
        rz_run_broker(run, part->source)->n_sourcing += (uint32_t)sign;
}

void
rz_part_enter(RzRun *run, RzPart *part, int32_t source)
{
    if (part->in_window)
        return;
    part->in_window = part->charged = true;
    part->leader_ms = part->grew_ms = 0;
    part->write_rate = 0;
    part->source = source;
    part->listed = rz_part_wants_list(run, part);
    part->joined = 0;
    charge(run, part, 1);
    if (!part->listed)
        return;
    RzRunTopic *topic = &run->topics[part->topic];
    uint32_t index = (uint32_t)(part - run->parts);
    if (topic->listed == NULL)
        topic->listed = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_array_append_val(topic->listed, index);
}

void
rz_run_want_prune(RzRun *run, uint32_t topic)
{
    if (run->topics[topic].prune)
        return;
    run->topics[topic].prune = true;
    g_array_append_val(run->to_prune, topic);
}

static void
unlist(RzRun *run, const RzPart *part)
{
    GArray *listed = run->topics[part->topic].listed;
    for (guint i = 0; i < listed->len; i++)
        if (g_array_index(listed, uint32_t, i) == (uint32_t)(part - run->parts)) {
            g_array_remove_index(listed, i);
            break;
        }
    rz_run_want_prune(run, part->topic);
}

void
rz_part_join(RzRun *run, RzPart *part, uint16_t at)
{
    part->joined |= UINT32_C(1) << at;
    if (part->listed)
        rz_run_want_prune(run, part->topic);
}

void
rz_part_leave(RzRun *run, RzPart *part)
{
    if (!part->in_window)
        return;
    if (part->charged)
        charge(run, part, -1);
    part->in_window = part->charged = false;
    if (part->listed)
        unlist(run, part);
    part->listed = false;
    part->source = RZ_NO_BROKER;
}

void
rz_run_reason(RzRun *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (run->reason->len > 0)
        g_string_append(run->reason, "; ");
    g_string_append(run->reason, text);
}
