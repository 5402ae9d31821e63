/*
 * hex.h: byte strings written down by hand, spaces ignored.
 */
#pragma once

#include <glib.h>

static inline GByteArray *
bytes_from_hex(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();
    int high = -1;
    for (; *hex != '\0'; hex++) {
        int digit = g_ascii_xdigit_value(*hex);
        if (digit < 0)
            continue;
        if (high < 0) {
            high = digit;
            continue;
        }
        guint8 byte = (guint8)(high << 4 | digit);
        g_byte_array_append(bytes, &byte, 1);
        high = -1;
    }
    g_assert(high < 0);
    return bytes;
}

static inline char *
hex_from_bytes(const guint8 *bytes, gsize n)
{
    GString *hex = g_string_new(NULL);
    for (gsize i = 0; i < n; i++)
        g_string_append_printf(hex, "%02x", bytes[i]);
    return g_string_free(hex, FALSE);
}
