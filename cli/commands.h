/*
 * commands.h: every command of the program.
 */
#pragma once

#include "cli/args.h"

extern const RzCommand rz_commands[];
extern const guint rz_n_commands;

/* NULL if there is no such command. */
const RzCommand *rz_find_command(const char *name);

int rz_cmd_add_zone(const RzArgs *args, GError **error);
int rz_cmd_apply(const RzArgs *args, GError **error);
int rz_cmd_audit(const RzArgs *args, GError **error);
int rz_cmd_cancel(const RzArgs *args, GError **error);
int rz_cmd_check(const RzArgs *args, GError **error);
int rz_cmd_compare(const RzArgs *args, GError **error);
int rz_cmd_estimate(const RzArgs *args, GError **error);
int rz_cmd_pause(const RzArgs *args, GError **error);
int rz_cmd_plan(const RzArgs *args, GError **error);
int rz_cmd_preflight(const RzArgs *args, GError **error);
int rz_cmd_resume(const RzArgs *args, GError **error);
int rz_cmd_rollback(const RzArgs *args, GError **error);
int rz_cmd_snapshot(const RzArgs *args, GError **error);
int rz_cmd_status(const RzArgs *args, GError **error);
int rz_cmd_throttle(const RzArgs *args, GError **error);
int rz_cmd_verify(const RzArgs *args, GError **error);
int rz_cmd_sandbox(const RzArgs *args, GError **error);
