/*
 * cmd_add_zone.h: the whole job, and going on with it.
 */
#pragma once

#include <stdbool.h>

#include "cli/args.h"

typedef enum {
    RZ_JOB_NONE,    /* not a directory of add-zone */
    RZ_JOB_PENDING, /* nothing was changed yet */
    RZ_JOB_RUNNING, /* the run has begun */
    RZ_JOB_MOVED,   /* the run is done; to be verified and reported */
} RzJobStage;

RzJobStage rz_add_zone_stage(const char *dir);

/* Starts again from the first look: nothing was changed, and the cluster may have been since. */
int rz_add_zone_restart(const RzArgs *resume_args, const char *dir, GError **error);

/* The steps after the run itself: verify and report. */
int rz_add_zone_finish(const RzArgs *args, const char *dir, GError **error);
