/*
 * lines.h: files of lines that are in memory, for timing programs: handed to a reader line by line,
 * or to jansson alone, which is the floor for every reader that uses it.
 */
#pragma once

#include <stdbool.h>
#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "rezone/plan.h"
#include "rezone/snapshot.h"

typedef bool (*BenchLineFunc)(void *reader, const char *line, gsize length, GError **error);

static inline bool
bench_for_each_line(const char *text, gsize length, BenchLineFunc func, void *reader,
                    GError **error)
{
    const char *end = text + length;
    while (text < end) {
        const char *newline = memchr(text, '\n', (gsize)(end - text));
        const char *stop = newline != NULL ? newline : end;
        if (!func(reader, text, (gsize)(stop - text), error))
            return false;
        text = stop + 1;
    }
    return true;
}

static inline bool
bench_json_line(void *unused, const char *line, gsize length, GError **error)
{
    (void)unused;
    json_error_t where;
    json_t *value = json_loadb(line, length, 0, &where);
    if (value == NULL)
        g_set_error(error, g_quark_from_static_string("bench"), 1, "%s", where.text);
    json_decref(value);
    return value != NULL;
}

static inline bool
bench_snapshot_line(void *reader, const char *line, gsize length, GError **error)
{
    return rz_snapshot_reader_line(reader, line, length, error);
}

static inline bool
bench_plan_line(void *reader, const char *line, gsize length, GError **error)
{
    return rz_plan_reader_line(reader, line, length, error);
}
