/*
 * test_docs.c: the worked examples of docs/formats.md are files that this program reads.
 */
#include "unit/planner/table.h"

#include <string.h>

#include "unit/planner/lines.h"

#define FORMATS RZ_FIXTURES "/../../docs/formats.md"

/* The block of code after `<!-- example: NAME -->`. (transfer full) */
static char *
example(const char *name)
{
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(FORMATS, &text, NULL, NULL));
    g_autofree char *mark = g_strdup_printf("<!-- example: %s -->\n```json\n", name);
    const char *begin = strstr(text, mark);
    assert_non_null(begin);
    begin += strlen(mark);
    const char *end = strstr(begin, "```");
    assert_non_null(end);
    return g_strndup(begin, (gsize)(end - begin));
}

static void
snapshot_is_canonical(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = example("snapshot");
    g_autoptr(RzSnapshot) snapshot = read_snapshot(text, &error);
    if (snapshot == NULL)
        fail_msg("%s", error->message);
    g_autofree char *written = snapshot_text(snapshot);
    assert_string_equal(written, text);
}

static void
plan_is_proven(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autofree char *snapshot_lines = example("snapshot"), *plan_lines = example("plan");
    g_autoptr(RzSnapshot) snapshot = read_snapshot(snapshot_lines, NULL);
    g_autoptr(RzPlan) plan = read_plan(plan_lines, &error);
    if (plan == NULL || !rz_plan_check(snapshot, plan, NULL, &error))
        fail_msg("%s", error->message);
    g_autofree char *written = plan_text(plan);
    assert_string_equal(written, plan_lines);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(snapshot_is_canonical),
        cmocka_unit_test(plan_is_proven),
    };
    return cmocka_run_group_tests_name("docs", tests, NULL, NULL);
}
