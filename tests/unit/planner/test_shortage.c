/*
 * test_shortage.c: what cannot be planned is refused in words: who is short, by how much, and what
 * would do.
 */
#include "unit/planner/table.h"

#include "planner/policy_private.h"
#include "rezone/error.h"
#include "rezone/plan.h"
#include "unit/planner/sketch.h"

typedef struct {
    const char *name, *cluster, *options; /* "name=value ..." */
    RzBox box;                            /* with hi >= 0 */
    const char *words;
} Shortage;

#define NO_BOX                                                                                     \
    {                                                                                              \
        .hi = -1                                                                                   \
    }

/* clang-format off */
static const Shortage shortages[] = {
    {"all dead", "!1@a !2@b | t: 1", "", NO_BOX,
     "no broker is usable: every one is dead or drained; keep at least 1"},
    {"no zones", "1@- !2@a | t: 1", "", NO_BOX,
     "no broker is usable: 1 live ones have no zone; give them one with broker.rack or --zone-map, or "
     "pass --include-zoneless"},
    {"an empty zone is named", "1@a !2@b | t: 1", "zones=a,b", NO_BOX,
     "zone \"b\" has no usable broker: start at least 1 live, undrained broker in it, or leave it out "
     "of --zones"},
    {"more replicas than brokers", "1@a 2@b | t: 1 2", "target-rf=3", NO_BOX,
     "topic \"t\" partition 0 (like 1 more) wants 3 replicas, but only 2 brokers are usable: "
     "add 1, or lower it with --target-rf to 2"},
    {"a zone below the spread", "1@a 2@a 3@b | t: 1,2,3", "spread=min:2", NO_BOX,
     "zone \"b\" has 1 usable broker, but --spread min:2 wants 2 replicas of topic \"t\" partition 0 in "
     "it: add 1 there, or use --spread min:1"},
    {"fewer replicas than the spread", "1@a 2@b | t: 1", "spread=min:1", NO_BOX,
     "topic \"t\" partition 0 has 1 replica, but --spread min:1 over 2 zones needs 2: raise it with "
     "--target-rf, exclude it with --exclude-topic, or use a smaller spread"},
    {"a limit too high to reach", "1@a 2@b | t: 1 2", "", {.broker_id = 1, .lo = 3, .hi = 4},
     "brokers 1,2 must hold 3 replicas, but only 2 can be placed there: lower their limits by 1 in sum"},
    {"a limit too low to keep", "1@a 2@b | t: 1,2 2,1", "", {.broker_id = 2, .lo = 0, .hi = 1},
     "broker 2 may hold 1 replica, but the zone rules force 2 there: 1 too many; raise their limits "
     "by that in sum"},
    {"a limit below what stays", "1@a 2@b | t: 1,2 2,1 2,1 | u: 1", "only-topic=u",
     {.broker_id = 2, .lo = 0, .hi = 1},
     "broker 2 may hold 1 replica, but 3 of topics that the plan leaves alone stay there: raise its "
     "limit by 2, or let the plan move those topics"},
};
/* clang-format on */

static void
is_refused_in_words(void **state)
{
    const Shortage *row = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster(row->cluster);
    g_autoptr(RzPolicy) policy = rz_policy_new();
    g_auto(GStrv) options = g_strsplit(row->options, " ", -1);
    for (gsize i = 0; options[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(options[i], "=", 2);
        assert_true(rz_policy_set(policy, parts[0], parts[1], NULL));
    }
    if (row->box.hi >= 0)
        g_array_append_val(policy->boxes, row->box);
    g_autoptr(RzPlan) plan = rz_plan_new(snapshot, policy, &error);
    assert_null(plan);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INFEASIBLE));
    assert_string_equal(error->message, row->words);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, shortages, is_refused_in_words);
    return RUN_TESTS("shortage", tests);
}
