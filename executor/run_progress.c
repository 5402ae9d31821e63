/*
 * run_progress.c: bytes, rate, ETA, and who does not catch up.
 *
 * Sizes are asked of the receiving brokers, for in-flight partitions only, because a broker walks
 * its logs for every call. They are for people: whether a move is over is decided by the ISR.
 */
#include "executor/run_private.h"

#define INTERVAL_MS 5000
#define STALLED_MS 60000
#define STALE_RATE_WEIGHT 3 /* old : new = 3 : 1 */

static RzPart *
named_part(RzRun *run, const GArray *parts, const char *topic, int32_t number)
{
    uint32_t index = GPOINTER_TO_UINT(g_hash_table_lookup(run->topic_index, topic));
    for (guint i = 0; index > 0 && i < parts->len; i++) {
        RzPart *part = &run->parts[g_array_index(parts, uint32_t, i)];
        if (part->topic == index - 1 && part->number == number)
            return part;
    }
    return NULL;
}

static bool
ask_broker(RzRun *run, RzRunBroker *broker, const GArray *parts, GError **error)
{
    g_autofree RzTopicPartition *names = g_new(RzTopicPartition, parts->len);
    for (guint i = 0; i < parts->len; i++) {
        const RzPart *part = &run->parts[g_array_index(parts, uint32_t, i)];
        names[i] = (RzTopicPartition){run->topics[part->topic].name, part->number};
    }
    g_autoptr(GError) failure = NULL;
    g_autoptr(RzClusterLogDirs) dirs =
        rz_cluster_describe_log_dirs(run->cluster, broker->id, names, parts->len, &failure);
    if (g_error_matches(failure, RZ_ERROR, RZ_ERROR_DENIED)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    for (uint32_t d = 0; dirs != NULL && d < dirs->n_dirs; d++)
        for (uint32_t r = 0; r < dirs->dirs[d].n_replicas; r++) {
            const RzLogDirReplica *replica = &dirs->dirs[d].replicas[r];
            RzPart *part = named_part(run, parts, replica->topic, replica->partition);
            if (part == NULL || replica->future)
                continue;
            int64_t copied = CLAMP(replica->size_bytes, 0, part->bytes);
            part->copied_bytes += copied;
            broker->copied_bytes += copied;
        }
    return true; /* a broker that does not answer costs a figure */
}

/* ---- what is written meanwhile ---- */

static void
note_leader_size(RzRun *run, RzPart *part, int64_t bytes)
{
    int64_t elapsed = run->cycle_ms - part->leader_ms;
    if (part->leader_ms != 0 && elapsed > 0)
        part->write_rate = MAX(bytes - part->leader_bytes, 0) * 1000 / elapsed;
    part->leader_bytes = bytes;
    part->leader_ms = run->cycle_ms;
}

static void
ask_leader(RzRun *run, int32_t leader, RzPart *part)
{
    RzTopicPartition name = {run->topics[part->topic].name, part->number};
    g_autoptr(RzClusterLogDirs) dirs =
        rz_cluster_describe_log_dirs(run->cluster, leader, &name, 1, NULL);
    for (uint32_t d = 0; dirs != NULL && d < dirs->n_dirs; d++)
        for (uint32_t r = 0; r < dirs->dirs[d].n_replicas; r++)
            if (!dirs->dirs[d].replicas[r].future)
                note_leader_size(run, part, dirs->dirs[d].replicas[r].size_bytes);
}

/* Listed partitions are few; only for them can the throttle be what they wait for. */
static void
measure_writes(RzRun *run)
{
    for (guint i = 0; i < run->active->len; i++) {
        RzPart *part = &run->parts[g_array_index(run->active, uint32_t, i)];
        const RzClusterTopic *topic =
            part->listed && part->state == RZ_PART_MOVING
                ? rz_cluster_find_topic(run->live, run->topics[part->topic].name)
                : NULL;
        const RzClusterPartition *live =
            topic != NULL ? rz_cluster_find_partition(topic, part->number) : NULL;
        if (live != NULL && live->leader >= 0)
            ask_leader(run, live->leader, part);
    }
}

/* In-sync traffic is charged to the quota as well: at or above it nothing ever catches up. */
static void
predict(RzRun *run)
{
    for (guint b = 0; run->rate > 0 && b < run->broker_list->len; b++) {
        RzRunBroker *broker = run->broker_list->pdata[b];
        int64_t written = 0;
        for (guint i = 0; broker->n_listed > 0 && i < run->active->len; i++) {
            const RzPart *part = &run->parts[g_array_index(run->active, uint32_t, i)];
            if (part->listed && rz_part_is_adding(run, part, broker->id))
                written += part->write_rate;
        }
        bool hopeless = written > 0 && written >= broker->rate_set[0];
        if (hopeless && !broker->predicted)
            rz_run_say(run, RZ_MESSAGE_WARNING,
                       "broker %d will not catch up: %" G_GINT64_FORMAT
                       " bytes/s are written to what it copies, its throttle is %" G_GINT64_FORMAT
                       " bytes/s: raise it",
                       broker->id, written, broker->rate_set[0]);
        broker->predicted = hopeless;
    }
}

static bool
is_copying(const RzRun *run, const RzPart *part, int32_t broker)
{
    return part->state == RZ_PART_MOVING && rz_part_is_adding(run, part, broker);
}

static void
note_stalls(RzRun *run, const int64_t *before)
{
    for (guint i = 0; i < run->active->len; i++) {
        RzPart *part = &run->parts[g_array_index(run->active, uint32_t, i)];
        if (part->state != RZ_PART_MOVING)
            continue;
        if (part->copied_bytes != before[i] || part->grew_ms == 0)
            part->grew_ms = run->cycle_ms;
        bool stalled = run->cycle_ms - part->grew_ms >= STALLED_MS;
        if (stalled && part->block == RZ_BLOCK_NONE)
            rz_part_block(part, RZ_BLOCK_STALLED, RZ_NO_BROKER);
        else if (!stalled && part->block == RZ_BLOCK_STALLED)
            rz_part_block(part, RZ_BLOCK_NONE, RZ_NO_BROKER);
    }
}

int64_t
rz_run_bytes_now(const RzRun *run)
{
    int64_t bytes = run->bytes_done;
    for (guint i = 0; i < run->active->len; i++)
        bytes += run->parts[g_array_index(run->active, uint32_t, i)].copied_bytes;
    return MIN(bytes, run->bytes_total);
}

/* An average over a few samples, the first one as it is. */
static int64_t
smoothed(int64_t old, int64_t rate)
{
    return old == 0 ? rate : (old * STALE_RATE_WEIGHT + rate) / (STALE_RATE_WEIGHT + 1);
}

static void
measure_receivers(RzRun *run, int64_t elapsed_ms)
{
    for (guint b = 0; b < run->broker_list->len; b++) {
        RzRunBroker *broker = run->broker_list->pdata[b];
        int64_t bytes = broker->arrived_bytes + broker->copied_bytes;
        int64_t rate = MAX(bytes - broker->sampled_bytes, 0) * 1000 / elapsed_ms;
        bool idle =
            broker->sampled_bytes < 0 || (rate == 0 && broker->n_listed + broker->n_unlisted == 0);
        broker->bytes_rate = idle ? 0 : smoothed(broker->bytes_rate, rate);
        broker->sampled_bytes = bytes;
    }
}

static void
measure_rate(RzRun *run)
{
    int64_t elapsed = run->cycle_ms - run->rate_sample_ms;
    int64_t bytes = rz_run_bytes_now(run);
    if (run->rate_sample_ms != 0 && elapsed > 0) {
        int64_t rate = MAX(bytes - run->rate_sample_bytes, 0) / elapsed * 1000;
        run->bytes_rate = smoothed(run->bytes_rate, rate);
        measure_receivers(run, elapsed);
    }
    run->rate_sample_ms = run->cycle_ms;
    run->rate_sample_bytes = bytes;
}

bool
rz_run_progress(RzRun *run, GError **error)
{
    if (run->cycle_ms - run->progress_ms < INTERVAL_MS)
        return true;
    run->progress_ms = run->cycle_ms;
    g_autofree int64_t *before = g_new0(int64_t, run->active->len + 1);
    for (guint i = 0; i < run->active->len; i++) {
        RzPart *part = &run->parts[g_array_index(run->active, uint32_t, i)];
        before[i] = part->copied_bytes;
        part->copied_bytes = 0;
    }
    for (guint b = 0; b < run->broker_list->len; b++) {
        RzRunBroker *broker = run->broker_list->pdata[b];
        g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        broker->copied_bytes = 0;
        if (!broker->alive || broker->n_listed + broker->n_unlisted == 0)
            continue;
        for (guint i = 0; i < run->active->len; i++) {
            uint32_t index = g_array_index(run->active, uint32_t, i);
            if (is_copying(run, &run->parts[index], broker->id))
                g_array_append_val(parts, index);
        }
        if (parts->len > 0 && !ask_broker(run, broker, parts, error))
            return false;
    }
    measure_writes(run);
    predict(run);
    note_stalls(run, before);
    measure_rate(run);
    return true;
}

int64_t
rz_run_eta_s(const RzRun *run)
{
    int64_t left = run->bytes_total - rz_run_bytes_now(run), bound = 0;
    if (left <= 0)
        return 0;
    for (guint b = 0; run->rate > 0 && b < run->broker_list->len; b++) {
        const RzRunBroker *broker = run->broker_list->pdata[b];
        bound = MAX(bound, broker->pending_bytes / run->rate);
    }
    if (run->bytes_rate <= 0)
        return bound > 0 ? bound : -1;
    return MAX(bound, left / run->bytes_rate);
}
