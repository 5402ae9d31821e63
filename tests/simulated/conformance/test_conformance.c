/*
 * test_conformance.c: plays the cases: on the model (ctest, every release), on real brokers or on
 * the sandbox (a release at a time, started by conformance.py).
 *
 *   test-conformance CASES                                     the model, all releases
 *   test-conformance CASES kafka VERSION BOOTSTRAP [CONTROL] [--full]
 *   test-conformance CASES sandbox VERSION BOOTSTRAP CONTROL-FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulated/conformance/cases.h"

static const int releases[] = {307, 309, 402, 403};

static int
parse_release(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", 3);
    return g_strv_length(parts) < 2 ? 0
                                    : (int)(g_ascii_strtoll(parts[0], NULL, 10) * 100 +
                                            g_ascii_strtoll(parts[1], NULL, 10));
}

static bool
play_one(World *world, const Case *c, guint number)
{
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();
    g_autofree char *prefix =
        g_strdup_printf("c%u-%x-", number, (unsigned)(g_get_real_time() / 1000000) & 0xfffff);
    bool ok = case_play(world, c, prefix, &error);
    printf("%-6s %d.%d  %s  (%.1f s)\n", ok ? "ok" : "FAILED", world->version / 100,
           world->version % 100, c->name, (double)(g_get_monotonic_time() - start) / 1e6);
    if (!ok)
        printf("       %s\n", error->message);
    fflush(stdout);
    return ok;
}

static int
total(int n, int failed)
{
    printf("%d passed, %d failed\n", n - failed, failed);
    return failed;
}

/* Each case on a model of its own: virtual clusters cost nothing. */
static int
play_model(const GPtrArray *cases)
{
    int failed = 0;
    for (gsize v = 0; v < G_N_ELEMENTS(releases); v++)
        for (guint i = 0; i < cases->len; i++) {
            World *world = world_model_new(releases[v]);
            failed += play_one(world, g_ptr_array_index(cases, i), i) ? 0 : 1;
            world->free(world);
        }
    return total((int)(cases->len * G_N_ELEMENTS(releases)), failed);
}

static int
play_world(const GPtrArray *cases, World *world, bool full)
{
    int failed = 0, n = 0;
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = g_ptr_array_index(cases, i);
        if ((c->full && !full) || (c->kills && world->set_broker == NULL))
            continue;
        failed += play_one(world, c, i) ? 0 : 1;
        n++;
    }
    world->free(world);
    return total(n, failed);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) cases = argc > 1 ? cases_load(argv[1], &error) : NULL;
    if (cases == NULL) {
        fprintf(stderr, "%s\n", error == NULL ? "usage: see the source" : error->message);
        return 2;
    }
    bool full = strcmp(argv[argc - 1], "--full") == 0;
    if (argc - (full ? 1 : 0) == 2)
        return play_model(cases) == 0 ? 0 : 1;
    if (argc < 5)
        return 2;
    const char *control = argc > 5 && strcmp(argv[5], "--full") != 0 ? argv[5] : NULL;
    int version = parse_release(argv[3]);
    World *world = strcmp(argv[2], "sandbox") == 0
                       ? world_sandbox_new(argv[4], version, control, &error)
                       : world_kafka_new(argv[4], version, control, &error);
    if (world == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return 2;
    }
    return play_world(cases, world, full) == 0 ? 0 : 1;
}
