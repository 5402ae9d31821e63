/*
 * watch.c: zones, receivers, moves, blockers and debts as lines and bars.
 *
 * The picture is a function of the status file and the size of the terminal, so that tests compare
 * it with golden files. What must not be lost comes first: the moves in flight are last, and get
 * the rows that are left. Every line is cut to the width before colour is added, because the codes
 * take no room.
 */
#include "cli/watch.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "cli/output.h"
#include "cli/units.h"

#define NARROW 60 /* columns below which lines keep to what matters */
#define MIN_COLUMNS 20

typedef struct {
    GString *out;
    const RzWatchLook *look;
    int lines;
} Picture;

static int64_t
integer(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static const char *
word(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/* ---- lines ---- */

static const char *const tone_codes[] = {
    [RZ_PLAIN] = "",       [RZ_GOOD] = "\033[32m",  [RZ_WARN] = "\033[33m",
    [RZ_BAD] = "\033[31m", [RZ_STRONG] = "\033[1m", [RZ_FAINT] = "\033[2m",
};

/* Cuts at the width, counted in characters. */
static void
put(Picture *picture, RzTone tone, const char *text)
{
    g_autofree char *clean = rz_printable(text);
    glong width = MAX(picture->look->columns, MIN_COLUMNS);
    g_autofree char *cut =
        g_utf8_strlen(clean, -1) > width ? g_utf8_substring(clean, 0, width) : g_strdup(clean);
    bool coloured = picture->look->colour && tone != RZ_PLAIN;
    g_string_append_printf(picture->out, "%s%s%s\n", coloured ? tone_codes[tone] : "",
                           g_strchomp(cut), coloured ? "\033[0m" : "");
    picture->lines++;
}

G_GNUC_PRINTF(3, 4)
static void
putf(Picture *picture, RzTone tone, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_autofree char *text = g_strdup_vprintf(format, values);
    va_end(values);
    put(picture, tone, text);
}

/* What explains a wait is not cut but goes on in the next line. */
static void
put_whole(Picture *picture, RzTone tone, const char *text)
{
    g_autofree char *clean = rz_printable(text);
    glong width = MAX(picture->look->columns, MIN_COLUMNS), at = 0;
    glong length = g_utf8_strlen(clean, -1);
    while (at < length) {
        glong take = MIN(width - (at > 0 ? 2 : 0), length - at);
        g_autofree char *piece = g_utf8_substring(clean, at, at + take);
        putf(picture, tone, "%s%s", at > 0 ? "  " : "", piece);
        at += take;
    }
}

static bool
is_narrow(const Picture *picture)
{
    return picture->look->columns < NARROW;
}

/* "[####....]"; @part of @whole, at most full. (transfer full) */
static char *
bar(int width, int64_t part, int64_t whole)
{
    double share = whole > 0 ? CLAMP((double)part / (double)whole, 0.0, 1.0) : 0.0;
    int filled = (int)(share * width);
    GString *text = g_string_new("[");
    for (int i = 0; i < width; i++)
        g_string_append_c(text, i < filled ? '#' : '.');
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

/* A column of names is as wide as the longest, within reason. */
static int
widest(const json_t *list, const char *field, int most)
{
    int width = 0;
    size_t i = 0;
    json_t *item = NULL;
    json_array_foreach((json_t *)(uintptr_t)list, i, item)
    {
        glong length = g_utf8_strlen(word(item, field), -1);
        width = MAX(width, (int)MIN(length, most));
    }
    return width;
}

/* (transfer full) @text in exactly @width characters. */
static char *
fitted(const char *text, int width)
{
    g_autofree char *clean = rz_printable(text);
    glong length = g_utf8_strlen(clean, -1);
    g_autofree char *cut = length > width ? g_utf8_substring(clean, 0, width) : g_strdup(clean);
    return g_strdup_printf("%s%*s", cut, (int)MAX(width - length, 0), "");
}

/* ---- the parts ---- */

static RzTone
tone_of_state(const char *state)
{
    static const struct {
        const char *state;
        RzTone tone;
    } tones[] = {
        {"running", RZ_GOOD},    {"done", RZ_GOOD},         {"paused", RZ_WARN},
        {"cancelling", RZ_WARN}, {"rolling_back", RZ_WARN}, {"stopped", RZ_BAD},
        {"waiting", RZ_WARN},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(tones); i++)
        if (strcmp(tones[i].state, state) == 0)
            return tones[i].tone;
    return RZ_PLAIN;
}

static char *
time_left(const json_t *status)
{
    const json_t *eta = json_object_get(status, "eta_s");
    return json_is_integer(eta) ? rz_format_duration(json_integer_value(eta) * 1000)
                                : g_strdup("?");
}

static void
draw_head(Picture *picture, const json_t *status)
{
    const char *state = word(status, "state");
    int64_t done = integer(status, "bytes_done"), total = integer(status, "bytes_total");
    g_autofree char *done_text = rz_format_bytes((double)done);
    g_autofree char *total_text = rz_format_bytes((double)total);
    g_autofree char *rate = rz_format_bytes((double)integer(status, "rate_bytes_per_s"));
    g_autofree char *left = time_left(status);
    g_autofree char *more =
        is_narrow(picture)
            ? g_strdup("")
            : g_strdup_printf(", %" PRId64 " in flight, %" PRId64 " skipped  %s",
                              integer(status, "partitions_in_flight"),
                              integer(status, "partitions_skipped"), word(status, "updated_at"));
    putf(picture, tone_of_state(state), "%s  %" PRId64 "/%" PRId64 " partitions%s", state,
         integer(status, "partitions_done"), integer(status, "partitions_total"), more);
    bool by_bytes = total > 0; /* what only reorders is counted by partitions */
    int64_t part = by_bytes ? done : integer(status, "partitions_done");
    int64_t whole = by_bytes ? total : integer(status, "partitions_total");
    double percent = whole > 0 ? 100.0 * (double)part / (double)whole : 100.0;
    g_autofree char *drawn = bar(is_narrow(picture) ? 16 : 24, part, whole);
    putf(picture, RZ_STRONG, "%s %5.1f %%  %s of %s", drawn, percent, done_text, total_text);
    putf(picture, RZ_PLAIN, "%s/s, %s left", rate, left);
    if (word(status, "reason")[0] != '\0') {
        g_autofree char *text = g_strdup_printf("waiting: %s", word(status, "reason"));
        put_whole(picture, RZ_WARN, text);
    }
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
draw_zones(Picture *picture, const json_t *status)
{
    json_t *zones = json_object_get(status, "zone_safe");
    int64_t total = integer(status, "zone_partitions");
    if (json_object_size(zones) == 0)
        return;
    put(picture, RZ_PLAIN, "");
    put(picture, RZ_FAINT, "partitions that stay writable if a zone is lost now");
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *name = NULL;
    json_t *safe = NULL;
    json_object_foreach(zones, name, safe) g_ptr_array_add(names, (gpointer)(uintptr_t)name);
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        int64_t n = integer(zones, names->pdata[i]);
        g_autofree char *label = fitted(names->pdata[i], 10);
        g_autofree char *drawn = bar(is_narrow(picture) ? 10 : 30, n, total);
        putf(picture, n < total ? RZ_PLAIN : RZ_GOOD, "  %s %s %" PRId64 " of %" PRId64, label,
             drawn, n, total);
    }
}

static void
draw_broker(Picture *picture, const json_t *broker)
{
    int64_t rate = integer(broker, "rate_bytes_per_s"),
            limit = integer(broker, "throttle_bytes_per_s");
    int64_t left = integer(broker, "bytes_left"), receiving = integer(broker, "receiving");
    g_autofree char *rate_text = rz_format_bytes((double)rate);
    g_autofree char *left_text = rz_format_bytes((double)left);
    g_autofree char *zone = fitted(word(broker, "zone"), 8);
    if (!json_is_true(json_object_get(broker, "alive"))) {
        putf(picture, RZ_BAD, "%5" PRId64 " %s DOWN, %s to come", integer(broker, "broker"), zone,
             left_text);
        return;
    }
    /* Without a throttle there is nothing to draw the rate against. */
    g_autofree char *drawn = bar(is_narrow(picture) ? 8 : 20, rate, limit);
    if (is_narrow(picture))
        putf(picture, RZ_PLAIN, "%5" PRId64 " %s %s/s", integer(broker, "broker"),
             limit > 0 ? drawn : "", rate_text);
    else
        putf(picture, RZ_PLAIN, "%5" PRId64 " %s %s %9s/s %3" PRId64 " moves, %s left",
             integer(broker, "broker"), zone, limit > 0 ? drawn : "", rate_text, receiving,
             left_text);
}

static void
draw_brokers(Picture *picture, const json_t *status)
{
    bool titled = false;
    size_t i = 0;
    json_t *broker = NULL;
    int64_t throttle = integer(status, "throttle_bytes_per_s");
    g_autofree char *limit = rz_format_bytes((double)throttle);
    json_array_foreach(json_object_get(status, "brokers"), i, broker)
    {
        if (integer(broker, "receiving") == 0 && integer(broker, "bytes_left") == 0)
            continue;
        if (!titled) {
            put(picture, RZ_PLAIN, "");
            putf(picture, RZ_FAINT,
                 throttle > 0 ? "receiving brokers, against %s/s"
                              : "receiving brokers, no throttle%.0s",
                 limit);
        }
        titled = true;
        draw_broker(picture, broker);
    }
}

static void
draw_trouble(Picture *picture, const json_t *status)
{
    size_t i = 0;
    json_t *item = NULL;
    json_t *blocked = json_object_get(status, "blocked"), *debts = json_object_get(status, "debts");
    if (json_array_size(blocked) + json_array_size(debts) > 0)
        put(picture, RZ_PLAIN, "");
    const size_t most = 5;
    json_array_foreach(blocked, i, item)
    {
        if (i == most) {
            putf(picture, RZ_WARN, "  ... and %zu more blocked", json_array_size(blocked) - most);
            break;
        }
        g_autofree char *text = g_strdup_printf("blocked  %s-%" PRId64 ": %s", word(item, "topic"),
                                                integer(item, "partition"), word(item, "reason"));
        put_whole(picture, RZ_WARN, text);
    }
    json_array_foreach(debts, i, item)
    {
        g_autofree char *text = g_strdup_printf("debt  broker %" PRId64 " still has our %s",
                                                integer(item, "broker"), word(item, "key"));
        put_whole(picture, RZ_BAD, text);
    }
}

/* "4,5" (transfer full) */
static char *
receivers(const json_t *move)
{
    GString *text = g_string_new(NULL);
    size_t i = 0;
    json_t *id = NULL;
    json_array_foreach(json_object_get(move, "to"), i, id) g_string_append_printf(
        text, "%s%" JSON_INTEGER_FORMAT, i > 0 ? "," : "", json_integer_value(id));
    return g_string_free(text, FALSE);
}

static void
draw_move(Picture *picture, const json_t *move, int width)
{
    g_autofree char *name =
        g_strdup_printf("%s-%" PRId64, word(move, "topic"), integer(move, "partition"));
    g_autofree char *label = fitted(name, width);
    int64_t bytes = integer(move, "bytes"), copied = integer(move, "copied");
    int percent = bytes > 0 ? (int)(100.0 * (double)copied / (double)bytes) : 100;
    g_autofree char *to = receivers(move);
    g_autofree char *drawn = bar(is_narrow(picture) ? 6 : 12, percent, 100);
    g_autofree char *step = integer(move, "steps") > 1
                                ? g_strdup_printf("  step %" PRId64 "/%" PRId64,
                                                  integer(move, "step"), integer(move, "steps"))
                                : g_strdup("");
    const char *state = word(move, "state");
    bool usual = strcmp(state, "moving") == 0;
    putf(picture, RZ_PLAIN, "  %s %s %3d %%  -> %s%s%s%s", label, drawn, percent, to, step,
         usual ? "" : "  ", usual ? "" : state);
}

static void
draw_moves(Picture *picture, const json_t *status)
{
    const json_t *moves = json_object_get(status, "moves");
    size_t n = json_array_size(moves), i = 0;
    int room = picture->look->rows > 0 ? picture->look->rows - picture->lines - 3 : (int)n;
    if (n == 0 || room <= 0)
        return;
    int64_t in_flight = MAX(integer(status, "partitions_in_flight"), (int64_t)n);
    int width = widest(moves, "topic", is_narrow(picture) ? 12 : 26) + 4;
    json_t *move = NULL;
    put(picture, RZ_PLAIN, "");
    put(picture, RZ_FAINT, "in flight");
    json_array_foreach((json_t *)(uintptr_t)moves, i, move)
    {
        if ((int)i >= room)
            break;
        draw_move(picture, move, width);
    }
    if ((int64_t)i < in_flight)
        putf(picture, RZ_FAINT, "  ... and %" PRId64 " more", in_flight - (int64_t)i);
}

char *
rz_watch_render(const json_t *status, const RzWatchLook *look)
{
    Picture picture = {g_string_new(NULL), look, 0};
    draw_head(&picture, status);
    draw_zones(&picture, status);
    draw_brokers(&picture, status);
    draw_trouble(&picture, status);
    draw_moves(&picture, status);
    return g_string_free(picture.out, FALSE);
}

char *
rz_watch_line(const json_t *status)
{
    g_autofree char *done = rz_format_bytes((double)integer(status, "bytes_done"));
    g_autofree char *total = rz_format_bytes((double)integer(status, "bytes_total"));
    g_autofree char *rate = rz_format_bytes((double)integer(status, "rate_bytes_per_s"));
    g_autofree char *left = time_left(status);
    g_autofree char *reason = rz_printable(word(status, "reason"));
    return g_strdup_printf("%s %s  %" PRId64 "/%" PRId64 " partitions, %" PRId64
                           " in flight  %s of %s  %s/s  ETA %s%s%s%s",
                           word(status, "updated_at"), word(status, "state"),
                           integer(status, "partitions_done"), integer(status, "partitions_total"),
                           integer(status, "partitions_in_flight"), done, total, rate, left,
                           reason[0] != '\0' ? "  (" : "", reason, reason[0] != '\0' ? ")" : "");
}
