/*
 * run_adapt.c: --throttle auto, and room on the receiving disks.
 *
 * The rate starts at its minimum and grows by a quarter while nothing complains; it is halved at
 * once when something does. Complaints are what operators watch: the health gate, an in-sync
 * replica that was not being moved leaving its ISR, and our own Metadata requests taking much
 * longer than the best of them did.
 */
#include "executor/run_private.h"

#define QUIET_MS 10000
#define AFTER_STRAIN_MS 30000
#define SLOW_FACTOR 3
#define SLOW_FLOOR_MS 50
#define ROOM_MS 30000

static const char *
complaint(const RzRun *run)
{
    const RzHealth *health = &run->health;
    if (health->below_min_isr + health->at_min_isr + health->newly_under_replicated > 0)
        return "partitions outside the plan have lost replicas";
    if (health->missing > health->missing_before)
        return "replicas that do not move have left their ISR";
    if (health->cost_ms > health->best_cost_ms * SLOW_FACTOR + SLOW_FLOOR_MS)
        return "the cluster answers slowly";
    return NULL;
}

/* After every health reading. */
void
rz_run_adapt(RzRun *run)
{
    const RzRunSettings *settings = &run->journal->settings;
    if (settings->throttle_bytes_per_s != RZ_THROTTLE_AUTO)
        return;
    const char *why = complaint(run);
    int64_t least = settings->throttle_min_bytes_per_s, most = settings->throttle_max_bytes_per_s;
    int64_t rate = run->rate;
    if (why != NULL && run->cycle_ms - run->strained_ms >= QUIET_MS) {
        rate = MAX(run->rate / 2, least);
        run->strained_ms = run->cycle_ms;
    } else if (why == NULL && run->counts[RZ_PART_MOVING] > 0 &&
               run->cycle_ms - run->adapted_ms >= QUIET_MS &&
               run->cycle_ms - run->strained_ms >= AFTER_STRAIN_MS) {
        rate = MIN(run->rate + run->rate / 4, most);
    }
    if (rate == run->rate)
        return;
    rz_run_say(run, RZ_MESSAGE_INFO,
               "throttle %" G_GINT64_FORMAT " -> %" G_GINT64_FORMAT " bytes/s: %s", run->rate, rate,
               why != NULL ? why : "the cluster is quiet");
    run->rate = rate;
    run->adapted_ms = run->cycle_ms;
}

/* ---- room ---- */

/* JBOD puts a new replica where the fewest partitions are, not where the room is: the worst counts.
 */
static int64_t
worst_room(const RzClusterLogDirs *dirs)
{
    int64_t worst = -1;
    for (uint32_t d = 0; d < dirs->n_dirs; d++) {
        const RzClusterLogDir *dir = &dirs->dirs[d];
        if (dir->error == RZ_KAFKA_NONE && dir->usable_bytes >= 0 &&
            (worst < 0 || dir->usable_bytes < worst))
            worst = dir->usable_bytes;
    }
    return worst;
}

/* Directories only, of brokers that still receive. One that does not answer keeps its old figure.
 */
void
rz_run_ask_room(RzRun *run)
{
    static const RzTopicPartition none = {"", 0};
    if (run->room_ms != 0 && run->cycle_ms - run->room_ms < ROOM_MS)
        return;
    run->room_ms = run->cycle_ms;
    for (guint b = 0; b < run->broker_list->len; b++) {
        RzRunBroker *broker = run->broker_list->pdata[b];
        if (!broker->alive || broker->pending_bytes <= 0) /* held up is to come, too */
            continue;
        g_autoptr(RzClusterLogDirs) dirs =
            rz_cluster_describe_log_dirs(run->cluster, broker->id, &none, 0, NULL);
        if (dirs != NULL)
            broker->room_bytes = worst_room(dirs);
    }
}
