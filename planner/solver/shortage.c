/*
 * shortage.c: why there is no placement.
 *
 * Every figure is computed from the problem, never from the solver's state, so a message is true
 * even if the solver were wrong about where it got stuck.
 */
#include "planner/solver/shortage.h"

#include <stdarg.h>

#include "planner/solver/freedom.h"
#include "planner/wide.h"
#include "rezone/error.h"

static bool short_of(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool
short_of(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    GError *own = g_error_new_valist(RZ_ERROR, RZ_ERROR_INFEASIBLE, format, args);
    va_end(args);
    g_propagate_error(error, own);
    return false;
}

bool
rz_shortage_of_brokers(const RzProblem *problem, const RzEligible *eligible, GError **error)
{
    const RzSnapshot *snapshot = problem->snapshot;
    const GPtrArray *named = problem->policy->zones;
    for (guint i = 0; i < named->len; i++) {
        uint32_t usable = 0;
        for (uint32_t z = 0; z < snapshot->n_zones; z++)
            if (g_str_equal(snapshot->zones[z], named->pdata[i]))
                usable = eligible->brokers[z];
        if (usable == 0)
            return short_of(error,
                            "zone \"%s\" has no usable broker: start at least 1 live, undrained "
                            "broker in it, or leave it out of --zones",
                            (const char *)named->pdata[i]);
    }
    if (problem->in.n_brokers >= RZ_NO_BROKER)
        return short_of(error, "%u usable brokers are more than this planner's %u",
                        problem->in.n_brokers, RZ_NO_BROKER - 1u);
    if (problem->in.n_brokers > 0)
        return true;
    uint32_t zoneless = 0;
    for (uint32_t b = 0; b < snapshot->n_brokers; b++)
        zoneless += snapshot->brokers[b].alive && snapshot->brokers[b].zone == RZ_NONE;
    if (zoneless > 0)
        return short_of(error,
                        "no broker is usable: %u live ones have no zone; give them one with "
                        "broker.rack or --zone-map, or pass --include-zoneless",
                        zoneless);
    return short_of(error, "no broker is usable: every one is dead or drained; keep at least 1");
}

/* Says what the class's rule lacks, once it is known that it lacks something. */
static bool
explain_class(const RzProblem *problem, const RzClass *class, const char *who, GError **error)
{
    const RzInstance *in = &problem->in;
    uint64_t least = 0, most = 0;
    for (uint32_t z = 0; z < in->n_zones; z++) {
        uint32_t usable = in->zone_first[z + 1] - in->zone_first[z];
        if (class->zones[z].lo > usable)
            return short_of(error,
                            "zone \"%s\" has %u usable broker%s, but --spread min:%u wants %u "
                            "replicas of %s in it: add %u there, or use --spread min:%u",
                            rz_problem_zone_name(problem, z), usable, usable == 1 ? "" : "s",
                            class->zones[z].lo, class->zones[z].lo, who,
                            class->zones[z].lo - usable, usable);
        least += class->zones[z].lo;
        most += class->zones[z].hi;
    }
    if (most < class->rf)
        return short_of(error,
                        "%s wants %u replicas, but only %" G_GUINT64_FORMAT
                        " brokers are usable: add %" G_GUINT64_FORMAT
                        ", or lower it with --target-rf to %" G_GUINT64_FORMAT,
                        who, class->rf, most, class->rf - most, most);
    return short_of(
        error,
        "%s has %u replica%s, but --spread min:%d over %u zones needs %" G_GUINT64_FORMAT
        ": raise it with --target-rf, exclude it with --exclude-topic, or use a "
        "smaller spread",
        who, class->rf, class->rf == 1 ? "" : "s", problem->policy->spread_min, in->n_zones, least);
}

static bool
class_has_choice(const RzInstance *in, const RzClass *class)
{
    uint64_t least = 0, most = 0;
    for (uint32_t z = 0; z < in->n_zones; z++) {
        if (class->zones[z].lo > class->zones[z].hi)
            return false;
        least += class->zones[z].lo;
        most += class->zones[z].hi;
    }
    return least <= class->rf && class->rf <= most;
}

/* "topic "t" partition 3 (and 41 more partitions)" */
static char *
name_partitions(const RzProblem *problem, uint32_t class)
{
    const RzInstance *in = &problem->in;
    uint32_t first = RZ_NONE;
    for (uint32_t p = 0; p < in->n_partitions && first == RZ_NONE; p++)
        if (in->class_of[p] == class)
            first = p;
    const RzPartition *partition = &problem->snapshot->partitions[problem->partition[first]];
    const char *topic = problem->snapshot->topics[partition->topic].name;
    int64_t others = in->classes[class].n_partitions - 1;
    if (others == 0)
        return g_strdup_printf("topic \"%s\" partition %d", topic, partition->number);
    return g_strdup_printf("topic \"%s\" partition %d (like %" G_GINT64_FORMAT " more)", topic,
                           partition->number, others);
}

bool
rz_shortage_of_choices(const RzProblem *problem, GError **error)
{
    const RzInstance *in = &problem->in;
    for (uint32_t c = 0; c < in->n_classes; c++) {
        if (class_has_choice(in, &in->classes[c]))
            continue;
        g_autofree char *who = name_partitions(problem, c);
        return explain_class(problem, &in->classes[c], who, error);
    }
    return true;
}

/*
 * The fewest replicas that a partition of @class can have on the brokers of @inside. With
 * k_z replicas in zone z at least k_z minus the zone's other brokers are inside, so replicas go
 * first where the outside has room.
 */
static int64_t
fewest_inside(const RzInstance *in, const RzClass *class, const bool *inside)
{
    int64_t forced = 0, left = class->rf, free_room = 0;
    for (uint32_t z = 0; z < in->n_zones; z++) {
        int64_t outside = 0, lo = class->zones[z].lo, hi = class->zones[z].hi;
        for (uint32_t b = in->zone_first[z]; b < in->zone_first[z + 1]; b++)
            outside += !inside[b];
        forced += MAX(lo - outside, 0);
        left -= lo;
        free_room += MAX(MIN(hi, outside) - lo, 0);
    }
    return forced + MAX(left - free_room, 0);
}

bool
rz_shortage_beside_fixed(const RzProblem *problem, GError **error)
{
    const RzInstance *in = &problem->in;
    for (uint32_t b = 0; in->box_hi != NULL && b < in->n_brokers; b++) {
        if (in->box_hi[b] >= in->fixed[b])
            continue;
        return short_of(error,
                        "broker %d may hold %" G_GINT64_FORMAT " replica%s, but %" G_GINT64_FORMAT
                        " of topics that the plan leaves alone stay there: raise its limit by "
                        "%" G_GINT64_FORMAT ", or let the plan move those topics",
                        problem->snapshot->brokers[problem->broker[b]].id, in->box_hi[b],
                        in->box_hi[b] == 1 ? "" : "s", in->fixed[b], in->fixed[b] - in->box_hi[b]);
    }
    return true;
}

static char *
name_brokers(const RzProblem *problem, const bool *set, bool member)
{
    GString *text = g_string_new(NULL);
    uint32_t n = 0;
    for (uint32_t b = 0; b < problem->in.n_brokers; b++)
        if (set[b] == member)
            g_string_append_printf(text, "%s%d", n++ > 0 ? "," : "",
                                   problem->snapshot->brokers[problem->broker[b]].id);
    g_string_prepend(text, n == 1 ? "broker " : "brokers ");
    return g_string_free(text, FALSE);
}

void
rz_shortage_in_limits(const RzProblem *problem, const int64_t *lo, const int64_t *hi,
                      const bool *unmet, GError **error)
{
    const RzInstance *in = &problem->in;
    RzWide forced = 0, upper = 0, possible = 0, lower = 0;
    for (uint32_t c = 0; c < in->n_classes; c++) {
        const RzClass *class = &in->classes[c];
        forced += (RzWide) class->n_partitions * fewest_inside(in, class, unmet);
        possible += (RzWide) class->n_partitions * (class->rf - fewest_inside(in, class, unmet));
    }
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        if (unmet[b]) {
            forced += in->fixed[b];
            upper += hi[b] + in->fixed[b];
        } else {
            possible += in->fixed[b];
            lower += lo[b] + in->fixed[b];
        }
    }
    bool over = forced > upper;
    g_assert(over || possible < lower);
    g_autofree char *who = name_brokers(problem, unmet, over);
    int64_t limit = (int64_t)(over ? upper : lower), reach = (int64_t)(over ? forced : possible);
    if (over)
        short_of(error,
                 "%s may hold %" G_GINT64_FORMAT
                 " replica%s, but the zone rules force %" G_GINT64_FORMAT
                 " there: %" G_GINT64_FORMAT " too many; raise their limits by that in sum",
                 who, limit, limit == 1 ? "" : "s", reach, reach - limit);
    else
        short_of(error,
                 "%s must hold %" G_GINT64_FORMAT " replica%s, but only %" G_GINT64_FORMAT
                 " can be placed there: lower their limits by %" G_GINT64_FORMAT " in sum",
                 who, limit, limit == 1 ? "" : "s", reach, limit - reach);
}

/* Says how far the fullest broker is over, and what all brokers together could hold: the bound that
 * no placement gets around. */
static bool
explain_room(const RzProblem *problem, uint32_t worst, RzWide needs, RzWide total, RzWide room,
             GError **error)
{
    const RzInstance *in = &problem->in;
    g_autofree char *need_text = rz_wide_to_words(needs);
    g_autofree char *room_text = rz_wide_to_words(in->room_bytes[worst]);
    g_autofree char *over_text = rz_wide_to_words(needs - in->room_bytes[worst]);
    return short_of(
        error,
        "broker %d would hold %s bytes, but has room for %s with %d %% of its disks kept "
        "free: %s too many. %s; free that much there, add a broker in zone %s, or lower "
        "--disk-reserve",
        problem->snapshot->brokers[problem->broker[worst]].id, need_text, room_text,
        problem->policy->disk_reserve_percent, over_text,
        total > room ? "All usable brokers together are too small"
                     : "Finding a placement that fits is bin packing, and none was found",
        rz_problem_zone_name(problem, in->zone[worst]));
}

bool
rz_shortage_of_room(const RzProblem *problem, const RzSolution *solution, GError **error)
{
    const RzInstance *in = &problem->in;
    g_autofree RzWide *bytes = g_new0(RzWide, in->n_brokers);
    RzWide total = 0, room = 0, most_over = 0;
    uint32_t worst = RZ_NONE;
    rz_freedom_count_bytes(in, solution, bytes);
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        total += bytes[b];
        room += in->room_bytes[b] < 0 ? bytes[b] : in->room_bytes[b];
        if (in->room_bytes[b] < 0 || bytes[b] - in->room_bytes[b] <= most_over)
            continue;
        most_over = bytes[b] - in->room_bytes[b];
        worst = b;
    }
    return worst == RZ_NONE || explain_room(problem, worst, bytes[worst], total, room, error);
}
