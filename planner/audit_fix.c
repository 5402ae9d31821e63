/*
 * audit_fix.c: the smallest change after which no single zone's loss stops a partition.
 *
 * With r replicas and min.insync.replicas m a partition survives the loss of any zone iff no zone
 * holds more than r - m of them. The even spread keeps the fullest zone lowest, so r replicas can
 * be safe at all iff the even spread of r is, and the least such r is the smallest change in
 * copies. Over two zones that is r = 2m: three replicas with min.insync.replicas 2 are never safe
 * there, four as 2+2 are.
 */
#include "planner/audit.h"

#include "planner/spread.h"
#include "planner/wide.h"

typedef struct {
    RzAudit *audit;
    RzEligible *eligible;
    uint32_t n_brokers, n_zones; /* usable ones; zones that have one */
    GArray *groups;              /* RzUnsafeGroup */
    uint32_t *in_zone;           /* per zone: scratch */
    GArray *last_topic;          /* uint32_t, per group: the topic counted last */
} FixSearch;

/* The fullest zone of the even spread of @rf replicas, or 0 if they do not fit. */
static uint32_t
fullest_zone(const FixSearch *search, uint32_t rf, char **layout)
{
    uint32_t n_zones = search->eligible->n_zones;
    g_autofree RzRange *ranges = g_new0(RzRange, n_zones);
    if (!rz_spread_ranges(search->eligible->brokers, n_zones, rf, 0, ranges))
        return 0;
    uint32_t fullest = 0, least = 0;
    for (uint32_t z = 0; z < n_zones; z++)
        least += ranges[z].lo;
    GString *text = g_string_new(NULL);
    for (uint32_t z = 0; z < n_zones; z++) {
        bool extra = ranges[z].hi > ranges[z].lo && least < rf;
        uint32_t count = ranges[z].lo + (extra ? 1 : 0);
        least += extra;
        fullest = MAX(fullest, count);
        if (search->eligible->brokers[z] > 0)
            g_string_append_printf(text, "%s%u", text->len > 0 ? "+" : "", count);
    }
    char *joined = g_string_free(text, FALSE);
    if (layout != NULL)
        *layout = joined;
    else
        g_free(joined);
    return fullest;
}

static bool
can_be_safe(const FixSearch *search, uint32_t rf, uint32_t min_insync)
{
    uint32_t fullest = fullest_zone(search, rf, NULL);
    return fullest > 0 && fullest + min_insync <= rf;
}

/* The replicas too many in some zone for @rf and @min_insync. */
static uint32_t
count_surplus(FixSearch *search, const RzPartition *partition, uint32_t rf, uint32_t min_insync)
{
    const RzSnapshot *s = search->audit->snapshot;
    const uint32_t *replicas = s->replicas + partition->first_replica;
    uint32_t surplus = 0, allowed = rf > min_insync ? rf - min_insync : 0;
    for (uint32_t i = 0; i < partition->n_replicas; i++) {
        uint32_t zone = s->brokers[replicas[i]].zone;
        if (zone != RZ_NONE && ++search->in_zone[zone] > allowed)
            surplus++;
    }
    for (uint32_t i = 0; i < partition->n_replicas; i++) {
        uint32_t zone = s->brokers[replicas[i]].zone;
        if (zone != RZ_NONE)
            search->in_zone[zone] = 0;
    }
    return surplus;
}

/* Whether a single zone's loss stops the partition as it is now: only in-sync replicas count. */
static bool
is_unsafe(FixSearch *search, const RzPartition *partition, uint32_t min_insync)
{
    const RzSnapshot *s = search->audit->snapshot;
    const uint32_t *isr = s->isr + partition->first_isr;
    uint32_t live = 0, fullest = 0;
    for (uint32_t i = 0; i < partition->n_isr; i++) {
        const RzBroker *broker = &s->brokers[isr[i]];
        live += broker->alive;
        if (!broker->alive || broker->zone == RZ_NONE)
            continue;
        uint32_t count = ++search->in_zone[broker->zone];
        fullest = MAX(fullest, count);
    }
    for (uint32_t i = 0; i < partition->n_isr; i++) {
        if (s->brokers[isr[i]].zone != RZ_NONE)
            search->in_zone[s->brokers[isr[i]].zone] = 0;
    }
    return live - fullest < min_insync && s->n_zones > 0;
}

static RzFix
choose_fix(FixSearch *search, const RzPartition *partition, uint32_t min_insync, uint32_t *rf)
{
    *rf = partition->n_replicas;
    if (*rf >= min_insync && count_surplus(search, partition, *rf, min_insync) == 0)
        return RZ_FIX_SYNC;
    if (can_be_safe(search, *rf, min_insync))
        return RZ_FIX_SPREAD;
    for (uint32_t more = *rf + 1; more <= search->n_brokers; more++) {
        if (can_be_safe(search, more, min_insync)) {
            *rf = more;
            return RZ_FIX_RF;
        }
    }
    return RZ_FIX_NONE;
}

static RzUnsafeGroup *
find_group(FixSearch *search, RzFix fix, uint32_t rf, uint32_t min_insync, guint *index)
{
    for (guint g = 0; g < search->groups->len; g++) {
        RzUnsafeGroup *group = &g_array_index(search->groups, RzUnsafeGroup, g);
        if (group->fix == fix && group->rf == (int32_t)rf &&
            group->min_insync_replicas == (int32_t)min_insync) {
            *index = g;
            return group;
        }
    }
    RzUnsafeGroup fresh = {
        .fix = fix,
        .rf = (int32_t)rf,
        .min_insync_replicas = (int32_t)min_insync,
        .internal = g_ptr_array_new(),
    };
    uint32_t none = RZ_NONE;
    *index = search->groups->len;
    g_array_append_val(search->groups, fresh);
    g_array_append_val(search->last_topic, none);
    return &g_array_index(search->groups, RzUnsafeGroup, *index);
}

static void
add_to_group(FixSearch *search, const RzPartition *partition, uint32_t min_insync)
{
    uint32_t new_rf;
    guint index;
    RzFix fix = choose_fix(search, partition, min_insync, &new_rf);
    RzUnsafeGroup *group = find_group(search, fix, partition->n_replicas, min_insync, &index);
    uint32_t *last = &g_array_index(search->last_topic, uint32_t, index);
    if (*last != partition->topic) {
        const char *name = search->audit->snapshot->topics[partition->topic].name;
        *last = partition->topic;
        group->topics++;
        if (rz_topic_is_internal(name))
            g_ptr_array_add(group->internal, (gpointer)(uintptr_t)name);
    }
    group->partitions++;
    group->bytes += partition->size_bytes;
    if (fix != RZ_FIX_SPREAD && fix != RZ_FIX_RF)
        return;
    uint32_t copies =
        new_rf - partition->n_replicas + count_surplus(search, partition, new_rf, min_insync);
    group->new_rf = (int32_t)new_rf;
    group->new_replicas += copies;
    group->new_bytes += (RzWide)copies * partition->size_bytes;
}

/* Words */

static void
append_fix(GString *text, const RzUnsafeGroup *group, const FixSearch *search)
{
    g_autofree char *bytes = rz_wide_to_words(group->new_bytes);
    switch (group->fix) {
    case RZ_FIX_SYNC:
        g_string_append(text, "They are placed well, but not in sync; bring back their missing "
                              "replicas.");
        break;
    case RZ_FIX_SPREAD:
        g_string_append_printf(text,
                               "The same replicas as %s survive the loss of any zone: at least "
                               "%" G_GINT64_FORMAT " to copy, %s bytes.",
                               group->layout, group->new_replicas, bytes);
        break;
    case RZ_FIX_RF:
        g_string_append_printf(
            text,
            "%d over %u zones cannot survive the loss of any, however placed; "
            "%d as %s can: at least %" G_GINT64_FORMAT " to copy, %s bytes (--target-rf).",
            group->rf, search->n_zones, group->new_rf, group->layout, group->new_replicas, bytes);
        if (group->alternative_min > 0)
            g_string_append_printf(text,
                                   " Or, with fewer copies of each acknowledged record: "
                                   "min.insync.replicas %d and an even spread.",
                                   group->alternative_min);
        break;
    case RZ_FIX_NONE:
        g_string_append_printf(text,
                               search->n_zones < 2
                                   ? "No placement survives the loss of the only zone; add one."
                                   : "No placement on these %u brokers does; add brokers.",
                               search->n_brokers);
        break;
    }
}

static const char *
plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

static char *
group_text(const RzUnsafeGroup *group, const FixSearch *search)
{
    g_autofree char *bytes = rz_wide_to_words(group->bytes);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text,
                           "%" G_GINT64_FORMAT " partition%s of %" G_GINT64_FORMAT
                           " topic%s, %s bytes, with %d replica%s and "
                           "min.insync.replicas %d: stopped by the loss of some zone. ",
                           group->partitions, plural(group->partitions), group->topics,
                           plural(group->topics), bytes, group->rf, plural(group->rf),
                           group->min_insync_replicas);
    append_fix(text, group, search);
    for (guint i = 0; i < group->internal->len; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? " Among them " : ", ",
                               (const char *)group->internal->pdata[i]);
    if (group->internal->len > 0)
        g_string_append_c(text, '.');
    return g_string_free(text, FALSE);
}

static void
finish_group(const FixSearch *search, RzUnsafeGroup *group)
{
    uint32_t rf = (uint32_t)group->rf;
    if (group->fix == RZ_FIX_SPREAD || group->fix == RZ_FIX_RF)
        fullest_zone(search, (uint32_t)group->new_rf, &group->layout);
    if (group->fix == RZ_FIX_RF) {
        uint32_t fullest = fullest_zone(search, rf, NULL);
        if (fullest > 0 && fullest < rf)
            group->alternative_min = (int32_t)(rf - fullest);
    }
    group->text = group_text(group, search);
}

static int
compare_groups(gconstpointer a, gconstpointer b)
{
    const RzUnsafeGroup *left = a, *right = b;
    if (left->rf != right->rf)
        return left->rf < right->rf ? -1 : 1;
    if (left->min_insync_replicas != right->min_insync_replicas)
        return left->min_insync_replicas < right->min_insync_replicas ? -1 : 1;
    return (int)left->fix - (int)right->fix;
}

void
rz_audit_find_fixes(RzAudit *audit, const RzPolicy *policy)
{
    const RzSnapshot *s = audit->snapshot;
    g_autoptr(RzEligible) eligible = rz_eligible_new(s, policy);
    g_autoptr(GArray) last_topic = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autofree uint32_t *in_zone = g_new0(uint32_t, MAX(s->n_zones, 1));
    GArray *groups = g_array_new(FALSE, FALSE, sizeof(RzUnsafeGroup));
    FixSearch search = {.audit = audit,
                        .eligible = eligible,
                        .groups = groups,
                        .in_zone = in_zone,
                        .last_topic = last_topic};
    for (uint32_t z = 0; z < eligible->n_zones; z++) {
        search.n_brokers += eligible->brokers[z];
        search.n_zones += eligible->brokers[z] > 0;
    }
    for (uint32_t p = 0; p < s->n_partitions; p++) {
        const RzPartition *partition = &s->partitions[p];
        int32_t min_insync = s->topics[partition->topic].min_insync_replicas;
        if (is_unsafe(&search, partition, (uint32_t)MAX(min_insync, 1)))
            add_to_group(&search, partition, (uint32_t)MAX(min_insync, 1));
    }
    for (guint g = 0; g < groups->len; g++)
        finish_group(&search, &g_array_index(groups, RzUnsafeGroup, g));
    g_array_sort(groups, compare_groups);
    audit->n_groups = groups->len;
    audit->groups = (RzUnsafeGroup *)(void *)g_array_free(groups, FALSE);
}
