/*
 * json_fields.h: reading the fields of one JSON object, with errors that name the field.
 *
 * Each function names only its own field ("size_bytes: must be ..."); the caller that knows the
 * surroundings prefixes them ("partitions[3]."), and the line reader adds "line 7: " last. So a
 * path costs nothing until something is wrong. Every error is RZ_ERROR_INPUT.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "planner/wide.h"

typedef enum {
    RZ_REQUIRED,
    RZ_OPTIONAL, /* may be absent or null: the caller's default stays */
} RzNeed;

/* Parses a text that is one object and nothing else; repeated keys are refused. (transfer full) */
G_GNUC_WARN_UNUSED_RESULT
json_t *rz_json_parse_object(const char *text, gsize length, GError **error);

/* Nothing but white space. */
bool rz_json_is_blank(const char *line, gsize length);

/* Whether a file's header names this format and version. */
bool rz_json_check_version(const json_t *header, const char *format, int version, GError **error);

/* "a string", "null", ...: for messages. */
const char *rz_json_kind(const json_t *value);

/* Each leaves *@value alone when an optional field is absent or null. */
bool rz_json_get_int(const json_t *object, const char *name, RzNeed need, int64_t min, int64_t max,
                     int64_t *value, GError **error);
bool rz_json_get_int32(const json_t *object, const char *name, RzNeed need, int32_t min,
                       int32_t *value, GError **error);
/* An integer, or a decimal string where a JSON integer would not do. */
bool rz_json_get_wide(const json_t *object, const char *name, RzNeed need, RzWide *value,
                      GError **error);
/* The same, when it has to fit 64 bits. */
bool rz_json_get_long(const json_t *object, const char *name, RzNeed need, int64_t *value,
                      GError **error);
bool rz_json_get_bool(const json_t *object, const char *name, RzNeed need, bool *value,
                      GError **error);
/* (transfer none): lives as long as @object */
bool rz_json_get_string(const json_t *object, const char *name, RzNeed need, const char **value,
                        GError **error);
bool rz_json_get_array(const json_t *object, const char *name, RzNeed need, const json_t **value,
                       GError **error);
bool rz_json_get_object(const json_t *object, const char *name, RzNeed need, const json_t **value,
                        GError **error);

/* Element @index of the array called @name, which must be an object. (transfer none) */
const json_t *rz_json_item(const json_t *array, const char *name, gsize index, GError **error);

/* Element @index of the array called @name, which must be a broker id (0 to 2^31-1). */
bool rz_json_broker_id(const json_t *array, const char *name, gsize index, int32_t *id,
                       GError **error);

/* Appends every element of the array of broker ids called @name to @ids (int32_t). */
bool rz_json_broker_ids(const json_t *array, const char *name, GArray *ids, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)
