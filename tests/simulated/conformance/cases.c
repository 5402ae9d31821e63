/*
 * cases.c: reads the data file.
 */
#include "simulated/conformance/cases.h"

#include <string.h>

static void
step_free(void *data)
{
    Step *step = data;
    g_free(step->text);
    g_strfreev(step->words);
    g_array_unref(step->versions);
    g_free(step);
}

void
case_free(Case *c)
{
    g_free(c->name);
    g_ptr_array_unref(c->steps);
    g_free(c);
}

static void
case_free_any(void *c)
{
    case_free(c);
}

static bool
parse_versions(char *text, GArray *versions)
{
    g_auto(GStrv) each = g_strsplit(text, ",", -1);
    for (guint i = 0; each[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(each[i], ".", -1);
        if (g_strv_length(parts) != 2)
            return false;
        int version =
            (int)(g_ascii_strtoll(parts[0], NULL, 10) * 100 + g_ascii_strtoll(parts[1], NULL, 10));
        g_array_append_val(versions, version);
    }
    return true;
}

static Step *
step_new(char *text, int line)
{
    Step *step = g_new0(Step, 1);
    step->line = line;
    step->versions = g_array_new(FALSE, FALSE, sizeof(int));
    if (*text == '@') {
        char *end = text + strcspn(text, " ");
        g_autofree char *releases = g_strndup(text + 1, (gsize)(end - text - 1));
        parse_versions(releases, step->versions);
        text = g_strchug(end);
    }
    step->text = g_strdup(text);
    step->words = g_strsplit_set(text, " ", -1);
    guint kept = 0; /* runs of spaces make empty words */
    for (guint i = 0; step->words[i] != NULL; i++) {
        if (*step->words[i] == '\0')
            g_free(step->words[i]);
        else
            step->words[kept++] = step->words[i];
    }
    step->words[kept] = NULL;
    return step;
}

static Case *
case_new(const char *name)
{
    Case *c = g_new0(Case, 1);
    c->full = g_str_has_suffix(name, " (full)");
    c->name = g_strdup(name);
    c->steps = g_ptr_array_new_with_free_func(step_free);
    return c;
}

GPtrArray *
cases_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func(case_free_any);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        lines[i][strcspn(lines[i], "#")] = '\0';
        char *line = g_strstrip(lines[i]);
        if (*line == '\0')
            continue;
        if (g_str_has_prefix(line, "case ")) {
            g_ptr_array_add(cases, case_new(line + strlen("case ")));
            continue;
        }
        if (cases->len == 0) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s:%u: a step before any case", path,
                        i + 1);
            return NULL;
        }
        Case *c = g_ptr_array_index(cases, cases->len - 1);
        Step *step = step_new(line, (int)i + 1);
        c->kills = c->kills || strcmp(step->words[0], "kill") == 0;
        g_ptr_array_add(c->steps, step);
    }
    return g_steal_pointer(&cases);
}
