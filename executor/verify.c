/*
 * verify.c: judge a finished run by the cluster alone.
 *
 * One Metadata answer for the plan's topics, everything that is listed, and the throttle keys of
 * the plan's topics and brokers. Leftovers of throttles are recognised by what only a mover writes:
 * list entries for replicas that the plan added, and dynamic rates on brokers of the plan.
 */
#include "executor/verify.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "executor/throttle_keys.h"

typedef struct {
    const RzPlan *plan;
    RzCluster *cluster;
    bool leaders;
    GArray *findings;
    RzVerification *result;
} Verify;

static const char *const kind_names[] = {
    [RZ_FINDING_TOPIC_GONE] = "topic_gone", [RZ_FINDING_TOPIC_RECREATED] = "topic_recreated",
    [RZ_FINDING_LIST] = "replicas",         [RZ_FINDING_ISR] = "isr",
    [RZ_FINDING_LEADER] = "leader",         [RZ_FINDING_LISTED] = "listed",
    [RZ_FINDING_THROTTLE] = "throttle",
};

const char *
rz_finding_name(RzFindingKind kind)
{
    return kind_names[kind];
}

static void
add_finding(Verify *verify, RzFindingKind kind, bool fatal, char *subject, char *detail)
{
    RzFinding finding = {kind, subject, detail, fatal};
    g_array_append_val(verify->findings, finding);
    verify->result->ok = verify->result->ok && !fatal;
}

G_GNUC_PRINTF(4, 5)
static void
find(Verify *verify, RzFindingKind kind, char *subject, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_finding(verify, kind, true, subject, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static char *
list_text(const int32_t *ids, uint32_t n)
{
    GString *text = g_string_new("[");
    for (uint32_t i = 0; i < n; i++)
        g_string_append_printf(text, i > 0 ? ",%d" : "%d", ids[i]);
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

static bool
has_id(const int32_t *ids, uint32_t n, int32_t id)
{
    for (uint32_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* ---- partitions ---- */

static bool
judge_list(Verify *verify, const RzMove *move, const RzClusterPartition *partition,
           const char *subject)
{
    const int32_t *to = rz_move_to(verify->plan, move);
    bool same = partition->n_replicas == move->n_to &&
                memcmp(partition->replicas, to, move->n_to * sizeof *to) == 0;
    if (same)
        return true;
    g_autofree char *is = list_text(partition->replicas, partition->n_replicas);
    g_autofree char *planned = list_text(to, move->n_to);
    find(verify, RZ_FINDING_LIST, g_strdup(subject), "replicas are %s, planned %s", is, planned);
    return false;
}

static void
judge_partition(Verify *verify, const RzPlanTopic *topic, const RzMove *move,
                const RzClusterPartition *partition)
{
    g_autofree char *subject = g_strdup_printf("%s-%d", topic->name, move->partition);
    if (partition == NULL) {
        find(verify, RZ_FINDING_LIST, g_strdup(subject), "the partition does not exist");
        return;
    }
    /* Of a list that is another, its replicas' state says nothing new. */
    bool listed = judge_list(verify, move, partition, subject);
    bool as_planned = listed;
    const int32_t *to = rz_move_to(verify->plan, move);
    for (uint32_t i = 0; listed && i < move->n_to; i++)
        if (!has_id(partition->isr, partition->n_isr, to[i])) {
            find(verify, RZ_FINDING_ISR, g_strdup(subject), "broker %d is out of the ISR", to[i]);
            as_planned = false;
        }
    verify->result->partitions_as_planned += as_planned;
    if (partition->leader == to[0])
        verify->result->leaders_as_planned++;
    else if (verify->leaders && as_planned)
        find(verify, RZ_FINDING_LEADER, g_strdup(subject), "the leader is %d, planned %d",
             partition->leader, to[0]);
}

static void
judge_topic(Verify *verify, const RzPlanTopic *topic, const RzClusterMetadata *metadata)
{
    const RzClusterTopic *live = rz_cluster_find_topic(metadata, topic->name);
    if (live == NULL || live->error != RZ_KAFKA_NONE) {
        find(verify, RZ_FINDING_TOPIC_GONE, g_strdup(topic->name),
             "the topic does not exist any more, or DESCRIBE on it is missing");
        return;
    }
    if (topic->topic_id != NULL && live->topic_id != NULL &&
        strcmp(topic->topic_id, live->topic_id) != 0) {
        find(verify, RZ_FINDING_TOPIC_RECREATED, g_strdup(topic->name),
             "the topic was deleted and created again (id %s, planned %s)", live->topic_id,
             topic->topic_id);
        return;
    }
    for (uint32_t i = 0; i < topic->n_moves; i++) {
        const RzMove *move = &verify->plan->moves[topic->first_move + i];
        judge_partition(verify, topic, move, rz_cluster_find_partition(live, move->partition));
    }
}

static bool
judge_topics(Verify *verify, GError **error)
{
    const RzPlan *plan = verify->plan;
    for (uint32_t start = 0; start < plan->n_topics; start += RZ_CLUSTER_MAX_TOPICS) {
        uint32_t n = MIN(plan->n_topics - start, RZ_CLUSTER_MAX_TOPICS);
        const char *names[RZ_CLUSTER_MAX_TOPICS];
        for (uint32_t i = 0; i < n; i++)
            names[i] = plan->topics[start + i].name;
        g_autoptr(RzClusterMetadata) metadata =
            rz_cluster_metadata(verify->cluster, names, n, error);
        if (metadata == NULL)
            return false;
        if (plan->cluster_id != NULL && metadata->cluster_id != NULL &&
            strcmp(plan->cluster_id, metadata->cluster_id) != 0) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                        "the plan is for cluster %s, this one is %s", plan->cluster_id,
                        metadata->cluster_id);
            return false;
        }
        for (uint32_t i = 0; i < n; i++)
            judge_topic(verify, &plan->topics[start + i], metadata);
    }
    return true;
}

static bool
plan_covers(const RzPlan *plan, const char *topic, int32_t partition)
{
    for (uint32_t t = 0; t < plan->n_topics; t++)
        for (uint32_t m = 0;
             strcmp(plan->topics[t].name, topic) == 0 && m < plan->topics[t].n_moves; m++)
            if (plan->moves[plan->topics[t].first_move + m].partition == partition)
                return true;
    return false;
}

static bool
judge_listed(Verify *verify, GError **error)
{
    g_autoptr(RzClusterReassignments) listed =
        rz_cluster_list_reassignments(verify->cluster, NULL, 0, error);
    if (listed == NULL)
        return false;
    for (uint32_t i = 0; i < listed->n_items; i++) {
        const RzClusterReassignment *item = &listed->items[i];
        g_autofree char *adding = list_text(item->adding, item->n_adding);
        g_autofree char *removing = list_text(item->removing, item->n_removing);
        bool ours = plan_covers(verify->plan, item->topic, item->partition);
        add_finding(verify, RZ_FINDING_LISTED, ours,
                    g_strdup_printf("%s-%d", item->topic, item->partition),
                    g_strdup_printf("a reassignment%s is running: adding %s, removing %s",
                                    ours ? "" : " of others", adding, removing));
    }
    return true;
}

/* ---- throttles ---- */

static bool
is_added(const RzPlan *plan, const RzMove *move, uint32_t i)
{
    return !has_id(rz_move_from(plan, move), move->n_from, rz_move_to(plan, move)[i]);
}

static void
judge_topic_list(Verify *verify, const RzPlanTopic *topic, const RzConfigEntry *entry)
{
    if (entry == NULL || entry->value == NULL || *entry->value == '\0' ||
        entry->source != RZ_SOURCE_TOPIC)
        return;
    for (uint32_t m = 0; m < topic->n_moves; m++) {
        const RzMove *move = &verify->plan->moves[topic->first_move + m];
        const int32_t *to = rz_move_to(verify->plan, move);
        for (uint32_t i = 0; i < move->n_to; i++) {
            RzThrottleEntry ours = {move->partition, to[i]};
            if (is_added(verify->plan, move, i) && rz_throttle_list_has(entry->value, ours)) {
                find(verify, RZ_FINDING_THROTTLE, g_strdup(topic->name), "%s still holds %d:%d",
                     entry->key, ours.partition, ours.broker);
                return;
            }
        }
    }
}

static bool
judge_topic_lists(Verify *verify, GError **error)
{
    static const char *const keys[] = {RZ_KEY_LEADER_LIST, RZ_KEY_FOLLOWER_LIST};
    const RzPlan *plan = verify->plan;
    for (uint32_t start = 0; start < plan->n_topics; start += RZ_CLUSTER_MAX_TOPICS) {
        uint32_t n = MIN(plan->n_topics - start, RZ_CLUSTER_MAX_TOPICS);
        const char *names[RZ_CLUSTER_MAX_TOPICS];
        for (uint32_t i = 0; i < n; i++)
            names[i] = plan->topics[start + i].name;
        RzClusterConfig *configs = rz_cluster_describe_configs(
            verify->cluster, RZ_RESOURCE_TOPIC, names, n, keys, G_N_ELEMENTS(keys), error);
        if (configs == NULL)
            return false;
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t k = 0; k < G_N_ELEMENTS(keys); k++)
                judge_topic_list(verify, &plan->topics[start + i],
                                 rz_cluster_find_entry(&configs[i], keys[k]));
        rz_cluster_configs_free(configs, n);
    }
    return true;
}

static int
compare_ids(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* A broker at a time: one that is down must not hide the others. */
static void
judge_broker_rates(Verify *verify)
{
    static const char *const keys[] = {RZ_KEY_LEADER_RATE, RZ_KEY_FOLLOWER_RATE};
    gsize n = verify->plan->n_broker_ids;
    g_autofree int32_t *ids = g_memdup2(verify->plan->broker_ids, n * sizeof(int32_t));
    if (n > 0)
        qsort(ids, n, sizeof *ids, compare_ids);
    for (gsize i = 0; i < n; i++) {
        if (i > 0 && ids[i] == ids[i - 1])
            continue;
        g_autofree char *name = g_strdup_printf("%d", ids[i]);
        const char *names[] = {name};
        RzClusterConfig *configs = rz_cluster_describe_configs(
            verify->cluster, RZ_RESOURCE_BROKER, names, 1, keys, G_N_ELEMENTS(keys), NULL);
        for (uint32_t k = 0; configs != NULL && k < G_N_ELEMENTS(keys); k++) {
            const RzConfigEntry *entry = rz_cluster_find_entry(&configs[0], keys[k]);
            if (entry != NULL && entry->value != NULL && entry->source == RZ_SOURCE_BROKER)
                add_finding(verify, RZ_FINDING_THROTTLE, false,
                            g_strdup_printf("broker %d", ids[i]),
                            g_strdup_printf("%s is set to %s", keys[k], entry->value));
        }
        rz_cluster_configs_free(configs, configs != NULL ? 1 : 0);
    }
}

RzVerification *
rz_verify(const RzPlan *plan, RzCluster *cluster, bool leaders, GError **error)
{
    g_autoptr(RzVerification) result = g_new0(RzVerification, 1);
    result->ok = true;
    result->partitions_total = plan->n_moves;
    Verify verify = {plan, cluster, leaders, g_array_new(FALSE, FALSE, sizeof(RzFinding)), result};
    bool answered = judge_topics(&verify, error) && judge_listed(&verify, error) &&
                    judge_topic_lists(&verify, error);
    if (answered)
        judge_broker_rates(&verify);
    result->n_findings = verify.findings->len;
    result->findings = (RzFinding *)(void *)g_array_free(verify.findings, FALSE);
    return answered ? g_steal_pointer(&result) : NULL;
}

void
rz_verification_free(RzVerification *verification)
{
    if (verification == NULL)
        return;
    for (uint32_t i = 0; i < verification->n_findings; i++) {
        g_free(verification->findings[i].subject);
        g_free(verification->findings[i].detail);
    }
    g_free(verification->findings);
    g_free(verification);
}

char *
rz_verification_to_json(const RzVerification *verification)
{
    json_t *findings = json_array();
    for (uint32_t i = 0; i < verification->n_findings; i++) {
        const RzFinding *finding = &verification->findings[i];
        json_array_append_new(findings,
                              json_pack("{s:s, s:s, s:s, s:b}", "kind",
                                        rz_finding_name(finding->kind), "subject", finding->subject,
                                        "detail", finding->detail, "fatal", finding->fatal));
    }
    json_t *root =
        json_pack("{s:b, s:I, s:I, s:I, s:o}", "ok", verification->ok, "partitions_total",
                  (json_int_t)verification->partitions_total, "partitions_as_planned",
                  (json_int_t)verification->partitions_as_planned, "leaders_as_planned",
                  (json_int_t)verification->leaders_as_planned, "findings", findings);
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    char *owned = g_strdup(text);
    free(text);
    return owned;
}
