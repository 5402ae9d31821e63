/*
 * test_stage.c: the lists that a staged partition passes. Broker 11 is in zone 1, 21 in zone 2.
 */
#include "tests/unit/kafka/rows.h"

#include <string.h>

#include "executor/stage.h"

#define MAX_IDS 8

typedef struct {
    const char *name;
    int32_t from[MAX_IDS], to[MAX_IDS]; /* 0 ends a list */
    const char *steps;
    uint32_t saved;
} StageCase;

/* clang-format off */
static const StageCase cases[] = {
    {"two into an empty zone",         {11, 12, 13}, {21, 12, 22},     "21,11,12,13", 1},
    {"three into an empty zone",       {11, 12, 13}, {21, 22, 23},     "21,11,12,13", 2},
    {"the first by the target's order", {11, 12},    {12, 22, 21},     "22,11,12", 1},
    {"one into an empty zone",         {11, 12, 13}, {21, 12, 13},     "", 0},
    {"a zone that had one",            {11, 21},     {11, 22, 23},     "", 0},
    {"one into each of two zones",     {11, 12, 13}, {11, 21, 31},     "", 0},
    {"others do not wait",             {11, 12},     {13, 21, 22, 31}, "21,11,12,13,31", 1},
    {"two zones take turns",           {11, 12},     {11, 21, 22, 31, 32}, "21,31,11,12 31,21,11,12,22", 2},
    {"the final leader's zone last",   {11, 12},     {21, 22, 31, 32}, "31,21,11,12 21,31,11,12,32", 2},
    {"zones that nobody knows",        {11, 12},     {901, 902},       "", 0},
    {"an unknown zone among the old",  {11, 901},    {21, 22},         "21,11,901", 1},
    {"nothing new",                    {11, 12},     {12, 11},         "", 0},
};
/* clang-format on */

static const char *
zone_of(int32_t broker, void *data)
{
    static const char *const zones[] = {"one", "two", "three"};
    (void)data;
    return broker < 40 ? zones[broker / 10 - 1] : NULL; /* 11 is in "one", 901 nowhere */
}

static uint16_t
count(const int32_t ids[MAX_IDS])
{
    uint16_t n = 0;
    while (n < MAX_IDS && ids[n] != 0)
        n++;
    return n;
}

static char *
text_of(const RzStageSteps *steps)
{
    GString *text = g_string_new(NULL);
    guint at = 0;
    for (guint s = 0; s < steps->lengths->len; s++)
        for (uint16_t i = 0; i < g_array_index(steps->lengths, uint16_t, s); i++)
            g_string_append_printf(text, "%s%d",
                                   i > 0   ? ","
                                   : s > 0 ? " "
                                           : "",
                                   g_array_index(steps->ids, int32_t, at++));
    return g_string_free(text, FALSE);
}

static void
the_steps_are(void **row)
{
    const StageCase *c = *row;
    RzStageAsk ask = {c->from, c->to, count(c->from), count(c->to), zone_of, NULL};
    g_autoptr(RzStageSteps) steps = rz_stage_steps(&ask);
    g_autofree char *text = text_of(steps);
    assert_string_equal(text, c->steps);
    assert_int_equal(steps->saved, c->saved);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        add_row(tests, cases[i].name, the_steps_are, &cases[i]);
    return run_rows("stage", tests);
}
