/*
 * html.c: the page's frame, its style sheet and its tables.
 */
#include "cli/report/html.h"

#include <stdarg.h>
#include <string.h>

#include "cli/output.h"

struct RzHtml {
    GString *body;
    const char *const *columns; /* of the open table */
    guint n_columns;
};

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--faint:#57606a;--line:#d0d7de;"
    "--a:#0550ae;--b:#953800;--good:#116329;--warn:#7d4e00;--bad:#a40e26;--fill:#f6f8fa}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#0d1117;--faint:#9da7b3;"
    "--line:#3d444d;--a:#79c0ff;--b:#ffa657;--good:#7ee787;--warn:#e3b341;--bad:#ff9492;"
    "--fill:#161b22}}"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
    "max-width:68rem;margin:0 auto;padding:1rem}p,.note,h1{overflow-wrap:anywhere}"
    "h1{line-height:1.2;margin-bottom:0}h2{margin-top:2rem}p.sub{color:var(--faint);margin-top:0}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;margin:.5rem 0;"
    "font-variant-numeric:tabular-nums}caption{text-align:left;color:var(--faint)}"
    "th,td{padding:.2rem .7rem;border-bottom:1px solid var(--line);text-align:left;"
    "vertical-align:top}th{vertical-align:bottom}td:not(.n){min-width:5rem;overflow-wrap:anywhere}"
    "th.n,td.n{text-align:right}td.n{white-space:nowrap}"
    ".note{border-left:.3rem solid var(--line);background:var(--fill);padding:.5rem 1rem;"
    "margin:.7rem 0}.note.good{border-color:var(--good)}.note.warn{border-color:var(--warn)}"
    ".note.bad{border-color:var(--bad)}svg{max-width:100%;min-width:34rem;height:auto}"
    "svg text{fill:var(--ink);font:12px system-ui,sans-serif}svg .faint{fill:var(--faint)}"
    "@media print{body{max-width:none}details{display:block}}";

RzHtml *
rz_html_new(const char *title, const char *subtitle)
{
    RzHtml *html = g_new0(RzHtml, 1);
    html->body = g_string_new("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                              "<meta name=\"viewport\" content=\"width=device-width,"
                              "initial-scale=1\"><title>");
    rz_html_escape(html->body, title);
    g_string_append_printf(html->body, "</title><style>%s</style></head>\n<body><main><h1>", style);
    rz_html_escape(html->body, title);
    g_string_append(html->body, "</h1>\n<p class=\"sub\">");
    rz_html_escape(html->body, subtitle);
    g_string_append(html->body, "</p>\n");
    return html;
}

void
rz_html_free(RzHtml *html)
{
    if (html == NULL)
        return;
    if (html->body != NULL)
        g_string_free(html->body, TRUE);
    g_free(html);
}

char *
rz_html_finish(RzHtml *html)
{
    g_string_append(html->body, "</main></body></html>");
    return g_string_free(g_steal_pointer(&html->body), FALSE);
}

void
rz_html_escape(GString *out, const char *text)
{
    g_autofree char *clean = rz_printable(text);
    for (const char *at = clean; *at != '\0'; at++) {
        switch (*at) {
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        case '\'':
            g_string_append(out, "&#39;");
            break;
        default:
            g_string_append_c(out, *at);
        }
    }
}

static void
element(RzHtml *html, const char *tag, const char *text)
{
    g_string_append_printf(html->body, "<%s>", tag);
    rz_html_escape(html->body, text);
    g_string_append_printf(html->body, "</%s>\n", tag);
}

void
rz_html_heading(RzHtml *html, const char *text)
{
    element(html, "h2", text);
}

void
rz_html_paragraph(RzHtml *html, const char *text)
{
    element(html, "p", text);
}

void
rz_html_note(RzHtml *html, RzNoteKind kind, const char *text)
{
    static const char *const classes[] = {"", "good", "warn", "bad"};
    static const char *const words[] = {"", "Good: ", "Warning: ", "Problem: "};
    g_string_append_printf(html->body, "<p class=\"note %s\"><strong>%s</strong>", classes[kind],
                           words[kind]);
    rz_html_escape(html->body, text);
    g_string_append(html->body, "</p>\n");
}

void
rz_html_table_begin(RzHtml *html, const char *caption, const char *const *columns)
{
    html->columns = columns;
    html->n_columns = 0;
    g_string_append(html->body, "<div class=\"scroll\"><table><caption>");
    rz_html_escape(html->body, caption);
    g_string_append(html->body, "</caption><thead><tr>");
    for (; columns[html->n_columns] != NULL; html->n_columns++) {
        const char *heading = columns[html->n_columns];
        bool number = heading[0] == '>';
        g_string_append(html->body,
                        number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        rz_html_escape(html->body, number ? heading + 1 : heading);
        g_string_append(html->body, "</th>");
    }
    g_string_append(html->body, "</tr></thead><tbody>\n");
}

void
rz_html_table_row(RzHtml *html, ...)
{
    va_list cells;
    va_start(cells, html);
    g_string_append(html->body, "<tr>");
    for (guint i = 0; i < html->n_columns; i++) {
        char *cell = va_arg(cells, char *);
        g_string_append(html->body, html->columns[i][0] == '>' ? "<td class=\"n\">" : "<td>");
        rz_html_escape(html->body, cell);
        g_string_append(html->body, "</td>");
        g_free(cell);
    }
    g_string_append(html->body, "</tr>\n");
    va_end(cells);
}

void
rz_html_table_end(RzHtml *html)
{
    g_string_append(html->body, "</tbody></table></div>\n");
    html->columns = NULL;
}

GString *
rz_html_raw(RzHtml *html)
{
    return html->body;
}
