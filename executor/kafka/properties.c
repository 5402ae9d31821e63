/*
 * properties.c: two readers of properties, and the choice between them (properties.h).
 */
#include "executor/kafka/properties.h"

#include <string.h>

#include <openssl/crypto.h>

#include "rezone/error.h"

/* Only Java's clients have these; librdkafka refuses a file that has one. */
static const char *const java_only[] = {
    "sasl.jaas.config",    "ssl.truststore.location",           "ssl.truststore.password",
    "ssl.truststore.type", "ssl.truststore.certificates",       "ssl.keystore.type",
    "ssl.keystore.key",    "ssl.keystore.certificate.chain",    "ssl.enabled.protocols",
    "ssl.protocol",        "sasl.login.callback.handler.class",
};

void
rz_property_free(RzProperty *property)
{
    if (property == NULL)
        return;
    g_free(property->key);
    rz_secret_free(property->value);
    g_free(property->where);
    g_free(property);
}

static RzProperty *
property_new(const char *key, const char *value, const char *where)
{
    RzProperty *property = g_new0(RzProperty, 1);
    property->key = g_strdup(key);
    property->value = rz_secret_dup(value);
    property->where = g_strdup(where);
    return property;
}

static bool
fail(const char *where, const char *why, GError **error)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: %s", where, why);
    return false;
}

/* ---- librdkafka's dialect ---- */

RzProperty *
rz_property_parse(const char *assignment, const char *where, GError **error)
{
    const char *equals = strchr(assignment, '=');
    g_autofree char *key =
        equals == NULL ? g_strdup("") : g_strndup(assignment, (gsize)(equals - assignment));
    if (*g_strstrip(key) == '\0') {
        fail(where, "expected key=value", error);
        return NULL;
    }
    RzSecret *value = g_strstrip(g_strdup(equals + 1));
    RzProperty *property = property_new(key, value, where);
    rz_secret_free(value);
    return property;
}

/* ---- Java's dialect ---- */

/* Where a natural line ends, and how it goes on in the next. */
typedef struct {
    const char *at;
    unsigned line; /* of what comes next, from 1 */
} Cursor;

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static bool
ends_open(const GString *line)
{
    gsize n = 0;
    while (n < line->len && line->str[line->len - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

/* Appends one natural line without its end and its leading blanks. */
static void
take_line(Cursor *cursor, GString *line)
{
    while (is_blank(*cursor->at))
        cursor->at++;
    size_t n = strcspn(cursor->at, "\r\n");
    g_string_append_len(line, cursor->at, (gssize)n);
    cursor->at += n;
    if (cursor->at[0] == '\r' && cursor->at[1] == '\n')
        cursor->at++;
    if (*cursor->at != '\0')
        cursor->at++;
    cursor->line++;
}

static bool
is_comment(const GString *line)
{
    return line->len == 0 || line->str[0] == '#' || line->str[0] == '!';
}

/* A logical line: natural lines, joined where one ends in a lone backslash. Comments do not go on.
 */
static void
take_logical_line(Cursor *cursor, GString *line)
{
    OPENSSL_cleanse(line->str, line->len);
    g_string_truncate(line, 0);
    take_line(cursor, line);
    while (!is_comment(line) && ends_open(line)) {
        g_string_truncate(line, line->len - 1);
        if (*cursor->at == '\0')
            break;
        take_line(cursor, line);
    }
}

/* What stands behind a backslash at @at; returns how many characters that was, 0 if malformed. */
static size_t
unescape(const char *at, GString *out)
{
    static const char names[] = "tnrf", means[] = "\t\n\r\f";
    gunichar code = 0;
    const char *name = *at == '\0' ? NULL : strchr(names, *at);
    if (name != NULL) {
        g_string_append_c(out, means[name - names]);
        return 1;
    }
    if (*at != 'u') {
        g_string_append_c(out, *at);
        return 1;
    }
    for (unsigned i = 1; i <= 4; i++) {
        if (!g_ascii_isxdigit(at[i]))
            return 0;
        code = code * 16 + (gunichar)g_ascii_xdigit_value(at[i]);
    }
    if (code == 0 || !g_unichar_validate(code))
        return 0;
    g_string_append_unichar(out, code);
    return 5;
}

/* Copies up to an unescaped character of @stops. False: a malformed escape. */
static bool
copy_unescaped(const char **at, const char *stops, GString *out)
{
    while (**at != '\0' && strchr(stops, **at) == NULL) {
        if (**at != '\\') {
            g_string_append_c(out, *(*at)++);
            continue;
        }
        size_t n = (*at)[1] == '\0' ? 0 : unescape(*at + 1, out);
        if (n == 0)
            return false;
        *at += n + 1;
    }
    return true;
}

static bool
split_java_line(const char *at, GString *key, GString *value)
{
    if (!copy_unescaped(&at, "=: \t\f", key))
        return false;
    while (is_blank(*at))
        at++;
    if (*at == '=' || *at == ':')
        at++;
    while (is_blank(*at))
        at++;
    return copy_unescaped(&at, "", value);
}

/* Strings that held secrets, with room so that they need not grow. */
static void
free_cleared(GString *text)
{
    OPENSSL_cleanse(text->str, text->allocated_len);
    g_string_free(text, TRUE);
}

static RzProperty *
parse_java_line(const GString *line, const char *where, GError **error)
{
    GString *key = g_string_sized_new(line->len + 8);
    GString *value = g_string_sized_new(line->len + 8);
    RzProperty *property = NULL;
    if (!split_java_line(line->str, key, value))
        fail(where, "a malformed escape behind a backslash", error);
    else if (key->len == 0)
        fail(where, "expected key=value", error);
    else
        property = property_new(key->str, value->str, where);
    free_cleared(key);
    free_cleared(value);
    return property;
}

/* ---- files ---- */

/* Reads with @java's rules or without. */
static GPtrArray *
read_lines(const char *text, const char *name, bool java, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)rz_property_free);
    GString *line = g_string_sized_new(strlen(text) + 1);
    Cursor cursor = {text, 1};
    bool ok = true;
    while (ok && *cursor.at != '\0') {
        g_autofree char *where = g_strdup_printf("%s:%u", name, cursor.line);
        if (java) {
            take_logical_line(&cursor, line);
        } else {
            g_string_truncate(line, 0);
            take_line(&cursor, line);
        }
        if (is_comment(line))
            continue;
        RzProperty *property =
            java ? parse_java_line(line, where, error) : rz_property_parse(line->str, where, error);
        ok = property != NULL;
        if (ok)
            g_ptr_array_add(list, property);
    }
    free_cleared(line);
    return ok ? g_steal_pointer(&list) : NULL;
}

static bool
names_java(const GPtrArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        const RzProperty *property = g_ptr_array_index(list, i);
        for (gsize j = 0; j < G_N_ELEMENTS(java_only); j++)
            if (strcmp(property->key, java_only[j]) == 0)
                return true;
    }
    return false;
}

GPtrArray *
rz_properties_read(const char *text, const char *name, GError **error)
{
    if (!g_utf8_validate(text, -1, NULL)) {
        fail(name, "not UTF-8", error);
        return NULL;
    }
    g_autoptr(GPtrArray) plain = read_lines(text, name, false, NULL);
    g_autoptr(GPtrArray) java = read_lines(text, name, true, NULL);
    bool is_java = (plain != NULL && names_java(plain)) || (java != NULL && names_java(java));
    GPtrArray **chosen = is_java ? &java : &plain;
    return *chosen != NULL ? g_steal_pointer(chosen) : read_lines(text, name, is_java, error);
}
