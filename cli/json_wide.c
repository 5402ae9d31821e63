/*
 * json_wide.c: integers that may be too large for JSON readers.
 */
#include "cli/json_wide.h"

#include "planner/wide.h"

json_t *
rz_json_wide(RzWide value)
{
    const RzWide exact = (RzWide)1 << 53;
    if (value <= exact && value >= -exact)
        return json_integer((json_int_t)value);
    char text[RZ_WIDE_TEXT_SIZE];
    return json_string(rz_wide_to_text(value, text));
}
