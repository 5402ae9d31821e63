/*
 * policy_options.h: the policy that a command's options describe.
 */
#pragma once

#include "cli/args.h"
#include "rezone/policy.h"

/* Sets every policy option that the command has and that was given. (transfer full) */
RzPolicy *rz_policy_from_args(const RzArgs *args, GError **error);

typedef enum { RZ_FOR_POLICY, RZ_FOR_RUN } RzValueUse;

/* add-zone's --leaders takes the words of plan and of apply: whose is this one? True elsewhere. */
bool rz_value_is_for(RzValueUse use, const RzCommand *command, const char *name, const char *value);
