/*
 * svg_time.h: pictures over time: a Gantt chart and columns under a limit.
 */
#pragma once

#include "cli/report/html.h"

typedef struct {
    const char *label;
    double from, to;  /* in the unit of the axis; to < from: not done */
    const char *text; /* behind the bar */
} RzSpan;

/* Bars from begin to end, the axis from 0 to @end, whose name is @end_text. */
void rz_svg_gantt(RzHtml *html, const char *title, const RzSpan *spans, guint n_spans, double end,
                  const char *end_text);

/* Columns of equal width; a line at @limit (0: none) with @limit_text. */
void rz_svg_columns(RzHtml *html, const char *title, const double *values, guint n_values,
                    double limit, const char *limit_text, const char *end_text);
