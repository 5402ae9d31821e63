/*
 * configs.c: topic and broker configs, read and changed key by key (never with the legacy
 * AlterConfigs, which replaces all keys of a resource).
 *
 * Topics travel many in a request, to any broker. A broker's configs go to that very broker, one
 * resource a request; "" means all brokers and goes to any.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/kafka/kafka_private.h"

/* Answers with all keys of a topic take some 5 kB; changes count against 10,000 records. */

/* The broker that a resource's requests go to. Names of brokers are their ids. */
static bool
destination(RzResourceType type, const char *name, int32_t *broker, GError **error)
{
    guint64 id = 0;
    *broker = RZ_ANY_BROKER;
    if (type != RZ_RESOURCE_BROKER || *name == '\0')
        return true;
    if (!g_ascii_string_to_unsigned(name, 10, 0, INT32_MAX, &id, NULL)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "\"%s\" is not a broker id", name);
        return false;
    }
    *broker = (int32_t)id;
    return true;
}

/* ---- describe ---- */

static int
compare_entries(const void *a, const void *b)
{
    return strcmp(((const RzConfigEntry *)a)->key, ((const RzConfigEntry *)b)->key);
}

static RzConfigSource
source_of(int8_t number)
{
    return number >= RZ_SOURCE_TOPIC && number <= RZ_SOURCE_DEFAULT ? (RzConfigSource)number
                                                                    : RZ_SOURCE_UNKNOWN;
}

static void
copy_config(RzClusterConfig *config, const RzDescribeConfigsResult *from)
{
    RzItemResult item = rz_kafka_item(RZ_API_DESCRIBE_CONFIGS, from->error, from->message);
    *config = (RzClusterConfig){
        .type = (RzResourceType)from->type,
        .name = g_strdup(from->name),
        .error = item.code,
        .message = item.message,
        .entries = g_new0(RzConfigEntry, from->n_configs),
        .n_entries = from->n_configs,
    };
    for (uint32_t i = 0; i < from->n_configs; i++) {
        const RzDescribeConfigsEntry *entry = &from->configs[i];
        config->entries[i] = (RzConfigEntry){g_strdup(entry->name), g_strdup(entry->value),
                                             source_of(entry->source), entry->sensitive};
    }
    if (config->n_entries > 1)
        qsort(config->entries, config->n_entries, sizeof *config->entries, compare_entries);
}

/* Matched by name, because brokers may answer in any order. */
static bool
copy_described(const RzDescribeConfigsResponse *answer, RzResourceType type,
               const char *const *names, uint32_t n, RzClusterConfig *configs, GError **error)
{
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
    for (uint32_t i = 0; i < answer->n_results; i++)
        if (answer->results[i].type == (int8_t)type)
            g_hash_table_insert(by_name, (gpointer)(uintptr_t)answer->results[i].name,
                                (gpointer)(uintptr_t)&answer->results[i]);
    for (uint32_t i = 0; i < n; i++) {
        const RzDescribeConfigsResult *result = g_hash_table_lookup(by_name, names[i]);
        if (result == NULL)
            return rz_kafka_fail_protocol(RZ_API_DESCRIBE_CONFIGS, error, "lacks \"%s\"", names[i]);
        copy_config(&configs[i], result);
    }
    return true;
}

typedef struct {
    RzResourceType type;
    const char *const *keys;
    uint32_t n_keys;
} Wanted;

static bool
describe_part(RzKafka *kafka, const Wanted *wanted, const char *const *names, uint32_t n,
              RzClusterConfig *configs, GError **error)
{
    int32_t broker;
    g_autoptr(RzArena) arena = rz_arena_new();
    if (!destination(wanted->type, names[0], &broker, error))
        return false;
    RzDescribeConfigsResource *resources = rz_arena_array(arena, RzDescribeConfigsResource, n);
    for (uint32_t i = 0; i < n; i++)
        resources[i] = (RzDescribeConfigsResource){(int8_t)wanted->type, names[i], wanted->keys,
                                                   wanted->n_keys};
    const RzDescribeConfigsRequest request = {.resources = resources, .n_resources = n};
    const RzDescribeConfigsResponse *answer =
        rz_kafka_call(kafka, RZ_API_DESCRIBE_CONFIGS, broker, &request, arena, error);
    return answer != NULL && copy_described(answer, wanted->type, names, n, configs, error);
}

RzClusterConfig *
rz_kafka_describe_configs(RzCluster *cluster, RzResourceType type, const char *const *names,
                          uint32_t n_names, const char *const *keys, uint32_t n_keys,
                          GError **error)
{
    /* Empty means none to older brokers and all to newer ones: it must not be sent. */
    g_assert(keys == NULL || n_keys > 0);
    const Wanted wanted = {type, keys, n_keys};
    uint32_t most = type == RZ_RESOURCE_TOPIC ? RZ_CLUSTER_MAX_TOPICS : 1;
    RzClusterConfig *configs = g_new0(RzClusterConfig, MAX(n_names, 1));
    for (uint32_t done = 0; done < n_names;) {
        uint32_t n = MIN(n_names - done, most);
        if (!describe_part((RzKafka *)cluster, &wanted, names + done, n, configs + done, error)) {
            rz_cluster_configs_free(configs, n_names);
            return NULL;
        }
        done += n;
    }
    return configs;
}

/* ---- alter ---- */

/* One resource and the changes to it, as indices of the caller's. */
typedef struct {
    RzResourceType type;
    const char *name;
    GArray *changes; /* uint32_t */
} Resource;

static void
resource_clear(gpointer data)
{
    g_array_unref(((Resource *)data)->changes);
}

static char *
resource_key(RzResourceType type, const char *name)
{
    return g_strdup_printf("%d %s", type, name);
}

/* In order of first mention. */
static GArray *
resources_of(const RzConfigChange *changes, uint32_t n)
{
    GArray *resources = g_array_new(FALSE, FALSE, sizeof(Resource));
    g_array_set_clear_func(resources, resource_clear);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (uint32_t i = 0; i < n; i++) {
        char *key = resource_key(changes[i].type, changes[i].name);
        gpointer at = g_hash_table_lookup(seen, key); /* its place, counted from 1 */
        if (at == NULL) {
            Resource added = {changes[i].type, changes[i].name,
                              g_array_new(FALSE, FALSE, sizeof(uint32_t))};
            g_array_append_val(resources, added);
            at = GUINT_TO_POINTER(resources->len);
            g_hash_table_insert(seen, key, at);
        } else {
            g_free(key);
        }
        Resource *resource = &g_array_index(resources, Resource, GPOINTER_TO_UINT(at) - 1);
        g_array_append_val(resource->changes, i);
    }
    return resources;
}

static RzAlterConfigsResource
wire_resource(const Resource *resource, const RzConfigChange *changes, RzArena *arena)
{
    guint n = resource->changes->len;
    RzAlterConfigsEntry *entries = rz_arena_array(arena, RzAlterConfigsEntry, n);
    for (guint i = 0; i < n; i++) {
        const RzConfigChange *change = &changes[g_array_index(resource->changes, uint32_t, i)];
        entries[i] = (RzAlterConfigsEntry){change->key, (int8_t)change->op,
                                           change->op == RZ_CONFIG_SET ? change->value : NULL};
    }
    return (RzAlterConfigsResource){(int8_t)resource->type, resource->name, entries, n};
}

static const RzAlterConfigsResult *
find_result(const RzAlterConfigsResponse *answer, const Resource *resource)
{
    for (uint32_t i = 0; i < answer->n_responses; i++)
        if (answer->responses[i].type == (int8_t)resource->type &&
            strcmp(answer->responses[i].name, resource->name) == 0)
            return &answer->responses[i];
    return NULL;
}

static bool
alter_part(RzKafka *kafka, const Resource *part, uint32_t n, const RzConfigChange *changes,
           bool validate_only, RzItemResult *results, GError **error)
{
    int32_t broker;
    g_autoptr(RzArena) arena = rz_arena_new();
    if (!destination(part->type, part->name, &broker, error))
        return false;
    RzAlterConfigsResource *resources = rz_arena_array(arena, RzAlterConfigsResource, n);
    for (uint32_t i = 0; i < n; i++)
        resources[i] = wire_resource(&part[i], changes, arena);
    const RzAlterConfigsRequest request = {resources, n, validate_only};
    const RzAlterConfigsResponse *answer =
        rz_kafka_call(kafka, RZ_API_ALTER_CONFIGS, broker, &request, arena, error);
    if (answer == NULL)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const RzAlterConfigsResult *result = find_result(answer, &part[i]);
        if (result == NULL)
            return rz_kafka_fail_protocol(RZ_API_ALTER_CONFIGS, error, "lacks \"%s\"",
                                          part[i].name);
        for (guint j = 0; j < part[i].changes->len; j++)
            results[g_array_index(part[i].changes, uint32_t, j)] =
                rz_kafka_item(RZ_API_ALTER_CONFIGS, result->error, result->message);
    }
    return true;
}

/* As many resources from @first on as may share a request: topics with topics. */
static uint32_t
part_length(const GArray *resources, guint first)
{
    uint32_t n = 1;
    if (g_array_index(resources, Resource, first).type != RZ_RESOURCE_TOPIC)
        return n;
    while (first + n < resources->len && n < RZ_CLUSTER_MAX_TOPICS &&
           g_array_index(resources, Resource, first + n).type == RZ_RESOURCE_TOPIC)
        n++;
    return n;
}

bool
rz_kafka_alter_configs(RzCluster *cluster, const RzConfigChange *changes, uint32_t n,
                       bool validate_only, RzItemResult *results, GError **error)
{
    memset(results, 0, n * sizeof *results);
    g_autoptr(GArray) resources = resources_of(changes, n);
    for (guint done = 0; done < resources->len;) {
        GError *cause = NULL;
        uint32_t length = part_length(resources, done);
        if (!alter_part((RzKafka *)cluster, &g_array_index(resources, Resource, done), length,
                        changes, validate_only, results, &cause)) {
            /* an earlier part has been carried out: "nothing happened" would be untrue */
            if (done > 0 && !validate_only) {
                cause->code = RZ_ERROR_AMBIGUOUS;
                g_prefix_error(&cause, "other resources have been changed already, but ");
            }
            rz_item_results_clear(results, n);
            g_propagate_error(error, cause);
            return false;
        }
        done += length;
    }
    return true;
}
