/*
 * enumerate.c: see enumerate.h.
 */
#include "property/enumerate.h"

#define MOST_PLACEMENTS 20000
#define MOST_SETS (1 << SMALL_BROKERS)

typedef struct {
    const Small *small;
    const SmallLimits *limits;
    uint32_t sets[SMALL_PARTITIONS][MOST_SETS], n_sets[SMALL_PARTITIONS];
    int64_t load[SMALL_BROKERS];
    RzWide bytes, moves;
    SmallBest best;
} Search;

bool
small_is_eligible(const Small *small, uint32_t b)
{
    const SmallBroker *broker = &small->brokers[b];
    return !broker->dead && !broker->drained &&
           (broker->zone != SMALL_NO_ZONE || small->zoneless_too);
}

bool
small_is_covered(const Small *small, uint32_t p)
{
    return !small->only_t1 || small->partitions[p].topic == 1;
}

uint32_t
small_wanted_rf(const Small *small, uint32_t p)
{
    return small->target_rf > 0 ? small->target_rf : small->partitions[p].n_replicas;
}

static uint32_t
zone_of(const Small *small, uint32_t b)
{
    return small->brokers[b].zone == SMALL_NO_ZONE ? 7 : small->brokers[b].zone;
}

bool
small_ranges(const Small *small, uint32_t rf, uint32_t lo[8], uint32_t hi[8])
{
    uint32_t usable[8] = {0}, level = 0, room = 0, least = 0, most = 0;
    for (uint32_t b = 0; b < small->n_brokers; b++)
        usable[zone_of(small, b)] += small_is_eligible(small, b);
    while (room < rf && level < SMALL_BROKERS) {
        level++;
        room = 0;
        for (uint32_t z = 0; z < 8; z++)
            room += MIN(usable[z], level);
    }
    for (uint32_t z = 0; z < 8; z++) {
        lo[z] = small->spread_min > 0 ? (usable[z] > 0 ? small->spread_min : 0)
                                      : MIN(usable[z], level - 1);
        hi[z] = small->spread_min > 0 ? usable[z] : MIN(usable[z], level);
        if (lo[z] > hi[z])
            return false;
        least += lo[z];
        most += hi[z];
    }
    return least <= rf && rf <= most;
}

bool
small_limits(const Small *small, SmallLimits limits[SMALL_BROKERS])
{
    bool any = false;
    for (uint32_t b = 0; b < small->n_brokers; b++) {
        const SmallBroker *broker = &small->brokers[b];
        any = any || broker->has_box;
        limits[b] = broker->has_box ? (SmallLimits){broker->lo, broker->hi}
                                    : (SmallLimits){0, small->n_partitions};
    }
    return any;
}

static bool
set_is_allowed(const Small *small, uint32_t set, uint32_t rf, const uint32_t *lo,
               const uint32_t *hi)
{
    uint32_t count[8] = {0}, n = 0;
    for (uint32_t b = 0; b < small->n_brokers; b++) {
        if ((set >> b & 1) == 0)
            continue;
        if (!small_is_eligible(small, b))
            return false;
        count[zone_of(small, b)]++;
        n++;
    }
    for (uint32_t z = 0; z < 8; z++)
        if (count[z] < lo[z] || count[z] > hi[z])
            return false;
    return n == rf;
}

static void
list_sets(Search *search, uint32_t p)
{
    const Small *small = search->small;
    uint32_t lo[8], hi[8], rf = small_wanted_rf(small, p);
    if (!small_ranges(small, rf, lo, hi))
        return;
    for (uint32_t set = 0; set < 1u << small->n_brokers; set++)
        if (set_is_allowed(small, set, rf, lo, hi))
            search->sets[p][search->n_sets[p]++] = set;
}

static uint32_t
current_set(const SmallPartition *partition)
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < partition->n_replicas; i++)
        set |= 1u << partition->replicas[i];
    return set;
}

static void
judge(Search *search)
{
    RzWide squares = 0;
    for (uint32_t b = 0; b < search->small->n_brokers; b++) {
        if (!small_is_eligible(search->small, b))
            continue;
        const SmallLimits *limits = search->limits == NULL ? NULL : &search->limits[b];
        if (limits != NULL && (search->load[b] < limits->lo || search->load[b] > limits->hi))
            return;
        squares += (RzWide)search->load[b] * search->load[b];
    }
    const RzWide own[] = {search->limits == NULL ? squares : 0, search->bytes, search->moves};
    const SmallBest *best = &search->best;
    const RzWide other[] = {search->limits == NULL ? best->squares : 0, best->bytes, best->moves};
    for (int i = 0; best->feasible && i < 3; i++) {
        if (own[i] > other[i])
            return;
        if (own[i] < other[i])
            break;
    }
    search->best = (SmallBest){false, true, squares, search->bytes, search->moves};
}

static void
place(Search *search, uint32_t p, uint32_t set, int sign)
{
    const SmallPartition *partition = &search->small->partitions[p];
    uint32_t current = current_set(partition);
    for (uint32_t b = 0; b < search->small->n_brokers; b++) {
        if ((set >> b & 1) == 0)
            continue;
        bool is_new = (current >> b & 1) == 0;
        search->load[b] += sign;
        search->moves += is_new ? sign : 0;
        search->bytes += is_new ? (RzWide)sign * partition->size_bytes : 0;
    }
}

static void
try_from(Search *search, uint32_t p)
{
    if (p == search->small->n_partitions) {
        judge(search);
        return;
    }
    if (!small_is_covered(search->small, p)) {
        try_from(search, p + 1);
        return;
    }
    for (uint32_t i = 0; i < search->n_sets[p]; i++) {
        place(search, p, search->sets[p][i], 1);
        try_from(search, p + 1);
        place(search, p, search->sets[p][i], -1);
    }
}

SmallBest
enumerate_replicas(const Small *small, const SmallLimits *limits)
{
    Search search = {.small = small, .limits = limits};
    uint64_t placements = 1;
    bool usable = false;
    for (uint32_t b = 0; b < small->n_brokers; b++)
        usable = usable || small_is_eligible(small, b);
    if (!usable)
        return search.best;
    for (uint32_t p = 0; p < small->n_partitions; p++) {
        if (!small_is_covered(small, p)) { /* what it holds stays */
            for (uint32_t i = 0; i < small->partitions[p].n_replicas; i++)
                search.load[small->partitions[p].replicas[i]]++;
            continue;
        }
        list_sets(&search, p);
        placements *= search.n_sets[p];
        if (placements > MOST_PLACEMENTS)
            return (SmallBest){.too_many = true};
    }
    try_from(&search, 0);
    return search.best;
}

/* Leaders */

typedef struct {
    const Small *small;
    const uint32_t *sets;
    int64_t led[SMALL_BROKERS];
    RzWide changes;
    bool found;
    SmallLeaders best;
} LeaderSearch;

static void
judge_leaders(LeaderSearch *search)
{
    RzWide squares = 0;
    for (uint32_t b = 0; b < search->small->n_brokers; b++)
        if (small_is_eligible(search->small, b))
            squares += (RzWide)search->led[b] * search->led[b];
    if (search->found &&
        (squares > search->best.squares ||
         (squares == search->best.squares && search->changes >= search->best.changes)))
        return;
    search->found = true;
    search->best = (SmallLeaders){squares, search->changes};
}

static void
try_leaders_from(LeaderSearch *search, uint32_t p)
{
    const Small *small = search->small;
    if (p == small->n_partitions) {
        judge_leaders(search);
        return;
    }
    uint32_t first = small->partitions[p].replicas[0];
    uint32_t set = small_is_covered(small, p) ? search->sets[p] : 1u << first;
    for (uint32_t b = 0; b < small->n_brokers; b++) {
        if ((set >> b & 1) == 0)
            continue;
        search->led[b]++;
        search->changes += b != first;
        try_leaders_from(search, p + 1);
        search->changes -= b != first;
        search->led[b]--;
    }
}

SmallLeaders
enumerate_leaders(const Small *small, const uint32_t *sets)
{
    LeaderSearch search = {.small = small, .sets = sets};
    try_leaders_from(&search, 0);
    if (!small->keep_leaders)
        return search.best;
    search.best.changes = 0; /* only those who cannot stay */
    for (uint32_t p = 0; p < small->n_partitions; p++)
        search.best.changes +=
            small_is_covered(small, p) && (sets[p] >> small->partitions[p].replicas[0] & 1) == 0;
    return search.best;
}
