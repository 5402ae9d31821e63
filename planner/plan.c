/*
 * plan.c: from a placement to the list of moves, its totals and its identity.
 */
#include "planner/plan_private.h"

#include "planner/json_text.h"
#include "planner/plan_lines.h"
#include "planner/spread_judge.h"

void
rz_plan_free(RzPlan *plan)
{
    if (plan == NULL)
        return;
    g_free(plan->plan_id);
    rz_policy_free(plan->policy);
    g_free(plan->tiers);
    g_free(plan->certificate.brokers);
    g_free(plan->certificate.groups);
    g_free(plan->certificate.leader_groups);
    g_free(plan->certificate.group_brokers);
    g_free(plan->certificate.topics);
    g_free(plan->certificate.square_prices);
    g_free(plan->certificate.topic_prices);
    if (plan->warnings != NULL)
        g_ptr_array_unref(plan->warnings);
    g_free(plan->topics);
    g_free(plan->moves);
    g_free(plan->broker_ids);
    g_string_chunk_free(plan->strings);
    g_free(plan);
}

const char *
rz_plan_id(const RzPlan *plan)
{
    return plan->plan_id;
}

/* Identity */

void
rz_plan_write_topic(GString *text, const RzPlan *plan, const RzPlanTopic *topic)
{
    RZ_TEXT_LITERAL(text, "{\"topic\":");
    rz_text_string(text, topic->name);
    if (topic->topic_id != NULL) {
        RZ_TEXT_LITERAL(text, ",\"topic_id\":");
        rz_text_string(text, topic->topic_id);
    }
    RZ_TEXT_LITERAL(text, ",\"moves\":[");
    for (uint32_t i = 0; i < topic->n_moves; i++) {
        const RzMove *move = &plan->moves[topic->first_move + i];
        g_string_append(text, i > 0 ? ",{\"partition\":" : "{\"partition\":");
        rz_text_int(text, move->partition);
        RZ_TEXT_LITERAL(text, ",\"from\":");
        rz_text_ids(text, rz_move_from(plan, move), move->n_from);
        RZ_TEXT_LITERAL(text, ",\"to\":");
        rz_text_ids(text, rz_move_to(plan, move), move->n_to);
        RZ_TEXT_LITERAL(text, ",\"leader\":");
        if (move->leader < 0)
            RZ_TEXT_LITERAL(text, "null");
        else
            rz_text_int(text, move->leader);
        RZ_TEXT_LITERAL(text, ",\"size_bytes\":");
        rz_text_int(text, move->size_bytes);
        g_string_append_c(text, '}');
    }
    RZ_TEXT_LITERAL(text, "]}");
}

char *
rz_plan_compute_id(const RzPlan *plan)
{
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *policy = plan->policy == NULL ? NULL : rz_policy_to_json(plan->policy);
    GString *text = g_string_new(policy == NULL ? "null" : policy);
    g_string_append_c(text, '\n');
    for (uint32_t t = 0; t < plan->n_topics; t++) {
        rz_plan_write_topic(text, plan, &plan->topics[t]);
        g_string_append_c(text, '\n');
        g_checksum_update(checksum, (const guchar *)text->str, (gssize)text->len);
        g_string_truncate(text, 0);
    }
    g_checksum_update(checksum, (const guchar *)text->str, (gssize)text->len);
    char *id = g_strdup(g_checksum_get_string(checksum));
    g_string_free(text, TRUE);
    g_checksum_free(checksum);
    return id;
}

/* Totals */

/* How many of @a are not in @b. */
static int64_t
count_outside(const int32_t *a, uint32_t n_a, const int32_t *b, uint32_t n_b)
{
    int64_t outside = 0;
    for (uint32_t i = 0; i < n_a; i++) {
        bool found = false;
        for (uint32_t k = 0; k < n_b && !found; k++)
            found = a[i] == b[k];
        outside += !found;
    }
    return outside;
}

void
rz_plan_count_moves(const RzPlan *plan, RzPlanTotals *totals)
{
    totals->partitions_changed = plan->n_moves;
    totals->replicas_added = totals->replicas_removed = totals->leaders_changed = 0;
    totals->bytes_moved = 0;
    for (uint32_t i = 0; i < plan->n_moves; i++) {
        const RzMove *move = &plan->moves[i];
        const int32_t *from = rz_move_from(plan, move), *to = rz_move_to(plan, move);
        int64_t added = count_outside(to, move->n_to, from, move->n_from);
        totals->replicas_added += added;
        totals->replicas_removed += count_outside(from, move->n_from, to, move->n_to);
        totals->bytes_moved += (RzWide)added * move->size_bytes;
        totals->leaders_changed += to[0] != (move->leader >= 0 ? move->leader : from[0]);
    }
}

/* Assembly */

typedef struct {
    const RzSnapshot *snapshot;
    const uint32_t *targets;
    const gsize *target_first;
    RzPlan *plan;
    RzSpreadJudge *judge;
} Assembly;

static const uint32_t *
target_of(const Assembly *a, uint32_t p, uint32_t *n)
{
    *n = (uint32_t)(a->target_first[p + 1] - a->target_first[p]);
    return a->targets + a->target_first[p];
}

static bool
changes(const Assembly *a, uint32_t p)
{
    const RzPartition *partition = &a->snapshot->partitions[p];
    const uint32_t *current = a->snapshot->replicas + partition->first_replica;
    uint32_t n;
    const uint32_t *target = target_of(a, p, &n);
    if (n != partition->n_replicas)
        return true;
    for (uint32_t i = 0; i < n; i++) {
        if (target[i] != current[i])
            return true;
    }
    return false;
}

/* Sizes the plan's arrays exactly, so that filling them needs no growth. */
static void
reserve(const Assembly *a)
{
    const RzSnapshot *snapshot = a->snapshot;
    uint32_t n_moves = 0, n_topics = 0, last_topic = RZ_NONE;
    gsize n_ids = 0;
    for (uint32_t p = 0; p < snapshot->n_partitions; p++) {
        if (!changes(a, p))
            continue;
        const RzPartition *partition = &snapshot->partitions[p];
        n_moves++;
        n_ids += partition->n_replicas + a->target_first[p + 1] - a->target_first[p];
        n_topics += partition->topic != last_topic;
        last_topic = partition->topic;
    }
    a->plan->topics = g_new0(RzPlanTopic, MAX(n_topics, 1));
    a->plan->moves = g_new0(RzMove, MAX(n_moves, 1));
    a->plan->broker_ids = g_new0(int32_t, MAX(n_ids, 1));
}

static gsize
append_ids(const Assembly *a, const uint32_t *brokers, uint32_t n)
{
    gsize first = a->plan->n_broker_ids;
    for (uint32_t i = 0; i < n; i++)
        a->plan->broker_ids[a->plan->n_broker_ids++] = a->snapshot->brokers[brokers[i]].id;
    return first;
}

/* A new replica copies from the leader; without one, from what will be the first to come back. */
static int64_t
count_cross_zone(const Assembly *a, const RzPartition *partition, const uint32_t *target,
                 uint32_t n)
{
    const uint32_t *current = a->snapshot->replicas + partition->first_replica;
    uint32_t source = partition->leader != RZ_NONE ? partition->leader : current[0];
    int64_t crossing = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool is_new = true;
        for (uint32_t k = 0; k < partition->n_replicas; k++)
            is_new = is_new && current[k] != target[i];
        crossing +=
            is_new && a->snapshot->brokers[target[i]].zone != a->snapshot->brokers[source].zone;
    }
    return crossing;
}

static void
add_move(const Assembly *a, uint32_t p)
{
    const RzPartition *partition = &a->snapshot->partitions[p];
    uint32_t n;
    const uint32_t *target = target_of(a, p, &n);
    g_assert(n > 0 && n <= UINT16_MAX);
    const RzTopic *topic = &a->snapshot->topics[partition->topic];
    RzPlan *plan = a->plan;
    RzPlanTopic *last = plan->n_topics > 0 ? &plan->topics[plan->n_topics - 1] : NULL;
    if (last == NULL || !g_str_equal(last->name, topic->name)) {
        last = &plan->topics[plan->n_topics++];
        last->name = g_string_chunk_insert(plan->strings, topic->name);
        last->topic_id =
            topic->topic_id == NULL ? NULL : g_string_chunk_insert(plan->strings, topic->topic_id);
        last->first_move = plan->n_moves;
    }
    last->n_moves++;
    RzMove *move = &plan->moves[plan->n_moves++];
    move->topic = plan->n_topics - 1;
    move->partition = partition->number;
    move->leader = partition->leader == RZ_NONE ? -1 : a->snapshot->brokers[partition->leader].id;
    move->size_bytes = partition->size_bytes;
    move->n_from = partition->n_replicas;
    move->n_to = (uint16_t)n;
    move->first_from =
        append_ids(a, a->snapshot->replicas + partition->first_replica, partition->n_replicas);
    move->first_to = append_ids(a, target, n);
    plan->totals.cross_zone_bytes +=
        (RzWide)count_cross_zone(a, partition, target, n) * partition->size_bytes;
}

static void
judge_partition(const Assembly *a, uint32_t p)
{
    const RzPartition *partition = &a->snapshot->partitions[p];
    uint32_t n;
    const uint32_t *target = target_of(a, p, &n);
    a->plan->totals.zone_violations_before += rz_spread_judge_violated(
        a->judge, a->snapshot->replicas + partition->first_replica, partition->n_replicas);
    a->plan->totals.zone_violations_after += rz_spread_judge_violated(a->judge, target, n);
}

static void
set_identity(RzPlan *plan, const RzSnapshot *snapshot)
{
    if (snapshot->cluster_id != NULL)
        plan->cluster_id = g_string_chunk_insert(plan->strings, snapshot->cluster_id);
    if (plan->policy != NULL) {
        g_autofree char *sha256 = rz_snapshot_sha256(snapshot);
        plan->snapshot_sha256 = g_string_chunk_insert(plan->strings, sha256);
    }
    plan->plan_id = rz_plan_compute_id(plan);
}

RzPlan *
rz_plan_assemble(const RzSnapshot *snapshot, const RzPolicy *policy, const uint32_t *targets,
                 const gsize *target_first)
{
    RzPlan *plan = g_new0(RzPlan, 1);
    plan->strings = g_string_chunk_new(4096);
    plan->warnings = g_ptr_array_new_with_free_func(g_free);
    plan->policy = policy == NULL ? NULL : rz_policy_copy(policy);
    plan->totals.partitions = snapshot->n_partitions;
    g_autoptr(RzPolicy) defaults = rz_policy_new(); /* a foreign plan is judged by them */
    g_autoptr(RzSpreadJudge) judge =
        rz_spread_judge_new(snapshot, policy == NULL ? defaults : policy);
    Assembly a = {snapshot, targets, target_first, plan, judge};
    reserve(&a);
    for (uint32_t p = 0; p < snapshot->n_partitions; p++) {
        judge_partition(&a, p);
        if (changes(&a, p))
            add_move(&a, p);
    }
    rz_plan_count_moves(plan, &plan->totals);
    set_identity(plan, snapshot);
    return plan;
}
