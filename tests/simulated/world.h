/*
 * world.h: a simulated cluster, a plan for it, a run directory, and the oracle.
 *
 * The cluster is small but has everything that matters: brokers 1 to 3 in az1 that hold data, 4 to
 * 6 in az2 that receive it, foreign configs of every source, an untouched topic. The oracle
 * compares ordered lists, leaders, all dynamic configs, what is listed, and the journal's end with
 * what is expected; nothing is left out because a case does not seem to be about it.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "executor/journal.h"
#include "executor/simulated/cluster_sim.h"
#include "memory_store.h"
#include "planner/plan_private.h"
#include "rezone/run.h"
#include "sim/sim.h"

#define MB 1000000LL

typedef struct {
    const char *topic;
    int32_t partition;
    int32_t from[4], to[4]; /* 0 ends a list */
    int64_t bytes;
} WorldMove;

typedef struct {
    RzSim *sim;
    RzCluster *cluster;
    RzClock *clock;
    RzStore *store;
    RzRun *run;
    RzSnapshot *before; /* as built */
    RzPlan *plan;
    GString *plan_text;
    GPtrArray *said;      /* char *: messages of the run */
    char *configs_before; /* every dynamic config, a line each */
    RzRunOptions options;
    uint32_t steps;
} World;

/* A world with the standard moves; sizes from 1 to 40 MB. */
World *world_new(int version);
/* The same, but what is written stays: logs grow. */
World *world_new_growing(int version);
/* The same, with @broker's directory that small. */
World *world_new_small_disk(int version, int32_t broker, int64_t bytes);
/* With moves of your own, on topics that are made to fit. */
World *world_new_with(int version, const WorldMove *moves, uint32_t n);
void world_free(World *world);

/* (Re)opens the run; asserts that it opens. */
void world_open(World *world, RzRunIntent intent);
void world_open_with(World *world, RzRunIntent intent, const RzRunOptions *options);
bool world_try_open(World *world, RzRunIntent intent, GError **error);
void world_close(World *world);

/* Steps and lets virtual time pass as asked, until finished, failed or @max_ms. */
typedef enum { WORLD_FINISHED, WORLD_FAILED, WORLD_TIME_UP } WorldEnd;
WorldEnd world_turn(World *world, int64_t max_ms, GError **error);
/* Opens, turns to the end, closes; returns the exit code. */
int world_finish(World *world, RzRunIntent intent);

/* ---- the oracle ---- */

typedef enum { AT_TARGET, AT_ORIGINAL } WorldEndpoint;
void world_expect_lists(World *world, WorldEndpoint end);
void world_expect_partition(World *world, const char *topic, int32_t partition, const int32_t *ids,
                            uint32_t n, int32_t leader);
void world_expect_configs_as_before(World *world);
void world_expect_nothing_listed(World *world);
void world_expect_journal_finished(World *world, const char *state);
/* All of the above; leaders as the endpoint wants. */
void world_expect_all(World *world, WorldEndpoint end, const char *state);

char *world_dump_configs(World *world);
void world_set_config(World *world, RzResourceType type, const char *name, const char *key,
                      const char *value);
bool world_was_said(const World *world, const char *part);
