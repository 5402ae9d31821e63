/*
 * run.h: the execution of a plan, as a machine that its caller turns.
 *
 * A run does one bounded piece of work per rz_run_step() and says how long it has nothing to do;
 * looping, sleeping, signals and the terminal are the caller's. Everything a run learns or changes
 * is in its run directory (RzStore), so that a run killed at any instant is opened again with
 * RZ_RUN_RESUME and ends as if nothing had happened. A run is not thread-safe; it does no work
 * between calls. What the cluster does to us (dead brokers, lost answers, foreign changes) is part
 * of the run: it waits, retries, skips and says why. A step fails only when going on is impossible,
 * and even then the run stays resumable.
 *
 * The life of a caller:
 *
 *     g_autoptr(RzStore) store = rz_store_open_dir(path, true, error);
 *     g_autoptr(RzRun) run = rz_run_open(&setup, error);
 *     RzRunWait wait = {0};
 *     while (rz_run_step(run, &wait, error) && !wait.finished)
 *         poll(control fd, wait.delay_ms), rz_control_service(), rz_run_interrupt() on a signal
 *     return rz_run_exit_code(run);
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rezone/plan.h"

G_BEGIN_DECLS

typedef struct RzRun RzRun;
typedef struct RzStore RzStore;     /* a run directory, or a test's memory */
typedef struct RzControl RzControl; /* the control socket of a running executor */
typedef struct RzCluster RzCluster; /* executor/cluster.h */
typedef struct RzClock RzClock;     /* executor/clock.h */

/* ---- the run directory ---- */

/**
 * rz_store_open_dir:
 * @path: the run directory
 * @create: make it (mode 0700) when it is missing
 *
 * Errors: %RZ_ERROR_FILE naming the path.
 * Returns: (transfer full): free with rz_store_free() after the run
 */
G_GNUC_WARN_UNUSED_RESULT
RzStore *rz_store_open_dir(const char *path, bool create, GError **error);
void rz_store_free(RzStore *store);

/* ---- options: -1 (or NULL) means "not said": the default, or on resume what the run had ---- */

typedef enum { RZ_THROTTLE_PACED, RZ_THROTTLE_FOLLOWER, RZ_THROTTLE_BOTH } RzThrottleMode;
typedef enum { RZ_LEADERS_END, RZ_LEADERS_EACH, RZ_LEADERS_NEVER } RzLeadersWhen;
typedef enum { RZ_DEAD_BROKER_WAIT, RZ_DEAD_BROKER_SKIP } RzDeadBroker;

typedef struct {
    int32_t broker;
    const char *zone;
} RzZoneEntry;

typedef struct {
    const char *from, *to; /* zones: of the source leader, of the new replica */
    int64_t bytes_per_s;
} RzZoneCap;

#define RZ_THROTTLE_AUTO (-2) /* throttle_bytes_per_s: find the rate, within min and max */

typedef struct {
    int64_t throttle_bytes_per_s; /* per receiving broker; 0: none; RZ_THROTTLE_AUTO */
    int64_t throttle_min_bytes_per_s, throttle_max_bytes_per_s; /* bounds of RZ_THROTTLE_AUTO */
    int throttle_mode;                                          /* RzThrottleMode */
    int leaders;                                                /* RzLeadersWhen */
    int on_dead_broker;                                         /* RzDeadBroker */
    int stage; /* 1: the first replica of a zone crosses the border, the others copy from it */
    int64_t start_at_ms;     /* wall clock, since the epoch; 0: now */
    int32_t window_from_min; /* minutes since local midnight; equal to `to`: no window */
    int32_t window_to_min;
    const RzZoneEntry *zone_map; /* overrides broker.rack; borrowed for the call */
    uint32_t n_zone_map;
    const RzZoneCap *zone_caps; /* borrowed for the call */
    uint32_t n_zone_caps;
} RzRunOptions;

/* Everything "not said". */
void rz_run_options_init(RzRunOptions *options);

/* ---- opening ---- */

typedef enum {
    RZ_RUN_APPLY,    /* begin; a journal that has begun already is an error */
    RZ_RUN_RESUME,   /* go on with what the journal says; ends a pause */
    RZ_RUN_PAUSE,    /* remember that the run is paused; the first step finishes */
    RZ_RUN_THROTTLE, /* take over throttle_bytes_per_s, in the cluster too; then stop */
    RZ_RUN_CANCEL,   /* in-flight moves back to their original lists, finished ones stay */
    RZ_RUN_ROLLBACK, /* every partition the run touched back to its original list and leader */
} RzRunIntent;

typedef enum { RZ_MESSAGE_INFO, RZ_MESSAGE_WARNING } RzMessageLevel;

/* One sentence for people, without a newline. The same text is in events.ndjson. */
typedef void (*RzMessageSink)(RzMessageLevel level, const char *text, void *data);

typedef struct {
    RzStore *store;       /* (transfer none) outlives the run */
    RzCluster *cluster;   /* (transfer none) outlives the run */
    const RzClock *clock; /* (transfer none) */
    RzRunIntent intent;
    const RzRunOptions *options; /* copied; NULL: nothing said */
    const char *plan_text;       /* RZ_RUN_APPLY: the plan file, byte for byte; else NULL */
    gsize plan_length;
    RzMessageSink message; /* NULL: none */
    void *message_data;
} RzRunSetup;

/**
 * rz_run_open:
 *
 * Takes the run's lock, reads or begins the journal and checks that it fits plan and store. Sends
 * nothing to the cluster. With RZ_RUN_APPLY the plan is copied into the run directory.
 * Errors: %RZ_ERROR_LOCKED naming the holder's pid; %RZ_ERROR_INPUT for a damaged journal, an
 * edited plan, a plan that cannot be read; %RZ_ERROR_FILE; %RZ_ERROR_USAGE when the intent does not
 * fit (apply on a begun run, resume without one). Cost: proportional to plan and journal. Returns:
 * (transfer full): free with rz_run_free(), which releases the lock
 */
G_GNUC_WARN_UNUSED_RESULT
RzRun *rz_run_open(const RzRunSetup *setup, GError **error);
void rz_run_free(RzRun *run);

/**
 * rz_run_dry_run:
 * @text: (out) (transfer full): for people: order of the moves, what would be set, why it would
 * wait
 *
 * What a run of @plan would do now. Reads the cluster, changes nothing, needs no run directory.
 */
bool rz_run_dry_run(const RzPlan *plan, RzCluster *cluster, const RzClock *clock,
                    const RzRunOptions *options, char **text, GError **error);

/* ---- turning ---- */

typedef struct {
    bool finished;    /* nothing is left to do: see rz_run_status() and rz_run_exit_code() */
    int64_t delay_ms; /* call again after at most this long; 0: at once */
} RzRunWait;

/**
 * rz_run_step:
 *
 * Does what is due. Errors end the run early and leave it resumable: %RZ_ERROR_FILE when the
 * journal cannot be written, %RZ_ERROR_INPUT when the cluster is not the journal's,
 * %RZ_ERROR_DENIED, %RZ_ERROR_UNSUPPORTED, %RZ_ERROR_UNREACHABLE when the cluster cannot be reached
 * at the start (later it is waited for).
 */
bool rz_run_step(RzRun *run, RzRunWait *wait, GError **error);

/* First call (SIGINT, SIGTERM): submit nothing more, restore the throttles where nothing of ours is
 * in flight, finish as "stopped". A second signal is the caller's: exit, still resumable.
 * Async-signal-safe: no; call it from the loop. */
void rz_run_interrupt(RzRun *run);

/**
 * rz_run_command:
 * @line: "pause", "resume", "cancel", "rollback", "throttle BYTES_PER_S", "status", "interrupt"
 *
 * What arrives on the control socket. Returns: (transfer full): one line: "ok ...", "error ..." or,
 * for status, the JSON of status.json
 */
char *rz_run_command(RzRun *run, const char *line);

/* ---- looking ---- */

typedef enum {
    RZ_STATE_WAITING,
    RZ_STATE_RUNNING,
    RZ_STATE_PAUSED,
    RZ_STATE_CANCELLING,
    RZ_STATE_ROLLING_BACK,
    RZ_STATE_DONE,
    RZ_STATE_CANCELLED,
    RZ_STATE_ROLLED_BACK,
    RZ_STATE_STOPPED,
} RzRunState;

typedef struct {
    RzRunState state;
    uint32_t partitions_total, partitions_done, partitions_in_flight, partitions_skipped;
    int64_t bytes_total, bytes_done;
    int64_t rate_bytes_per_s;
    int64_t eta_s;                /* -1 unknown */
    int64_t throttle_bytes_per_s; /* 0 none */
    uint32_t n_blocked, n_debts;
    const char *
        reason; /* what the run waits for and who holds it up; NULL: nothing. Until the next step */
} RzRunStatus;

/* Cost: constant. */
void rz_run_status(const RzRun *run, RzRunStatus *status);
const char *rz_run_state_name(RzRunState state);

/* 0 done, 4 stopped and resumable, 5 leftovers (skipped partitions, debts). */
int rz_run_exit_code(const RzRun *run);

/**
 * rz_run_status_read:
 * @holder_pid: (out): of the running executor; 0: none runs
 *
 * The run's status.json with what a dead executor could not write: state "stopped" when it says
 * running and nobody holds the lock. Needs no cluster. Returns: (transfer full): one JSON document
 */
char *rz_run_status_read(RzStore *store, int64_t *holder_pid, GError **error);

/* The plan's bytes as copied into the run directory. (transfer full) */
char *rz_run_plan_read(RzStore *store, gsize *length, GError **error);

/* ---- the control socket ---- */

/* Binds DIR/control.sock with mode 0600; a stale one is replaced (the caller holds the run's lock).
 */
G_GNUC_WARN_UNUSED_RESULT
RzControl *rz_control_new(const char *dir, GError **error);
void rz_control_free(RzControl *control);    /* unlinks the socket */
int rz_control_fd(const RzControl *control); /* poll it for POLLIN */
/* Accepts and answers what is there, never blocking longer than a slow client is worth (1 s). */
void rz_control_service(RzControl *control, RzRun *run);

/**
 * rz_control_send:
 * @dir: the run directory
 * @answer: (out) (transfer full): what rz_run_command() returned
 *
 * Errors: %RZ_ERROR_UNREACHABLE when no executor listens there.
 */
bool rz_control_send(const char *dir, const char *line, char **answer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzStore, rz_store_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzRun, rz_run_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzControl, rz_control_free)

G_END_DECLS
