/*
 * policy_json.h: reading the `policy` object of a plan header; rz_policy_to_json() writes it.
 */
#pragma once

#include <jansson.h>

#include "planner/policy_private.h"

/* Errors: RZ_ERROR_INPUT naming the field. (transfer full) */
G_GNUC_WARN_UNUSED_RESULT
RzPolicy *rz_policy_from_json(const json_t *object, GError **error);
