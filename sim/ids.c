/*
 * ids.c: short lists of broker ids.
 */
#include "sim/ids.h"

#include <string.h>

RzIds
rz_ids_new(const int32_t *ids, uint32_t n)
{
    return (RzIds){n == 0 ? NULL : g_memdup2(ids, n * sizeof(int32_t)), n};
}

void
rz_ids_clear(RzIds *list)
{
    g_free(list->ids);
    *list = (RzIds){0};
}

void
rz_ids_replace(RzIds *list, RzIds with)
{
    rz_ids_clear(list);
    *list = with;
}

void
rz_ids_append(RzIds *list, int32_t id)
{
    list->ids = g_renew(int32_t, list->ids, list->n + 1);
    list->ids[list->n++] = id;
}

bool
rz_ids_contain(RzIds list, int32_t id)
{
    for (uint32_t i = 0; i < list.n; i++)
        if (list.ids[i] == id)
            return true;
    return false;
}

bool
rz_ids_contain_all(RzIds list, RzIds wanted)
{
    for (uint32_t i = 0; i < wanted.n; i++)
        if (!rz_ids_contain(list, wanted.ids[i]))
            return false;
    return true;
}

bool
rz_ids_equal(RzIds a, RzIds b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.ids, b.ids, a.n * sizeof(int32_t)) == 0);
}

RzIds
rz_ids_without(RzIds a, RzIds b)
{
    RzIds rest = {0};
    for (uint32_t i = 0; i < a.n; i++)
        if (!rz_ids_contain(b, a.ids[i]))
            rz_ids_append(&rest, a.ids[i]);
    return rest;
}

void
rz_ids_sort(RzIds *list)
{
    for (uint32_t i = 1; i < list->n; i++) {
        int32_t id = list->ids[i];
        uint32_t j = i;
        for (; j > 0 && list->ids[j - 1] > id; j--)
            list->ids[j] = list->ids[j - 1];
        list->ids[j] = id;
    }
}

bool
rz_ids_have_duplicate(RzIds list, int32_t *duplicate)
{
    for (uint32_t i = 1; i < list.n; i++)
        for (uint32_t j = 0; j < i; j++)
            if (list.ids[i] == list.ids[j]) {
                *duplicate = list.ids[i];
                return true;
            }
    return false;
}

char *
rz_ids_text(RzIds list)
{
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < list.n; i++)
        g_string_append_printf(text, i == 0 ? "%d" : ",%d", list.ids[i]);
    return g_string_free(text, FALSE);
}
