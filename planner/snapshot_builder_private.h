/*
 * snapshot_builder_private.h: what the builder holds between its two halves: collecting
 * (snapshot_builder.c) and sorting and numbering (snapshot_finish.c).
 */
#pragma once

#include "planner/snapshot_builder.h"

typedef struct {
    RzBroker broker;    /* zone: index into zone_names, in order of appearance */
    uint64_t last_list; /* serial of the last list that named this broker */
} RzBuilderSlot;

struct RzSnapshotBuilder {
    GStringChunk *strings;
    const char *cluster_id, *taken_at;
    GArray *slots;           /* RzBuilderSlot */
    uint32_t *slot_of_small; /* small ids: slot + 1, or 0 */
    GHashTable *slot_of_big; /* id -> slot + 1 */
    GPtrArray *zone_names;
    GHashTable *zone_of_name; /* name -> index + 1 */
    GArray *log_dirs;         /* RzLogDir */
    GArray *topics;           /* RzTopic, in order of appearance */
    GHashTable *topic_names;  /* set */
    GArray *partitions;       /* RzPartition */
    GArray *replicas, *isr;   /* uint32_t slots */
    GHashTable *numbers;      /* set: the open topic's partitions, once they are out of order */
    uint64_t lists;           /* serial of the list being read */
};

static inline RzBuilderSlot *
rz_builder_slot(const RzSnapshotBuilder *builder, uint32_t slot)
{
    return &g_array_index(builder->slots, RzBuilderSlot, slot);
}
