/*
 * units.h: sizes, rates and times between people and numbers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/*
 * "50MB", "50MiB", "1.5GB", "52428800"; decimal and binary units up to E; RZ_ERROR_USAGE otherwise.
 * @what names the option in the message.
 */
bool rz_parse_bytes(const char *what, const char *text, int64_t *bytes, GError **error);

/* The same with an optional "/s" behind it; at least 1. */
bool rz_parse_rate(const char *what, const char *text, int64_t *bytes_per_s, GError **error);

/* "30s", "5m", "2h", "500ms", plain seconds. */
bool rz_parse_duration(const char *what, const char *text, int64_t *ms, GError **error);

/* RFC 3339, or local HH:MM meaning its next occurrence after @now_ms. */
bool rz_parse_time(const char *what, const char *text, int64_t now_ms, int64_t *wall_ms,
                   GError **error);

/* "HH:MM-HH:MM", local; minutes since midnight; the end may be before the start (past midnight). */
bool rz_parse_window(const char *what, const char *text, int *start_minute, int *end_minute,
                     GError **error);

/* The same as a length: how long it is open each day. */
bool rz_parse_window_ms(const char *what, const char *text, int64_t *ms, GError **error);

/* (transfer full): "1.07 GB", "12 B"; decimal units, three significant digits. */
char *rz_format_bytes(double bytes);
/* (transfer full): "1h 02m", "3m 20s", "12 s". */
char *rz_format_duration(int64_t ms);
/* (transfer full): 1234567 as "1,234,567". */
char *rz_format_count(int64_t count);
/* (transfer full): "2026-11-22T10:00:00Z". */
char *rz_format_time(int64_t wall_ms);
