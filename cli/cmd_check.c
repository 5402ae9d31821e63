/*
 * cmd_check.c: rezone check.
 */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "cli/commands.h"
#include "cli/io.h"
#include "cli/plan_source.h"
#include "rezone/error.h"

static void
print_json(bool accepted, const char *report, const char *refutation)
{
    json_t *verified = json_array();
    g_auto(GStrv) lines = g_strsplit(report != NULL ? report : "", "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if ((*line)[0] != '\0')
            json_array_append_new(verified, json_string(*line));
    json_t *root = json_pack("{s:b, s:o, s:s?}", "accepted", accepted, "verified", verified,
                             "refuted_by", refutation);
    g_assert(root != NULL);
    char *text = json_dumps(root, JSON_INDENT(2));
    puts(text);
    free(text);
    json_decref(root);
}

int
rz_cmd_check(const RzArgs *args, GError **error)
{
    g_autoptr(RzSnapshot) snapshot = rz_load_snapshot(rz_args_file(args, 0), error);
    if (snapshot == NULL)
        return -1;
    const char *file = rz_args_file(args, 1);
    bool foreign = rz_is_foreign_plan(file);
    g_autoptr(RzPlanSource) source = foreign ? rz_plan_source_foreign(file, snapshot, error) : NULL;
    g_autoptr(RzPlan) ours = foreign ? NULL : rz_load_plan(file, error);
    const RzPlan *plan = foreign && source != NULL ? source->plan : ours;
    if (plan == NULL)
        return -1;
    g_autofree char *report = NULL;
    g_autoptr(GError) refuted = NULL;
    bool accepted = rz_plan_check(snapshot, plan, &report, &refuted);
    if (!accepted && !g_error_matches(refuted, RZ_ERROR, RZ_ERROR_REFUTED)) {
        g_propagate_error(error, g_steal_pointer(&refuted));
        return -1;
    }
    if (rz_args_flag(args, "json")) {
        print_json(accepted, report, refuted != NULL ? refuted->message : NULL);
        return accepted ? 0 : 1;
    }
    if (report != NULL && !rz_args_flag(args, "quiet"))
        g_print("%s", report);
    if (accepted)
        return 0;
    g_propagate_error(error, g_steal_pointer(&refuted));
    return -1;
}
