/*
 * policy.c: the options that say what a good placement is.
 *
 * One table row per option: its name, what it takes (for the message) and its setter. A setter only
 * says whether it likes the value.
 */
#include "planner/policy_private.h"

#include <string.h>

#include "rezone/error.h"

#define MAX_COUNT 65535    /* replicas of a partition, replicas in a zone */
#define MAX_TOLERANCE 1000 /* percent */
#define DEFAULT_DISK_RESERVE 10

static void
clear_target_rf(gpointer data)
{
    RzTargetRf *target = data;
    g_pattern_spec_free(target->pattern);
    g_free(target->glob);
}

RzPolicy *
rz_policy_new(void)
{
    RzPolicy *policy = g_new0(RzPolicy, 1);
    policy->zones = g_ptr_array_new_with_free_func(g_free);
    policy->target_rf_globs = g_array_new(FALSE, FALSE, sizeof(RzTargetRf));
    g_array_set_clear_func(policy->target_rf_globs, clear_target_rf);
    policy->tolerance_percent = -1;
    policy->leaders = RZ_LEADERS_BALANCE;
    policy->drain = g_array_new(FALSE, FALSE, sizeof(int32_t));
    policy->only_topics = g_ptr_array_new_with_free_func(g_free);
    policy->exclude_topics = g_ptr_array_new_with_free_func(g_free);
    policy->disk_reserve_percent = DEFAULT_DISK_RESERVE;
    policy->boxes = g_array_new(FALSE, FALSE, sizeof(RzBox));
    return policy;
}

void
rz_policy_free(RzPolicy *policy)
{
    if (policy == NULL)
        return;
    g_ptr_array_unref(policy->zones);
    g_array_unref(policy->target_rf_globs);
    g_array_unref(policy->drain);
    g_ptr_array_unref(policy->only_topics);
    g_ptr_array_unref(policy->exclude_topics);
    g_array_unref(policy->boxes);
    g_free(policy);
}

static void
copy_strings(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(to, g_strdup(from->pdata[i]));
}

static void
add_target_rf(RzPolicy *policy, const char *glob, int32_t rf)
{
    RzTargetRf target = {
        .pattern = g_pattern_spec_new(glob),
        .glob = g_strdup(glob),
        .rf = rf,
    };
    g_array_append_val(policy->target_rf_globs, target);
}

RzPolicy *
rz_policy_copy(const RzPolicy *policy)
{
    RzPolicy *copy = rz_policy_new();
    copy_strings(copy->zones, policy->zones);
    copy->spread_min = policy->spread_min;
    copy->target_rf = policy->target_rf;
    for (guint i = 0; i < policy->target_rf_globs->len; i++) {
        const RzTargetRf *target = &g_array_index(policy->target_rf_globs, RzTargetRf, i);
        add_target_rf(copy, target->glob, target->rf);
    }
    copy->tolerance_percent = policy->tolerance_percent;
    copy->topic_balance = policy->topic_balance;
    copy->leaders = policy->leaders;
    g_array_append_vals(copy->drain, policy->drain->data, policy->drain->len);
    copy_strings(copy->only_topics, policy->only_topics);
    copy_strings(copy->exclude_topics, policy->exclude_topics);
    copy->disk_reserve_percent = policy->disk_reserve_percent;
    copy->include_zoneless = policy->include_zoneless;
    g_array_append_vals(copy->boxes, policy->boxes->data, policy->boxes->len);
    return copy;
}

/* Values */

static bool
parse_count(const char *text, int32_t min, int32_t max, int32_t *value)
{
    guint64 number;
    if (!g_ascii_string_to_unsigned(text, 10, (guint64)min, (guint64)max, &number, NULL))
        return false;
    *value = (int32_t)number;
    return true;
}

/* "5%" or "5" */
static bool
parse_percent(const char *text, int32_t max, int32_t *value)
{
    gsize length = strlen(text);
    if (length > 0 && text[length - 1] == '%')
        length--;
    g_autofree char *digits = g_strndup(text, length);
    return parse_count(digits, 0, max, value);
}

static bool
parse_flag(const char *text, bool *value)
{
    *value = text == NULL || strcmp(text, "true") == 0;
    return *value || strcmp(text, "false") == 0;
}

static int
compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

/* Options: the setters of the table below */

static bool
set_zones(RzPolicy *policy, const char *value)
{
    g_auto(GStrv) names = g_strsplit(value, ",", -1);
    g_ptr_array_set_size(policy->zones, 0);
    for (gsize i = 0; names[i] != NULL; i++) {
        const char *name = g_strstrip(names[i]);
        if (*name == '\0')
            return false;
        if (!g_ptr_array_find_with_equal_func(policy->zones, name, g_str_equal, NULL))
            g_ptr_array_add(policy->zones, g_strdup(name));
    }
    g_ptr_array_sort(policy->zones, compare_strings); /* their order means nothing */
    return policy->zones->len > 0;
}

static bool
set_spread(RzPolicy *policy, const char *value)
{
    if (strcmp(value, "even") == 0) {
        policy->spread_min = 0;
        return true;
    }
    return g_str_has_prefix(value, "min:") &&
           parse_count(value + strlen("min:"), 1, MAX_COUNT, &policy->spread_min);
}

static bool
set_target_rf(RzPolicy *policy, const char *value)
{
    const char *equals = strrchr(value, '=');
    int32_t rf;
    if (equals == NULL)
        return parse_count(value, 1, MAX_COUNT, &policy->target_rf);
    g_autofree char *glob = g_strndup(value, (gsize)(equals - value));
    if (*glob == '\0' || !parse_count(equals + 1, 1, MAX_COUNT, &rf))
        return false;
    add_target_rf(policy, glob, rf);
    return true;
}

static bool
set_balance(RzPolicy *policy, const char *value)
{
    if (strcmp(value, "strict") == 0) {
        policy->tolerance_percent = -1;
        return true;
    }
    return parse_percent(value, MAX_TOLERANCE, &policy->tolerance_percent);
}

static bool
set_topic_balance(RzPolicy *policy, const char *value)
{
    return parse_flag(value, &policy->topic_balance);
}

static bool
set_leaders(RzPolicy *policy, const char *value)
{
    policy->leaders = strcmp(value, "keep") == 0 ? RZ_LEADERS_KEEP : RZ_LEADERS_BALANCE;
    return strcmp(value, "keep") == 0 || strcmp(value, "balance") == 0;
}

static bool
set_drain(RzPolicy *policy, const char *value)
{
    g_auto(GStrv) ids = g_strsplit(value, ",", -1);
    for (gsize i = 0; ids[i] != NULL; i++) {
        int32_t id;
        if (!parse_count(g_strstrip(ids[i]), 0, INT32_MAX, &id))
            return false;
        bool known = false;
        for (guint k = 0; k < policy->drain->len; k++)
            known = known || g_array_index(policy->drain, int32_t, k) == id;
        if (!known)
            g_array_append_val(policy->drain, id);
    }
    g_array_sort(policy->drain, compare_ids);
    return policy->drain->len > 0;
}

static bool
add_glob(GPtrArray *globs, const char *value)
{
    if (*value == '\0')
        return false;
    g_ptr_array_add(globs, g_strdup(value));
    return true;
}

static bool
add_only_topic(RzPolicy *policy, const char *value)
{
    return add_glob(policy->only_topics, value);
}

static bool
add_exclude_topic(RzPolicy *policy, const char *value)
{
    return add_glob(policy->exclude_topics, value);
}

static bool
set_disk_reserve(RzPolicy *policy, const char *value)
{
    return parse_percent(value, 99, &policy->disk_reserve_percent);
}

static bool
set_include_zoneless(RzPolicy *policy, const char *value)
{
    return parse_flag(value, &policy->include_zoneless);
}

typedef struct {
    const char *name;
    bool (*set)(RzPolicy *policy, const char *value);
    bool is_flag;
    const char *takes;
} Option;

/* clang-format off */
static const Option options[] = {
    {"zones",            set_zones,            false, "zone names separated by commas"},
    {"spread",           set_spread,           false, "even, or min:K with K from 1 to 65535"},
    {"target-rf",        set_target_rf,        false, "N or TOPICGLOB=N with N from 1 to 65535"},
    {"balance",          set_balance,          false, "strict, or N% with N from 0 to 1000"},
    {"topic-balance",    set_topic_balance,    true,  "nothing, true or false"},
    {"leaders",          set_leaders,          false, "balance or keep"},
    {"drain",            set_drain,            false, "broker ids separated by commas"},
    {"only-topic",       add_only_topic,       false, "a topic name, * and ? being wildcards"},
    {"exclude-topic",    add_exclude_topic,    false, "a topic name, * and ? being wildcards"},
    {"disk-reserve",     set_disk_reserve,     false, "N% with N from 0 to 99"},
    {"include-zoneless", set_include_zoneless, true,  "nothing, true or false"},
};
/* clang-format on */

bool
rz_policy_set(RzPolicy *policy, const char *name, const char *value, GError **error)
{
    const Option *option = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(options) && option == NULL; i++) {
        if (strcmp(options[i].name, name) == 0)
            option = &options[i];
    }
    if (option == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "--%s: no such policy option", name);
        return false;
    }
    bool usable = value == NULL ? option->is_flag : g_utf8_validate(value, -1, NULL);
    if (usable && option->set(policy, value))
        return true;
    if (value == NULL)
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "--%s takes %s", name, option->takes);
    else
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "--%s takes %s, not \"%s\"", name,
                    option->takes, value);
    return false;
}

/* What it means for a topic */

static bool
matches_any(const GPtrArray *globs, const char *name)
{
    for (guint i = 0; i < globs->len; i++) {
        if (g_pattern_match_simple(globs->pdata[i], name))
            return true;
    }
    return false;
}

bool
rz_policy_covers(const RzPolicy *policy, const char *name)
{
    if (policy->only_topics->len > 0 && !matches_any(policy->only_topics, name))
        return false;
    return !matches_any(policy->exclude_topics, name);
}

int32_t
rz_policy_wanted_rf(const RzPolicy *policy, const char *name, int32_t current)
{
    for (guint i = policy->target_rf_globs->len; i > 0; i--) {
        const RzTargetRf *target = &g_array_index(policy->target_rf_globs, RzTargetRf, i - 1);
        if (g_pattern_spec_match_string(target->pattern, name))
            return target->rf;
    }
    return policy->target_rf > 0 ? policy->target_rf : current;
}
