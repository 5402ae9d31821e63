/*
 * sketch.h: clusters in one line.
 *
 * "1@a 2@b 3@- !4@b | t/2: 1,2*10 2,1 | u: 3": brokers with zones ("-": none, "!": dead), then
 * topics with min.insync.replicas after the slash, and for each partition from 0 its replica list
 * and, after the star, its size in bytes. "1,2;1" puts only broker 1 in sync, "1,2;" none; the
 * leader is the first in-sync replica.
 */
#pragma once

#include "planner/snapshot_builder.h"

/* (transfer full); a bad sketch is a bug of the test and stops it. */
RzSnapshot *sketch_cluster(const char *sketch);
