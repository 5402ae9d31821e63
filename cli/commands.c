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
    {"command-config", 0, RZ_OPTION_VALUE, "FILE", "client properties, key=value lines as librdkafka takes them"},
    {"property", 'X', RZ_OPTION_LIST, "KEY=VALUE", "one client property; wins over --command-config, which wins over -b"},
    {"zone-map", 0, RZ_OPTION_VALUE, "FILE", "zones by broker id, {\"1\":\"az1\",...}; fills in or overrides broker.rack"},
    {0},
};

static const RzOption policy_options[] = {
    {"zones", 0, RZ_OPTION_VALUE, "ZONE,...", "zones to use (default: every zone with a live broker)"},
    {"spread", 0, RZ_OPTION_VALUE, "even|min:K", "replicas per zone: floor or ceiling of RF/zones, or at least K in each (default: even)"},
    {"target-rf", 0, RZ_OPTION_LIST, "[TOPICGLOB=]N", "replication factor wanted, for all topics or those that match; may be repeated, the last match wins"},
    {"balance", 0, RZ_OPTION_VALUE, "strict|N%", "strict: the fairest replica counts there are; N%: that far from the mean is fair enough and may save bytes (default: strict)"},
    {"leaders", 0, RZ_OPTION_VALUE, "balance|keep", "balance preferred leaders over brokers, or keep every leader that may stay (default: balance)"},
    {"drain", 0, RZ_OPTION_LIST, "ID,...", "brokers to empty"},
    {"only-topic", 0, RZ_OPTION_LIST, "GLOB", "touch only topics that match; the others stay and count as load"},
    {"exclude-topic", 0, RZ_OPTION_LIST, "GLOB", "leave topics that match where they are"},
    {"disk-reserve", 0, RZ_OPTION_VALUE, "N%", "room kept free on every broker whose disk is known (default: 10%)"},
    {"include-zoneless", 0, RZ_OPTION_FLAG, NULL, "let brokers without a zone receive replicas, as a zone of their own"},
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
    {0},
};

static const RzOption plan_options[] = {
    {"output", 'o', RZ_OPTION_VALUE, "FILE", "where to write the plan (default: stdout; the summary then goes to stderr)"},
    {"kafka-json", 0, RZ_OPTION_VALUE, "FILE", "also write the targets for kafka-reassign-partitions"},
    {"rollback-json", 0, RZ_OPTION_VALUE, "FILE", "also write the way back for kafka-reassign-partitions"},
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

static const RzOption preflight_options[] = {
    {"throttle", 0, RZ_OPTION_VALUE, "RATE|none", "the rate that apply will be given"},
    {"window", 0, RZ_OPTION_VALUE, "HH:MM-HH:MM", "the maintenance window, local time"},
    {0},
};

static const RzOptionGroup cluster_group = {"Cluster", cluster_options};
static const RzOptionGroup policy_group = {"Policy", policy_options};
static const RzOptionGroup output_group = {"Output", json_options};
static const RzOptionGroup report_group = {"Output", report_options};
static const RzOptionGroup quiet_group = {"Output", quiet_options};
static const RzOptionGroup snapshot_group = {"Snapshot", snapshot_options};
static const RzOptionGroup audit_group = {"Judgement", audit_options};
static const RzOptionGroup plan_group = {"Files", plan_options};
static const RzOptionGroup compare_group = {"Time", compare_options};
static const RzOptionGroup review_group = {"Risk review", review_options};
static const RzOptionGroup preflight_group = {"What is intended", preflight_options};

const RzCommand rz_commands[] = {
    {"snapshot", rz_cmd_snapshot, "write the cluster as it is: brokers, zones, replicas, ISR, leaders, sizes, disk room",
     "", 0, 0, {&snapshot_group, &cluster_group, &quiet_group},
     "Reads a live cluster, or builds the same from what Kafka's own tools print, and writes one JSON object a line. Changes nothing.",
     "rezone snapshot -b localhost:9092 -o before.json\n"
     "rezone snapshot --from-kafka-json current.json --zone-map zones.json --log-dirs dirs.txt -o before.json"},
    {"audit", rz_cmd_audit, "judge a cluster: zone spread, what each zone's loss would do, skew",
     "[SNAPSHOT]", 0, 1, {&audit_group, &cluster_group, &report_group},
     "Reads a snapshot, or a live cluster with -b, and says which partitions would be lost, read-only or under-replicated if a zone or a broker were lost now. Exit code 1 if --fail-on finds something.",
     "rezone audit before.json\nrezone audit -b localhost:9092 --json"},
    {"plan", rz_cmd_plan, "compute the cheapest target placement with its proof",
     "SNAPSHOT", 1, 1, {&policy_group, &plan_group, &report_group},
     "Computes the placement that spreads every partition over the zones with the fairest broker loads, then the fewest bytes moved, the fewest moves, balanced leaders and the fewest leader changes. Equal input gives byte-identical plans. Touches no cluster. Exit code 1 if no placement satisfies the policy, with the reason.",
     "rezone plan before.json -o plan.json\nrezone plan before.json --target-rf 4 --exclude-topic 'tmp-*' -o plan.json"},
    {"compare", rz_cmd_compare, "several policies on one snapshot side by side: moves, bytes, balance, zone loss, time",
     "SNAPSHOT", 1, 1, {&compare_group, &policy_group, &report_group},
     "Plans the snapshot as asked, as Kafka's own generator would place it, and with one thing changed at a time, and shows what each costs and what it is worth. Changes nothing.",
     "rezone compare before.json --throttle 50MB"},
    {"preflight", rz_cmd_preflight, "review the risks of a plan against the live cluster, now",
     "PLAN", 1, 1, {&preflight_group, &review_group, &cluster_group, &output_group},
     "A table of checks, each with its evidence and what to do: versions, rights, zones, health, others at work, disk, rates, and what a zone's loss would do after the plan. Changes nothing. Exit code 1 if a check fails; apply shows the same table before it asks.",
     "rezone preflight plan.json -b localhost:9092 --throttle 50MB --sample 30s"},
    {"verify", rz_cmd_verify, "compare the live cluster with a plan's targets and look for leftovers",
     "PLAN", 1, 1, {&cluster_group, &output_group},
     "Checks every partition of the plan for its ordered list, ISR and leader, and the cluster for reassignments and throttles left behind, and says what each zone's loss would do now. Exit code 1 if something differs.",
     "rezone verify plan.json -b localhost:9092"},
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
