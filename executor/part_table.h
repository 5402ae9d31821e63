/*
 * part_table.h: one partition's way, as a table.
 *
 * A partition has a goal: its target (forward) or its original list (back). A staged one goes
 * forward by steps, each of which is a goal of its own and ends with the leader in front of its
 * list (executor/stage.h). What is seen of it in the cluster is reduced to one word relative to
 * that goal, and the table says for every state and word what to do. What is not written does not
 * happen: a missing row is an assertion. The same table serves the first reading of a resume and
 * every later one, which is why a resume needs no code of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "executor/cluster.h"

typedef enum {
    RZ_PART_PENDING,    /* nothing sent towards the goal */
    RZ_PART_SENT,       /* sent, no usable answer */
    RZ_PART_MOVING,     /* accepted, or seen listed */
    RZ_PART_STEPPING,   /* at its step, waiting for the leader of the next one */
    RZ_PART_CANCELLING, /* null is to be sent until it is unlisted */
    RZ_PART_YIELDING,   /* a move of others runs on it */
    RZ_PART_DONE,       /* at its goal */
    RZ_PART_HELD,       /* somewhere we did not bring it: left alone */
    RZ_PART_SKIPPED,    /* given up: gone, or its broker is dead */
    RZ_N_PART_STATES,
} RzPartState;

typedef enum {
    RZ_SEEN_UNKNOWN,   /* Metadata did not say */
    RZ_SEEN_GONE,      /* no such topic or partition, or the name has another topic id */
    RZ_SEEN_TO_GOAL,   /* listed, heading for the goal */
    RZ_SEEN_TO_ORIGIN, /* listed, heading for the other end: our own earlier request */
    RZ_SEEN_HUNG,      /* listed, adding and removing share a broker; ours */
    RZ_SEEN_FOREIGN,   /* listed, heading elsewhere */
    RZ_SEEN_AT_GOAL,
    RZ_SEEN_AT_STEP,   /* unlisted at its step and in sync, led by another than the first */
    RZ_SEEN_STEP_LED,  /* unlisted at its step, in sync, led by the first of the list */
    RZ_SEEN_LAGGING,   /* unlisted at the goal, but a member is out of the ISR */
    RZ_SEEN_AT_ORIGIN, /* unlisted at the other end */
    RZ_SEEN_SHUFFLED,  /* unlisted, the goal's brokers in another order: a cancel leaves this */
    RZ_SEEN_ELSEWHERE,
    RZ_N_SEEN,
} RzSeen;

typedef enum {
    RZ_ACT_NONE,
    RZ_ACT_STEP,   /* leave the windows; its leader is to move */
    RZ_ACT_NEXT,   /* the next step becomes its goal, to be submitted */
    RZ_ACT_FINISH, /* journal it; leave the windows; prune its throttle entries */
    RZ_ACT_SETTLE, /* leave the windows without being done */
    RZ_ACT_QUEUE,  /* (again) to be submitted */
    RZ_ACT_ADOPT,  /* take it into the windows: it runs already */
    RZ_ACT_CANCEL, /* send null */
} RzPartAction;

typedef struct {
    RzPartState state;
    RzSeen seen;
    int64_t after_ms; /* this row holds once it has been seen for so long */
    RzPartAction action;
    RzPartState next;
    const char *why;
} RzPartRow;

/* The row with the largest after_ms not above @for_ms. Never NULL. */
const RzPartRow *rz_part_row(RzPartState state, RzSeen seen, int64_t for_ms);

const char *rz_part_state_name(RzPartState state);
const char *rz_seen_name(RzSeen seen);

/* A Graphviz drawing of the table; docs/architecture.md includes it. (transfer full) */
char *rz_part_table_draw(void);

typedef struct {
    const int32_t *ids;
    uint16_t n;
} RzPartList;

/* What is to be compared with what is seen. */
typedef struct {
    const int32_t *goal, *origin;
    uint16_t n_goal, n_origin;
    bool back;             /* the goal is the original list */
    bool touched;          /* we have sent something about it, so a listed move may be ours */
    bool more;             /* the goal is a step: others follow */
    const RzPartList *way; /* a staged partition's lists, original and target included; NULL */
    uint16_t n_way;
} RzPartAim;

/* Pure. @listed, @live may be NULL (unlisted, not in the answer). */
RzSeen rz_part_classify(const RzPartAim *aim, const RzClusterReassignment *listed,
                        const RzClusterPartition *live);

/*
 * Where on its way a staged partition is: the index of the list it is at, or of the one before that
 * it is heading for; @otherwise when it is nowhere on it. A list that a cancel has shuffled counts.
 */
uint16_t rz_part_place(const RzPartAim *aim, const RzClusterReassignment *listed,
                       const RzClusterPartition *live, uint16_t otherwise, bool *exact);

bool rz_list_equal(const int32_t *a, uint32_t n_a, const int32_t *b, uint32_t n_b);
bool rz_list_has(const int32_t *ids, uint32_t n, int32_t id);
