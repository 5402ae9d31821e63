/*
 * io.h: files in and out; "-" is stdin or stdout.
 *
 * The planner opens no file, so the command line feeds it lines. Output files appear whole or not
 * at all: written beside their place and renamed.
 */
#pragma once

#include "planner/kafka_json.h"
#include "rezone/plan.h"
#include "rezone/snapshot.h"

/* Errors: RZ_ERROR_FILE, RZ_ERROR_INPUT; the message begins with the file's name. */
RzSnapshot *rz_load_snapshot(const char *path, GError **error);
RzPlan *rz_load_plan(const char *path, GError **error);
RzZoneMap *rz_load_zone_map(const char *path, GError **error);
char *rz_load_text(const char *path, gsize *length, GError **error);

/* True if @path holds a reassignment JSON of Kafka's tools rather than a plan of ours. */
bool rz_is_foreign_plan(const char *path);

typedef struct RzOutput RzOutput;

RzOutput *rz_output_open(const char *path, GError **error);
bool rz_output_line(const char *line, gsize length, void *output, GError **error); /* RzLineSink */
/* Flushes, syncs and puts the file in its place. Without it the file is dropped. */
bool rz_output_commit(RzOutput *output, GError **error);
void rz_output_free(RzOutput *output);

bool rz_save_text(const char *path, const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzOutput, rz_output_free)
