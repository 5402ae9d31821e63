/*
 * io.c: streaming files line by line into the readers and out of the writers.
 */
#include "cli/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rezone/error.h"

static bool
fail(const char *path, const char *what, GError **error)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s: %s: %s", path, what, g_strerror(errno));
    return false;
}

static FILE *
open_in(const char *path, GError **error)
{
    if (strcmp(path, "-") == 0)
        return stdin;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        fail(path, "cannot read", error);
        return NULL;
    }
    setvbuf(file, NULL, _IOFBF, 1 << 18);
    return file;
}

static void
close_in(FILE *file)
{
    if (file != stdin)
        fclose(file);
}

/* Calls @take for every line without its newline. */
static bool
each_line(const char *path, RzLineSink take, void *data, GError **error)
{
    FILE *file = open_in(path, error);
    if (file == NULL)
        return false;
    char *line = NULL;
    size_t room = 0;
    ssize_t length = 0;
    bool good = true;
    errno = 0;
    while (good && (length = getline(&line, &room, file)) >= 0) {
        if (length > 0 && line[length - 1] == '\n')
            length--;
        good = take(line, (gsize)length, data, error);
    }
    if (good && ferror(file))
        good = fail(path, "cannot read", error);
    else if (!good)
        g_prefix_error(error, "%s: ", path);
    free(line);
    close_in(file);
    return good;
}

static bool
feed_snapshot(const char *line, gsize length, void *reader, GError **error)
{
    return rz_snapshot_reader_line(reader, line, length, error);
}

RzSnapshot *
rz_load_snapshot(const char *path, GError **error)
{
    g_autoptr(RzSnapshotReader) reader = rz_snapshot_reader_new();
    if (!each_line(path, feed_snapshot, reader, error))
        return NULL;
    RzSnapshot *snapshot = rz_snapshot_reader_finish(reader, error);
    if (snapshot == NULL)
        g_prefix_error(error, "%s: ", path);
    return snapshot;
}

static bool
feed_plan(const char *line, gsize length, void *reader, GError **error)
{
    return rz_plan_reader_line(reader, line, length, error);
}

RzPlan *
rz_load_plan(const char *path, GError **error)
{
    g_autoptr(RzPlanReader) reader = rz_plan_reader_new();
    if (!each_line(path, feed_plan, reader, error))
        return NULL;
    RzPlan *plan = rz_plan_reader_finish(reader, error);
    if (plan == NULL)
        g_prefix_error(error, "%s: ", path);
    return plan;
}

char *
rz_load_text(const char *path, gsize *length, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (!each_line(path, rz_append_line, text, error))
        return NULL;
    if (length != NULL)
        *length = text->len;
    return g_string_free(g_steal_pointer(&text), FALSE);
}

RzZoneMap *
rz_load_zone_map(const char *path, GError **error)
{
    gsize length = 0;
    g_autofree char *text = rz_load_text(path, &length, error);
    RzZoneMap *map = text != NULL ? rz_zone_map_parse(text, length, error) : NULL;
    if (text != NULL && map == NULL)
        g_prefix_error(error, "%s: ", path);
    return map;
}

bool
rz_is_foreign_plan(const char *path)
{
    /* Our first line says its format; a pipe cannot be read twice, so "-" is always ours. */
    if (strcmp(path, "-") == 0)
        return false;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    char *line = NULL;
    size_t room = 0;
    bool ours = getline(&line, &room, file) >= 0 && strstr(line, "\"rezone-plan\"") != NULL;
    bool json = line != NULL && strchr(line, '{') != NULL;
    free(line);
    fclose(file);
    return json && !ours;
}

/* ---- output ---- */

struct RzOutput {
    FILE *file;
    char *path;
    char *temporary; /* NULL for stdout and for what is not a regular file */
};

/* A pipe or device named on the command line is written in place. */
static bool
is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

RzOutput *
rz_output_open(const char *path, GError **error)
{
    g_autoptr(RzOutput) output = g_new0(RzOutput, 1);
    output->path = g_strdup(path);
    if (strcmp(path, "-") == 0) {
        output->file = stdout;
        return g_steal_pointer(&output);
    }
    if (is_special(path)) {
        output->file = fopen(path, "we");
    } else {
        output->temporary = g_strdup_printf("%s.XXXXXX", path);
        int fd = mkostemp(output->temporary, O_CLOEXEC);
        if (fd >= 0) {
            mode_t mask = umask(0);
            umask(mask);
            (void)!fchmod(fd, 0666 & ~mask);
            output->file = fdopen(fd, "w");
        } else {
            g_clear_pointer(&output->temporary, g_free);
        }
    }
    if (output->file == NULL) {
        fail(path, "cannot write", error);
        return NULL;
    }
    setvbuf(output->file, NULL, _IOFBF, 1 << 18);
    return g_steal_pointer(&output);
}

bool
rz_output_line(const char *line, gsize length, void *data, GError **error)
{
    RzOutput *output = data;
    if (fwrite(line, 1, length, output->file) == length && putc('\n', output->file) != EOF)
        return true;
    return fail(output->path, "cannot write", error);
}

bool
rz_output_commit(RzOutput *output, GError **error)
{
    if (fflush(output->file) != 0)
        return fail(output->path, "cannot write", error);
    if (output->temporary == NULL)
        return true;
    if (fsync(fileno(output->file)) != 0 || rename(output->temporary, output->path) != 0)
        return fail(output->path, "cannot write", error);
    g_clear_pointer(&output->temporary, g_free);
    return true;
}

void
rz_output_free(RzOutput *output)
{
    if (output == NULL)
        return;
    if (output->file != NULL && output->file != stdout)
        fclose(output->file);
    if (output->temporary != NULL)
        unlink(output->temporary);
    g_free(output->temporary);
    g_free(output->path);
    g_free(output);
}

bool
rz_save_text(const char *path, const char *text, GError **error)
{
    g_autoptr(RzOutput) output = rz_output_open(path, error);
    gsize length = strlen(text);
    if (length > 0 && text[length - 1] == '\n')
        length--;
    return output != NULL && rz_output_line(text, length, output, error) &&
           rz_output_commit(output, error);
}
