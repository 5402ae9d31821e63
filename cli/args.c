/*
 * args.c: the option tables turned into GOption entries, and their values kept by name.
 */
#include "cli/args.h"

#include <string.h>

#include "rezone/error.h"

typedef struct {
    const RzOption *option;
    GPtrArray *values; /* char *; a flag that was given has one empty string */
} Given;

struct RzArgs {
    const RzCommand *command;
    GArray *given; /* Given: every option of the command, in table order */
    GPtrArray *files;
    gboolean help;
};

static void
given_clear(void *element)
{
    Given *given = element;
    g_ptr_array_unref(given->values);
}

static Given *
find_given(const RzArgs *args, const char *name)
{
    for (guint i = 0; i < args->given->len; i++) {
        Given *given = &g_array_index(args->given, Given, i);
        if (strcmp(given->option->name, name) == 0)
            return given;
    }
    g_error("option --%s is not in the table of %s", name, args->command->name);
    return NULL;
}

/* GOption calls with the option as it was typed: "--name" or "-x". */
static Given *
find_typed(const RzArgs *args, const char *typed)
{
    if (strncmp(typed, "--", 2) == 0)
        return find_given(args, typed + 2);
    for (guint i = 0; i < args->given->len; i++) {
        Given *given = &g_array_index(args->given, Given, i);
        if (given->option->letter == typed[1])
            return given;
    }
    g_error("option %s is not in the table of %s", typed, args->command->name);
    return NULL;
}

static gboolean
take_option(const char *typed, const char *value, void *data, GError **error)
{
    Given *given = find_typed(data, typed);
    if (given->option->kind != RZ_OPTION_LIST && given->values->len > 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s is given twice", typed);
        return FALSE;
    }
    if (given->option->kind != RZ_OPTION_FLAG && value[0] == '\0') {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s needs a value: %s", typed,
                    given->option->value);
        return FALSE;
    }
    g_ptr_array_add(given->values, g_strdup(value != NULL ? value : ""));
    return TRUE;
}

/* GOption wants the callback as a data pointer, which ISO C gives no cast for. */
static gpointer
callback_pointer(GOptionArgFunc callback)
{
    gpointer pointer = NULL;
    G_STATIC_ASSERT(sizeof pointer == sizeof callback);
    memcpy(&pointer, &callback, sizeof pointer);
    return pointer;
}

static void
collect_options(RzArgs *args, GArray *entries)
{
    for (int g = 0; g < RZ_MAX_GROUPS && args->command->groups[g] != NULL; g++) {
        for (const RzOption *o = args->command->groups[g]->options; o->name != NULL; o++) {
            Given given = {o, g_ptr_array_new_with_free_func(g_free)};
            g_array_append_val(args->given, given);
            GOptionEntry entry = {
                .long_name = o->name,
                .short_name = o->letter,
                .flags = o->kind == RZ_OPTION_FLAG ? G_OPTION_FLAG_NO_ARG : 0,
                .arg = G_OPTION_ARG_CALLBACK,
                .arg_data = callback_pointer(take_option),
                .description = o->help,
                .arg_description = o->value,
            };
            g_array_append_val(entries, entry);
        }
    }
    GOptionEntry help = {"help", 'h', 0, G_OPTION_ARG_NONE, &args->help, NULL, NULL};
    g_array_append_val(entries, help);
}

static bool
take_files(RzArgs *args, char **rest, GError **error)
{
    for (char **file = rest; file != NULL && *file != NULL; file++) {
        if (file == rest && strcmp(*file, "--") == 0)
            continue;
        g_ptr_array_add(args->files, g_strdup(*file));
    }
    if (args->help)
        return true;
    const RzCommand *command = args->command;
    if (args->files->len < command->min_files) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s needs %s", command->name, command->files);
        return false;
    }
    if (args->files->len > command->max_files) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: unexpected argument \"%s\"",
                    command->name,
                    (const char *)g_ptr_array_index(args->files, command->max_files));
        return false;
    }
    return true;
}

RzArgs *
rz_args_parse(const RzCommand *command, int argc, char **argv, GError **error)
{
    g_autoptr(RzArgs) args = g_new0(RzArgs, 1);
    args->command = command;
    args->given = g_array_new(FALSE, FALSE, sizeof(Given));
    g_array_set_clear_func(args->given, given_clear);
    args->files = g_ptr_array_new_with_free_func(g_free);

    g_autoptr(GArray) entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
    collect_options(args, entries);

    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_help_enabled(context, FALSE);
    GOptionGroup *group = g_option_group_new("rezone", "", "", args, NULL);
    g_option_group_add_entries(group, (const GOptionEntry *)(void *)entries->data);
    g_option_context_set_main_group(context, group);

    g_auto(GStrv) rest = g_new0(char *, (gsize)argc + 2);
    rest[0] = g_strdup(command->name);
    for (int i = 0; i < argc; i++)
        rest[i + 1] = g_strdup(argv[i]);
    GError *wrong = NULL;
    if (!g_option_context_parse_strv(context, &rest, &wrong)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: %s", command->name, wrong->message);
        g_error_free(wrong);
        return NULL;
    }
    if (!take_files(args, rest + 1, error))
        return NULL;
    return g_steal_pointer(&args);
}

void
rz_args_free(RzArgs *args)
{
    if (args == NULL)
        return;
    g_array_unref(args->given);
    g_ptr_array_unref(args->files);
    g_free(args);
}

const RzCommand *
rz_args_command(const RzArgs *args)
{
    return args->command;
}

bool
rz_args_wants_help(const RzArgs *args)
{
    return args->help;
}

bool
rz_args_flag(const RzArgs *args, const char *name)
{
    return find_given(args, name)->values->len > 0;
}

const char *
rz_args_value(const RzArgs *args, const char *name)
{
    const Given *given = find_given(args, name);
    return given->values->len > 0 ? g_ptr_array_index(given->values, 0) : NULL;
}

const char *
rz_args_value_if_known(const RzArgs *args, const char *name)
{
    return rz_command_has_option(rz_args_command(args), name) ? rz_args_value(args, name) : NULL;
}

const GPtrArray *
rz_args_list(const RzArgs *args, const char *name)
{
    return find_given(args, name)->values;
}

uint32_t
rz_args_n_files(const RzArgs *args)
{
    return args->files->len;
}

const char *
rz_args_file(const RzArgs *args, uint32_t i)
{
    return i < args->files->len ? g_ptr_array_index(args->files, i) : NULL;
}

bool
rz_args_exclude(const RzArgs *args, const char *a, const char *b, GError **error)
{
    if (!rz_args_flag(args, a) || !rz_args_flag(args, b))
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: --%s and --%s exclude each other",
                args->command->name, a, b);
    return false;
}

static const RzOption *
find_option(const RzCommand *command, const char *name)
{
    for (int g = 0; g < RZ_MAX_GROUPS && command->groups[g] != NULL; g++)
        for (const RzOption *o = command->groups[g]->options; o->name != NULL; o++)
            if (strcmp(o->name, name) == 0)
                return o;
    return NULL;
}

bool
rz_command_has_option(const RzCommand *command, const char *name)
{
    return find_option(command, name) != NULL;
}

bool
rz_option_is_list(const RzCommand *command, const char *name)
{
    const RzOption *option = find_option(command, name);
    return option != NULL && option->kind == RZ_OPTION_LIST;
}
