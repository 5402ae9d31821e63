/*
 * json_text.c: integers, strings and lists as JSON text.
 */
#include "planner/json_text.h"

#include <string.h>

#include <jansson.h>

#include "planner/wide.h"

#define EXACT_IN_DOUBLE ((RzWide)1 << 53)

void
rz_text_int(GString *text, int64_t value)
{
    char digits[20];
    char *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    g_string_append_len(text, at, digits + sizeof digits - at);
}

void
rz_text_wide(GString *text, RzWide value)
{
    char digits[RZ_WIDE_TEXT_SIZE];
    const char *number = rz_wide_to_text(value, digits);
    bool quoted = value > EXACT_IN_DOUBLE || value < -EXACT_IN_DOUBLE;
    if (quoted)
        g_string_append_c(text, '"');
    g_string_append(text, number);
    if (quoted)
        g_string_append_c(text, '"');
}

static bool
is_plain(const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value < 0x20 || *value > 0x7e || *value == '"' || *value == '\\')
            return false;
    }
    return true;
}

static int
append_chunk(const char *chunk, size_t length, void *data)
{
    g_string_append_len(data, chunk, (gssize)length);
    return 0;
}

void
rz_text_string(GString *text, const char *value)
{
    if (value == NULL) {
        RZ_TEXT_LITERAL(text, "null");
    } else if (is_plain(value)) {
        g_string_append_c(text, '"');
        g_string_append(text, value);
        g_string_append_c(text, '"');
    } else {
        g_autofree char *valid = g_utf8_make_valid(value, -1); /* what JSON text has to be */
        json_t *string = json_string(valid);
        json_dump_callback(string, append_chunk, text, JSON_ENCODE_ANY);
        json_decref(string);
    }
}

void
rz_text_brokers(GString *text, const RzSnapshot *snapshot, const uint32_t *brokers, gsize n)
{
    g_string_append_c(text, '[');
    for (gsize i = 0; i < n; i++) {
        if (i > 0)
            g_string_append_c(text, ',');
        rz_text_int(text, snapshot->brokers[brokers[i]].id);
    }
    g_string_append_c(text, ']');
}

void
rz_text_ids(GString *text, const int32_t *ids, gsize n)
{
    g_string_append_c(text, '[');
    for (gsize i = 0; i < n; i++) {
        if (i > 0)
            g_string_append_c(text, ',');
        rz_text_int(text, ids[i]);
    }
    g_string_append_c(text, ']');
}

bool
rz_text_flush(GString *text, RzLineSink sink, void *data, GError **error)
{
    bool fine = sink(text->str, text->len, data, error);
    g_string_truncate(text, 0);
    return fine;
}

bool
rz_append_line(const char *line, gsize length, void *text, GError **error)
{
    (void)error;
    g_string_append_len(text, line, (gssize)length);
    g_string_append_c(text, '\n');
    return true;
}
