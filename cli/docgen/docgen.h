/*
 * docgen.h: man pages and shell completions from the command tables.
 *
 * They are generated at build time and never written by hand, so they cannot drift from --help.
 */
#pragma once

#include <stdio.h>

#include "cli/args.h"

void rz_docgen_man_program(FILE *stream, const char *version, const RzCommand *commands,
                           guint n_commands);
void rz_docgen_man_command(FILE *stream, const char *version, const RzCommand *command);

void rz_docgen_bash(FILE *stream, const RzCommand *commands, guint n_commands);
void rz_docgen_zsh(FILE *stream, const RzCommand *commands, guint n_commands);
void rz_docgen_fish(FILE *stream, const RzCommand *commands, guint n_commands);
