/*
 * checks_cluster.c: what the cluster itself has to say before anything moves.
 */
#include <string.h>

#include "executor/preflight/context.h"
#include "executor/throttle_keys.h"

/* Examples in one sentence; the rest is a count. */
#define MAX_NAMED 5

/* ---- versions ---- */

typedef struct {
    int16_t key;
    const char *name;
} Api;

/* What a run cannot do without; all are there since Kafka 2.4. */
static const Api needed[] = {
    {3, "Metadata"},
    {32, "DescribeConfigs"},
    {35, "DescribeLogDirs"},
    {43, "ElectLeaders"},
    {44, "IncrementalAlterConfigs"},
    {45, "AlterPartitionReassignments"},
    {46, "ListPartitionReassignments"},
};

void
rz_check_api_versions(const RzPreflightContext *context, RzFindings *findings)
{
    uint32_t asked = 0;
    for (uint32_t b = 0; b < context->metadata->n_brokers; b++) {
        int32_t id = context->metadata->brokers[b].id;
        for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
            g_autoptr(GError) error = NULL;
            int16_t version = rz_cluster_api_version(context->cluster, id, needed[i].key, &error);
            if (error != NULL) {
                rz_findings_add(findings, RZ_VERDICT_FAIL, "broker %d does not answer: %s", id,
                                error->message);
                break;
            }
            if (version < 0)
                rz_findings_add(findings, RZ_VERDICT_FAIL, "broker %d does not offer %s", id,
                                needed[i].name);
            asked++;
        }
    }
    if (findings->verdict == RZ_VERDICT_OK)
        rz_findings_add(findings, RZ_VERDICT_OK,
                        "all %u brokers offer every request that is needed",
                        context->metadata->n_brokers);
    else
        rz_findings_advise(findings, "Kafka 2.4 is the oldest version that rezone can work with");
}

void
rz_check_mixed_versions(const RzPreflightContext *context, RzFindings *findings)
{
    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
        int16_t first = -2;
        for (uint32_t b = 0; b < context->metadata->n_brokers; b++) {
            int32_t id = context->metadata->brokers[b].id;
            int16_t version = rz_cluster_api_version(context->cluster, id, needed[i].key, NULL);
            if (first == -2)
                first = version;
            if (version == first)
                continue;
            rz_findings_add(findings, RZ_VERDICT_WARN,
                            "broker %d offers %s up to version %d, broker %d up to %d", id,
                            needed[i].name, version, context->metadata->brokers[0].id, first);
            break;
        }
    }
    if (findings->verdict == RZ_VERDICT_OK)
        rz_findings_add(findings, RZ_VERDICT_OK, "all brokers offer the same versions");
    else
        rz_findings_advise(findings, "finish the rolling upgrade first: its restarts would "
                                     "interrupt the copies");
}

/* ---- zones ---- */

void
rz_check_zones(const RzPreflightContext *context, RzFindings *findings)
{
    uint32_t unset = 0, differing = 0;
    for (uint32_t b = 0; b < context->metadata->n_brokers; b++) {
        const RzClusterBroker *broker = &context->metadata->brokers[b];
        uint32_t index = rz_snapshot_find_broker(context->now, broker->id);
        uint32_t zone = index == RZ_NONE ? RZ_NONE : context->now->brokers[index].zone;
        const char *wanted = zone == RZ_NONE ? NULL : context->now->zones[zone];
        if (broker->rack == NULL)
            unset++;
        else if (wanted == NULL || strcmp(wanted, broker->rack) != 0)
            differing++;
        else
            continue;
        if (unset + differing <= MAX_NAMED)
            rz_findings_add(findings, RZ_VERDICT_WARN,
                            "broker %d: broker.rack is %s, its zone is %s", broker->id,
                            broker->rack != NULL ? broker->rack : "not set",
                            wanted != NULL ? wanted : "unknown");
    }
    if (unset + differing == 0) {
        rz_findings_add(findings, RZ_VERDICT_OK, "broker.rack of every live broker is its zone");
        return;
    }
    rz_findings_add(findings, RZ_VERDICT_WARN, "%u brokers in all", unset + differing);
    rz_findings_advise(findings, "topics created later will not be spread over the zones: set "
                                 "broker.rack on these brokers and restart them one by one");
}

/* ---- health of partitions ---- */

typedef bool (*PartitionTest)(const RzPreflightContext *context, const RzPartition *partition);

static bool
is_offline(const RzPreflightContext *context, const RzPartition *partition)
{
    (void)context;
    return partition->leader == RZ_NONE;
}

static bool
in_isr(const RzSnapshot *now, const RzPartition *partition, uint32_t broker)
{
    for (uint16_t i = 0; i < partition->n_isr; i++)
        if (now->isr[partition->first_isr + i] == broker)
            return true;
    return false;
}

static bool
is_under_replicated(const RzPreflightContext *context, const RzPartition *partition)
{
    for (uint16_t i = 0; i < partition->n_replicas; i++) {
        uint32_t broker = context->now->replicas[partition->first_replica + i];
        if (!in_isr(context->now, partition, broker))
            return true;
    }
    return false;
}

static bool
is_under_min_isr(const RzPreflightContext *context, const RzPartition *partition)
{
    int32_t wanted = context->now->topics[partition->topic].min_insync_replicas;
    return partition->n_isr < (wanted > 0 ? wanted : 1);
}

static void
check_partitions(const RzPreflightContext *context, RzFindings *findings, PartitionTest bad,
                 RzVerdict inside, RzVerdict outside, const char *what, const char *advice)
{
    const RzSnapshot *now = context->now;
    uint32_t n_inside = 0, n_outside = 0;
    for (uint32_t p = 0; p < now->n_partitions; p++) {
        const RzPartition *partition = &now->partitions[p];
        if (!bad(context, partition))
            continue;
        const char *topic = now->topics[partition->topic].name;
        bool planned = rz_plan_has_partition(context->plan, topic, partition->number);
        uint32_t *count = planned ? &n_inside : &n_outside;
        if (++*count <= MAX_NAMED)
            rz_findings_add(findings, planned ? inside : outside, "%s-%d is %s%s", topic,
                            partition->number, what, planned ? "" : " (not in the plan)");
    }
    if (n_inside + n_outside == 0) {
        rz_findings_add(findings, RZ_VERDICT_OK, "no partition is %s", what);
        return;
    }
    rz_findings_add(findings, RZ_VERDICT_OK, "%u of the plan and %u others in all", n_inside,
                    n_outside);
    rz_findings_advise(findings, "%s", advice);
}

void
rz_check_offline(const RzPreflightContext *context, RzFindings *findings)
{
    check_partitions(context, findings, is_offline, RZ_VERDICT_FAIL, RZ_VERDICT_WARN, "offline",
                     "a partition without a leader cannot be copied: bring its brokers back first");
}

void
rz_check_under_replicated(const RzPreflightContext *context, RzFindings *findings)
{
    check_partitions(context, findings, is_under_replicated, RZ_VERDICT_WARN, RZ_VERDICT_WARN,
                     "under-replicated",
                     "let the replicas catch up first: copying takes from the same disks and "
                     "network, and on Kafka 3.8 to 4.2 such a move does not complete before");
}

void
rz_check_under_min_isr(const RzPreflightContext *context, RzFindings *findings)
{
    check_partitions(context, findings, is_under_min_isr, RZ_VERDICT_FAIL, RZ_VERDICT_FAIL,
                     "below min.insync.replicas",
                     "producers with acks=all are refused there now: mend that before moving data");
}

/* ---- others at work ---- */

void
rz_check_foreign_moves(const RzPreflightContext *context, RzFindings *findings)
{
    const RzClusterReassignments *list = context->reassignments;
    if (list == NULL) {
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN, "reassignments cannot be listed: %s",
                        context->reassignments_error->message);
        return;
    }
    uint32_t ours = 0;
    for (uint32_t i = 0; i < list->n_items; i++)
        ours +=
            rz_plan_has_partition(context->plan, list->items[i].topic, list->items[i].partition);
    if (list->n_items == 0) {
        rz_findings_add(findings, RZ_VERDICT_OK, "no reassignment is running");
        return;
    }
    rz_findings_add(findings, ours > 0 ? RZ_VERDICT_FAIL : RZ_VERDICT_WARN,
                    "%u reassignments are running, %u of partitions of the plan, for example %s-%d",
                    list->n_items, ours, list->items[0].topic, list->items[0].partition);
    rz_findings_advise(findings, "let them finish or cancel them with the tool that started them");
}

static void
note_throttles(RzFindings *findings, const RzClusterConfig *configs, uint32_t n, const char *what,
               uint32_t *count)
{
    for (uint32_t i = 0; i < n; i++) {
        if (configs[i].error != RZ_KAFKA_NONE) {
            rz_findings_add(findings, RZ_VERDICT_UNKNOWN, "configs of %s %s cannot be read: %s",
                            what, configs[i].name,
                            configs[i].message != NULL ? configs[i].message : "refused");
            continue;
        }
        for (uint32_t e = 0; e < configs[i].n_entries; e++) {
            const RzConfigEntry *entry = &configs[i].entries[e];
            bool set = entry->source != RZ_SOURCE_DEFAULT && entry->value != NULL &&
                       entry->value[0] != '\0';
            if (set && ++*count <= MAX_NAMED)
                rz_findings_add(findings, RZ_VERDICT_WARN, "%s %s has %s", what, configs[i].name,
                                entry->key);
        }
    }
}

static bool
ask_throttles(const RzPreflightContext *context, RzFindings *findings, RzResourceType type,
              const char *const *names, uint32_t n, uint32_t *count)
{
    static const char *const rates[] = {RZ_KEY_LEADER_RATE, RZ_KEY_FOLLOWER_RATE};
    static const char *const lists[] = {RZ_KEY_LEADER_LIST, RZ_KEY_FOLLOWER_LIST};
    const bool topics = type == RZ_RESOURCE_TOPIC;
    for (uint32_t start = 0; start < n; start += RZ_CLUSTER_MAX_TOPICS) {
        uint32_t size = MIN(n - start, RZ_CLUSTER_MAX_TOPICS);
        g_autoptr(GError) error = NULL;
        RzClusterConfig *configs = rz_cluster_describe_configs(
            context->cluster, type, names + start, size, topics ? lists : rates, 2, &error);
        if (configs == NULL) {
            rz_findings_add(findings, RZ_VERDICT_UNKNOWN, "configs cannot be read: %s",
                            error->message);
            return false;
        }
        note_throttles(findings, configs, size, topics ? "topic" : "broker", count);
        rz_cluster_configs_free(configs, size);
    }
    return true;
}

void
rz_check_foreign_throttles(const RzPreflightContext *context, RzFindings *findings)
{
    uint32_t count = 0;
    g_autoptr(GPtrArray) brokers = g_ptr_array_new_with_free_func(g_free);
    for (uint32_t b = 0; b < context->metadata->n_brokers; b++)
        g_ptr_array_add(brokers, g_strdup_printf("%d", context->metadata->brokers[b].id));
    g_autoptr(GPtrArray) topics = g_ptr_array_new();
    for (uint32_t t = 0; t < context->plan->n_topics; t++)
        if (rz_cluster_find_topic(context->metadata, context->plan->topics[t].name) != NULL)
            g_ptr_array_add(topics, (void *)(uintptr_t)context->plan->topics[t].name);
    bool seen = ask_throttles(context, findings, RZ_RESOURCE_BROKER,
                              (const char *const *)(void *)brokers->pdata, brokers->len, &count) &&
                ask_throttles(context, findings, RZ_RESOURCE_TOPIC,
                              (const char *const *)(void *)topics->pdata, topics->len, &count);
    if (!seen)
        return;
    if (count == 0) {
        if (findings->verdict == RZ_VERDICT_OK)
            rz_findings_add(findings, RZ_VERDICT_OK, "no replication throttle is set");
        return;
    }
    rz_findings_add(findings, RZ_VERDICT_WARN, "%u settings in all", count);
    rz_findings_advise(findings,
                       "they are kept and put back as they are; if they are leftovers of an "
                       "earlier move, remove them first");
}

void
rz_check_leader_rebalance(const RzPreflightContext *context, RzFindings *findings)
{
    static const char *const keys[] = {"auto.leader.rebalance.enable"};
    if (context->metadata->n_brokers == 0) {
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN, "no broker is alive");
        return;
    }
    g_autofree char *id = g_strdup_printf("%d", context->metadata->brokers[0].id);
    const char *names[] = {id};
    g_autoptr(GError) error = NULL;
    RzClusterConfig *config = rz_cluster_describe_configs(context->cluster, RZ_RESOURCE_BROKER,
                                                          names, 1, keys, 1, &error);
    const RzConfigEntry *entry = config != NULL ? rz_cluster_find_entry(config, keys[0]) : NULL;
    if (entry == NULL || entry->value == NULL) {
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN, "%s of broker %s cannot be read%s%s", keys[0],
                        id, error != NULL ? ": " : "", error != NULL ? error->message : "");
    } else if (strcmp(entry->value, "true") == 0) {
        rz_findings_add(findings, RZ_VERDICT_WARN, "%s is true", keys[0]);
        rz_findings_advise(findings,
                           "leadership may jump to a new replica while moves are running; "
                           "rezone elects the planned leaders itself at the end");
    } else {
        rz_findings_add(findings, RZ_VERDICT_OK, "%s is %s", keys[0], entry->value);
    }
    rz_cluster_configs_free(config, 1);
}

/* ---- permissions ---- */

typedef struct {
    RzPermissions bit;
    const char *acl;
    const char *why;
} Right;

static const Right rights[] = {
    {RZ_MAY_DESCRIBE_CLUSTER, "DESCRIBE on CLUSTER", "listing reassignments and log directories"},
    {RZ_MAY_ALTER_CLUSTER, "ALTER on CLUSTER", "reassignments and elections"},
    {RZ_MAY_DESCRIBE_CONFIGS_CLUSTER, "DESCRIBE_CONFIGS on CLUSTER", "reading broker throttles"},
    {RZ_MAY_ALTER_CONFIGS_CLUSTER, "ALTER_CONFIGS on CLUSTER", "setting broker throttles"},
};

typedef struct {
    uint32_t missing;
    const char *example;
} MissingRight;

/* Asks @n topics for a change without making it; false: the cluster did not answer. */
static bool
try_topics(const RzPreflightContext *context, RzFindings *findings, uint32_t first, uint32_t n,
           MissingRight *right)
{
    g_autofree RzConfigChange *changes = g_new0(RzConfigChange, n);
    g_autofree RzItemResult *results = g_new0(RzItemResult, n);
    for (uint32_t i = 0; i < n; i++)
        changes[i] = (RzConfigChange){RZ_RESOURCE_TOPIC, context->plan->topics[first + i].name,
                                      RZ_KEY_FOLLOWER_LIST, RZ_CONFIG_SET, "0:0"};
    g_autoptr(GError) error = NULL;
    bool answered = rz_cluster_alter_configs(context->cluster, changes, n, true, results, &error);
    if (!answered)
        rz_findings_add(findings,
                        g_error_matches(error, RZ_ERROR, RZ_ERROR_DENIED) ? RZ_VERDICT_FAIL
                                                                          : RZ_VERDICT_UNKNOWN,
                        "setting configs of topics would fail: %s", error->message);
    for (uint32_t i = 0; answered && i < n; i++)
        if (results[i].code == RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED && right->missing++ == 0)
            right->example = changes[i].name;
    rz_item_results_clear(results, n);
    return answered;
}

/* Rights on a topic's configs are told in no other way. */
static void
check_topic_rights(const RzPreflightContext *context, RzFindings *findings)
{
    uint32_t n = context->options->throttle_bytes_per_s == 0 ? 0 : context->plan->n_topics;
    MissingRight right = {0, NULL};
    for (uint32_t first = 0; first < n; first += RZ_CLUSTER_MAX_TOPICS)
        if (!try_topics(context, findings, first, MIN(n - first, RZ_CLUSTER_MAX_TOPICS), &right))
            return;
    if (right.missing > 0)
        rz_findings_add(findings, RZ_VERDICT_FAIL,
                        "ALTER_CONFIGS on TOPIC %s is missing (%u of %u topics of the plan)",
                        right.example, right.missing, n);
}

void
rz_check_permissions(const RzPreflightContext *context, RzFindings *findings)
{
    bool told = (context->permissions & RZ_MAY_UNKNOWN) == 0;
    for (gsize i = 0; told && i < G_N_ELEMENTS(rights); i++)
        if ((context->permissions & rights[i].bit) == 0)
            rz_findings_add(findings, RZ_VERDICT_FAIL, "%s is missing (%s)", rights[i].acl,
                            rights[i].why);
    if (!told)
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN,
                        "the cluster does not say what this account may do");
    check_topic_rights(context, findings);
    if (findings->verdict == RZ_VERDICT_OK)
        rz_findings_add(findings, RZ_VERDICT_OK, "every right that a run needs is there");
    else
        rz_findings_advise(findings, "grant what is missing; a run that meets a missing right "
                                     "stops and can be resumed");
}
