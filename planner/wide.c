/*
 * wide.c: what the C library does not offer for 128-bit integers.
 */
#include "planner/wide.h"

#include <string.h>

__extension__ typedef unsigned __int128 Unsigned;

static Unsigned
magnitude(RzWide value)
{
    return value < 0 ? -(Unsigned)value : (Unsigned)value;
}

const char *
rz_wide_to_text(RzWide value, char text[RZ_WIDE_TEXT_SIZE])
{
    char *at = text + RZ_WIDE_TEXT_SIZE - 1;
    Unsigned rest = magnitude(value);
    *at = '\0';
    do {
        *--at = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    return at;
}

char *
rz_wide_to_words(RzWide value)
{
    char text[RZ_WIDE_TEXT_SIZE];
    const char *digits = rz_wide_to_text(value, text);
    GString *words = g_string_new(NULL);
    if (*digits == '-')
        g_string_append_c(words, *digits++);
    gsize n = strlen(digits);
    for (gsize i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            g_string_append_c(words, ',');
        g_string_append_c(words, digits[i]);
    }
    return g_string_free(words, FALSE);
}

bool
rz_wide_parse(const char *text, RzWide *value)
{
    bool negative = *text == '-';
    const char *at = text + (negative ? 1 : 0);
    if (*at == '\0')
        return false;
    RzWide sum = 0;
    for (; *at != '\0'; at++) {
        if (!g_ascii_isdigit(*at))
            return false;
        int digit = negative ? '0' - *at : *at - '0';
        if (__builtin_mul_overflow(sum, (RzWide)10, &sum) ||
            __builtin_add_overflow(sum, (RzWide)digit, &sum))
            return false;
    }
    *value = sum;
    return true;
}
