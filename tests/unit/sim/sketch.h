/*
 * sketch.h: small clusters in a line, and the questions the tests of the model ask again and again.
 */
#pragma once

#include "sim/admin.h"

/* Brokers 1..@n in racks az1, az2, az3 in turn, and no topic. */
RzSim *sketch_sim(int version, int32_t n_brokers);
/* @n partitions with @replicas ("1,2,3") each, or round robin over the brokers for NULL and RF 3.
 */
void sketch_topic(RzSim *sim, const char *name, uint32_t n, const char *replicas,
                  int64_t size_bytes, int64_t write_rate);
/* @target "" cancels; the partition's code. */
int16_t sketch_reassign(RzSim *sim, const char *topic, int32_t partition, const char *target);
/* @value NULL deletes; the resource's code. */
int16_t sketch_config(RzSim *sim, RzSimResource type, const char *name, const char *key,
                      const char *value);
RzSimPartitionView sketch_view(RzSim *sim, int32_t via, const char *topic, int32_t partition);
char *sketch_ids(RzSimIds list);
/* "leader L replicas 1,2 isr 1,2 adding  removing " of the truth. */
char *sketch_state(RzSim *sim, const char *topic, int32_t partition);
/* Appends each line of the event log to a GString. */
void sketch_log(const char *line, void *text);
