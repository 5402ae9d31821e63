/*
 * json_wide.h: 128-bit sums in JSON output.
 */
#pragma once

#include <jansson.h>

#include "planner/snapshot_private.h"

/* An integer, or its digits as a string where JSON readers would round it (beyond 2^53). */
json_t *rz_json_wide(RzWide value);
