/*
 * svg.h: the pictures of the reports, drawn by us: stacked bars and a matrix.
 */
#pragma once

#include "cli/report/html.h"

/* A series of a stacked bar: its pattern differs too, so that colour is never the only sign. */
typedef struct {
    const char *name;
    const char *colour; /* a CSS colour or variable of the page */
} RzSeries;

typedef struct {
    const char *label;
    const double *values; /* one a series */
    const char *text;     /* at the end of the bar */
} RzBar;

/* Horizontal bars, each the sum of its series, all on one scale. @title is read out. */
void rz_svg_bars(RzHtml *html, const char *title, const RzSeries *series, guint n_series,
                 const RzBar *bars, guint n_bars);

/* A square of n x n cells, darker for larger values; rows are sources, columns targets. */
void rz_svg_matrix(RzHtml *html, const char *title, const char *const *labels, guint n,
                   const double *values);
