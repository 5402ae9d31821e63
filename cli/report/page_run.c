/*
 * page_run.c: a finished or running run, from the files of its directory.
 *
 * Events tell when each partition began to move and when it was done; the plan tells its bytes. The
 * rate of a broker is what it received of each partition, dealt evenly over the time that the
 * partition took: an average, since events do not tell more.
 */
#include <inttypes.h>
#include <string.h>

#include <jansson.h>

#include "cli/report/report.h"
#include "cli/report/svg_time.h"
#include "cli/units.h"
#include "planner/plan_facts.h"

/* More bars than this are a wall; the table has all topics. */
#define MAX_SPANS 60
#define COLUMNS 80

/* The seconds that a partition took; -1: not seen. */
typedef struct {
    double from, to;
} Time;

typedef struct {
    const RzPlan *plan;
    Time *moves;         /* n_moves of the plan */
    GHashTable *by_name; /* "topic-partition" -> 1 + index of the move */
    double begun, last;  /* seconds since the epoch of the first and last event; 0: none */
} Story;

static void
story_clear(Story *story)
{
    g_free(story->moves);
    g_hash_table_unref(story->by_name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Story, story_clear)

static void
index_moves(Story *story)
{
    const RzPlan *plan = story->plan;
    story->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    story->moves = g_new0(Time, MAX(plan->n_moves, 1));
    for (uint32_t i = 0; i < plan->n_moves; i++) {
        story->moves[i] = (Time){-1, -1};
        g_hash_table_insert(story->by_name,
                            g_strdup_printf("%s-%d", plan->topics[plan->moves[i].topic].name,
                                            plan->moves[i].partition),
                            GUINT_TO_POINTER(i + 1));
    }
}

static double
seconds_of(const char *at)
{
    g_autoptr(GDateTime) time = at != NULL ? g_date_time_new_from_iso8601(at, NULL) : NULL;
    if (time == NULL)
        return 0;
    return (double)g_date_time_to_unix(time) + g_date_time_get_microsecond(time) / 1e6;
}

static void
note_partition(Story *story, const json_t *event, double now)
{
    const char *topic = json_string_value(json_object_get(event, "topic"));
    const char *state = json_string_value(json_object_get(event, "state"));
    json_int_t number = json_integer_value(json_object_get(event, "partition"));
    if (topic == NULL || state == NULL)
        return;
    g_autofree char *name = g_strdup_printf("%s-%" JSON_INTEGER_FORMAT, topic, number);
    guint found = GPOINTER_TO_UINT(g_hash_table_lookup(story->by_name, name));
    if (found == 0)
        return;
    Time *time = &story->moves[found - 1];
    bool begins = strcmp(state, "sent") == 0 || strcmp(state, "moving") == 0;
    if (begins && time->from < 0)
        time->from = now - story->begun;
    if (strcmp(state, "done") == 0) {
        time->to = now - story->begun;
        if (time->from < 0)
            time->from = time->to;
    }
}

static void
read_events(Story *story, const char *events)
{
    g_auto(GStrv) lines = g_strsplit(events, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        json_t *event = json_loads(*line, 0, NULL); /* a torn last line is none */
        double now = seconds_of(json_string_value(json_object_get(event, "at")));
        const char *kind = json_string_value(json_object_get(event, "event"));
        if (now > 0) {
            if (story->begun <= 0)
                story->begun = now;
            story->last = now;
        }
        if (kind != NULL && strcmp(kind, "partition") == 0)
            note_partition(story, event, now);
        json_decref(event);
    }
}

/* ---- pictures ---- */

static double
length_of(const Story *story)
{
    return story->last - story->begun;
}

static char *
seconds_text(double seconds)
{
    return seconds < 0 ? g_strdup("-") : rz_format_duration((int64_t)(seconds * 1000));
}

/* From its first partition's begin to its last one's end. */
static RzSpan
topic_span(const Story *story, const RzPlanTopic *topic, uint32_t *done)
{
    RzSpan span = {topic->name, -1, -1, NULL};
    *done = 0;
    for (uint32_t i = 0; i < topic->n_moves; i++) {
        const Time *time = &story->moves[topic->first_move + i];
        if (time->from >= 0 && (span.from < 0 || time->from < span.from))
            span.from = time->from;
        span.to = MAX(span.to, time->to);
        *done += time->to >= 0;
    }
    if (*done < topic->n_moves)
        span.to = -1;
    return span;
}

static void
topics(RzHtml *html, const Story *story)
{
    const RzPlan *plan = story->plan;
    g_autofree RzSpan *spans = g_new0(RzSpan, plan->n_topics + 1);
    g_autofree uint32_t *done = g_new0(uint32_t, plan->n_topics + 1);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    guint n = 0;
    for (uint32_t t = 0; t < plan->n_topics; t++) {
        RzSpan span = topic_span(story, &plan->topics[t], &done[t]);
        if (span.from < 0 || n >= MAX_SPANS)
            continue;
        char *text = g_strdup_printf("%u of %u", done[t], plan->topics[t].n_moves);
        g_ptr_array_add(texts, text);
        span.text = text;
        spans[n++] = span;
    }
    g_autofree char *end = seconds_text(length_of(story));
    rz_svg_gantt(html, "Topics over time", spans, n, length_of(story), end);
    static const char *const columns[] = {"topic",        ">partitions", ">done",
                                          ">begun after", ">done after", NULL};
    rz_html_table_begin(html, "Topics over time", columns);
    for (uint32_t t = 0; t < plan->n_topics; t++) {
        const RzSpan span = topic_span(story, &plan->topics[t], &done[t]);
        rz_html_table_row(
            html, g_strdup(plan->topics[t].name), g_strdup_printf("%u", plan->topics[t].n_moves),
            g_strdup_printf("%u", done[t]), seconds_text(span.from), seconds_text(span.to));
    }
    rz_html_table_end(html);
}

/* Deals a move's bytes over the columns that it covers. */
static void
deal(double *columns, const Time *time, double length, double bytes)
{
    double width = length / COLUMNS, took = MAX(time->to - time->from, width / 10);
    for (guint c = 0; c < COLUMNS; c++) {
        double from = MAX(time->from, width * c), to = MIN(time->from + took, width * (c + 1));
        if (to > from)
            columns[c] += bytes * (to - from) / took / width;
    }
}

/* @columns: the busiest receiving broker's rate, whichever it is at the time. */
static void
busiest_rates(const Story *story, double *columns)
{
    const RzPlan *plan = story->plan;
    g_autoptr(GHashTable) brokers = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (uint32_t i = 0; i < plan->n_moves; i++) {
        const RzMove *move = &plan->moves[i];
        const Time *time = &story->moves[i];
        for (uint16_t r = 0; time->to >= 0 && r < move->n_to; r++) {
            int32_t id = rz_move_to(plan, move)[r];
            if (rz_plan_list_has(rz_move_from(plan, move), move->n_from, id))
                continue;
            double *rates = g_hash_table_lookup(brokers, GINT_TO_POINTER(id));
            if (rates == NULL) {
                rates = g_new0(double, COLUMNS);
                g_hash_table_insert(brokers, GINT_TO_POINTER(id), rates);
            }
            deal(rates, time, length_of(story), (double)move->size_bytes);
        }
    }
    GHashTableIter iter;
    gpointer rates = NULL;
    g_hash_table_iter_init(&iter, brokers);
    while (g_hash_table_iter_next(&iter, NULL, &rates))
        for (guint c = 0; c < COLUMNS; c++)
            columns[c] = MAX(columns[c], ((double *)rates)[c]);
}

static void
receive_rate(RzHtml *html, const Story *story, int64_t throttle)
{
    double columns[COLUMNS] = {0};
    if (length_of(story) > 0)
        busiest_rates(story, columns);
    double most = 0;
    for (guint c = 0; c < COLUMNS; c++)
        most = MAX(most, columns[c]);
    g_autofree char *end = seconds_text(length_of(story));
    g_autofree char *rate = rz_format_bytes((double)throttle);
    g_autofree char *limit = g_strdup_printf("throttle %s/s", rate);
    rz_html_heading(html, "Receive rate of the busiest broker");
    rz_svg_columns(html, "Receive rate of the busiest broker against the throttle", columns,
                   COLUMNS, (double)throttle, limit, end);
    g_autofree char *peak = rz_format_bytes(most);
    g_autofree char *text = g_strdup_printf(
        "At most %s/s of a broker, throttle %s%s. Averages: a partition's bytes are dealt evenly "
        "over the time that it took.",
        peak, throttle > 0 ? rate : "none", throttle > 0 ? "/s" : "");
    rz_html_paragraph(html, text);
}

static int64_t
integer(const json_t *status, const char *name)
{
    return json_integer_value(json_object_get(status, name));
}

static void
figures(RzHtml *html, const json_t *status, const Story *story)
{
    g_autofree char *done = rz_format_bytes((double)integer(status, "bytes_done"));
    g_autofree char *total = rz_format_bytes((double)integer(status, "bytes_total"));
    g_autofree char *took = seconds_text(length_of(story));
    g_autofree char *text = g_strdup_printf(
        "%" PRId64 " of %" PRId64 " partitions done, %" PRId64 " in flight, %" PRId64
        " skipped; %s of %s copied; %s from the first event to the last.",
        integer(status, "partitions_done"), integer(status, "partitions_total"),
        integer(status, "partitions_in_flight"), integer(status, "partitions_skipped"), done, total,
        took);
    const char *state = json_string_value(json_object_get(status, "state"));
    bool ended = state != NULL && strcmp(state, "done") == 0;
    rz_html_note(html, ended ? RZ_NOTE_GOOD : RZ_NOTE_WARN, text);
    static const char *const columns[] = {"zone lost", ">partitions that stay writable", NULL};
    rz_html_table_begin(html, "If a zone were lost now", columns);
    const char *zone = NULL;
    json_t *count = NULL;
    json_t *zones = json_object_get(status, "zone_safe");
    json_object_foreach(zones, zone, count)
        rz_html_table_row(html, g_strdup(zone), rz_format_count(json_integer_value(count)));
    rz_html_table_end(html);
}

char *
rz_report_run(const RzPlan *plan, const char *status_text, const char *events)
{
    g_auto(Story) story = {.plan = plan};
    index_moves(&story);
    read_events(&story, events);
    json_t *status = json_loads(status_text, 0, NULL);
    const char *state = json_string_value(json_object_get(status, "state"));
    const char *updated = json_string_value(json_object_get(status, "updated_at"));
    g_autofree char *about =
        g_strdup_printf("plan %s, %s as of %s", plan->plan_id, state != NULL ? state : "unknown",
                        updated != NULL ? updated : "unknown");
    g_autoptr(RzHtml) html = rz_html_new("A run", about);
    figures(html, status, &story);
    rz_html_heading(html, "Topics");
    topics(html, &story);
    receive_rate(html, &story, integer(status, "throttle_bytes_per_s"));
    json_decref(status);
    return rz_html_finish(html);
}
