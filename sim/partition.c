/*
 * partition.c: one change of a partition, committed the way KRaft's controller commits it.
 *
 * Every way a partition changes (a reassignment, an ISR that grew or shrank, an election, a broker
 * that died) fills in an RzSimChange and goes through rz_sim_change_commit(): complete a
 * reassignment whose condition is met, keep or elect a leader, write what differs. The three
 * completion conditions are here, and so is the reason why some retargets hang: they are
 * consequences, not special cases.
 */
#include "sim/sim_private.h"

void
rz_sim_change_init(RzSimChange *change, const RzSimPartition *partition)
{
    *change = (RzSimChange){
        .replicas = rz_ids_copy(partition->replicas),
        .isr = rz_ids_copy(partition->isr),
        .adding = rz_ids_copy(partition->adding),
        .removing = rz_ids_copy(partition->removing),
        .elr = rz_ids_copy(partition->elr),
        .elect = RZ_ELECT_ONLINE,
        .unclean = -1,
    };
}

void
rz_sim_change_clear(RzSimChange *change)
{
    rz_ids_clear(&change->replicas);
    rz_ids_clear(&change->isr);
    rz_ids_clear(&change->adding);
    rz_ids_clear(&change->removing);
    rz_ids_clear(&change->elr);
}

bool
rz_sim_has_elr(const RzSim *sim)
{
    return sim->options.version >= RZ_SIM_VERSION(4, 1);
}

bool
rz_sim_is_moving(const RzSimPartition *partition)
{
    return partition->adding.n > 0 || partition->removing.n > 0;
}

/* Versions differ in which replicas must be in sync before a reassignment is complete. */
static bool
is_complete(int version, const RzSimChange *change, RzIds replicas, RzIds isr)
{
    if (change->removing.n > 0 && (isr.n == 0 || replicas.n == 0))
        return false;
    if (version >= RZ_SIM_VERSION(3, 8) && version < RZ_SIM_VERSION(4, 3))
        return rz_ids_contain_all(isr, replicas);
    if (!rz_ids_contain_all(isr, change->adding))
        return false;
    return version < RZ_SIM_VERSION(4, 3) || change->adding.n >= change->removing.n ||
           rz_ids_contain_all(isr, replicas);
}

static void
complete_reassignment(const RzSim *sim, RzSimChange *change)
{
    if (change->adding.n == 0 && change->removing.n == 0)
        return;
    RzIds replicas = rz_ids_without(change->replicas, change->removing);
    RzIds isr = rz_ids_without(change->isr, change->removing);
    if (!is_complete(sim->options.version, change, replicas, isr)) {
        rz_ids_clear(&replicas);
        rz_ids_clear(&isr);
        return;
    }
    rz_ids_replace(&change->replicas, replicas);
    rz_ids_replace(&change->isr, isr);
    rz_ids_clear(&change->adding);
    rz_ids_clear(&change->removing);
}

/* Who leaves an ISR that is below its minimum stays eligible, unless its data may be lost. */
static void
settle_elr(const RzSim *sim, const RzSimPartition *partition, RzSimChange *change)
{
    if (!rz_sim_has_elr(sim))
        return;
    RzIds kept = {0};
    if (change->isr.n < MIN(rz_sim_min_isr(sim, partition->topic), change->replicas.n)) {
        RzIds all = rz_ids_copy(change->elr);
        for (uint32_t i = 0; i < partition->isr.n; i++)
            if (!rz_ids_contain(all, partition->isr.ids[i]))
                rz_ids_append(&all, partition->isr.ids[i]);
        for (uint32_t i = 0; i < all.n; i++)
            if (!rz_ids_contain(change->isr, all.ids[i]) && all.ids[i] != change->unclean &&
                rz_ids_contain(change->replicas, all.ids[i]))
                rz_ids_append(&kept, all.ids[i]);
        rz_ids_clear(&all);
    }
    rz_ids_replace(&change->elr, kept);
}

/* Acceptable: not fenced, and its directory works. */
static bool
may_lead(const RzSim *sim, const RzSimPartition *partition, int32_t id)
{
    const RzSimBroker *broker = rz_sim_broker(sim, id);
    if (broker == NULL || broker->fenced)
        return false;
    const RzSimCopy *copy = rz_sim_copy(partition, id);
    return copy == NULL || !g_array_index(broker->dirs, RzSimDir, copy->dir).failed;
}

static bool
may_lead_cleanly(const RzSim *sim, const RzSimPartition *partition, const RzSimChange *change,
                 int32_t id)
{
    bool eligible =
        rz_ids_contain(change->isr, id) || (change->isr.n == 0 && rz_ids_contain(change->elr, id));
    return eligible && may_lead(sim, partition, id);
}

static int32_t
first_clean(const RzSim *sim, const RzSimPartition *partition, const RzSimChange *change)
{
    for (uint32_t i = 0; i < change->replicas.n; i++)
        if (may_lead_cleanly(sim, partition, change, change->replicas.ids[i]))
            return change->replicas.ids[i];
    return -1;
}

/* With nobody in sync or eligible, the last leader: its data is the best there is. */
static int32_t
last_known(const RzSim *sim, const RzSimPartition *partition, const RzSimChange *change)
{
    int32_t id = partition->last_known_leader;
    bool nobody = rz_sim_has_elr(sim) && change->isr.n == 0 && change->elr.n == 0;
    return nobody && id >= 0 && rz_ids_contain(change->replicas, id) && may_lead(sim, partition, id)
               ? id
               : -1;
}

static int32_t
elect_unclean(const RzSim *sim, const RzSimPartition *partition, RzSimChange *change)
{
    for (uint32_t i = 0; i < change->replicas.n; i++) {
        int32_t id = change->replicas.ids[i];
        if (may_lead(sim, partition, id)) {
            rz_ids_replace(&change->isr, rz_ids_new(&id, 1));
            return id;
        }
    }
    return -1;
}

static int32_t
elect(const RzSim *sim, const RzSimPartition *partition, RzSimChange *change)
{
    if (change->elect == RZ_ELECT_PREFERRED &&
        may_lead_cleanly(sim, partition, change, change->replicas.ids[0]))
        return change->replicas.ids[0];
    if (may_lead_cleanly(sim, partition, change, partition->leader))
        return partition->leader;
    int32_t leader = first_clean(sim, partition, change);
    if (leader < 0)
        leader = last_known(sim, partition, change);
    if (leader < 0 && change->elect == RZ_ELECT_UNCLEAN)
        return elect_unclean(sim, partition, change);
    return leader;
}

/* ---- copies ---- */

static uint16_t
emptiest_dir(const RzSimBroker *broker)
{
    uint32_t best = RZ_NONE;
    for (uint32_t i = 0; i < broker->dirs->len; i++) {
        const RzSimDir *dir = &g_array_index(broker->dirs, RzSimDir, i);
        if (dir->failed || dir->cordoned)
            continue;
        if (best == RZ_NONE || dir->n_copies < g_array_index(broker->dirs, RzSimDir, best).n_copies)
            best = i;
    }
    return best == RZ_NONE ? 0 : (uint16_t)best;
}

static RzSimCopy
copy_new(const RzSim *sim, const RzSimPartition *partition, int32_t id)
{
    RzSimBroker *broker = rz_sim_broker(sim, id);
    g_assert(broker != NULL);
    RzSimCopy copy = {.broker = broker,
                      .left_bytes = (double)rz_sim_log_size(sim, partition),
                      .base_ms = sim->now_ms,
                      .dir = emptiest_dir(broker),
                      .state = RZ_COPY_STOPPED};
    g_array_index(broker->dirs, RzSimDir, copy.dir).n_copies++;
    return copy;
}

static void
drop_copy(RzSimCopy *copy)
{
    g_array_index(copy->broker->dirs, RzSimDir, copy->dir).n_copies--;
}

/* Keeps the copies of replicas that stay, drops and adds the others. */
void
rz_sim_match_copies(RzSim *sim, RzSimPartition *partition)
{
    RzSimCopy *copies = g_new0(RzSimCopy, partition->replicas.n);
    for (uint32_t i = 0; i < partition->replicas.n; i++) {
        const RzSimCopy *old = rz_sim_copy(partition, partition->replicas.ids[i]);
        copies[i] = old != NULL ? *old : copy_new(sim, partition, partition->replicas.ids[i]);
    }
    for (uint32_t i = 0; i < partition->n_copies; i++)
        if (!rz_ids_contain(partition->replicas, partition->copies[i].broker->id))
            drop_copy(&partition->copies[i]);
    g_free(partition->copies);
    partition->copies = copies;
    partition->n_copies = partition->replicas.n;
}

static RzCopyState
wanted_state(const RzSimPartition *partition, const RzSimCopy *copy)
{
    if (!rz_sim_copy_is_up(copy))
        return RZ_COPY_STOPPED;
    if (rz_ids_contain(partition->isr, copy->broker->id))
        return RZ_COPY_SYNCED;
    return copy->state == RZ_COPY_JOINING ? RZ_COPY_JOINING : RZ_COPY_COPYING;
}

static void
refresh_copy(RzSim *sim, RzSimPartition *partition, RzSimCopy *copy)
{
    RzCopyState wanted = wanted_state(partition, copy);
    if (copy->state == wanted)
        return;
    copy->left_bytes = wanted == RZ_COPY_SYNCED ? 0.0 : rz_sim_copy_left(sim, partition, copy);
    copy->base_ms = sim->now_ms;
    copy->falls_per_s = 0;
    copy->rate_per_s = 0;
    copy->state = (uint8_t)wanted;
    copy->serial++;
    if (wanted == RZ_COPY_COPYING && partition->active == RZ_NONE) {
        partition->active = sim->active->len;
        g_ptr_array_add(sim->active, partition);
    }
}

static void
refresh_all(RzSim *sim, RzSimPartition *partition)
{
    for (uint32_t i = 0; i < partition->n_copies; i++)
        refresh_copy(sim, partition, &partition->copies[i]);
}

void
rz_sim_refresh_copies(RzSim *sim, RzSimPartition *partition)
{
    rz_sim_unaccount(sim, partition);
    refresh_all(sim, partition);
    rz_sim_account(sim, partition);
}

/* ---- commit ---- */

/* Keeps what lagging caches still show; forgets what none can show any more. */
static void
remember(RzSim *sim, RzSimPartition *partition)
{
    if (sim->max_lag_ms == 0 || partition->created_ms == sim->now_ms)
        return;
    if (partition->past == NULL) {
        partition->past = g_array_new(FALSE, FALSE, sizeof(RzSimPast));
        g_array_set_clear_func(partition->past, rz_sim_past_clear);
    }
    while (partition->past->len > 0 &&
           g_array_index(partition->past, RzSimPast, 0).until_ms < sim->now_ms - sim->max_lag_ms)
        g_array_remove_index(partition->past, 0);
    RzSimPast past = {sim->now_ms, partition->leader, partition->leader_epoch,
                      rz_ids_copy(partition->replicas), rz_ids_copy(partition->isr)};
    g_array_append_val(partition->past, past);
}

static void
log_change(RzSim *sim, const RzSimPartition *partition)
{
    if (sim->log == NULL)
        return;
    g_autofree char *replicas = rz_ids_text(partition->replicas);
    g_autofree char *isr = rz_ids_text(partition->isr);
    g_autofree char *adding = rz_ids_text(partition->adding);
    g_autofree char *removing = rz_ids_text(partition->removing);
    rz_sim_log_event(sim, "%s-%d leader %d epoch %d replicas %s isr %s adding %s removing %s",
                     partition->topic->name, partition->number, partition->leader,
                     partition->leader_epoch, replicas, isr, adding, removing);
}

static void
write_change(RzSim *sim, RzSimPartition *partition, RzSimChange *change, int32_t leader)
{
    bool drops = !rz_ids_contain_all(change->replicas, partition->replicas) ||
                 !rz_ids_contain_all(change->isr, partition->isr);
    if (leader != partition->leader || drops)
        partition->leader_epoch++;
    if (partition->leader >= 0 || leader >= 0)
        partition->last_known_leader = leader >= 0 ? -1 : partition->leader;
    partition->leader = leader;
    rz_ids_replace(&partition->elr, change->elr);
    rz_ids_replace(&partition->replicas, change->replicas);
    rz_ids_replace(&partition->isr, change->isr);
    rz_ids_replace(&partition->adding, change->adding);
    rz_ids_replace(&partition->removing, change->removing);
    *change = (RzSimChange){0};
    if (rz_sim_is_moving(partition))
        g_hash_table_add(sim->moving, partition);
    else
        g_hash_table_remove(sim->moving, partition);
}

bool
rz_sim_change_commit(RzSim *sim, RzSimPartition *partition, RzSimChange *change)
{
    complete_reassignment(sim, change);
    settle_elr(sim, partition, change);
    int32_t leader = elect(sim, partition, change);
    if (leader >= 0 && change->isr.n == 0) { /* it was eligible, or the last one known */
        rz_ids_append(&change->isr, leader);
        rz_ids_replace(&change->elr, rz_ids_without(change->elr, change->isr));
    }
    if (leader == partition->leader && rz_ids_equal(change->elr, partition->elr) &&
        rz_ids_equal(change->replicas, partition->replicas) &&
        rz_ids_equal(change->isr, partition->isr) &&
        rz_ids_equal(change->adding, partition->adding) &&
        rz_ids_equal(change->removing, partition->removing)) {
        rz_sim_change_clear(change);
        return false;
    }
    remember(sim, partition);
    rz_sim_unaccount(sim, partition);
    write_change(sim, partition, change, leader);
    rz_sim_match_copies(sim, partition);
    refresh_all(sim, partition);
    rz_sim_account(sim, partition);
    log_change(sim, partition);
    rz_sim_want_rebalance(sim);
    return true;
}

void
rz_sim_forget(RzSim *sim, RzSimPartition *partition)
{
    rz_sim_unaccount(sim, partition);
    g_hash_table_remove(sim->moving, partition);
    for (uint32_t i = 0; i < partition->n_copies; i++) {
        drop_copy(&partition->copies[i]);
        partition->copies[i].state = RZ_COPY_STOPPED;
        partition->copies[i].serial++;
    }
}
