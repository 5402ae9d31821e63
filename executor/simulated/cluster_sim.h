/*
 * cluster_sim.h: the executor's port on the simulated cluster, in process and in virtual time.
 *
 * What the wire client does with sockets this does with function calls: it asks a live broker,
 * waits for a controller that is away, and turns refusals into the port's errors. Every request is
 * a fault point before it and one after it, numbered in the order in which they are passed, so a
 * test can walk all of them: run once to count, then again with a fault at each.
 */
#pragma once

#include "executor/clock.h"
#include "executor/cluster.h"
#include "sim/admin.h"

typedef struct {
    uint32_t index; /* counts up over the life of the cluster handle */
    RzSimApi api;
    int32_t broker; /* that was asked; -1: any */
    bool after;     /* the request was carried out, its answer is on the way */
} RzFaultPoint;

typedef enum {
    RZ_FAULT_NONE,
    RZ_FAULT_REFUSED,        /* before: no connection; certainly not carried out */
    RZ_FAULT_TIMED_OUT,      /* before: not carried out, but the client cannot know */
    RZ_FAULT_NOT_CONTROLLER, /* before: answered so until the client gives up */
    RZ_FAULT_REPLY_LOST,     /* after: carried out, no answer */
    RZ_FAULT_CRASH,          /* the caller is gone: this call and all later ones fail */
} RzFault;

/* Decides at each point. It may also change the model: brokers die between two requests. */
typedef RzFault (*RzFaultHook)(const RzFaultPoint *point, void *data);

/* (transfer full), free with rz_cluster_free(); @sim is borrowed and must outlive it. */
RzCluster *rz_cluster_sim_new(RzSim *sim);
void rz_cluster_sim_set_faults(RzCluster *cluster, RzFaultHook hook, void *data);
uint32_t rz_cluster_sim_n_points(const RzCluster *cluster); /* passed so far */
bool rz_cluster_sim_has_crashed(const RzCluster *cluster);
/* What a request costs in virtual time (default 2 ms); lets a busy loop make progress. */
void rz_cluster_sim_set_latency(RzCluster *cluster, int64_t ms);
/* "alter-reassignments/before": what a fault point is called. (transfer full) */
char *rz_fault_point_name(const RzFaultPoint *point);
const char *rz_fault_name(RzFault fault);

/*
 * A clock that shows @sim's time. Its monotonic clock starts at 1,000 s, so that zero stays
 * recognisable as "never". (transfer full), g_free().
 */
RzClock *rz_clock_sim_new(const RzSim *sim);
