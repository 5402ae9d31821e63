/*
 * cmd_add_zone.h: the whole job, and going on with it.
 */
#pragma once

#include <stdbool.h>

#include "cli/args.h"

/* Whether @dir is a job of add-zone that has not begun to change anything yet. */
bool rz_add_zone_is_pending(const char *dir);
/* Whether @dir was made by add-zone at all. */
bool rz_add_zone_owns(const char *dir);

/* Starts again from the first look: nothing was changed, and the cluster may have been since. */
int rz_add_zone_restart(const RzArgs *resume_args, const char *dir, GError **error);

/* The steps after the run itself: verify and report. */
int rz_add_zone_finish(const RzArgs *args, const char *dir, GError **error);
