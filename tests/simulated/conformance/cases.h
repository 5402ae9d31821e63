/*
 * cases.h: the conformance cases, read from their data file, and one of them played in a world.
 *
 * The file is lines; '#' starts a comment. "case NAME" opens a case; each following line is a step,
 * which "@3.7,4.3" in front restricts to those releases. Steps and their arguments: steps.c.
 */
#pragma once

#include "simulated/conformance/world.h"

typedef struct {
    int line;
    char *text;       /* without the releases */
    char **words;     /* of it */
    GArray *versions; /* int; empty: all */
} Step;

typedef struct {
    char *name;
    bool full; /* "case NAME (full)": too slow on real brokers for every run */
    bool kills;
    GPtrArray *steps;
} Case;

GPtrArray *cases_load(const char *path, GError **error);
void case_free(Case *c);

/* True: every step did what it says. @prefix keeps topics of different cases and runs apart. */
bool case_play(World *world, const Case *c, const char *prefix, GError **error);
