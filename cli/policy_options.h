/*
 * policy_options.h: the policy that a command's options describe.
 */
#pragma once

#include "cli/args.h"
#include "rezone/policy.h"

/* Sets every policy option that the command has and that was given. (transfer full) */
RzPolicy *rz_policy_from_args(const RzArgs *args, GError **error);
