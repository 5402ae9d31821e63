/*
 * run_options.h: the options of apply and resume as the run takes them.
 */
#pragma once

#include "cli/session.h"

/* Reads those options that the command has; the others stay "not said". Borrows from @zones. */
bool rz_run_options_from_args(const RzArgs *args, const RzZones *zones, RzRunOptions *options,
                              GError **error);

/* Only how it is done: the choices of words (--throttle-mode and the like) and --stage. */
bool rz_run_mode_from_args(const RzArgs *args, RzRunOptions *options, GError **error);

/* One --throttle: a rate, 0 for "none", RZ_THROTTLE_AUTO for "auto". */
bool rz_throttle_from_text(const char *text, int64_t *rate, GError **error);

/* --throttle-min and --throttle-max; RZ_ERROR_USAGE unless @options has the automatic rate. */
bool rz_throttle_bounds_from_args(const RzArgs *args, RzRunOptions *options, GError **error);
