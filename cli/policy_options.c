/*
 * policy_options.c: options handed to the policy by name, in the order they were given.
 */
#include "cli/policy_options.h"

#include <string.h>

static const char *const names[] = {
    "zones", "spread",     "target-rf",     "balance",      "topic-balance",    "leaders",
    "drain", "only-topic", "exclude-topic", "disk-reserve", "include-zoneless",
};

bool
rz_value_is_for(RzValueUse use, const RzCommand *command, const char *name, const char *value)
{
    static const char *const policy_words[] = {"balance", "keep", NULL};
    if (strcmp(name, "leaders") != 0 || !rz_option_is_list(command, name))
        return true;
    return g_strv_contains(policy_words, value) == (use == RZ_FOR_POLICY);
}

RzPolicy *
rz_policy_from_args(const RzArgs *args, GError **error)
{
    g_autoptr(RzPolicy) policy = rz_policy_new();
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!rz_command_has_option(rz_args_command(args), names[i]))
            continue;
        const GPtrArray *values = rz_args_list(args, names[i]);
        for (guint v = 0; v < values->len; v++) {
            const char *value = g_ptr_array_index(values, v);
            if (!rz_value_is_for(RZ_FOR_POLICY, rz_args_command(args), names[i], value))
                continue;
            if (!rz_policy_set(policy, names[i], value[0] != '\0' ? value : NULL, error))
                return NULL;
        }
    }
    return g_steal_pointer(&policy);
}
