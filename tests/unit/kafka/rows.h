/*
 * rows.h: one CMUnitTest per row of a table, so that a failure names the row.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

static inline void
add_row(GArray *tests, const char *name, CMUnitTestFunction function, const void *row)
{
    union {
        const void *row;
        void *state; /* cmocka's is not const; the rows are only read */
    } cast = {row};
    struct CMUnitTest test = {name, function, NULL, NULL, cast.state};
    g_array_append_val(tests, test);
}

static inline int
run_rows(const char *group, GArray *tests)
{
    return _cmocka_run_group_tests(group, (const struct CMUnitTest *)(void *)tests->data,
                                   tests->len, NULL, NULL);
}
