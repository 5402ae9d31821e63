/*
 * units.c: numbers as people write them.
 *
 * Everything is parsed by hand-checked scanning of the whole text: a trailing letter that we do not
 * know must be an error, since "50m" for a throttle may mean megabytes or millibits to its writer.
 */
#include "cli/units.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rezone/error.h"

typedef struct {
    const char *suffix;
    double factor;
} Unit;

static const Unit byte_units[] = {
    {"", 1},         {"B", 1},        {"kB", 1e3},     {"KB", 1e3},     {"MB", 1e6},
    {"GB", 1e9},     {"TB", 1e12},    {"PB", 1e15},    {"EB", 1e18},    {"KiB", 0x1p10},
    {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}, {"PiB", 0x1p50}, {"EiB", 0x1p60},
};

static const Unit time_units[] = {
    {"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60e3}, {"min", 60e3}, {"h", 3600e3}, {"d", 86400e3},
};

static bool
scan_integer(const char *text, int64_t *value)
{
    errno = 0;
    *value = g_ascii_strtoll(text, NULL, 10);
    return errno == 0 && *value >= 0;
}

static bool
scan(const char *text, const Unit *units, gsize n_units, int64_t *value)
{
    char *end = NULL;
    if (!g_ascii_isdigit(text[0]))
        return false;
    errno = 0;
    double number = g_ascii_strtod(text, &end);
    if (errno != 0 || end == text || !isfinite(number))
        return false;
    /* strtod also reads "1e3" and hexadecimal; a size is digits with one point. */
    if (strspn(text, "0123456789.") != (gsize)(end - text))
        return false;
    while (*end == ' ')
        end++;
    for (gsize i = 0; i < n_units; i++) {
        if (strcmp(end, units[i].suffix) != 0)
            continue;
        /* Plain bytes keep all their digits; only a unit or a point needs a fraction. */
        bool exact = units[i].factor == 1 && memchr(text, '.', (gsize)(end - text)) == NULL;
        if (exact)
            return scan_integer(text, value);
        double scaled = number * units[i].factor;
        if (scaled >= 0x1p63)
            return false;
        *value = (int64_t)llround(scaled);
        return true;
    }
    return false;
}

bool
rz_parse_bytes(const char *what, const char *text, int64_t *bytes, GError **error)
{
    if (scan(text, byte_units, G_N_ELEMENTS(byte_units), bytes))
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--%s: \"%s\" is not a size; write for example 50MB, 1.5GiB or 52428800", what,
                text);
    return false;
}

bool
rz_parse_rate(const char *what, const char *text, int64_t *bytes_per_s, GError **error)
{
    g_autofree char *bare = g_strdup(text);
    if (g_str_has_suffix(bare, "/s"))
        bare[strlen(bare) - 2] = '\0';
    if (scan(bare, byte_units, G_N_ELEMENTS(byte_units), bytes_per_s) && *bytes_per_s > 0)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--%s: \"%s\" is not a rate; write for example 50MB/s, 10MiB or 52428800", what,
                text);
    return false;
}

bool
rz_parse_duration(const char *what, const char *text, int64_t *ms, GError **error)
{
    if (scan(text, time_units, G_N_ELEMENTS(time_units), ms))
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--%s: \"%s\" is not a duration; write for example 30s, 5m or 2h", what, text);
    return false;
}

static bool
scan_clock(const char *text, gsize length, int *minute)
{
    if (length != 5 || text[2] != ':' || !g_ascii_isdigit(text[0]) || !g_ascii_isdigit(text[1]) ||
        !g_ascii_isdigit(text[3]) || !g_ascii_isdigit(text[4]))
        return false;
    int hours = (text[0] - '0') * 10 + (text[1] - '0');
    int minutes = (text[3] - '0') * 10 + (text[4] - '0');
    *minute = hours * 60 + minutes;
    return hours < 24 && minutes < 60;
}

bool
rz_parse_time(const char *what, const char *text, int64_t now_ms, int64_t *wall_ms, GError **error)
{
    g_autoptr(GTimeZone) local = g_time_zone_new_local();
    int minute = 0;
    if (scan_clock(text, strlen(text), &minute)) {
        g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_ms / 1000);
        g_autoptr(GDateTime) now = g_date_time_to_timezone(utc, local);
        g_autoptr(GDateTime) today =
            g_date_time_new(local, g_date_time_get_year(now), g_date_time_get_month(now),
                            g_date_time_get_day_of_month(now), minute / 60, minute % 60, 0);
        g_autoptr(GDateTime) tomorrow = g_date_time_add_days(today, 1);
        int64_t today_ms = g_date_time_to_unix(today) * 1000;
        *wall_ms = today_ms > now_ms ? today_ms : g_date_time_to_unix(tomorrow) * 1000;
        return true;
    }
    g_autoptr(GDateTime) when = g_date_time_new_from_iso8601(text, local);
    if (when != NULL) {
        *wall_ms = g_date_time_to_unix(when) * 1000;
        return true;
    }
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--%s: \"%s\" is not a time; write RFC 3339 (2026-11-22T23:00:00Z) or local HH:MM",
                what, text);
    return false;
}

bool
rz_parse_window(const char *what, const char *text, int *start_minute, int *end_minute,
                GError **error)
{
    if (strlen(text) == 11 && text[5] == '-' && scan_clock(text, 5, start_minute) &&
        scan_clock(text + 6, 5, end_minute) && *start_minute != *end_minute)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--%s: \"%s\" is not a window; write HH:MM-HH:MM in local time, for example "
                "22:00-05:00",
                what, text);
    return false;
}

bool
rz_parse_window_ms(const char *what, const char *text, int64_t *ms, GError **error)
{
    int from = 0, to = 0;
    if (!rz_parse_window(what, text, &from, &to, error))
        return false;
    *ms = (to - from + 24 * 60) % (24 * 60) * INT64_C(60000);
    return true;
}

char *
rz_format_bytes(double bytes)
{
    static const char *const names[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB"};
    double value = bytes < 0 ? -bytes : bytes;
    gsize unit = 0;
    while (value >= 999.5 && unit + 1 < G_N_ELEMENTS(names)) {
        value /= 1000;
        unit++;
    }
    int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return g_strdup_printf("%s%.*f %s", bytes < 0 ? "-" : "", decimals, value, names[unit]);
}

char *
rz_format_duration(int64_t ms)
{
    int64_t s = (ms + 500) / 1000;
    if (s < 60)
        return g_strdup_printf("%" G_GINT64_FORMAT " s", s);
    if (s < 3600)
        return g_strdup_printf("%" G_GINT64_FORMAT "m %02" G_GINT64_FORMAT "s", s / 60, s % 60);
    if (s < 48 * 3600)
        return g_strdup_printf("%" G_GINT64_FORMAT "h %02" G_GINT64_FORMAT "m", s / 3600,
                               s / 60 % 60);
    return g_strdup_printf("%" G_GINT64_FORMAT "d %02" G_GINT64_FORMAT "h", s / 86400,
                           s / 3600 % 24);
}

char *
rz_format_count(int64_t count)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, count);
    GString *text = g_string_new(NULL);
    gsize sign = digits[0] == '-' ? 1 : 0;
    gsize length = strlen(digits);
    for (gsize i = 0; i < length; i++) {
        if (i > sign && (length - i) % 3 == 0)
            g_string_append_c(text, ',');
        g_string_append_c(text, digits[i]);
    }
    return g_string_free(text, FALSE);
}

char *
rz_format_time(int64_t wall_ms)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(wall_ms / 1000);
    return g_date_time_format(when, "%Y-%m-%dT%H:%M:%SZ");
}
