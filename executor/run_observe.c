/*
 * run_observe.c: read the cluster, let the table move the partitions, cancel what must be.
 *
 * The list of moves is read before Metadata: a move that ends in between is then seen as listed and
 * finished, which the next cycle settles, and never as unlisted with an old list.
 */
#include "executor/run_private.h"
#include "executor/throttle_keys.h"

#include <string.h>

#define CANCEL_AGAIN_MS 5000

/* Metadata of some topics, merged into one answer; brokers as of the last. */
RzClusterMetadata *
rz_run_metadata_of(RzRun *run, GArray *topics, GError **error)
{
    g_autofree const char **names = g_new(const char *, topics->len + 1);
    for (guint i = 0; i < topics->len; i++)
        names[i] = run->topics[g_array_index(topics, uint32_t, i)].name;
    g_autoptr(RzClusterMetadata) all = NULL;
    guint start = 0;
    do {
        uint32_t n = MIN(topics->len - start, RZ_CLUSTER_MAX_TOPICS);
        g_autoptr(RzClusterMetadata) part =
            rz_cluster_metadata(run->cluster, names + start, n, error);
        if (part == NULL)
            return NULL;
        if (all == NULL) {
            all = g_steal_pointer(&part);
        } else {
            all->topics = g_renew(RzClusterTopic, all->topics, all->n_topics + part->n_topics);
            memcpy(all->topics + all->n_topics, part->topics,
                   part->n_topics * sizeof(RzClusterTopic));
            all->n_topics += part->n_topics;
            part->n_topics = 0; /* moved, not copied */
        }
        start += n;
    } while (start < topics->len);
    return g_steal_pointer(&all);
}

RzSeen
rz_run_look(const RzRun *run, const RzPart *part, const RzClusterMetadata *live)
{
    const RzRunTopic *topic = &run->topics[part->topic];
    const RzClusterTopic *seen = rz_cluster_find_topic(live, topic->name);
    if (seen != NULL && seen->error != RZ_KAFKA_NONE &&
        seen->error != RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION)
        return RZ_SEEN_UNKNOWN;
    if (seen == NULL || seen->error != RZ_KAFKA_NONE)
        return RZ_SEEN_GONE;
    if (topic->topic_id != NULL && seen->topic_id != NULL &&
        strcmp(topic->topic_id, seen->topic_id) != 0)
        return RZ_SEEN_GONE;
    g_autofree RzPartList *way = part->n_steps > 0 ? rz_part_way(run, part) : NULL;
    RzPartAim aim = {.back = part->back,
                     .touched = part->touched,
                     .more = !part->back && part->at < part->n_steps,
                     .way = way,
                     .n_way = way != NULL ? part->n_steps + 2 : 0};
    aim.goal = rz_part_goal(run, part, &aim.n_goal);
    aim.origin = rz_part_origin(run, part, &aim.n_origin);
    return rz_part_classify(&aim,
                            rz_cluster_find_reassignment(run->listed, topic->name, part->number),
                            rz_cluster_find_partition(seen, part->number));
}

/* ---- finishing ---- */

static void
note_arrival(RzRunBroker *broker, int64_t bytes)
{
    broker->pending_bytes -= bytes;
    broker->arrived_bytes += bytes;
    if (broker->room_bytes > 0) /* as of the last reading, which may be long ago */
        broker->room_bytes = MAX(broker->room_bytes - bytes, 0);
}

static void
count_copied(RzRun *run, RzPart *part)
{
    part->copied_bytes = 0;
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; i < n; i++)
        if (rz_part_is_adding(run, part, goal[i]))
            note_arrival(rz_run_broker(run, goal[i]), part->bytes);
    run->bytes_done += part->bytes * rz_part_n_adding(run, part);
}

static void
finish_part(RzRun *run, RzPart *part)
{
    uint32_t index = (uint32_t)(part - run->parts);
    count_copied(run, part);
    part->at = part->back ? 0 : part->n_steps + 1;
    if (!part->back && run->journal->settings.leaders == RZ_LEADERS_EACH)
        g_array_append_val(run->electable, index);
}

static void
next_step(RzRun *run, RzPart *part)
{
    part->at++;
    part->since_ms = run->cycle_ms;
    part->seen = RZ_SEEN_AT_ORIGIN;
    rz_run_requeue(run, part);
}

/* A partition that came back because it was given up, or to be sent once more. */
static void
after_return(RzRun *run, RzPart *part)
{
    if (part->again) {
        part->again = false;
        rz_part_turn(run, part, false, RZ_PART_PENDING, "healed, to be sent again");
        rz_run_requeue(run, part);
    } else if (part->skip) {
        rz_part_set_state(run, part, RZ_PART_SKIPPED, "given up and put back");
        rz_part_block(part, RZ_BLOCK_DEAD_TARGET, RZ_NO_BROKER);
    }
}

static RzBlock
block_of(RzPartState state)
{
    return state == RZ_PART_YIELDING  ? RZ_BLOCK_FOREIGN
           : state == RZ_PART_HELD    ? RZ_BLOCK_DRIFTED
           : state == RZ_PART_SKIPPED ? RZ_BLOCK_GONE
                                      : RZ_BLOCK_NONE;
}

static void
act(RzRun *run, RzPart *part, const RzPartRow *row, GArray *finished, GArray *cancels)
{
    uint32_t index = (uint32_t)(part - run->parts);
    if (row->next != RZ_PART_MOVING && row->next != RZ_PART_SENT &&
        row->next != RZ_PART_CANCELLING && row->next != part->state)
        rz_part_leave(run, part);
    if (row->seen == RZ_SEEN_HUNG && row->action == RZ_ACT_CANCEL && !part->back) {
        part->again = true;
        rz_part_turn(run, part, true, row->next, row->why);
    }
    bool changed = part->state != row->next, counted = part->state == RZ_PART_STEPPING;
    rz_part_set_state(run, part, row->next, row->why);
    switch (row->action) {
    case RZ_ACT_NONE:
        break;
    case RZ_ACT_STEP:
        count_copied(run, part);
        part->acted_ms = 0;
        break;
    case RZ_ACT_NEXT:
        rz_part_leave(run, part); /* before its goal changes, as it is charged by goal */
        if (!counted)
            count_copied(run, part);
        next_step(run, part);
        break;
    case RZ_ACT_FINISH:
        finish_part(run, part);
        g_array_append_val(finished, index);
        after_return(run, part);
        break;
    case RZ_ACT_SETTLE:
        rz_part_block(part, block_of(row->next), RZ_NO_BROKER);
        break;
    case RZ_ACT_QUEUE:
        if (run->mode == RZ_MODE_CANCEL && row->seen == RZ_SEEN_AT_ORIGIN && part->back &&
            !part->skip && !part->again && (part->n_steps == 0 || part->at > part->n_steps))
            rz_part_turn(run, part, false, RZ_PART_DONE, "finished before the cancel reached it");
        else
            rz_run_requeue(run, part);
        break;
    case RZ_ACT_ADOPT:
        rz_part_enter(run, part, RZ_NO_BROKER);
        part->touched = true;
        break;
    case RZ_ACT_CANCEL:
        if (changed || part->acted_ms == 0 || run->cycle_ms - part->acted_ms >= CANCEL_AGAIN_MS)
            g_array_append_val(cancels, index);
        break;
    }
}

void
rz_run_apply_seen(RzRun *run, RzPart *part, RzSeen seen, GArray *finished, GArray *cancels)
{
    if (part->back)
        rz_part_locate(run, part);
    if (part->seen != seen) {
        part->seen = (uint8_t)seen;
        part->since_ms = run->cycle_ms;
    }
    act(run, part, rz_part_row(part->state, seen, run->cycle_ms - part->since_ms), finished,
        cancels);
}

/* ---- cancelling ---- */

/* A broker that has just died is alive and in sync to everybody else until its session times out,
 * seconds later: it is asked itself, once a cycle. */
static bool
answers(RzRun *run, RzRunBroker *broker)
{
    if (!broker->alive || broker->asked_ms == run->cycle_ms)
        return broker->alive && broker->answered;
    g_autofree char *name = g_strdup_printf("%d", broker->id);
    const char *names[] = {name}, *keys[] = {RZ_KEY_FOLLOWER_RATE};
    RzClusterConfig *config =
        rz_cluster_describe_configs(run->cluster, RZ_RESOURCE_BROKER, names, 1, keys, 1, NULL);
    broker->asked_ms = run->cycle_ms;
    broker->answered = config != NULL;
    rz_cluster_configs_free(config, 1);
    return broker->answered;
}

/* Rule 5: somebody must be left with the data. */
static bool
may_cancel(RzRun *run, RzPart *part)
{
    const RzClusterTopic *topic = rz_cluster_find_topic(run->live, run->topics[part->topic].name);
    const RzClusterPartition *live =
        topic == NULL ? NULL : rz_cluster_find_partition(topic, part->number);
    for (uint16_t i = 0; live != NULL && i < part->n_from; i++) {
        int32_t id = run->ids[part->first_from + i];
        if (rz_list_has(live->isr, live->n_isr, id) && answers(run, rz_run_broker(run, id)))
            return true;
    }
    rz_part_block(part, RZ_BLOCK_NO_SAFE_CANCEL, RZ_NO_BROKER);
    return false;
}

static bool
send_cancels(RzRun *run, const GArray *parts, GError **error)
{
    g_autofree RzReassign *items = g_new0(RzReassign, parts->len);
    g_autofree RzItemResult *results = g_new0(RzItemResult, parts->len);
    for (guint i = 0; i < parts->len; i++) {
        RzPart *part = &run->parts[g_array_index(parts, uint32_t, i)];
        items[i] = (RzReassign){run->topics[part->topic].name, part->number, NULL, 0};
        part->acted_ms = run->cycle_ms;
    }
    if (!rz_run_journal_parts(run, "intent", "do", "cancel", parts, error))
        return false;
    bool answered =
        rz_cluster_alter_reassignments(run->cluster, items, parts->len, false, results, error);
    for (guint i = 0; answered && i < parts->len; i++)
        if (results[i].code != RZ_KAFKA_NONE &&
            results[i].code != RZ_KAFKA_NO_REASSIGNMENT_IN_PROGRESS)
            rz_run_say(run, RZ_MESSAGE_WARNING, "%s-%d: the cancel was refused with error %d (%s)",
                       items[i].topic, items[i].partition, results[i].code,
                       results[i].message != NULL ? results[i].message : "no message");
    rz_item_results_clear(results, parts->len);
    return answered && rz_run_journal_parts(run, "result", "do", "cancel", parts, error);
}

bool
rz_run_cancel_parts(RzRun *run, GArray *parts, GError **error)
{
    g_autoptr(GArray) batch = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; i < parts->len; i++) {
        uint32_t index = g_array_index(parts, uint32_t, i);
        if (may_cancel(run, &run->parts[index]))
            g_array_append_val(batch, index);
        if (batch->len < RZ_CLUSTER_MAX_BATCH && i + 1 < parts->len)
            continue;
        if (batch->len > 0 && !send_cancels(run, batch, error))
            return false;
        g_array_set_size(batch, 0);
    }
    return true;
}

/* ---- the readings ---- */

static bool
read_list(RzRun *run, GError **error)
{
    RzClusterReassignments *listed = rz_cluster_list_reassignments(run->cluster, NULL, 0, error);
    if (listed == NULL)
        return false;
    rz_cluster_reassignments_free(run->listed);
    run->listed = listed;
    return true;
}

static bool
take_metadata(RzRun *run, RzClusterMetadata *live, GError **error)
{
    if (live == NULL)
        return false;
    rz_cluster_metadata_free(run->live);
    run->live = live;
    const char *expected = run->journal->cluster_id;
    if (expected != NULL && live->cluster_id != NULL && strcmp(expected, live->cluster_id) != 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                    "this is cluster %s, the run is about cluster %s: nothing was changed",
                    live->cluster_id, expected);
        return false;
    }
    rz_run_track_brokers(run, live);
    return true;
}

static bool
settle(RzRun *run, GArray *finished, GArray *cancels, GError **error)
{
    if (finished->len > 0 && !rz_run_journal_parts(run, "state", "state", "done", finished, error))
        return false;
    return cancels->len == 0 || rz_run_cancel_parts(run, cancels, error);
}

static void
compact_active(RzRun *run)
{
    guint kept = 0;
    for (guint i = 0; i < run->active->len; i++) {
        uint32_t index = g_array_index(run->active, uint32_t, i);
        run->parts[index].in_active = rz_part_is_active(&run->parts[index]);
        if (run->parts[index].in_active)
            g_array_index(run->active, uint32_t, kept++) = index;
    }
    g_array_set_size(run->active, kept);
}

int
rz_compare_indices(gconstpointer a, gconstpointer b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static GArray *
active_topics(RzRun *run)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    GArray *topics = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; i < run->active->len; i++) {
        uint32_t topic = run->parts[g_array_index(run->active, uint32_t, i)].topic;
        if (g_hash_table_add(seen, GUINT_TO_POINTER(topic)))
            g_array_append_val(topics, topic);
    }
    /* Names were sorted when the journal was read, so sorted indices keep answers sorted. */
    g_array_sort(topics, rz_compare_indices);
    return topics;
}

/* A new replica in the ISR that is still throttled holds up every producer that waits for all. */
static void
note_joined(RzRun *run, RzPart *part)
{
    const RzClusterTopic *topic = rz_cluster_find_topic(run->live, run->topics[part->topic].name);
    const RzClusterPartition *live =
        topic == NULL ? NULL : rz_cluster_find_partition(topic, part->number);
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    for (uint16_t i = 0; live != NULL && i < MIN(n, 32); i++)
        if ((part->joined >> i & 1) == 0 && rz_list_has(live->isr, live->n_isr, goal[i]) &&
            rz_part_is_adding(run, part, goal[i]))
            rz_part_join(run, part, i);
}

bool
rz_run_observe(RzRun *run, GError **error)
{
    compact_active(run);
    g_autoptr(GArray) topics = active_topics(run);
    if (!read_list(run, error) ||
        !take_metadata(run, rz_run_metadata_of(run, topics, error), error))
        return false;
    g_autoptr(GArray) finished = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GArray) cancels = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; i < run->active->len; i++) {
        RzPart *part = &run->parts[g_array_index(run->active, uint32_t, i)];
        if (rz_part_is_active(part))
            rz_run_apply_seen(run, part, rz_run_look(run, part, run->live), finished, cancels);
        if (part->listed)
            note_joined(run, part);
    }
    bool settled = settle(run, finished, cancels, error);
    compact_active(run);
    return settled;
}

/* The goal a partition has before anything is known of it but the mode of the run. */
static void
aim_first(RzRun *run, RzPart *part)
{
    rz_part_locate(run, part);
    if (run->mode == RZ_MODE_FORWARD)
        return;
    RzSeen forward = rz_run_look(run, part, run->live);
    bool there = forward == RZ_SEEN_AT_GOAL || forward == RZ_SEEN_LAGGING;
    part->back = run->mode == RZ_MODE_ROLLBACK || !(there && part->at == part->n_steps);
    rz_part_locate(run, part);
}

/* What a staged partition has got in earlier steps. */
static void
count_steps_done(RzRun *run, const RzPart *part)
{
    uint16_t n;
    const int32_t *origin = rz_part_origin(run, part, &n);
    for (uint16_t i = 0; !part->back && part->n_steps > 0 && i < n; i++)
        if (!rz_list_has(run->ids + part->first_from, part->n_from, origin[i]))
            run->bytes_done += part->bytes;
}

bool
rz_run_read_all(RzRun *run, GError **error)
{
    g_autoptr(GArray) topics = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t t = 0; t < run->n_topics; t++)
        g_array_append_val(topics, t);
    if (!read_list(run, error) ||
        !take_metadata(run, rz_run_metadata_of(run, topics, error), error) ||
        !rz_run_stage(run, error))
        return false;
    g_autoptr(GArray) finished = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GArray) cancels = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < run->n_parts; i++) {
        RzPart *part = &run->parts[i];
        aim_first(run, part);
        count_steps_done(run, part);
        part->since_ms = run->cycle_ms;
        RzSeen seen = rz_run_look(run, part, run->live);
        /* What was never sent and is to go back has nothing to go back from. */
        if (part->back && !part->touched) {
            rz_part_set_state(run, part, RZ_PART_DONE, "never sent");
            continue;
        }
        rz_run_apply_seen(run, part, seen, finished, cancels);
    }
    return settle(run, finished, cancels, error);
}

bool
rz_run_journal_parts(RzRun *run, const char *type, const char *field, const char *word,
                     const GArray *parts, GError **error)
{
    json_t *list = json_array();
    for (guint i = 0; i < parts->len; i++)
        json_array_append_new(list, json_integer(g_array_index(parts, uint32_t, i)));
    return rz_journal_write(
        &run->writer, json_pack("{s:s, s:s, s:o}", "t", type, field, word, "parts", list), error);
}
