/*
 * fuzz_journal.c: the journal's reader against any bytes.
 *
 * The checksums would keep a fuzzer out of the records, so an even first byte means that the rest
 * is JSON lines, which are framed here; an odd one, that it is a journal as it lies on the disk.
 * What has begun must render and read back to the same text.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/journal.h"
#include "tests/fuzz/fuzz_target.h"

static void
require(bool condition)
{
    if (!condition)
        abort();
}

static void
read_it(const char *bytes, gsize n)
{
    g_autoptr(GError) error = NULL;
    gsize valid = 0;
    g_autoptr(RzJournal) journal = rz_journal_parse(bytes, n, &valid, &error);
    require((journal == NULL) == (error != NULL));
    require(valid <= n);
    if (journal == NULL || !journal->begun)
        return;
    g_autoptr(GString) once = rz_journal_render(journal, journal->begun_at_ms);
    g_autoptr(RzJournal) again = rz_journal_parse(once->str, once->len, &valid, NULL);
    require(again != NULL && valid == once->len);
    g_autoptr(GString) twice = rz_journal_render(again, journal->begun_at_ms);
    require(strcmp(once->str, twice->str) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1, *end = (const char *)data + size;
    if ((data[0] & 1) != 0) {
        read_it(text, size - 1);
        return 0;
    }
    g_autoptr(GString) framed = g_string_new(NULL);
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline != NULL ? newline : end;
        rz_journal_frame(framed, text, (gsize)(stop - text));
        text = stop + 1;
    }
    read_it(framed->str, framed->len);
    return 0;
}
