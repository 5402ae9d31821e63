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
