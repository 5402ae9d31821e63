/*
 * test_transitions.c: the table of a run leads to an end from everywhere, and the drawings show
 * all.
 */
#include "tests/unit/kafka/rows.h"

#include <string.h>

#include "executor/part_table.h"
#include "executor/run_table.h"

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

/* An operator's interrupt is obeyed wherever there is still something to stop. */
static void
every_phase_can_be_interrupted(void **state)
{
    (void)state;
    for (int phase = 0; phase < RZ_PHASE_STOPPING; phase++)
        assert_non_null(rz_run_row((RzRunPhase)phase, RZ_RUN_EV_INTERRUPT));
}

static void
the_drawings_show_every_state(void **state)
{
    (void)state;
    g_autofree char *run = rz_run_table_draw();
    g_autofree char *part = rz_part_table_draw();
    for (int phase = 0; phase < RZ_N_PHASES; phase++)
        assert_non_null(strstr(run, rz_run_phase_name((RzRunPhase)phase)));
    for (int s = 0; s < RZ_N_PART_STATES; s++)
        assert_non_null(strstr(part, rz_part_state_name((RzPartState)s)));
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    add_row(tests, "every phase ends", every_phase_leads_to_an_end, NULL);
    add_row(tests, "every phase can be interrupted", every_phase_can_be_interrupted, NULL);
    add_row(tests, "the drawings are whole", the_drawings_show_every_state, NULL);
    return run_rows("transitions", tests);
}
