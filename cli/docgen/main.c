/*
 * main.c: writes every man page, completion script and state diagram into a folder. The pages of
 * section 5 are made of documents in the second folder.
 */
#include <stdio.h>

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

static const RzDocument documents[] = {
    {"rezone-formats", "formats.md", "the files that rezone reads and writes"},
    {"rezone-run", "run-files.md", "the files of a run"},
};

static bool
write_documents(const char *dir, const char *docs)
{
    for (gsize i = 0; i < G_N_ELEMENTS(documents); i++) {
        g_autofree char *path = g_build_filename(docs, documents[i].file, NULL);
        g_autofree char *text = NULL;
        g_autoptr(GError) error = NULL;
        if (!g_file_get_contents(path, &text, NULL, &error)) {
            fprintf(stderr, "%s\n", error->message);
            return false;
        }
        g_autofree char *name = g_strdup_printf("%s.5", documents[i].page);
        FILE *stream = create(dir, name);
        if (stream == NULL)
            return false;
        rz_docgen_man_document(stream, RZ_VERSION, &documents[i], text);
        if (fclose(stream) != 0)
            return false;
    }
    return true;
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
    if (argc != 3) {
        fprintf(stderr, "usage: rezone-docgen FOLDER DOCS\n");
        return 2;
    }
    bool good = write_man_pages(argv[1]) && write_documents(argv[1], argv[2]) &&
                write_completions(argv[1]) && write_drawings(argv[1]);
    return good ? 0 : 1;
}
