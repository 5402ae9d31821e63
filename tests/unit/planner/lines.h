/*
 * lines.h: whole texts in and out of the line-by-line readers and writers.
 */
#pragma once

#include "rezone/plan.h"
#include "rezone/snapshot.h"

/* (transfer full); %NULL with @error set */
RzSnapshot *read_snapshot(const char *text, GError **error);
/* (transfer full): every line ends in "\n" */
char *snapshot_text(const RzSnapshot *snapshot);
