/*
 * fuzz_snapshot.c: any text as a snapshot file.
 *
 * What is read must write the same canonical text for ever, and whatever else a snapshot is used
 * for must work on it.
 */
#include <stdlib.h>
#include <string.h>

#include "rezone/audit.h"
#include "rezone/error.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/lines.h"

static RzSnapshot *
read_lines(const char *text, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshotReader) reader = rz_snapshot_reader_new();
    RzSnapshot *snapshot = NULL;
    if (feed_lines(text, size, fuzz_snapshot_line, reader, &error))
        snapshot = rz_snapshot_reader_finish(reader, &error);
    if (snapshot == NULL && !g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT))
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
