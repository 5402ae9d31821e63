/*
 * cluster_sim.c: requests to the simulated cluster: reaching it, faults, and what changes it.
 *
 * Reads are in cluster_sim_read.c. The order of checks is that of a real request: a fault before,
 * a broker to talk to, a controller behind it, authorization and the work, a fault after.
 */
#include "executor/simulated/cluster_sim_private.h"

#include <string.h>

#define DEFAULT_LATENCY_MS 2

static const char *const fault_names[] = {
    [RZ_FAULT_NONE] = "none",
    [RZ_FAULT_REFUSED] = "refused",
    [RZ_FAULT_TIMED_OUT] = "timed-out",
    [RZ_FAULT_NOT_CONTROLLER] = "not-controller",
    [RZ_FAULT_REPLY_LOST] = "reply-lost",
    [RZ_FAULT_CRASH] = "crash",
};

const char *
rz_fault_name(RzFault fault)
{
    return fault_names[fault];
}

char *
rz_fault_point_name(const RzFaultPoint *point)
{
    return g_strdup_printf("%s/%s", rz_sim_api_name(point->api), point->after ? "after" : "before");
}

/* ---- getting there ---- */

static bool
fail(RzFault fault, RzSimApi api, GError **error)
{
    switch (fault) {
    case RZ_FAULT_NONE:
        return true;
    case RZ_FAULT_REFUSED:
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "%s: connection refused",
                    rz_sim_api_name(api));
        return false;
    case RZ_FAULT_TIMED_OUT:
    case RZ_FAULT_REPLY_LOST:
        g_set_error(error, RZ_ERROR, RZ_ERROR_AMBIGUOUS, "%s: no answer in time",
                    rz_sim_api_name(api));
        return false;
    case RZ_FAULT_NOT_CONTROLLER:
        g_set_error(error, RZ_ERROR, RZ_ERROR_AMBIGUOUS, "%s: NOT_CONTROLLER",
                    rz_sim_api_name(api));
        return false;
    case RZ_FAULT_CRASH:
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "%s: the process has ended",
                    rz_sim_api_name(api));
        return false;
    }
    g_assert_not_reached();
}

static bool
pass_point(SimCluster *self, RzSimApi api, int32_t broker, bool after, GError **error)
{
    if (self->crashed)
        return fail(RZ_FAULT_CRASH, api, error);
    RzFaultPoint point = {self->n_points++, api, broker, after};
    RzFault fault = self->hook == NULL ? RZ_FAULT_NONE : self->hook(&point, self->hook_data);
    g_assert(after || fault != RZ_FAULT_REPLY_LOST);
    g_assert(!after || fault == RZ_FAULT_NONE || fault == RZ_FAULT_REPLY_LOST ||
             fault == RZ_FAULT_CRASH);
    self->crashed = fault == RZ_FAULT_CRASH;
    if (fault == RZ_FAULT_TIMED_OUT || fault == RZ_FAULT_REPLY_LOST)
        rz_sim_advance(self->sim, RZ_SIM_REQUEST_TIMEOUT_MS);
    return fail(fault, api, error);
}

/* The broker that answers: @wanted, or for -1 the first that serves. */
static bool
find_broker(SimCluster *self, RzSimApi api, int32_t wanted, int32_t *via, GError **error)
{
    for (uint32_t i = 0; i < rz_sim_n_brokers(self->sim); i++) {
        RzSimBrokerView view;
        rz_sim_broker_view(self->sim, i, &view);
        if ((wanted == -1 || view.id == wanted) && rz_sim_is_serving(self->sim, view.id)) {
            *via = view.id;
            return true;
        }
    }
    if (wanted != -1 && rz_sim_is_frozen(self->sim, wanted)) {
        rz_sim_advance(self->sim, RZ_SIM_REQUEST_TIMEOUT_MS);
        g_set_error(error, RZ_ERROR, RZ_ERROR_AMBIGUOUS, "%s: broker %d does not answer",
                    rz_sim_api_name(api), wanted);
    } else if (wanted != -1) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "%s: broker %d: connection refused",
                    rz_sim_api_name(api), wanted);
    } else {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "%s: no broker answers",
                    rz_sim_api_name(api));
    }
    return false;
}

bool
rz_cluster_sim_begin(SimCluster *self, RzSimApi api, int32_t broker, int32_t *via, GError **error)
{
    if (!pass_point(self, api, broker, false, error))
        return false;
    rz_sim_advance(self->sim, self->latency_ms);
    return find_broker(self, api, broker, via, error);
}

bool
rz_cluster_sim_end(SimCluster *self, RzSimApi api, int32_t broker, GError **error)
{
    return pass_point(self, api, broker, true, error);
}

/* A forwarding broker waits for the controller; so does the client, for as long as it has. */
bool
rz_cluster_sim_wait_controller(SimCluster *self, RzSimApi api, GError **error)
{
    int64_t away_ms = rz_sim_controller_back_ms(self->sim) - rz_sim_now_ms(self->sim);
    if (away_ms <= 0)
        return true;
    rz_sim_advance(self->sim, MIN(away_ms, RZ_SIM_REQUEST_TIMEOUT_MS));
    return away_ms <= RZ_SIM_REQUEST_TIMEOUT_MS || fail(RZ_FAULT_TIMED_OUT, api, error);
}

bool
rz_cluster_sim_check_code(RzSimApi api, int16_t code, const char *acl, GError **error)
{
    if (code == RZ_KAFKA_NONE)
        return true;
    if (code == RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED)
        g_set_error(error, RZ_ERROR, RZ_ERROR_DENIED, "%s: not allowed: needs %s on the cluster",
                    rz_sim_api_name(api), acl);
    else
        g_set_error(error, RZ_ERROR, RZ_ERROR_KAFKA, "%s: error %d", rz_sim_api_name(api), code);
    return false;
}

/* ---- what changes ---- */

static void
give_results(RzSimResult *from, RzItemResult *to, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = (RzItemResult){from[i].code, g_steal_pointer(&from[i].message)};
}

/* A changing request whose work is @code and @items: keeps or drops what was answered. */
static bool
finish_change(SimCluster *self, RzSimApi api, int16_t code, RzSimResult *items,
              RzItemResult *results, uint32_t n, GError **error)
{
    bool ok = rz_cluster_sim_end(self, api, -1, error) &&
              rz_cluster_sim_check_code(api, code, "ALTER", error);
    if (ok)
        give_results(items, results, n);
    rz_sim_results_clear(items, n);
    return ok;
}

static bool
alter_reassignments(RzCluster *cluster, const RzReassign *items, uint32_t n, bool keep_rf,
                    RzItemResult *results, GError **error)
{
    SimCluster *self = (SimCluster *)cluster;
    RzSimApi api = RZ_SIM_API_ALTER_REASSIGNMENTS;
    int32_t via;
    if (!rz_cluster_sim_begin(self, api, -1, &via, error) ||
        !rz_cluster_sim_wait_controller(self, api, error))
        return false;
    bool asks = keep_rf && rz_sim_options(self->sim)->version >= RZ_SIM_VERSION(4, 1);
    g_autofree RzSimReassign *moves = g_new0(RzSimReassign, n);
    g_autofree RzSimResult *done = g_new0(RzSimResult, n);
    for (uint32_t i = 0; i < n; i++)
        moves[i] = (RzSimReassign){items[i].topic, items[i].partition, items[i].replicas,
                                   items[i].n_replicas};
    int16_t code = rz_sim_alter_reassignments(self->sim, moves, n, !asks, done);
    return finish_change(self, api, code, done, results, n, error);
}

static bool
elect_preferred(RzCluster *cluster, const RzTopicPartition *partitions, uint32_t n,
                RzItemResult *results, GError **error)
{
    SimCluster *self = (SimCluster *)cluster;
    RzSimApi api = RZ_SIM_API_ELECT_LEADERS;
    int32_t via;
    if (!rz_cluster_sim_begin(self, api, -1, &via, error) ||
        !rz_cluster_sim_wait_controller(self, api, error))
        return false;
    g_autofree RzSimTopicPartition *items = g_new0(RzSimTopicPartition, n);
    g_autofree RzSimResult *done = g_new0(RzSimResult, n);
    for (uint32_t i = 0; i < n; i++)
        items[i] = (RzSimTopicPartition){partitions[i].topic, partitions[i].partition};
    int16_t code = rz_sim_elect_leaders(self->sim, RZ_SIM_PREFERRED, items, n, done);
    return finish_change(self, api, code, done, results, n, error);
}

static bool
same_resource(const RzConfigChange *a, const RzConfigChange *b)
{
    return a->type == b->type && strcmp(a->name, b->name) == 0;
}

static int32_t
broker_of(RzResourceType type, const char *name)
{
    return type == RZ_RESOURCE_BROKER && *name != '\0' ? (int32_t)g_ascii_strtoll(name, NULL, 10)
                                                       : -1;
}

/* All changes of the resource of changes[first], in one request of its own. */
static bool
alter_resource(SimCluster *self, const RzConfigChange *changes, uint32_t n, uint32_t first,
               bool validate_only, RzItemResult *results, GError **error)
{
    const RzConfigChange *resource = &changes[first];
    RzSimApi api = RZ_SIM_API_ALTER_CONFIGS;
    int32_t via, broker = broker_of(resource->type, resource->name);
    if (!rz_cluster_sim_begin(self, api, broker, &via, error) ||
        !rz_cluster_sim_wait_controller(self, api, error))
        return false;
    g_autofree RzSimConfigChange *own = g_new0(RzSimConfigChange, n);
    uint32_t n_own = 0;
    for (uint32_t i = first; i < n; i++)
        if (same_resource(resource, &changes[i]))
            own[n_own++] = (RzSimConfigChange){
                changes[i].key, changes[i].op == RZ_CONFIG_SET ? RZ_SIM_SET : RZ_SIM_DELETE,
                changes[i].value};
    RzSimResult result = {0};
    rz_sim_alter_configs(self->sim, via, (RzSimResource)resource->type, resource->name, own, n_own,
                         validate_only, &result);
    bool ok = rz_cluster_sim_end(self, api, broker, error);
    for (uint32_t i = first; ok && i < n; i++)
        if (same_resource(resource, &changes[i]))
            results[i] = (RzItemResult){result.code, g_strdup(result.message)};
    rz_sim_results_clear(&result, 1);
    return ok;
}

static bool
is_first_of_resource(const RzConfigChange *changes, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++)
        if (same_resource(&changes[j], &changes[i]))
            return false;
    return true;
}

static bool
alter_configs(RzCluster *cluster, const RzConfigChange *changes, uint32_t n, bool validate_only,
              RzItemResult *results, GError **error)
{
    for (uint32_t i = 0; i < n; i++)
        results[i] = (RzItemResult){0};
    for (uint32_t i = 0; i < n; i++)
        if (is_first_of_resource(changes, i) &&
            !alter_resource((SimCluster *)cluster, changes, n, i, validate_only, results, error)) {
            rz_item_results_clear(results, n);
            return false;
        }
    return true;
}

/* ---- the handle ---- */

static void
cluster_free(RzCluster *cluster)
{
    g_free(cluster);
}

static const RzClusterOps ops = {
    .metadata = rz_cluster_sim_metadata,
    .describe_cluster = rz_cluster_sim_describe_cluster,
    .list_reassignments = rz_cluster_sim_list_reassignments,
    .alter_reassignments = alter_reassignments,
    .elect_preferred = elect_preferred,
    .describe_configs = rz_cluster_sim_describe_configs,
    .alter_configs = alter_configs,
    .describe_log_dirs = rz_cluster_sim_describe_log_dirs,
    .describe_quorum = rz_cluster_sim_describe_quorum,
    .api_version = rz_cluster_sim_api_version,
    .free = cluster_free,
};

RzCluster *
rz_cluster_sim_new(RzSim *sim)
{
    SimCluster *self = g_new0(SimCluster, 1);
    self->base.ops = &ops;
    self->sim = sim;
    self->latency_ms = DEFAULT_LATENCY_MS;
    return &self->base;
}

static SimCluster *
sim_cluster(RzCluster *cluster)
{
    g_assert(cluster->ops == &ops);
    return (SimCluster *)cluster;
}

void
rz_cluster_sim_set_faults(RzCluster *cluster, RzFaultHook hook, void *data)
{
    sim_cluster(cluster)->hook = hook;
    sim_cluster(cluster)->hook_data = data;
}

uint32_t
rz_cluster_sim_n_points(const RzCluster *cluster)
{
    g_assert(cluster->ops == &ops);
    return ((const SimCluster *)cluster)->n_points;
}

bool
rz_cluster_sim_has_crashed(const RzCluster *cluster)
{
    g_assert(cluster->ops == &ops);
    return ((const SimCluster *)cluster)->crashed;
}

void
rz_cluster_sim_set_latency(RzCluster *cluster, int64_t ms)
{
    sim_cluster(cluster)->latency_ms = ms;
}

/* ---- the clock ---- */

#define MONOTONIC_START_MS 1000000

typedef struct {
    RzClock base;
    const RzSim *sim;
} SimClock;

static int64_t
monotonic_ms(const RzClock *clock)
{
    return MONOTONIC_START_MS + rz_sim_now_ms(((const SimClock *)clock)->sim);
}

static int64_t
wall_ms(const RzClock *clock)
{
    return rz_sim_wall_ms(((const SimClock *)clock)->sim);
}

RzClock *
rz_clock_sim_new(const RzSim *sim)
{
    SimClock *clock = g_new0(SimClock, 1);
    *clock = (SimClock){{monotonic_ms, wall_ms}, sim};
    return &clock->base;
}
