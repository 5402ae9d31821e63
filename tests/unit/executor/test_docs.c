/*
 * test_docs.c: the worked examples of docs/run-files.md are files that this program reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "executor/journal.h"
#include "executor/store_memory.h"

#define RUN_FILES RZ_FIXTURES "/../../docs/run-files.md"

/* The block of code after `<!-- example: NAME -->`. (transfer full) */
static char *
example(const char *name)
{
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(RUN_FILES, &text, NULL, NULL));
    g_autofree char *mark = g_strdup_printf("<!-- example: %s -->\n```", name);
    const char *begin = strstr(text, mark);
    assert_non_null(begin);
    begin = strchr(begin + strlen(mark), '\n') + 1;
    const char *end = strstr(begin, "```");
    assert_non_null(end);
    return g_strndup(begin, (gsize)(end - begin));
}

static void
journal_is_whole(void **state)
{
    (void)state;
    g_autofree char *text = example("journal");
    g_autoptr(GError) error = NULL;
    gsize valid = 0;
    g_autoptr(RzJournal) journal = rz_journal_parse(text, strlen(text), &valid, &error);
    if (journal == NULL)
        fail_msg("%s", error->message);
    assert_int_equal(valid, strlen(text));
    assert_true(journal->finished);
    assert_string_equal(journal->final_state, "done");
    assert_int_equal(journal->parts->len, 1);
    assert_true(g_array_index(journal->parts, RzJournalPart, 0).finished);
    assert_int_equal(journal->keys->len, 2);
    for (guint i = 0; i < journal->keys->len; i++)
        assert_true(((RzJournalKey *)g_ptr_array_index(journal->keys, i))->restored);
}

static void
status_is_read(void **state)
{
    (void)state;
    g_autofree char *text = example("status");
    g_autoptr(RzStore) store = rz_store_memory_new();
    assert_true(store->ops->replace(store, RZ_FILE_STATUS, text, strlen(text), false, NULL));
    g_autofree char *read = rz_run_status_read(store, NULL, NULL);
    assert_non_null(read);
    /* Nobody holds this run, so it has stopped, whatever the file says. */
    assert_non_null(strstr(read, "\"state\":\"stopped\""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(journal_is_whole),
        cmocka_unit_test(status_is_read),
    };
    return cmocka_run_group_tests_name("docs", tests, NULL, NULL);
}
