/*
 * progress.h: how a run looks while it goes: a bar on a terminal, a line every 10 s elsewhere.
 */
#pragma once

#include <stdbool.h>

#include "rezone/run.h"

typedef struct RzProgress RzProgress;

RzProgress *rz_progress_new(bool quiet);
void rz_progress_free(RzProgress *progress);

void rz_progress_show(RzProgress *progress, const RzRunStatus *status);
/* Prints a line above the bar. */
void rz_progress_message(RzProgress *progress, bool warning, const char *text);
/* Takes the bar off the terminal. */
void rz_progress_clear(RzProgress *progress);

/* (transfer full): "done: 120 of 120 partitions, 1.2 GB" */
char *rz_progress_summary(const RzRunStatus *status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzProgress, rz_progress_free)
