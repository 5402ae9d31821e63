/*
 * fuzz_snapshot.c: any text as a snapshot file.
 *
 * What is read must write the same canonical text for ever, and whatever else a snapshot is used
 * for must work on it.
 */
#include <stdlib.h>
#include <string.h>

#include "planner/line_scan.h"
#include "rezone/audit.h"
#include "rezone/error.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/lines.h"

static RzSnapshot *
read_lines_with(const char *text, size_t size, bool only_jansson, GError **error)
{
    g_autoptr(RzSnapshotReader) reader = rz_snapshot_reader_new();
    if (only_jansson)
        rz_snapshot_reader_use_jansson(reader);
    if (!feed_lines(text, size, fuzz_snapshot_line, reader, error))
        return NULL;
    return rz_snapshot_reader_finish(reader, error);
}

/* Whichever way a line is taken, the result and the words of an error are the same. */
static RzSnapshot *
read_lines(const char *text, size_t size)
{
    g_autoptr(GError) error = NULL, slow_error = NULL;
    g_autoptr(RzSnapshot) slow = read_lines_with(text, size, true, &slow_error);
    RzSnapshot *snapshot = read_lines_with(text, size, false, &error);
    if (snapshot == NULL) {
        if (!g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT) || slow != NULL ||
            strcmp(error->message, slow_error->message) != 0)
            abort();
        return NULL;
    }
    g_autoptr(GString) ours = g_string_new(NULL);
    g_autoptr(GString) theirs = g_string_new(NULL);
    rz_snapshot_write(snapshot, rz_append_line, ours, NULL);
    if (slow != NULL)
        rz_snapshot_write(slow, rz_append_line, theirs, NULL);
    if (!g_string_equal(ours, theirs))
        abort();
    return snapshot;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(RzSnapshot) snapshot = read_lines((const char *)data, size);
    if (snapshot == NULL)
        return 0;
    g_autoptr(GString) once = g_string_new(NULL);
    g_autoptr(GString) twice = g_string_new(NULL);
    rz_snapshot_write(snapshot, rz_append_line, once, NULL);
    g_autoptr(RzSnapshot) again = read_lines(once->str, once->len);
    if (again == NULL)
        abort();
    rz_snapshot_write(again, rz_append_line, twice, NULL);
    if (!g_string_equal(once, twice))
        abort();
    g_autoptr(RzAudit) audit = rz_audit_new(snapshot, NULL);
    g_free(rz_audit_to_json(audit));
    return 0;
}
