/*
 * output.c: tables whose columns fit their content, counted in characters rather than bytes.
 */
#include "cli/output.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *
rz_printable(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *clean = g_string_sized_new(strlen(valid));
    for (const char *at = valid; *at != '\0'; at = g_utf8_find_next_char(at, NULL)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_iscntrl(c) || g_unichar_type(c) == G_UNICODE_FORMAT)
            g_string_append_c(clean, '?');
        else
            g_string_append_unichar(clean, c);
    }
    return g_string_free(clean, FALSE);
}

bool
rz_has_colour(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    if (no_colour != NULL && no_colour[0] != '\0')
        return false;
    return isatty(fileno(stream)) == 1 && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

char *
rz_tone(FILE *stream, RzTone tone, const char *text)
{
    static const char *const codes[] = {
        [RZ_PLAIN] = "", [RZ_GOOD] = "32",  [RZ_WARN] = "33",
        [RZ_BAD] = "31", [RZ_STRONG] = "1", [RZ_FAINT] = "2",
    };
    if (tone == RZ_PLAIN || !rz_has_colour(stream))
        return g_strdup(text);
    return g_strdup_printf("\033[%sm%s\033[0m", codes[tone], text);
}

struct RzTable {
    const char *const *columns;
    guint n_columns;
    GPtrArray *cells; /* char *, row by row */
};

RzTable *
rz_table_new(const char *const *columns)
{
    RzTable *table = g_new0(RzTable, 1);
    table->columns = columns;
    while (columns[table->n_columns] != NULL)
        table->n_columns++;
    table->cells = g_ptr_array_new_with_free_func(g_free);
    return table;
}

void
rz_table_row(RzTable *table, ...)
{
    va_list cells;
    va_start(cells, table);
    for (guint i = 0; i < table->n_columns; i++) {
        char *cell = va_arg(cells, char *);
        g_ptr_array_add(table->cells, rz_printable(cell));
        g_free(cell);
    }
    va_end(cells);
}

static const char *
heading(const RzTable *table, guint column, bool *right)
{
    const char *text = table->columns[column];
    *right = text[0] == '>';
    return *right ? text + 1 : text;
}

static void
print_cell(FILE *stream, const char *text, glong width, bool right, bool last)
{
    int gap = (int)(width - g_utf8_strlen(text, -1));
    if (right)
        fprintf(stream, "%*s%s", gap, "", text);
    else
        fprintf(stream, "%s%*s", text, last ? 0 : gap, "");
    fputs(last ? "\n" : "  ", stream);
}

void
rz_table_print(const RzTable *table, FILE *stream, const char *indent)
{
    guint n = table->n_columns;
    g_autofree glong *widths = g_new0(glong, n);
    bool right = false;
    for (guint i = 0; i < n; i++)
        widths[i] = g_utf8_strlen(heading(table, i, &right), -1);
    for (guint i = 0; i < table->cells->len; i++) {
        glong length = g_utf8_strlen(g_ptr_array_index(table->cells, i), -1);
        widths[i % n] = MAX(widths[i % n], length);
    }
    fputs(indent, stream);
    for (guint i = 0; i < n; i++) {
        const char *text = heading(table, i, &right);
        print_cell(stream, text, widths[i], right, i + 1 == n);
    }
    for (guint i = 0; i < table->cells->len; i++) {
        if (i % n == 0)
            fputs(indent, stream);
        heading(table, i % n, &right);
        print_cell(stream, g_ptr_array_index(table->cells, i), widths[i % n], right,
                   i % n + 1 == n);
    }
}

void
rz_table_free(RzTable *table)
{
    if (table == NULL)
        return;
    g_ptr_array_unref(table->cells);
    g_free(table);
}

G_GNUC_PRINTF(3, 0)
static void
message(RzTone tone, const char *prefix, const char *format, va_list values)
{
    g_autofree char *text = g_strdup_vprintf(format, values);
    g_autofree char *clean = rz_printable(text);
    g_autofree char *head = rz_tone(stderr, tone, prefix);
    fprintf(stderr, "%s%s\n", head, clean);
}

void
rz_say(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    message(RZ_PLAIN, "", format, values);
    va_end(values);
}

void
rz_warn(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    message(RZ_WARN, "warning: ", format, values);
    va_end(values);
}
