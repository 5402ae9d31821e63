/*
 * run_table.c: the transitions of a run. An event without a row is ignored: commands may come at
 * any time, and "pause" on a run that is restoring throttles is answered, not obeyed.
 */
#include "executor/run_table.h"

/* clang-format off */
static const RzRunRow rows[] = {
    /* in phase,             on event,             then,                   why */
    {RZ_PHASE_READING,      RZ_RUN_EV_READ,       RZ_PHASE_WAITING,       "the cluster is read"},
    {RZ_PHASE_READING,      RZ_RUN_EV_CANCEL,     RZ_PHASE_CANCELLING,    "cancelling"},
    {RZ_PHASE_READING,      RZ_RUN_EV_ROLLBACK,   RZ_PHASE_ROLLING_BACK,  "rolling back"},
    {RZ_PHASE_READING,      RZ_RUN_EV_PAUSE,      RZ_PHASE_PAUSED,        "paused"},
    {RZ_PHASE_READING,      RZ_RUN_EV_INTERRUPT,  RZ_PHASE_STOPPED,       "interrupted"},
    {RZ_PHASE_WAITING,      RZ_RUN_EV_FREE,       RZ_PHASE_RUNNING,       "moving"},
    {RZ_PHASE_WAITING,      RZ_RUN_EV_PAUSE,      RZ_PHASE_PAUSED,        "paused"},
    {RZ_PHASE_WAITING,      RZ_RUN_EV_CANCEL,     RZ_PHASE_CANCELLING,    "cancelling"},
    {RZ_PHASE_WAITING,      RZ_RUN_EV_ROLLBACK,   RZ_PHASE_ROLLING_BACK,  "rolling back"},
    {RZ_PHASE_WAITING,      RZ_RUN_EV_INTERRUPT,  RZ_PHASE_STOPPING,      "interrupted"},
    {RZ_PHASE_WAITING,      RZ_RUN_EV_DRAINED,    RZ_PHASE_ELECTING,      "every move is over"},
    {RZ_PHASE_RUNNING,      RZ_RUN_EV_NOT_NOW,    RZ_PHASE_WAITING,       "the window has closed"},
    {RZ_PHASE_RUNNING,      RZ_RUN_EV_PAUSE,      RZ_PHASE_PAUSED,        "paused"},
    {RZ_PHASE_RUNNING,      RZ_RUN_EV_CANCEL,     RZ_PHASE_CANCELLING,    "cancelling"},
    {RZ_PHASE_RUNNING,      RZ_RUN_EV_ROLLBACK,   RZ_PHASE_ROLLING_BACK,  "rolling back"},
    {RZ_PHASE_RUNNING,      RZ_RUN_EV_INTERRUPT,  RZ_PHASE_STOPPING,      "interrupted"},
    {RZ_PHASE_RUNNING,      RZ_RUN_EV_DRAINED,    RZ_PHASE_ELECTING,      "every move is over"},
    {RZ_PHASE_PAUSED,       RZ_RUN_EV_GO_ON,      RZ_PHASE_WAITING,       "going on"},
    {RZ_PHASE_PAUSED,       RZ_RUN_EV_CANCEL,     RZ_PHASE_CANCELLING,    "cancelling"},
    {RZ_PHASE_PAUSED,       RZ_RUN_EV_ROLLBACK,   RZ_PHASE_ROLLING_BACK,  "rolling back"},
    {RZ_PHASE_PAUSED,       RZ_RUN_EV_INTERRUPT,  RZ_PHASE_STOPPING,      "interrupted"},
    {RZ_PHASE_PAUSED,       RZ_RUN_EV_DRAINED,    RZ_PHASE_ELECTING,      "every move is over"},
    {RZ_PHASE_CANCELLING,   RZ_RUN_EV_ROLLBACK,   RZ_PHASE_ROLLING_BACK,  "rolling back"},
    {RZ_PHASE_CANCELLING,   RZ_RUN_EV_INTERRUPT,  RZ_PHASE_STOPPING,      "interrupted"},
    {RZ_PHASE_CANCELLING,   RZ_RUN_EV_DRAINED,    RZ_PHASE_ELECTING,      "every move is over"},
    {RZ_PHASE_ROLLING_BACK, RZ_RUN_EV_INTERRUPT,  RZ_PHASE_STOPPING,      "interrupted"},
    {RZ_PHASE_ROLLING_BACK, RZ_RUN_EV_DRAINED,    RZ_PHASE_ELECTING,      "every partition is back"},
    {RZ_PHASE_ELECTING,     RZ_RUN_EV_LED,        RZ_PHASE_RESTORING,     "leaders are seen to"},
    {RZ_PHASE_ELECTING,     RZ_RUN_EV_LISTED,     RZ_PHASE_WAITING,       "a move is listed after all"},
    {RZ_PHASE_ELECTING,     RZ_RUN_EV_ROLLBACK,   RZ_PHASE_ROLLING_BACK,  "rolling back"},
    {RZ_PHASE_ELECTING,     RZ_RUN_EV_INTERRUPT,  RZ_PHASE_STOPPING,      "interrupted"},
    {RZ_PHASE_RESTORING,    RZ_RUN_EV_RESTORED,   RZ_PHASE_ENDED,         "throttles are as before"},
    {RZ_PHASE_RESTORING,    RZ_RUN_EV_ROLLBACK,   RZ_PHASE_ROLLING_BACK,  "rolling back"},
    {RZ_PHASE_RESTORING,    RZ_RUN_EV_INTERRUPT,  RZ_PHASE_STOPPING,      "interrupted"},
    {RZ_PHASE_STOPPING,     RZ_RUN_EV_RESTORED,   RZ_PHASE_STOPPED,       "stopped, can be resumed"},
};

static const char *const phase_names[] = {
    "reading", "waiting", "running", "paused", "cancelling", "rolling_back",
    "electing", "restoring", "stopping", "ended", "stopped",
};

static const char *const event_names[] = {
    "read", "free", "not now", "pause", "go on", "cancel", "rollback", "interrupt",
    "drained", "led", "restored", "listed",
};
/* clang-format on */

G_STATIC_ASSERT(G_N_ELEMENTS(phase_names) == RZ_N_PHASES);
G_STATIC_ASSERT(G_N_ELEMENTS(event_names) == RZ_N_RUN_EVENTS);

const RzRunRow *
rz_run_row(RzRunPhase phase, RzRunEvent event)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].phase == phase && rows[i].event == event)
            return &rows[i];
    return NULL;
}

const char *
rz_run_phase_name(RzRunPhase phase)
{
    return phase_names[phase];
}

const char *
rz_run_event_name(RzRunEvent event)
{
    return event_names[event];
}

char *
rz_run_table_draw(void)
{
    GString *out = g_string_new("digraph run {\n    rankdir=LR;\n    node [shape=box];\n");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_string_append_printf(out, "    %s -> %s [label=\"%s\"];\n", phase_names[rows[i].phase],
                               phase_names[rows[i].next], event_names[rows[i].event]);
    g_string_append(out, "}\n");
    return g_string_free(out, FALSE);
}
