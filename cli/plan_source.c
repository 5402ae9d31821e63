/*
 * plan_source.c: plans from files, ours and foreign.
 */
#include "cli/plan_source.h"

#include <string.h>

#include "cli/io.h"

static bool
feed_lines(RzPlanReader *reader, const GString *text, GError **error)
{
    const char *at = text->str;
    const char *end = text->str + text->len;
    while (at < end) {
        const char *newline = memchr(at, '\n', (gsize)(end - at));
        const char *stop = newline != NULL ? newline : end;
        if (!rz_plan_reader_line(reader, at, (gsize)(stop - at), error))
            return false;
        at = stop + 1;
    }
    return true;
}

RzPlanSource *
rz_plan_source_load(const char *path, GError **error)
{
    gsize length = 0;
    g_autofree char *text = rz_load_text(path, &length, error);
    if (text == NULL)
        return NULL;
    g_autoptr(RzPlanSource) source = g_new0(RzPlanSource, 1);
    source->text = g_string_new_len(text, (gssize)length);
    g_autoptr(RzPlanReader) reader = rz_plan_reader_new();
    if (feed_lines(reader, source->text, error))
        source->plan = rz_plan_reader_finish(reader, error);
    if (source->plan == NULL) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    return g_steal_pointer(&source);
}

RzPlanSource *
rz_plan_source_foreign(const char *path, const RzSnapshot *now, GError **error)
{
    gsize length = 0;
    g_autofree char *text = rz_load_text(path, &length, error);
    if (text == NULL)
        return NULL;
    g_autoptr(RzPlanSource) source = g_new0(RzPlanSource, 1);
    source->text = g_string_new(NULL);
    source->plan = rz_plan_from_kafka_json(text, length, now, error);
    if (source->plan == NULL) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    if (!rz_plan_write(source->plan, rz_append_line, source->text, error))
        return NULL;
    return g_steal_pointer(&source);
}

void
rz_plan_source_free(RzPlanSource *source)
{
    if (source == NULL)
        return;
    rz_plan_free(source->plan);
    if (source->text != NULL)
        g_string_free(source->text, TRUE);
    g_free(source);
}
