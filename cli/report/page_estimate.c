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
        return g_strdup("none");
    g_autofree char *bytes = rz_format_bytes((double)rate);
    return g_strdup_printf("%s/s", bytes);
}

static void
rates(RzHtml *html, const RzRateEstimate *cases, guint n)
{
    static const char *const columns[] = {">throttle", ">duration", ">at least", NULL};
    rz_html_table_begin(html, "Duration by throttle, beside the floor that no tool can undercut",
                        columns);
    for (guint i = 0; i < n; i++) {
        const RzEstimate *estimate = cases[i].estimate;
        rz_html_table_row(html, rate_text(cases[i].rate), time_text(estimate),
                          estimate->floor_ms >= 0 ? rz_format_duration(estimate->floor_ms)
                                                  : g_strdup("unknown"));
    }
    rz_html_table_end(html);
}

static void
topics(RzHtml *html, const RzEstimate *estimate)
{
    guint n = MIN(estimate->n_topics, MAX_SPANS);
    g_autofree RzSpan *spans = g_new0(RzSpan, n + 1);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < n; i++) {
        const RzTopicEstimate *topic = &estimate->topics[i];
        char *text = topic->done_ms >= 0 ? rz_format_duration(topic->done_ms) : g_strdup("never");
        g_ptr_array_add(texts, text);
        spans[i] = (RzSpan){topic->topic, 0, (double)topic->done_ms, text};
    }
    g_autofree char *end = rz_format_duration(estimate->duration_ms);
    rz_svg_gantt(html, "When each topic is done", spans, n, (double)estimate->duration_ms, end);
    static const char *const columns[] = {"topic", ">done after", NULL};
    rz_html_table_begin(html, "When each topic is done", columns);
    for (guint i = 0; i < estimate->n_topics; i++) {
        const RzTopicEstimate *topic = &estimate->topics[i];
        rz_html_table_row(html, g_strdup(topic->topic),
                          topic->done_ms >= 0 ? rz_format_duration(topic->done_ms)
                                              : g_strdup("never"));
    }
    rz_html_table_end(html);
}

static void
brokers(RzHtml *html, const RzEstimate *estimate)
{
    static const RzSeries series[] = {{"receives", "var(--a)"}};
    g_autofree RzBar *bars = g_new0(RzBar, estimate->n_brokers + 1);
    g_autofree double *values = g_new0(double, estimate->n_brokers + 1);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < estimate->n_brokers; i++) {
        const RzBrokerEstimate *broker = &estimate->brokers[i];
        values[i] = (double)broker->incoming_bytes;
        char *label = g_strdup_printf("broker %d", broker->broker_id);
        char *text = rz_format_bytes(values[i]);
        g_ptr_array_add(texts, label);
        g_ptr_array_add(texts, text);
        bars[i] = (RzBar){label, &values[i], text};
    }
    rz_svg_bars(html, "Bytes received by broker", series, 1, bars,
                MIN(estimate->n_brokers, MAX_SPANS));
    static const char *const columns[] = {">broker", ">receives", ">logs at peak", ">free before",
                                          NULL};
    rz_html_table_begin(html, "Receiving brokers", columns);
    for (guint i = 0; i < estimate->n_brokers; i++) {
        const RzBrokerEstimate *broker = &estimate->brokers[i];
        rz_html_table_row(html, g_strdup_printf("%d", broker->broker_id),
                          rz_format_bytes((double)broker->incoming_bytes),
                          rz_format_bytes((double)broker->peak_bytes),
                          broker->free_bytes >= 0 ? rz_format_bytes((double)broker->free_bytes)
                                                  : g_strdup("unknown"));
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
rz_report_estimate(const RzPlan *plan, const RzRateEstimate *cases, guint n_cases)
{
    g_autofree char *about =
        g_strdup_printf("plan %s: %u partitions change", plan->plan_id, plan->n_moves);
    g_autoptr(RzHtml) html = rz_html_new("Estimate for a plan", about);
    rates(html, cases, n_cases);
    for (guint i = 0; i < n_cases; i++) {
        g_autofree char *rate = rate_text(cases[i].rate);
        g_autofree char *title = g_strdup_printf("At a throttle of %s", rate);
        rz_html_heading(html, title);
        if (cases[i].estimate->reason != NULL)
            rz_html_note(html, RZ_NOTE_BAD, cases[i].estimate->reason);
        topics(html, cases[i].estimate);
    }
    rz_html_heading(html, "Where the bytes go");
    brokers(html, cases[0].estimate);
    zone_pairs(html, cases[0].estimate);
    return rz_html_finish(html);
}
