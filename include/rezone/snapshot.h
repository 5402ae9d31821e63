/*
 * snapshot.h: a cluster as it was observed at one moment.
 *
 * The reader is fed line by line, so that a file of any size streams; it does no I/O of its own.
 * Format: docs/formats.md, "Snapshot".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct RzSnapshot RzSnapshot;
typedef struct RzSnapshotReader RzSnapshotReader;

/**
 * RzLineSink:
 * @line: one JSON line without its newline; valid during the call only
 * @length: its bytes
 * @data: the caller's
 * @error: return location for a #GError
 *
 * Receives a file's lines in order. Returns false to stop the writer, with @error set.
 */
typedef bool (*RzLineSink)(const char *line, gsize length, void *data, GError **error);

/**
 * rz_append_line:
 * @text: a #GString
 *
 * A #RzLineSink that keeps the file in memory: the line and a newline are appended. Never fails.
 */
bool rz_append_line(const char *line, gsize length, void *text, GError **error);

/**
 * rz_snapshot_reader_new:
 *
 * Returns: (transfer full): a reader; free with rz_snapshot_reader_free()
 */
RzSnapshotReader *rz_snapshot_reader_new(void);
void rz_snapshot_reader_free(RzSnapshotReader *reader);

/**
 * rz_snapshot_reader_line:
 * @reader: a reader that has not failed
 * @line: one line, newline excluded, not necessarily NUL-terminated; blank lines are skipped
 * @length: its bytes
 * @error: return location for a #GError
 *
 * Errors: %RZ_ERROR_INPUT; the message begins "line N: " and names the field. After an error the
 * reader can only be freed. Cost: proportional to @length.
 */
bool rz_snapshot_reader_line(RzSnapshotReader *reader, const char *line, gsize length,
                             GError **error);

/**
 * rz_snapshot_reader_finish:
 * @reader: a reader that was fed everything
 * @error: return location for a #GError
 *
 * Sorts brokers by id, zones and topics by name, partitions by number, so that equal content gives
 * an equal model whatever the order of its lines, and checks what only the whole can show.
 * Returns: (transfer full): the snapshot, free with rz_snapshot_free(); %NULL with @error set
 */
G_GNUC_WARN_UNUSED_RESULT
RzSnapshot *rz_snapshot_reader_finish(RzSnapshotReader *reader, GError **error);

void rz_snapshot_free(RzSnapshot *snapshot);

/**
 * rz_snapshot_write:
 *
 * Writes the canonical form: header, brokers by id, topics by name. Reading it back gives an equal
 * snapshot, and the same snapshot always gives the same bytes. Errors: only those of @sink.
 */
bool rz_snapshot_write(const RzSnapshot *snapshot, RzLineSink sink, void *data, GError **error);

/**
 * rz_snapshot_sha256:
 *
 * Returns: (transfer full): the hex SHA-256 of the canonical form (each line ending in "\n"), which
 * is what sha256sum prints for a snapshot file that rezone wrote
 */
char *rz_snapshot_sha256(const RzSnapshot *snapshot);

const char *rz_snapshot_cluster_id(const RzSnapshot *snapshot); /* NULL if unknown */
uint32_t rz_snapshot_n_brokers(const RzSnapshot *snapshot);
uint32_t rz_snapshot_n_zones(const RzSnapshot *snapshot);
uint32_t rz_snapshot_n_topics(const RzSnapshot *snapshot);
uint32_t rz_snapshot_n_partitions(const RzSnapshot *snapshot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzSnapshotReader, rz_snapshot_reader_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzSnapshot, rz_snapshot_free)

G_END_DECLS
