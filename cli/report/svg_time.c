/*
 * svg_time.c: see svg_time.h.
 */
#include "cli/report/svg_time.h"

#include "cli/report/svg_draw.h"

#define LABEL_WIDTH 190.0
#define AREA 480.0
#define TEXT_WIDTH 150.0
#define ROW 22.0
#define HEIGHT 160.0

/* A longer name would run out of its column; the table has it whole. */
#define MAX_LABEL 26

static char *
shorten(const char *label)
{
    if (g_utf8_strlen(label, -1) <= MAX_LABEL)
        return g_strdup(label);
    g_autofree char *head = g_utf8_substring(label, 0, MAX_LABEL - 1);
    return g_strconcat(head, "\xe2\x80\xa6", NULL);
}

void
rz_svg_gantt(RzHtml *html, const char *title, const RzSpan *spans, guint n_spans, double end,
             const char *end_text)
{
    GString *out = rz_html_raw(html);
    double scale = end > 0 ? AREA / end : 0;
    rz_svg_open(out, title, LABEL_WIDTH + AREA + TEXT_WIDTH, ROW * (n_spans + 1) + 4);
    rz_svg_text(out, LABEL_WIDTH, 15, "start", "0");
    rz_svg_text(out, LABEL_WIDTH + AREA, 15, "end", end_text);
    for (guint i = 0; i < n_spans; i++) {
        const RzSpan *span = &spans[i];
        double y = ROW * (i + 1);
        double to = span->to < span->from ? end : span->to;
        double width = MAX((to - span->from) * scale, 2);
        g_autofree char *label = shorten(span->label);
        rz_svg_text(out, LABEL_WIDTH - 8, y + 15, "end", label);
        rz_svg_rectangle(out, LABEL_WIDTH + span->from * scale, y + 3, width, ROW - 7,
                         span->to < span->from ? "var(--bad)" : "var(--a)", 1.0);
        g_string_append(out, "/>\n");
        rz_svg_text(out, LABEL_WIDTH + span->from * scale + width + 6, y + 15, "start", span->text);
    }
    rz_svg_close(out);
}

void
rz_svg_columns(RzHtml *html, const char *title, const double *values, guint n_values, double limit,
               const char *limit_text, const char *end_text)
{
    GString *out = rz_html_raw(html);
    double most = limit;
    for (guint i = 0; i < n_values; i++)
        most = MAX(most, values[i]);
    double scale = most > 0 ? HEIGHT / most : 0;
    double step = n_values > 0 ? AREA / n_values : 0;
    const double top = 24, bottom = top + HEIGHT;
    rz_svg_open(out, title, LABEL_WIDTH + AREA + TEXT_WIDTH, bottom + ROW);
    for (guint i = 0; i < n_values; i++) {
        rz_svg_rectangle(out, LABEL_WIDTH + step * i, bottom - values[i] * scale, MAX(step - 1, 1),
                         values[i] * scale, "var(--a)", 1.0);
        g_string_append(out, "/>\n");
    }
    if (limit > 0) {
        rz_svg_rectangle(out, LABEL_WIDTH, bottom - limit * scale, AREA, 2, "var(--bad)", 1.0);
        g_string_append(out, "/>\n");
        rz_svg_text(out, LABEL_WIDTH - 8, bottom - limit * scale + 5, "end", limit_text);
    }
    rz_svg_text(out, LABEL_WIDTH, bottom + 15, "start", "0");
    rz_svg_text(out, LABEL_WIDTH + AREA, bottom + 15, "end", end_text);
    rz_svg_close(out);
}
