/*
 * steps.c: what the words of a case do, as a table.
 *
 * A partition is TOPIC:NUMBER. Lists are 1,2,3. "-> CODE" is the code that the request must get.
 * What must come about is waited for; what must be so now is looked at once.
 *
 * Long: it is one vocabulary, a small function a word and their table.
 */
#include "simulated/conformance/cases.h"

#include <string.h>

#define POLL_MS 200
#define DEFAULT_BYTES 4000000

typedef struct {
    World *world;
    const char *prefix;
    const Step *step;
} Play;

typedef bool (*StepRun)(Play *play, char **args, GError **error);

/* ---- words ---- */

static bool fail(const Play *play, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool
fail(const Play *play, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, RZ_ERROR, RZ_ERROR_REFUTED, "line %d: %s: %s", play->step->line,
                play->step->text, why);
    return false;
}

static GArray *
parse_ids(const char *text)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (guint i = 0; *text != '\0' && parts[i] != NULL; i++) {
        int32_t id = (int32_t)g_ascii_strtoll(parts[i], NULL, 10);
        g_array_append_val(list, id);
    }
    return list;
}

static char *
ids_text(const int32_t *ids, uint32_t n)
{
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < n; i++)
        g_string_append_printf(text, i == 0 ? "%d" : ",%d", ids[i]);
    return g_string_free(text, FALSE);
}

static char *
full_name(const Play *play, const char *topic)
{
    return g_strconcat(play->prefix, topic, NULL);
}

/* "t:0" to the topic's full name and the number. */
static char *
parse_partition(const Play *play, const char *word, int32_t *number)
{
    const char *colon = strrchr(word, ':');
    g_assert(colon != NULL);
    *number = (int32_t)g_ascii_strtoll(colon + 1, NULL, 10);
    g_autofree char *topic = g_strndup(word, (gsize)(colon - word));
    return full_name(play, topic);
}

static const char *
code_name(int16_t code)
{
    static const struct {
        int16_t code;
        const char *name;
    } names[] = {
#define NAME_OF(number, name) {number, #name},
        RZ_KAFKA_ERRORS(NAME_OF)
#undef NAME_OF
    };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].code == code)
            return names[i].name;
    return "(a code without a name)";
}

/* The word behind "->"; without one the request must succeed. */
static const char *
expected_code(char **args)
{
    for (guint i = 0; args[i] != NULL; i++)
        if (strcmp(args[i], "->") == 0 && args[i + 1] != NULL)
            return args[i + 1];
    return "NONE";
}

static bool
check_item(const Play *play, char **args, RzItemResult *result, GError **error)
{
    const char *expected = expected_code(args), *got = code_name(result->code);
    bool ok = strcmp(expected, got) == 0 ||
              fail(play, error, "got %s%s%s", got, result->message == NULL ? "" : ", ",
                   result->message == NULL ? "" : result->message);
    rz_item_results_clear(result, 1);
    return ok;
}

/* ---- looking ---- */

typedef struct {
    char *replicas, *isr, *adding, *removing;
    int32_t leader;
    bool listed;
} Look;

static void
look_clear(Look *look)
{
    g_free(look->replicas);
    g_free(look->isr);
    g_free(look->adding);
    g_free(look->removing);
    *look = (Look){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

static bool
look_at_list(const Play *play, const char *topic, int32_t number, Look *look, GError **error)
{
    RzTopicPartition asked = {topic, number};
    g_autoptr(RzClusterReassignments) list =
        rz_cluster_list_reassignments(play->world->cluster, &asked, 1, error);
    if (list == NULL)
        return false;
    look->listed = list->n_items > 0;
    if (look->listed) {
        look->adding = ids_text(list->items[0].adding, list->items[0].n_adding);
        look->removing = ids_text(list->items[0].removing, list->items[0].n_removing);
    }
    return true;
}

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

static bool
look_at(const Play *play, const char *topic, int32_t number, Look *look, GError **error)
{
    *look = (Look){.leader = -1};
    g_autoptr(RzClusterMetadata) metadata =
        rz_cluster_metadata(play->world->cluster, &topic, 1, error);
    if (metadata == NULL)
        return false;
    const RzClusterTopic *found = rz_cluster_find_topic(metadata, topic);
    const RzClusterPartition *partition =
        found == NULL ? NULL : rz_cluster_find_partition(found, number);
    if (partition == NULL) {
        look->replicas = g_strdup("(gone)");
        look->isr = g_strdup("(gone)");
        return look_at_list(play, topic, number, look, error);
    }
    look->leader = partition->leader;
    look->replicas = ids_text(partition->replicas, partition->n_replicas);
    g_autoptr(GArray) isr = g_array_new(FALSE, FALSE, sizeof(int32_t));
    if (partition->n_isr > 0)
        g_array_append_vals(isr, partition->isr, partition->n_isr);
    g_array_sort(isr, compare_ids);
    look->isr = ids_text(&g_array_index(isr, int32_t, 0), isr->len);
    return look_at_list(play, topic, number, look, error);
}

typedef bool (*Holds)(const Look *look, const char *wanted);

static bool
replicas_are(const Look *look, const char *wanted)
{
    return strcmp(look->replicas, wanted) == 0;
}

static bool
isr_is(const Look *look, const char *wanted)
{
    return strcmp(look->isr, strcmp(wanted, "()") == 0 ? "" : wanted) == 0;
}

static bool
leader_is(const Look *look, const char *wanted)
{
    return look->leader == (int32_t)g_ascii_strtoll(wanted, NULL, 10);
}

static bool
is_unlisted(const Look *look, const char *wanted)
{
    (void)wanted;
    return !look->listed;
}

static bool
ended_as(const Look *look, const char *wanted)
{
    return !look->listed && replicas_are(look, wanted);
}

static bool
wait_until(Play *play, char **args, Holds holds, GError **error)
{
    int32_t number;
    g_autofree char *topic = parse_partition(play, args[0], &number);
    for (int64_t waited_ms = 0;; waited_ms += POLL_MS) {
        g_auto(Look) look = {0};
        if (!look_at(play, topic, number, &look, error))
            return false;
        if (holds(&look, args[1]))
            return true;
        if (waited_ms >= play->world->patience_ms)
            return fail(play, error, "replicas %s, isr %s, leader %d, %s %s/%s", look.replicas,
                        look.isr, look.leader, look.listed ? "listed" : "unlisted",
                        look.listed ? look.adding : "", look.listed ? look.removing : "");
        play->world->sleep(play->world, POLL_MS);
    }
}

static bool
run_replicas(Play *play, char **args, GError **error)
{
    return wait_until(play, args, replicas_are, error);
}

static bool
run_isr(Play *play, char **args, GError **error)
{
    return wait_until(play, args, isr_is, error);
}

static bool
run_leader(Play *play, char **args, GError **error)
{
    return wait_until(play, args, leader_is, error);
}

static bool
run_unlisted(Play *play, char **args, GError **error)
{
    return wait_until(play, args, is_unlisted, error);
}

static bool
run_ends(Play *play, char **args, GError **error)
{
    return wait_until(play, args, ended_as, error);
}

/* "listed t:0 3,4/1,2": now, with these adding and removing. */
static bool
run_listed(Play *play, char **args, GError **error)
{
    int32_t number;
    g_autofree char *topic = parse_partition(play, args[0], &number);
    g_auto(Look) look = {0};
    if (!look_at_list(play, topic, number, &look, error))
        return false;
    if (!look.listed)
        return fail(play, error, "it is not listed");
    g_autofree char *both = g_strdup_printf("%s/%s", look.adding, look.removing);
    return strcmp(both, args[1]) == 0 || fail(play, error, "listed as %s", both);
}

static bool
run_hangs(Play *play, char **args, GError **error)
{
    play->world->sleep(play->world, play->world->hang_ms);
    return run_listed(play, args, error);
}

/* ---- requests ---- */

static bool
send_move(Play *play, char **args, const char *target, GError **error)
{
    int32_t number;
    g_autofree char *topic = parse_partition(play, args[0], &number);
    g_autoptr(GArray) list = parse_ids(target == NULL ? "" : target);
    static const int32_t nobody;
    RzReassign item = {topic, number, target == NULL ? NULL : &nobody, list->len};
    if (list->len > 0)
        item.replicas = &g_array_index(list, int32_t, 0);
    bool keep_rf = target != NULL && args[2] != NULL && strcmp(args[2], "keep-rf") == 0;
    RzItemResult result = {0};
    if (!rz_cluster_alter_reassignments(play->world->cluster, &item, 1, keep_rf, &result, error))
        return false;
    return check_item(play, args, &result, error);
}

static bool
run_reassign(Play *play, char **args, GError **error)
{
    return send_move(play, args, strcmp(args[1], "()") == 0 ? "" : args[1], error);
}

static bool
run_cancel(Play *play, char **args, GError **error)
{
    return send_move(play, args, NULL, error);
}

static bool
run_elect(Play *play, char **args, GError **error)
{
    int32_t number;
    g_autofree char *topic = parse_partition(play, args[0], &number);
    RzTopicPartition item = {topic, number};
    RzItemResult result = {0};
    if (!rz_cluster_elect_preferred(play->world->cluster, &item, 1, &result, error))
        return false;
    return check_item(play, args, &result, error);
}

/* "*", "long:N" (N bytes of entries), anything else as it is; NULL for "-". */
static char *
config_value(const char *word)
{
    if (strcmp(word, "-") == 0)
        return NULL;
    if (!g_str_has_prefix(word, "long:"))
        return g_strdup(strcmp(word, "()") == 0 ? "" : word);
    gsize length = (gsize)g_ascii_strtoull(word + strlen("long:"), NULL, 10);
    GString *value = g_string_new("0:1");
    while (value->len + 4 <= length)
        g_string_append(value, ",0:1");
    while (value->len < length)
        g_string_append_c(value, '1');
    return g_string_free(value, FALSE);
}

static char *
config_name(const Play *play, const char *type, const char *word)
{
    if (strcmp(type, "topic") == 0)
        return full_name(play, word);
    return g_strdup(strcmp(word, "default") == 0 ? "" : word);
}

static RzResourceType
config_type(const char *word)
{
    return strcmp(word, "topic") == 0 ? RZ_RESOURCE_TOPIC : RZ_RESOURCE_BROKER;
}

static bool
alter_config(Play *play, const char *type, const char *name, const char *key, const char *value,
             RzItemResult *result, GError **error)
{
    RzConfigChange change = {config_type(type), name, key,
                             value == NULL ? RZ_CONFIG_DELETE : RZ_CONFIG_SET, value};
    return rz_cluster_alter_configs(play->world->cluster, &change, 1, false, result, error);
}

/* "config topic t KEY VALUE -> CODE" */
static bool
run_config(Play *play, char **args, GError **error)
{
    g_autofree char *name = config_name(play, args[0], args[1]);
    g_autofree char *value = config_value(args[3]);
    RzItemResult result = {0};
    return alter_config(play, args[0], name, args[2], value, &result, error) &&
           check_item(play, args, &result, error);
}

static const char *
source_name(RzConfigSource source)
{
    static const char *const names[] = {"unknown",        "topic",  "broker",
                                        "broker-default", "static", "default"};
    return (unsigned)source < G_N_ELEMENTS(names) ? names[source] : "unknown";
}

/* What is shown of a key: "VALUE SOURCE", "absent", or the resource's code. */
static char *
describe_key(Play *play, char **args, GError **error)
{
    g_autofree char *name = config_name(play, args[0], args[1]);
    const char *const names[] = {name}, *const keys[] = {args[2]};
    RzClusterConfig *configs = rz_cluster_describe_configs(
        play->world->cluster, config_type(args[0]), names, 1, keys, 1, error);
    if (configs == NULL)
        return NULL;
    const RzConfigEntry *entry = rz_cluster_find_entry(&configs[0], args[2]);
    char *shown;
    if (configs[0].error != 0)
        shown = g_strdup(code_name(configs[0].error));
    else if (entry == NULL)
        shown = g_strdup("absent");
    else
        shown = g_strdup_printf("%s %s",
                                entry->value == NULL || *entry->value == '\0' ? "()" : entry->value,
                                source_name(entry->source));
    rz_cluster_configs_free(configs, 1);
    return shown;
}

/* "shows topic t KEY VALUE SOURCE", "shows ... absent", "shows ... CODE" */
static bool
run_shows(Play *play, char **args, GError **error)
{
    g_autofree char *wanted =
        args[4] == NULL ? g_strdup(args[3]) : g_strdup_printf("%s %s", args[3], args[4]);
    for (int64_t waited_ms = 0;; waited_ms += POLL_MS) {
        g_autofree char *shown = describe_key(play, args, error);
        if (shown == NULL)
            return false;
        if (strcmp(shown, wanted) == 0)
            return true;
        if (waited_ms >= play->world->patience_ms / 6)
            return fail(play, error, "shows %s", shown);
        play->world->sleep(play->world, POLL_MS);
    }
}

/* "throttle t RATE", "throttle t off": every follower of the topic, on each broker. */
static bool
run_throttle(Play *play, char **args, GError **error)
{
    bool off = strcmp(args[1], "off") == 0;
    g_autofree char *topic = full_name(play, args[0]);
    RzItemResult result = {0};
    if (!alter_config(play, "topic", topic, "follower.replication.throttled.replicas",
                      off ? NULL : "*", &result, error) ||
        !check_item(play, args, &result, error))
        return false;
    for (char broker[] = "1"; *broker <= '6'; ++*broker)
        if (!alter_config(play, "broker", broker, "follower.replication.throttled.rate",
                          off ? NULL : args[1], &result, error) ||
            !check_item(play, args, &result, error))
            return false;
    play->world->sleep(play->world, play->world->settle_ms);
    return true;
}

/* ---- fate ---- */

/* "topic t LIST[;LIST...] [BYTES]": a partition a list. */
static bool
run_topic(Play *play, char **args, GError **error)
{
    g_auto(GStrv) lists = g_strsplit(args[1], ";", -1);
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(int32_t));
    for (guint i = 0; lists[i] != NULL; i++) {
        g_autoptr(GArray) one = parse_ids(lists[i]);
        g_array_append_vals(all, one->data, one->len);
    }
    guint n = g_strv_length(lists);
    int64_t bytes = args[2] == NULL ? DEFAULT_BYTES : g_ascii_strtoll(args[2], NULL, 10);
    g_autofree char *name = full_name(play, args[0]);
    return play->world->create_topic(play->world, name, &g_array_index(all, int32_t, 0), n,
                                     all->len / n, bytes, error);
}

static bool
run_delete(Play *play, char **args, GError **error)
{
    g_autofree char *name = full_name(play, args[0]);
    return play->world->delete_topic(play->world, name, error);
}

static bool
set_broker(World *world, int32_t broker, bool up, GError **error)
{
    if (!world->set_broker(world, broker, up, error))
        return false;
    world->down = up ? world->down & ~(1u << broker) : world->down | 1u << broker;
    return true;
}

static bool
run_kill(Play *play, char **args, GError **error)
{
    return set_broker(play->world, (int32_t)g_ascii_strtoll(args[0], NULL, 10), false, error);
}

static bool
run_start(Play *play, char **args, GError **error)
{
    return set_broker(play->world, (int32_t)g_ascii_strtoll(args[0], NULL, 10), true, error);
}

static bool
run_wait(Play *play, char **args, GError **error)
{
    (void)error;
    play->world->sleep(play->world, g_ascii_strtoll(args[0], NULL, 10));
    return true;
}

static const struct {
    const char *name;
    guint min_args;
    StepRun run;
} steps[] = {
    {"topic", 2, run_topic},       {"delete", 1, run_delete}, {"kill", 1, run_kill},
    {"start", 1, run_start},       {"wait", 1, run_wait},     {"throttle", 2, run_throttle},
    {"reassign", 2, run_reassign}, {"cancel", 1, run_cancel}, {"elect", 1, run_elect},
    {"config", 4, run_config},     {"shows", 4, run_shows},   {"replicas", 2, run_replicas},
    {"isr", 2, run_isr},           {"leader", 2, run_leader}, {"unlisted", 1, run_unlisted},
    {"ends", 2, run_ends},         {"listed", 2, run_listed}, {"hangs", 2, run_hangs},
};

static bool
applies(const Step *step, int version)
{
    for (guint i = 0; i < step->versions->len; i++)
        if (g_array_index(step->versions, int, i) == version)
            return true;
    return step->versions->len == 0;
}

static bool
play_step(Play *play, GError **error)
{
    char **words = play->step->words;
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (strcmp(steps[i].name, words[0]) != 0)
            continue;
        if (g_strv_length(words) - 1 < steps[i].min_args)
            return fail(play, error, "too few words");
        return steps[i].run(play, words + 1, error);
    }
    return fail(play, error, "no such step");
}

/* What a case that failed half-way has left behind must not fail the next one too. */
static void
tidy(World *world)
{
    static const char rate[] = "follower.replication.throttled.rate";
    for (int32_t id = 1; id <= 6; id++)
        if ((world->down & 1u << id) != 0)
            set_broker(world, id, true, NULL);
    static const char *const brokers[] = {"", "1", "2", "3", "4", "5", "6"};
    for (gsize i = 0; i < G_N_ELEMENTS(brokers); i++) {
        RzConfigChange change = {RZ_RESOURCE_BROKER, brokers[i], rate, RZ_CONFIG_DELETE, NULL};
        RzItemResult result = {0};
        rz_cluster_alter_configs(world->cluster, &change, 1, false, &result, NULL);
        rz_item_results_clear(&result, 1);
    }
}

bool
case_play(World *world, const Case *c, const char *prefix, GError **error)
{
    for (guint i = 0; i < c->steps->len; i++) {
        Play play = {world, prefix, g_ptr_array_index(c->steps, i)};
        if (applies(play.step, world->version) && !play_step(&play, error)) {
            if (!g_error_matches(*error, RZ_ERROR, RZ_ERROR_REFUTED))
                g_prefix_error(error, "line %d: %s: ", play.step->line, play.step->text);
            tidy(world);
            return false;
        }
    }
    return true;
}
