/*
 * main.c: writes every man page, completion script and state diagram into a folder.
 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/docgen/docgen.h"
#include "executor/part_table.h"
#include "executor/run_table.h"

static FILE *
create(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    FILE *stream = fopen(path, "we");
    if (stream == NULL)
        perror(path);
    return stream;
}

typedef void (*CompletionPrinter)(FILE *stream, const RzCommand *commands, guint n_commands);

typedef struct {
    const char *name;
    CompletionPrinter print;
} Completion;

static const Completion completions[] = {
    {"rezone.bash", rz_docgen_bash},
    {"_rezone", rz_docgen_zsh},
    {"rezone.fish", rz_docgen_fish},
};

static bool
write_man_pages(const char *dir)
{
    FILE *stream = create(dir, "rezone.1");
    if (stream == NULL)
        return false;
    rz_docgen_man_program(stream, RZ_VERSION, rz_commands, rz_n_commands);
    bool good = fclose(stream) == 0;
    for (guint i = 0; good && i < rz_n_commands; i++) {
        g_autofree char *name = g_strdup_printf("rezone-%s.1", rz_commands[i].name);
        stream = create(dir, name);
        if (stream == NULL)
            return false;
        rz_docgen_man_command(stream, RZ_VERSION, &rz_commands[i]);
        good = fclose(stream) == 0;
    }
    return good;
}

static bool
write_completions(const char *dir)
{
    for (gsize i = 0; i < G_N_ELEMENTS(completions); i++) {
        FILE *stream = create(dir, completions[i].name);
        if (stream == NULL)
            return false;
        completions[i].print(stream, rz_commands, rz_n_commands);
        if (fclose(stream) != 0)
            return false;
    }
    return true;
}

typedef char *(*TableDrawer)(void);

typedef struct {
    const char *name;
    TableDrawer draw;
} Drawing;

/* The executor's tables of transitions, for docs/. */
static const Drawing drawings[] = {
    {"run-states.dot", rz_run_table_draw},
    {"partition-states.dot", rz_part_table_draw},
};

static bool
write_drawings(const char *dir)
{
    for (gsize i = 0; i < G_N_ELEMENTS(drawings); i++) {
        FILE *stream = create(dir, drawings[i].name);
        if (stream == NULL)
            return false;
        g_autofree char *text = drawings[i].draw();
        fputs(text, stream);
        if (fclose(stream) != 0)
            return false;
    }
    return true;
}

int
main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: rezone-docgen FOLDER\n");
        return 2;
    }
    return write_man_pages(argv[1]) && write_completions(argv[1]) && write_drawings(argv[1]) ? 0
                                                                                             : 1;
}
