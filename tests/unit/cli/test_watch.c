/*
 * test_watch.c: the live picture of a status, against golden files. REZONE_WRITE_GOLDEN=1 writes
 * them anew; what changed is then for a reader's eyes to judge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/watch.h"

#define GOLDEN RZ_FIXTURES "/../golden/watch/"

typedef struct {
    const char *name;
    const char *status, *golden;
    RzWatchLook look;
} WatchCase;

/* clang-format off */
static WatchCase cases[] = {
    {"80 columns",             "running.json", "running-80.txt",      {80, 40, false}},
    {"40 columns",             "running.json", "running-40.txt",      {40, 40, false}},
    {"few rows",               "running.json", "running-20-rows.txt", {80, 20, false}},
    {"colour",                 "running.json", "running-colour.txt",  {80, 40, true}},
    {"waiting, nothing known", "waiting.json", "waiting-80.txt",      {80, 24, false}},
};
/* clang-format on */

static json_t *
load(const char *name)
{
    g_autofree char *path = g_strconcat(GOLDEN, name, NULL);
    json_t *status = json_load_file(path, 0, NULL);
    assert_non_null(status);
    return status;
}

static void
the_picture_is_as_it_was(void **row)
{
    const WatchCase *c = *row;
    json_t *status = load(c->status);
    g_autofree char *picture = rz_watch_render(status, &c->look);
    g_autofree char *path = g_strconcat(GOLDEN, c->golden, NULL);
    json_decref(status);
    if (g_getenv("REZONE_WRITE_GOLDEN") != NULL)
        assert_true(g_file_set_contents(path, picture, -1, NULL));
    g_autofree char *golden = NULL;
    assert_true(g_file_get_contents(path, &golden, NULL, NULL));
    assert_string_equal(picture, golden);
}

/* Whatever the terminal: no line is wider, and no control character comes from the cluster. */
static void
nothing_is_wider_than_the_terminal(void **state)
{
    (void)state;
    json_t *status = load("running.json");
    json_object_set_new(status, "reason",
                        json_string("\033[2Jvery \xc3\xa4 long reason of others"));
    for (int columns = 20; columns < 200; columns++) {
        RzWatchLook look = {columns, 30, false};
        g_autofree char *picture = rz_watch_render(status, &look);
        g_auto(GStrv) lines = g_strsplit(picture, "\n", -1);
        for (char **line = lines; *line != NULL; line++)
            assert_in_range(g_utf8_strlen(*line, -1), 0, columns);
        assert_null(strchr(picture, '\033'));
    }
    json_decref(status);
}

/* An older executor's file, or a run killed before its first status. */
static void
missing_fields_are_left_out(void **state)
{
    (void)state;
    json_t *status = json_pack("{s:s}", "state", "waiting");
    RzWatchLook look = {80, 24, false};
    g_autofree char *picture = rz_watch_render(status, &look);
    g_autofree char *line = rz_watch_line(status);
    assert_true(g_str_has_prefix(picture, "waiting  0/0 partitions"));
    assert_non_null(strstr(line, "waiting"));
    json_decref(status);
}

int
main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(cases) + 2];
    gsize n = G_N_ELEMENTS(cases);
    for (gsize i = 0; i < n; i++)
        tests[i] =
            (struct CMUnitTest){cases[i].name, the_picture_is_as_it_was, NULL, NULL, &cases[i]};
    tests[n] = (struct CMUnitTest)cmocka_unit_test(nothing_is_wider_than_the_terminal);
    tests[n + 1] = (struct CMUnitTest)cmocka_unit_test(missing_fields_are_left_out);
    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
