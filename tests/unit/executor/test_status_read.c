/*
 * test_status_read.c: what is said of a run whose executor is dead, however early it died.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "executor/store_memory.h"

typedef struct {
    const char *name;
    const char *journal, *status; /* NULL: no such file */
    const char *state;            /* in the answer; NULL: an error */
} StatusCase;

static StatusCase cases[] = {
    {"an empty directory", NULL, NULL, NULL},
    {"killed between journal and first status", "a record\n", NULL, "\"state\":\"stopped\""},
    {"killed while running", "a record\n", "{\"state\":\"running\"}", "\"state\":\"stopped\""},
    {"paused and gone", "a record\n", "{\"state\":\"paused\"}", "\"state\":\"paused\""},
    {"over", "a record\n", "{\"state\":\"done\"}", "\"state\":\"done\""},
};

static void
put(RzStore *store, const char *name, const char *text)
{
    if (text != NULL)
        assert_true(store->ops->replace(store, name, text, strlen(text), false, NULL));
}

static void
reads(void **row)
{
    const StatusCase *c = *row;
    g_autoptr(RzStore) store = rz_store_memory_new();
    put(store, RZ_FILE_JOURNAL, c->journal);
    put(store, RZ_FILE_STATUS, c->status);
    g_autoptr(GError) error = NULL;
    int64_t holder = -1;
    g_autofree char *status = rz_run_status_read(store, &holder, &error);
    if (c->state == NULL) {
        assert_null(status);
        assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
        return;
    }
    assert_non_null(status);
    assert_non_null(strstr(status, c->state));
    assert_int_equal(holder, 0);
}

/* An executor that ends at the worst moment: its last status is written, then the lock is free. */
static bool
end_and_lock(RzStore *store, int64_t *holder, GError **error)
{
    (void)error;
    put(store, RZ_FILE_STATUS, "{\"state\":\"cancelled\"}");
    *holder = 0;
    return true;
}

static void
the_end_is_not_taken_for_a_crash(void **state)
{
    (void)state;
    g_autoptr(RzStore) store = rz_store_memory_new();
    put(store, RZ_FILE_JOURNAL, "a record\n");
    put(store, RZ_FILE_STATUS, "{\"state\":\"cancelling\"}");
    RzStoreOps ops = *store->ops;
    ops.lock = end_and_lock;
    store->ops = &ops;
    g_autofree char *status = rz_run_status_read(store, NULL, NULL);
    assert_non_null(status);
    assert_non_null(strstr(status, "\"state\":\"cancelled\""));
}

int
main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(cases) + 1];
    tests[G_N_ELEMENTS(cases)] =
        (struct CMUnitTest)cmocka_unit_test(the_end_is_not_taken_for_a_crash);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        tests[i] = (struct CMUnitTest){cases[i].name, reads, NULL, NULL, &cases[i]};
    return cmocka_run_group_tests_name("status of a dead run", tests, NULL, NULL);
}
