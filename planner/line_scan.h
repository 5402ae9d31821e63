/*
 * line_scan.h: recognising canonical JSON straight from a line's bytes.
 *
 * A snapshot or plan of a million partitions is nearly always as our own writers left it: keys in
 * one order, no white space, plain integers. The readers first try such a line with these
 * functions, and give every line that differs in any byte to jansson from its beginning. So this
 * is no second parser: it never reports an error, and what it takes jansson takes with the same
 * meaning.
 *
 * Each function either takes its piece and moves on, or returns false; the line is then given up.
 */
#pragma once

#include <string.h>

#include "rezone/plan.h"
#include "rezone/snapshot.h"

typedef struct {
    const char *at, *end;
} RzScan;

static inline bool
rz_scan_bytes(RzScan *scan, const char *wanted, gsize length)
{
    if ((gsize)(scan->end - scan->at) < length || memcmp(scan->at, wanted, length) != 0)
        return false;
    scan->at += length;
    return true;
}

#define RZ_SCAN(scan, literal) rz_scan_bytes((scan), "" literal, sizeof(literal) - 1)

/* An integer from 0 to @max, without sign and leading zeros. */
bool rz_scan_int(RzScan *scan, int64_t max, int64_t *value);
bool rz_scan_int32(RzScan *scan, int32_t *value);
/* A broker id, or null for -1. */
bool rz_scan_leader(RzScan *scan, int32_t *leader);
/* "[1,2,3]" or "[]": appends at most 65535 ids to @ids (int32_t); @n says how many. */
bool rz_scan_ids(RzScan *scan, GArray *ids, uint16_t *n);
/* A string of printable ASCII without escapes replaces @text. */
bool rz_scan_string(RzScan *scan, GString *text);

/* For tests that compare: from now on every line goes through jansson. */
void rz_snapshot_reader_use_jansson(RzSnapshotReader *reader);
void rz_plan_reader_use_jansson(RzPlanReader *reader);
