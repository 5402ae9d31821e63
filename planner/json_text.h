/*
 * json_text.h: writing canonical JSON fast.
 *
 * A snapshot or plan of a million partitions is mostly integers in a fixed field order, so the
 * writers append text to one growing buffer instead of building trees; only strings that need
 * escaping go through jansson.
 */
#pragma once

#include "planner/snapshot_private.h"

void rz_text_int(GString *text, int64_t value);
/* A number up to 2^53 in magnitude, beyond that a decimal string. */
void rz_text_wide(GString *text, RzWide value);
/* A JSON string; null for NULL. */
void rz_text_string(GString *text, const char *value);
/* A list of broker indices as their ids: "[1,2,3]". */
void rz_text_brokers(GString *text, const RzSnapshot *snapshot, const uint32_t *brokers, gsize n);
/* A list of ids. */
void rz_text_ids(GString *text, const int32_t *ids, gsize n);

#define RZ_TEXT_LITERAL(text, literal) g_string_append_len((text), "" literal, sizeof(literal) - 1)

/* Hands the line to the sink and empties the buffer. */
bool rz_text_flush(GString *text, RzLineSink sink, void *data, GError **error);
