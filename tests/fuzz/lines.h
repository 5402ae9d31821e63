/*
 * lines.h: a buffer into line readers, and lines back into a buffer.
 */
#pragma once

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include "rezone/plan.h"
#include "rezone/snapshot.h"

typedef bool (*LineReader)(void *reader, const char *line, gsize length, GError **error);

static inline bool
feed_lines(const char *text, size_t size, LineReader read, void *reader, GError **error)
{
    const char *end = text + size;
    for (const char *at = text; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline == NULL ? end : newline;
        if (!read(reader, at, (gsize)(stop - at), error))
            return false;
        at = newline == NULL ? end : newline + 1;
    }
    return true;
}

static inline bool
fuzz_snapshot_line(void *reader, const char *line, gsize length, GError **error)
{
    return rz_snapshot_reader_line(reader, line, length, error);
}

static inline bool
fuzz_plan_line(void *reader, const char *line, gsize length, GError **error)
{
    return rz_plan_reader_line(reader, line, length, error);
}
