/*
 * docgen.h: man pages and shell completions from the command tables.
 *
 * They are generated at build time and never written by hand, so they cannot drift from --help.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "cli/args.h"

void rz_docgen_man_program(FILE *stream, const char *version, const RzCommand *commands,
                           guint n_commands);
void rz_docgen_man_command(FILE *stream, const char *version, const RzCommand *command);

/* A document of docs/ that is a page of section 5, too. */
typedef struct {
    const char *page, *file, *summary;
} RzDocument;

/* @text is the document's. */
void rz_docgen_man_document(FILE *stream, const char *version, const RzDocument *document,
                            const char *text);

/* Title and NAME of a page. */
void rz_docgen_man_head(FILE *stream, const char *page, int section, const char *version,
                        const char *summary);
/* A character as roff's input; at the start of a line some mean a request. */
void rz_docgen_put(FILE *stream, char character, bool line_start);

void rz_docgen_bash(FILE *stream, const RzCommand *commands, guint n_commands);
void rz_docgen_zsh(FILE *stream, const RzCommand *commands, guint n_commands);
void rz_docgen_fish(FILE *stream, const RzCommand *commands, guint n_commands);
