/*
 * estimate.c: one run in virtual time, watched.
 */
#include "executor/simulated/estimate.h"

#include <stdlib.h>
#include <string.h>

#include "executor/part_table.h"
#include "executor/simulated/cluster_sim.h"
#include "executor/stage.h"
#include "executor/store_memory.h"
#include "planner/plan_facts.h"

/* A run that needs longer than this is not worth an estimate; something holds it up for ever. */
#define LONGEST_MS (INT64_C(400) * 24 * 3600 * 1000)

/* Disks and topics are looked at this many times a run, at least this far apart. */
#define LOOKS 400
#define SHORTEST_LOOK_MS 1000

/* Listed copies on real brokers (4.3.1) took 1.06 to 1.17 times what the throttle alone would allow
 * (bench/results/execute.csv, estimate.csv); Kafka's own tool sees the same. */
#define QUOTA_PERCENT 92

typedef struct {
    const RzSnapshot *snapshot;
    const RzPlan *plan;
    const RzEstimateOptions *options;
    RzEstimate *estimate;
    RzSim *sim;
    RzCluster *cluster;
    RzClock *clock;
    RzStore *store;
    RzRun *run;
    GString *reason; /* the last warning of the run */
    int64_t next_look_ms, look_every_ms;
} Rehearsal;

static void
rehearsal_clear(Rehearsal *r)
{
    rz_run_free(r->run);
    rz_store_free(r->store);
    rz_cluster_free(r->cluster);
    g_free(r->clock);
    rz_sim_free(r->sim);
    rz_estimate_free(r->estimate);
    if (r->reason != NULL)
        g_string_free(r->reason, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rehearsal, rehearsal_clear)

/* ---- what the plan alone says ---- */

static RzBrokerEstimate *
broker_of(GArray *brokers, const RzSnapshot *snapshot, int32_t id)
{
    for (guint i = 0; i < brokers->len; i++)
        if (g_array_index(brokers, RzBrokerEstimate, i).broker_id == id)
            return &g_array_index(brokers, RzBrokerEstimate, i);
    RzBrokerEstimate added = {.broker_id = id,
                              .total_bytes = -1,
                              .free_bytes = -1,
                              .free_at_peak_bytes = RZ_ESTIMATE_UNKNOWN};
    uint32_t b = rz_snapshot_find_broker(snapshot, id);
    if (b != RZ_NONE)
        rz_snapshot_broker_room(snapshot, b, &added.total_bytes, &added.free_bytes);
    g_array_append_val(brokers, added);
    return &g_array_index(brokers, RzBrokerEstimate, brokers->len - 1);
}

static const char *
zone_name(const RzSnapshot *snapshot, int32_t id)
{
    uint32_t b = rz_snapshot_find_broker(snapshot, id);
    uint32_t zone = b != RZ_NONE ? snapshot->brokers[b].zone : RZ_NONE;
    return zone != RZ_NONE ? snapshot->zones[zone] : NULL;
}

static void
count_pair(GArray *pairs, const char *from, const char *to, int64_t bytes)
{
    for (guint i = 0; i < pairs->len; i++) {
        RzZonePairEstimate *pair = &g_array_index(pairs, RzZonePairEstimate, i);
        if (pair->from == from && pair->to == to) {
            pair->bytes += bytes;
            return;
        }
    }
    RzZonePairEstimate added = {from, to, bytes};
    g_array_append_val(pairs, added);
}

static int
by_broker(const void *a, const void *b)
{
    int32_t left = ((const RzBrokerEstimate *)a)->broker_id;
    int32_t right = ((const RzBrokerEstimate *)b)->broker_id;
    return (left > right) - (left < right);
}

static const char *
zone_of(int32_t broker, void *snapshot)
{
    return zone_name(snapshot, broker);
}

typedef struct {
    const RzSnapshot *snapshot;
    GArray *brokers; /* RzBrokerEstimate */
    GArray *pairs;   /* RzZonePairEstimate */
} Traffic;

/* What arrives with the list @after, copied from @source. */
static void
count_step(Traffic *traffic, int32_t source, RzPartList before, RzPartList after, int64_t bytes)
{
    for (uint16_t i = 0; i < after.n; i++) {
        if (rz_list_has(before.ids, before.n, after.ids[i]))
            continue;
        broker_of(traffic->brokers, traffic->snapshot, after.ids[i])->incoming_bytes += bytes;
        if (source >= 0)
            broker_of(traffic->brokers, traffic->snapshot, source)->outgoing_bytes += bytes;
        count_pair(traffic->pairs, zone_name(traffic->snapshot, source),
                   zone_name(traffic->snapshot, after.ids[i]), bytes);
    }
}

static void
count_move(Rehearsal *r, Traffic *traffic, const RzMove *move)
{
    const RzPartList to = {rz_move_to(r->plan, move), move->n_to};
    RzPartList before = {rz_move_from(r->plan, move), move->n_from};
    const RzStageAsk ask = {before.ids, to.ids,  before.n,
                            to.n,       zone_of, (gpointer)(uintptr_t)r->snapshot};
    g_autoptr(RzStageSteps) steps = rz_stage_steps(&ask);
    r->estimate->stage_saves_bytes += (RzWide)steps->saved * move->size_bytes;
    const int32_t *ids = (const int32_t *)(void *)steps->ids->data;
    int32_t source = move->leader;
    for (guint s = 0; r->options->run->stage == 1 && s < steps->lengths->len; s++) {
        RzPartList step = {ids, g_array_index(steps->lengths, uint16_t, s)};
        count_step(traffic, source, before, step, move->size_bytes);
        source = step.ids[0];
        before = step;
        ids += step.n;
    }
    count_step(traffic, source, before, to, move->size_bytes);
}

static void
count_bytes(Rehearsal *r)
{
    g_autoptr(GArray) brokers = g_array_new(FALSE, TRUE, sizeof(RzBrokerEstimate));
    g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(RzZonePairEstimate));
    Traffic traffic = {r->snapshot, brokers, pairs};
    for (uint32_t i = 0; i < r->plan->n_moves; i++)
        count_move(r, &traffic, &r->plan->moves[i]);
    RzEstimate *estimate = r->estimate;
    estimate->n_brokers = brokers->len;
    estimate->brokers = (RzBrokerEstimate *)(void *)g_array_steal(brokers, NULL);
    if (estimate->n_brokers > 0)
        qsort(estimate->brokers, estimate->n_brokers, sizeof *estimate->brokers, by_broker);
    estimate->n_zone_pairs = pairs->len;
    estimate->zone_pairs = (RzZonePairEstimate *)(void *)g_array_steal(pairs, NULL);
    int32_t busiest = -1;
    RzWide most = rz_plan_busiest_receiver(r->plan, &busiest);
    estimate->floor_ms = rz_copy_time_ms(most, r->options->run->throttle_bytes_per_s);
}

/* ---- looking at the simulated cluster now and then ---- */

/* What the logs of a broker hold now; -1 when it cannot be asked. */
static int64_t
held_bytes(const Rehearsal *r, int32_t broker_id)
{
    g_autoptr(GArray) dirs = NULL;
    g_autoptr(GArray) replicas = NULL;
    if (!rz_sim_log_dirs(r->sim, broker_id, &dirs, &replicas))
        return -1;
    int64_t held = 0;
    for (guint k = 0; k < replicas->len; k++)
        held += g_array_index(replicas, RzSimLogReplicaView, k).size_bytes;
    return held;
}

static void
look_at_disks(Rehearsal *r)
{
    for (uint32_t i = 0; i < r->estimate->n_brokers; i++) {
        RzBrokerEstimate *broker = &r->estimate->brokers[i];
        broker->peak_bytes = MAX(broker->peak_bytes, held_bytes(r, broker->broker_id));
    }
}

static void
weigh_before(Rehearsal *r)
{
    for (uint32_t i = 0; i < r->estimate->n_brokers; i++) {
        RzBrokerEstimate *broker = &r->estimate->brokers[i];
        broker->before_bytes = MAX(held_bytes(r, broker->broker_id), 0);
    }
}

static void
settle_disks(RzEstimate *estimate)
{
    for (uint32_t i = 0; i < estimate->n_brokers; i++) {
        RzBrokerEstimate *broker = &estimate->brokers[i];
        if (broker->free_bytes >= 0)
            broker->free_at_peak_bytes =
                broker->free_bytes - (broker->peak_bytes - broker->before_bytes);
    }
}

static bool
is_in_place(const Rehearsal *r, const RzMove *move, const RzSimPartitionView *view)
{
    const int32_t *to = rz_move_to(r->plan, move);
    return view->adding.n == 0 && view->removing.n == 0 && view->replicas.n == move->n_to &&
           memcmp(view->replicas.ids, to, move->n_to * sizeof *to) == 0;
}

static void
look_at_topic(const Rehearsal *r, const RzPlanTopic *topic, RzTopicEstimate *estimate,
              int64_t now_ms)
{
    const RzSimTopic *live = rz_sim_find_topic(r->sim, RZ_SIM_CONTROLLER, topic->name);
    uint32_t done = 0;
    for (uint32_t i = 0; live != NULL && i < topic->n_moves; i++) {
        const RzMove *move = &r->plan->moves[topic->first_move + i];
        RzSimPartitionView view;
        if (!rz_sim_partition_view(r->sim, RZ_SIM_CONTROLLER, live, move->partition, &view))
            continue;
        bool in_place = is_in_place(r, move, &view);
        done += in_place;
        if (estimate->begun_ms < 0 && (in_place || view.adding.n > 0 || view.removing.n > 0))
            estimate->begun_ms = now_ms;
    }
    if (done == topic->n_moves)
        estimate->done_ms = now_ms;
}

static void
look(Rehearsal *r)
{
    int64_t now_ms = rz_sim_now_ms(r->sim);
    r->next_look_ms = now_ms + r->look_every_ms;
    look_at_disks(r);
    for (uint32_t t = 0; t < r->estimate->n_topics; t++) {
        RzTopicEstimate *topic = &r->estimate->topics[t];
        if (topic->done_ms < 0)
            look_at_topic(r, &r->plan->topics[t], topic, now_ms);
    }
}

/* ---- the run ---- */

static void
keep_reason(RzMessageLevel level, const char *text, void *data)
{
    Rehearsal *r = data;
    if (level == RZ_MESSAGE_WARNING)
        g_string_assign(r->reason, text);
}

static bool
open_run(Rehearsal *r, GError **error)
{
    RzSimOptions options = rz_sim_options_default();
    options.grow_logs = true;
    options.quota_percent = QUOTA_PERCENT;
    if (r->options->kafka_version != 0)
        options.version = r->options->kafka_version;
    if (r->options->bandwidth_bytes_per_s > 0)
        options.nic_bytes_per_s = r->options->bandwidth_bytes_per_s;
    r->sim = rz_sim_new_from_snapshot(r->snapshot, &options, error);
    if (r->sim == NULL)
        return false;
    r->cluster = rz_cluster_sim_new(r->sim);
    r->clock = rz_clock_sim_new(r->sim);
    r->store = rz_store_memory_new();
    g_autoptr(GString) text = g_string_new(NULL);
    if (!rz_plan_write(r->plan, rz_append_line, text, error))
        return false;
    RzRunSetup setup = {
        .store = r->store,
        .cluster = r->cluster,
        .clock = r->clock,
        .intent = RZ_RUN_APPLY,
        .options = r->options->run,
        .plan_text = text->str,
        .plan_length = text->len,
        .message = keep_reason,
        .message_data = r,
    };
    r->run = rz_run_open(&setup, error);
    return r->run != NULL;
}

static bool
turn(Rehearsal *r, GError **error)
{
    while (rz_sim_now_ms(r->sim) < LONGEST_MS) {
        RzRunWait wait = {0};
        if (!rz_run_step(r->run, &wait, error))
            return false;
        if (rz_sim_now_ms(r->sim) >= r->next_look_ms)
            look(r);
        if (wait.finished) {
            r->estimate->finished = true;
            return true;
        }
        rz_sim_advance(r->sim, wait.delay_ms);
    }
    return true;
}

RzEstimate *
rz_estimate(const RzSnapshot *snapshot, const RzPlan *plan, const RzEstimateOptions *options,
            GError **error)
{
    g_auto(Rehearsal) r = {.snapshot = snapshot, .plan = plan, .options = options};
    r.estimate = g_new0(RzEstimate, 1);
    r.reason = g_string_new(NULL);
    r.estimate->n_topics = plan->n_topics;
    r.estimate->topics = g_new0(RzTopicEstimate, plan->n_topics + 1);
    for (uint32_t t = 0; t < plan->n_topics; t++)
        r.estimate->topics[t] = (RzTopicEstimate){plan->topics[t].name, -1, -1};
    count_bytes(&r);
    r.look_every_ms = MAX(SHORTEST_LOOK_MS, r.estimate->floor_ms / LOOKS);
    if (!open_run(&r, error))
        return NULL;
    weigh_before(&r);
    if (!turn(&r, error))
        return NULL;
    look(&r);
    settle_disks(r.estimate);
    r.estimate->leader_changes = plan->totals.leaders_changed;
    r.estimate->duration_ms = rz_sim_now_ms(r.sim);
    if (!r.estimate->finished)
        r.estimate->reason = g_strdup(r.reason->str);
    return g_steal_pointer(&r.estimate);
}

void
rz_estimate_free(RzEstimate *estimate)
{
    if (estimate == NULL)
        return;
    g_free(estimate->reason);
    g_free(estimate->brokers);
    g_free(estimate->zone_pairs);
    g_free(estimate->topics);
    g_free(estimate);
}
