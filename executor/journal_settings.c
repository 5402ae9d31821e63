/*
 * journal_settings.c: a run's settings, in the journal so that resume needs no options again.
 */
#include "executor/journal.h"

#include <stddef.h>

/* clang-format off */
static const struct {
    const char *name;
    size_t offset;
    bool wide; /* int64_t, else a 32-bit int */
    int64_t initial, least;
    bool optional; /* journals from before it was known do without */
} numbers[] = {
    {"throttle",      offsetof(RzRunSettings, throttle_bytes_per_s),     true,  0, RZ_THROTTLE_AUTO, false},
    {"throttle_min",  offsetof(RzRunSettings, throttle_min_bytes_per_s), true,  1000000, 1, false},
    {"throttle_max",  offsetof(RzRunSettings, throttle_max_bytes_per_s), true,  1000000000, 1, false},
    {"throttle_mode", offsetof(RzRunSettings, throttle_mode),            false, RZ_THROTTLE_PACED, 0, false},
    {"leaders",       offsetof(RzRunSettings, leaders),                  false, RZ_LEADERS_END, 0, false},
    {"on_dead",       offsetof(RzRunSettings, on_dead_broker),           false, RZ_DEAD_BROKER_WAIT, 0, false},
    {"stage",         offsetof(RzRunSettings, stage),                    false, 0, 0, true},
    {"start_at",      offsetof(RzRunSettings, start_at_ms),              true,  0, 0, false},
    {"window_from",   offsetof(RzRunSettings, window_from_min),          false, 0, 0, false},
    {"window_to",     offsetof(RzRunSettings, window_to_min),            false, 0, 0, false},
};
/* clang-format on */

static int64_t
get_number(const RzRunSettings *settings, gsize i)
{
    const char *field = (const char *)settings + numbers[i].offset;
    return numbers[i].wide ? *(const int64_t *)(const void *)field
                           : *(const int *)(const void *)field;
}

static void
set_number(RzRunSettings *settings, gsize i, int64_t value)
{
    char *field = (char *)settings + numbers[i].offset;
    if (numbers[i].wide)
        *(int64_t *)(void *)field = value;
    else
        *(int *)(void *)field = (int)value;
}

void
rz_run_settings_init(RzRunSettings *settings)
{
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        set_number(settings, i, numbers[i].initial);
    settings->zone_broker = g_array_new(FALSE, FALSE, sizeof(int32_t));
    settings->zone_name = g_ptr_array_new_with_free_func(g_free);
    settings->cap_from = g_ptr_array_new_with_free_func(g_free);
    settings->cap_to = g_ptr_array_new_with_free_func(g_free);
    settings->cap_bytes = g_array_new(FALSE, FALSE, sizeof(int64_t));
}

void
rz_run_settings_clear(RzRunSettings *settings)
{
    g_array_unref(settings->zone_broker);
    g_ptr_array_unref(settings->zone_name);
    g_ptr_array_unref(settings->cap_from);
    g_ptr_array_unref(settings->cap_to);
    g_array_unref(settings->cap_bytes);
}

static void
take_lists(RzRunSettings *settings, const RzRunOptions *options)
{
    if (options->n_zone_map > 0) {
        g_array_set_size(settings->zone_broker, 0);
        g_ptr_array_set_size(settings->zone_name, 0);
    }
    for (uint32_t i = 0; i < options->n_zone_map; i++) {
        g_array_append_val(settings->zone_broker, options->zone_map[i].broker);
        g_ptr_array_add(settings->zone_name, g_strdup(options->zone_map[i].zone));
    }
    if (options->n_zone_caps > 0) {
        g_ptr_array_set_size(settings->cap_from, 0);
        g_ptr_array_set_size(settings->cap_to, 0);
        g_array_set_size(settings->cap_bytes, 0);
    }
    for (uint32_t i = 0; i < options->n_zone_caps; i++) {
        g_ptr_array_add(settings->cap_from, g_strdup(options->zone_caps[i].from));
        g_ptr_array_add(settings->cap_to, g_strdup(options->zone_caps[i].to));
        g_array_append_val(settings->cap_bytes, options->zone_caps[i].bytes_per_s);
    }
}

void
rz_run_settings_take(RzRunSettings *settings, const RzRunOptions *options)
{
    if (options == NULL)
        return;
    const int64_t said[] = {
        options->throttle_bytes_per_s,
        options->throttle_min_bytes_per_s,
        options->throttle_max_bytes_per_s,
        options->throttle_mode,
        options->leaders,
        options->on_dead_broker,
        options->stage,
        options->start_at_ms,
        options->window_from_min,
        options->window_to_min,
    };
    G_STATIC_ASSERT(G_N_ELEMENTS(said) == G_N_ELEMENTS(numbers));
    for (gsize i = 0; i < G_N_ELEMENTS(said); i++)
        if (said[i] != -1)
            set_number(settings, i, said[i]);
    take_lists(settings, options);
}

void
rz_run_options_init(RzRunOptions *options)
{
    *options = (RzRunOptions){
        .throttle_bytes_per_s = -1,
        .throttle_min_bytes_per_s = -1,
        .throttle_max_bytes_per_s = -1,
        .throttle_mode = -1,
        .leaders = -1,
        .on_dead_broker = -1,
        .stage = -1,
        .start_at_ms = -1,
        .window_from_min = -1,
        .window_to_min = -1,
    };
}

json_t *
rz_run_settings_to_json(const RzRunSettings *settings)
{
    json_t *json = json_object();
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        json_object_set_new(json, numbers[i].name, json_integer(get_number(settings, i)));
    json_t *zones = json_array();
    for (guint i = 0; i < settings->zone_broker->len; i++)
        json_array_append_new(zones,
                              json_pack("[i, s]", g_array_index(settings->zone_broker, int32_t, i),
                                        (const char *)settings->zone_name->pdata[i]));
    json_object_set_new(json, "zones", zones);
    json_t *caps = json_array();
    for (guint i = 0; i < settings->cap_bytes->len; i++)
        json_array_append_new(
            caps, json_pack("[s, s, I]", (const char *)settings->cap_from->pdata[i],
                            (const char *)settings->cap_to->pdata[i],
                            (json_int_t)g_array_index(settings->cap_bytes, int64_t, i)));
    json_object_set_new(json, "zone_caps", caps);
    return json;
}

static bool
lists_from_json(RzRunSettings *settings, const json_t *json)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(json, "zones"), i, item)
    {
        const char *zone = json_string_value(json_array_get(item, 1));
        int32_t broker = (int32_t)json_integer_value(json_array_get(item, 0));
        if (zone == NULL)
            return false;
        g_array_append_val(settings->zone_broker, broker);
        g_ptr_array_add(settings->zone_name, g_strdup(zone));
    }
    json_array_foreach(json_object_get(json, "zone_caps"), i, item)
    {
        const char *from = json_string_value(json_array_get(item, 0));
        const char *to = json_string_value(json_array_get(item, 1));
        int64_t bytes = json_integer_value(json_array_get(item, 2));
        if (from == NULL || to == NULL || bytes <= 0)
            return false;
        g_ptr_array_add(settings->cap_from, g_strdup(from));
        g_ptr_array_add(settings->cap_to, g_strdup(to));
        g_array_append_val(settings->cap_bytes, bytes);
    }
    return true;
}

/* Settings that this version does not know would change what the run does: refused by the caller.
 */
bool
rz_run_settings_from_json(RzRunSettings *settings, const json_t *json)
{
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const json_t *value = json_object_get(json, numbers[i].name);
        if (value == NULL && numbers[i].optional)
            continue;
        if (!json_is_integer(value) || json_integer_value(value) < numbers[i].least ||
            (!numbers[i].wide && json_integer_value(value) > INT16_MAX))
            return false;
        set_number(settings, i, json_integer_value(value));
    }
    return lists_from_json(settings, json);
}
