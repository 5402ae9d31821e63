/*
 * throttle_keys.c: editing throttled-replica lists without disturbing what is already in them.
 */
#include "executor/throttle_keys.h"

#include <string.h>

static GHashTable *
entry_set(const char *value)
{
    GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) parts = g_strsplit(value != NULL ? value : "", ",", -1);
    for (char **part = parts; *part != NULL; part++) {
        char *text = g_strstrip(*part);
        if (*text != '\0')
            g_hash_table_add(set, g_strdup(text));
    }
    return set;
}

static char *
entry_text(RzThrottleEntry entry)
{
    return g_strdup_printf("%d:%d", entry.partition, entry.broker);
}

bool
rz_throttle_list_is_all(const char *value)
{
    if (value == NULL)
        return false;
    g_autoptr(GHashTable) set = entry_set(value);
    return g_hash_table_contains(set, "*") || g_hash_table_contains(set, "*:*");
}

bool
rz_throttle_list_has(const char *value, RzThrottleEntry entry)
{
    g_autoptr(GHashTable) set = entry_set(value);
    g_autofree char *text = entry_text(entry);
    return g_hash_table_contains(set, text);
}

static void
append_entry(GString *list, const char *text)
{
    if (list->len > 0)
        g_string_append_c(list, ',');
    g_string_append(list, text);
}

char *
rz_throttle_list_edit(const char *value, const RzThrottleEntry *remove, gsize n_remove,
                      const RzThrottleEntry *add, gsize n_add)
{
    g_autoptr(GHashTable) removed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) present = entry_set(value);
    for (gsize i = 0; i < n_remove; i++) {
        char *text = entry_text(remove[i]);
        g_hash_table_remove(present, text);
        g_hash_table_add(removed, text);
    }
    GString *list = g_string_new(NULL);
    g_auto(GStrv) parts = g_strsplit(value != NULL ? value : "", ",", -1);
    for (char **part = parts; *part != NULL; part++) {
        char *text = g_strstrip(*part);
        if (*text != '\0' && !g_hash_table_contains(removed, text))
            append_entry(list, text);
    }
    for (gsize i = 0; i < n_add; i++) {
        char *text = entry_text(add[i]);
        if (!g_hash_table_contains(present, text))
            append_entry(list, text);
        g_hash_table_add(present, text);
    }
    return g_string_free(list, FALSE);
}

static bool
parse_entry(const char *text, RzThrottleEntry *entry)
{
    g_auto(GStrv) halves = g_strsplit(text, ":", 3);
    gint64 partition, broker;
    if (g_strv_length(halves) != 2 ||
        !g_ascii_string_to_signed(halves[0], 10, 0, INT32_MAX, &partition, NULL) ||
        !g_ascii_string_to_signed(halves[1], 10, 0, INT32_MAX, &broker, NULL))
        return false;
    *entry = (RzThrottleEntry){(int32_t)partition, (int32_t)broker};
    return true;
}

GArray *
rz_throttle_list_ours(const char *value, const char *prior, RzThrottleOurs ours, const void *data)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(RzThrottleEntry));
    g_autoptr(GHashTable) before = entry_set(prior);
    g_auto(GStrv) items = g_strsplit(value != NULL ? value : "", ",", -1);
    for (char **item = items; *item != NULL; item++) {
        RzThrottleEntry entry;
        const char *text = g_strstrip(*item);
        if (!g_hash_table_contains(before, text) && parse_entry(text, &entry) && ours(entry, data))
            g_array_append_val(entries, entry);
    }
    return entries;
}

bool
rz_throttle_list_same(const char *a, const char *b)
{
    g_autoptr(GHashTable) one = entry_set(a);
    g_autoptr(GHashTable) other = entry_set(b);
    if (g_hash_table_size(one) != g_hash_table_size(other))
        return false;
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, one);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (!g_hash_table_contains(other, key))
            return false;
    return true;
}
