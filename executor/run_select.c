/*
 * run_select.c: which partitions go next.
 *
 * Every broker has a queue of what it is to receive. The broker with the most bytes to come bounds
 * the whole run, so its queue is longest first (longest processing time, Graham 1969) and is served
 * first; elsewhere there is slack, and what makes the most partitions survive a zone's loss per
 * byte goes first. There is no barrier: whoever finishes is replaced in the next cycle.
 *
 * A throttled partition is either listed (Kafka slows it down) or paced (it is copied at full speed
 * but submitted only when the receiving broker's token bucket holds its bytes). Listing is what
 * hurts producers, so what fits into a second of the rate is paced.
 */
#include "executor/run_private.h"

#include <stdlib.h>

#define LOOKAHEAD 64
#define LISTED_WINDOW 16
#define UNTHROTTLED_WINDOW 16
#define COUNT_MAX 256
#define SOURCE_MAX 64
#define LISTED_SECONDS 8
#define PACED_SECONDS 3
#define UNTHROTTLED_BYTES ((int64_t)256 << 20)

/* A cap of a pair of zones that is below the throttle is the throttle of its receivers. */
int64_t
rz_run_rate_into(const RzRun *run, const RzRunBroker *broker)
{
    int64_t rate = run->rate;
    for (guint i = 0; i < run->caps->len; i++) {
        const RzRunCap *cap = &g_array_index(run->caps, RzRunCap, i);
        if (cap->to == broker->zone)
            rate = MIN(rate, cap->bytes_per_s);
    }
    return rate;
}

bool
rz_part_wants_list(RzRun *run, const RzPart *part)
{
    if (run->rate <= 0 || rz_part_n_adding(run, part) == 0)
        return false;
    if (run->journal->settings.throttle_mode != RZ_THROTTLE_PACED || part->bytes > run->rate)
        return true;
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; run->caps->len > 0 && i < n; i++)
        if (rz_part_is_adding(run, part, goal[i]) &&
            part->bytes > rz_run_rate_into(run, rz_run_broker(run, goal[i])))
            return true;
    return false;
}

/* ---- order ---- */

static uint32_t
zones_survived(RzRun *run, const int32_t *ids, uint16_t n, int32_t min_isr)
{
    uint32_t survived = 0;
    for (guint z = 0; z < run->zone_safe->len; z++) {
        const char *zone = g_array_index(run->zone_safe, RzZoneSafe, z).zone;
        int32_t left = 0;
        for (uint16_t i = 0; i < n; i++)
            left += rz_run_broker(run, ids[i])->zone != zone;
        survived += left >= min_isr;
    }
    return survived;
}

/* Zones whose loss the goal survives and the origin does not, per byte. */
static double
protection(RzRun *run, const RzPart *part)
{
    uint16_t n_goal, n_origin;
    const int32_t *goal = rz_part_goal(run, part, &n_goal);
    const int32_t *origin = rz_part_origin(run, part, &n_origin);
    int32_t min_isr = run->topics[part->topic].min_isr;
    double gain = (double)zones_survived(run, goal, n_goal, min_isr) -
                  (double)zones_survived(run, origin, n_origin, min_isr);
    return gain / (double)(part->bytes + 1);
}

typedef struct {
    const RzRun *run;
    const double *gain;
    bool critical;
} Order;

static int
compare_parts(gconstpointer a, gconstpointer b, gpointer data)
{
    const Order *order = data;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (!order->critical && order->gain[x] != order->gain[y])
        return order->gain[x] > order->gain[y] ? -1 : 1;
    const RzPart *parts = order->run->parts;
    if (parts[x].bytes != parts[y].bytes)
        return parts[x].bytes > parts[y].bytes ? -1 : 1;
    return (x > y) - (x < y);
}

static int
compare_load(gconstpointer a, gconstpointer b)
{
    const RzRunBroker *x = *(RzRunBroker *const *)a, *y = *(RzRunBroker *const *)b;
    if (x->pending_bytes != y->pending_bytes)
        return x->pending_bytes > y->pending_bytes ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Parts that its token bucket will have to pay for. */
static void
count_small(RzRun *run, const RzPart *part, int sign)
{
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; i < n && !rz_part_wants_list(run, part); i++)
        if (rz_part_is_adding(run, part, goal[i]))
            rz_run_broker(run, goal[i])->pending_small += sign;
}

void
rz_run_requeue(RzRun *run, RzPart *part)
{
    uint32_t index = (uint32_t)(part - run->parts);
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    bool copies = false;
    for (uint16_t i = 0; i < n; i++) {
        if (!rz_part_is_adding(run, part, goal[i]))
            continue;
        RzRunBroker *broker = rz_run_broker(run, goal[i]);
        g_array_append_val(broker->queue, index);
        copies = true;
    }
    /* What goes back to a list whose brokers it still has copies nothing, whatever its origin. */
    if (!copies || part->seen == RZ_SEEN_SHUFFLED)
        g_array_append_val(run->instant, index);
    count_small(run, part, 1);
    part->parked = false;
}

void
rz_run_build_queues(RzRun *run)
{
    g_array_set_size(run->instant, 0);
    g_array_set_size(run->parked, 0);
    for (guint b = 0; b < run->broker_list->len; b++) {
        RzRunBroker *broker = run->broker_list->pdata[b];
        g_array_set_size(broker->queue, 0);
        broker->head = 0;
        broker->pending_bytes = 0;
        broker->pending_small = 0;
    }
    g_autofree double *gain = g_new0(double, run->n_parts + 1);
    for (uint32_t i = 0; i < run->n_parts; i++) {
        if (run->parts[i].state != RZ_PART_PENDING || run->parts[i].in_window)
            continue;
        gain[i] = protection(run, &run->parts[i]);
        rz_run_requeue(run, &run->parts[i]);
        rz_part_owe(run, &run->parts[i], 1);
    }
    g_ptr_array_sort(run->broker_list, compare_load);
    for (guint b = 0; b < run->broker_list->len; b++) {
        RzRunBroker *broker = run->broker_list->pdata[b];
        Order order = {run, gain, b == 0};
        g_array_sort_with_data(broker->queue, compare_parts, &order);
    }
}

/* ---- admission ---- */

static RzRunCap *
cap_between(RzRun *run, const char *from, const char *to)
{
    for (guint i = 0; i < run->caps->len; i++) {
        RzRunCap *cap = &g_array_index(run->caps, RzRunCap, i);
        if (cap->from == from && cap->to == to)
            return cap;
    }
    return NULL;
}

/* The zone pair caps a part is charged to; sign 0 asks, -1 charges. */
static bool
pass_caps(RzRun *run, const RzPart *part, bool charge)
{
    int32_t source = rz_part_source(run, part);
    if (run->caps->len == 0 || source == RZ_NO_BROKER)
        return true;
    const char *from = rz_run_broker(run, source)->zone;
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; i < n; i++) {
        if (!rz_part_is_adding(run, part, goal[i]))
            continue;
        RzRunCap *cap = cap_between(run, from, rz_run_broker(run, goal[i])->zone);
        if (cap != NULL && charge)
            cap->tokens -= part->bytes; /* below zero: the next one waits until it is paid */
        else if (cap != NULL && cap->tokens <= 0)
            return false;
    }
    return true;
}

static uint32_t
narrowed(const RzRun *run, uint32_t window)
{
    return MAX(window >> run->window_shift, 1);
}

static bool
broker_admits(const RzRun *run, const RzRunBroker *broker, const RzPart *part, bool listed)
{
    int64_t rate = run->rate;
    if (listed) {
        uint32_t window = narrowed(run, LISTED_WINDOW);
        if (part->bytes > rate && window > 1)
            window--; /* a slot is kept for small ones */
        return broker->n_listed < window ||
               (broker->n_listed < COUNT_MAX &&
                broker->listed_bytes + part->bytes <= LISTED_SECONDS * rate);
    }
    if (rate > 0)
        return broker->tokens > 0 && broker->n_unlisted < narrowed(run, COUNT_MAX) &&
               (broker->n_unlisted == 0 ||
                broker->unlisted_bytes + part->bytes <= PACED_SECONDS * rate);
    return broker->n_unlisted < narrowed(run, UNTHROTTLED_WINDOW) ||
           (broker->n_unlisted < COUNT_MAX &&
            broker->unlisted_bytes + part->bytes <= UNTHROTTLED_BYTES);
}

/* Whether it would be over before the window closes. What is too long for any window gets a whole
 * one, and its broker for itself. */
static bool
fits_window(const RzRun *run, const RzRunBroker *broker, const RzPart *part)
{
    int64_t rate = run->rate > 0 ? run->rate : run->bytes_rate;
    int64_t in_flight = broker->listed_bytes + broker->unlisted_bytes;
    if (run->window_left_s == INT64_MAX || rate <= 0)
        return true;
    if ((in_flight + part->bytes) / rate < run->window_left_s)
        return true;
    return in_flight == 0 && part->bytes / rate >= run->window_length_s &&
           run->window_left_s >= run->window_length_s - 60;
}

static void
park(RzRun *run, RzPart *part, RzBlock block, int32_t broker)
{
    uint32_t index = (uint32_t)(part - run->parts);
    rz_part_block(part, block, broker);
    count_small(run, part, -1);
    part->parked = true;
    g_array_append_val(run->parked, index);
}

static bool
admit(RzRun *run, RzPart *part)
{
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    bool listed = rz_part_wants_list(run, part);
    int32_t source = rz_part_source(run, part);
    bool fits = source == RZ_NO_BROKER ||
                rz_run_broker(run, source)->n_sourcing < narrowed(run, SOURCE_MAX);
    for (uint16_t i = 0; i < n; i++) {
        const RzRunBroker *broker = rz_run_broker(run, goal[i]);
        if (!broker->alive || run->cycle_ms < broker->suspect_until_ms) {
            park(run, part, RZ_BLOCK_DEAD_TARGET, goal[i]);
            return false;
        }
        if (!rz_part_is_adding(run, part, goal[i]))
            continue;
        if (broker->room_bytes >= 0 &&
            broker->listed_bytes + broker->unlisted_bytes + part->bytes > broker->room_bytes) {
            park(run, part, RZ_BLOCK_DISK, goal[i]);
            return false;
        }
        fits = fits && broker_admits(run, broker, part, listed) && fits_window(run, broker, part);
    }
    return fits && pass_caps(run, part, false);
}

static void
take(RzRun *run, RzPart *part, GArray *chosen)
{
    uint32_t index = (uint32_t)(part - run->parts);
    rz_part_enter(run, part, rz_part_source(run, part));
    pass_caps(run, part, true);
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; i < n && !part->listed; i++)
        if (rz_part_is_adding(run, part, goal[i]))
            rz_run_broker(run, goal[i])->tokens -= part->bytes;
    count_small(run, part, -1);
    g_array_append_val(chosen, index);
}

static bool
waits(const RzPart *part)
{
    return part->state == RZ_PART_PENDING && !part->in_window && !part->parked;
}

/* Takes out what does not wait any more. */
static void
compact_queue(const RzRun *run, RzRunBroker *broker)
{
    guint kept = 0;
    for (guint i = broker->head; i < broker->queue->len; i++) {
        uint32_t index = g_array_index(broker->queue, uint32_t, i);
        if (waits(&run->parts[index]))
            g_array_index(broker->queue, uint32_t, kept++) = index;
    }
    g_array_set_size(broker->queue, kept);
    broker->head = 0;
}

/* A first one that does not fit is passed by many that do: they are not passed again every cycle.
 */
static void
serve(RzRun *run, RzRunBroker *broker, GArray *chosen)
{
    while (broker->head < broker->queue->len &&
           !waits(&run->parts[g_array_index(broker->queue, uint32_t, broker->head)]))
        broker->head++;
    guint tried = 0, passed = 0;
    for (guint i = broker->head; i < broker->queue->len && tried < LOOKAHEAD; i++) {
        RzPart *part = &run->parts[g_array_index(broker->queue, uint32_t, i)];
        passed += !waits(part);
        if (!waits(part))
            continue;
        if (chosen->len >= run->batch_max)
            break;
        if (admit(run, part))
            take(run, part, chosen);
        else
            tried++;
    }
    if (passed > broker->queue->len / 4 + LOOKAHEAD)
        compact_queue(run, broker);
}

static void
serve_instant(RzRun *run, GArray *chosen)
{
    while (run->instant->len > 0 && chosen->len < run->batch_max) {
        uint32_t index = g_array_index(run->instant, uint32_t, run->instant->len - 1);
        RzPart *part = &run->parts[index];
        g_array_set_size(run->instant, run->instant->len - 1);
        if (!waits(part))
            continue;
        count_small(run, part, -1);
        part->in_window = true; /* chosen, charged to nobody */
        part->listed = part->charged = false;
        part->source = RZ_NO_BROKER;
        g_array_append_val(chosen, index);
    }
}

/* ---- buckets ---- */

static int64_t
refilled(int64_t tokens, int64_t rate, int64_t elapsed_ms, int64_t most)
{
    /* A second at a time keeps the product small; a bucket holds no more than a second anyway. */
    int64_t gain = rate / 1000 * MIN(elapsed_ms, 2000) + rate % 1000 * MIN(elapsed_ms, 2000) / 1000;
    return MIN(tokens + gain, most);
}

static void
fill_buckets(RzRun *run)
{
    int64_t elapsed = run->cycle_ms - run->bucket_ms;
    run->bucket_ms = run->cycle_ms;
    if (elapsed <= 0)
        return;
    for (guint b = 0; b < run->broker_list->len; b++) {
        RzRunBroker *broker = run->broker_list->pdata[b];
        int64_t share = broker->n_listed > 0 ? run->rate / 2 : run->rate;
        broker->tokens = refilled(broker->tokens, share, elapsed, run->rate);
    }
    for (guint i = 0; i < run->caps->len; i++) {
        RzRunCap *cap = &g_array_index(run->caps, RzRunCap, i);
        cap->tokens = refilled(cap->tokens, cap->bytes_per_s, elapsed, cap->bytes_per_s);
    }
}

void
rz_run_select(RzRun *run, GArray *chosen)
{
    if (run->rate > 0 || run->caps->len > 0)
        fill_buckets(run);
    serve_instant(run, chosen);
    for (guint b = 0; b < run->broker_list->len; b++)
        serve(run, run->broker_list->pdata[b], chosen);
}
