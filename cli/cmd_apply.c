/*
 * cmd_apply.c: rezone apply.
 */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "cli/apply.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "executor/clock.h"
#include "planner/plan_private.h"

static void
print_lines_json(const char *text)
{
    json_t *list = json_array();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if ((*line)[0] != '\0')
            json_array_append_new(list, json_string(*line));
    json_t *root = json_pack("{s:o}", "dry_run", list);
    char *document = json_dumps(root, JSON_INDENT(2));
    puts(document);
    free(document);
    json_decref(root);
}

static int
dry_run(const RzArgs *args, const RzPlan *plan, RzCluster *cluster, const RzRunOptions *options,
        GError **error)
{
    g_autofree char *text = NULL;
    if (!rz_run_dry_run(plan, cluster, rz_clock_system(), options, &text, error))
        return -1;
    if (rz_args_flag(args, "json"))
        print_lines_json(text);
    else
        g_print("%s", text);
    return 0;
}

int
rz_cmd_apply(const RzArgs *args, GError **error)
{
    RzRunOptions options;
    g_autoptr(RzZones) zones = rz_session_zones(args, error);
    if (zones == NULL || !rz_run_options_from_args(args, zones, &options, error) ||
        !rz_apply_needs_throttle(args, error))
        return -1;
    const char *file = rz_args_file(args, 0);
    bool foreign = rz_is_foreign_plan(file);
    g_autoptr(RzPlanSource) source = foreign ? NULL : rz_plan_source_load(file, error);
    if (!foreign && source == NULL)
        return -1;
    g_autoptr(RzCluster) cluster = rz_session_connect(args, error);
    if (cluster == NULL || !rz_session_check_caps(zones, cluster, error))
        return -1;
    if (foreign) {
        g_autoptr(RzSnapshot) now = rz_session_snapshot(args, cluster, error);
        source = now != NULL ? rz_plan_source_foreign(file, now, error) : NULL;
        if (source == NULL)
            return -1;
    }
    if (rz_args_flag(args, "dry-run"))
        return dry_run(args, source->plan, cluster, &options, error);

    g_autofree char *default_dir = g_strdup_printf("rezone-run-%.12s", source->plan->plan_id);
    const char *dir = rz_args_value(args, "run-dir");
    if (dir == NULL)
        dir = default_dir;
    if (!rz_apply_review(args, source->plan, cluster, NULL, error))
        return -1;
    bool declined = false;
    return rz_apply_with_consent(args, source, cluster, &options, dir, NULL, &declined, error);
}
