/*
 * svg_draw.h: the strokes that the pictures are made of. Text is escaped here.
 */
#pragma once

#include <glib.h>

void rz_svg_open(GString *out, const char *title, double width, double height);
void rz_svg_close(GString *out);
/* @anchor: start, middle or end. */
void rz_svg_text(GString *out, double x, double y, const char *anchor, const char *text);
/* Leaves the element open: the caller ends it with "/>" or with a title. */
void rz_svg_rectangle(GString *out, double x, double y, double width, double height,
                      const char *colour, double opacity);
