/*
 * svg.c: bars and the matrix.
 */
#include "cli/report/svg.h"

#include <math.h>

#include "cli/report/svg_draw.h"

#define LABEL_WIDTH 130.0
#define BAR_AREA 520.0
#define TEXT_WIDTH 170.0
#define ROW 24.0
#define CELL 22.0

static double
largest_sum(const RzBar *bars, guint n_bars, guint n_series)
{
    double most = 0;
    for (guint b = 0; b < n_bars; b++) {
        double sum = 0;
        for (guint s = 0; s < n_series; s++)
            sum += bars[b].values[s];
        most = MAX(most, sum);
    }
    return most;
}

static void
draw_bar(GString *out, const RzBar *bar, const RzSeries *series, guint n_series, double y,
         double scale)
{
    double x = LABEL_WIDTH;
    rz_svg_text(out, LABEL_WIDTH - 8, y + 15, "end", bar->label);
    for (guint s = 0; s < n_series; s++) {
        double width = bar->values[s] * scale;
        if (width <= 0)
            continue;
        rz_svg_rectangle(out, x, y + 2, width, ROW - 6, series[s].colour, 1.0);
        g_string_append(out, "><title>");
        rz_html_escape(out, series[s].name);
        g_string_append(out, "</title></rect>\n");
        x += width;
    }
    rz_svg_text(out, x + 6, y + 15, "start", bar->text);
}

static void
draw_legend(GString *out, const RzSeries *series, guint n_series, double y)
{
    double x = LABEL_WIDTH;
    for (guint s = 0; n_series > 1 && s < n_series; s++) {
        rz_svg_rectangle(out, x, y + 4, 12, 12, series[s].colour, 1.0);
        g_string_append(out, "/>\n");
        rz_svg_text(out, x + 17, y + 15, "start", series[s].name);
        x += 30 + 7.5 * (double)g_utf8_strlen(series[s].name, -1);
    }
}

void
rz_svg_bars(RzHtml *html, const char *title, const RzSeries *series, guint n_series,
            const RzBar *bars, guint n_bars)
{
    GString *out = rz_html_raw(html);
    double legend = n_series > 1 ? ROW : 0;
    double most = largest_sum(bars, n_bars, n_series);
    double scale = most > 0 ? BAR_AREA / most : 0;
    rz_svg_open(out, title, LABEL_WIDTH + BAR_AREA + TEXT_WIDTH, legend + ROW * n_bars + 4);
    draw_legend(out, series, n_series, 0);
    for (guint b = 0; b < n_bars; b++)
        draw_bar(out, &bars[b], series, n_series, legend + ROW * b, scale);
    rz_svg_close(out);
}

void
rz_svg_matrix(RzHtml *html, const char *title, const char *const *labels, guint n,
              const double *values)
{
    GString *out = rz_html_raw(html);
    double most = 0;
    for (guint i = 0; i < n * n; i++)
        most = MAX(most, values[i]);
    const double left = 60, top = 24;
    rz_svg_open(out, title, left + CELL * n + 10, top + CELL * n + 10);
    for (guint row = 0; row < n; row++) {
        rz_svg_text(out, left - 6, top + CELL * row + 15, "end", labels[row]);
        rz_svg_text(out, left + CELL * (row + 0.5), top - 6, "middle", labels[row]);
        for (guint column = 0; column < n; column++) {
            double value = values[row * n + column];
            /* The square root keeps small flows visible beside large ones. */
            double shade = most > 0 && value > 0 ? 0.15 + 0.85 * sqrt(value / most) : 0.04;
            rz_svg_rectangle(out, left + CELL * column, top + CELL * row, CELL - 2, CELL - 2,
                             "var(--a)", shade);
            g_string_append(out, "/>\n");
        }
    }
    rz_svg_close(out);
}
