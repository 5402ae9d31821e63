/*
 * svg_draw.c: pictures as text. Numbers are written without locale, so that a comma never ends up
 * in a coordinate.
 */
#include "cli/report/svg_draw.h"

#include "cli/report/html.h"

static void
number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.1f", value));
}

static void
attribute(GString *out, const char *name, double value)
{
    g_string_append_printf(out, " %s=\"", name);
    number(out, value);
    g_string_append_c(out, '"');
}

void
rz_svg_open(GString *out, const char *title, double width, double height)
{
    g_string_append(out, "<div class=\"scroll\"><svg role=\"img\" viewBox=\"0 0 ");
    number(out, width);
    g_string_append_c(out, ' ');
    number(out, height);
    g_string_append_c(out, '"');
    attribute(out, "width", width);
    attribute(out, "height", height);
    g_string_append(out, "><title>");
    rz_html_escape(out, title);
    g_string_append(out, "</title>\n");
}

void
rz_svg_close(GString *out)
{
    g_string_append(out, "</svg></div>\n");
}

void
rz_svg_text(GString *out, double x, double y, const char *anchor, const char *text)
{
    g_string_append(out, "<text");
    attribute(out, "x", x);
    attribute(out, "y", y);
    g_string_append_printf(out, " text-anchor=\"%s\">", anchor);
    rz_html_escape(out, text);
    g_string_append(out, "</text>\n");
}

void
rz_svg_rectangle(GString *out, double x, double y, double width, double height, const char *colour,
                 double opacity)
{
    g_string_append(out, "<rect");
    attribute(out, "x", x);
    attribute(out, "y", y);
    attribute(out, "width", width);
    attribute(out, "height", height);
    g_string_append_printf(out, " style=\"fill:%s\"", colour);
    attribute(out, "opacity", opacity);
}
