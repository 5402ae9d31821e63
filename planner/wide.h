/*
 * wide.h: 128-bit sums as decimal text.
 *
 * JSON readers lose integers above 2^53, so larger ones are written as decimal strings.
 */
#pragma once

#include "planner/snapshot_private.h"

#define RZ_WIDE_TEXT_SIZE 41 /* a sign, 39 digits, the terminator */

#define RZ_WIDE_MAX ((RzWide)((((RzWide)1 << 126) - 1) * 2 + 1))
#define RZ_WIDE_MIN (-RZ_WIDE_MAX - 1)

/* Formats @value into @text and returns where it starts there. */
const char *rz_wide_to_text(RzWide value, char text[RZ_WIDE_TEXT_SIZE]);

/* (transfer full): the digits grouped by thousands, "65,137,000": for sentences. */
char *rz_wide_to_words(RzWide value);

/* Parses an optional minus and digits, nothing else. False if it is no such number or too big. */
bool rz_wide_parse(const char *text, RzWide *value);
