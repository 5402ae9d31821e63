/*
 * test_transitions.c: the drawings in docs are those of the tables.
 *
 * With the argument "write" it makes them anew.
 */
#include "tests/unit/kafka/rows.h"

#include <string.h>

#include "executor/part_table.h"
#include "executor/run_table.h"

typedef struct {
    const char *file;
    char *(*draw)(void);
} Drawing;

static const Drawing drawings[] = {
    {RZ_DOCS "/transitions-partition.dot", rz_part_table_draw},
    {RZ_DOCS "/transitions-run.dot", rz_run_table_draw},
};

static void
the_drawing_is_current(void **row)
{
    const Drawing *drawing = *row;
    g_autofree char *kept = NULL;
    g_autofree char *now = drawing->draw();
    assert_true(g_file_get_contents(drawing->file, &kept, NULL, NULL));
    assert_string_equal(now, kept);
}

/* From every phase that is not an end an end can be reached. */
static void
every_phase_leads_to_an_end(void **state)
{
    (void)state;
    bool ends[RZ_N_PHASES] = {[RZ_PHASE_ENDED] = true, [RZ_PHASE_STOPPED] = true};
    for (int round = 0; round < RZ_N_PHASES; round++)
        for (int phase = 0; phase < RZ_N_PHASES; phase++)
            for (int event = 0; event < RZ_N_RUN_EVENTS; event++) {
                const RzRunRow *row = rz_run_row((RzRunPhase)phase, (RzRunEvent)event);
                if (row != NULL && ends[row->next])
                    ends[phase] = true;
            }
    for (int phase = 0; phase < RZ_N_PHASES; phase++)
        assert_true(ends[phase]);
}

int
main(int argc, char **argv)
{
    for (gsize i = 0; argc > 1 && strcmp(argv[1], "write") == 0 && i < G_N_ELEMENTS(drawings);
         i++) {
        g_autofree char *text = drawings[i].draw();
        if (!g_file_set_contents(drawings[i].file, text, -1, NULL))
            return 1;
    }
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    for (gsize i = 0; i < G_N_ELEMENTS(drawings); i++)
        add_row(tests, drawings[i].file, the_drawing_is_current, &drawings[i]);
    add_row(tests, "every phase ends", every_phase_leads_to_an_end, NULL);
    return run_rows("transitions", tests);
}
