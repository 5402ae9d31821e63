/*
 * run_table.h: the way of a run as a whole, as a table.
 */
#pragma once

#include <glib.h>

typedef enum {
    RZ_PHASE_READING, /* nothing is known yet: the first reading of the cluster */
    RZ_PHASE_WAITING, /* for --start-at or its --window */
    RZ_PHASE_RUNNING,
    RZ_PHASE_PAUSED,       /* what is in flight finishes, nothing is submitted */
    RZ_PHASE_CANCELLING,   /* in-flight moves are cancelled and put back in order */
    RZ_PHASE_ROLLING_BACK, /* every touched partition goes back */
    RZ_PHASE_ELECTING,     /* moves are over, leaders are put right */
    RZ_PHASE_RESTORING,    /* throttles are given back */
    RZ_PHASE_STOPPING,     /* likewise, with moves possibly still in flight */
    RZ_PHASE_ENDED,
    RZ_PHASE_STOPPED,
    RZ_N_PHASES,
} RzRunPhase;

typedef enum {
    RZ_RUN_EV_READ,    /* the first reading is done */
    RZ_RUN_EV_FREE,    /* time has come, window is open */
    RZ_RUN_EV_NOT_NOW, /* the window has closed */
    RZ_RUN_EV_PAUSE,
    RZ_RUN_EV_GO_ON,
    RZ_RUN_EV_CANCEL,
    RZ_RUN_EV_ROLLBACK,
    RZ_RUN_EV_INTERRUPT,
    RZ_RUN_EV_DRAINED,  /* nothing pending, nothing in flight */
    RZ_RUN_EV_LED,      /* leaders are as wanted, or as good as they get */
    RZ_RUN_EV_RESTORED, /* throttles are given back, or owed */
    RZ_RUN_EV_LISTED,   /* the last look found a move of ours after all */
    RZ_N_RUN_EVENTS,
} RzRunEvent;

typedef struct {
    RzRunPhase phase;
    RzRunEvent event;
    RzRunPhase next;
    const char *why;
} RzRunRow;

/* NULL: the event means nothing in this phase. */
const RzRunRow *rz_run_row(RzRunPhase phase, RzRunEvent event);
const char *rz_run_phase_name(RzRunPhase phase);
const char *rz_run_event_name(RzRunEvent event);
/* A Graphviz drawing. (transfer full) */
char *rz_run_table_draw(void);
