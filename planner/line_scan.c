/*
 * line_scan.c: the pieces of canonical JSON.
 */
#include "planner/line_scan.h"

bool
rz_scan_int(RzScan *scan, int64_t max, int64_t *value)
{
    const char *start = scan->at;
    int64_t number = 0;
    for (; scan->at < scan->end && g_ascii_isdigit(*scan->at); scan->at++) {
        int64_t digit = *scan->at - '0';
        if (number > (INT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    gsize length = (gsize)(scan->at - start);
    if (length == 0 || (length > 1 && *start == '0') || number > max)
        return false;
    *value = number;
    return true;
}

bool
rz_scan_int32(RzScan *scan, int32_t *value)
{
    int64_t wide;
    if (!rz_scan_int(scan, INT32_MAX, &wide))
        return false;
    *value = (int32_t)wide;
    return true;
}

bool
rz_scan_leader(RzScan *scan, int32_t *leader)
{
    *leader = -1;
    return RZ_SCAN(scan, "null") || rz_scan_int32(scan, leader);
}

bool
rz_scan_ids(RzScan *scan, GArray *ids, uint16_t *n)
{
    *n = 0;
    if (!RZ_SCAN(scan, "["))
        return false;
    if (RZ_SCAN(scan, "]"))
        return true;
    do {
        int32_t id;
        if (*n == UINT16_MAX || !rz_scan_int32(scan, &id))
            return false;
        g_array_append_val(ids, id);
        ++*n;
    } while (RZ_SCAN(scan, ","));
    return RZ_SCAN(scan, "]");
}

bool
rz_scan_string(RzScan *scan, GString *text)
{
    if (!RZ_SCAN(scan, "\""))
        return false;
    const char *start = scan->at;
    while (scan->at < scan->end && *scan->at >= 0x20 && *scan->at <= 0x7e && *scan->at != '"' &&
           *scan->at != '\\')
        scan->at++;
    g_string_truncate(text, 0);
    g_string_append_len(text, start, scan->at - start);
    return RZ_SCAN(scan, "\"");
}
