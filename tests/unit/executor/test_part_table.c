/*
 * test_part_table.c: what a sight of the cluster means, and that the table answers all of them.
 */
#include "tests/unit/kafka/rows.h"

#include "executor/part_table.h"

#define END (-1)
#define MAX_IDS 6

/* Lists end with END; a first END in `replicas` of the listed move: it is not listed. */
typedef struct {
    const char *name;
    int32_t origin[MAX_IDS], goal[MAX_IDS];
    bool back, touched;
    int32_t listed[MAX_IDS], adding[MAX_IDS], removing[MAX_IDS];
    int32_t now[MAX_IDS], isr[MAX_IDS];
    RzSeen seen;
} SightCase;

#define IDS(...)                                                                                   \
    {                                                                                              \
        __VA_ARGS__, END                                                                           \
    }
#define NONE                                                                                       \
    {                                                                                              \
        END                                                                                        \
    }

/* clang-format off */
static const SightCase sights[] = {
    {"not begun",                 IDS(1, 2), IDS(3, 4), false, false, NONE, NONE, NONE, IDS(1, 2), IDS(1, 2), RZ_SEEN_AT_ORIGIN},
    {"on its way",                IDS(1, 2), IDS(3, 4), false, true,  IDS(3, 4, 1, 2), IDS(3, 4), IDS(1, 2), IDS(3, 4, 1, 2), IDS(1, 2), RZ_SEEN_TO_GOAL},
    {"in place and in sync",      IDS(1, 2), IDS(3, 4), false, true,  NONE, NONE, NONE, IDS(3, 4), IDS(4, 3), RZ_SEEN_AT_GOAL},
    {"in place, not in sync",     IDS(1, 2), IDS(3, 4), false, true,  NONE, NONE, NONE, IDS(3, 4), IDS(3), RZ_SEEN_LAGGING},
    {"the order counts",          IDS(1, 2), IDS(3, 4), false, true,  NONE, NONE, NONE, IDS(4, 3), IDS(4, 3), RZ_SEEN_ELSEWHERE},
    {"others move it",            IDS(1, 2), IDS(3, 4), false, true,  IDS(5, 1, 2), IDS(5), IDS(1, 2), IDS(5, 1, 2), IDS(1, 2), RZ_SEEN_FOREIGN},
    {"hung, and ours",            IDS(1, 2), IDS(1, 2, 3), false, true, IDS(1, 2, 3), IDS(3), IDS(3), IDS(1, 2, 3), IDS(1, 2, 3), RZ_SEEN_HUNG},
    {"hung, not ours",            IDS(1, 2), IDS(1, 2, 3), false, false, IDS(1, 2, 3), IDS(3), IDS(3), IDS(1, 2, 3), IDS(1, 2, 3), RZ_SEEN_FOREIGN},
    {"back: still going there",   IDS(3, 4), IDS(1, 2), true, true,   IDS(3, 4, 1, 2), IDS(3, 4), IDS(1, 2), IDS(3, 4, 1, 2), IDS(1, 2), RZ_SEEN_TO_ORIGIN},
    {"back: not ours to cancel",  IDS(3, 4), IDS(1, 2), true, false,  IDS(3, 4, 1, 2), IDS(3, 4), IDS(1, 2), IDS(3, 4, 1, 2), IDS(1, 2), RZ_SEEN_FOREIGN},
    {"back: order lost",          IDS(4, 5, 6), IDS(3, 1, 2), true, true, NONE, NONE, NONE, IDS(1, 2, 3), IDS(1, 2, 3), RZ_SEEN_SHUFFLED},
    {"back: whole again",         IDS(4, 5, 6), IDS(3, 1, 2), true, true, NONE, NONE, NONE, IDS(3, 1, 2), IDS(1, 2), RZ_SEEN_AT_GOAL},
    {"a longer target, listed",   IDS(1, 2), IDS(1, 2, 3), false, true, IDS(1, 2, 3), IDS(3), NONE, IDS(1, 2, 3), IDS(1, 2), RZ_SEEN_TO_GOAL},
    {"a prefix is not the goal",  IDS(1, 2), IDS(1, 2, 3), false, true, IDS(1, 2), NONE, NONE, IDS(1, 2), IDS(1, 2), RZ_SEEN_FOREIGN},
    {"stale: the union unlisted", IDS(1, 2), IDS(3, 4), false, true,  NONE, NONE, NONE, IDS(3, 4, 1, 2), IDS(1, 2), RZ_SEEN_ELSEWHERE},
    {"no partition",              IDS(1, 2), IDS(3, 4), false, true,  NONE, NONE, NONE, NONE, NONE, RZ_SEEN_GONE},
};
/* clang-format on */

static uint32_t
count(const int32_t ids[MAX_IDS])
{
    uint32_t n = 0;
    while (n < MAX_IDS && ids[n] != END)
        n++;
    return n;
}

static int32_t *
copy(const int32_t ids[MAX_IDS])
{
    return g_memdup2(ids, MAX_IDS * sizeof(int32_t));
}

static void
the_sight_is_understood(void **row)
{
    const SightCase *c = *row;
    RzPartAim aim = {.goal = c->goal,
                     .origin = c->origin,
                     .n_goal = (uint16_t)count(c->goal),
                     .n_origin = (uint16_t)count(c->origin),
                     .back = c->back,
                     .touched = c->touched};
    g_autofree int32_t *listed = copy(c->listed), *adding = copy(c->adding);
    g_autofree int32_t *removing = copy(c->removing), *now = copy(c->now), *isr = copy(c->isr);
    RzClusterReassignment item = {.replicas = listed,
                                  .adding = adding,
                                  .removing = removing,
                                  .n_replicas = count(c->listed),
                                  .n_adding = count(c->adding),
                                  .n_removing = count(c->removing)};
    RzClusterPartition live = {
        .replicas = now, .isr = isr, .n_replicas = count(c->now), .n_isr = count(c->isr)};
    RzSeen seen = rz_part_classify(&aim, item.n_replicas > 0 ? &item : NULL,
                                   live.n_replicas > 0 ? &live : NULL);
    assert_string_equal(rz_seen_name(seen), rz_seen_name(c->seen));
}

/* ---- staged: from 1,2 by 3,1,2 to 3,4 ---- */

typedef struct {
    const char *name;
    uint16_t at;
    bool back;
    int32_t listed[MAX_IDS], adding[MAX_IDS], removing[MAX_IDS];
    int32_t now[MAX_IDS], isr[MAX_IDS];
    int32_t leader;
    RzSeen seen;
    uint16_t place;
} StepCase;

/* clang-format off */
static const StepCase steps[] = {
    {"not begun",               0, false, NONE, NONE, NONE, IDS(1, 2), IDS(1, 2), 1, RZ_SEEN_AT_ORIGIN, 0},
    {"to its step",             0, false, IDS(3, 1, 2), IDS(3), NONE, IDS(3, 1, 2), IDS(1, 2), 1, RZ_SEEN_TO_GOAL, 0},
    {"at its step, lagging",    0, false, NONE, NONE, NONE, IDS(3, 1, 2), IDS(1, 2), 1, RZ_SEEN_LAGGING, 1},
    {"at its step",             0, false, NONE, NONE, NONE, IDS(3, 1, 2), IDS(1, 2, 3), 1, RZ_SEEN_AT_STEP, 1},
    {"at its step and led",     0, false, NONE, NONE, NONE, IDS(3, 1, 2), IDS(1, 2, 3), 3, RZ_SEEN_STEP_LED, 1},
    {"before the second",       1, false, NONE, NONE, NONE, IDS(3, 1, 2), IDS(1, 2, 3), 3, RZ_SEEN_AT_ORIGIN, 1},
    {"before it, shuffled",     1, false, NONE, NONE, NONE, IDS(1, 2, 3), IDS(1, 2, 3), 3, RZ_SEEN_AT_ORIGIN, 1},
    {"to its target",           1, false, IDS(3, 4, 1, 2), IDS(4), IDS(1, 2), IDS(3, 4, 1, 2), IDS(1, 2, 3), 3, RZ_SEEN_TO_GOAL, 1},
    {"at its target",           1, false, NONE, NONE, NONE, IDS(3, 4), IDS(3, 4), 3, RZ_SEEN_AT_GOAL, 2},
    {"elsewhere",               1, false, NONE, NONE, NONE, IDS(7, 8), IDS(7, 8), 7, RZ_SEEN_ELSEWHERE, 9},
    {"a step not yet sent",     1, false, NONE, NONE, NONE, IDS(1, 2), IDS(1, 2), 1, RZ_SEEN_ELSEWHERE, 0},
    {"back: to its step",       0, true, IDS(3, 1, 2), IDS(3), NONE, IDS(3, 1, 2), IDS(1, 2), 1, RZ_SEEN_TO_ORIGIN, 0},
    {"back: to its target",     1, true, IDS(3, 4, 1, 2), IDS(4), IDS(1, 2), IDS(3, 4, 1, 2), IDS(1, 2, 3), 3, RZ_SEEN_TO_ORIGIN, 1},
    {"back: at its step",       1, true, NONE, NONE, NONE, IDS(3, 1, 2), IDS(1, 2, 3), 3, RZ_SEEN_AT_ORIGIN, 1},
    {"back: there, shuffled",   1, true, NONE, NONE, NONE, IDS(1, 2, 3), IDS(1, 2, 3), 3, RZ_SEEN_AT_ORIGIN, 1},
    {"back: at its target",     1, true, NONE, NONE, NONE, IDS(3, 4), IDS(3, 4), 3, RZ_SEEN_AT_ORIGIN, 2},
    {"back: order lost",        0, true, NONE, NONE, NONE, IDS(2, 1), IDS(1, 2), 1, RZ_SEEN_SHUFFLED, 0},
    {"back: whole again",       0, true, NONE, NONE, NONE, IDS(1, 2), IDS(1, 2), 1, RZ_SEEN_AT_GOAL, 0},
};
/* clang-format on */

static void
a_step_is_understood(void **row)
{
    static const int32_t original[] = {1, 2}, step[] = {3, 1, 2}, target[] = {3, 4};
    static const RzPartList way[] = {{original, 2}, {step, 3}, {target, 2}};
    const StepCase *c = *row;
    const RzPartList *goal = &way[c->back ? 0 : c->at + 1];
    const RzPartList *origin = &way[c->back ? MAX(c->at, 1) : c->at];
    RzPartAim aim = {
        goal->ids, origin->ids, goal->n, origin->n, c->back, true, !c->back && c->at == 0, way, 3};
    g_autofree int32_t *listed = copy(c->listed), *adding = copy(c->adding);
    g_autofree int32_t *removing = copy(c->removing), *now = copy(c->now), *isr = copy(c->isr);
    RzClusterReassignment item = {.replicas = listed,
                                  .adding = adding,
                                  .removing = removing,
                                  .n_replicas = count(c->listed),
                                  .n_adding = count(c->adding),
                                  .n_removing = count(c->removing)};
    RzClusterPartition live = {.leader = c->leader,
                               .replicas = now,
                               .isr = isr,
                               .n_replicas = count(c->now),
                               .n_isr = count(c->isr)};
    const RzClusterReassignment *in_list = item.n_replicas > 0 ? &item : NULL;
    assert_string_equal(rz_seen_name(rz_part_classify(&aim, in_list, &live)),
                        rz_seen_name(c->seen));
    bool exact = false;
    assert_int_equal(rz_part_place(&aim, in_list, &live, 9, &exact), c->place);
}

/* Whatever is seen, in every state that looks, there is a row, and waiting never loses it. */
static void
every_state_answers_every_sight(void **state)
{
    (void)state;
    for (int s = RZ_PART_PENDING; s <= RZ_PART_YIELDING; s++)
        for (int seen = 0; seen < RZ_N_SEEN; seen++) {
            const RzPartRow *now = rz_part_row((RzPartState)s, (RzSeen)seen, 0);
            const RzPartRow *later = rz_part_row((RzPartState)s, (RzSeen)seen, INT64_MAX);
            assert_true(now->after_ms == 0 && later->after_ms >= now->after_ms);
            assert_non_null(now->why);
        }
}

/* Nothing is called finished that is not seen at its goal, and nothing cancelled in one sight. */
static void
the_table_is_careful(void **state)
{
    (void)state;
    for (int s = RZ_PART_PENDING; s <= RZ_PART_YIELDING; s++)
        for (int seen = 0; seen < RZ_N_SEEN; seen++) {
            const RzPartRow *now = rz_part_row((RzPartState)s, (RzSeen)seen, 0);
            const RzPartRow *later = rz_part_row((RzPartState)s, (RzSeen)seen, INT64_MAX);
            assert_int_equal(now->next == RZ_PART_DONE, seen == RZ_SEEN_AT_GOAL);
            assert_int_equal(later->next == RZ_PART_DONE, seen == RZ_SEEN_AT_GOAL);
            assert_true(now->next != RZ_PART_HELD && now->next != RZ_PART_SKIPPED);
        }
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    for (gsize i = 0; i < G_N_ELEMENTS(sights); i++)
        add_row(tests, sights[i].name, the_sight_is_understood, &sights[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
        add_row(tests, steps[i].name, a_step_is_understood, &steps[i]);
    add_row(tests, "the table is whole", every_state_answers_every_sight, NULL);
    add_row(tests, "the table is careful", the_table_is_careful, NULL);
    return run_rows("part table", tests);
}
