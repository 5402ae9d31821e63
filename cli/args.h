/*
 * args.h: a command's options as data, and what was given for them.
 *
 * Every option of every command stands once, in a table (commands.c). Parsing, --help, man pages
 * and completions all read that table, so none of them can drift. GLib's GOption does the parsing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef enum {
    RZ_OPTION_FLAG,
    RZ_OPTION_VALUE, /* once at most */
    RZ_OPTION_LIST,  /* may be repeated */
} RzOptionKind;

typedef struct {
    const char *name; /* long name, without dashes */
    char letter;      /* short name, or 0 */
    RzOptionKind kind;
    const char *value; /* how help names the value; NULL for flags */
    const char *help;
} RzOption;

/* Options that several commands share, under one heading in the help. */
typedef struct {
    const char *heading;
    const RzOption *options; /* ends with a NULL name */
} RzOptionGroup;

#define RZ_MAX_GROUPS 8

typedef struct RzArgs RzArgs;
typedef struct RzCommand RzCommand;

struct RzCommand {
    const char *name;
    int (*run)(const RzArgs *args, GError **error); /* the exit code; -1 with @error set */
    const char *summary;                            /* one line */
    const char *files; /* how help names the positional arguments; "" for none */
    uint32_t min_files, max_files;
    const RzOptionGroup *groups[RZ_MAX_GROUPS];
    const char *description; /* paragraphs for help and man page */
    const char *example;     /* one or more command lines */
};

/* Parses what follows the command's name. Errors: RZ_ERROR_USAGE naming the option. */
RzArgs *rz_args_parse(const RzCommand *command, int argc, char **argv, GError **error);
void rz_args_free(RzArgs *args);

const RzCommand *rz_args_command(const RzArgs *args);
bool rz_args_wants_help(const RzArgs *args);

/* The option must be in the command's table: asking for another is our bug. */
bool rz_args_flag(const RzArgs *args, const char *name);
const char *rz_args_value(const RzArgs *args, const char *name); /* NULL if not given */
/* For code that several commands share: NULL, too, if the command has no such option. */
const char *rz_args_value_if_known(const RzArgs *args, const char *name);
const GPtrArray *rz_args_list(const RzArgs *args, const char *name); /* char *; never NULL */

uint32_t rz_args_n_files(const RzArgs *args);
const char *rz_args_file(const RzArgs *args, uint32_t i); /* NULL past the end */

/* Whether the command's table has an option of this name. */
bool rz_command_has_option(const RzCommand *command, const char *name);

/* Whether it may be repeated. */
bool rz_option_is_list(const RzCommand *command, const char *name);

/* Two options that exclude each other: RZ_ERROR_USAGE naming both if both were given. */
bool rz_args_exclude(const RzArgs *args, const char *a, const char *b, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzArgs, rz_args_free)
