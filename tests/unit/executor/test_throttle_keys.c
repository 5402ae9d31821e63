/*
 * test_throttle_keys.c: throttled-replica lists are edited and nothing else in them is touched.
 */
#include "tests/unit/kafka/rows.h"

#include "executor/throttle_keys.h"

typedef struct {
    const char *name, *value;
    RzThrottleEntry remove[3], add[3];
    gsize n_remove, n_add;
    const char *result;
} EditCase;

/* clang-format off */
static const EditCase edits[] = {
    {"add to nothing",               NULL,          {{0}},            {{0, 4}, {1, 5}}, 0, 2, "0:4,1:5"},
    {"add to a list",                "7:1",         {{0}},            {{0, 4}},         0, 1, "7:1,0:4"},
    {"what is there is not doubled", "7:1,0:4",     {{0}},            {{0, 4}, {0, 4}}, 0, 2, "7:1,0:4"},
    {"remove the middle one",        "7:1,0:4,9:9", {{0, 4}},         {{0}},            1, 0, "7:1,9:9"},
    {"remove the last one",          "0:4",         {{0, 4}},         {{0}},            1, 0, ""},
    {"remove what is not there",     "7:1",         {{0, 4}},         {{0}},            1, 0, "7:1"},
    {"no prefix is taken for it",    "10:41,0:41",  {{0, 4}},         {{0}},            1, 0, "10:41,0:41"},
    {"odd entries stay",             "x, 7:1 ,,*",  {{7, 1}},         {{0, 4}},         1, 1, "x,*,0:4"},
    {"removed and added is added",   "0:4",         {{0, 4}},         {{0, 4}},         1, 1, "0:4"},
};

static const struct {
    const char *a, *b;
    bool same;
} pairs[] = {
    {NULL, "", true}, {"0:1,1:2", "1:2,0:1", true}, {"0:1,0:1", "0:1", true},
    {"0:1", "0:2", false}, {"0:1", "0:1,0:2", false}, {"*", "", false},
};
/* clang-format on */

static void
the_edit_is_exact(void **row)
{
    const EditCase *c = *row;
    g_autofree char *result =
        rz_throttle_list_edit(c->value, c->remove, c->n_remove, c->add, c->n_add);
    assert_string_equal(result, c->result);
}

static void
lists_are_compared_as_sets(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
        assert_int_equal(rz_throttle_list_same(pairs[i].a, pairs[i].b), pairs[i].same);
}

static void
everything_is_recognised(void **state)
{
    (void)state;
    assert_true(rz_throttle_list_is_all("*"));
    assert_true(rz_throttle_list_is_all("0:1, *"));
    assert_false(rz_throttle_list_is_all("0:1"));
    assert_false(rz_throttle_list_is_all(NULL));
    assert_true(rz_throttle_list_has("1:2,0:4", (RzThrottleEntry){0, 4}));
    assert_false(rz_throttle_list_has("1:2,0:41", (RzThrottleEntry){0, 4}));
}

static bool
is_of_partition_0(RzThrottleEntry entry, const void *data)
{
    (void)data;
    return entry.partition == 0;
}

static void
ours_is_what_was_not_there_before(void **state)
{
    (void)state;
    g_autoptr(GArray) ours = rz_throttle_list_ours("0:9, 0:4,7:1,*,x:1,0:1:2,0:5,0:,0:99999999999",
                                                   "7:1,0:9", is_of_partition_0, NULL);
    assert_int_equal(ours->len, 2);
    assert_int_equal(g_array_index(ours, RzThrottleEntry, 0).broker, 4);
    assert_int_equal(g_array_index(ours, RzThrottleEntry, 1).broker, 5);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    for (gsize i = 0; i < G_N_ELEMENTS(edits); i++)
        add_row(tests, edits[i].name, the_edit_is_exact, &edits[i]);
    add_row(tests, "what is ours", ours_is_what_was_not_there_before, NULL);
    add_row(tests, "lists are sets", lists_are_compared_as_sets, NULL);
    add_row(tests, "everything", everything_is_recognised, NULL);
    return run_rows("throttle keys", tests);
}
