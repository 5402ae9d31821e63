/*
 * plan_read.c: a plan file, line by line.
 *
 * The file is trusted no further than it can be recomputed: plan_id covers policy and moves, and
 * every total that the moves determine must match. What needs the snapshot, and the proof, is
 * rz_plan_check()'s. Topics and partitions come in order, which makes repetitions visible at once.
 *
 * A topic's line that is canonical to the last byte and has nothing wrong is taken without
 * jansson; any other leaves no trace and starts anew with it, which also finds the words.
 */
#include <string.h>

#include "planner/json_fields.h"
#include "planner/line_scan.h"
#include "planner/plan_lines.h"
#include "planner/policy_json.h"
#include "rezone/error.h"

#define FORMAT "rezone-plan"
#define VERSION 1

struct RzPlanReader {
    RzPlan *plan;
    uint64_t line;
    bool has_header;
    bool only_jansson;
    GArray *topics, *moves, *ids; /* RzPlanTopic, RzMove, int32_t: the plan's arrays, growing */
    GArray *sorted;               /* int32_t: scratch */
    GString *name, *topic_id;     /* scratch: the canonical line being read */
};

RzPlanReader *
rz_plan_reader_new(void)
{
    RzPlanReader *reader = g_new0(RzPlanReader, 1);
    reader->plan = g_new0(RzPlan, 1);
    reader->plan->strings = g_string_chunk_new(4096);
    reader->plan->warnings = g_ptr_array_new_with_free_func(g_free);
    reader->topics = g_array_new(FALSE, FALSE, sizeof(RzPlanTopic));
    reader->moves = g_array_new(FALSE, FALSE, sizeof(RzMove));
    reader->ids = g_array_new(FALSE, FALSE, sizeof(int32_t));
    reader->sorted = g_array_new(FALSE, FALSE, sizeof(int32_t));
    reader->name = g_string_new(NULL);
    reader->topic_id = g_string_new(NULL);
    return reader;
}

void
rz_plan_reader_free(RzPlanReader *reader)
{
    if (reader == NULL)
        return;
    rz_plan_free(reader->plan);
    g_array_unref(reader->topics);
    g_array_unref(reader->moves);
    g_array_unref(reader->ids);
    g_array_unref(reader->sorted);
    g_string_free(reader->name, TRUE);
    g_string_free(reader->topic_id, TRUE);
    g_free(reader);
}

void
rz_plan_reader_use_jansson(RzPlanReader *reader)
{
    reader->only_jansson = true;
}

static const char *
keep(RzPlan *plan, const char *text)
{
    return text == NULL ? NULL : g_string_chunk_insert_const(plan->strings, text);
}

/* Header */

static bool
read_totals(RzPlanTotals *totals, const json_t *header, GError **error)
{
    const json_t *object = NULL;
    if (!rz_json_get_object(header, "totals", RZ_REQUIRED, &object, error))
        return false;
    const struct {
        const char *name;
        int64_t *value;
    } counts[] = {
        {"partitions", &totals->partitions},
        {"partitions_changed", &totals->partitions_changed},
        {"replicas_added", &totals->replicas_added},
        {"replicas_removed", &totals->replicas_removed},
        {"leaders_changed", &totals->leaders_changed},
        {"zone_violations_before", &totals->zone_violations_before},
        {"zone_violations_after", &totals->zone_violations_after},
    };
    bool fine = true;
    for (gsize i = 0; i < G_N_ELEMENTS(counts) && fine; i++)
        fine = rz_json_get_int(object, counts[i].name, RZ_REQUIRED, 0, INT64_MAX, counts[i].value,
                               error);
    fine =
        fine && rz_json_get_wide(object, "bytes_moved", RZ_REQUIRED, &totals->bytes_moved, error) &&
        rz_json_get_wide(object, "cross_zone_bytes", RZ_REQUIRED, &totals->cross_zone_bytes, error);
    if (!fine)
        g_prefix_error(error, "totals.");
    return fine;
}

static bool
read_policy(RzPlan *plan, const json_t *header, GError **error)
{
    const json_t *object = NULL;
    if (!rz_json_get_object(header, "policy", RZ_OPTIONAL, &object, error))
        return false;
    if (object == NULL)
        return true;
    plan->policy = rz_policy_from_json(object, error);
    if (plan->policy == NULL)
        g_prefix_error(error, "policy.");
    return plan->policy != NULL;
}

/* Proof */

static bool
read_tiers(RzPlan *plan, const json_t *proof, GError **error)
{
    const json_t *array = NULL;
    if (!rz_json_get_array(proof, "tiers", RZ_OPTIONAL, &array, error))
        return false;
    gsize n = json_array_size(array);
    plan->tiers = g_new0(RzTier, MAX(n, 1));
    for (gsize i = 0; i < n; i++) {
        const json_t *item = rz_json_item(array, "tiers", i, error);
        RzTier *tier = &plan->tiers[i];
        if (item == NULL)
            return false;
        if (!rz_json_get_string(item, "tier", RZ_REQUIRED, &tier->tier, error) ||
            !rz_json_get_wide(item, "value", RZ_REQUIRED, &tier->value, error) ||
            !rz_json_get_wide(item, "bound", RZ_REQUIRED, &tier->bound, error) ||
            !rz_json_get_bool(item, "proven", RZ_REQUIRED, &tier->proven, error) ||
            !rz_json_get_string(item, "note", RZ_OPTIONAL, &tier->note, error)) {
            g_prefix_error(error, "tiers[%" G_GSIZE_FORMAT "].", i);
            return false;
        }
        tier->tier = keep(plan, tier->tier);
        tier->note = keep(plan, tier->note);
        plan->n_tiers++;
    }
    return true;
}

static bool
read_proof(RzPlan *plan, const json_t *header, GError **error)
{
    const json_t *proof = NULL, *certificate = NULL;
    if (!rz_json_get_object(header, "proof", RZ_OPTIONAL, &proof, error))
        return false;
    if (proof == NULL)
        return true;
    if (!read_tiers(plan, proof, error) ||
        !rz_json_get_object(proof, "certificate", RZ_OPTIONAL, &certificate, error)) {
        g_prefix_error(error, "proof.");
        return false;
    }
    if (certificate != NULL && !rz_plan_read_certificate(plan, certificate, error)) {
        g_prefix_error(error, "proof.certificate.");
        return false;
    }
    return true;
}

static bool
read_header(RzPlanReader *reader, const json_t *object, GError **error)
{
    RzPlan *plan = reader->plan;
    const char *plan_id = NULL;
    if (!rz_json_check_version(object, FORMAT, VERSION, error) ||
        !rz_json_get_string(object, "plan_id", RZ_REQUIRED, &plan_id, error) ||
        !rz_json_get_string(object, "cluster_id", RZ_OPTIONAL, &plan->cluster_id, error) ||
        !rz_json_get_string(object, "snapshot_sha256", RZ_OPTIONAL, &plan->snapshot_sha256,
                            error) ||
        !read_policy(plan, object, error) || !read_totals(&plan->totals, object, error) ||
        !read_proof(plan, object, error))
        return false;
    plan->plan_id = g_strdup(plan_id);
    plan->cluster_id = keep(plan, plan->cluster_id);
    plan->snapshot_sha256 = keep(plan, plan->snapshot_sha256);
    reader->has_header = true;
    return true;
}

/* Moves */

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

static bool
is_short_and_distinct(const int32_t *ids, gsize n)
{
    enum { SHORT = 8 };
    for (gsize i = 1; i < n && n <= SHORT; i++) {
        for (gsize k = 0; k < i; k++) {
            if (ids[i] == ids[k])
                return false;
        }
    }
    return n <= SHORT;
}

/* The @n ids from @first on may not repeat a broker. */
static bool
check_distinct(RzPlanReader *reader, const char *name, gsize first, gsize n, GError **error)
{
    const int32_t *ids = &g_array_index(reader->ids, int32_t, first);
    if (is_short_and_distinct(ids, n))
        return true;
    g_array_set_size(reader->sorted, 0);
    g_array_append_vals(reader->sorted, ids, (guint)n);
    g_array_sort(reader->sorted, compare_ids);
    for (guint i = 1; i < reader->sorted->len; i++) {
        int32_t id = g_array_index(reader->sorted, int32_t, i);
        if (id == g_array_index(reader->sorted, int32_t, i - 1)) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: broker %d occurs twice", name, id);
            return false;
        }
    }
    return true;
}

/* Reads a list that is neither empty nor repeats a broker. */
static bool
read_list(RzPlanReader *reader, const json_t *object, const char *name, gsize *first, uint16_t *n,
          GError **error)
{
    const json_t *array = NULL;
    *first = reader->ids->len;
    if (!rz_json_get_array(object, name, RZ_REQUIRED, &array, error) ||
        !rz_json_broker_ids(array, name, reader->ids, error))
        return false;
    gsize length = reader->ids->len - *first;
    if (length == 0 || length > UINT16_MAX) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: must hold 1 to 65535 brokers, holds %zu",
                    name, length);
        return false;
    }
    *n = (uint16_t)length;
    return check_distinct(reader, name, *first, length, error);
}

static bool
lists_equal(const GArray *ids, const RzMove *move)
{
    const int32_t *all = (const int32_t *)(const void *)ids->data;
    return move->n_from == move->n_to &&
           memcmp(all + move->first_from, all + move->first_to, move->n_to * sizeof *all) == 0;
}

static bool
check_leader(const GArray *ids, const RzMove *move, GError **error)
{
    for (gsize i = 0; i < move->n_from; i++) {
        if (move->leader == g_array_index(ids, int32_t, move->first_from + i))
            return true;
    }
    if (move->leader >= 0)
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "leader: broker %d is not in \"from\"",
                    move->leader);
    return move->leader < 0;
}

/* Takes a move whose lists and leader are right, if it stands in order and changes something. */
static bool
add_move(RzPlanReader *reader, const RzMove *move, int32_t last_partition, GError **error)
{
    const char *problem = NULL;
    if (move->partition <= last_partition)
        problem = "partition: out of order, or occurs twice";
    else if (lists_equal(reader->ids, move))
        problem = "to: equals \"from\"";
    if (problem != NULL) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT, problem);
        return false;
    }
    g_array_append_vals(reader->moves, move, 1);
    return true;
}

static bool
read_move(RzPlanReader *reader, const json_t *object, int32_t last_partition, GError **error)
{
    RzMove move = {.topic = reader->topics->len - 1, .leader = -1};
    if (!rz_json_get_int32(object, "partition", RZ_REQUIRED, 0, &move.partition, error) ||
        !read_list(reader, object, "from", &move.first_from, &move.n_from, error) ||
        !read_list(reader, object, "to", &move.first_to, &move.n_to, error) ||
        !rz_json_get_int32(object, "leader", RZ_OPTIONAL, 0, &move.leader, error) ||
        !rz_json_get_int(object, "size_bytes", RZ_REQUIRED, 0, INT64_MAX, &move.size_bytes,
                         error) ||
        !check_leader(reader->ids, &move, error))
        return false;
    return add_move(reader, &move, last_partition, error);
}

static bool
open_topic(RzPlanReader *reader, const char *name, const char *topic_id, GError **error)
{
    guint n = reader->topics->len;
    if (n > 0 && strcmp(g_array_index(reader->topics, RzPlanTopic, n - 1).name, name) >= 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                    "topic: \"%s\" is out of order or occurs twice", name);
        return false;
    }
    RzPlanTopic topic = {
        .name = keep(reader->plan, name),
        .topic_id = keep(reader->plan, topic_id),
        .first_move = reader->moves->len,
    };
    g_array_append_val(reader->topics, topic);
    return true;
}

static bool
read_topic(RzPlanReader *reader, const json_t *object, GError **error)
{
    const char *name = NULL, *topic_id = NULL;
    const json_t *moves = NULL;
    if (!rz_json_get_string(object, "topic", RZ_REQUIRED, &name, error) ||
        !rz_json_get_string(object, "topic_id", RZ_OPTIONAL, &topic_id, error) ||
        !rz_json_get_array(object, "moves", RZ_REQUIRED, &moves, error) ||
        !open_topic(reader, name, topic_id, error))
        return false;
    int32_t last = -1;
    for (gsize i = 0; i < json_array_size(moves); i++) {
        const json_t *item = rz_json_item(moves, "moves", i, error);
        if (item == NULL)
            return false;
        if (!read_move(reader, item, last, error)) {
            g_prefix_error(error, "moves[%" G_GSIZE_FORMAT "].", i);
            return false;
        }
        last = g_array_index(reader->moves, RzMove, reader->moves->len - 1).partition;
    }
    RzPlanTopic *topic = &g_array_index(reader->topics, RzPlanTopic, reader->topics->len - 1);
    topic->n_moves = reader->moves->len - topic->first_move;
    if (topic->n_moves == 0)
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT, "moves: the list is empty");
    return topic->n_moves > 0;
}

/* Canonical lines, in the order of rz_plan_write_topic() */

static bool
scan_list(RzPlanReader *reader, RzScan *scan, gsize *first, uint16_t *n)
{
    *first = reader->ids->len;
    return rz_scan_ids(scan, reader->ids, n) && *n > 0 &&
           check_distinct(reader, "", *first, *n, NULL);
}

static bool
scan_move(RzPlanReader *reader, RzScan *scan, int32_t *last_partition)
{
    RzMove move = {.topic = reader->topics->len - 1};
    if (!RZ_SCAN(scan, "{\"partition\":") || !rz_scan_int32(scan, &move.partition) ||
        !RZ_SCAN(scan, ",\"from\":") || !scan_list(reader, scan, &move.first_from, &move.n_from) ||
        !RZ_SCAN(scan, ",\"to\":") || !scan_list(reader, scan, &move.first_to, &move.n_to) ||
        !RZ_SCAN(scan, ",\"leader\":") || !rz_scan_leader(scan, &move.leader) ||
        !RZ_SCAN(scan, ",\"size_bytes\":") || !rz_scan_int(scan, INT64_MAX, &move.size_bytes) ||
        !RZ_SCAN(scan, "}") || !check_leader(reader->ids, &move, NULL) ||
        !add_move(reader, &move, *last_partition, NULL))
        return false;
    *last_partition = move.partition;
    return true;
}

static bool
scan_topic(RzPlanReader *reader, RzScan scan)
{
    if (!RZ_SCAN(&scan, "{\"topic\":") || !rz_scan_string(&scan, reader->name))
        return false;
    bool has_id = RZ_SCAN(&scan, ",\"topic_id\":");
    if ((has_id && !rz_scan_string(&scan, reader->topic_id)) || !RZ_SCAN(&scan, ",\"moves\":[") ||
        !open_topic(reader, reader->name->str, has_id ? reader->topic_id->str : NULL, NULL))
        return false;
    int32_t last = -1;
    do {
        if (!scan_move(reader, &scan, &last))
            return false;
    } while (RZ_SCAN(&scan, ","));
    RzPlanTopic *topic = &g_array_index(reader->topics, RzPlanTopic, reader->topics->len - 1);
    topic->n_moves = reader->moves->len - topic->first_move;
    return RZ_SCAN(&scan, "]}") && scan.at == scan.end;
}

static bool
take_canonical(RzPlanReader *reader, const char *line, gsize length)
{
    guint topics = reader->topics->len, moves = reader->moves->len, ids = reader->ids->len;
    if (scan_topic(reader, (RzScan){line, line + length}))
        return true;
    g_array_set_size(reader->topics, topics);
    g_array_set_size(reader->moves, moves);
    g_array_set_size(reader->ids, ids);
    return false;
}

bool
rz_plan_reader_line(RzPlanReader *reader, const char *line, gsize length, GError **error)
{
    reader->line++;
    if (rz_json_is_blank(line, length))
        return true;
    if (reader->has_header && !reader->only_jansson && take_canonical(reader, line, length))
        return true;
    g_autoptr(json_t) object = rz_json_parse_object(line, length, error);
    if (object == NULL || !(reader->has_header ? read_topic(reader, object, error)
                                               : read_header(reader, object, error))) {
        g_prefix_error(error, "line %" G_GUINT64_FORMAT ": ", reader->line);
        return false;
    }
    return true;
}

/* Whole */

static bool
check_total(const char *name, RzWide claimed, RzWide counted, GError **error)
{
    if (claimed == counted)
        return true;
    char claim[RZ_WIDE_TEXT_SIZE], count[RZ_WIDE_TEXT_SIZE];
    g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                "line 1: totals.%s: is %s, but the moves give %s: the plan was edited", name,
                rz_wide_to_text(claimed, claim), rz_wide_to_text(counted, count));
    return false;
}

static bool
check_totals(const RzPlan *plan, GError **error)
{
    RzPlanTotals counted = plan->totals;
    const RzPlanTotals *claimed = &plan->totals;
    rz_plan_count_moves(plan, &counted);
    return check_total("partitions_changed", claimed->partitions_changed,
                       counted.partitions_changed, error) &&
           check_total("replicas_added", claimed->replicas_added, counted.replicas_added, error) &&
           check_total("replicas_removed", claimed->replicas_removed, counted.replicas_removed,
                       error) &&
           check_total("bytes_moved", claimed->bytes_moved, counted.bytes_moved, error) &&
           check_total("leaders_changed", claimed->leaders_changed, counted.leaders_changed, error);
}

RzPlan *
rz_plan_reader_finish(RzPlanReader *reader, GError **error)
{
    if (!reader->has_header) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT,
                            "line 1: no header, the file is empty");
        return NULL;
    }
    g_autoptr(RzPlan) plan = g_steal_pointer(&reader->plan);
    plan->n_topics = reader->topics->len;
    plan->n_moves = reader->moves->len;
    plan->n_broker_ids = reader->ids->len;
    plan->topics = (RzPlanTopic *)(void *)g_array_free(g_steal_pointer(&reader->topics), FALSE);
    plan->moves = (RzMove *)(void *)g_array_free(g_steal_pointer(&reader->moves), FALSE);
    plan->broker_ids = (int32_t *)(void *)g_array_free(g_steal_pointer(&reader->ids), FALSE);
    reader->topics = g_array_new(FALSE, FALSE, sizeof(RzPlanTopic));
    reader->moves = g_array_new(FALSE, FALSE, sizeof(RzMove));
    reader->ids = g_array_new(FALSE, FALSE, sizeof(int32_t));
    if (!check_totals(plan, error))
        return NULL;
    g_autofree char *id = rz_plan_compute_id(plan);
    if (strcmp(id, plan->plan_id) != 0) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_INPUT,
                            "line 1: plan_id: does not fit the policy and the moves: the plan was "
                            "edited");
        return NULL;
    }
    return g_steal_pointer(&plan);
}
