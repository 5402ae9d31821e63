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
    RzPartAim aim = {c->goal, c->origin, (uint16_t)count(c->goal), (uint16_t)count(c->origin),
                     c->back, c->touched};
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
    add_row(tests, "the table is whole", every_state_answers_every_sight, NULL);
    add_row(tests, "the table is careful", the_table_is_careful, NULL);
    return run_rows("part table", tests);
}
