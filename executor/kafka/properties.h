/*
 * properties.h: client properties as text, in the two dialects that operators have.
 *
 * librdkafka's files are plain `key=value` lines. Java's (java.util.Properties) have escapes, a
 * backslash at a line's end that continues it, and `:` or blanks as separators. The same password
 * can thus mean two things: a file that names a property only Java has is read by Java's rules,
 * any other byte for byte.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "executor/kafka/secret.h"

typedef struct {
    char *key;
    RzSecret *value; /* any value may be a secret */
    char *where;     /* "client.properties:3", for messages */
} RzProperty;

void rz_property_free(RzProperty *property);

/**
 * rz_properties_read:
 * @text: (transfer none): the file's content
 * @name: (transfer none): the file's name, for messages
 *
 * Errors: RZ_ERROR_USAGE with file and line for what is neither a property nor a comment, or is not
 * UTF-8. No message repeats a value.
 * Returns: (transfer full): RzProperty in the file's order, owning its elements; NULL with @error
 */
GPtrArray *rz_properties_read(const char *text, const char *name, GError **error);

/* "key=value", as given with -X: byte for byte. */
RzProperty *rz_property_parse(const char *assignment, const char *where, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzProperty, rz_property_free)
