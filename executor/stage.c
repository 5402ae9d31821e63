/*
 * stage.c: which lists a staged partition passes.
 *
 * With one such zone Z the only step adds Z's first new replica, in front, to the original list,
 * together with new replicas of other zones, which have nothing to gain from waiting. Original
 * replicas leave with the last step only: until then no protection is lost, and the way back copies
 * nothing. Several such zones take turns: all their first replicas cross with the first step, then
 * each leads in turn while the others of its zone are copied. The zone of the final leader comes
 * last, which saves a change of leaders. Disks never hold more than in one go, because there, too,
 * old replicas stay until the end.
 */
#include "executor/stage.h"

#include "executor/part_table.h"

typedef struct {
    const char *zone;
    int32_t first;  /* the new replica that crosses */
    uint32_t count; /* new replicas in all */
} StagedZone;

static bool
is_new(const RzStageAsk *ask, int32_t id)
{
    return !rz_list_has(ask->from, ask->n_from, id);
}

static bool
had_some(const RzStageAsk *ask, const char *zone)
{
    for (uint16_t i = 0; i < ask->n_from; i++)
        if (g_strcmp0(ask->zone_of(ask->from[i], ask->data), zone) == 0)
            return true;
    return false;
}

static StagedZone *
find_zone(GArray *zones, const char *zone)
{
    for (guint i = 0; i < zones->len; i++)
        if (g_strcmp0(g_array_index(zones, StagedZone, i).zone, zone) == 0)
            return &g_array_index(zones, StagedZone, i);
    return NULL;
}

/* Zones that gain two or more and had none, that of the final leader last. */
static GArray *
staged_zones(const RzStageAsk *ask)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(StagedZone));
    GArray *staged = g_array_new(FALSE, FALSE, sizeof(StagedZone));
    for (uint16_t i = 0; i < ask->n_to; i++) {
        const char *zone = ask->zone_of(ask->to[i], ask->data);
        if (zone == NULL || !is_new(ask, ask->to[i]) || had_some(ask, zone))
            continue;
        StagedZone *known = find_zone(all, zone);
        StagedZone added = {zone, ask->to[i], 1};
        if (known != NULL)
            known->count++;
        else
            g_array_append_val(all, added);
    }
    for (guint pass = 0; pass < 2; pass++)
        for (guint i = 0; i < all->len; i++) {
            const StagedZone *zone = &g_array_index(all, StagedZone, i);
            if (zone->count >= 2 && (zone->first == ask->to[0]) == (pass == 1))
                g_array_append_val(staged, *zone);
        }
    return staged;
}

static void
append_once(GArray *list, int32_t id)
{
    if (!rz_list_has((const int32_t *)(void *)list->data, list->len, id))
        g_array_append_val(list, id);
}

/* Whether @id waits for its zone's first replica. */
static bool
waits_for(const RzStageAsk *ask, GArray *zones, int32_t id, const StagedZone **zone)
{
    *zone = is_new(ask, id) ? find_zone(zones, ask->zone_of(id, ask->data)) : NULL;
    return *zone != NULL && (*zone)->first != id;
}

/* The first list: all that cross, and all that were there. */
static GArray *
first_list(const RzStageAsk *ask, GArray *zones)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(int32_t));
    const StagedZone *zone = NULL;
    for (guint z = 0; z < zones->len; z++)
        append_once(list, g_array_index(zones, StagedZone, z).first);
    for (uint16_t i = 0; i < ask->n_from; i++)
        append_once(list, ask->from[i]);
    for (uint16_t i = 0; i < ask->n_to; i++)
        if (!waits_for(ask, zones, ask->to[i], &zone))
            append_once(list, ask->to[i]);
    return list;
}

/* The list after @before: led by the first of zone @z, with the others of the zone before it. */
static GArray *
next_list(const RzStageAsk *ask, GArray *zones, guint z, const GArray *before)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(int32_t));
    append_once(list, g_array_index(zones, StagedZone, z).first);
    for (guint i = 0; i < before->len; i++)
        append_once(list, g_array_index(before, int32_t, i));
    for (uint16_t i = 0; i < ask->n_to; i++) {
        const StagedZone *zone = NULL;
        if (waits_for(ask, zones, ask->to[i], &zone) &&
            zone == &g_array_index(zones, StagedZone, z - 1))
            append_once(list, ask->to[i]);
    }
    return list;
}

static void
add_list(RzStageSteps *steps, const GArray *list)
{
    uint16_t length = (uint16_t)list->len;
    g_array_append_vals(steps->ids, list->data, list->len);
    g_array_append_val(steps->lengths, length);
}

RzStageSteps *
rz_stage_steps(const RzStageAsk *ask)
{
    RzStageSteps *steps = g_new0(RzStageSteps, 1);
    steps->ids = g_array_new(FALSE, FALSE, sizeof(int32_t));
    steps->lengths = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    g_autoptr(GArray) zones = staged_zones(ask);
    if (zones->len == 0)
        return steps;
    g_autoptr(GArray) list = first_list(ask, zones);
    add_list(steps, list);
    for (guint z = 0; z < zones->len; z++) {
        steps->saved += g_array_index(zones, StagedZone, z).count - 1;
        if (z == 0)
            continue;
        GArray *next = next_list(ask, zones, z, list);
        g_array_unref(list);
        list = next;
        add_list(steps, list);
    }
    return steps;
}

void
rz_stage_steps_free(RzStageSteps *steps)
{
    if (steps == NULL)
        return;
    g_array_unref(steps->ids);
    g_array_unref(steps->lengths);
    g_free(steps);
}
