/*
 * plan_summary.c: totals and tiers of a plan.
 */
#include "cli/plan_summary.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

#include "cli/json_wide.h"
#include "cli/output.h"
#include "cli/units.h"
#include "planner/wide.h"

static bool
is_bytes_tier(const char *tier)
{
    return strstr(tier, "bytes") != NULL;
}

static char *
tier_value(const char *tier, RzWide value)
{
    g_autofree char *exact = rz_wide_to_words(value);
    if (!is_bytes_tier(tier))
        return g_steal_pointer(&exact);
    g_autofree char *short_form = rz_format_bytes((double)value);
    return g_strdup_printf("%s (%s)", exact, short_form);
}

void
rz_plan_print_summary(const RzPlan *plan, FILE *stream)
{
    const RzPlanTotals *t = &plan->totals;
    g_autofree char *bytes = rz_format_bytes((double)t->bytes_moved);
    g_autofree char *cross = rz_format_bytes((double)t->cross_zone_bytes);
    fprintf(stream,
            "%" PRId64 " of %" PRId64 " partitions change: %" PRId64 " replicas added, %" PRId64
            " removed, %s to copy (%s between zones), %" PRId64 " leaders change\n"
            "Partitions not spread as wanted: %" PRId64 " before, %" PRId64 " after\n",
            t->partitions_changed, t->partitions, t->replicas_added, t->replicas_removed, bytes,
            cross, t->leaders_changed, t->zone_violations_before, t->zone_violations_after);
    static const char *const columns[] = {"tier", ">value", ">bound", "", NULL};
    g_autoptr(RzTable) table = rz_table_new(columns);
    for (uint32_t i = 0; i < plan->n_tiers; i++) {
        const RzTier *tier = &plan->tiers[i];
        const char *state = tier->proven ? "proven" : "not proven";
        rz_table_row(table, g_strdup(tier->tier), tier_value(tier->tier, tier->value),
                     tier_value(tier->tier, tier->bound),
                     tier->note != NULL ? g_strdup_printf("%s; %s", state, tier->note)
                                        : g_strdup(state));
    }
    if (plan->n_tiers > 0)
        rz_table_print(table, stream, "");
}

char *
rz_plan_summary_json(const RzPlan *plan)
{
    const RzPlanTotals *t = &plan->totals;
    json_t *tiers = json_array();
    for (uint32_t i = 0; i < plan->n_tiers; i++) {
        const RzTier *tier = &plan->tiers[i];
        json_array_append_new(tiers, json_pack("{s:s, s:o, s:o, s:b, s:s?}", "tier", tier->tier,
                                               "value", rz_json_wide(tier->value), "bound",
                                               rz_json_wide(tier->bound), "proven", tier->proven,
                                               "note", tier->note));
    }
    json_t *warnings = json_array();
    for (guint i = 0; plan->warnings != NULL && i < plan->warnings->len; i++)
        json_array_append_new(warnings, json_string(g_ptr_array_index(plan->warnings, i)));
    json_t *root = json_pack(
        "{s:s, s:{s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:I}, s:o, s:o}", "plan_id",
        plan->plan_id, "totals", "partitions", (json_int_t)t->partitions, "partitions_changed",
        (json_int_t)t->partitions_changed, "replicas_added", (json_int_t)t->replicas_added,
        "replicas_removed", (json_int_t)t->replicas_removed, "bytes_moved",
        rz_json_wide(t->bytes_moved), "cross_zone_bytes", rz_json_wide(t->cross_zone_bytes),
        "leaders_changed", (json_int_t)t->leaders_changed, "zone_violations_before",
        (json_int_t)t->zone_violations_before, "zone_violations_after",
        (json_int_t)t->zone_violations_after, "proof", tiers, "warnings", warnings);
    g_assert(root != NULL);
    char *text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    return text;
}
