/*
 * test_reader.c: taking canonical lines straight from their bytes changes nothing.
 *
 * Random snapshots and plans, as written and with bytes changed, swapped, cut out or repeated, go
 * through the readers twice, once with every line left to jansson: equal text or equal error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planner/line_scan.h"
#include "planner/plan_private.h"
#include "property/random_cluster.h"
#include "unit/planner/lines.h"

#define MUTANTS_PER_TEXT 20

typedef char *(*Reader)(const char *text, gsize length, bool only_jansson);

static uint64_t n_texts, n_accepted;

/* The text that the snapshot writes, or the error's words. */
static char *
outcome_of_snapshot(const char *text, gsize length, bool only_jansson)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshotReader) reader = rz_snapshot_reader_new();
    if (only_jansson)
        rz_snapshot_reader_use_jansson(reader);
    bool good = true;
    for (const char *at = text, *stop; good && at < text + length; at = stop + 1) {
        stop = memchr(at, '\n', (gsize)(text + length - at));
        stop = stop != NULL ? stop : text + length;
        good = rz_snapshot_reader_line(reader, at, (gsize)(stop - at), &error);
    }
    g_autoptr(RzSnapshot) snapshot = good ? rz_snapshot_reader_finish(reader, &error) : NULL;
    n_accepted += snapshot != NULL;
    return snapshot != NULL ? snapshot_text(snapshot) : g_strdup(error->message);
}

static char *
outcome_of_plan(const char *text, gsize length, bool only_jansson)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RzPlanReader) reader = rz_plan_reader_new();
    if (only_jansson)
        rz_plan_reader_use_jansson(reader);
    bool good = true;
    for (const char *at = text, *stop; good && at < text + length; at = stop + 1) {
        stop = memchr(at, '\n', (gsize)(text + length - at));
        stop = stop != NULL ? stop : text + length;
        good = rz_plan_reader_line(reader, at, (gsize)(stop - at), &error);
    }
    g_autoptr(RzPlan) plan = good ? rz_plan_reader_finish(reader, &error) : NULL;
    n_accepted += plan != NULL;
    return plan != NULL ? plan_text(plan) : g_strdup(error->message);
}

static void
compare(uint64_t seed, Reader read, const GString *text)
{
    g_autofree char *ours = read(text->str, text->len, false);
    g_autofree char *jansson = read(text->str, text->len, true);
    n_texts++;
    if (strcmp(ours, jansson) == 0)
        return;
    printf("seed %" G_GUINT64_FORMAT "\n%s\nours: %s\njansson: %s\n", seed, text->str, ours,
           jansson);
    exit(1);
}

/* Most changes hit what the scan has to tell apart: digits, signs, brackets, quotes, spaces. */
static void
mutate(Rng *rng, GString *text)
{
    static const char bytes[] = "0123456789-+.eE,:[]{}\" \\\t\nnuaz\x7f\xc3";
    gsize at = rng_next(rng) % text->len, other = rng_next(rng) % text->len;
    gsize few = rng_between(rng, 1, 20);
    char byte = bytes[rng_next(rng) % sizeof bytes]; /* the closing NUL too */
    switch (rng_between(rng, 0, 4)) {
    case 0:
        text->str[at] = byte;
        break;
    case 1:
        text->str[at] = text->str[other];
        break;
    case 2:
        g_string_insert_c(text, (gssize)at, byte);
        break;
    case 3:
        g_string_erase(text, (gssize)at, (gssize)MIN(text->len - at, few));
        break;
    default: {
        g_autofree char *piece = g_strndup(text->str + at, 12);
        g_string_insert(text, (gssize)other, piece);
    }
    }
}

static void
compare_mutants(Rng *rng, uint64_t seed, Reader read, const char *canonical)
{
    for (int i = 0; i < MUTANTS_PER_TEXT; i++) {
        g_autoptr(GString) text = g_string_new(canonical);
        for (int left = i == 0 ? 0 : (int)rng_between(rng, 1, 3); left > 0 && text->len > 0; left--)
            mutate(rng, text);
        compare(seed, read, text);
    }
}

static void
run_seed(uint64_t seed)
{
    Rng rng = {seed};
    g_autoptr(RzSnapshot) snapshot = random_cluster(&rng);
    g_autoptr(RzPolicy) policy = random_policy(&rng, snapshot);
    g_autofree char *text = snapshot_text(snapshot);
    compare_mutants(&rng, seed, outcome_of_snapshot, text);
    g_autoptr(RzPlan) plan = rz_plan_new(snapshot, policy, NULL);
    if (plan == NULL)
        return;
    g_autofree char *lines = plan_text(plan);
    compare_mutants(&rng, seed, outcome_of_plan, lines);
}

int
main(int argc, char **argv)
{
    uint64_t n = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 1000;
    uint64_t first = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : 1;
    for (uint64_t seed = first; seed < first + n; seed++)
        run_seed(seed);
    printf("%" G_GUINT64_FORMAT " texts, %" G_GUINT64_FORMAT " read\n", n_texts, n_accepted / 2);
    return n_accepted >= 2 * n ? 0 : 1; /* else the generator went wrong */
}
