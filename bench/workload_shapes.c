/*
 * workload_shapes.c: the named shapes, and how a command line changes one.
 *
 * Each row exists because some way of planning fails on it: a greedy pass on nearly full brokers, a
 * pooled flow on copysets, a global mean on a small zone, tie breaking on equal sizes.
 */
#include "bench/workload.h"

#include <string.h>

/* clang-format off */
const BenchShape bench_shapes[] = {
    /* name             zones      factors  used drained sizes             start                   P      seed  what */
    {"second-zone",     "12+12",   "3",     1,   0, BENCH_SIZES_LOG,   BENCH_START_BLIND,    10000, 1,  "one zone becomes two"},
    {"third-zone",      "8+8+8",   "3",     2,   0, BENCH_SIZES_LOG,   BENCH_START_AWARE,    10000, 2,  "two zones become three"},
    {"unequal-zones",   "10+5",    "3",     1,   0, BENCH_SIZES_LOG,   BENCH_START_BLIND,    10000, 3,  "a smaller second zone"},
    {"tiny-zone",       "12+3",    "3",     1,   0, BENCH_SIZES_ZIPF,  BENCH_START_RANDOM,   10000, 4,  "a zone forced above the mean"},
    {"factor-2",        "9+9",     "2",     1,   0, BENCH_SIZES_LOG,   BENCH_START_BLIND,    10000, 5,  "replication factor 2"},
    {"factor-4",        "6+6+6",   "4",     2,   0, BENCH_SIZES_LOG,   BENCH_START_AWARE,    10000, 6,  "more replicas than zones"},
    {"mixed-factors",   "8+8+8",   "2,3,4", 2,   0, BENCH_SIZES_ZIPF,  BENCH_START_BLIND,    10000, 7,  "factors 2, 3 and 4 side by side"},
    {"random",          "12+12",   "3",     2,   0, BENCH_SIZES_LOG,   BENCH_START_RANDOM,   10000, 8,  "random placement, no new zone"},
    {"skewed",          "12+12",   "3",     2,   0, BENCH_SIZES_LOG,   BENCH_START_SKEWED,   10000, 9,  "few brokers hold most replicas"},
    {"copysets",        "12+12",   "3",     2,   0, BENCH_SIZES_LOG,   BENCH_START_COPYSETS, 10000, 10, "co-located groups, skewed"},
    {"drain",           "10+10+10","3",     3,   3, BENCH_SIZES_LOG,   BENCH_START_AWARE,    10000, 11, "a broker of each zone leaves"},
    {"drain-random",    "10+10",   "3",     2,   2, BENCH_SIZES_ZIPF,  BENCH_START_RANDOM,   10000, 12, "brokers leave a random placement"},
    {"equal-sizes",     "12+12",   "3",     1,   0, BENCH_SIZES_EQUAL, BENCH_START_BLIND,    10000, 13, "everything ties"},
    {"six-zones",       "5+5+5+5+5+5","3",  6,   0, BENCH_SIZES_LOG,   BENCH_START_RANDOM,   10000, 14, "six zones, random placement"},
    {"already-spread",  "8+8+8",   "3",     3,   0, BENCH_SIZES_LOG,   BENCH_START_AWARE,    10000, 15, "nothing to do but a little balance"},
    {NULL, NULL, NULL, 0, 0, BENCH_SIZES_LOG, BENCH_START_BLIND, 0, 0, NULL},
};
/* clang-format on */

static const char *const sizes_names[] = {
    [BENCH_SIZES_LOG] = "log",
    [BENCH_SIZES_ZIPF] = "zipf",
    [BENCH_SIZES_EQUAL] = "equal",
};

static const char *const start_names[] = {
    [BENCH_START_BLIND] = "blind",       [BENCH_START_AWARE] = "aware",
    [BENCH_START_RANDOM] = "random",     [BENCH_START_SKEWED] = "skewed",
    [BENCH_START_COPYSETS] = "copysets",
};

const char *
bench_sizes_name(BenchSizes sizes)
{
    return sizes_names[sizes];
}

const char *
bench_start_name(BenchStart start)
{
    return start_names[start];
}

const BenchShape *
bench_shape_find(const char *name)
{
    for (const BenchShape *shape = bench_shapes; shape->name != NULL; shape++)
        if (strcmp(shape->name, name) == 0)
            return shape;
    return NULL;
}

static bool
parse_number(const char *text, uint64_t max, uint64_t *number)
{
    return g_ascii_string_to_unsigned(text, 10, 0, max, number, NULL);
}

static bool
find_name(const char *const *names, guint n_names, const char *name, guint *index)
{
    for (guint i = 0; i < n_names; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        *index = i;
        return true;
    }
    return false;
}

bool
bench_shape_set(BenchShape *shape, const char *assignment)
{
    const char *value = strchr(assignment, '=');
    if (value == NULL)
        return false;
    g_autofree char *key = g_strndup(assignment, (gsize)(value - assignment));
    value++;

    guint index;
    if (strcmp(key, "zones") == 0)
        return (shape->zones = value) != NULL;
    if (strcmp(key, "factors") == 0)
        return (shape->factors = value) != NULL;
    if (strcmp(key, "sizes") == 0 &&
        find_name(sizes_names, G_N_ELEMENTS(sizes_names), value, &index))
        return shape->sizes = (BenchSizes)index, true;
    if (strcmp(key, "start") == 0 &&
        find_name(start_names, G_N_ELEMENTS(start_names), value, &index))
        return shape->start = (BenchStart)index, true;

    uint64_t number;
    if (!parse_number(value, UINT32_MAX, &number))
        return false;
    if (strcmp(key, "partitions") == 0)
        return shape->partitions = (uint32_t)number, true;
    if (strcmp(key, "used") == 0)
        return shape->used_zones = (uint32_t)number, true;
    if (strcmp(key, "drained") == 0)
        return shape->drained = (uint32_t)number, true;
    if (strcmp(key, "seed") == 0)
        return shape->seed = number, true;
    return false;
}
