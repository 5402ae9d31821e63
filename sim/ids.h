/*
 * ids.h: short lists of broker ids, owned, with the operations that controllers do on them.
 *
 * Replica lists have a handful of entries, so every look-up is a scan.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef struct {
    int32_t *ids;
    uint32_t n;
} RzIds;

RzIds rz_ids_new(const int32_t *ids, uint32_t n);
static inline RzIds
rz_ids_copy(RzIds list)
{
    return rz_ids_new(list.ids, list.n);
}
void rz_ids_clear(RzIds *list);
void rz_ids_replace(RzIds *list, RzIds with); /* takes @with */
void rz_ids_append(RzIds *list, int32_t id);
bool rz_ids_contain(RzIds list, int32_t id);
bool rz_ids_contain_all(RzIds list, RzIds wanted);
bool rz_ids_equal(RzIds a, RzIds b);
/* Those of @a that are not in @b, in the order of @a. */
RzIds rz_ids_without(RzIds a, RzIds b);
void rz_ids_sort(RzIds *list);
bool rz_ids_have_duplicate(RzIds list, int32_t *duplicate);
char *rz_ids_text(RzIds list); /* (transfer full): "1,2,3" */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RzIds, rz_ids_clear)
