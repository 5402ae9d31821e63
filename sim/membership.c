/*
 * membership.c: brokers that die, return, stop fetching or lose a directory, and what the
 * controller and the leaders make of it.
 */
#include "sim/sim_private.h"

#include <string.h>

typedef void (*Visit)(RzSim *sim, RzSimPartition *partition, RzSimBroker *broker);

static void
for_each_partition(RzSim *sim, RzSimBroker *broker, Visit visit)
{
    for (uint32_t i = 0; i < sim->topics->len; i++) {
        RzSimTopic *topic = g_ptr_array_index(sim->topics, i);
        if (topic->deleted_ms != RZ_SIM_NEVER)
            continue;
        for (uint32_t j = 0; j < topic->partitions->len; j++)
            visit(sim, g_ptr_array_index(topic->partitions, j), broker);
    }
}

/*
 * Takes @broker out of the ISR. Without eligible leader replicas the last one stays there: its data
 * is all there is.
 */
static void
shrink(RzSim *sim, RzSimPartition *partition, RzSimBroker *broker)
{
    if (!rz_ids_contain(partition->isr, broker->id) && partition->leader != broker->id)
        return;
    RzSimChange change;
    rz_sim_change_init(&change, partition);
    RzIds rest = rz_ids_without(change.isr, (RzIds){&broker->id, 1});
    if (rest.n > 0 || rz_sim_has_elr(sim))
        rz_ids_replace(&change.isr, rest);
    if (rz_sim_unclean_allowed(sim, partition->topic))
        change.elect = RZ_ELECT_UNCLEAN;
    rz_sim_change_commit(sim, partition, &change);
}

void
rz_sim_leave_isr(RzSim *sim, RzSimPartition *partition, RzSimBroker *broker)
{
    if (rz_sim_leader_serves(sim, partition) && partition->leader != broker->id)
        shrink(sim, partition, broker);
}

void
rz_sim_join_isr(RzSim *sim, RzSimPartition *partition, RzSimCopy *copy)
{
    if (!rz_sim_leader_serves(sim, partition) || copy->broker->fenced) {
        copy->state = RZ_COPY_STOPPED; /* nobody proposes it: it goes on fetching when it can */
        rz_sim_refresh_copies(sim, partition);
        return;
    }
    RzSimChange change;
    rz_sim_change_init(&change, partition);
    rz_ids_append(&change.isr, copy->broker->id);
    rz_sim_change_commit(sim, partition, &change);
}

/* ---- death ---- */

static void
refresh_if_hosted(RzSim *sim, RzSimPartition *partition, RzSimBroker *broker)
{
    if (rz_sim_copy(partition, broker->id) != NULL)
        rz_sim_refresh_copies(sim, partition);
}

static void
unaccount_if_hosted(RzSim *sim, RzSimPartition *partition, RzSimBroker *broker)
{
    if (rz_sim_copy(partition, broker->id) != NULL)
        rz_sim_unaccount(sim, partition);
}

/* For a partition that is out of the sums: brings its copies up to date and puts it back in. */
static void
account_if_hosted(RzSim *sim, RzSimPartition *partition, RzSimBroker *broker)
{
    if (rz_sim_copy(partition, broker->id) == NULL)
        return;
    rz_sim_account(sim, partition);
    rz_sim_refresh_copies(sim, partition);
}

static void
set_serving(RzSim *sim, RzSimBroker *broker, bool serving)
{
    for_each_partition(sim, broker, unaccount_if_hosted);
    broker->serving = serving;
    broker->generation++;
    for_each_partition(sim, broker, account_if_hosted);
}

void
rz_sim_fence(RzSim *sim, RzSimBroker *broker)
{
    if (broker->fenced)
        return;
    broker->fenced = true;
    rz_sim_log_event(sim, "broker %d fenced", broker->id);
    for_each_partition(sim, broker, shrink);
}

bool
rz_sim_kill(RzSim *sim, int32_t id)
{
    RzSimBroker *broker = rz_sim_broker(sim, id);
    if (broker == NULL || !broker->serving)
        return false;
    rz_sim_log_event(sim, "broker %d killed", id);
    set_serving(sim, broker, false);
    broker->died = !broker->frozen;
    rz_sim_schedule(sim, sim->now_ms + sim->options.session_timeout_ms, RZ_EVENT_FENCE, NULL,
                    broker, broker->generation);
    return true;
}

bool
rz_sim_stop(RzSim *sim, int32_t id)
{
    RzSimBroker *broker = rz_sim_broker(sim, id);
    if (broker == NULL || !broker->serving)
        return false;
    rz_sim_log_event(sim, "broker %d stopped", id);
    rz_sim_fence(sim, broker);
    set_serving(sim, broker, false);
    return true;
}

bool
rz_sim_freeze(RzSim *sim, int32_t id, bool frozen)
{
    RzSimBroker *broker = rz_sim_broker(sim, id);
    if (broker == NULL || broker->frozen == frozen)
        return false;
    broker->frozen = frozen;
    if (frozen)
        return rz_sim_kill(sim, id);
    if (broker->fenced)
        return rz_sim_start(sim, id);
    set_serving(sim, broker, true); /* back before it was missed */
    return true;
}

/* ---- return ---- */

/* What a broker that died had not yet written may be lost: it is not eligible any more. */
static void
distrust(RzSim *sim, RzSimPartition *partition, RzSimBroker *broker)
{
    if (!rz_ids_contain(partition->elr, broker->id))
        return;
    RzSimChange change;
    rz_sim_change_init(&change, partition);
    change.unclean = broker->id;
    rz_sim_change_commit(sim, partition, &change);
}

bool
rz_sim_start(RzSim *sim, int32_t id)
{
    RzSimBroker *broker = rz_sim_broker(sim, id);
    if (broker == NULL || broker->serving)
        return false;
    rz_sim_log_event(sim, "broker %d started", id);
    broker->frozen = false;
    broker->generation++;
    rz_sim_fence(sim, broker); /* a new incarnation replaces the one that was not yet missed */
    if (broker->died)
        for_each_partition(sim, broker, distrust);
    broker->died = false;
    rz_sim_schedule(sim, sim->now_ms + sim->options.start_ms, RZ_EVENT_UNFENCE, NULL, broker,
                    broker->generation);
    return true;
}

static void
elect_if_leaderless(RzSim *sim, RzSimPartition *partition, RzSimBroker *broker)
{
    if (partition->leader >= 0 || !rz_ids_contain(partition->replicas, broker->id))
        return;
    RzSimChange change;
    rz_sim_change_init(&change, partition);
    if (rz_sim_unclean_allowed(sim, partition->topic))
        change.elect = RZ_ELECT_UNCLEAN;
    rz_sim_change_commit(sim, partition, &change);
}

void
rz_sim_unfence(RzSim *sim, RzSimBroker *broker)
{
    broker->fenced = false;
    set_serving(sim, broker, true);
    rz_sim_log_event(sim, "broker %d serves", broker->id);
    for_each_partition(sim, broker, elect_if_leaderless);
    rz_sim_want_rebalance(sim);
}

bool
rz_sim_is_serving(const RzSim *sim, int32_t id)
{
    const RzSimBroker *broker = rz_sim_broker(sim, id);
    return broker != NULL && broker->serving;
}

bool
rz_sim_has_broker(const RzSim *sim, int32_t id)
{
    return rz_sim_broker(sim, id) != NULL;
}

bool
rz_sim_is_fenced(const RzSim *sim, int32_t id)
{
    const RzSimBroker *broker = rz_sim_broker(sim, id);
    return broker == NULL || broker->fenced;
}

bool
rz_sim_is_frozen(const RzSim *sim, int32_t id)
{
    const RzSimBroker *broker = rz_sim_broker(sim, id);
    return broker != NULL && broker->frozen;
}

/* ---- smaller troubles ---- */

bool
rz_sim_stall_replica(RzSim *sim, const char *topic, int32_t number, int32_t id, bool stalled)
{
    RzSimPartition *partition = rz_sim_partition(sim, topic, number);
    RzSimCopy *copy = partition == NULL ? NULL : rz_sim_copy(partition, id);
    if (copy == NULL || copy->stalled == stalled || partition->leader == id)
        return false;
    rz_sim_unaccount(sim, partition);
    copy->stalled = stalled;
    rz_sim_account(sim, partition);
    rz_sim_refresh_copies(sim, partition);
    if (stalled)
        rz_sim_schedule(sim, sim->now_ms + sim->options.replica_lag_max_ms, RZ_EVENT_LAG, partition,
                        copy->broker, copy->serial);
    return true;
}

static RzSimDir *
find_dir(const RzSimBroker *broker, const char *path, uint32_t *index)
{
    for (uint32_t i = 0; broker != NULL && i < broker->dirs->len; i++) {
        RzSimDir *dir = &g_array_index(broker->dirs, RzSimDir, i);
        if (strcmp(dir->path, path) == 0) {
            *index = i;
            return dir;
        }
    }
    return NULL;
}

static void
shrink_if_failed(RzSim *sim, RzSimPartition *partition, RzSimBroker *broker)
{
    const RzSimCopy *copy = rz_sim_copy(partition, broker->id);
    if (copy != NULL && g_array_index(broker->dirs, RzSimDir, copy->dir).failed)
        shrink(sim, partition, broker);
}

bool
rz_sim_fail_log_dir(RzSim *sim, int32_t id, const char *path)
{
    RzSimBroker *broker = rz_sim_broker(sim, id);
    uint32_t index = 0;
    RzSimDir *dir = find_dir(broker, path, &index);
    if (dir == NULL || dir->failed)
        return false;
    dir->failed = true;
    rz_sim_log_event(sim, "broker %d directory %s failed", id, path);
    for_each_partition(sim, broker, refresh_if_hosted);
    for_each_partition(sim, broker, shrink_if_failed);
    return true;
}

bool
rz_sim_cordon_log_dir(RzSim *sim, int32_t id, const char *path, bool cordoned)
{
    uint32_t index = 0;
    RzSimDir *dir = find_dir(rz_sim_broker(sim, id), path, &index);
    if (dir == NULL)
        return false;
    dir->cordoned = cordoned;
    rz_sim_log_event(sim, "broker %d directory %s %s", id, path,
                     cordoned ? "cordoned" : "uncordoned");
    return true;
}

void
rz_sim_fail_controller(RzSim *sim, int64_t ms)
{
    sim->controller_back_ms = MAX(sim->controller_back_ms, sim->now_ms + ms);
    rz_sim_log_event(sim, "controller away for %" G_GINT64_FORMAT " ms", ms);
}

int64_t
rz_sim_controller_back_ms(const RzSim *sim)
{
    return sim->controller_back_ms;
}
