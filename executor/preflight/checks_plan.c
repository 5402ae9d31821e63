/*
 * checks_plan.c: does this plan still fit this cluster and the night?
 */
#include <inttypes.h>
#include <string.h>

#include "executor/preflight/context.h"
#include "executor/stage.h"
#include "planner/audit.h"
#include "planner/plan_apply.h"

#define MAX_NAMED 5

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

static void
check_directories(const RzReceiver *receiver, RzFindings *findings)
{
    const RzClusterLogDirs *dirs = receiver->log_dirs;
    uint32_t cordoned = 0, offline = 0;
    for (uint32_t i = 0; dirs != NULL && i < dirs->n_dirs; i++) {
        cordoned += dirs->dirs[i].cordoned;
        offline += dirs->dirs[i].error != RZ_KAFKA_NONE;
    }
    if (cordoned > 0)
        rz_findings_add(findings, cordoned == dirs->n_dirs ? RZ_VERDICT_FAIL : RZ_VERDICT_WARN,
                        "broker %d has %u of %u log directories cordoned", receiver->id, cordoned,
                        dirs->n_dirs);
    if (offline > 0)
        rz_findings_add(findings, RZ_VERDICT_WARN, "broker %d has %u of %u log directories offline",
                        receiver->id, offline, dirs->n_dirs);
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
        else
            check_directories(&context->receivers[i], findings);
    }
    if (findings->verdict == RZ_VERDICT_OK)
        rz_findings_add(findings, RZ_VERDICT_OK, "all %u receiving brokers are alive",
                        context->n_receivers);
    else
        rz_findings_advise(findings, "moves to brokers that take none are refused, or accepted and "
                                     "never end: bring them back, or make a plan without them");
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
    g_autofree char *bytes = rz_preflight_size_text((double)saved);
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

/* ---- the throttle and the night ---- */

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

/* (transfer full) */
static char *
time_text(int64_t ms)
{
    return ms < 120000 ? g_strdup_printf("%" PRId64 " s", ms / 1000)
                       : g_strdup_printf("%" PRId64 " min", ms / 60000);
}

void
rz_check_window(const RzPreflightContext *context, RzFindings *findings)
{
    const RzPreflightOptions *options = context->options;
    int64_t window = options->window_ms, estimate = options->estimate_ms;
    const char *how =
        options->estimate_is_floor ? "copying takes at least" : "the simulated run takes";
    if (window <= 0) {
        rz_findings_add(findings, RZ_VERDICT_OK, "no maintenance window is given");
        return;
    }
    if (estimate < 0) {
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN,
                        "the duration cannot be told without a throttle");
        return;
    }
    g_autofree char *duration = time_text(estimate);
    g_autofree char *length = time_text(window);
    if (estimate <= window) {
        rz_findings_add(findings, RZ_VERDICT_OK, "%s %s, the window has %s", how, duration, length);
        return;
    }
    int64_t nights = (estimate + window - 1) / window;
    rz_findings_add(findings, RZ_VERDICT_WARN, "%s %s, the window has %s: %" PRId64 " windows", how,
                    duration, length, nights);
    rz_findings_advise(findings, "with --window the run pauses outside it and goes on in the next "
                                 "one; a higher throttle shortens it");
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
