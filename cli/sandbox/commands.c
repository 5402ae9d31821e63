/*
 * commands.c: faults and changes by a line of text: what an operator, or fate, does to a cluster.
 */
#include "cli/sandbox/sandbox_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *name;
    const char *arguments;
    int min_args, max_args; /* after the name */
    bool (*run)(RzSandbox *sandbox, char **args, int n_args);
    const char *help;
} Command;

void
rz_sandbox_say(RzSandbox *sandbox, const char *format, ...)
{
    if (sandbox->options->out == NULL)
        return;
    va_list args;
    va_start(args, format);
    vfprintf(sandbox->options->out, format, args);
    va_end(args);
    fputc('\n', sandbox->options->out);
    fflush(sandbox->options->out);
}

static bool
number(const char *text, int64_t *value)
{
    return g_ascii_string_to_signed(text, 10, 0, INT64_MAX / 4, value, NULL);
}

static bool
broker_id(const char *text, int32_t *id)
{
    int64_t value;
    if (!number(text, &value) || value > INT32_MAX)
        return false;
    *id = (int32_t)value;
    return true;
}

static bool
run_kill(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    int32_t id;
    return broker_id(args[0], &id) && rz_sim_kill(sandbox->sim, id);
}

static bool
run_stop(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    int32_t id;
    return broker_id(args[0], &id) && rz_sim_stop(sandbox->sim, id);
}

static bool
run_start(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    int32_t id;
    return broker_id(args[0], &id) && rz_sim_start(sandbox->sim, id);
}

static bool
run_freeze(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    int32_t id;
    return broker_id(args[0], &id) && rz_sim_freeze(sandbox->sim, id, true);
}

static bool
run_thaw(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    int32_t id;
    return broker_id(args[0], &id) && rz_sim_freeze(sandbox->sim, id, false);
}

static bool
run_delete_topic(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    return rz_sim_delete_topic(sandbox->sim, args[0]);
}

/* "1,2,3"; NULL: not a list of known brokers. */
static GArray *
parse_replicas(const RzSandbox *sandbox, const char *text)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        int32_t id;
        if (!broker_id(parts[i], &id) || !rz_sim_has_broker(sandbox->sim, id))
            return NULL;
        g_array_append_val(list, id);
    }
    return g_steal_pointer(&list);
}

static bool
run_create_topic(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    int64_t n;
    g_autoptr(GArray) one = parse_replicas(sandbox, args[2]);
    if (!number(args[1], &n) || n < 1 || n > 10000 || one == NULL)
        return false;
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(int32_t));
    for (int64_t i = 0; i < n; i++)
        g_array_append_vals(all, one->data, one->len);
    return rz_sim_create_topic(sandbox->sim, args[0], (uint32_t)n,
                               (const int32_t *)(void *)all->data, one->len);
}

static bool
run_grow_topic(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    g_autoptr(GArray) list = parse_replicas(sandbox, args[1]);
    return list != NULL &&
           rz_sim_grow_topic(sandbox->sim, args[0], (const int32_t *)(void *)list->data, list->len);
}

static bool
set_config(RzSandbox *sandbox, RzSimResource type, const char *name, const char *key,
           const char *value)
{
    RzSimConfigChange change = {key, value == NULL ? RZ_SIM_DELETE : RZ_SIM_SET, value};
    RzSimResult result = {0};
    rz_sim_alter_configs(sandbox->sim, RZ_SIM_CONTROLLER, type, name, &change, 1, false, &result);
    bool ok = result.code == RZ_KAFKA_NONE;
    if (!ok)
        rz_sandbox_say(sandbox, "error %d%s%s", result.code, result.message == NULL ? "" : ": ",
                       result.message == NULL ? "" : result.message);
    rz_sim_results_clear(&result, 1);
    return ok;
}

/* As somebody else's tool leaves it behind: a rate for all brokers and every topic listed. */
static bool
run_foreign_throttle(RzSandbox *sandbox, char **args, int n_args)
{
    const char *rate = n_args > 0 ? args[0] : "10000000";
    bool ok = set_config(sandbox, RZ_SIM_BROKER, "", "leader.replication.throttled.rate", rate) &&
              set_config(sandbox, RZ_SIM_BROKER, "", "follower.replication.throttled.rate", rate);
    for (uint32_t i = 0; ok && i < rz_sim_n_topics(sandbox->sim); i++) {
        const RzSimTopic *topic = rz_sim_topic_at(sandbox->sim, RZ_SIM_CONTROLLER, i);
        if (topic == NULL)
            continue;
        const char *name = rz_sim_topic_name(topic);
        ok =
            set_config(sandbox, RZ_SIM_TOPIC, name, "leader.replication.throttled.replicas", "*") &&
            set_config(sandbox, RZ_SIM_TOPIC, name, "follower.replication.throttled.replicas", "*");
    }
    return ok;
}

static bool
run_reassign(RzSandbox *sandbox, char **args, int n_args)
{
    int32_t partition;
    g_autoptr(GArray) list = n_args > 2 ? parse_replicas(sandbox, args[2]) : NULL;
    if (!broker_id(args[1], &partition) || (n_args > 2 && list == NULL))
        return false;
    RzSimReassign item = {.topic = args[0], .partition = partition};
    if (list != NULL) {
        item.replicas = (const int32_t *)(void *)list->data;
        item.n_replicas = list->len;
    }
    RzSimResult result = {0};
    int16_t code = rz_sim_alter_reassignments(sandbox->sim, &item, 1, true, &result);
    bool ok = code == RZ_KAFKA_NONE && result.code == RZ_KAFKA_NONE;
    rz_sim_results_clear(&result, 1);
    return ok;
}

static bool
run_config(RzSandbox *sandbox, char **args, int n_args)
{
    RzSimResource type = strcmp(args[0], "topic") == 0 ? RZ_SIM_TOPIC : RZ_SIM_BROKER;
    if (type == RZ_SIM_BROKER && strcmp(args[0], "broker") != 0)
        return false;
    const char *name = strcmp(args[1], "default") == 0 && type == RZ_SIM_BROKER ? "" : args[1];
    return set_config(sandbox, type, name, args[2], n_args > 3 ? args[3] : NULL);
}

static bool
run_deny(RzSandbox *sandbox, char **args, int n_args)
{
    g_autofree char *name = g_strdup_printf("%s %s", args[0], args[1]);
    uint32_t operation = rz_sim_operation_from_name(name);
    if (operation == 0)
        return false;
    rz_sim_deny(sandbox->sim, operation, n_args > 2 ? args[2] : NULL);
    return true;
}

static bool
run_allow(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    if (strcmp(args[0], "all") != 0)
        return false;
    rz_sim_allow_all(sandbox->sim);
    return true;
}

static bool
stall(RzSandbox *sandbox, char **args, bool stalled)
{
    int32_t partition, broker;
    return broker_id(args[1], &partition) && broker_id(args[2], &broker) &&
           rz_sim_stall_replica(sandbox->sim, args[0], partition, broker, stalled);
}

static bool
run_stall(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    return stall(sandbox, args, true);
}

static bool
run_unstall(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    return stall(sandbox, args, false);
}

static bool
run_fail_disk(RzSandbox *sandbox, char **args, int n_args)
{
    int32_t id;
    return broker_id(args[0], &id) &&
           rz_sim_fail_log_dir(sandbox->sim, id, n_args > 1 ? args[1] : "/data");
}

static bool
run_cordon(RzSandbox *sandbox, char **args, int n_args)
{
    int32_t id;
    return broker_id(args[0], &id) &&
           rz_sim_cordon_log_dir(sandbox->sim, id, n_args > 1 ? args[1] : "/data", true);
}

static bool
run_lag(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    int32_t id = -1;
    int64_t ms;
    if ((strcmp(args[0], "all") != 0 && !broker_id(args[0], &id)) || !number(args[1], &ms))
        return false;
    rz_sim_set_metadata_lag(sandbox->sim, id, ms);
    return true;
}

static bool
run_fail_controller(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    int64_t ms;
    if (!number(args[0], &ms))
        return false;
    rz_sim_fail_controller(sandbox->sim, ms);
    return true;
}

static bool
run_load(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    int32_t partition;
    int64_t size, rate;
    return broker_id(args[1], &partition) && number(args[2], &size) && number(args[3], &rate) &&
           rz_sim_set_load(sandbox->sim, args[0], partition, size, rate);
}

static bool
run_time_scale(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    char *end = NULL;
    double scale = g_ascii_strtod(args[0], &end);
    if (end == args[0] || *end != '\0' || !(scale >= 0.0 && scale <= RZ_SANDBOX_MAX_SCALE))
        return false;
    rz_sandbox_set_scale(sandbox, scale);
    return true;
}

static bool
run_skip(RzSandbox *sandbox, char **args, int n_args)
{
    (void)n_args;
    int64_t ms;
    if (!number(args[0], &ms))
        return false;
    rz_sim_advance(sandbox->sim, ms);
    rz_sandbox_set_scale(sandbox, sandbox->time_scale);
    return true;
}

static bool
run_status(RzSandbox *sandbox, char **args, int n_args)
{
    (void)args;
    (void)n_args;
    uint32_t serving = 0;
    for (guint i = 0; i < sandbox->listeners->len; i++)
        serving +=
            rz_sim_is_serving(sandbox->sim, g_array_index(sandbox->listeners, RzListener, i).id)
                ? 1
                : 0;
    rz_sandbox_say(sandbox,
                   "%u of %u brokers serve, %u partitions move, %" G_GINT64_FORMAT
                   " s of its time have passed",
                   serving, sandbox->listeners->len, rz_sim_n_moving(sandbox->sim),
                   rz_sim_now_ms(sandbox->sim) / 1000);
    return true;
}

static bool
run_quit(RzSandbox *sandbox, char **args, int n_args)
{
    (void)args;
    (void)n_args;
    sandbox->quit = true;
    return true;
}

static bool run_help(RzSandbox *sandbox, char **args, int n_args);

/* clang-format off */
static const Command commands[] = {
    {"kill", "BROKER", 1, 1, run_kill, "ends a broker; the cluster misses it after its session"},
    {"stop", "BROKER", 1, 1, run_stop, "shuts a broker down in order"},
    {"start", "BROKER", 1, 1, run_start, "brings it back"},
    {"freeze", "BROKER", 1, 1, run_freeze, "stops it in its tracks: connections hang"},
    {"thaw", "BROKER", 1, 1, run_thaw, "lets it go on"},
    {"create-topic", "NAME PARTITIONS REPLICAS", 3, 3, run_create_topic, "adds a topic, every partition on REPLICAS (1,2,3)"},
    {"delete-topic", "NAME", 1, 1, run_delete_topic, "removes a topic and its moves"},
    {"grow-topic", "NAME REPLICAS", 2, 2, run_grow_topic, "adds a partition"},
    {"load", "TOPIC PARTITION SIZE RATE", 4, 4, run_load, "sets bytes and bytes/s of a partition"},
    {"reassign", "TOPIC PARTITION [REPLICAS]", 2, 3, run_reassign, "a move of somebody else's, or its cancel"},
    {"foreign-throttle", "[RATE]", 0, 1, run_foreign_throttle, "a throttle that somebody left behind"},
    {"config", "topic|broker NAME|default KEY [VALUE]", 3, 4, run_config, "sets a config, or deletes it"},
    {"deny", "OPERATION CLUSTER|TOPIC [TOPIC]", 2, 3, run_deny, "DESCRIBE, ALTER, DESCRIBE_CONFIGS or ALTER_CONFIGS"},
    {"allow", "all", 1, 1, run_allow, "takes all denials back"},
    {"stall", "TOPIC PARTITION BROKER", 3, 3, run_stall, "a follower stops fetching"},
    {"unstall", "TOPIC PARTITION BROKER", 3, 3, run_unstall, "and goes on"},
    {"fail-disk", "BROKER [PATH]", 1, 2, run_fail_disk, "takes a directory offline"},
    {"cordon", "BROKER [PATH]", 1, 2, run_cordon, "no new replicas there (4.3)"},
    {"lag", "BROKER|all MS", 2, 2, run_lag, "makes a broker's metadata old"},
    {"fail-controller", "MS", 1, 1, run_fail_controller, "leaves the cluster without a controller for a while"},
    {"time-scale", "FACTOR", 1, 1, run_time_scale, "how fast its time passes; 0 stops it"},
    {"skip", "MS", 1, 1, run_skip, "lets so much of its time pass at once"},
    {"status", "", 0, 0, run_status, "a line on how it stands"},
    {"help", "", 0, 0, run_help, "these commands"},
    {"quit", "", 0, 0, run_quit, "ends the sandbox"},
};
/* clang-format on */

char *
rz_sandbox_commands_help(void)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *left = g_strdup_printf("%s %s", commands[i].name, commands[i].arguments);
        g_string_append_printf(text, "  %-48s %s\n", left, commands[i].help);
    }
    return g_string_free(text, FALSE);
}

static bool
run_help(RzSandbox *sandbox, char **args, int n_args)
{
    (void)args;
    (void)n_args;
    g_autofree char *text = rz_sandbox_commands_help();
    rz_sandbox_say(sandbox, "%s", text);
    return true;
}

static const Command *
find_command(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

void
rz_sandbox_command(RzSandbox *sandbox, const char *line)
{
    g_auto(GStrv) words = NULL;
    int n = 0;
    if (!g_shell_parse_argv(line, &n, &words, NULL))
        return; /* a blank line, or quotes that do not close */
    const Command *command = find_command(words[0]);
    if (command == NULL) {
        rz_sandbox_say(sandbox, "no such command: %s (try help)", words[0]);
        return;
    }
    if (n - 1 < command->min_args || n - 1 > command->max_args) {
        rz_sandbox_say(sandbox, "usage: %s %s", command->name, command->arguments);
        return;
    }
    bool done = command->run(sandbox, words + 1, n - 1);
    rz_sandbox_say(sandbox, "%s: %s", line, done ? "done" : "cannot do that");
}
