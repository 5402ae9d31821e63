/*
 * commands.c: the command line as a table.
 *
 * Adding an option means adding a row here and reading it in its command; help, man pages and
 * completions follow. A command stands here only when it works.
 */
#include "cli/commands.h"

#include <string.h>

/* clang-format off */

static const RzOption cluster_options[] = {
    {"bootstrap-server", 'b', RZ_OPTION_VALUE, "HOST:PORT[,...]", "brokers to contact first"},
    {"command-config", 0, RZ_OPTION_VALUE, "FILE", "client properties: key=value lines for librdkafka, or a file made for Java's clients"},
    {"property", 'X', RZ_OPTION_LIST, "KEY=VALUE", "one client property; wins over --command-config, which wins over -b"},
    {"allow-insecure-sasl", 0, RZ_OPTION_FLAG, NULL, "let a password travel unencrypted to other machines (SASL PLAIN without TLS)"},
    {"zone-map", 0, RZ_OPTION_VALUE, "FILE", "zones by broker id, {\"1\":\"az1\",...}; fills in or overrides broker.rack"},
    {0},
};

static const RzOption policy_options[] = {
    {"zones", 0, RZ_OPTION_VALUE, "ZONE,...", "zones to use (default: every zone with a live broker)"},
    {"spread", 0, RZ_OPTION_VALUE, "even|min:K", "replicas per zone: floor or ceiling of RF/zones, or at least K in each (default: even)"},
    {"target-rf", 0, RZ_OPTION_LIST, "[TOPICGLOB=]N", "replication factor wanted, for all topics or those that match; may be repeated, the last match wins"},
    {"balance", 0, RZ_OPTION_VALUE, "strict|N%", "strict: the fairest replica counts there are; N%: that far from the mean is fair enough and may save bytes (default: strict)"},
    {"topic-balance", 0, RZ_OPTION_FLAG, NULL, "spread each topic's replicas as evenly over the brokers as their loads and the zones allow, before bytes count; what that costs is printed"},
    {"drain", 0, RZ_OPTION_LIST, "ID,...", "brokers to empty"},
    {"only-topic", 0, RZ_OPTION_LIST, "GLOB", "touch only topics that match; the others stay and count as load"},
    {"exclude-topic", 0, RZ_OPTION_LIST, "GLOB", "leave topics that match where they are"},
    {"disk-reserve", 0, RZ_OPTION_VALUE, "N%", "room kept free on every broker whose disk is known (default: 10%)"},
    {"include-zoneless", 0, RZ_OPTION_FLAG, NULL, "let brokers without a zone receive replicas, as a zone of their own"},
    {0},
};

/* One name, two questions: which leaders a plan wants, and when a run elects them. */
static const RzOption plan_leader_options[] = {
    {"leaders", 0, RZ_OPTION_VALUE, "balance|keep", "balance preferred leaders over brokers, or keep every leader that may stay (default: balance)"},
    {0},
};

static const RzOption run_leader_options[] = {
    {"leaders", 0, RZ_OPTION_VALUE, "end|each|never", "when planned leaders are elected: after all moves (default), after each, not at all"},
    {0},
};

static const RzOption job_leader_options[] = {
    {"leaders", 0, RZ_OPTION_LIST, "balance|keep|end|each|never", "which leaders are wanted (balance, keep) and when they are elected (end, each, never); may be given once for each"},
    {0},
};

static const RzOption json_options[] = {
    {"json", 0, RZ_OPTION_FLAG, NULL, "one JSON document on stdout instead of text"},
    {"quiet", 'q', RZ_OPTION_FLAG, NULL, "no progress and no remarks, only results and errors"},
    {0},
};

static const RzOption report_options[] = {
    {"json", 0, RZ_OPTION_FLAG, NULL, "one JSON document on stdout instead of text"},
    {"html", 0, RZ_OPTION_VALUE, "FILE", "also write a self-contained page with pictures"},
    {"quiet", 'q', RZ_OPTION_FLAG, NULL, "no progress and no remarks, only results and errors"},
    {0},
};

static const RzOption quiet_options[] = {
    {"quiet", 'q', RZ_OPTION_FLAG, NULL, "no remarks, only results and errors"},
    {0},
};

static const RzOption snapshot_options[] = {
    {"output", 'o', RZ_OPTION_VALUE, "FILE", "where to write the snapshot (default: stdout)"},
    {"sample", 0, RZ_OPTION_VALUE, "TIME", "look twice, that long apart, and record the write rates, for example 30s"},
    {"from-kafka-json", 0, RZ_OPTION_VALUE, "FILE", "build it without a live cluster, from a reassignment JSON of Kafka's tools; needs --zone-map"},
    {"log-dirs", 0, RZ_OPTION_VALUE, "FILE", "with --from-kafka-json: sizes, as kafka-log-dirs --describe prints them"},
    {0},
};

static const RzOption audit_options[] = {
    {"fail-on", 0, RZ_OPTION_VALUE, "unsafe|skew|none", "what makes the exit code 1 (default: unsafe, a partition that one zone's loss would take offline or make read-only)"},
    {"zones", 0, RZ_OPTION_VALUE, "ZONE,...", "zones that partitions should be spread over (default: every zone with a live broker)"},
    {"spread", 0, RZ_OPTION_VALUE, "even|min:K", "the spread to judge by (default: even)"},
    {"what-if", 0, RZ_OPTION_LIST, "NAME=VALUE", "judge the cluster as a plan with this policy would leave it, for example target-rf=4; takes the policy options of plan and may be repeated"},
    {0},
};

static const RzOption plan_options[] = {
    {"output", 'o', RZ_OPTION_VALUE, "FILE", "where to write the plan (default: stdout; the summary then goes to stderr)"},
    {"kafka-json", 0, RZ_OPTION_VALUE, "FILE", "also write the targets for kafka-reassign-partitions"},
    {"rollback-json", 0, RZ_OPTION_VALUE, "FILE", "also write the way back for kafka-reassign-partitions"},
    {0},
};

static const RzOption apply_options[] = {
    {"throttle", 0, RZ_OPTION_VALUE, "RATE|auto|none", "bytes per second that each broker may receive, for example 50MB; auto probes upwards while the cluster is quiet; required"},
    {"throttle-min", 0, RZ_OPTION_VALUE, "RATE", "with --throttle auto: never below this"},
    {"throttle-max", 0, RZ_OPTION_VALUE, "RATE", "with --throttle auto: never above this"},
    {"throttle-mode", 0, RZ_OPTION_VALUE, "paced|follower|both", "paced: small partitions are paced by submission, large ones throttled (default); follower: all throttled on the receiving side; both: on both sides, as Kafka's own tool does"},
    {"stage", 0, RZ_OPTION_FLAG, NULL, "where a partition gains several replicas in a zone that had none, copy one across first, and the others from it: every byte crosses between zones once"},
    {"zone-cap", 0, RZ_OPTION_LIST, "FROM:TO=RATE", "what all copies from one zone to another may take together, for example az1:az2=200MB/s; may be repeated, kept for resume"},
    {"run-dir", 0, RZ_OPTION_VALUE, "DIR", "where journal and status go (default: rezone-run-<first 12 of the plan id>, for add-zone rezone-run-<ZONE>)"},
    {"yes", 'y', RZ_OPTION_FLAG, NULL, "start without asking; needed without a terminal"},
    {"dry-run", 0, RZ_OPTION_FLAG, NULL, "show what would be done and stop before the first change"},
    {"on-dead-broker", 0, RZ_OPTION_VALUE, "wait|skip", "a receiving broker dies: wait for it (default), or put its partitions back and go on"},
    {"start-at", 0, RZ_OPTION_VALUE, "TIME", "wait until then before the first move; RFC 3339 or local HH:MM"},
    {"window", 0, RZ_OPTION_VALUE, "HH:MM-HH:MM", "submit moves only inside this local time of day, every day"},
    {0},
};

static const RzOption price_options[] = {
    {"cross-zone-price", 0, RZ_OPTION_VALUE, "PRICE/UNIT", "what traffic between zones costs, for example 0.01/GB"},
    {0},
};

static const RzOption review_options[] = {
    {"accept", 0, RZ_OPTION_LIST, "CHECK", "go on although this check fails; may be repeated"},
    {"broker-bandwidth", 0, RZ_OPTION_VALUE, "RATE", "what a broker's network carries, for the headroom check"},
    {"sample", 0, RZ_OPTION_VALUE, "TIME", "measure the write rate for that long, for example 30s"},
    {0},
};

static const RzOption compare_options[] = {
    {"throttle", 0, RZ_OPTION_VALUE, "RATE", "bytes per second that each broker may receive, to tell how long each would take at least"},
    {0},
};

static const RzOption estimate_options[] = {
    {"throttle", 0, RZ_OPTION_VALUE, "RATE[,...]|auto|none", "bytes per second that each broker may receive; required; several rates make a table"},
    {"throttle-min", 0, RZ_OPTION_VALUE, "RATE", "with --throttle auto: never below this"},
    {"throttle-max", 0, RZ_OPTION_VALUE, "RATE", "with --throttle auto: never above this"},
    {"throttle-mode", 0, RZ_OPTION_VALUE, "paced|follower|both", "as for apply (default: paced)"},
    {"stage", 0, RZ_OPTION_FLAG, NULL, "as for apply"},
    {"zone-cap", 0, RZ_OPTION_LIST, "FROM:TO=RATE", "as for apply; may be repeated"},
    {"window", 0, RZ_OPTION_VALUE, "HH:MM-HH:MM", "the maintenance window, local time: which of the rates fit into it"},
    {"broker-bandwidth", 0, RZ_OPTION_VALUE, "RATE", "what a broker's network carries each way (default: 10 Gbit/s)"},
    {"kafka-version", 0, RZ_OPTION_VALUE, "X.Y", "whose rules for completing a move to follow (default: 4.3)"},
    {0},
};

static const RzOption preflight_options[] = {
    {"throttle", 0, RZ_OPTION_VALUE, "RATE|none", "the rate that apply will be given"},
    {"stage", 0, RZ_OPTION_FLAG, NULL, "apply will be given --stage"},
    {"window", 0, RZ_OPTION_VALUE, "HH:MM-HH:MM", "the maintenance window, local time"},
    {0},
};

static const RzOption yes_options[] = {
    {"yes", 'y', RZ_OPTION_FLAG, NULL, "start without asking; needed without a terminal"},
    {0},
};

static const RzOption resume_options[] = {
    {"throttle", 0, RZ_OPTION_VALUE, "RATE|none", "go on at another rate"},
    {"on-dead-broker", 0, RZ_OPTION_VALUE, "wait|skip", "go on with another answer to dead brokers"},
    {0},
};

static const RzOption status_options[] = {
    {"watch", 'w', RZ_OPTION_FLAG, NULL, "keep showing it until the run ends: on a terminal as a live picture of zones, receivers and moves, elsewhere a line now and then"},
    {0},
};

static const RzOption sandbox_cluster_options[] = {
    {"zones", 0, RZ_OPTION_VALUE, "ZONE:N,...", "zones and their brokers, numbered from 1 (default: az1:3,az2:3)"},
    {"empty-zone", 0, RZ_OPTION_VALUE, "ZONE", "a zone whose brokers hold nothing yet"},
    {"topics", 0, RZ_OPTION_VALUE, "N", "topics (default: 50)"},
    {"partitions", 0, RZ_OPTION_VALUE, "N", "partitions of each topic (default: 12)"},
    {"rf", 0, RZ_OPTION_VALUE, "N", "replicas of each partition (default: 3)"},
    {"data", 0, RZ_OPTION_VALUE, "SIZE", "bytes on all disks together, replicas included (default: 20GB)"},
    {"write-rate", 0, RZ_OPTION_VALUE, "RATE", "what all producers write together (default: nothing)"},
    {"from", 0, RZ_OPTION_VALUE, "SNAPSHOT", "serve this cluster instead: a rehearsal of one's own"},
    {0},
};

static const RzOption sandbox_server_options[] = {
    {"kafka-version", 0, RZ_OPTION_VALUE, "X.Y", "behave as this release, 2.4 to 4.3 (default: 4.3)"},
    {"time-scale", 0, RZ_OPTION_VALUE, "FACTOR", "how fast its time passes (default: 1)"},
    {"seed", 0, RZ_OPTION_VALUE, "N", "another one makes another cluster (default: 1)"},
    {"port", 0, RZ_OPTION_VALUE, "N", "port of the first broker, the others follow (default: free ones)"},
    {"ready-file", 0, RZ_OPTION_VALUE, "FILE", "gets the bootstrap address once it serves, and is removed at the end"},
    {"control-file", 0, RZ_OPTION_VALUE, "FILE", "commands are read from it as they are appended"},
    {"quiet", 'q', RZ_OPTION_FLAG, NULL, "print nothing but errors"},
    {0},
};

static const RzOptionGroup sandbox_cluster_group = {"Made-up cluster", sandbox_cluster_options};
static const RzOptionGroup sandbox_server_group = {"Server", sandbox_server_options};
static const RzOptionGroup cluster_group = {"Cluster", cluster_options};
static const RzOptionGroup plan_leader_group = {"Leaders", plan_leader_options};
static const RzOptionGroup run_leader_group = {"Leaders", run_leader_options};
static const RzOptionGroup job_leader_group = {"Leaders", job_leader_options};
static const RzOptionGroup policy_group = {"Policy", policy_options};
static const RzOptionGroup output_group = {"Output", json_options};
static const RzOptionGroup report_group = {"Output", report_options};
static const RzOptionGroup quiet_group = {"Output", quiet_options};
static const RzOptionGroup snapshot_group = {"Snapshot", snapshot_options};
static const RzOptionGroup audit_group = {"Judgement", audit_options};
static const RzOptionGroup plan_group = {"Files", plan_options};
static const RzOptionGroup apply_group = {"Execution", apply_options};
static const RzOptionGroup compare_group = {"Time", compare_options};
static const RzOptionGroup estimate_group = {"What to assume", estimate_options};
static const RzOptionGroup price_group = {"Money", price_options};
static const RzOptionGroup review_group = {"Risk review", review_options};
static const RzOptionGroup preflight_group = {"What is intended", preflight_options};
static const RzOptionGroup resume_group = {"Execution", resume_options};
static const RzOptionGroup consent_group = {"Consent", yes_options};
static const RzOptionGroup status_group = {"View", status_options};

const RzCommand rz_commands[] = {
    {"add-zone", rz_cmd_add_zone, "the whole job in one run directory: snapshot, audit, plan, estimate, preflight, consent, apply, verify",
     "ZONE", 1, 1, {&apply_group, &policy_group, &job_leader_group, &review_group, &price_group, &cluster_group, &output_group},
     "Spreads the cluster over the zones that serve today and ZONE, in the order a careful person would do it: it looks, judges, plans and proves the plan, rehearses it in virtual time against the window, reviews the risks, asks, moves, and ends with which zones serve, what each zone's loss would do and what is left to do. Every step leaves its file in the run directory; interrupted anywhere, rezone resume DIR goes on. Refuses when ZONE has no live broker or serves already, or when a check fails.",
     "rezone add-zone az2 -b localhost:9092 --throttle 50MB"},
    {"snapshot", rz_cmd_snapshot, "write the cluster as it is: brokers, zones, replicas, ISR, leaders, sizes, disk room",
     "", 0, 0, {&snapshot_group, &cluster_group, &quiet_group},
     "Reads a live cluster, or builds the same from what Kafka's own tools print, and writes one JSON object a line. Changes nothing.",
     "rezone snapshot -b localhost:9092 -o before.json\n"
     "rezone snapshot --from-kafka-json current.json --zone-map zones.json --log-dirs dirs.txt -o before.json"},
    {"audit", rz_cmd_audit, "judge a cluster: zone spread, what each zone's loss would do, skew",
     "[SNAPSHOT]", 0, 1, {&audit_group, &cluster_group, &report_group},
     "Reads a snapshot, or a live cluster with -b, and says which partitions would be lost, read-only or under-replicated if a zone or a broker were lost now. Exit code 1 if --fail-on finds something.",
     "rezone audit before.json\nrezone audit before.json --what-if target-rf=4\nrezone audit -b localhost:9092 --json"},
    {"plan", rz_cmd_plan, "compute the cheapest target placement with its proof",
     "SNAPSHOT", 1, 1, {&policy_group, &plan_leader_group, &plan_group, &report_group},
     "Computes the placement that spreads every partition over the zones with the fairest broker loads, then the fewest bytes moved, the fewest moves, balanced leaders and the fewest leader changes. Equal input gives byte-identical plans. Touches no cluster. Exit code 1 if no placement satisfies the policy, with the reason.",
     "rezone plan before.json -o plan.json\nrezone plan before.json --target-rf 4 --exclude-topic 'tmp-*' -o plan.json"},
    {"check", rz_cmd_check, "prove or refute a plan against its snapshot, without the solver's code",
     "SNAPSHOT PLAN", 2, 2, {&output_group},
     "Recounts the plan and verifies its certificate: that no placement with these loads moves fewer bytes. Exit code 1 names the partition, broker or tier that refutes it. PLAN may also be a reassignment JSON of another tool; then there is no proof to check.",
     "rezone check before.json plan.json"},
    {"compare", rz_cmd_compare, "several policies on one snapshot side by side: moves, bytes, balance, zone loss, time",
     "SNAPSHOT", 1, 1, {&compare_group, &policy_group, &plan_leader_group, &report_group},
     "Plans the snapshot as asked, as Kafka's own generator would place it, and with one thing changed at a time, and shows what each costs and what it is worth. Changes nothing.",
     "rezone compare before.json --throttle 50MB"},
    {"estimate", rz_cmd_estimate, "time, bytes per broker and zone pair, peak disk and money for a plan at given throttles",
     "SNAPSHOT PLAN", 2, 2, {&estimate_group, &price_group, &report_group},
     "Carries the plan out in virtual time, with the real executor on a simulated cluster that the snapshot describes, and says how long it takes, next to the floor that no tool can undercut. With several rates it prints a table, and with a window the smallest rate that fits. Touches no cluster.",
     "rezone estimate before.json plan.json --throttle 20MB,50MB,100MB --window 22:00-05:00\nrezone estimate before.json plan.json --throttle 50MB --cross-zone-price 0.01/GB"},
    {"preflight", rz_cmd_preflight, "review the risks of a plan against the live cluster, now",
     "PLAN", 1, 1, {&preflight_group, &review_group, &cluster_group, &output_group},
     "A table of checks, each with its evidence and what to do: versions, rights, zones, health, others at work, disk, rates, and what a zone's loss would do after the plan. Changes nothing. Exit code 1 if a check fails; apply shows the same table before it asks.",
     "rezone preflight plan.json -b localhost:9092 --throttle 50MB --sample 30s"},
    {"apply", rz_cmd_apply, "execute a plan: throttled, journaled, with progress; asks before it starts",
     "PLAN", 1, 1, {&apply_group, &run_leader_group, &review_group, &cluster_group, &output_group},
     "Carries the plan out through Kafka's own reassignment protocol. Everything it does is journaled first in the run directory: killed at any moment, it goes on with resume, and throttles are put back as they were found. Once SIGINT or SIGTERM stops it cleanly (exit 4), twice at once; both can be resumed. PLAN may also be a reassignment JSON of another tool.",
     "rezone apply plan.json -b localhost:9092 --throttle 50MB"},
    {"resume", rz_cmd_resume, "continue an interrupted or paused run",
     "DIR", 1, 1, {&resume_group, &consent_group, &cluster_group, &output_group},
     "Reads the journal, asks the cluster what is true now, and goes on to the same end. A run that a live executor holds as paused is told to go on.",
     "rezone resume rezone-run-0123456789ab -b localhost:9092"},
    {"status", rz_cmd_status, "show where a run stands; works with the executor running, dead or finished",
     "DIR", 1, 1, {&status_group, &report_group},
     "Reads the run directory only and never waits for the executor.",
     "rezone status rezone-run-0123456789ab --watch"},
    {"throttle", rz_cmd_throttle, "change the rate of a running or resumable run",
     "DIR RATE", 2, 2, {&cluster_group, &output_group},
     "Tells the executor that holds the run; without one the rate is journaled and set on the cluster directly.",
     "rezone throttle rezone-run-0123456789ab 100MB"},
    {"pause", rz_cmd_pause, "stop submitting; what is in flight finishes",
     "DIR", 1, 1, {&cluster_group, &output_group},
     "Copies that are under way are never thrown away by a pause. resume continues.",
     "rezone pause rezone-run-0123456789ab"},
    {"cancel", rz_cmd_cancel, "stop: moves in flight are cancelled and put back in order, finished ones stay",
     "DIR", 1, 1, {&consent_group, &cluster_group, &output_group},
     "Every partition in flight goes back to its original ordered list, throttles are restored.",
     "rezone cancel rezone-run-0123456789ab -b localhost:9092"},
    {"rollback", rz_cmd_rollback, "undo a run: every partition it touched back to its original ordered list and leader",
     "DIR", 1, 1, {&consent_group, &cluster_group, &output_group},
     "Moves in flight are cancelled, finished ones are moved back under the same throttle, original leaders elected, throttles restored.",
     "rezone rollback rezone-run-0123456789ab -b localhost:9092"},
    {"verify", rz_cmd_verify, "compare the live cluster with a plan's targets and look for leftovers",
     "PLAN", 1, 1, {&cluster_group, &output_group},
     "Checks every partition of the plan for its ordered list, ISR and leader, and the cluster for reassignments and throttles left behind, and says which zones serve now, what each zone's loss would do and what is left to do. Exit code 1 if something differs.",
     "rezone verify plan.json -b localhost:9092"},
    {"sandbox", rz_cmd_sandbox, "an embedded simulated cluster on loopback that speaks Kafka's protocol, to try all of it",
     "", 0, 0, {&sandbox_cluster_group, &sandbox_server_group},
     "Serves a simulated multi-zone cluster to this and to Kafka's own tools: metadata, configs, reassignments, elections and log directories, with replicas that take the time their throttles give them. There is no produce and no fetch. Prints the bootstrap address. Faults come as commands on stdin or in --control-file; \"help\" lists them. Ends on \"quit\", SIGINT or SIGTERM.",
     "rezone sandbox --zones az1:3,az2:3 --empty-zone az2 --time-scale 60\nrezone sandbox --from before.json --ready-file address"},
};

/* clang-format on */

const guint rz_n_commands = G_N_ELEMENTS(rz_commands);

const RzCommand *
rz_find_command(const char *name)
{
    for (guint i = 0; i < rz_n_commands; i++)
        if (strcmp(rz_commands[i].name, name) == 0)
            return &rz_commands[i];
    return NULL;
}
