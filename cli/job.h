/*
 * job.h: add-zone's own file in the run directory, for going on after an interruption.
 */
#pragma once

#include "cli/args.h"

typedef enum {
    RZ_JOB_NONE,    /* not a directory of add-zone */
    RZ_JOB_PENDING, /* nothing was changed yet */
    RZ_JOB_RUNNING, /* the run has begun */
    RZ_JOB_MOVED,   /* the run is done; to be verified and reported */
    RZ_JOB_BACK,    /* the run was rolled back */
} RzJobStage;

/* Of any directory, whether add-zone made it or not; never RZ_JOB_NONE. */
RzJobStage rz_job_stage(const char *dir);
RzJobStage rz_add_zone_stage(const char *dir);

/* Makes the directory. Everything but -X is kept: properties may be secrets, and are asked again.
 */
bool rz_job_remember(const RzArgs *args, const char *dir, GError **error);
/* add-zone's arguments, with the properties that @resume_args give. */
RzArgs *rz_job_recall(const RzArgs *resume_args, const char *dir, GError **error);
