/*
 * checks_plan.c: does this plan still fit this cluster, its disks, its network and the night?
 */
#include <inttypes.h>
#include <string.h>

#include "executor/preflight/context.h"
#include "executor/stage.h"
#include "planner/audit.h"
#include "planner/plan_apply.h"

#define MAX_NAMED 5

/* What stays free of a disk when everything has arrived, unless the policy says otherwise. */
#define DEFAULT_RESERVE_PERCENT 10

/* Old copies stay until a move is done, and new ones arrive behind a moving tail. */
#define BANDWIDTH_SHARE 0.8

/* ---- is it still the cluster that was planned for? ---- */

static bool
lists_equal(const int32_t *a, uint32_t n_a, const int32_t *b, uint32_t n_b)
{
    return n_a == n_b && memcmp(a, b, n_a * sizeof *a) == 0;
}

typedef struct {
    RzVerdict verdict;
    const char *what; /* NULL: as planned or already done */
} Staleness;

/* What is gone is skipped and reported at the end; what somebody else moved is a question. */
static Staleness
staleness(const RzPlan *plan, const RzMove *move, const RzPlanTopic *topic,
          const RzClusterTopic *live)
{
    if (live == NULL || live->error == RZ_KAFKA_UNKNOWN_TOPIC_OR_PARTITION)
        return (Staleness){RZ_VERDICT_WARN, "is gone"};
    if (topic->topic_id != NULL && live->topic_id != NULL &&
        strcmp(topic->topic_id, live->topic_id) != 0)
        return (Staleness){RZ_VERDICT_WARN, "was deleted and created again"};
    const RzClusterPartition *partition = rz_cluster_find_partition(live, move->partition);
    if (partition == NULL)
        return (Staleness){RZ_VERDICT_WARN, "is gone"};
    bool as_found = lists_equal(partition->replicas, partition->n_replicas,
                                rz_move_from(plan, move), move->n_from);
    bool done =
        lists_equal(partition->replicas, partition->n_replicas, rz_move_to(plan, move), move->n_to);
    if (as_found || done)
        return (Staleness){RZ_VERDICT_OK, NULL};
    return (Staleness){RZ_VERDICT_FAIL, "has other replicas than when the plan was made"};
}

void
rz_check_plan_fresh(const RzPreflightContext *context, RzFindings *findings)
{
    const RzPlan *plan = context->plan;
    const char *live_id = context->metadata->cluster_id;
    if (plan->cluster_id != NULL && live_id != NULL && strcmp(plan->cluster_id, live_id) != 0) {
        rz_findings_add(findings, RZ_VERDICT_FAIL, "the plan is for cluster %s, this is %s",
                        plan->cluster_id, live_id);
        rz_findings_advise(findings, "connect to the cluster that the snapshot was taken of, or "
                                     "plan from a snapshot of this one");
        return;
    }
    uint32_t stale = 0;
    for (uint32_t i = 0; i < plan->n_moves; i++) {
        const RzMove *move = &plan->moves[i];
        const RzPlanTopic *topic = &plan->topics[move->topic];
        Staleness found =
            staleness(plan, move, topic, rz_cluster_find_topic(context->metadata, topic->name));
        if (found.what == NULL)
            continue;
        if (++stale <= MAX_NAMED)
            rz_findings_add(findings, found.verdict, "%s-%d %s", topic->name, move->partition,
                            found.what);
        else if (found.verdict == RZ_VERDICT_FAIL)
            findings->verdict = RZ_VERDICT_FAIL;
    }
    if (stale == 0) {
        rz_findings_add(findings, RZ_VERDICT_OK, "all %u partitions are where the plan found them",
                        plan->n_moves);
        return;
    }
    rz_findings_add(findings, RZ_VERDICT_OK, "%u of %u partitions in all", stale, plan->n_moves);
    rz_findings_advise(findings, "make a new snapshot and plan; otherwise what is gone is skipped, "
                                 "and what others moved is held and reported");
}

/* ---- the receiving brokers ---- */

static bool
has_cordoned_dirs(const RzPreflightContext *context, int32_t broker)
{
    const RzTopicPartition none = {"", 0};
    g_autoptr(RzClusterLogDirs) dirs =
        rz_cluster_describe_log_dirs(context->cluster, broker, &none, 0, NULL);
    for (uint32_t i = 0; dirs != NULL && i < dirs->n_dirs; i++)
        if (dirs->dirs[i].cordoned)
            return true;
    return false;
}

void
rz_check_targets(const RzPreflightContext *context, RzFindings *findings)
{
    for (uint32_t i = 0; i < context->n_receivers; i++) {
        int32_t id = context->receivers[i].id;
        const RzClusterBroker *known =
            context->registered != NULL ? rz_cluster_find_broker(context->registered, id) : NULL;
        if (known != NULL && known->fenced)
            rz_findings_add(findings, RZ_VERDICT_FAIL, "broker %d is fenced", id);
        else if (rz_cluster_find_broker(context->metadata, id) == NULL)
            rz_findings_add(findings, RZ_VERDICT_FAIL, "broker %d is not alive", id);
        else if (has_cordoned_dirs(context, id))
            rz_findings_add(findings, RZ_VERDICT_FAIL, "broker %d has a cordoned log directory",
                            id);
    }
    if (findings->verdict == RZ_VERDICT_OK)
        rz_findings_add(findings, RZ_VERDICT_OK, "all %u receiving brokers are alive",
                        context->n_receivers);
    else
        rz_findings_advise(findings, "Kafka accepts moves to such brokers and never ends them: "
                                     "bring them back, or make a plan without them");
}

/* ---- disk ---- */

/* Small test clusters would read "0.0 GB" everywhere. (transfer full) */
static char *
size_text(double bytes)
{
    bool large = bytes >= 1e9 || bytes <= -1e9;
    return g_strdup_printf(large ? "%.1f GB" : "%.1f MB", bytes / (large ? 1e9 : 1e6));
}

static void
say_disk_too_small(const RzReceiver *receiver, int64_t total, int64_t usable, int reserve_percent,
                   RzFindings *findings)
{
    g_autofree char *free_text = size_text((double)usable);
    g_autofree char *incoming = size_text((double)receiver->incoming_bytes);
    g_autofree char *left = size_text((double)(usable - receiver->incoming_bytes));
    g_autofree char *all = size_text((double)total);
    rz_findings_add(findings, RZ_VERDICT_FAIL,
                    "broker %d has %s free and receives %s: %s would be left of %s, less than the "
                    "reserve of %d %%",
                    receiver->id, free_text, incoming, left, all, reserve_percent);
}

static void
say_directories_uneven(const RzReceiver *receiver, uint32_t n_dirs, int64_t worst,
                       RzFindings *findings)
{
    g_autofree char *fullest = size_text((double)worst);
    g_autofree char *incoming = size_text((double)receiver->incoming_bytes);
    rz_findings_add(findings, RZ_VERDICT_WARN,
                    "broker %d has %u log directories; Kafka fills the one with the fewest "
                    "partitions, and the fullest has %s for %s that arrive",
                    receiver->id, n_dirs, fullest, incoming);
}

static void
check_one_disk(const RzPreflightContext *context, const RzReceiver *receiver, int reserve_percent,
               RzFindings *findings)
{
    uint32_t index = rz_snapshot_find_broker(context->now, receiver->id);
    int64_t total = -1, usable = -1;
    if (index == RZ_NONE || !rz_snapshot_broker_room(context->now, index, &total, &usable)) {
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN, "broker %d does not tell its free disk space",
                        receiver->id);
        return;
    }
    const RzBroker *broker = &context->now->brokers[index];
    int64_t worst = INT64_MAX;
    for (uint32_t d = 0; d < broker->n_log_dirs; d++)
        worst = MIN(worst, context->now->log_dirs[broker->first_log_dir + d].usable_bytes);
    double left = (double)(usable - receiver->incoming_bytes);
    if (left < (double)total * reserve_percent / 100)
        say_disk_too_small(receiver, total, usable, reserve_percent, findings);
    else if (broker->n_log_dirs > 1 && receiver->incoming_bytes > worst)
        say_directories_uneven(receiver, broker->n_log_dirs, worst, findings);
}

void
rz_check_disk(const RzPreflightContext *context, RzFindings *findings)
{
    int reserve = context->plan->policy != NULL ? context->plan->policy->disk_reserve_percent
                                                : DEFAULT_RESERVE_PERCENT;
    for (uint32_t i = 0; i < context->n_receivers; i++)
        check_one_disk(context, &context->receivers[i], reserve, findings);
    if (findings->evidence->len == 0)
        rz_findings_add(findings, RZ_VERDICT_OK,
                        "every receiving broker keeps %d %% free after all has arrived", reserve);
    else if (findings->verdict == RZ_VERDICT_FAIL)
        rz_findings_advise(findings, "make room, or plan with fewer topics (--only-topic) or more "
                                     "brokers");
}

/* ---- steps ---- */

static const char *
zone_of(int32_t broker, void *snapshot)
{
    const RzSnapshot *now = snapshot;
    uint32_t index = rz_snapshot_find_broker(now, broker);
    uint32_t zone = index != RZ_NONE ? now->brokers[index].zone : RZ_NONE;
    return zone != RZ_NONE ? now->zones[zone] : NULL;
}

/* Originals stay until the last step, so neither min.insync.replicas nor disks see less or more. */
void
rz_check_stage(const RzPreflightContext *context, RzFindings *findings)
{
    uint32_t staged = 0, longest = 0;
    RzWide saved = 0;
    for (uint32_t i = 0; i < context->plan->n_moves; i++) {
        const RzMove *move = &context->plan->moves[i];
        const RzStageAsk ask = {rz_move_from(context->plan, move),
                                rz_move_to(context->plan, move),
                                move->n_from,
                                move->n_to,
                                zone_of,
                                (gpointer)(uintptr_t)context->now};
        g_autoptr(RzStageSteps) steps = rz_stage_steps(&ask);
        if (steps->saved == 0 || move->size_bytes == 0)
            continue;
        staged++;
        saved += (RzWide)steps->saved * move->size_bytes;
        guint last = steps->lengths->len - 1;
        longest = MAX(longest, g_array_index(steps->lengths, uint16_t, last));
    }
    g_autofree char *bytes = size_text((double)saved);
    if (staged == 0)
        rz_findings_add(findings, context->options->stage ? RZ_VERDICT_WARN : RZ_VERDICT_OK,
                        "no partition gains from --stage: none gets several replicas in a zone "
                        "that had none");
    else if (!context->options->stage)
        rz_findings_add(findings, RZ_VERDICT_OK,
                        "%u partitions get several replicas in a zone that had none: --stage would "
                        "keep %s from crossing between zones twice",
                        staged, bytes);
    else
        rz_findings_add(findings, RZ_VERDICT_OK,
                        "%u partitions go by steps and have up to %u replicas between them; all "
                        "originals stay until the last, and %s cross between zones once less",
                        staged, longest, bytes);
}

/* ---- rates ---- */

void
rz_check_write_rate(const RzPreflightContext *context, RzFindings *findings)
{
    int64_t throttle = context->options->throttle_bytes_per_s;
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < context->n_receivers; i++) {
        const RzReceiver *receiver = &context->receivers[i];
        unknown += receiver->write_rate_bytes_per_s < 0;
        if (receiver->write_rate_bytes_per_s < 0 || throttle <= 0)
            continue;
        if (receiver->write_rate_bytes_per_s >= throttle)
            rz_findings_add(findings, RZ_VERDICT_FAIL,
                            "broker %d takes partitions that are written at %.2f MB/s, the "
                            "throttle is %.2f MB/s: they would never catch up",
                            receiver->id, (double)receiver->write_rate_bytes_per_s / 1e6,
                            (double)throttle / 1e6);
        else if (receiver->write_rate_bytes_per_s * 2 >= throttle)
            rz_findings_add(findings, RZ_VERDICT_WARN,
                            "broker %d: writes of %.2f MB/s take half of the throttle or more",
                            receiver->id, (double)receiver->write_rate_bytes_per_s / 1e6);
    }
    if (findings->evidence->len > 0) {
        rz_findings_advise(findings, "choose a higher throttle");
        return;
    }
    if (unknown > 0 || throttle < 0)
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN, "%s",
                        throttle < 0 ? "no throttle is given to compare the write rate with"
                                     : "the write rate was not measured (--sample 30s does)");
    else
        rz_findings_add(findings, RZ_VERDICT_OK, "the throttle leaves room above the write rate");
}

/* While a broker is down and comes back, its peers serve its share and refill it. */
void
rz_check_headroom(const RzPreflightContext *context, RzFindings *findings)
{
    int64_t bandwidth = context->options->bandwidth_bytes_per_s;
    int64_t throttle = context->options->throttle_bytes_per_s;
    if (bandwidth <= 0) {
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN,
                        "the network of a broker is not known (--broker-bandwidth tells)");
        return;
    }
    if (throttle <= 0) {
        rz_findings_add(findings, throttle == 0 ? RZ_VERDICT_WARN : RZ_VERDICT_UNKNOWN,
                        "without a throttle the copies take what the network gives");
        return;
    }
    for (uint32_t i = 0; i < context->n_receivers; i++) {
        const RzReceiver *receiver = &context->receivers[i];
        double writes = (double)MAX(receiver->write_rate_bytes_per_s, 0);
        double brokers = MAX(context->metadata->n_brokers, 2);
        double load = (double)throttle + writes * brokers / (brokers - 1);
        if (load > BANDWIDTH_SHARE * (double)bandwidth)
            rz_findings_add(findings, RZ_VERDICT_WARN,
                            "broker %d would carry %.1f MB/s with one broker down, of %.1f MB/s",
                            receiver->id, load / 1e6, (double)bandwidth / 1e6);
    }
    if (findings->evidence->len == 0)
        rz_findings_add(findings, RZ_VERDICT_OK, "there is headroom even with one broker down");
    else
        rz_findings_advise(findings, "choose a lower throttle, or a quieter hour");
}

void
rz_check_window(const RzPreflightContext *context, RzFindings *findings)
{
    int64_t window = context->options->window_ms, estimate = context->options->estimate_ms;
    if (window <= 0) {
        rz_findings_add(findings, RZ_VERDICT_OK, "no maintenance window is given");
    } else if (estimate < 0) {
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN,
                        "without a throttle the duration cannot be told");
    } else if (estimate > window) {
        int64_t nights = (estimate + window - 1) / window;
        rz_findings_add(findings, RZ_VERDICT_WARN,
                        "at least %" PRId64 " min of copying, the window has %" PRId64
                        " min: %" PRId64 " windows",
                        estimate / 60000, window / 60000, nights);
        rz_findings_advise(findings, "with --window the run pauses outside it and goes on in the "
                                     "next one; a higher throttle shortens it");
    } else {
        rz_findings_add(findings, RZ_VERDICT_OK,
                        "at least %" PRId64 " min of copying, the window has %" PRId64 " min",
                        estimate / 60000, window / 60000);
    }
}

/* ---- afterwards ---- */

void
rz_check_zone_loss(const RzPreflightContext *context, RzFindings *findings)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshot) after = rz_snapshot_with_plan(context->now, context->plan, &error);
    if (after == NULL) {
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN, "%s", error->message);
        return;
    }
    g_autoptr(RzAudit) audit = rz_audit_new(after, context->plan->policy);
    for (uint32_t z = 0; z < after->n_zones; z++) {
        const int64_t *partitions = audit->zones[z].loss.partitions;
        if (partitions[RZ_STATE_OFFLINE] + partitions[RZ_STATE_READ_ONLY] > 0)
            rz_findings_add(findings, RZ_VERDICT_WARN,
                            "after the plan the loss of zone %s would leave %" PRId64
                            " partitions offline and %" PRId64 " read-only",
                            after->zones[z], partitions[RZ_STATE_OFFLINE],
                            partitions[RZ_STATE_READ_ONLY]);
    }
    if (findings->verdict == RZ_VERDICT_OK)
        rz_findings_add(findings, RZ_VERDICT_OK,
                        "after the plan every partition stays writable when any one zone is lost");
    else
        rz_findings_advise(findings, "a higher replication factor (--target-rf), more zones, or a "
                                     "lower min.insync.replicas would keep them writable");
}

void
rz_check_clients(const RzPreflightContext *context, RzFindings *findings)
{
    (void)context;
    rz_findings_add(findings, RZ_VERDICT_UNKNOWN,
                    "whether clients retry and reconnect cannot be seen from here");
    rz_findings_advise(findings, "confirm that producers retry (delivery.timeout.ms, idempotence) "
                                 "and that clients list brokers of every zone as bootstrap");
}
