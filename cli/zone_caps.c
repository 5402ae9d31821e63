/*
 * zone_caps.c: pairs of zones and their rates, from words, and only for zones that there are.
 *
 * A name that no broker has would silently cap nothing, so it is an error and not a remark. The
 * last '=' and the first ':' before it part the words: rates contain neither.
 */
#include "cli/zone_caps.h"

#include <string.h>

#include "cli/units.h"
#include "rezone/error.h"

#define OPTION "zone-cap"

static bool
is_given_twice(const RzZoneCaps *caps, const RzZoneCap *cap)
{
    for (guint i = 0; i < caps->caps->len; i++) {
        const RzZoneCap *other = &g_array_index(caps->caps, RzZoneCap, i);
        if (strcmp(other->from, cap->from) == 0 && strcmp(other->to, cap->to) == 0)
            return true;
    }
    return false;
}

static bool
take_cap(RzZoneCaps *caps, const char *text, GError **error)
{
    const char *equals = strrchr(text, '=');
    const char *colon = equals != NULL ? memchr(text, ':', (gsize)(equals - text)) : NULL;
    if (colon == NULL || colon == text || colon + 1 == equals) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "--" OPTION ": \"%s\" is no cap; write for example az1:az2=200MB/s", text);
        return false;
    }
    RzZoneCap cap = {g_strndup(text, (gsize)(colon - text)),
                     g_strndup(colon + 1, (gsize)(equals - colon - 1)), 0};
    g_ptr_array_add(caps->names, (gpointer)(uintptr_t)cap.from);
    g_ptr_array_add(caps->names, (gpointer)(uintptr_t)cap.to);
    if (!rz_parse_rate(OPTION, equals + 1, &cap.bytes_per_s, error))
        return false;
    if (is_given_twice(caps, &cap)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "--" OPTION ": %s:%s is given twice", cap.from,
                    cap.to);
        return false;
    }
    g_array_append_val(caps->caps, cap);
    return true;
}

RzZoneCaps *
rz_zone_caps_from_args(const RzArgs *args, GError **error)
{
    g_autoptr(RzZoneCaps) caps = g_new0(RzZoneCaps, 1);
    caps->caps = g_array_new(FALSE, FALSE, sizeof(RzZoneCap));
    caps->names = g_ptr_array_new_with_free_func(g_free);
    if (!rz_command_has_option(rz_args_command(args), OPTION))
        return g_steal_pointer(&caps);
    const GPtrArray *values = rz_args_list(args, OPTION);
    for (guint i = 0; i < values->len; i++)
        if (!take_cap(caps, g_ptr_array_index(values, i), error))
            return NULL;
    return g_steal_pointer(&caps);
}

void
rz_zone_caps_free(RzZoneCaps *caps)
{
    if (caps == NULL)
        return;
    g_array_unref(caps->caps);
    g_ptr_array_unref(caps->names);
    g_free(caps);
}

void
rz_zone_caps_lend(const RzZoneCaps *caps, RzRunOptions *options)
{
    options->zone_caps = (const RzZoneCap *)(void *)caps->caps->data;
    options->n_zone_caps = caps->caps->len;
}

bool
rz_zone_caps_check(const RzZoneCaps *caps, const GPtrArray *zones, GError **error)
{
    for (guint i = 0; i < caps->names->len; i++) {
        const char *name = g_ptr_array_index(caps->names, i);
        if (g_ptr_array_find_with_equal_func((GPtrArray *)(uintptr_t)zones, name, g_str_equal,
                                             NULL))
            continue;
        g_autoptr(GString) known = g_string_new(NULL);
        for (guint z = 0; z < zones->len; z++)
            g_string_append_printf(known, "%s%s", z > 0 ? ", " : "",
                                   (const char *)g_ptr_array_index(zones, z));
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "--" OPTION ": no broker is in zone %s; there are %s", name,
                    known->len > 0 ? known->str : "no zones");
        return false;
    }
    return true;
}
