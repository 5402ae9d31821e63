/*
 * sandbox.h: the simulated cluster behind sockets on loopback: `rezone sandbox`.
 *
 * One listener a broker, Kafka's own protocol, and the model of sim/ behind it: what a client sees
 * is a cluster without produce and fetch. Requests it does not know close the connection, as Kafka
 * does. One thread, one poll loop; virtual time runs @time_scale times as fast as the wall clock.
 *
 * Faults come as lines of text (rz_sandbox_commands_help()) on a descriptor or in a file.
 */
#pragma once

#include <signal.h>
#include <stdio.h>

#include "rezone/snapshot.h"
#include "sim/sim.h"

#define RZ_SANDBOX_MAX_SCALE 1e6

typedef struct {
    const char *zones;      /* "az1:3,az2:3": brokers by zone, numbered from 1 in that order */
    const char *empty_zone; /* its brokers hold nothing yet; NULL: none */
    uint32_t topics, partitions, replication; /* partitions: of each topic */
    int64_t data_bytes;                       /* on all disks together, replicas included */
    int64_t write_rate;                       /* of all producers together, bytes/s */
    const RzSnapshot *from;                   /* instead of all the above; NULL: none */
    int version;                              /* RZ_SIM_VERSION(4, 3) */
    uint64_t seed;
    double time_scale;
    uint16_t first_port;               /* broker i listens on first_port + i; 0: free ones */
    const char *ready_file;            /* NULL: none */
    const char *control_file;          /* commands, read as they are appended; NULL: none */
    int commands_fd;                   /* commands, a line each; -1: none */
    FILE *out;                         /* what happens; NULL: nothing */
    const volatile sig_atomic_t *stop; /* set to end it; NULL: only "quit" does */
} RzSandboxOptions;

/* az1:3,az2:3, 50 topics of 12 partitions, RF 3, 20 GB, Kafka 4.3, real time. */
RzSandboxOptions rz_sandbox_options_default(void);

/*
 * Serves until it is told to stop. Errors: RZ_ERROR_USAGE (options that contradict), RZ_ERROR_INPUT
 * (a snapshot that cannot be served), RZ_ERROR_FILE (ready or control file), RZ_ERROR_UNREACHABLE
 * (no port). Ignores SIGPIPE by sending without it.
 */
bool rz_sandbox_run(const RzSandboxOptions *options, GError **error);

/* The commands, a line each. (transfer full) */
char *rz_sandbox_commands_help(void);
