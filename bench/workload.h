/*
 * workload.h: made-up clusters for measurements, the same on every machine.
 *
 * A workload is a shape plus a seed. Integer arithmetic only, so that no C library's rounding can
 * change a committed result. The program `bench-workload` prints one as a snapshot; timing programs
 * take it as a model without a file between.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef enum {
    BENCH_SIZES_LOG,  /* log-uniform, 1 MiB to 16 GiB: every order of magnitude as often */
    BENCH_SIZES_ZIPF, /* a topic's bytes fall as 1/rank, its partitions within 25 % of each other */
    BENCH_SIZES_EQUAL, /* 1 GiB each: everything ties */
} BenchSizes;

typedef enum {
    BENCH_START_BLIND,    /* dealt in turn over all used brokers, as Kafka does without racks */
    BENCH_START_AWARE,    /* the same, alternating between the used zones */
    BENCH_START_RANDOM,   /* distinct brokers at random */
    BENCH_START_SKEWED,   /* random with quadratic preference for low broker ids */
    BENCH_START_COPYSETS, /* fixed groups of brokers share everything, some groups far more */
} BenchStart;

typedef struct {
    const char *name;
    const char *zones;   /* brokers a zone: "12+12" */
    const char *factors; /* replication factors, dealt to the topics in turn: "3" or "2,3,4" */
    uint32_t used_zones; /* zones that hold replicas at the start; the others are new and empty */
    uint32_t drained;    /* brokers that must be emptied: the last of each zone in turn */
    BenchSizes sizes;
    BenchStart start;
    uint32_t partitions;
    uint64_t seed;
    const char *what; /* one line for --list and the results */
} BenchShape;

typedef struct {
    int32_t id;
    uint32_t zone;
    bool drained;
} BenchBroker;

typedef struct {
    uint32_t topic, number;
    uint32_t first, count; /* its slice of the workload's replicas */
    int64_t size_bytes;
} BenchPartition;

typedef struct {
    BenchBroker *brokers;
    BenchPartition *partitions; /* in topic and partition order */
    int32_t *replicas;          /* broker ids, every list end to end, leader first */
    uint32_t n_brokers, n_zones, n_partitions, n_topics;
} BenchWorkload;

/* The named shapes, ended by a row without a name. */
extern const BenchShape bench_shapes[];

/* %NULL if there is none of that name. */
const BenchShape *bench_shape_find(const char *name);

/* Sets one field from "key=value"; the text must outlive the shape. False names no such field. */
bool bench_shape_set(BenchShape *shape, const char *assignment);

/* (transfer full); %NULL if the shape contradicts itself: fewer used brokers than a factor. */
BenchWorkload *bench_workload_new(const BenchShape *shape);
void bench_workload_free(BenchWorkload *workload);

/* The topic's name as every writer prints it; @buffer holds at least 16 bytes. */
void bench_topic_name(uint32_t topic, char buffer[16]);

const char *bench_sizes_name(BenchSizes sizes);
const char *bench_start_name(BenchStart start);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BenchWorkload, bench_workload_free)
