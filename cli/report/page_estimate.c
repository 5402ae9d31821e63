/*
 * page_estimate.c: how long at which rate, and what happens when.
 */
#include <inttypes.h>

#include "cli/report/report.h"
#include "cli/report/svg.h"
#include "cli/report/svg_time.h"
#include "cli/units.h"

/* More bars than this are a wall; the table has them all. */
#define MAX_SPANS 60

static char *
time_text(const RzEstimate *estimate)
{
    return estimate->finished ? rz_format_duration(estimate->duration_ms) : g_strdup("never ends");
}

static char *
rate_text(int64_t rate)
{
    if (rate <= 0)
        return g_strdup(rate == 0 ? "none" : "auto");
    g_autofree char *bytes = rz_format_bytes((double)rate);
    return g_strdup_printf("%s/s", bytes);
}

static char *
price_text(const RzEstimates *estimates, const RzEstimate *estimate)
{
    return estimates->price_per_byte < 0
               ? g_strdup("-")
               : g_strdup_printf("%.2f", (double)rz_estimate_cross_bytes(estimate) *
                                             estimates->price_per_byte);
}

static const char *
window_text(const RzEstimates *estimates, const RzEstimate *estimate)
{
    if (estimates->window_ms == 0)
        return "-";
    return rz_estimates_fit(estimates, estimate) ? "fits" : "too long";
}

static const RzRateEstimate *
case_at(const RzEstimates *estimates, guint i)
{
    return &g_array_index(estimates->cases, RzRateEstimate, i);
}

static void
rates(RzHtml *html, const RzEstimates *estimates)
{
    static const char *const columns[] = {">throttle", ">duration", ">at least", ">between zones",
                                          ">price",    "window",    NULL};
    rz_html_table_begin(html, "Duration by throttle, beside the floor that no tool can undercut",
                        columns);
    for (guint i = 0; i < estimates->cases->len; i++) {
        const RzEstimate *estimate = case_at(estimates, i)->estimate;
        rz_html_table_row(
            html, rate_text(case_at(estimates, i)->rate), time_text(estimate),
            estimate->floor_ms >= 0 ? rz_format_duration(estimate->floor_ms) : g_strdup("unknown"),
            rz_format_bytes((double)rz_estimate_cross_bytes(estimate)),
            price_text(estimates, estimate), g_strdup(window_text(estimates, estimate)));
    }
    rz_html_table_end(html);
}

static void
window(RzHtml *html, const RzEstimates *estimates, const RzPlan *plan)
{
    if (estimates->window_ms == 0)
        return;
    const RzRateEstimate *smallest = rz_estimates_smallest_fit(estimates);
    g_autofree char *length = rz_format_duration(estimates->window_ms);
    g_autofree char *least = rz_format_bytes((double)rz_estimates_least_rate(estimates, plan));
    g_autofree char *text =
        smallest != NULL
            ? g_strdup_printf("The smallest of these rates that fits the window of %s is %s.",
                              length, smallest->rate_text)
            : g_strdup_printf("None of these rates fits the window of %s: choose one well above "
                              "%s/s, or several windows.",
                              length, least);
    rz_html_note(html, smallest != NULL ? RZ_NOTE_GOOD : RZ_NOTE_WARN, text);
}

static char *
moment(int64_t ms)
{
    return ms >= 0 ? rz_format_duration(ms) : g_strdup("never");
}

static void
topics(RzHtml *html, const RzEstimate *estimate)
{
    g_autofree RzSpan *spans = g_new0(RzSpan, estimate->n_topics + 1);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    guint n = 0;
    for (guint i = 0; i < estimate->n_topics && n < MAX_SPANS; i++) {
        const RzTopicEstimate *topic = &estimate->topics[i];
        if (topic->begun_ms < 0)
            continue;
        char *text = topic->done_ms >= 0 ? rz_format_duration(topic->done_ms) : g_strdup("never");
        g_ptr_array_add(texts, text);
        spans[n++] = (RzSpan){topic->topic, (double)topic->begun_ms, (double)topic->done_ms, text};
    }
    g_autofree char *end = rz_format_duration(estimate->duration_ms);
    rz_svg_gantt(html, "When each topic moves", spans, n, (double)estimate->duration_ms, end);
    static const char *const columns[] = {"topic", ">begun after", ">done after", NULL};
    rz_html_table_begin(html, "When each topic is done", columns);
    for (guint i = 0; i < estimate->n_topics; i++)
        rz_html_table_row(html, g_strdup(estimate->topics[i].topic),
                          moment(estimate->topics[i].begun_ms),
                          moment(estimate->topics[i].done_ms));
    rz_html_table_end(html);
}

static char *
room(bool known, int64_t bytes)
{
    return known ? rz_format_bytes((double)bytes) : g_strdup("unknown");
}

static void
disks(RzHtml *html, const RzEstimate *estimate)
{
    static const RzSeries series[] = {{"logs before", "var(--a)"},
                                      {"more at the peak", "var(--b)"}};
    guint n = MIN(estimate->n_brokers, MAX_SPANS);
    g_autofree RzBar *bars = g_new0(RzBar, n + 1);
    g_autofree double *values = g_new0(double, 2 * n + 1);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < n; i++) {
        const RzBrokerEstimate *broker = &estimate->brokers[i];
        values[2 * i] = (double)broker->before_bytes;
        values[2 * i + 1] = (double)MAX(broker->peak_bytes - broker->before_bytes, 0);
        char *label = g_strdup_printf("broker %d", broker->broker_id);
        char *text = rz_format_bytes((double)broker->peak_bytes);
        g_ptr_array_add(texts, label);
        g_ptr_array_add(texts, text);
        bars[i] = (RzBar){label, values + 2 * i, text};
    }
    rz_svg_bars(html, "Logs of each broker at the peak", series, 2, bars, n);
}

static void
brokers(RzHtml *html, const RzEstimate *estimate)
{
    static const char *const columns[] = {
        ">broker",       ">receives",    ">sends",        ">logs before",
        ">logs at peak", ">free before", ">free at peak", NULL};
    disks(html, estimate);
    rz_html_table_begin(html, "Brokers that receive or send", columns);
    for (guint i = 0; i < estimate->n_brokers; i++) {
        const RzBrokerEstimate *broker = &estimate->brokers[i];
        bool known = broker->free_bytes >= 0;
        rz_html_table_row(html, g_strdup_printf("%d", broker->broker_id),
                          rz_format_bytes((double)broker->incoming_bytes),
                          rz_format_bytes((double)broker->outgoing_bytes),
                          rz_format_bytes((double)broker->before_bytes),
                          rz_format_bytes((double)broker->peak_bytes),
                          room(known, broker->free_bytes), room(known, broker->free_at_peak_bytes));
    }
    rz_html_table_end(html);
}

static void
zone_pairs(RzHtml *html, const RzEstimate *estimate)
{
    static const char *const columns[] = {"from zone", "to zone", ">bytes", NULL};
    rz_html_table_begin(html, "Bytes between zones", columns);
    for (guint i = 0; i < estimate->n_zone_pairs; i++) {
        const RzZonePairEstimate *pair = &estimate->zone_pairs[i];
        rz_html_table_row(html, g_strdup(pair->from != NULL ? pair->from : "none"),
                          g_strdup(pair->to != NULL ? pair->to : "none"),
                          rz_format_bytes((double)pair->bytes));
    }
    rz_html_table_end(html);
}

char *
rz_report_estimate(const RzPlan *plan, const RzEstimates *estimates)
{
    g_autofree char *about =
        g_strdup_printf("plan %s: %u partitions and %" PRId64 " leaders change", plan->plan_id,
                        plan->n_moves, plan->totals.leaders_changed);
    g_autoptr(RzHtml) html = rz_html_new("Estimate for a plan", about);
    rates(html, estimates);
    window(html, estimates, plan);
    for (guint i = 0; i < estimates->cases->len; i++) {
        const RzRateEstimate *c = case_at(estimates, i);
        g_autofree char *rate = rate_text(c->rate);
        g_autofree char *title = g_strdup_printf("At a throttle of %s", rate);
        rz_html_heading(html, title);
        if (c->estimate->reason != NULL)
            rz_html_note(html, RZ_NOTE_BAD, c->estimate->reason);
        topics(html, c->estimate);
    }
    rz_html_heading(html, "Where the bytes go");
    brokers(html, case_at(estimates, 0)->estimate);
    zone_pairs(html, case_at(estimates, 0)->estimate);
    return rz_html_finish(html);
}
