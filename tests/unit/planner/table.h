/*
 * table.h: one cmocka test per row of a table, named after the row.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

/* Appends to the GArray @tests one CMUnitTest for each row of @rows, whose first member is its
 * name. The test gets the row as *state. */
#define ADD_ROWS(tests, rows, function)                                                            \
    for (gsize row_ = 0; row_ < G_N_ELEMENTS(rows); row_++) {                                      \
        struct CMUnitTest test_ = {.name = (rows)[row_].name,                                      \
                                   .test_func = (function),                                        \
                                   .initial_state = (void *)(uintptr_t) & (rows)[row_]};           \
        g_array_append_val((tests), test_);                                                        \
    }

#define ADD_TEST(tests, function)                                                                  \
    do {                                                                                           \
        struct CMUnitTest test_ = {.name = #function, .test_func = (function)};                    \
        g_array_append_val((tests), test_);                                                        \
    } while (0)

#define RUN_TESTS(title, tests)                                                                    \
    _cmocka_run_group_tests((title), (const struct CMUnitTest *)(const void *)(tests)->data,       \
                            (tests)->len, NULL, NULL)
