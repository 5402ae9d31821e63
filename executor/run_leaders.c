/*
 * run_leaders.c: leaders as planned, or as they were.
 *
 * Preferred elections only, where the first of the list is in sync. An original leader that was not
 * the first of its list cannot be elected there; for a rollback the list is sent with it in front,
 * it is elected, and the ordinary way back restores the order, which moves no leader. A staged
 * partition is led from its new zone before its next step.
 */
#include "executor/run_private.h"

#define GIVE_UP_MS 60000

static bool
is_concerned(const RzRun *run, const RzPart *part)
{
    if (part->led || part->state != RZ_PART_DONE)
        return false;
    return part->back ? part->touched : run->journal->settings.leaders != RZ_LEADERS_NEVER;
}

typedef enum { LEADER_RIGHT, LEADER_ELECT, LEADER_FRONT, LEADER_WAIT } Verdict;

static Verdict
judge(RzRun *run, const RzPart *part, const RzClusterMetadata *live)
{
    const RzClusterTopic *topic = rz_cluster_find_topic(live, run->topics[part->topic].name);
    const RzClusterPartition *now =
        topic != NULL ? rz_cluster_find_partition(topic, part->number) : NULL;
    uint16_t n;
    const int32_t *goal = rz_part_goal(run, part, &n);
    int32_t wanted = part->back ? part->leader : goal[0];
    if (now == NULL || wanted < 0 || now->leader == wanted || !rz_list_has(goal, n, wanted))
        return LEADER_RIGHT;
    if (!rz_list_has(now->isr, now->n_isr, wanted) || !rz_run_broker(run, wanted)->alive)
        return LEADER_WAIT;
    return wanted == goal[0] ? LEADER_ELECT : LEADER_FRONT;
}

static bool
send_elections(RzRun *run, const GArray *parts, GError **error)
{
    g_autofree RzTopicPartition *items = g_new0(RzTopicPartition, parts->len);
    g_autofree RzItemResult *results = g_new0(RzItemResult, parts->len);
    for (guint i = 0; i < parts->len; i++) {
        const RzPart *part = &run->parts[g_array_index(parts, uint32_t, i)];
        items[i] = (RzTopicPartition){run->topics[part->topic].name, part->number};
    }
    if (!rz_run_journal_parts(run, "intent", "do", "elect", parts, error))
        return false;
    bool ok = rz_cluster_elect_preferred(run->cluster, items, parts->len, results, error);
    for (guint i = 0; ok && i < parts->len; i++)
        if (results[i].code == RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_DENIED,
                        "ElectLeaders was denied: the account needs ALTER on CLUSTER");
            ok = false;
        }
    rz_item_results_clear(results, parts->len);
    return ok && rz_run_journal_parts(run, "result", "do", "elect", parts, error);
}

/* The list with the original leader in front; the table then sees it as shuffled. */
static bool
send_fronted(RzRun *run, const GArray *parts, GError **error)
{
    g_autoptr(GPtrArray) lists = g_ptr_array_new_with_free_func(g_free);
    g_autofree RzReassign *items = g_new0(RzReassign, parts->len);
    g_autofree RzItemResult *results = g_new0(RzItemResult, parts->len);
    for (guint i = 0; i < parts->len; i++) {
        const RzPart *part = &run->parts[g_array_index(parts, uint32_t, i)];
        uint16_t n;
        const int32_t *goal = rz_part_goal(run, part, &n);
        int32_t *list = g_new(int32_t, n);
        uint16_t at = 0;
        list[at++] = part->leader;
        for (uint16_t k = 0; k < n; k++)
            if (goal[k] != part->leader)
                list[at++] = goal[k];
        g_ptr_array_add(lists, list);
        items[i] = (RzReassign){run->topics[part->topic].name, part->number, list, n};
    }
    bool ok = rz_run_journal_parts(run, "intent", "do", "restore", parts, error) &&
              rz_cluster_alter_reassignments(run->cluster, items, parts->len, true, results, error);
    rz_item_results_clear(results, parts->len);
    ok = ok && rz_run_journal_parts(run, "result", "do", "restore", parts, error) &&
         send_elections(run, parts, error);
    /* Whatever was answered: the way back is the ordinary one. */
    for (guint i = 0; i < parts->len; i++) {
        RzPart *part = &run->parts[g_array_index(parts, uint32_t, i)];
        rz_part_turn(run, part, true, RZ_PART_PENDING, "its leader is back, its order follows");
        part->seen = RZ_SEEN_SHUFFLED;
        rz_run_requeue(run, part);
    }
    return ok;
}

static bool
in_batches(RzRun *run, const GArray *parts, bool (*send)(RzRun *, const GArray *, GError **),
           GError **error)
{
    g_autoptr(GArray) batch = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint start = 0; start < parts->len; start += RZ_CLUSTER_MAX_BATCH) {
        g_array_set_size(batch, 0);
        g_array_append_vals(batch, &g_array_index(parts, uint32_t, start),
                            MIN(parts->len - start, RZ_CLUSTER_MAX_BATCH));
        if (!send(run, batch, error))
            return false;
    }
    return true;
}

static GArray *
topics_of(const RzRun *run, const GArray *parts)
{
    GArray *topics = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; i < parts->len; i++) {
        uint32_t topic = run->parts[g_array_index(parts, uint32_t, i)].topic;
        if (topics->len == 0 || g_array_index(topics, uint32_t, topics->len - 1) != topic)
            g_array_append_val(topics, topic);
    }
    return topics;
}

/* One round over @parts (sorted); what is right is marked, the rest counted in *open. */
static bool
round_over(RzRun *run, const GArray *parts, guint *open, GError **error)
{
    g_autoptr(GArray) topics = topics_of(run, parts);
    g_autoptr(RzClusterMetadata) live = rz_run_metadata_of(run, topics, error);
    if (live == NULL)
        return false;
    g_autoptr(GArray) elect = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GArray) front = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    *open = 0;
    for (guint i = 0; i < parts->len; i++) {
        uint32_t index = g_array_index(parts, uint32_t, i);
        Verdict verdict = judge(run, &run->parts[index], live);
        run->parts[index].led = verdict == LEADER_RIGHT;
        *open += verdict != LEADER_RIGHT;
        if (verdict == LEADER_ELECT)
            g_array_append_val(elect, index);
        else if (verdict == LEADER_FRONT)
            g_array_append_val(front, index);
    }
    return in_batches(run, elect, send_elections, error) &&
           in_batches(run, front, send_fronted, error);
}

/* With "each": those that finished since the last call, without waiting for the stubborn ones. */
static bool
elect_each(RzRun *run, GError **error)
{
    if (run->electable->len == 0)
        return true;
    g_array_sort(run->electable, rz_compare_indices);
    guint open = 0;
    bool ok = round_over(run, run->electable, &open, error);
    if (ok)
        g_array_set_size(run->electable, 0);
    return ok;
}

static bool
elect_for_steps(RzRun *run, GError **error)
{
    g_autoptr(GArray) parts = rz_run_to_lead(run);
    return in_batches(run, parts, send_elections, error);
}

bool
rz_run_elect(RzRun *run, bool *led, GError **error)
{
    *led = false;
    if (run->phase != RZ_PHASE_ELECTING)
        return elect_for_steps(run, error) && elect_each(run, error);
    if (run->elect_since_ms == 0)
        run->elect_since_ms = run->cycle_ms;
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < run->n_parts; i++)
        if (is_concerned(run, &run->parts[i]))
            g_array_append_val(parts, i);
    guint open = 0;
    if (parts->len > 0 && !round_over(run, parts, &open, error))
        return false;
    *led = open == 0 || run->cycle_ms - run->elect_since_ms >= GIVE_UP_MS;
    if (open > 0 && *led)
        rz_run_say(run, RZ_MESSAGE_WARNING,
                   "%u partitions are not led as planned: their first replica is not in sync",
                   open);
    else if (open > 0)
        rz_run_reason(run, "waiting for %u leaders", open);
    return true;
}

/* A request that was given up as unanswered may be carried out late: nothing of ours stays listed.
 */
bool
rz_run_check_late(RzRun *run)
{
    bool clean = true;
    for (uint32_t i = 0; i < run->listed->n_items; i++) {
        const RzClusterReassignment *item = &run->listed->items[i];
        uint32_t topic = GPOINTER_TO_UINT(g_hash_table_lookup(run->topic_index, item->topic));
        for (uint32_t p = 0; topic > 0 && p < run->topics[topic - 1].n_parts; p++) {
            RzPart *part = &run->parts[run->topics[topic - 1].first_part + p];
            if (part->number != item->partition || part->state != RZ_PART_DONE || !part->touched)
                continue;
            rz_part_turn(run, part, part->back, RZ_PART_PENDING, "listed after all");
            rz_part_set_state(run, part, RZ_PART_SENT, "listed after all");
            clean = false;
        }
    }
    return clean;
}
