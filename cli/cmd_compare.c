/*
 * cmd_compare.c: rezone compare.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "cli/commands.h"
#include "cli/io.h"
#include "cli/json_wide.h"
#include "cli/output.h"
#include "cli/policy_options.h"
#include "cli/report/report.h"
#include "cli/units.h"
#include "planner/compare.h"
#include "planner/plan_facts.h"

static char *
range_text(int64_t min, int64_t max)
{
    return min == max ? g_strdup_printf("%" PRId64, min)
                      : g_strdup_printf("%" PRId64 "-%" PRId64, min, max);
}

static char *
time_text(const RzComparisonRow *row, int64_t throttle)
{
    if (throttle <= 0)
        return g_strdup("-");
    return rz_format_duration(rz_copy_time_ms(row->busiest_bytes, throttle));
}

static void
print_text(const RzComparison *comparison, int64_t throttle)
{
    static const char *const columns[] = {"policy",
                                          ">new replicas",
                                          ">bytes",
                                          ">between zones",
                                          ">new leaders",
                                          ">replicas/broker",
                                          ">leaders/broker",
                                          ">not spread",
                                          ">worst zone loss",
                                          ">at least",
                                          NULL};
    g_autoptr(RzTable) table = rz_table_new(columns);
    for (uint32_t i = 0; i < comparison->n_rows; i++) {
        const RzComparisonRow *row = &comparison->rows[i];
        if (row->refused != NULL)
            continue;
        rz_table_row(table, g_strdup(row->name), rz_format_count(row->totals.replicas_added),
                     rz_format_bytes((double)row->totals.bytes_moved),
                     rz_format_bytes((double)row->totals.cross_zone_bytes),
                     rz_format_count(row->totals.leaders_changed),
                     range_text(row->replicas_min, row->replicas_max),
                     range_text(row->leaders_min, row->leaders_max),
                     rz_format_count(row->totals.zone_violations_after),
                     rz_format_count(row->loss_offline + row->loss_read_only),
                     time_text(row, throttle));
    }
    rz_table_print(table, stdout, "");
    putchar('\n');
    for (uint32_t i = 0; i < comparison->n_rows; i++) {
        const RzComparisonRow *row = &comparison->rows[i];
        g_autofree char *refused = row->refused != NULL ? rz_printable(row->refused) : NULL;
        printf("%s: %s%s%s\n", row->name, row->detail, refused != NULL ? "; not possible: " : "",
               refused != NULL ? refused : "");
    }
    printf("worst zone loss: partitions that would be offline or read-only\n");
}

static json_t *
row_json(const RzComparisonRow *row, int64_t throttle)
{
    if (row->refused != NULL)
        return json_pack("{s:s, s:s, s:s}", "policy", row->name, "detail", row->detail, "refused",
                         row->refused);
    json_t *object = json_pack(
        "{s:s, s:s, s:I, s:o, s:o, s:I, s:[I,I], s:[I,I], s:I, s:I, s:I}", "policy", row->name,
        "detail", row->detail, "replicas_added", (json_int_t)row->totals.replicas_added,
        "bytes_moved", rz_json_wide(row->totals.bytes_moved), "cross_zone_bytes",
        rz_json_wide(row->totals.cross_zone_bytes), "leaders_changed",
        (json_int_t)row->totals.leaders_changed, "replicas_per_broker",
        (json_int_t)row->replicas_min, (json_int_t)row->replicas_max, "leaders_per_broker",
        (json_int_t)row->leaders_min, (json_int_t)row->leaders_max, "zone_violations",
        (json_int_t)row->totals.zone_violations_after, "zone_loss_offline",
        (json_int_t)row->loss_offline, "zone_loss_read_only", (json_int_t)row->loss_read_only);
    if (throttle > 0)
        json_object_set_new(object, "at_least_s",
                            json_real((double)row->busiest_bytes / (double)throttle));
    return object;
}

static void
print_json(const RzComparison *comparison, int64_t throttle)
{
    json_t *root = json_object();
    json_t *rows = json_array();
    for (uint32_t i = 0; i < comparison->n_rows; i++)
        json_array_append_new(rows, row_json(&comparison->rows[i], throttle));
    json_object_set_new(root, "policies", rows);
    char *text = json_dumps(root, JSON_INDENT(2));
    puts(text);
    free(text);
    json_decref(root);
}

int
rz_cmd_compare(const RzArgs *args, GError **error)
{
    const char *rate = rz_args_value(args, "throttle");
    int64_t throttle = 0;
    if (rate != NULL && !rz_parse_rate("throttle", rate, &throttle, error))
        return -1;
    g_autoptr(RzPolicy) policy = rz_policy_from_args(args, error);
    g_autoptr(RzSnapshot) snapshot =
        policy != NULL ? rz_load_snapshot(rz_args_file(args, 0), error) : NULL;
    if (snapshot == NULL)
        return -1;
    g_autoptr(RzComparison) comparison = rz_compare(snapshot, policy);
    const char *page = rz_args_value(args, "html");
    g_autofree char *html = page != NULL ? rz_report_compare(snapshot, comparison, throttle) : NULL;
    if (html != NULL && !rz_save_text(page, html, error))
        return -1;
    if (rz_args_flag(args, "json"))
        print_json(comparison, throttle);
    else
        print_text(comparison, throttle);
    return 0;
}
