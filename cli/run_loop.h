/*
 * run_loop.h: turns a run until it ends: signals, control socket, progress, messages.
 */
#pragma once

#include "cli/args.h"
#include "executor/cluster.h"
#include "rezone/run.h"

typedef struct {
    const char *dir;
    RzCluster *cluster;
    RzRunIntent intent;
    const RzRunOptions *options; /* NULL: nothing said */
    const char *plan_text;       /* RZ_RUN_APPLY only */
    gsize plan_length;
    bool quiet;
    bool json;
    char **status; /* (out) (transfer full): the last status as JSON, for a caller with a document
                      of its own: with json, nothing is printed; NULL: not wanted */
} RzRunJob;

/* Opens the run in @job->dir and turns it to its end. The exit code, or -1 with @error set. */
int rz_run_job(const RzRunJob *job, GError **error);

/* "Start now? [y/N]" on the terminal; RZ_ERROR_USAGE if there is none and --yes is missing. */
bool rz_ask_consent(const RzArgs *args, const char *question, bool *yes, GError **error);
