/*
 * policy_json.c: a policy as the `policy` object of a plan header, and back.
 *
 * Fields that have an option's syntax ("min:1", "5%") are read through rz_policy_set(), so a plan
 * can carry nothing that the command line would refuse. Boxes have no option: see policy_private.h.
 */
#include "planner/policy_json.h"

#include "planner/json_fields.h"
#include "planner/json_text.h"
#include "rezone/error.h"

static void
write_strings(GString *text, const GPtrArray *strings)
{
    g_string_append_c(text, '[');
    for (guint i = 0; i < strings->len; i++) {
        if (i > 0)
            g_string_append_c(text, ',');
        rz_text_string(text, strings->pdata[i]);
    }
    g_string_append_c(text, ']');
}

static void
write_target_rf(GString *text, const GArray *targets)
{
    g_string_append_c(text, '[');
    for (guint i = 0; i < targets->len; i++) {
        const RzTargetRf *target = &g_array_index(targets, RzTargetRf, i);
        g_string_append(text, i > 0 ? ",{\"topics\":" : "{\"topics\":");
        rz_text_string(text, target->glob);
        g_string_append_printf(text, ",\"rf\":%d}", target->rf);
    }
    g_string_append_c(text, ']');
}

static void
write_boxes(GString *text, const GArray *boxes)
{
    g_string_append_c(text, '[');
    for (guint i = 0; i < boxes->len; i++) {
        const RzBox *box = &g_array_index(boxes, RzBox, i);
        g_string_append_printf(
            text, "%s{\"broker\":%d,\"lo\":%" G_GINT64_FORMAT ",\"hi\":%" G_GINT64_FORMAT "}",
            i > 0 ? "," : "", box->broker_id, box->lo, box->hi);
    }
    g_string_append_c(text, ']');
}

static void
write_choices(GString *text, const RzPolicy *policy)
{
    if (policy->spread_min > 0)
        g_string_append_printf(text, ",\"spread\":\"min:%d\"", policy->spread_min);
    else
        RZ_TEXT_LITERAL(text, ",\"spread\":\"even\"");
    if (policy->target_rf > 0)
        g_string_append_printf(text, ",\"target_rf\":%d", policy->target_rf);
    else
        RZ_TEXT_LITERAL(text, ",\"target_rf\":null");
    RZ_TEXT_LITERAL(text, ",\"target_rf_topics\":");
    write_target_rf(text, policy->target_rf_globs);
    if (policy->tolerance_percent >= 0)
        g_string_append_printf(text, ",\"balance\":\"%d%%\"", policy->tolerance_percent);
    else
        RZ_TEXT_LITERAL(text, ",\"balance\":\"strict\"");
    g_string_append_printf(text, ",\"topic_balance\":%s,\"leaders\":\"%s\"",
                           policy->topic_balance ? "true" : "false",
                           policy->leaders == RZ_LEADERS_KEEP ? "keep" : "balance");
}

char *
rz_policy_to_json(const RzPolicy *policy)
{
    GString *text = g_string_new("{\"zones\":");
    write_strings(text, policy->zones);
    write_choices(text, policy);
    RZ_TEXT_LITERAL(text, ",\"drain\":");
    rz_text_ids(text, (const int32_t *)(const void *)policy->drain->data, policy->drain->len);
    RZ_TEXT_LITERAL(text, ",\"only_topics\":");
    write_strings(text, policy->only_topics);
    RZ_TEXT_LITERAL(text, ",\"exclude_topics\":");
    write_strings(text, policy->exclude_topics);
    g_string_append_printf(text, ",\"disk_reserve_percent\":%d,\"include_zoneless\":%s,\"boxes\":",
                           policy->disk_reserve_percent,
                           policy->include_zoneless ? "true" : "false");
    write_boxes(text, policy->boxes);
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

/* Reading */

/* A field in an option's syntax. */
static bool
read_option(RzPolicy *policy, const json_t *object, const char *field, const char *option,
            GError **error)
{
    const char *value = NULL;
    g_autoptr(GError) refused = NULL;
    if (!rz_json_get_string(object, field, RZ_OPTIONAL, &value, error))
        return false;
    if (value == NULL || rz_policy_set(policy, option, value, &refused))
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: %s", field, refused->message);
    return false;
}

static bool
read_strings(const json_t *object, const char *field, GPtrArray *strings, GError **error)
{
    const json_t *array = NULL;
    if (!rz_json_get_array(object, field, RZ_OPTIONAL, &array, error))
        return false;
    for (gsize i = 0; i < json_array_size(array); i++) {
        const char *value = json_string_value(json_array_get(array, i));
        if (value == NULL || *value == '\0') {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                        "%s[%" G_GSIZE_FORMAT "]: must be a text that is not empty", field, i);
            return false;
        }
        g_ptr_array_add(strings, g_strdup(value));
    }
    return true;
}

static bool
read_target_rf(RzPolicy *policy, const json_t *object, GError **error)
{
    const json_t *array = NULL;
    if (!rz_json_get_int32(object, "target_rf", RZ_OPTIONAL, 1, &policy->target_rf, error) ||
        !rz_json_get_array(object, "target_rf_topics", RZ_OPTIONAL, &array, error))
        return false;
    for (gsize i = 0; i < json_array_size(array); i++) {
        const json_t *item = rz_json_item(array, "target_rf_topics", i, error);
        if (item == NULL)
            return false;
        const char *glob = NULL;
        RzTargetRf target = {.rf = 0};
        if (!rz_json_get_string(item, "topics", RZ_REQUIRED, &glob, error) ||
            !rz_json_get_int32(item, "rf", RZ_REQUIRED, 1, &target.rf, error)) {
            g_prefix_error(error, "target_rf_topics[%" G_GSIZE_FORMAT "].", i);
            return false;
        }
        target.pattern = g_pattern_spec_new(glob);
        target.glob = g_strdup(glob);
        g_array_append_val(policy->target_rf_globs, target);
    }
    return true;
}

static bool
read_boxes(RzPolicy *policy, const json_t *object, GError **error)
{
    const json_t *array = NULL;
    if (!rz_json_get_array(object, "boxes", RZ_OPTIONAL, &array, error))
        return false;
    for (gsize i = 0; i < json_array_size(array); i++) {
        const json_t *item = rz_json_item(array, "boxes", i, error);
        if (item == NULL)
            return false;
        RzBox box = {.broker_id = 0};
        if (!rz_json_get_int32(item, "broker", RZ_REQUIRED, 0, &box.broker_id, error) ||
            !rz_json_get_int(item, "lo", RZ_REQUIRED, 0, INT64_MAX, &box.lo, error) ||
            !rz_json_get_int(item, "hi", RZ_REQUIRED, box.lo, INT64_MAX, &box.hi, error)) {
            g_prefix_error(error, "boxes[%" G_GSIZE_FORMAT "].", i);
            return false;
        }
        g_array_append_val(policy->boxes, box);
    }
    return true;
}

static bool
read_fields(RzPolicy *policy, const json_t *object, GError **error)
{
    const json_t *drain = NULL;
    int64_t reserve = policy->disk_reserve_percent;
    if (!read_strings(object, "zones", policy->zones, error) ||
        !read_option(policy, object, "spread", "spread", error) ||
        !read_target_rf(policy, object, error) ||
        !read_option(policy, object, "balance", "balance", error) ||
        !rz_json_get_bool(object, "topic_balance", RZ_OPTIONAL, &policy->topic_balance, error) ||
        !read_option(policy, object, "leaders", "leaders", error) ||
        !rz_json_get_array(object, "drain", RZ_OPTIONAL, &drain, error) ||
        !rz_json_broker_ids(drain, "drain", policy->drain, error) ||
        !read_strings(object, "only_topics", policy->only_topics, error) ||
        !read_strings(object, "exclude_topics", policy->exclude_topics, error) ||
        !rz_json_get_int(object, "disk_reserve_percent", RZ_OPTIONAL, 0, 99, &reserve, error) ||
        !rz_json_get_bool(object, "include_zoneless", RZ_OPTIONAL, &policy->include_zoneless,
                          error) ||
        !read_boxes(policy, object, error))
        return false;
    policy->disk_reserve_percent = (int32_t)reserve;
    return true;
}

RzPolicy *
rz_policy_from_json(const json_t *object, GError **error)
{
    g_autoptr(RzPolicy) policy = rz_policy_new();
    return read_fields(policy, object, error) ? g_steal_pointer(&policy) : NULL;
}
