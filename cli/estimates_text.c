/*
 * estimates_text.c: estimates for people and for scripts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "cli/estimates.h"
#include "cli/json_wide.h"
#include "cli/output.h"
#include "cli/units.h"

/* Topics named in text; --json has all of them. */
#define MAX_TOPICS 20

/* ---- text ---- */

static char *
money(const RzEstimates *estimates, const RzEstimate *estimate)
{
    if (estimates->price_per_byte < 0)
        return g_strdup("-");
    return g_strdup_printf("%.2f",
                           (double)rz_estimate_cross_bytes(estimate) * estimates->price_per_byte);
}

static char *
duration_text(const RzEstimate *estimate)
{
    return estimate->finished ? rz_format_duration(estimate->duration_ms) : g_strdup("never ends");
}

/* What to choose: in words, since a table does not say it. */
static void
print_window(const RzEstimates *estimates, const RzPlan *plan, FILE *stream)
{
    if (estimates->window_ms == 0)
        return;
    const RzRateEstimate *smallest = rz_estimates_smallest_fit(estimates);
    if (smallest != NULL) {
        fprintf(stream, "The smallest of these rates that fits the window is %s.\n",
                smallest->rate_text);
        return;
    }
    g_autofree char *least = rz_format_bytes((double)rz_estimates_least_rate(estimates, plan));
    g_autofree char *length = rz_format_duration(estimates->window_ms);
    fprintf(stream,
            "None of these rates fits the window of %s: choose one well above %s/s, or several "
            "windows.\n",
            length, least);
}

void
rz_estimates_print_rates(const RzEstimates *estimates, const RzPlan *plan, FILE *stream)
{
    static const char *const columns[] = {">throttle", ">duration", ">floor", ">between zones",
                                          ">price",    "window",    NULL};
    g_autoptr(RzTable) table = rz_table_new(columns);
    for (guint i = 0; i < estimates->cases->len; i++) {
        const RzRateEstimate *c = &g_array_index(estimates->cases, RzRateEstimate, i);
        rz_table_row(table, g_strdup(c->rate_text), duration_text(c->estimate),
                     c->estimate->floor_ms >= 0 ? rz_format_duration(c->estimate->floor_ms)
                                                : g_strdup("-"),
                     rz_format_bytes((double)rz_estimate_cross_bytes(c->estimate)),
                     money(estimates, c->estimate),
                     g_strdup(estimates->window_ms == 0                  ? "-"
                              : rz_estimates_fit(estimates, c->estimate) ? "fits"
                                                                         : "too long"));
    }
    rz_table_print(table, stream, "");
    print_window(estimates, plan, stream);
}

static void
print_zone_pairs(const RzEstimate *estimate, FILE *stream)
{
    static const char *const columns[] = {"from zone", "to zone", ">bytes", NULL};
    g_autoptr(RzTable) table = rz_table_new(columns);
    for (uint32_t i = 0; i < estimate->n_zone_pairs; i++) {
        const RzZonePairEstimate *pair = &estimate->zone_pairs[i];
        rz_table_row(table, g_strdup(pair->from != NULL ? pair->from : "none"),
                     g_strdup(pair->to != NULL ? pair->to : "none"),
                     rz_format_bytes((double)pair->bytes));
    }
    fputc('\n', stream);
    rz_table_print(table, stream, "");
}

static void
print_brokers(const RzEstimate *estimate, FILE *stream)
{
    static const char *const columns[] = {
        ">broker",       ">receives",    ">sends",        ">logs before",
        ">logs at peak", ">free before", ">free at peak", NULL};
    g_autoptr(RzTable) table = rz_table_new(columns);
    for (uint32_t i = 0; i < estimate->n_brokers; i++) {
        const RzBrokerEstimate *broker = &estimate->brokers[i];
        bool known = broker->free_bytes >= 0;
        rz_table_row(table, g_strdup_printf("%d", broker->broker_id),
                     rz_format_bytes((double)broker->incoming_bytes),
                     rz_format_bytes((double)broker->outgoing_bytes),
                     rz_format_bytes((double)broker->before_bytes),
                     rz_format_bytes((double)broker->peak_bytes),
                     known ? rz_format_bytes((double)broker->free_bytes) : g_strdup("unknown"),
                     known ? rz_format_bytes((double)broker->free_at_peak_bytes)
                           : g_strdup("unknown"));
    }
    fputc('\n', stream);
    rz_table_print(table, stream, "");
}

static char *
moment(int64_t ms)
{
    return ms >= 0 ? rz_format_duration(ms) : g_strdup("never");
}

static void
print_topics(const RzEstimate *estimate, FILE *stream)
{
    static const char *const columns[] = {"topic", ">begun after", ">done after", NULL};
    g_autoptr(RzTable) table = rz_table_new(columns);
    for (uint32_t i = 0; i < estimate->n_topics && i < MAX_TOPICS; i++)
        rz_table_row(table, g_strdup(estimate->topics[i].topic),
                     moment(estimate->topics[i].begun_ms), moment(estimate->topics[i].done_ms));
    fputc('\n', stream);
    rz_table_print(table, stream, "");
    if (estimate->n_topics > MAX_TOPICS)
        fprintf(stream, "... and %u topics more; --json lists all\n",
                estimate->n_topics - MAX_TOPICS);
}

static void
print_stage(const RzEstimate *estimate, bool staged, FILE *stream)
{
    if (estimate->stage_saves_bytes == 0)
        return;
    g_autofree char *saved = rz_format_bytes((double)estimate->stage_saves_bytes);
    fprintf(stream,
            staged ? "\n--stage keeps %s from crossing between zones a second time.\n"
                   : "\n%s of it cross between zones once more than they must: --stage would save "
                     "that.\n",
            saved);
}

void
rz_estimates_print(const RzEstimates *estimates, const RzPlan *plan, FILE *stream)
{
    const RzEstimate *only = g_array_index(estimates->cases, RzRateEstimate, 0).estimate;
    rz_estimates_print_rates(estimates, plan, stream);
    fprintf(stream, "%" PRId64 " leaders change\n", only->leader_changes);
    if (estimates->cases->len > 1)
        return;
    print_zone_pairs(only, stream);
    print_brokers(only, stream);
    print_stage(only, estimates->run.stage == 1, stream);
    print_topics(only, stream);
    if (only->reason != NULL) {
        g_autofree char *reason = rz_printable(only->reason);
        fprintf(stream, "It would not end by itself: %s\n", reason);
    }
}

/* ---- JSON ---- */

static json_t *
brokers_json(const RzEstimate *e)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < e->n_brokers; i++) {
        const RzBrokerEstimate *broker = &e->brokers[i];
        json_t *left = broker->free_at_peak_bytes == RZ_ESTIMATE_UNKNOWN
                           ? json_null()
                           : json_integer(broker->free_at_peak_bytes);
        json_array_append_new(
            list, json_pack("{s:i, s:o, s:o, s:I, s:I, s:I, s:o}", "broker", broker->broker_id,
                            "incoming_bytes", rz_json_wide(broker->incoming_bytes),
                            "outgoing_bytes", rz_json_wide(broker->outgoing_bytes), "before_bytes",
                            (json_int_t)broker->before_bytes, "peak_bytes",
                            (json_int_t)broker->peak_bytes, "free_bytes",
                            (json_int_t)broker->free_bytes, "free_at_peak_bytes", left));
    }
    return list;
}

static json_t *
zone_pairs_json(const RzEstimate *e)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < e->n_zone_pairs; i++)
        json_array_append_new(list, json_pack("{s:s?, s:s?, s:o}", "from", e->zone_pairs[i].from,
                                              "to", e->zone_pairs[i].to, "bytes",
                                              rz_json_wide(e->zone_pairs[i].bytes)));
    return list;
}

static json_t *
topics_json(const RzEstimate *e)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < e->n_topics; i++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "topic", e->topics[i].topic,
                                              "begun_ms", (json_int_t)e->topics[i].begun_ms,
                                              "done_ms", (json_int_t)e->topics[i].done_ms));
    return list;
}

static json_t *
case_json(const RzEstimates *estimates, const RzRateEstimate *c)
{
    const RzEstimate *e = c->estimate;
    RzWide cross = rz_estimate_cross_bytes(e);
    json_t *object = json_pack(
        "{s:s, s:I, s:b, s:s?, s:I, s:I, s:o, s:o, s:I, s:o, s:o, s:o}", "throttle", c->rate_text,
        "throttle_bytes_per_s", (json_int_t)c->rate, "finished", e->finished, "reason", e->reason,
        "duration_ms", (json_int_t)e->duration_ms, "floor_ms", (json_int_t)e->floor_ms,
        "cross_zone_bytes", rz_json_wide(cross), "stage_saves_bytes",
        rz_json_wide(e->stage_saves_bytes), "leaders_changed", (json_int_t)e->leader_changes,
        "brokers", brokers_json(e), "zone_pairs", zone_pairs_json(e), "topics", topics_json(e));
    if (estimates->price_per_byte >= 0)
        json_object_set_new(object, "price", json_real((double)cross * estimates->price_per_byte));
    if (estimates->window_ms > 0)
        json_object_set_new(object, "fits_window", json_boolean(rz_estimates_fit(estimates, e)));
    return object;
}

char *
rz_estimates_to_json(const RzEstimates *estimates)
{
    json_t *list = json_array();
    for (guint i = 0; i < estimates->cases->len; i++)
        json_array_append_new(
            list, case_json(estimates, &g_array_index(estimates->cases, RzRateEstimate, i)));
    json_t *root = json_pack("{s:o}", "estimates", list);
    const RzRateEstimate *smallest = rz_estimates_smallest_fit(estimates);
    if (estimates->window_ms > 0) {
        json_object_set_new(root, "window_ms", json_integer(estimates->window_ms));
        json_object_set_new(root, "smallest_throttle_that_fits",
                            smallest != NULL ? json_string(smallest->rate_text) : json_null());
    }
    char *raw = json_dumps(root, JSON_INDENT(2));
    char *text = g_strdup(raw);
    free(raw);
    json_decref(root);
    return text;
}
