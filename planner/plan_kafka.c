/*
 * plan_kafka.c: another tool's reassignment as a plan.
 *
 * The partitions it names get their new lists, all others keep theirs, and the same code as for our
 * own plans finds the moves. There is no policy and no proof; rz_plan_check() says so.
 */
#include "planner/json_fields.h"
#include "planner/plan_private.h"
#include "rezone/error.h"

typedef struct {
    const RzSnapshot *snapshot;
    const json_t **wanted; /* per partition of the snapshot: its new list, or NULL */
    GArray *targets;       /* uint32_t broker indices */
    gsize *first;
} Foreign;

static bool
find_partition(const Foreign *foreign, const json_t *item, uint32_t *p, GError **error)
{
    const char *name = NULL;
    int32_t number = 0;
    if (!rz_json_get_string(item, "topic", RZ_REQUIRED, &name, error) ||
        !rz_json_get_int32(item, "partition", RZ_REQUIRED, 0, &number, error))
        return false;
    uint32_t topic = rz_snapshot_find_topic(foreign->snapshot, name);
    if (topic == RZ_NONE) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "topic: \"%s\" is not in the snapshot", name);
        return false;
    }
    *p = rz_snapshot_find_partition(foreign->snapshot, topic, number);
    if (*p == RZ_NONE)
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "partition: %s-%d is not in the snapshot",
                    name, number);
    else if (foreign->wanted[*p] != NULL)
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "partition: %s-%d occurs twice", name, number);
    return *p != RZ_NONE && foreign->wanted[*p] == NULL;
}

/* Appends the list as broker indices; a broker that the snapshot never saw cannot be planned. */
static bool
append_list(Foreign *foreign, const json_t *list, GError **error)
{
    guint begin = foreign->targets->len;
    gsize n = json_array_size(list);
    if (n == 0 || n > UINT16_MAX) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                    "replicas: must hold 1 to 65535 brokers, holds %" G_GSIZE_FORMAT, n);
        return false;
    }
    for (gsize i = 0; i < n; i++) {
        int32_t id;
        if (!rz_json_broker_id(list, "replicas", i, &id, error))
            return false;
        uint32_t broker = rz_snapshot_find_broker(foreign->snapshot, id);
        const char *problem = broker == RZ_NONE ? "is not in the snapshot" : NULL;
        for (guint k = begin; k < foreign->targets->len; k++) {
            if (g_array_index(foreign->targets, uint32_t, k) == broker)
                problem = "occurs twice";
        }
        if (problem != NULL) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                        "replicas[%" G_GSIZE_FORMAT "]: broker %d %s", i, id, problem);
            return false;
        }
        g_array_append_val(foreign->targets, broker);
    }
    return true;
}

static bool
collect(Foreign *foreign, const json_t *array, GError **error)
{
    for (gsize i = 0; i < json_array_size(array); i++) {
        const json_t *item = rz_json_item(array, "partitions", i, error);
        const json_t *list = NULL;
        uint32_t p = RZ_NONE;
        if (item == NULL)
            return false;
        guint before = foreign->targets->len;
        bool fine = find_partition(foreign, item, &p, error) &&
                    rz_json_get_array(item, "replicas", RZ_REQUIRED, &list, error) &&
                    append_list(foreign, list, error);
        if (!fine) {
            g_prefix_error(error, "partitions[%" G_GSIZE_FORMAT "].", i);
            return false;
        }
        foreign->wanted[p] = list;
        g_array_set_size(foreign->targets, before); /* checked; the real pass is in order */
    }
    return true;
}

static bool
build_targets(Foreign *foreign, GError **error)
{
    const RzSnapshot *snapshot = foreign->snapshot;
    for (uint32_t p = 0; p < snapshot->n_partitions; p++) {
        foreign->first[p] = foreign->targets->len;
        const RzPartition *partition = &snapshot->partitions[p];
        if (foreign->wanted[p] == NULL)
            g_array_append_vals(foreign->targets, snapshot->replicas + partition->first_replica,
                                partition->n_replicas);
        else if (!append_list(foreign, foreign->wanted[p], error))
            return false;
    }
    foreign->first[snapshot->n_partitions] = foreign->targets->len;
    return true;
}

RzPlan *
rz_plan_from_kafka_json(const char *text, gsize length, const RzSnapshot *snapshot, GError **error)
{
    const json_t *array = NULL;
    int64_t version = 1;
    g_autoptr(json_t) object = rz_json_parse_object(text, length, error);
    if (object == NULL || !rz_json_get_int(object, "version", RZ_OPTIONAL, 1, 1, &version, error) ||
        !rz_json_get_array(object, "partitions", RZ_REQUIRED, &array, error))
        return NULL;
    g_autofree const json_t **wanted = g_new0(const json_t *, MAX(snapshot->n_partitions, 1));
    g_autofree gsize *first = g_new0(gsize, (gsize)snapshot->n_partitions + 1);
    g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    Foreign foreign = {snapshot, wanted, targets, first};
    if (!collect(&foreign, array, error) || !build_targets(&foreign, error))
        return NULL;
    return rz_plan_assemble(snapshot, NULL, (const uint32_t *)(const void *)targets->data, first);
}
