/*
 * run_private.h: the fields of a run, shared by the files that make up its step.
 *
 * A step is a cycle: read the list and the Metadata of what is in flight, let the table move each
 * partition (run_observe.c), prune throttles (run_throttle.c), pass the gate (run_health.c), choose
 * (run_select.c) and submit (run_submit.c), elect leaders (run_leaders.c), measure
 * (run_progress.c), tell (run_status.c, run_events.c). Work per cycle is proportional to what is in
 * flight, never to the plan; what concerns the whole plan happens once or on a slow timer.
 *
 * A cluster call that fails ends the cycle, and the next one begins by reading again: no file keeps
 * half a conclusion over a failure, except what the journal and the part states say.
 */
#pragma once

#include "executor/clock.h"
#include "executor/cluster.h"
#include "executor/journal.h"
#include "executor/part_table.h"
#include "executor/run_table.h"
#include "executor/store.h"
#include "rezone/run.h"

#define RZ_NO_BROKER (-1)

/* Why a partition does not get on; with a broker where one is to blame. */
typedef enum {
    RZ_BLOCK_NONE,
    RZ_BLOCK_DEAD_TARGET,
    RZ_BLOCK_NO_LEADER,
    RZ_BLOCK_KEPT_OUT_OF_SYNC,
    RZ_BLOCK_NO_SAFE_CANCEL,
    RZ_BLOCK_REFUSED,
    RZ_BLOCK_FOREIGN,
    RZ_BLOCK_DRIFTED,
    RZ_BLOCK_GONE,
    RZ_BLOCK_STALLED,
    RZ_BLOCK_DISK,
} RzBlock;

typedef struct {
    uint32_t topic;
    int32_t number;
    gsize first_from, first_to; /* into RzRun.ids */
    uint16_t n_from, n_to;
    uint32_t first_step; /* of a staged one: into the journal's steps */
    uint16_t n_steps;    /* 0: sent in one go */
    uint16_t at;         /* the list it is at or leaves: 0 original, then steps, then target */
    int32_t leader;      /* when planned: the one to return to */
    int32_t source;      /* the leader it is copied from, while in the windows */
    int32_t blocker;     /* broker to blame, RZ_NO_BROKER */
    int64_t bytes;
    int64_t copied_bytes;            /* of all its new replicas, while in flight */
    int64_t since_ms;                /* when it was first seen as it is seen now */
    int64_t acted_ms;                /* when it was last sent or cancelled */
    int64_t grew_ms;                 /* when copied_bytes last grew */
    int64_t leader_bytes, leader_ms; /* size of the leader's log, when it was asked */
    int64_t write_rate;              /* bytes/s produced to it, as measured */
    uint8_t state;                   /* RzPartState */
    uint8_t seen;                    /* RzSeen */
    uint8_t block;                   /* RzBlock */
    bool back;                       /* its goal is the original list */
    bool touched;
    bool skip;               /* on its way back because it was given up */
    bool again;              /* on its way back to be sent once more (it hung) */
    bool in_window, charged; /* charged: to the brokers' windows, too */
    bool listed;             /* has throttle entries while in the windows */
    uint32_t joined;         /* bit i: its goal's i-th replica is in the ISR and needs none */
    bool parked;             /* out of the queues until the next health reading */
    bool led;                /* its leader was seen to */
    bool in_active, in_queue;
} RzPart;

typedef struct {
    const char *name; /* the journal's */
    const char *topic_id;
    uint32_t first_part, n_parts;
    uint32_t n_active; /* parts to be looked at in every cycle */
    int32_t min_isr;   /* 1 until known */
    uint32_t n_seen;   /* partitions it had when it was last seen; 0: not yet */
    GArray *listed; /* uint32_t: its parts in the windows that need throttle entries; NULL none */
    bool prune;     /* its throttle lists hold entries that are not needed any more */
} RzRunTopic;

typedef struct {
    int32_t id;
    const char *zone; /* interned, NULL none */
    guint zone_at;    /* its index in RzRun.zone_safe, as of the last health reading */
    bool alive;
    int64_t dead_since_ms;
    int64_t suspect_until_ms; /* it did not answer us, whatever Metadata says */
    int64_t asked_ms;         /* when it was last asked whether it is there; 0: never */
    bool answered;            /* what came of it */
    GArray *queue;            /* uint32_t: parts it is to receive, in order */
    guint head;
    int64_t arrived_bytes, copied_bytes; /* of finished moves, and of those in flight */
    int64_t sampled_bytes,
        bytes_rate;        /* both together at the last sample; bytes/s since; -1: no sample yet */
    int64_t pending_bytes; /* still to be received, in flight included */
    int64_t pending_small; /* parts in its queue that are paced, not listed */
    uint32_t n_listed, n_unlisted; /* in the windows */
    int64_t listed_bytes, unlisted_bytes;
    uint32_t n_sourcing; /* parts in the windows that it leads */
    int64_t tokens;      /* of the bucket, bytes */
    int64_t room_bytes;  /* free in its worst directory; -1 unknown */
    bool predicted;      /* it was said that it will not converge */
    int64_t rate_set[2]; /* follower, leader rate as we set it; 0: not set */
    bool rate_taken[2];  /* others have set it since: theirs */
} RzRunBroker;

typedef struct {
    const char *from, *to; /* interned zones */
    int64_t bytes_per_s, tokens;
} RzRunCap;

/* A rate or a list that was set and must be seen; which value it should show is asked when it is
 * read, since it may have changed again meanwhile. */
typedef struct {
    RzRunBroker *broker; /* whose rate; NULL: a topic's list */
    uint32_t topic;
    int kind; /* 0: followers', 1: leaders' */
} RzUnseen;

/* What one full Metadata answer said about the cluster's health. */
typedef struct {
    int64_t read_ms; /* INT64_MIN: never */
    uint32_t below_min_isr, at_min_isr, newly_under_replicated;
    uint32_t missing, missing_before;   /* replicas that do not move and are out of their ISR */
    int64_t cost_ms, best_cost_ms;      /* of the reading; best_cost_ms 0: none yet */
    char *example;                      /* one of the worst, "orders-3" */
    GHashTable *min_isr;                /* topic -> int, as pointers; every topic seen */
    GHashTable *known_under_replicated; /* "topic-partition": so before we began */
} RzHealth;

typedef struct {
    const char *zone;
    uint32_t safe, total;
    uint32_t here; /* members of an ISR in this zone: scratch of the judge */
} RzZoneSafe;

struct RzRun {
    RzStore *store;
    RzCluster *cluster;
    const RzClock *clock;
    RzMessageSink message;
    void *message_data;
    RzRunIntent intent;

    RzJournal *journal;
    RzJournalWriter writer;
    int32_t *ids; /* the journal's */

    RzPart *parts;
    uint32_t n_parts;
    RzRunTopic *topics;
    uint32_t n_topics;
    GHashTable *topic_index; /* name -> index + 1 */
    GHashTable *brokers;     /* id -> RzRunBroker * */
    GPtrArray *broker_list;  /* the same, by id */
    GArray *caps;            /* RzRunCap */

    GArray *active;   /* uint32_t: parts in SENT, MOVING, CANCELLING, YIELDING or watched PENDING */
    GArray *instant;  /* uint32_t: pending parts that copy nothing */
    GArray *parked;   /* uint32_t: pending parts out of the queues for now */
    GArray *chosen;   /* uint32_t: in the windows, waiting for their throttles to be visible */
    GArray *to_prune; /* uint32_t: topics whose throttle lists hold too much */
    GArray *unseen;   /* RzUnseen: config values set and not yet read back */
    GArray *electable; /* uint32_t: done, leader not seen to (leaders each) */
    uint32_t counts[RZ_N_PART_STATES];
    uint32_t n_forward_done, n_staged;

    RzRunPhase phase;
    RzRunMode mode;
    bool paused, interrupted;
    int64_t window_left_s, window_length_s; /* INT64_MAX: there is no window */
    int64_t rate;                           /* the throttle now: settings, or what auto found */

    RzClusterReassignments *listed; /* of this cycle */
    RzClusterMetadata *live;        /* of this cycle: the active topics */
    RzHealth health;
    GArray *zone_safe;     /* RzZoneSafe */
    bool reached;          /* the cluster has answered before */
    bool rates_reconciled; /* what the journal left open has been compared with the cluster */
    int64_t throttles_visible_by_ms; /* 0: the chosen have no throttles yet */
    uint32_t batch_max;

    GString *reason;                    /* what the run waits for */
    int64_t failures, failing_since_ms; /* in a row, and the first of them */
    int64_t cycle_ms, started_ms, ended_ms, bucket_ms, progress_ms, status_ms, health_due_ms;
    int64_t watch_cost_ms; /* what reading took in the last cycle */
    int64_t elect_since_ms;
    int64_t expected_wake_ms, clock_difference_ms;

    int64_t bytes_total, bytes_done, bytes_rate;
    int64_t rate_sample_ms, rate_sample_bytes;
    GString *events; /* lines not written yet */
    bool status_failed;
    int window_shift; /* windows are divided by 1 << this: the health gate's halving */
    int64_t adapted_ms, strained_ms, room_ms;
};

/* ---- run_open.c ---- */
RzRun *rz_run_new(const RzRunSetup *setup, RzJournal *journal);
RzRunBroker *rz_run_broker(RzRun *run, int32_t id);

/* ---- staged partitions (run_stage.c) ---- */
bool rz_run_stage(RzRun *run, GError **error); /* decides and journals the steps, once */
const int32_t *rz_part_step(const RzRun *run, const RzPart *part, uint16_t index, uint16_t *n);
RzPartList *rz_part_way(const RzRun *run, const RzPart *part); /* (transfer full) all its lists */
void rz_part_locate(RzRun *run, RzPart *part);                 /* sets @at from what was read */
GArray *rz_run_to_lead(RzRun *run); /* (transfer full) parts whose step's leader is to be elected */

/* ---- small look-ups (run_parts.c) ---- */
const int32_t *rz_part_goal(const RzRun *run, const RzPart *part, uint16_t *n);
const int32_t *rz_part_origin(const RzRun *run, const RzPart *part, uint16_t *n);
/* The i-th new replica of the part's goal, or RZ_NO_BROKER when there are no more. */
uint32_t rz_part_n_adding(const RzRun *run, const RzPart *part);
/* Who is expected to lead it while it is copied: the plan's leader, or the first of a later list.
 */
int32_t rz_part_source(const RzRun *run, const RzPart *part);
/* Bytes that receiving brokers still have to get for it, this step's and later ones'. */
void rz_part_owe(RzRun *run, const RzPart *part, int sign);
bool rz_part_is_adding(const RzRun *run, const RzPart *part, int32_t broker);
char *rz_part_name(const RzRun *run, const RzPart *part);
bool rz_part_is_active(const RzPart *part);
void rz_part_set_state(RzRun *run, RzPart *part, RzPartState state, const char *why);
/* Changes its goal; out of the windows first, as they are charged by goal. */
void rz_part_turn(RzRun *run, RzPart *part, bool back, RzPartState state, const char *why);
void rz_part_block(RzPart *part, RzBlock block, int32_t broker);
char *rz_part_block_text(const RzRun *run, const RzPart *part);
/* Windows: what is charged while a part is in flight. */
void rz_part_enter(RzRun *run, RzPart *part, int32_t source);
void rz_run_want_prune(RzRun *run, uint32_t topic);
/* Its replica on the goal's @at-th broker has joined the ISR. */
void rz_part_join(RzRun *run, RzPart *part, uint16_t at);
void rz_part_leave(RzRun *run, RzPart *part);
void rz_run_reason(RzRun *run, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* ---- the cycle; false: an error of the cluster or the journal ---- */
bool rz_run_read_all(RzRun *run, GError **error);
bool rz_run_observe(RzRun *run, GError **error);
int rz_compare_indices(gconstpointer a, gconstpointer b); /* of uint32_t, for GArray sorts */
void rz_run_apply_seen(RzRun *run, RzPart *part, RzSeen seen, GArray *finished, GArray *cancels);
RzSeen rz_run_look(const RzRun *run, const RzPart *part, const RzClusterMetadata *live);
RzClusterMetadata *rz_run_metadata_of(RzRun *run, GArray *topic_indices, GError **error);
bool rz_run_cancel_parts(RzRun *run, GArray *parts, GError **error);
bool rz_run_journal_parts(RzRun *run, const char *type, const char *field, const char *word,
                          const GArray *parts, GError **error);

void rz_run_build_queues(RzRun *run);
void rz_run_requeue(RzRun *run, RzPart *part);
void rz_run_select(RzRun *run, GArray *chosen);
bool rz_run_submit(RzRun *run, GError **error);
void rz_run_unchoose(RzRun *run);
void rz_run_put_aside(RzRun *run, RzPart *part, RzBlock block, int32_t broker);

bool rz_run_reconcile(RzRun *run, GError **error);     /* once, and after failures */
bool rz_run_set_throttles(RzRun *run, GError **error); /* for the chosen; sets visible_by */
bool rz_run_throttles_visible(RzRun *run, bool *visible, GError **error);
bool rz_run_prune(RzRun *run, GError **error);
bool rz_run_retune(RzRun *run, GError **error); /* rates as they should be now */
bool rz_run_restore(RzRun *run, bool *restored, GError **error);
void rz_run_track_brokers(RzRun *run, const RzClusterMetadata *metadata);
bool rz_part_wants_list(RzRun *run, const RzPart *part);
int64_t rz_run_rate_into(const RzRun *run, const RzRunBroker *broker); /* 0: no throttle */
uint32_t rz_run_n_debts(const RzRun *run);

bool rz_run_elect(RzRun *run, bool *led, GError **error);
bool rz_run_health(RzRun *run, GError **error);
bool rz_run_gate(RzRun *run); /* may submit now; else the reason is set */
bool rz_run_progress(RzRun *run, GError **error);
void rz_run_adapt(RzRun *run);
void rz_run_ask_room(RzRun *run);
void rz_run_mind_the_blocked(RzRun *run);
void rz_run_unpark(RzRun *run);
bool rz_run_check_late(RzRun *run); /* false: something of ours is listed after all */

/* ---- telling ---- */
void rz_run_event(RzRun *run, json_t *event);
void rz_run_part_event(RzRun *run, const RzPart *part, const char *why);
void rz_run_say(RzRun *run, RzMessageLevel level, const char *format, ...) G_GNUC_PRINTF(3, 4);
void rz_run_flush(RzRun *run, bool now);
char *rz_run_status_json(RzRun *run);
char *rz_run_metrics(RzRun *run);
int64_t rz_run_eta_s(const RzRun *run);
int64_t rz_run_bytes_now(const RzRun *run); /* done, and copied so far of what is in flight */
RzRunState rz_run_state(const RzRun *run);

/* ---- commands ---- */
bool rz_run_turn(RzRun *run, RzRunEvent event, GError **error);
bool rz_run_begin_cancel(RzRun *run, GError **error);
bool rz_run_begin_rollback(RzRun *run, GError **error);
bool rz_run_new_rate(RzRun *run, int64_t bytes_per_s, GError **error);
