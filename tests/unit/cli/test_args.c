/*
 * test_args.c: the command line's grammar, and that its tables are whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "rezone/error.h"

#define MAX_WORDS 8

typedef struct {
    const char *name;
    const char *command;
    const char *words[MAX_WORDS];
    const char *complaint; /* part of the message; NULL: accepted */
} ArgsCase;

/* clang-format off */
static ArgsCase cases[] = {
    {"a plan", "plan", {"snapshot.json", "-o", "plan.json"}, NULL},
    {"options before and after files", "plan", {"--drain", "1", "s.json", "--drain=2"}, NULL},
    {"a dash is a file", "plan", {"-"}, NULL},
    {"after two dashes all are files", "plan", {"--", "-strange-name"}, NULL},
    {"unknown option", "plan", {"s.json", "--frobnicate"}, "--frobnicate"},
    {"unknown short option", "plan", {"s.json", "-Z"}, "-Z"},
    {"another command's option", "plan", {"s.json", "--throttle", "1MB"}, "--throttle"},
    {"a value is missing", "plan", {"s.json", "--balance"}, "--balance"},
    {"an empty value", "plan", {"s.json", "--balance="}, "--balance"},
    {"given twice", "plan", {"s.json", "--balance", "strict", "--balance", "5%"}, "twice"},
    {"a file is missing", "plan", {NULL}, "SNAPSHOT"},
    {"a file too many", "plan", {"a", "b"}, "unexpected argument \"b\""},
    {"help needs no files", "plan", {"--help"}, NULL},
};
/* clang-format on */

static void
parses(void **row)
{
    const ArgsCase *c = *row;
    int n = 0;
    char *words[MAX_WORDS] = {NULL};
    while (n < MAX_WORDS && c->words[n] != NULL) {
        words[n] = g_strdup(c->words[n]);
        n++;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(RzArgs) args = rz_args_parse(rz_find_command(c->command), n, words, &error);
    if (c->complaint == NULL) {
        assert_null(error);
        assert_non_null(args);
    } else {
        assert_null(args);
        assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
        if (strstr(error->message, c->complaint) == NULL)
            fail_msg("\"%s\" does not mention %s", error->message, c->complaint);
    }
    for (int i = 0; i < n; i++)
        g_free(words[i]);
}

static void
values_are_found_by_name(void **state)
{
    (void)state;
    char words[][16] = {"--drain", "1", "s.json", "--drain=2", "--leaders", "keep", "-q"};
    char *argv[G_N_ELEMENTS(words)];
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        argv[i] = words[i];
    g_autoptr(RzArgs) args =
        rz_args_parse(rz_find_command("plan"), G_N_ELEMENTS(words), argv, NULL);
    assert_non_null(args);
    assert_int_equal(rz_args_list(args, "drain")->len, 2);
    assert_string_equal(g_ptr_array_index(rz_args_list(args, "drain"), 1), "2");
    assert_string_equal(rz_args_value(args, "leaders"), "keep");
    assert_null(rz_args_value(args, "balance"));
    assert_true(rz_args_flag(args, "quiet"));
    assert_false(rz_args_flag(args, "json"));
    assert_string_equal(rz_args_file(args, 0), "s.json");
    assert_null(rz_args_file(args, 1));
}

/* A row that was forgotten or written twice would show only when a user hits it. */
static void
tables_are_whole(void **state)
{
    (void)state;
    for (guint c = 0; c < rz_n_commands; c++) {
        const RzCommand *command = &rz_commands[c];
        assert_ptr_equal(rz_find_command(command->name), command);
        assert_non_null(command->run);
        assert_true(command->description[0] != '\0' && command->example[0] != '\0');
        assert_true(g_str_has_prefix(command->example, "rezone "));
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
        for (int g = 0; g < RZ_MAX_GROUPS && command->groups[g] != NULL; g++) {
            for (const RzOption *o = command->groups[g]->options; o->name != NULL; o++) {
                assert_true(g_hash_table_add(seen, (void *)(uintptr_t)o->name));
                assert_int_equal(o->value == NULL, o->kind == RZ_OPTION_FLAG);
                assert_true(o->help[0] != '\0');
            }
        }
    }
}

int
main(void)
{
    enum { N = G_N_ELEMENTS(cases) };
    struct CMUnitTest tests[N + 2];
    for (gsize i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){cases[i].name, parses, NULL, NULL, &cases[i]};
    tests[N] = (struct CMUnitTest)cmocka_unit_test(values_are_found_by_name);
    tests[N + 1] = (struct CMUnitTest)cmocka_unit_test(tables_are_whole);
    return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
