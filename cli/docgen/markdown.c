/*
 * markdown.c: a document of docs/ as a man page.
 *
 * The formats are described once, in Markdown; their man pages are that text. What is understood is
 * what these documents use: headings, paragraphs, lists of one level, tables, blocks of code, and
 * code, strong, emphasis and links within a line. A comment is for programs and left out. A link
 * becomes its text: a manual has no place to go.
 */
#include "cli/docgen/docgen.h"

#include <stdio.h>
#include <string.h>

#define TABLE_WIDTH 88 /* what the columns share equally at most; the last takes what is left */

typedef struct {
    const char *mark, *on;
    bool is_on;
} Font;

/* Without a newline at the end. */
static void
print_inline(FILE *stream, const char *text)
{
    Font fonts[] = {{"`", "\\fB", false}, {"**", "\\fB", false}, {"*", "\\fI", false}};
    for (const char *at = text; *at != '\0'; at++) {
        bool in_code = fonts[0].is_on;
        Font *font = NULL;
        for (gsize i = 0; i < (in_code ? 1 : G_N_ELEMENTS(fonts)) && font == NULL; i++)
            if (g_str_has_prefix(at, fonts[i].mark))
                font = &fonts[i];
        if (font != NULL) {
            font->is_on = !font->is_on;
            fputs(font->is_on ? font->on : "\\fR", stream);
            at += strlen(font->mark) - 1;
        } else if (!in_code && g_str_has_prefix(at, "](")) {
            at = strchr(at, ')');
            g_assert(at != NULL);
        } else if (in_code || *at != '[' || strstr(at, "](") == NULL) {
            rz_docgen_put(stream, *at, at == text);
        }
    }
}

/* ---- tables, for tbl ---- */

/* The cells between the bars, without the blanks around them. (transfer full) */
static GStrv
cells_of(const char *row)
{
    g_autofree char *inner = g_strndup(row + 1, strlen(row) - 2);
    GStrv cells = g_strsplit(inner, "|", -1);
    for (char **cell = cells; *cell != NULL; cell++)
        g_strstrip(*cell);
    return cells;
}

static void
print_row(FILE *stream, const char *row)
{
    g_auto(GStrv) cells = cells_of(row);
    for (guint i = 0; cells[i] != NULL; i++) {
        fputs(i > 0 ? "\tT{\n" : "T{\n", stream);
        print_inline(stream, cells[i]);
        fputs("\nT}", stream);
    }
    fputc('\n', stream);
}

/* How wide a column has to be for its longest cell. */
static gsize
width_of(char **line, guint column)
{
    gsize width = 1;
    for (; *line != NULL && **line == '|'; line++) {
        g_auto(GStrv) cells = cells_of(*line);
        if (column >= g_strv_length(cells))
            continue;
        gsize marks = 0;
        for (const char *at = cells[column]; *at != '\0'; at++)
            marks += *at == '`';
        width = MAX(width, strlen(cells[column]) - marks);
    }
    return width;
}

/* From the heading on; returns the first line after the table. */
static char **
print_table(FILE *stream, char **line)
{
    g_auto(GStrv) heading = cells_of(*line);
    guint n = g_strv_length(heading);
    fputs(".TS\n", stream);
    for (guint i = 0; i < n; i++)
        fprintf(stream, "lB%s", i + 1 < n ? " " : "x\n");
    for (guint i = 0; i + 1 < n; i++)
        fprintf(stream, "lw(%" G_GSIZE_FORMAT "n) ", MIN(width_of(line, i), TABLE_WIDTH / n));
    fputs("lx.\n", stream);
    print_row(stream, *line);
    for (line += 2; *line != NULL && **line == '|'; line++)
        print_row(stream, *line);
    fputs(".TE\n", stream);
    return line;
}

/* ---- the rest ---- */

static char **
print_code(FILE *stream, char **line)
{
    fputs(".sp\n.RS 4\n.nf\n", stream);
    for (line++; *line != NULL && !g_str_has_prefix(*line, "```"); line++) {
        for (const char *at = *line; *at != '\0'; at++)
            rz_docgen_put(stream, *at, at == *line);
        fputc('\n', stream);
    }
    fputs(".fi\n.RE\n", stream);
    return *line != NULL ? line + 1 : line;
}

static bool
goes_on(const char *line)
{
    return line != NULL && *line != '\0' && strchr("#|<", *line) == NULL &&
           !g_str_has_prefix(line, "```") && !g_str_has_prefix(line, "- ");
}

/* Up to where another block begins: roff fills lines itself, but fonts may span them. The @first of
 * a section needs no distance from what is above. */
static char **
print_paragraph(FILE *stream, char **line, bool first)
{
    bool item = g_str_has_prefix(*line, "- ");
    g_autoptr(GString) text = g_string_new(*line + (item ? 2 : 0));
    for (line++; goes_on(*line); line++)
        g_string_append_printf(text, " %s", g_strchug(*line));
    fputs(item ? ".IP \\(bu 2\n" : first ? "" : ".PP\n", stream);
    print_inline(stream, text->str);
    fputc('\n', stream);
    return line;
}

static char **
print_heading(FILE *stream, char **line)
{
    fputs(".SH \"", stream);
    print_inline(stream, *line + strlen("## "));
    fputs("\"\n", stream);
    return line + 1;
}

void
rz_docgen_man_document(FILE *stream, const char *version, const RzDocument *document,
                       const char *text)
{
    fputs("'\\\" t\n", stream);
    rz_docgen_man_head(stream, document->page, 5, version, document->summary);
    /* File names and fields are neither hyphenated nor spread out. */
    fputs(".nh\n.ad l\n.SH DESCRIPTION\n", stream);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool first = true;
    for (char **line = lines; *line != NULL;) {
        bool heading = g_str_has_prefix(*line, "## ");
        if (heading)
            line = print_heading(stream, line);
        else if (**line == '|')
            line = print_table(stream, line);
        else if (g_str_has_prefix(*line, "```"))
            line = print_code(stream, line);
        else if (goes_on(*line) || g_str_has_prefix(*line, "- "))
            line = print_paragraph(stream, line, first);
        else { /* blank, a comment, the title */
            line++;
            continue;
        }
        first = heading;
    }
    fputs(".SH SEE ALSO\n.BR rezone (1)\n", stream);
}
