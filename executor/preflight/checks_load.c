/*
 * checks_load.c: is there room on the disks and in the network, at the worst moment?
 *
 * Old copies stay until a move is done, so nothing is subtracted for what leaves a broker, and what
 * producers write meanwhile comes on top. A directory's share is foreseen by Kafka's own rule: a
 * new replica goes where the fewest partitions are, however full that directory is.
 */
#include <string.h>

#include "executor/preflight/context.h"

/* What stays free of a disk when everything has arrived, unless the policy says otherwise. */
#define DEFAULT_RESERVE_PERCENT 10

/* A network that is asked for more than this share is late with something. */
#define BANDWIDTH_SHARE 0.8

/* ---- disk ---- */

/* Small test clusters would read "0.0 GB" everywhere. (transfer full) */
char *
rz_preflight_size_text(double bytes)
{
    bool large = bytes >= 1e9 || bytes <= -1e9;
    return g_strdup_printf(large ? "%.1f GB" : "%.1f MB", bytes / (large ? 1e9 : 1e6));
}

/* What producers add while the run lasts; 0 where rate or duration are not known. */
static double
growth_bytes(const RzPreflightContext *context, const RzReceiver *receiver)
{
    const RzBrokerTraffic *traffic = rz_preflight_traffic(context, receiver->id);
    if (traffic == NULL || context->options->estimate_ms <= 0)
        return 0;
    return traffic->in_bytes_per_s * (double)context->options->estimate_ms / 1000;
}

static void
say_disk_too_small(const RzReceiver *receiver, int64_t total, int64_t usable, double growth,
                   int reserve_percent, RzFindings *findings)
{
    g_autofree char *free_text = rz_preflight_size_text((double)usable);
    g_autofree char *incoming = rz_preflight_size_text((double)receiver->incoming_bytes);
    g_autofree char *written = rz_preflight_size_text(growth);
    g_autofree char *left =
        rz_preflight_size_text((double)usable - (double)receiver->incoming_bytes - growth);
    g_autofree char *all = rz_preflight_size_text((double)total);
    rz_findings_add(findings, RZ_VERDICT_FAIL,
                    "broker %d has %s free, receives %s and grows by %s meanwhile: %s would be "
                    "left of %s, less than the reserve of %d %%",
                    receiver->id, free_text, incoming, written, left, all, reserve_percent);
}

typedef struct {
    const RzClusterLogDir *dir;
    uint32_t n_partitions;
    double arriving_bytes;
} Directory;

static Directory *
emptiest(Directory *directories, uint32_t n)
{
    Directory *best = NULL;
    for (uint32_t d = 0; d < n; d++) {
        bool takes = !directories[d].dir->cordoned && directories[d].dir->error == RZ_KAFKA_NONE;
        if (takes && (best == NULL || directories[d].n_partitions < best->n_partitions))
            best = &directories[d];
    }
    return best;
}

/* Deals what the broker receives over its directories as Kafka will. */
static void
deal_out(const RzPreflightContext *context, int32_t broker, Directory *directories, uint32_t n)
{
    const RzPlan *plan = context->plan;
    for (uint32_t i = 0; i < plan->n_moves; i++) {
        const RzMove *move = &plan->moves[i];
        if (!rz_plan_list_has(rz_move_to(plan, move), move->n_to, broker) ||
            rz_plan_list_has(rz_move_from(plan, move), move->n_from, broker))
            continue;
        Directory *to = emptiest(directories, n);
        if (to == NULL)
            return;
        to->n_partitions++;
        to->arriving_bytes += (double)move->size_bytes;
    }
}

/* Directories that tell the same figures are on one volume, which the broker's sum covers. */
static bool
is_alone(const Directory *directories, uint32_t n, uint32_t which)
{
    const RzClusterLogDir *own = directories[which].dir;
    for (uint32_t d = 0; d < n; d++)
        if (d != which && directories[d].dir->total_bytes == own->total_bytes &&
            directories[d].dir->usable_bytes == own->usable_bytes)
            return false;
    return own->total_bytes >= 0 && own->usable_bytes >= 0;
}

static void
judge_directory(const RzReceiver *receiver, const Directory *directory, double growth,
                int reserve_percent, RzFindings *findings)
{
    double left = (double)directory->dir->usable_bytes - directory->arriving_bytes - growth;
    if (left >= (double)directory->dir->total_bytes * reserve_percent / 100)
        return;
    g_autofree char *arriving = rz_preflight_size_text(directory->arriving_bytes);
    g_autofree char *left_text = rz_preflight_size_text(left);
    rz_findings_add(findings, left < 0 ? RZ_VERDICT_FAIL : RZ_VERDICT_WARN,
                    "broker %d would put %s into its directory %s, where Kafka finds the fewest "
                    "partitions: %s would be left",
                    receiver->id, arriving, directory->dir->path, left_text);
}

static void
check_directories(const RzPreflightContext *context, const RzReceiver *receiver, double growth,
                  int reserve_percent, RzFindings *findings)
{
    const RzClusterLogDirs *dirs = receiver->log_dirs;
    uint32_t n = dirs != NULL ? dirs->n_dirs : 0;
    if (n < 2)
        return;
    g_autofree Directory *directories = g_new0(Directory, n);
    for (uint32_t d = 0; d < n; d++)
        directories[d] = (Directory){&dirs->dirs[d], dirs->dirs[d].n_replicas, 0};
    deal_out(context, receiver->id, directories, n);
    for (uint32_t d = 0; d < n; d++)
        if (directories[d].arriving_bytes > 0 && is_alone(directories, n, d))
            judge_directory(receiver, &directories[d], growth / n, reserve_percent, findings);
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
    double growth = growth_bytes(context, receiver);
    double left = (double)usable - (double)receiver->incoming_bytes - growth;
    if (left < (double)total * reserve_percent / 100)
        say_disk_too_small(receiver, total, usable, growth, reserve_percent, findings);
    else
        check_directories(context, receiver, growth, reserve_percent, findings);
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

/* ---- network ---- */

/* One way of a broker's network; what is known of it is only a part, since consumers read too. */
static void
judge_way(const RzPreflightContext *context, int32_t broker, double load, const char *what,
          RzFindings *findings)
{
    double bandwidth = (double)context->options->bandwidth_bytes_per_s;
    if (load > BANDWIDTH_SHARE * bandwidth)
        rz_findings_add(findings, RZ_VERDICT_WARN,
                        "broker %d would %s %.1f MB/s with one broker down, of %.1f MB/s", broker,
                        what, load / 1e6, bandwidth / 1e6);
}

/*
 * While a broker is down its leaders are elsewhere: the others send its share. Copies leave a
 * broker in proportion to what it is the source of, at the pace of all receivers together.
 */
static void
judge_broker(const RzPreflightContext *context, const RzBrokerTraffic *traffic,
             RzFindings *findings)
{
    double throttle = (double)context->options->throttle_bytes_per_s;
    double brokers = MAX(context->metadata->n_brokers, 2);
    double copies = context->copied_bytes > 0
                        ? throttle * context->n_receivers * (double)traffic->source_bytes /
                              (double)context->copied_bytes
                        : 0;
    double in = traffic->in_bytes_per_s + (traffic->receives ? throttle : 0);
    judge_way(context, traffic->id, in, "take in", findings);
    judge_way(context, traffic->id, copies + traffic->out_bytes_per_s * brokers / (brokers - 1),
              "send", findings);
}

void
rz_check_headroom(const RzPreflightContext *context, RzFindings *findings)
{
    int64_t throttle = context->options->throttle_bytes_per_s;
    if (context->options->bandwidth_bytes_per_s <= 0) {
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN,
                        "the network of a broker is not known (--broker-bandwidth tells)");
        return;
    }
    if (throttle <= 0) {
        rz_findings_add(findings, throttle == 0 ? RZ_VERDICT_WARN : RZ_VERDICT_UNKNOWN,
                        "without a throttle the copies take what the network gives");
        return;
    }
    for (uint32_t b = 0; b < context->n_traffic; b++)
        judge_broker(context, &context->traffic[b], findings);
    if (findings->evidence->len > 0)
        rz_findings_advise(findings, "choose a lower throttle, or a quieter hour");
    else if (!context->write_rates_known)
        rz_findings_add(findings, RZ_VERDICT_UNKNOWN,
                        "the copies leave headroom, but what producers write was not measured "
                        "(--sample 30s does)");
    else
        rz_findings_add(findings, RZ_VERDICT_OK,
                        "copies and writes leave headroom even with one broker down; what "
                        "consumers read comes on top");
}
