/*
 * lines.c: see lines.h.
 */
#include "unit/planner/lines.h"

#include <string.h>

static bool
append_line(const char *line, gsize length, void *data, GError **error)
{
    (void)error;
    g_string_append_len(data, line, (gssize)length);
    g_string_append_c(data, '\n');
    return true;
}

typedef bool (*LineReader)(void *reader, const char *line, gsize length, GError **error);

static bool
feed(const char *text, LineReader read, void *reader, GError **error)
{
    const char *at = text;
    while (*at != '\0') {
        const char *end = strchrnul(at, '\n');
        if (!read(reader, at, (gsize)(end - at), error))
            return false;
        at = *end == '\0' ? end : end + 1;
    }
    return true;
}

static bool
read_snapshot_line(void *reader, const char *line, gsize length, GError **error)
{
    return rz_snapshot_reader_line(reader, line, length, error);
}

RzSnapshot *
read_snapshot(const char *text, GError **error)
{
    g_autoptr(RzSnapshotReader) reader = rz_snapshot_reader_new();
    if (!feed(text, read_snapshot_line, reader, error))
        return NULL;
    return rz_snapshot_reader_finish(reader, error);
}

char *
snapshot_text(const RzSnapshot *snapshot)
{
    GString *text = g_string_new(NULL);
    rz_snapshot_write(snapshot, append_line, text, NULL);
    return g_string_free(text, FALSE);
}
