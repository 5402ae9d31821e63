/*
 * problem.c: from snapshot and policy to the instance.
 *
 * Everything that makes real clusters untidy is settled here, once: who may hold replicas, how many
 * each partition is to have, which partitions are left alone and what room they leave.
 */
#include "planner/solver/problem.h"

#include "planner/solver/shortage.h"

static void
number_brokers(RzProblem *problem, const RzEligible *eligible)
{
    const RzSnapshot *snapshot = problem->snapshot;
    RzInstance *in = &problem->in;
    problem->number = rz_arena_array(problem->arena, uint32_t, snapshot->n_brokers);
    problem->broker = rz_arena_array(problem->arena, uint32_t, snapshot->n_brokers);
    problem->zone = rz_arena_array(problem->arena, uint32_t, eligible->n_zones);
    in->zone = rz_arena_array(problem->arena, uint32_t, snapshot->n_brokers);
    in->zone_first = rz_arena_array(problem->arena, uint32_t, eligible->n_zones + 1);
    for (uint32_t b = 0; b < snapshot->n_brokers; b++)
        problem->number[b] = RZ_NONE;
    for (uint32_t z = 0; z < eligible->n_zones; z++) {
        if (eligible->brokers[z] == 0)
            continue;
        for (uint32_t b = 0; b < snapshot->n_brokers; b++) {
            if (eligible->zone[b] != z)
                continue;
            problem->number[b] = in->n_brokers;
            problem->broker[in->n_brokers] = b;
            in->zone[in->n_brokers++] = in->n_zones;
        }
        problem->zone[in->n_zones++] = z;
        in->zone_first[in->n_zones] = in->n_brokers;
    }
}

/* Each partition's class, made on first sight of its replica count. */
static uint16_t
class_for(RzProblem *problem, GArray *classes, uint32_t *class_of_rf, uint32_t rf)
{
    if (class_of_rf[rf] != RZ_NONE)
        return (uint16_t)class_of_rf[rf];
    RzInstance *in = &problem->in;
    uint32_t *brokers = rz_arena_array(problem->arena, uint32_t, in->n_zones);
    RzRange *ranges = rz_arena_array(problem->arena, RzRange, in->n_zones);
    for (uint32_t z = 0; z < in->n_zones; z++)
        brokers[z] = in->zone_first[z + 1] - in->zone_first[z];
    rz_spread_ranges(brokers, in->n_zones, rf, (uint32_t)problem->policy->spread_min, ranges);
    RzClass class = {.rf = rf, .zones = ranges};
    class_of_rf[rf] = classes->len;
    g_array_append_val(classes, class);
    return (uint16_t)class_of_rf[rf];
}

static int64_t
add_saturating(int64_t a, int64_t b)
{
    return a > G_MAXINT64 - b ? G_MAXINT64 : a + b;
}

/* A partition that is left alone: what it holds is load that cannot be moved. */
static void
add_fixed(RzProblem *problem, const RzPartition *partition)
{
    const uint32_t *replicas = problem->snapshot->replicas + partition->first_replica;
    RzInstance *in = &problem->in;
    for (uint32_t i = 0; i < partition->n_replicas; i++) {
        uint32_t b = problem->number[replicas[i]];
        if (b == RZ_NONE)
            continue;
        in->fixed[b]++;
        in->fixed_leaders[b] += i == 0;
        in->fixed_bytes[b] = add_saturating(in->fixed_bytes[b], partition->size_bytes);
    }
}

static void
add_partition(RzProblem *problem, uint32_t p, uint32_t rf, uint16_t class)
{
    const RzPartition *partition = &problem->snapshot->partitions[p];
    const uint32_t *replicas = problem->snapshot->replicas + partition->first_replica;
    RzInstance *in = &problem->in;
    uint32_t own = in->n_partitions++, n_current = in->first_current[own];
    for (uint32_t i = 0; i < partition->n_replicas; i++)
        if (problem->number[replicas[i]] != RZ_NONE)
            in->current[n_current++] = (RzBrokerIx)problem->number[replicas[i]];
    uint32_t leader = partition->n_replicas > 0 ? problem->number[replicas[0]] : RZ_NONE;
    in->leader[own] = leader == RZ_NONE ? RZ_NO_BROKER : (RzBrokerIx)leader;
    in->first_current[own + 1] = n_current;
    in->first_target[own + 1] = in->first_target[own] + rf;
    in->size_bytes[own] = partition->size_bytes;
    in->topic[own] = partition->topic;
    in->class_of[own] = class;
    problem->partition[own] = p;
}

static void
allot_partitions(RzProblem *problem)
{
    RzInstance *in = &problem->in;
    RzArena *arena = problem->arena;
    gsize n = problem->snapshot->n_partitions;
    in->class_of = rz_arena_array(arena, uint16_t, n);
    in->topic = rz_arena_array(arena, uint32_t, n);
    in->size_bytes = rz_arena_array(arena, int64_t, n);
    in->leader = rz_arena_array(arena, RzBrokerIx, n);
    in->first_current = rz_arena_array(arena, uint32_t, n + 1);
    in->first_target = rz_arena_array(arena, uint32_t, n + 1);
    in->current = rz_arena_array(arena, RzBrokerIx, problem->snapshot->n_replicas);
    in->fixed = rz_arena_array(arena, int64_t, in->n_brokers);
    in->fixed_leaders = rz_arena_array(arena, int64_t, in->n_brokers);
    in->fixed_bytes = rz_arena_array(arena, int64_t, in->n_brokers);
    problem->partition = rz_arena_array(arena, uint32_t, n);
}

static void
add_topic(RzProblem *problem, const RzTopic *topic, GArray *classes, uint32_t *class_of_rf)
{
    const RzPartition *partitions = problem->snapshot->partitions;
    uint32_t end = topic->first_partition + topic->n_partitions, n_before = 0, rf = 0;
    bool covered = rz_policy_covers(problem->policy, topic->name);
    for (uint32_t p = topic->first_partition; p < end; p++) {
        if (!covered) {
            add_fixed(problem, &partitions[p]);
            continue;
        }
        if (p == topic->first_partition || partitions[p].n_replicas != n_before) {
            n_before = partitions[p].n_replicas;
            rf = (uint32_t)rz_policy_wanted_rf(problem->policy, topic->name, (int32_t)n_before);
        }
        add_partition(problem, p, rf, class_for(problem, classes, class_of_rf, rf));
    }
}

static void
add_partitions(RzProblem *problem)
{
    const RzSnapshot *snapshot = problem->snapshot;
    RzInstance *in = &problem->in;
    g_autoptr(GArray) classes = g_array_new(FALSE, FALSE, sizeof(RzClass));
    g_autofree uint32_t *class_of_rf = g_new(uint32_t, UINT16_MAX + 1);
    for (uint32_t rf = 0; rf <= UINT16_MAX; rf++)
        class_of_rf[rf] = RZ_NONE;
    allot_partitions(problem);
    for (uint32_t t = 0; t < snapshot->n_topics; t++)
        add_topic(problem, &snapshot->topics[t], classes, class_of_rf);
    in->n_topics = snapshot->n_topics;
    in->n_classes = classes->len;
    in->classes = rz_arena_array(problem->arena, RzClass, classes->len);
    for (guint c = 0; c < classes->len; c++)
        in->classes[c] = g_array_index(classes, RzClass, c);
    for (uint32_t p = 0; p < in->n_partitions; p++)
        in->classes[in->class_of[p]].n_partitions++;
}

/* What replicas may weigh on the broker in all: what they weigh now and what is free, less the
 * reserve; -1 when some log directory does not say. A broker that is past its reserve already
 * is not asked to shed, only not to grow. */
static int64_t
room_of(const RzProblem *problem, const RzBroker *broker, RzWide now_bytes)
{
    int64_t total_bytes, free_bytes;
    uint32_t index = (uint32_t)(broker - problem->snapshot->brokers);
    if (!rz_snapshot_broker_room(problem->snapshot, index, &total_bytes, &free_bytes))
        return -1;
    RzWide spare = free_bytes - (RzWide)total_bytes * problem->policy->disk_reserve_percent / 100;
    return (int64_t)MIN(now_bytes + MAX(spare, 0), (RzWide)G_MAXINT64);
}

static void
set_rooms(RzProblem *problem)
{
    const RzSnapshot *snapshot = problem->snapshot;
    RzInstance *in = &problem->in;
    g_autofree RzWide *now_bytes = g_new0(RzWide, MAX(snapshot->n_brokers, 1));
    for (uint32_t p = 0; p < snapshot->n_partitions; p++) {
        const RzPartition *partition = &snapshot->partitions[p];
        for (uint32_t i = 0; i < partition->n_replicas; i++)
            now_bytes[snapshot->replicas[partition->first_replica + i]] += partition->size_bytes;
    }
    in->room_bytes = rz_arena_array(problem->arena, int64_t, in->n_brokers);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        uint32_t own = problem->broker[b];
        in->room_bytes[b] = room_of(problem, &snapshot->brokers[own], now_bytes[own]);
    }
}

static void
set_boxes(RzProblem *problem)
{
    const GArray *boxes = problem->policy->boxes;
    RzInstance *in = &problem->in;
    if (boxes->len == 0)
        return;
    in->box_lo = rz_arena_array(problem->arena, int64_t, in->n_brokers);
    in->box_hi = rz_arena_array(problem->arena, int64_t, in->n_brokers);
    for (uint32_t b = 0; b < in->n_brokers; b++)
        in->box_hi[b] = (int64_t)problem->snapshot->n_partitions;
    for (guint i = 0; i < boxes->len; i++) {
        const RzBox *box = &g_array_index(boxes, RzBox, i);
        uint32_t own = rz_snapshot_find_broker(problem->snapshot, box->broker_id);
        uint32_t b = own == RZ_NONE ? RZ_NONE : problem->number[own];
        if (b == RZ_NONE)
            continue;
        in->box_lo[b] = box->lo;
        in->box_hi[b] = box->hi;
    }
}

static void
warn_of_zoneless(RzProblem *problem)
{
    const RzSnapshot *snapshot = problem->snapshot;
    g_autoptr(GString) ids = g_string_new(NULL);
    uint32_t n = 0;
    for (uint32_t b = 0; b < snapshot->n_brokers; b++) {
        const RzBroker *broker = &snapshot->brokers[b];
        if (broker->zone != RZ_NONE || !broker->alive || problem->number[b] != RZ_NONE)
            continue;
        g_string_append_printf(ids, "%s%d", n++ > 0 ? ", " : "", broker->id);
    }
    if (n > 0)
        g_ptr_array_add(problem->warnings,
                        g_strdup_printf("%u live broker%s no zone and hold%s nothing in this plan "
                                        "(give them one with broker.rack or --zone-map, or pass "
                                        "--include-zoneless): %s",
                                        n, n == 1 ? " has" : "s have", n == 1 ? "s" : "",
                                        ids->str));
}

const char *
rz_problem_zone_name(const RzProblem *problem, uint32_t zone)
{
    uint32_t own = problem->zone[zone];
    return own < problem->snapshot->n_zones ? problem->snapshot->zones[own] : "(no zone)";
}

RzProblem *
rz_problem_new(const RzSnapshot *snapshot, const RzPolicy *policy, GError **error)
{
    RzArena *arena = rz_arena_new();
    g_autoptr(RzProblem) problem = rz_arena_array(arena, RzProblem, 1);
    problem->arena = arena;
    problem->snapshot = snapshot;
    problem->policy = policy;
    problem->warnings = g_ptr_array_new_with_free_func(g_free);
    problem->in.tolerance_percent = policy->tolerance_percent;
    g_autoptr(RzEligible) eligible = rz_eligible_new(snapshot, policy);
    number_brokers(problem, eligible);
    if (!rz_shortage_of_brokers(problem, eligible, error))
        return NULL;
    add_partitions(problem);
    if (!rz_shortage_of_choices(problem, error))
        return NULL;
    set_rooms(problem);
    set_boxes(problem);
    if (!rz_shortage_beside_fixed(problem, error))
        return NULL;
    warn_of_zoneless(problem);
    return g_steal_pointer(&problem);
}

void
rz_problem_free(RzProblem *problem)
{
    if (problem == NULL)
        return;
    g_ptr_array_unref(problem->warnings);
    rz_arena_free(problem->arena);
}
