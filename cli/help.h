/*
 * help.h: the option tables as text.
 */
#pragma once

#include <stdio.h>

#include "cli/args.h"

void rz_help_program(FILE *stream, const RzCommand *commands, guint n_commands);
void rz_help_command(FILE *stream, const RzCommand *command);
