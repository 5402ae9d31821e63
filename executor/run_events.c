/*
 * run_events.c: events.ndjson and the sentences for people.
 *
 * Events are collected and appended once per cycle, unsynced: they tell the story, the journal is
 * the truth. Format: docs/formats.md, "Events".
 */
#include <stdarg.h>
#include <stdlib.h>

#include "executor/run_private.h"

static char *
rfc3339_ms(int64_t wall_ms)
{
    g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc(wall_ms / 1000);
    g_autofree char *text = g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%03dZ", text, (int)(wall_ms % 1000));
}

/* Takes over @event and puts the time in front. */
void
rz_run_event(RzRun *run, json_t *event)
{
    g_autofree char *at = rfc3339_ms(run->clock->wall_ms(run->clock));
    json_t *line = json_pack("{s:s}", "at", at);
    json_object_update(line, event);
    char *text = json_dumps(line, JSON_COMPACT);
    g_string_append(run->events, text);
    g_string_append_c(run->events, '\n');
    free(text);
    json_decref(line);
    json_decref(event);
}

void
rz_run_part_event(RzRun *run, const RzPart *part, const char *why)
{
    rz_run_event(run, json_pack("{s:s, s:s, s:i, s:s, s:s, s:b}", "event", "partition", "topic",
                                run->topics[part->topic].name, "partition", part->number, "state",
                                rz_part_state_name((RzPartState)part->state), "why", why, "back",
                                part->back));
}

void
rz_run_say(RzRun *run, RzMessageLevel level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    rz_run_event(run, json_pack("{s:s, s:s, s:s}", "event", "message", "level",
                                level == RZ_MESSAGE_WARNING ? "warning" : "info", "text", text));
    if (run->message != NULL)
        run->message(level, text, run->message_data);
}
