/*
 * run_submit.c: from chosen to sent.
 *
 * The order is the point: throttles are set and seen to be set, then each partition is looked at
 * once more (still where we think it is, same topic id, targets alive), then the intent is on the
 * disk, then the request leaves. Whatever the answer leaves open is decided by the next reading.
 */
#include "executor/run_private.h"

typedef struct {
    RzRun *run;
    GArray *parts; /* uint32_t */
    bool keep_rf, back;
} Batch;

void
rz_run_unchoose(RzRun *run)
{
    for (guint i = 0; i < run->chosen->len; i++) {
        RzPart *part = &run->parts[g_array_index(run->chosen, uint32_t, i)];
        if (part->state != RZ_PART_PENDING)
            continue;
        rz_part_leave(run, part);
        rz_run_requeue(run, part);
    }
    g_array_set_size(run->chosen, 0);
    g_array_set_size(run->unseen, 0);
    run->throttles_visible_by_ms = 0;
}

void
rz_run_put_aside(RzRun *run, RzPart *part, RzBlock block, int32_t broker)
{
    uint32_t index = (uint32_t)(part - run->parts);
    rz_part_leave(run, part);
    rz_part_block(part, block, broker);
    part->parked = true;
    g_array_append_val(run->parked, index);
}

/* ---- the last look ---- */

static bool
may_go(RzRun *run, RzPart *part, const RzClusterMetadata *live)
{
    const RzClusterTopic *topic = rz_cluster_find_topic(live, run->topics[part->topic].name);
    const RzClusterPartition *now =
        topic == NULL ? NULL : rz_cluster_find_partition(topic, part->number);
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; i < n; i++)
        if (rz_cluster_find_broker(live, goal[i]) == NULL) {
            rz_run_put_aside(run, part, RZ_BLOCK_DEAD_TARGET, goal[i]);
            return false;
        }
    if (now == NULL || now->leader < 0) {
        rz_run_put_aside(run, part, RZ_BLOCK_NO_LEADER, RZ_NO_BROKER);
        return false;
    }
    return true;
}

static bool
look_again(RzRun *run, GError **error)
{
    g_autoptr(GHashTable) seen_topics = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) topics = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; i < run->chosen->len; i++) {
        uint32_t topic = run->parts[g_array_index(run->chosen, uint32_t, i)].topic;
        if (g_hash_table_add(seen_topics, GUINT_TO_POINTER(topic)))
            g_array_append_val(topics, topic);
    }
    g_array_sort(topics, rz_compare_indices);
    RzClusterMetadata *live = rz_run_metadata_of(run, topics, error);
    if (live == NULL)
        return false;
    rz_cluster_metadata_free(run->live);
    run->live = live;
    g_autoptr(GArray) finished = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GArray) cancels = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    guint kept = 0;
    for (guint i = 0; i < run->chosen->len; i++) {
        uint32_t index = g_array_index(run->chosen, uint32_t, i);
        RzPart *part = &run->parts[index];
        RzSeen seen = rz_run_look(run, part, live);
        rz_run_apply_seen(run, part, seen, finished, cancels);
        if (part->state != RZ_PART_PENDING || seen == RZ_SEEN_STEP_LED)
            continue; /* its next step is in the queues */
        if (seen != RZ_SEEN_AT_ORIGIN && seen != RZ_SEEN_SHUFFLED)
            rz_run_put_aside(run, part, seen == RZ_SEEN_GONE ? RZ_BLOCK_GONE : RZ_BLOCK_DRIFTED,
                             RZ_NO_BROKER);
        else if (may_go(run, part, live))
            g_array_index(run->chosen, uint32_t, kept++) = index;
    }
    g_array_set_size(run->chosen, kept);
    if (finished->len > 0 && !rz_run_journal_parts(run, "state", "state", "done", finished, error))
        return false;
    return cancels->len == 0 || rz_run_cancel_parts(run, cancels, error);
}

/* ---- sending ---- */

static void
refuse(RzRun *run, RzPart *part, const RzItemResult *result)
{
    g_autofree char *name = rz_part_name(run, part);
    rz_part_leave(run, part);
    rz_part_set_state(run, part, RZ_PART_HELD, "the cluster refused it");
    rz_part_block(part, RZ_BLOCK_REFUSED, RZ_NO_BROKER);
    rz_run_say(run, RZ_MESSAGE_WARNING, "%s: refused with error %d: %s", name, result->code,
               result->message != NULL ? result->message : "no message");
}

/* What an item's code means for its partition. False: for the whole run. */
static bool
take_result(RzRun *run, RzPart *part, const RzItemResult *result, guint batch, GError **error)
{
    switch (result->code) {
    case RZ_KAFKA_NONE:
        rz_part_set_state(run, part, RZ_PART_MOVING, "accepted");
        part->since_ms = run->cycle_ms;
        part->seen = RZ_SEEN_TO_GOAL;
        return true;
    case RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED:
        g_set_error(error, RZ_ERROR, RZ_ERROR_DENIED,
                    "AlterPartitionReassignments was denied: the account needs ALTER on CLUSTER");
        return false;
    case RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION:
        rz_run_put_aside(run, part, RZ_BLOCK_GONE, RZ_NO_BROKER);
        return true;
    case RZ_KAFKA_NOT_CONTROLLER:
    case RZ_KAFKA_REQUEST_TIMED_OUT:
        rz_part_set_state(run, part, RZ_PART_SENT, "no answer yet");
        return true;
    case RZ_KAFKA_UNKNOWN_SERVER_ERROR:
        if (batch > 1) { /* perhaps too many records: the rest is sent again in smaller requests */
            run->batch_max = MAX(batch / 2, 1);
            rz_part_set_state(run, part, RZ_PART_SENT, "unclear answer");
            return true;
        }
        break;
    default:
        break;
    }
    refuse(run, part, result);
    return true;
}

static void
mark_unanswered(RzRun *run, const GArray *parts, const GError *failure)
{
    bool certainly_not = g_error_matches(failure, RZ_ERROR, RZ_ERROR_UNREACHABLE);
    for (guint i = 0; i < parts->len; i++) {
        RzPart *part = &run->parts[g_array_index(parts, uint32_t, i)];
        if (!certainly_not) {
            rz_part_set_state(run, part, RZ_PART_SENT, "sent, no usable answer");
            part->since_ms = run->cycle_ms;
        }
    }
}

static bool
send_batch(Batch *batch, GError **error)
{
    RzRun *run = batch->run;
    const GArray *parts = batch->parts;
    g_autofree RzReassign *items = g_new0(RzReassign, parts->len);
    g_autofree RzItemResult *results = g_new0(RzItemResult, parts->len);
    const char *what = batch->back ? "restore" : "submit";
    if (!rz_run_journal_parts(run, "intent", "do", what, parts, error))
        return false;
    for (guint i = 0; i < parts->len; i++) {
        RzPart *part = &run->parts[g_array_index(parts, uint32_t, i)];
        uint16_t n;
        const int32_t *goal = rz_part_goal(run, part, &n);
        items[i] = (RzReassign){run->topics[part->topic].name, part->number, goal, n};
        part->touched = true;
        part->acted_ms = run->cycle_ms;
    }
    GError *failure = NULL;
    bool ok = rz_cluster_alter_reassignments(run->cluster, items, parts->len, batch->keep_rf,
                                             results, &failure);
    if (!ok) {
        mark_unanswered(run, parts, failure);
        g_propagate_error(error, failure);
    }
    for (guint i = 0; ok && i < parts->len; i++)
        ok = take_result(run, &run->parts[g_array_index(parts, uint32_t, i)], &results[i],
                         parts->len, error);
    rz_item_results_clear(results, parts->len);
    return ok && rz_run_journal_parts(run, "result", "do", what, parts, error);
}

/* Whether the request may ask the cluster to refuse a change of the replication factor. */
static bool
keeps_rf(const RzPart *part)
{
    return part->seen == RZ_SEEN_SHUFFLED || (part->n_steps == 0 && part->n_from == part->n_to);
}

static bool
send_chosen(RzRun *run, GError **error)
{
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (int kind = 0; kind < 4; kind++) {
        Batch batch = {run, parts, (kind & 1) != 0, (kind & 2) != 0};
        g_array_set_size(parts, 0);
        for (guint i = 0; i < run->chosen->len; i++) {
            uint32_t index = g_array_index(run->chosen, uint32_t, i);
            const RzPart *part = &run->parts[index];
            if (part->back == batch.back && keeps_rf(part) == batch.keep_rf)
                g_array_append_val(parts, index);
        }
        if (parts->len > 0 && !send_batch(&batch, error))
            return false;
    }
    g_array_set_size(run->chosen, 0);
    return true;
}

bool
rz_run_submit(RzRun *run, GError **error)
{
    if (run->chosen->len == 0)
        rz_run_select(run, run->chosen);
    if (run->chosen->len == 0)
        return true;
    bool visible = false;
    bool ok = (run->throttles_visible_by_ms != 0 || rz_run_set_throttles(run, error)) &&
              rz_run_throttles_visible(run, &visible, error);
    if (ok && !visible)
        return true; /* the chosen stay chosen, the next cycle asks again */
    run->throttles_visible_by_ms = 0;
    ok = ok && look_again(run, error) && send_chosen(run, error);
    if (!ok)
        rz_run_unchoose(run);
    return ok;
}
