/*
 * small.h: a cluster and a policy small enough to try every placement, in a form that can be
 * changed in place: renamed, shuffled, and shrunk when it shows a fault.
 *
 * As text it is a sketch (unit/planner/sketch.h) and the policy's words, so that a fault found at
 * random becomes a row of a table: "1@a 2@b | t0: 1,2*10", "drain=2 box=1:0-3".
 */
#pragma once

#include "planner/policy_private.h"
#include "property/rng.h"

#define SMALL_BROKERS 6
#define SMALL_PARTITIONS 6
#define SMALL_TOPICS 2
#define SMALL_NO_ZONE UINT32_MAX

typedef struct {
    int32_t id;
    uint32_t zone; /* 0 is "a"; SMALL_NO_ZONE */
    bool dead, drained, has_box;
    int64_t lo, hi; /* with has_box: replicas it may hold */
} SmallBroker;

typedef struct {
    uint32_t topic;
    uint32_t n_replicas, replicas[SMALL_BROKERS]; /* into brokers[] */
    bool leaderless;
    int64_t size_bytes;
} SmallPartition;

typedef struct {
    uint32_t n_brokers, n_partitions;
    SmallBroker brokers[SMALL_BROKERS];
    SmallPartition partitions[SMALL_PARTITIONS];
    uint32_t spread_min, target_rf; /* 0: not given */
    int32_t tolerance_percent;      /* -1: strict */
    bool keep_leaders, zoneless_too, only_t1;
} Small;

Small small_random(Rng *rng);

/* (transfer full); with @order the lines come in a random order. */
RzSnapshot *small_snapshot(const Small *small, Rng *order);
RzPolicy *small_policy(const Small *small);

/* The two texts, and back. (transfer full); texts that are no case stop the test */
char *small_sketch(const Small *small);
char *small_words(const Small *small);
Small small_parse(const char *sketch, const char *words);

/* Whether a case still shows the fault. */
typedef bool (*SmallFails)(const Small *small, void *data);

/* Takes away whatever does not matter to @fails, greedily, until nothing more can go. */
Small small_shrink(const Small *small, SmallFails fails, void *data);
