/*
 * plan_facts.c: sums over a plan's moves.
 */
#include "planner/plan_facts.h"

bool
rz_plan_list_has(const int32_t *ids, uint16_t n, int32_t id)
{
    for (uint16_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static void
count_incoming(const RzPlan *plan, const RzMove *move, GHashTable *incoming)
{
    for (uint16_t i = 0; i < move->n_to; i++) {
        int32_t id = rz_move_to(plan, move)[i];
        if (rz_plan_list_has(rz_move_from(plan, move), move->n_from, id))
            continue;
        RzWide *bytes = g_hash_table_lookup(incoming, GINT_TO_POINTER(id));
        if (bytes == NULL) {
            bytes = g_new0(RzWide, 1);
            g_hash_table_insert(incoming, GINT_TO_POINTER(id), bytes);
        }
        *bytes += move->size_bytes;
    }
}

RzWide
rz_plan_busiest_receiver(const RzPlan *plan, int32_t *broker_id)
{
    g_autoptr(GHashTable) incoming =
        g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    for (uint32_t i = 0; i < plan->n_moves; i++)
        count_incoming(plan, &plan->moves[i], incoming);
    RzWide most = 0;
    *broker_id = -1;
    GHashTableIter iter;
    void *key = NULL, *value = NULL;
    g_hash_table_iter_init(&iter, incoming);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        RzWide bytes = *(RzWide *)value;
        int32_t id = GPOINTER_TO_INT(key);
        /* The lower id among equals: a hash table's order must not show. */
        if (bytes > most || (bytes == most && bytes > 0 && id < *broker_id)) {
            most = bytes;
            *broker_id = id;
        }
    }
    return most;
}

int64_t
rz_copy_time_ms(RzWide bytes, int64_t bytes_per_s)
{
    return bytes_per_s > 0 ? (int64_t)((double)bytes / (double)bytes_per_s * 1000) : -1;
}
