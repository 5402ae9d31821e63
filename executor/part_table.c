/*
 * part_table.c: the table of a partition's transitions, and what a sight of the cluster means.
 *
 * GRACE covers that lists come from the controller and Metadata from a broker's cache: for so long
 * an unlisted partition with an old list is taken for a stale answer, not for a cancelled move.
 * LEAD is how long a step is worth waiting for its leader: without it the next one only costs more.
 */
#include "executor/part_table.h"

#include <string.h>

#define GRACE 10000
#define LEAD 60000

/* clang-format off */
static const RzPartRow rows[] = {
    /* in state,           seen,               after, do,            then,               why */
    {RZ_PART_PENDING,    RZ_SEEN_UNKNOWN,   0,     RZ_ACT_NONE,   RZ_PART_PENDING,    "Metadata does not say"},
    {RZ_PART_PENDING,    RZ_SEEN_GONE,      0,     RZ_ACT_NONE,   RZ_PART_PENDING,    "not in Metadata, asking again"},
    {RZ_PART_PENDING,    RZ_SEEN_GONE,      GRACE, RZ_ACT_SETTLE, RZ_PART_SKIPPED,    "the topic was deleted or created anew"},
    {RZ_PART_PENDING,    RZ_SEEN_TO_GOAL,   0,     RZ_ACT_ADOPT,  RZ_PART_MOVING,     "already on its way"},
    {RZ_PART_PENDING,    RZ_SEEN_TO_ORIGIN, 0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "our earlier move has to be cancelled first"},
    {RZ_PART_PENDING,    RZ_SEEN_HUNG,      0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "hung, healing by cancel"},
    {RZ_PART_PENDING,    RZ_SEEN_FOREIGN,   0,     RZ_ACT_SETTLE, RZ_PART_YIELDING,   "a move of others runs"},
    {RZ_PART_PENDING,    RZ_SEEN_AT_GOAL,   0,     RZ_ACT_FINISH, RZ_PART_DONE,       "already there"},
    {RZ_PART_PENDING,    RZ_SEEN_AT_STEP,    0,     RZ_ACT_STEP,   RZ_PART_STEPPING,   "at its step, its leader moves next"},
    {RZ_PART_PENDING,    RZ_SEEN_STEP_LED,   0,     RZ_ACT_NEXT,   RZ_PART_PENDING,    "at its step and led from there, the next one follows"},
    {RZ_PART_PENDING,    RZ_SEEN_LAGGING,   0,     RZ_ACT_ADOPT,  RZ_PART_MOVING,     "at its target, not in sync yet"},
    {RZ_PART_PENDING,    RZ_SEEN_AT_ORIGIN, 0,     RZ_ACT_NONE,   RZ_PART_PENDING,    "to be sent"},
    {RZ_PART_PENDING,    RZ_SEEN_SHUFFLED,  0,     RZ_ACT_NONE,   RZ_PART_PENDING,    "its order is to be restored"},
    {RZ_PART_PENDING,    RZ_SEEN_ELSEWHERE, 0,     RZ_ACT_NONE,   RZ_PART_PENDING,    "not where it was, asking again"},
    {RZ_PART_PENDING,    RZ_SEEN_ELSEWHERE, GRACE, RZ_ACT_SETTLE, RZ_PART_HELD,       "others changed its replicas"},

    {RZ_PART_SENT,       RZ_SEEN_UNKNOWN,   0,     RZ_ACT_NONE,   RZ_PART_SENT,       "Metadata does not say"},
    {RZ_PART_SENT,       RZ_SEEN_GONE,      0,     RZ_ACT_NONE,   RZ_PART_SENT,       "not in Metadata, asking again"},
    {RZ_PART_SENT,       RZ_SEEN_GONE,      GRACE, RZ_ACT_SETTLE, RZ_PART_SKIPPED,    "the topic was deleted or created anew"},
    {RZ_PART_SENT,       RZ_SEEN_TO_GOAL,   0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "the unanswered request was carried out"},
    {RZ_PART_SENT,       RZ_SEEN_TO_ORIGIN, 0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "our earlier move has to be cancelled first"},
    {RZ_PART_SENT,       RZ_SEEN_HUNG,      0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "hung, healing by cancel"},
    {RZ_PART_SENT,       RZ_SEEN_FOREIGN,   0,     RZ_ACT_SETTLE, RZ_PART_YIELDING,   "a move of others runs"},
    {RZ_PART_SENT,       RZ_SEEN_AT_GOAL,   0,     RZ_ACT_FINISH, RZ_PART_DONE,       "in place and in sync"},
    {RZ_PART_SENT,       RZ_SEEN_AT_STEP,    0,     RZ_ACT_STEP,   RZ_PART_STEPPING,   "at its step, its leader moves next"},
    {RZ_PART_SENT,       RZ_SEEN_STEP_LED,   0,     RZ_ACT_NEXT,   RZ_PART_PENDING,    "at its step and led from there, the next one follows"},
    {RZ_PART_SENT,       RZ_SEEN_LAGGING,   0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "at its target, not in sync yet"},
    {RZ_PART_SENT,       RZ_SEEN_AT_ORIGIN, 0,     RZ_ACT_QUEUE,  RZ_PART_PENDING,    "the unanswered request was not carried out"},
    {RZ_PART_SENT,       RZ_SEEN_SHUFFLED,  0,     RZ_ACT_QUEUE,  RZ_PART_PENDING,    "the unanswered request was not carried out"},
    {RZ_PART_SENT,       RZ_SEEN_ELSEWHERE, 0,     RZ_ACT_NONE,   RZ_PART_SENT,       "asking again"},
    {RZ_PART_SENT,       RZ_SEEN_ELSEWHERE, GRACE, RZ_ACT_SETTLE, RZ_PART_HELD,       "others changed its replicas"},

    {RZ_PART_MOVING,     RZ_SEEN_UNKNOWN,   0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "Metadata does not say"},
    {RZ_PART_MOVING,     RZ_SEEN_GONE,      0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "not in Metadata, asking again"},
    {RZ_PART_MOVING,     RZ_SEEN_GONE,      GRACE, RZ_ACT_SETTLE, RZ_PART_SKIPPED,    "the topic was deleted or created anew"},
    {RZ_PART_MOVING,     RZ_SEEN_TO_GOAL,   0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "copying"},
    {RZ_PART_MOVING,     RZ_SEEN_TO_ORIGIN, 0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "our earlier move has to be cancelled first"},
    {RZ_PART_MOVING,     RZ_SEEN_HUNG,      0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "hung, healing by cancel"},
    {RZ_PART_MOVING,     RZ_SEEN_FOREIGN,   0,     RZ_ACT_SETTLE, RZ_PART_YIELDING,   "others sent it elsewhere"},
    {RZ_PART_MOVING,     RZ_SEEN_AT_GOAL,   0,     RZ_ACT_FINISH, RZ_PART_DONE,       "in place and in sync"},
    {RZ_PART_MOVING,     RZ_SEEN_AT_STEP,    0,     RZ_ACT_STEP,   RZ_PART_STEPPING,   "at its step, its leader moves next"},
    {RZ_PART_MOVING,     RZ_SEEN_STEP_LED,   0,     RZ_ACT_NEXT,   RZ_PART_PENDING,    "at its step and led from there, the next one follows"},
    {RZ_PART_MOVING,     RZ_SEEN_LAGGING,   0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "in place, not in sync yet"},
    {RZ_PART_MOVING,     RZ_SEEN_AT_ORIGIN, 0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "unlisted, Metadata may be stale"},
    {RZ_PART_MOVING,     RZ_SEEN_AT_ORIGIN, GRACE, RZ_ACT_SETTLE, RZ_PART_HELD,       "others cancelled it"},
    {RZ_PART_MOVING,     RZ_SEEN_SHUFFLED,  0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "unlisted, Metadata may be stale"},
    {RZ_PART_MOVING,     RZ_SEEN_SHUFFLED,  GRACE, RZ_ACT_QUEUE,  RZ_PART_PENDING,    "its order is to be restored"},
    {RZ_PART_MOVING,     RZ_SEEN_ELSEWHERE, 0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "unlisted, Metadata may be stale"},
    {RZ_PART_MOVING,     RZ_SEEN_ELSEWHERE, GRACE, RZ_ACT_SETTLE, RZ_PART_HELD,       "others changed its replicas"},

    {RZ_PART_STEPPING,   RZ_SEEN_UNKNOWN,    0,     RZ_ACT_NONE,   RZ_PART_STEPPING,   "Metadata does not say"},
    {RZ_PART_STEPPING,   RZ_SEEN_GONE,       0,     RZ_ACT_NONE,   RZ_PART_STEPPING,   "not in Metadata, asking again"},
    {RZ_PART_STEPPING,   RZ_SEEN_GONE,       GRACE, RZ_ACT_SETTLE, RZ_PART_SKIPPED,    "the topic was deleted or created anew"},
    {RZ_PART_STEPPING,   RZ_SEEN_TO_GOAL,    0,     RZ_ACT_ADOPT,  RZ_PART_MOVING,     "listed after all"},
    {RZ_PART_STEPPING,   RZ_SEEN_TO_ORIGIN,  0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "our earlier move has to be cancelled first"},
    {RZ_PART_STEPPING,   RZ_SEEN_HUNG,       0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "hung, healing by cancel"},
    {RZ_PART_STEPPING,   RZ_SEEN_FOREIGN,    0,     RZ_ACT_SETTLE, RZ_PART_YIELDING,   "others sent it elsewhere"},
    {RZ_PART_STEPPING,   RZ_SEEN_AT_GOAL,    0,     RZ_ACT_FINISH, RZ_PART_DONE,       "in place and in sync"},
    {RZ_PART_STEPPING,   RZ_SEEN_AT_STEP,    0,     RZ_ACT_NONE,   RZ_PART_STEPPING,   "its leader is to move"},
    {RZ_PART_STEPPING,   RZ_SEEN_AT_STEP,    LEAD,  RZ_ACT_NEXT,   RZ_PART_PENDING,    "its leader does not move, the next step follows all the same"},
    {RZ_PART_STEPPING,   RZ_SEEN_STEP_LED,   0,     RZ_ACT_NEXT,   RZ_PART_PENDING,    "led from its new zone, the next step follows"},
    {RZ_PART_STEPPING,   RZ_SEEN_LAGGING,   0,     RZ_ACT_NONE,   RZ_PART_STEPPING,   "at its step, not in sync any more"},
    {RZ_PART_STEPPING,   RZ_SEEN_AT_ORIGIN,  0,     RZ_ACT_NONE,   RZ_PART_STEPPING,   "Metadata may be stale"},
    {RZ_PART_STEPPING,   RZ_SEEN_AT_ORIGIN,  GRACE, RZ_ACT_SETTLE, RZ_PART_HELD,       "others changed its replicas"},
    {RZ_PART_STEPPING,   RZ_SEEN_SHUFFLED,   0,     RZ_ACT_NONE,   RZ_PART_STEPPING,   "Metadata may be stale"},
    {RZ_PART_STEPPING,   RZ_SEEN_SHUFFLED,   GRACE, RZ_ACT_SETTLE, RZ_PART_HELD,       "others changed its replicas"},
    {RZ_PART_STEPPING,   RZ_SEEN_ELSEWHERE,  0,     RZ_ACT_NONE,   RZ_PART_STEPPING,   "Metadata may be stale"},
    {RZ_PART_STEPPING,   RZ_SEEN_ELSEWHERE,  GRACE, RZ_ACT_SETTLE, RZ_PART_HELD,       "others changed its replicas"},

    {RZ_PART_CANCELLING, RZ_SEEN_UNKNOWN,   0,     RZ_ACT_NONE,   RZ_PART_CANCELLING, "Metadata does not say"},
    {RZ_PART_CANCELLING, RZ_SEEN_GONE,      0,     RZ_ACT_NONE,   RZ_PART_CANCELLING, "not in Metadata, asking again"},
    {RZ_PART_CANCELLING, RZ_SEEN_GONE,      GRACE, RZ_ACT_SETTLE, RZ_PART_SKIPPED,    "the topic was deleted or created anew"},
    {RZ_PART_CANCELLING, RZ_SEEN_TO_GOAL,   0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "heading for its goal"},
    {RZ_PART_CANCELLING, RZ_SEEN_TO_ORIGIN, 0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "cancelling"},
    {RZ_PART_CANCELLING, RZ_SEEN_HUNG,      0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "hung, healing by cancel"},
    {RZ_PART_CANCELLING, RZ_SEEN_FOREIGN,   0,     RZ_ACT_SETTLE, RZ_PART_YIELDING,   "others sent it elsewhere"},
    {RZ_PART_CANCELLING, RZ_SEEN_AT_GOAL,   0,     RZ_ACT_FINISH, RZ_PART_DONE,       "back in place"},
    {RZ_PART_CANCELLING, RZ_SEEN_AT_STEP,    0,     RZ_ACT_NONE,   RZ_PART_CANCELLING, "asking again"},
    {RZ_PART_CANCELLING, RZ_SEEN_STEP_LED,   0,     RZ_ACT_NONE,   RZ_PART_CANCELLING, "asking again"},
    {RZ_PART_CANCELLING, RZ_SEEN_LAGGING,   0,     RZ_ACT_NONE,   RZ_PART_MOVING,     "in place, not in sync yet"},
    {RZ_PART_CANCELLING, RZ_SEEN_AT_ORIGIN, 0,     RZ_ACT_QUEUE,  RZ_PART_PENDING,    "it finished before the cancel reached it"},
    {RZ_PART_CANCELLING, RZ_SEEN_SHUFFLED,  0,     RZ_ACT_QUEUE,  RZ_PART_PENDING,    "cancelled, its order is to be restored"},
    {RZ_PART_CANCELLING, RZ_SEEN_ELSEWHERE, 0,     RZ_ACT_NONE,   RZ_PART_CANCELLING, "unlisted, Metadata may be stale"},
    {RZ_PART_CANCELLING, RZ_SEEN_ELSEWHERE, GRACE, RZ_ACT_SETTLE, RZ_PART_HELD,       "others changed its replicas"},

    {RZ_PART_YIELDING,   RZ_SEEN_UNKNOWN,   0,     RZ_ACT_NONE,   RZ_PART_YIELDING,   "Metadata does not say"},
    {RZ_PART_YIELDING,   RZ_SEEN_GONE,      0,     RZ_ACT_NONE,   RZ_PART_YIELDING,   "not in Metadata, asking again"},
    {RZ_PART_YIELDING,   RZ_SEEN_GONE,      GRACE, RZ_ACT_SETTLE, RZ_PART_SKIPPED,    "the topic was deleted or created anew"},
    {RZ_PART_YIELDING,   RZ_SEEN_TO_GOAL,   0,     RZ_ACT_ADOPT,  RZ_PART_MOVING,     "others sent it where we want it"},
    {RZ_PART_YIELDING,   RZ_SEEN_TO_ORIGIN, 0,     RZ_ACT_CANCEL, RZ_PART_CANCELLING, "our earlier move has to be cancelled first"},
    {RZ_PART_YIELDING,   RZ_SEEN_HUNG,      0,     RZ_ACT_NONE,   RZ_PART_YIELDING,   "a move of others hangs"},
    {RZ_PART_YIELDING,   RZ_SEEN_FOREIGN,   0,     RZ_ACT_NONE,   RZ_PART_YIELDING,   "a move of others runs"},
    {RZ_PART_YIELDING,   RZ_SEEN_AT_GOAL,   0,     RZ_ACT_FINISH, RZ_PART_DONE,       "others brought it into place"},
    {RZ_PART_YIELDING,   RZ_SEEN_AT_STEP,    0,     RZ_ACT_STEP,   RZ_PART_STEPPING,   "at its step, its leader moves next"},
    {RZ_PART_YIELDING,   RZ_SEEN_STEP_LED,   0,     RZ_ACT_NEXT,   RZ_PART_PENDING,    "at its step and led from there, the next one follows"},
    {RZ_PART_YIELDING,   RZ_SEEN_LAGGING,   0,     RZ_ACT_ADOPT,  RZ_PART_MOVING,     "in place, not in sync yet"},
    {RZ_PART_YIELDING,   RZ_SEEN_AT_ORIGIN, 0,     RZ_ACT_QUEUE,  RZ_PART_PENDING,    "the move of others is over"},
    {RZ_PART_YIELDING,   RZ_SEEN_SHUFFLED,  0,     RZ_ACT_QUEUE,  RZ_PART_PENDING,    "the move of others is over"},
    {RZ_PART_YIELDING,   RZ_SEEN_ELSEWHERE, 0,     RZ_ACT_NONE,   RZ_PART_YIELDING,   "asking again"},
    {RZ_PART_YIELDING,   RZ_SEEN_ELSEWHERE, GRACE, RZ_ACT_SETTLE, RZ_PART_HELD,       "others changed its replicas"},
};

static const char *const state_names[] = {
    [RZ_PART_PENDING] = "pending",   [RZ_PART_SENT] = "sent",
    [RZ_PART_MOVING] = "moving",     [RZ_PART_STEPPING] = "stepping",
    [RZ_PART_CANCELLING] = "cancelling",
    [RZ_PART_YIELDING] = "yielding", [RZ_PART_DONE] = "done",
    [RZ_PART_HELD] = "held",         [RZ_PART_SKIPPED] = "skipped",
};

static const char *const seen_names[] = {
    [RZ_SEEN_UNKNOWN] = "unknown",     [RZ_SEEN_GONE] = "gone",
    [RZ_SEEN_TO_GOAL] = "to goal",     [RZ_SEEN_TO_ORIGIN] = "to origin",
    [RZ_SEEN_HUNG] = "hung",           [RZ_SEEN_FOREIGN] = "foreign move",
    [RZ_SEEN_AT_GOAL] = "at goal",     [RZ_SEEN_LAGGING] = "lagging",
    [RZ_SEEN_AT_STEP] = "at step",     [RZ_SEEN_STEP_LED] = "at step, led",
    [RZ_SEEN_AT_ORIGIN] = "at origin", [RZ_SEEN_SHUFFLED] = "shuffled",
    [RZ_SEEN_ELSEWHERE] = "elsewhere",
};
/* clang-format on */

const RzPartRow *
rz_part_row(RzPartState state, RzSeen seen, int64_t for_ms)
{
    const RzPartRow *best = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].state == state && rows[i].seen == seen && rows[i].after_ms <= for_ms)
            best = &rows[i];
    g_assert(best != NULL);
    return best;
}

const char *
rz_part_state_name(RzPartState state)
{
    return state_names[state];
}

const char *
rz_seen_name(RzSeen seen)
{
    return seen_names[seen];
}

char *
rz_part_table_draw(void)
{
    GString *out = g_string_new("digraph partition {\n    rankdir=LR;\n    node [shape=box];\n");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const RzPartRow *row = &rows[i];
        if (row->state == row->next)
            continue;
        g_autofree char *after =
            row->after_ms > 0 ? g_strdup_printf(" for %d s", (int)(row->after_ms / 1000)) : NULL;
        g_string_append_printf(out, "    %s -> %s [label=\"%s%s\\n%s\"];\n",
                               state_names[row->state], state_names[row->next],
                               seen_names[row->seen], after != NULL ? after : "", row->why);
    }
    g_string_append(out, "}\n");
    return g_string_free(out, FALSE);
}

/* ---- classification ---- */

bool
rz_list_equal(const int32_t *a, uint32_t n_a, const int32_t *b, uint32_t n_b)
{
    return n_a == n_b && memcmp(a, b, n_a * sizeof *a) == 0;
}

bool
rz_list_has(const int32_t *ids, uint32_t n, int32_t id)
{
    for (uint32_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static bool
contains_all(const int32_t *ids, uint32_t n, const int32_t *wanted, uint32_t n_wanted)
{
    for (uint32_t i = 0; i < n_wanted; i++)
        if (!rz_list_has(ids, n, wanted[i]))
            return false;
    return true;
}

/* Whether the move ends at @list: its replicas without those being removed, in order. */
static bool
heads_for(const RzClusterReassignment *listed, const int32_t *list, uint32_t n)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < listed->n_replicas; i++) {
        if (rz_list_has(listed->removing, listed->n_removing, listed->replicas[i]))
            continue;
        if (at >= n || list[at] != listed->replicas[i])
            return false;
        at++;
    }
    return at == n;
}

static bool
is_hung(const RzClusterReassignment *listed)
{
    for (uint32_t i = 0; i < listed->n_adding; i++)
        if (rz_list_has(listed->removing, listed->n_removing, listed->adding[i]))
            return true;
    return false;
}

/* Towards where we may have sent it before. */
static bool
heads_for_way(const RzPartAim *aim, const RzClusterReassignment *listed)
{
    for (uint16_t i = 1; i < aim->n_way; i++)
        if (heads_for(listed, aim->way[i].ids, aim->way[i].n))
            return true;
    return heads_for(listed, aim->origin, aim->n_origin);
}

static RzSeen
classify_listed(const RzPartAim *aim, const RzClusterReassignment *listed)
{
    if (is_hung(listed))
        return aim->touched ? RZ_SEEN_HUNG : RZ_SEEN_FOREIGN;
    if (heads_for(listed, aim->goal, aim->n_goal))
        return RZ_SEEN_TO_GOAL;
    bool ours = aim->back && aim->touched && heads_for_way(aim, listed);
    return ours ? RZ_SEEN_TO_ORIGIN : RZ_SEEN_FOREIGN;
}

static bool
is_permutation(const int32_t *a, uint32_t n_a, const int32_t *b, uint32_t n_b)
{
    return n_a == n_b && contains_all(a, n_a, b, n_b);
}

/* At another place that we may have brought it to: a step, as sent or as a cancel leaves it. */
static bool
is_on_way(const RzPartAim *aim, const int32_t *now, uint32_t n)
{
    for (uint16_t i = 1; aim->touched && i + 1 < aim->n_way; i++) {
        const RzPartList *list = &aim->way[i];
        bool may_be = aim->back || list->ids == aim->origin;
        if (may_be && is_permutation(now, n, list->ids, list->n))
            return true;
    }
    return aim->back && aim->n_way > 0 &&
           rz_list_equal(now, n, aim->way[aim->n_way - 1].ids, aim->way[aim->n_way - 1].n);
}

static RzSeen
classify_arrived(const RzPartAim *aim, const RzClusterPartition *live)
{
    if (aim->back)
        return RZ_SEEN_AT_GOAL;
    if (!contains_all(live->isr, live->n_isr, aim->goal, aim->n_goal))
        return RZ_SEEN_LAGGING;
    if (!aim->more)
        return RZ_SEEN_AT_GOAL;
    return live->leader == aim->goal[0] ? RZ_SEEN_STEP_LED : RZ_SEEN_AT_STEP;
}

RzSeen
rz_part_classify(const RzPartAim *aim, const RzClusterReassignment *listed,
                 const RzClusterPartition *live)
{
    if (listed != NULL)
        return classify_listed(aim, listed);
    if (live == NULL)
        return RZ_SEEN_GONE;
    const int32_t *now = live->replicas;
    uint32_t n = live->n_replicas;
    if (n == 0)
        return RZ_SEEN_UNKNOWN;
    if (rz_list_equal(now, n, aim->goal, aim->n_goal))
        return classify_arrived(aim, live);
    if (rz_list_equal(now, n, aim->origin, aim->n_origin) || is_on_way(aim, now, n))
        return RZ_SEEN_AT_ORIGIN;
    if (aim->back && is_permutation(now, n, aim->goal, aim->n_goal))
        return RZ_SEEN_SHUFFLED;
    return RZ_SEEN_ELSEWHERE;
}

uint16_t
rz_part_place(const RzPartAim *aim, const RzClusterReassignment *listed,
              const RzClusterPartition *live, uint16_t otherwise, bool *exact)
{
    *exact = true;
    for (uint16_t i = 0; i < aim->n_way; i++) {
        const RzPartList *list = &aim->way[i];
        if (listed != NULL ? heads_for(listed, list->ids, list->n)
                           : live != NULL && rz_list_equal(live->replicas, live->n_replicas,
                                                           list->ids, list->n))
            return listed != NULL && i > 0 ? i - 1 : i;
    }
    *exact = false;
    for (uint16_t i = 0; listed == NULL && live != NULL && i + 1 < aim->n_way; i++)
        if (is_permutation(live->replicas, live->n_replicas, aim->way[i].ids, aim->way[i].n))
            return i;
    return otherwise;
}
