/*
 * output.h: text for people: tables, colour, and nothing that a terminal could be fooled with.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <glib.h>

/* Topic names, hosts and messages come from the cluster: control characters become "?". (full) */
char *rz_printable(const char *text);

typedef enum { RZ_PLAIN, RZ_GOOD, RZ_WARN, RZ_BAD, RZ_STRONG, RZ_FAINT } RzTone;

/* Colour is for a terminal without NO_COLOR only. */
bool rz_has_colour(FILE *stream);
/* (transfer full) @text in the tone's colour, or a plain copy. */
char *rz_tone(FILE *stream, RzTone tone, const char *text);

typedef struct RzTable RzTable;

/* @columns: headings; one that begins with ">" is aligned to the right. Ends with NULL. */
RzTable *rz_table_new(const char *const *columns);
/* Takes ownership of the cells, g_free()d later; as many as there are columns. */
void rz_table_row(RzTable *table, ...);
void rz_table_print(const RzTable *table, FILE *stream, const char *indent);
void rz_table_free(RzTable *table);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzTable, rz_table_free)

/* Messages on stderr. */
void rz_say(const char *format, ...) G_GNUC_PRINTF(1, 2);
void rz_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);
