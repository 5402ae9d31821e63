/*
 * json_fields.c: typed access to the fields of a parsed JSON object.
 */
#include "planner/json_fields.h"

#include <inttypes.h>
#include <string.h>

#include "rezone/error.h"

json_t *
rz_json_parse_object(const char *text, gsize length, GError **error)
{
    json_error_t problem;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "not valid JSON: %s (column %d)", problem.text,
                    problem.column);
        return NULL;
    }
    if (!json_is_object(root)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "must be a JSON object, is %s",
                    rz_json_kind(root));
        json_decref(root);
        return NULL;
    }
    return root;
}

const char *
rz_json_kind(const json_t *value)
{
    static const char *const kinds[] = {
        [JSON_OBJECT] = "an object",   [JSON_ARRAY] = "an array",     [JSON_STRING] = "a string",
        [JSON_INTEGER] = "an integer", [JSON_REAL] = "a real number", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",        [JSON_NULL] = "null",
    };
    return value == NULL ? "missing" : kinds[json_typeof(value)];
}

static bool
wrong_type(const char *name, const char *wanted, const json_t *value, GError **error)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: must be %s, is %s", name, wanted,
                rz_json_kind(value));
    return false;
}

/* Sets *@value to the field, or to NULL if it is rightly absent. */
static bool
find(const json_t *object, const char *name, RzNeed need, const json_t **value, GError **error)
{
    *value = json_object_get(object, name);
    if (*value == NULL && need == RZ_REQUIRED) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: missing", name);
        return false;
    }
    if (need == RZ_OPTIONAL && json_is_null(*value))
        *value = NULL;
    return true;
}

static bool
check_range(const char *name, int64_t number, int64_t min, int64_t max, GError **error)
{
    if (number >= min && number <= max)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                "%s: must be an integer from %" PRId64 " to %" PRId64 ", is %" PRId64, name, min,
                max, number);
    return false;
}

bool
rz_json_get_int(const json_t *object, const char *name, RzNeed need, int64_t min, int64_t max,
                int64_t *value, GError **error)
{
    const json_t *found;
    if (!find(object, name, need, &found, error))
        return false;
    if (found == NULL)
        return true;
    if (!json_is_integer(found))
        return wrong_type(name, "an integer", found, error);
    *value = json_integer_value(found);
    return check_range(name, *value, min, max, error);
}

bool
rz_json_get_int32(const json_t *object, const char *name, RzNeed need, int32_t min, int32_t *value,
                  GError **error)
{
    int64_t wide = *value;
    if (!rz_json_get_int(object, name, need, min, INT32_MAX, &wide, error))
        return false;
    *value = (int32_t)wide;
    return true;
}

bool
rz_json_get_wide(const json_t *object, const char *name, RzNeed need, RzWide *value, GError **error)
{
    const json_t *found;
    if (!find(object, name, need, &found, error))
        return false;
    if (json_is_integer(found))
        *value = json_integer_value(found);
    else if (found != NULL &&
             (!json_is_string(found) || !rz_wide_parse(json_string_value(found), value)))
        return wrong_type(name, "an integer or a string of decimal digits", found, error);
    return true;
}

bool
rz_json_get_long(const json_t *object, const char *name, RzNeed need, int64_t *value,
                 GError **error)
{
    RzWide wide = *value;
    if (!rz_json_get_wide(object, name, need, &wide, error))
        return false;
    if (wide < INT64_MIN || wide > INT64_MAX) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: does not fit 64 bits", name);
        return false;
    }
    *value = (int64_t)wide;
    return true;
}

bool
rz_json_get_bool(const json_t *object, const char *name, RzNeed need, bool *value, GError **error)
{
    const json_t *found;
    if (!find(object, name, need, &found, error))
        return false;
    if (found == NULL)
        return true;
    if (!json_is_boolean(found))
        return wrong_type(name, "true or false", found, error);
    *value = json_is_true(found);
    return true;
}

bool
rz_json_get_string(const json_t *object, const char *name, RzNeed need, const char **value,
                   GError **error)
{
    const json_t *found;
    if (!find(object, name, need, &found, error))
        return false;
    if (found == NULL)
        return true;
    if (!json_is_string(found))
        return wrong_type(name, "a string", found, error);
    *value = json_string_value(found);
    return true;
}

bool
rz_json_get_array(const json_t *object, const char *name, RzNeed need, const json_t **value,
                  GError **error)
{
    const json_t *found;
    if (!find(object, name, need, &found, error))
        return false;
    if (found == NULL)
        return true;
    if (!json_is_array(found))
        return wrong_type(name, "an array", found, error);
    *value = found;
    return true;
}

bool
rz_json_get_object(const json_t *object, const char *name, RzNeed need, const json_t **value,
                   GError **error)
{
    const json_t *found;
    if (!find(object, name, need, &found, error))
        return false;
    if (found == NULL)
        return true;
    if (!json_is_object(found))
        return wrong_type(name, "an object", found, error);
    *value = found;
    return true;
}

const json_t *
rz_json_item(const json_t *array, const char *name, gsize index, GError **error)
{
    const json_t *item = json_array_get(array, index);
    if (json_is_object(item))
        return item;
    g_autofree char *path = g_strdup_printf("%s[%" G_GSIZE_FORMAT "]", name, index);
    wrong_type(path, "an object", item, error);
    return NULL;
}

bool
rz_json_broker_id(const json_t *array, const char *name, gsize index, int32_t *id, GError **error)
{
    const json_t *value = json_array_get(array, index);
    json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= 0 && number <= INT32_MAX) {
        *id = (int32_t)number;
        return true;
    }
    g_autofree char *path = g_strdup_printf("%s[%" G_GSIZE_FORMAT "]", name, index);
    if (!json_is_integer(value))
        return wrong_type(path, "a broker id", value, error);
    return check_range(path, number, 0, INT32_MAX, error);
}

bool
rz_json_broker_ids(const json_t *array, const char *name, GArray *ids, GError **error)
{
    gsize n = json_array_size(array);
    for (gsize i = 0; i < n; i++) {
        int32_t id;
        if (!rz_json_broker_id(array, name, i, &id, error))
            return false;
        g_array_append_val(ids, id);
    }
    return true;
}

/* ---- files of lines ---- */

bool
rz_json_is_blank(const char *line, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isspace(line[i]))
            return false;
    return true;
}

bool
rz_json_check_version(const json_t *header, const char *format, int version, GError **error)
{
    const char *named = NULL;
    int64_t number = 0;
    if (!rz_json_get_string(header, "format", RZ_REQUIRED, &named, error))
        return false;
    if (strcmp(named, format) != 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "format: must be \"%s\", is \"%s\"", format,
                    named);
        return false;
    }
    if (!rz_json_get_int(header, "version", RZ_REQUIRED, INT64_MIN, INT64_MAX, &number, error))
        return false;
    if (number != version)
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                    "version: %" G_GINT64_FORMAT " is unknown; this program reads %d", number,
                    version);
    return number == version;
}
