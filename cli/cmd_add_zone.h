/*
 * cmd_add_zone.h: the whole job, and going on with it.
 */
#pragma once

#include <stdbool.h>

#include "cli/job.h"

/* Starts again from the first look: nothing was changed, and the cluster may have been since. */
int rz_add_zone_restart(const RzArgs *resume_args, const char *dir, GError **error);

/*
 * The steps after the run itself: verify and report. @status: (transfer none): what the run ended
 * with, as JSON; NULL: it ended earlier.
 */
int rz_add_zone_finish(const RzArgs *resume_args, const char *dir, const char *status,
                       GError **error);

/* With --json one document on stdout, whatever the job came to; the texts are JSON, or NULL. */
void rz_add_zone_print(const RzArgs *args, const char *dir, const char *status,
                       const char *verification);
