/*
 * run_options.c: words to numbers, by table.
 */
#include "cli/run_options.h"

#include <string.h>

#include "cli/policy_options.h"
#include "cli/units.h"
#include "executor/clock.h"
#include "rezone/error.h"

typedef struct {
    const char *option;
    const char *words[4];
    gsize offset; /* of an int in RzRunOptions; a word's index is its value */
} Choice;

static const Choice choices[] = {
    {"throttle-mode", {"paced", "follower", "both"}, offsetof(RzRunOptions, throttle_mode)},
    {"leaders", {"end", "each", "never"}, offsetof(RzRunOptions, leaders)},
    {"on-dead-broker", {"wait", "skip"}, offsetof(RzRunOptions, on_dead_broker)},
};
G_STATIC_ASSERT(RZ_THROTTLE_PACED == 0 && RZ_THROTTLE_FOLLOWER == 1 && RZ_THROTTLE_BOTH == 2);
G_STATIC_ASSERT(RZ_LEADERS_END == 0 && RZ_LEADERS_EACH == 1 && RZ_LEADERS_NEVER == 2);
G_STATIC_ASSERT(RZ_DEAD_BROKER_WAIT == 0 && RZ_DEAD_BROKER_SKIP == 1);

static bool
take_choice(const Choice *choice, const char *text, RzRunOptions *options, GError **error)
{
    for (int i = 0; choice->words[i] != NULL; i++) {
        if (strcmp(text, choice->words[i]) != 0)
            continue;
        *(int *)(void *)((char *)options + choice->offset) = i;
        return true;
    }
    g_autoptr(GString) known = g_string_new(choice->words[0]);
    for (int i = 1; choice->words[i] != NULL; i++)
        g_string_append_printf(known, ", %s", choice->words[i]);
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "--%s: \"%s\" is none of %s", choice->option, text,
                known->str);
    return false;
}

typedef struct {
    const char *word;
    int64_t rate;
} RateWord;

bool
rz_throttle_from_text(const char *text, int64_t *rate, GError **error)
{
    static const RateWord words[] = {{"none", 0}, {"auto", RZ_THROTTLE_AUTO}};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(text, words[i].word) != 0)
            continue;
        *rate = words[i].rate;
        return true;
    }
    return rz_parse_rate("throttle", text, rate, error);
}

/* Bounds mean something to the automatic rate only. */
bool
rz_throttle_bounds_from_args(const RzArgs *args, RzRunOptions *options, GError **error)
{
    const char *min = rz_args_value_if_known(args, "throttle-min");
    const char *max = rz_args_value_if_known(args, "throttle-max");
    if ((min != NULL || max != NULL) && options->throttle_bytes_per_s != RZ_THROTTLE_AUTO) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "--throttle-min and --throttle-max bound --throttle auto");
        return false;
    }
    if (min != NULL &&
        !rz_parse_rate("throttle-min", min, &options->throttle_min_bytes_per_s, error))
        return false;
    if (max != NULL &&
        !rz_parse_rate("throttle-max", max, &options->throttle_max_bytes_per_s, error))
        return false;
    if (min == NULL || max == NULL ||
        options->throttle_min_bytes_per_s <= options->throttle_max_bytes_per_s)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "--throttle-min is above --throttle-max");
    return false;
}

/* Steps end with leaders in the new zone; somebody has to put them where the plan wants them. */
static bool
take_stage(const RzArgs *args, RzRunOptions *options, GError **error)
{
    if (!rz_command_has_option(rz_args_command(args), "stage") || !rz_args_flag(args, "stage"))
        return true;
    options->stage = 1;
    if (options->leaders != RZ_LEADERS_NEVER)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                "--stage moves leaders on the way and --leaders never would leave them there");
    return false;
}

bool
rz_run_mode_from_args(const RzArgs *args, RzRunOptions *options, GError **error)
{
    const RzCommand *command = rz_args_command(args);
    for (gsize i = 0; i < G_N_ELEMENTS(choices); i++) {
        if (!rz_command_has_option(command, choices[i].option))
            continue;
        const GPtrArray *values = rz_args_list(args, choices[i].option);
        for (guint v = 0; v < values->len; v++) {
            const char *text = g_ptr_array_index(values, v);
            if (rz_value_is_for(RZ_FOR_RUN, command, choices[i].option, text) &&
                !take_choice(&choices[i], text, options, error))
                return false;
        }
    }
    return take_stage(args, options, error);
}

bool
rz_run_options_from_args(const RzArgs *args, const RzZones *zones, RzRunOptions *options,
                         GError **error)
{
    rz_run_options_init(options);
    options->zone_map = zones->entries;
    options->n_zone_map = zones->n_entries;
    rz_zone_caps_lend(zones->caps, options);
    if (!rz_run_mode_from_args(args, options, error))
        return false;
    const char *throttle = rz_args_value_if_known(args, "throttle");
    if (throttle != NULL && !rz_throttle_from_text(throttle, &options->throttle_bytes_per_s, error))
        return false;
    if (!rz_throttle_bounds_from_args(args, options, error))
        return false;
    const RzClock *clock = rz_clock_system();
    const char *start = rz_args_value_if_known(args, "start-at");
    if (start != NULL &&
        !rz_parse_time("start-at", start, clock->wall_ms(clock), &options->start_at_ms, error))
        return false;
    const char *window = rz_args_value_if_known(args, "window");
    int from = 0, to = 0;
    if (window == NULL)
        return true;
    if (!rz_parse_window("window", window, &from, &to, error))
        return false;
    options->window_from_min = from;
    options->window_to_min = to;
    return true;
}
