/*
 * cmd_estimate.c: rezone estimate.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/commands.h"
#include "cli/io.h"
#include "cli/json_wide.h"
#include "cli/output.h"
#include "cli/report/report.h"
#include "cli/run_options.h"
#include "cli/units.h"
#include "cli/zone_caps.h"
#include "executor/simulated/estimate.h"
#include "rezone/error.h"
#include "sim/sim.h"

typedef struct {
    char *rate_text;
    int64_t rate;
    RzEstimate *estimate;
} Case;

typedef struct {
    GArray *cases;         /* Case, by rate */
    int64_t window_ms;     /* 0: none */
    double price_per_byte; /* -1: not said */
} Question;

static void
case_clear(void *element)
{
    Case *c = element;
    g_free(c->rate_text);
    rz_estimate_free(c->estimate);
}

/* ---- reading the question ---- */

static int
by_rate(const void *a, const void *b)
{
    int64_t left = ((const Case *)a)->rate, right = ((const Case *)b)->rate;
    return (left > right) - (left < right);
}

static bool
read_rates(const RzArgs *args, Question *question, GError **error)
{
    const char *text = rz_args_value(args, "throttle");
    if (text == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "estimate needs --throttle RATE[,RATE...] (or none)");
        return false;
    }
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (char **part = parts; *part != NULL; part++) {
        Case c = {.rate_text = g_strdup(*part)};
        if (strcmp(*part, "none") != 0 && !rz_parse_rate("throttle", *part, &c.rate, error)) {
            g_free(c.rate_text);
            return false;
        }
        g_array_append_val(question->cases, c);
    }
    g_array_sort(question->cases, by_rate);
    return true;
}

/* "0.01/GB": an amount, a slash, a unit. */
static bool
read_price(const char *text, double *per_byte, GError **error)
{
    *per_byte = -1;
    if (text == NULL)
        return true;
    char *end = NULL;
    double amount = g_ascii_strtod(text, &end);
    if (end != text && amount >= 0 && *end == '/') {
        g_autofree char *unit = g_strdup_printf("1%s", end + 1);
        int64_t bytes = 0;
        if (rz_parse_bytes("cross-zone-price", unit, &bytes, NULL) && bytes > 0) {
            *per_byte = amount / (double)bytes;
            return true;
        }
    }
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--cross-zone-price: \"%s\" is not a price; write for example 0.01/GB", text);
    return false;
}

static bool
read_version(const char *text, int *version, GError **error)
{
    *version = 0;
    int major = 0, minor = 0, used = 0;
    if (text == NULL)
        return true;
    if (sscanf(text, "%2d.%2d%n", &major, &minor, &used) == 2 && (size_t)used == strlen(text) &&
        major >= 2) {
        *version = RZ_SIM_VERSION(major, minor);
        return true;
    }
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--kafka-version: \"%s\" is not a version; write for example 4.3", text);
    return false;
}

static bool
read_window(const RzArgs *args, int64_t *window_ms, GError **error)
{
    const char *text = rz_args_value(args, "window");
    *window_ms = 0;
    return text == NULL || rz_parse_window_ms("window", text, window_ms, error);
}

/* ---- answers ---- */

/* Each pair of zones is read from both ends: what leaves one zone enters another. */
static RzWide
cross_bytes(const RzEstimate *estimate)
{
    RzWide sum = 0;
    for (uint32_t i = 0; i < estimate->n_zone_pairs; i++)
        if (estimate->zone_pairs[i].from != estimate->zone_pairs[i].to)
            sum += estimate->zone_pairs[i].bytes;
    return sum;
}

static char *
money(const Question *question, const RzEstimate *estimate)
{
    if (question->price_per_byte < 0)
        return g_strdup("-");
    return g_strdup_printf("%.2f", (double)cross_bytes(estimate) * question->price_per_byte);
}

static bool
fits(const Question *question, const RzEstimate *estimate)
{
    return estimate->finished && estimate->duration_ms <= question->window_ms;
}

static char *
duration_text(const RzEstimate *estimate)
{
    return estimate->finished ? rz_format_duration(estimate->duration_ms) : g_strdup("never ends");
}

static void
print_rates(const Question *question)
{
    static const char *const columns[] = {">throttle", ">duration", ">floor", ">between zones",
                                          ">price",    "window",    NULL};
    g_autoptr(RzTable) table = rz_table_new(columns);
    const char *smallest = NULL;
    for (guint i = 0; i < question->cases->len; i++) {
        const Case *c = &g_array_index(question->cases, Case, i);
        bool fit = fits(question, c->estimate);
        if (fit && smallest == NULL && c->rate > 0)
            smallest = c->rate_text;
        rz_table_row(
            table, g_strdup(c->rate_text), duration_text(c->estimate),
            c->estimate->floor_ms >= 0 ? rz_format_duration(c->estimate->floor_ms) : g_strdup("-"),
            rz_format_bytes((double)cross_bytes(c->estimate)), money(question, c->estimate),
            g_strdup(question->window_ms == 0 ? "-"
                     : fit                    ? "fits"
                                              : "too long"));
    }
    rz_table_print(table, stdout, "");
    if (question->window_ms == 0)
        return;
    if (smallest != NULL)
        printf("The smallest of these rates that fits the window is %s.\n", smallest);
    else
        printf("None of these rates fits the window: choose a higher one, or several windows.\n");
}

static void
print_detail(const RzEstimate *estimate, bool staged)
{
    static const char *const pair_columns[] = {"from zone", "to zone", ">bytes", NULL};
    g_autoptr(RzTable) pairs = rz_table_new(pair_columns);
    for (uint32_t i = 0; i < estimate->n_zone_pairs; i++) {
        const RzZonePairEstimate *pair = &estimate->zone_pairs[i];
        rz_table_row(pairs, g_strdup(pair->from != NULL ? pair->from : "none"),
                     g_strdup(pair->to != NULL ? pair->to : "none"),
                     rz_format_bytes((double)pair->bytes));
    }
    putchar('\n');
    rz_table_print(pairs, stdout, "");
    static const char *const broker_columns[] = {">broker", ">receives", ">logs at peak",
                                                 ">free before", NULL};
    g_autoptr(RzTable) brokers = rz_table_new(broker_columns);
    for (uint32_t i = 0; i < estimate->n_brokers; i++) {
        const RzBrokerEstimate *broker = &estimate->brokers[i];
        rz_table_row(brokers, g_strdup_printf("%d", broker->broker_id),
                     rz_format_bytes((double)broker->incoming_bytes),
                     rz_format_bytes((double)broker->peak_bytes),
                     broker->free_bytes >= 0 ? rz_format_bytes((double)broker->free_bytes)
                                             : g_strdup("unknown"));
    }
    putchar('\n');
    rz_table_print(brokers, stdout, "");
    if (estimate->stage_saves_bytes > 0) {
        g_autofree char *saved = rz_format_bytes((double)estimate->stage_saves_bytes);
        printf(staged ? "\n--stage keeps %s from crossing between zones a second time.\n"
                      : "\n%s of it cross between zones once more than they must: --stage would "
                        "save that.\n",
               saved);
    }
    if (estimate->reason != NULL) {
        g_autofree char *reason = rz_printable(estimate->reason);
        printf("It would not end by itself: %s\n", reason);
    }
}

static json_t *
estimate_json(const Question *question, const Case *c)
{
    const RzEstimate *e = c->estimate;
    json_t *brokers = json_array(), *pairs = json_array(), *topics = json_array();
    for (uint32_t i = 0; i < e->n_brokers; i++)
        json_array_append_new(
            brokers, json_pack("{s:i, s:o, s:I, s:I}", "broker", e->brokers[i].broker_id,
                               "incoming_bytes", rz_json_wide(e->brokers[i].incoming_bytes),
                               "peak_bytes", (json_int_t)e->brokers[i].peak_bytes, "free_bytes",
                               (json_int_t)e->brokers[i].free_bytes));
    for (uint32_t i = 0; i < e->n_zone_pairs; i++)
        json_array_append_new(pairs, json_pack("{s:s?, s:s?, s:o}", "from", e->zone_pairs[i].from,
                                               "to", e->zone_pairs[i].to, "bytes",
                                               rz_json_wide(e->zone_pairs[i].bytes)));
    for (uint32_t i = 0; i < e->n_topics; i++)
        json_array_append_new(topics, json_pack("{s:s, s:I}", "topic", e->topics[i].topic,
                                                "done_ms", (json_int_t)e->topics[i].done_ms));
    json_t *object = json_pack(
        "{s:I, s:b, s:s?, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "throttle_bytes_per_s",
        (json_int_t)c->rate, "finished", e->finished, "reason", e->reason, "duration_ms",
        (json_int_t)e->duration_ms, "floor_ms", (json_int_t)e->floor_ms, "cross_zone_bytes",
        rz_json_wide(cross_bytes(e)), "stage_saves_bytes", rz_json_wide(e->stage_saves_bytes),
        "brokers", brokers, "zone_pairs", pairs, "topics", topics);
    if (question->price_per_byte >= 0)
        json_object_set_new(object, "price",
                            json_real((double)cross_bytes(e) * question->price_per_byte));
    if (question->window_ms > 0)
        json_object_set_new(object, "fits_window", json_boolean(fits(question, e)));
    return object;
}

static void
print_json(const Question *question)
{
    json_t *list = json_array();
    for (guint i = 0; i < question->cases->len; i++)
        json_array_append_new(list,
                              estimate_json(question, &g_array_index(question->cases, Case, i)));
    json_t *root = json_pack("{s:o}", "estimates", list);
    char *text = json_dumps(root, JSON_INDENT(2));
    puts(text);
    free(text);
    json_decref(root);
}

static bool
answer(const RzArgs *args, Question *question, const RzSnapshot *snapshot, const RzPlan *plan,
       GError **error)
{
    RzEstimateOptions options = {0};
    const char *bandwidth = rz_args_value(args, "broker-bandwidth");
    if (bandwidth != NULL &&
        !rz_parse_rate("broker-bandwidth", bandwidth, &options.bandwidth_bytes_per_s, error))
        return false;
    if (!read_version(rz_args_value(args, "kafka-version"), &options.kafka_version, error))
        return false;
    RzRunOptions run;
    rz_run_options_init(&run);
    if (!rz_run_mode_from_args(args, &run, error))
        return false;
    g_autoptr(RzZoneCaps) caps = rz_zone_caps_from_args(args, error);
    g_autoptr(GPtrArray) zones = g_ptr_array_new();
    for (uint32_t z = 0; z < snapshot->n_zones; z++)
        g_ptr_array_add(zones, (gpointer)(uintptr_t)snapshot->zones[z]);
    if (caps == NULL || !rz_zone_caps_check(caps, zones, error))
        return false;
    rz_zone_caps_lend(caps, &run);
    options.run = &run;
    for (guint i = 0; i < question->cases->len; i++) {
        Case *c = &g_array_index(question->cases, Case, i);
        run.throttle_bytes_per_s = c->rate;
        c->estimate = rz_estimate(snapshot, plan, &options, error);
        if (c->estimate == NULL)
            return false;
    }
    return true;
}

static bool
save_page(const char *file, const Question *question, const RzPlan *plan, GError **error)
{
    if (file == NULL)
        return true;
    g_autofree RzRateEstimate *rates = g_new0(RzRateEstimate, question->cases->len + 1);
    for (guint i = 0; i < question->cases->len; i++) {
        const Case *c = &g_array_index(question->cases, Case, i);
        rates[i] = (RzRateEstimate){c->rate, c->estimate};
    }
    g_autofree char *page = rz_report_estimate(plan, rates, question->cases->len);
    return rz_save_text(file, page, error);
}

static void
question_clear(Question *question)
{
    g_array_unref(question->cases);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Question, question_clear)

int
rz_cmd_estimate(const RzArgs *args, GError **error)
{
    g_auto(Question) question = {.cases = g_array_new(FALSE, TRUE, sizeof(Case))};
    g_array_set_clear_func(question.cases, case_clear);
    if (!read_rates(args, &question, error) ||
        !read_price(rz_args_value(args, "cross-zone-price"), &question.price_per_byte, error) ||
        !read_window(args, &question.window_ms, error))
        return -1;
    g_autoptr(RzSnapshot) snapshot = rz_load_snapshot(rz_args_file(args, 0), error);
    g_autoptr(RzPlan) plan = snapshot != NULL ? rz_load_plan(rz_args_file(args, 1), error) : NULL;
    if (plan == NULL || !answer(args, &question, snapshot, plan, error) ||
        !save_page(rz_args_value(args, "html"), &question, plan, error))
        return -1;
    if (rz_args_flag(args, "json")) {
        print_json(&question);
        return 0;
    }
    print_rates(&question);
    if (question.cases->len == 1)
        print_detail(g_array_index(question.cases, Case, 0).estimate, rz_args_flag(args, "stage"));
    return 0;
}
