/*
 * check_bytes.c: no placement within the limits moves fewer bytes, nor as many in fewer moves.
 *
 * The certificate gives every broker a price. A replica weighs its broker's price, plus
 * K * size + 1 where it is new. Whatever the placement, each partition weighs at least its cheapest
 * allowed choice; and the prices of a placement's replicas come to at most price * hi over the
 * brokers with a positive price plus price * lo over the others. So
 *
 *     K * bytes + moves >= sum of the cheapest choices - sum of price * limit
 *
 * holds for every placement within the limits, and a plan for which both sides are equal is one of
 * the cheapest. K exceeds the number of brokers: a cycle of exchanges that saves a byte cannot be
 * outweighed by its moves, so bytes come first and moves second.
 *
 * With levels, placements must also be fairest; those are the ones in which every partition's
 * replicas have the least possible sum of levels, so choices are compared by level first.
 *
 * With topic balance a replica also weighs what its topic's prices say (check_topics.c), and every
 * weight has a part in squares, compared before the rest. K then exceeds the number of exchanges in
 * a cycle through topics and brokers: each of at most n brokers is followed by at most n exchanges
 * within one topic; and no more replicas can move than there are.
 *
 * The cheapest choice takes each zone's lo cheapest brokers, then the cheapest of the rest while
 * the zone's hi allows. New brokers of a zone are ordered alike for all partitions, so every zone
 * is sorted once and merged with the few brokers that a partition is on already.
 */
#include "planner/check_private.h"
#include "planner/wide.h"

#define MAX_SCALE ((RzWide)1 << 31)

/* Compared in this order. */
typedef struct {
    int64_t level, squares;
    RzWide weight;
} Weight;

typedef struct {
    RzCheck *check;
    const RzCheckLimits *limits;
    int64_t *square_prices; /* per eligible broker: of a replica of the topic at hand */
    RzWide *prices;         /* likewise */
    uint32_t *sorted;       /* eligible brokers by zone, then (level, price) */
    uint32_t *zone_first;   /* n_zones + 1, into sorted */
    uint32_t *next;         /* per zone: the next new broker in sorted */
    uint32_t *taken;        /* per zone */
    uint32_t *on;           /* per eligible broker: p + 1 when the partition is on it */
    uint32_t *current;      /* the partition's eligible current brokers not chosen yet */
    uint32_t n_current;
    RzWide scale, new_weight; /* K; K * size + 1 of the partition */
    uint32_t p;
} Cheapest;

static bool
is_less(Weight a, Weight b)
{
    if (a.level != b.level)
        return a.level < b.level;
    return a.squares != b.squares ? a.squares < b.squares : a.weight < b.weight;
}

static Weight
add(Weight a, Weight b)
{
    return (Weight){a.level + b.level, a.squares + b.squares, a.weight + b.weight};
}

static Weight
weight_of(const Cheapest *c, uint32_t b)
{
    bool is_new = c->on[b] != c->p + 1;
    return (Weight){
        .level = c->limits->level == NULL ? 0 : c->limits->level[b],
        .squares = c->square_prices[b],
        .weight = c->prices[b] + (is_new ? c->new_weight : 0),
    };
}

/* Sorting */

static int
compare_brokers(gconstpointer a, gconstpointer b, gpointer data)
{
    const Cheapest *c = data;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    uint32_t left_zone = c->check->zone[left], right_zone = c->check->zone[right];
    if (left_zone != right_zone)
        return left_zone < right_zone ? -1 : 1;
    Weight l = weight_of(c, left), r = weight_of(c, right);
    return is_less(l, r) ? -1 : is_less(r, l) ? 1 : 0;
}

static void
sort_zones(Cheapest *c)
{
    const RzCheck *check = c->check;
    for (uint32_t b = 0; b < check->n_brokers; b++)
        c->sorted[b] = b;
    g_qsort_with_data(c->sorted, (gint)check->n_brokers, sizeof *c->sorted, compare_brokers, c);
    for (uint32_t z = 0; z < check->n_zones; z++)
        c->zone_first[z + 1] = c->zone_first[z] + check->zone_size[z];
}

/* What replicas cost on each broker; of topic @row of the certificate, where topics count. */
static void
set_prices(Cheapest *c, uint32_t row)
{
    const RzCertificate *certificate = &c->check->plan->certificate;
    gsize first = (gsize)row * c->check->n_brokers;
    for (uint32_t b = 0; b < c->check->n_brokers; b++) {
        bool topics = certificate->n_topics > 0;
        c->square_prices[b] = certificate->brokers[b].square_price +
                              (topics ? certificate->square_prices[first + b] : 0);
        c->prices[b] =
            certificate->brokers[b].price + (topics ? certificate->topic_prices[first + b] : 0);
    }
    c->p = RZ_NONE - 1; /* nothing is current while sorting */
    sort_zones(c);
}

/* Choosing */

static void
begin_partition(Cheapest *c, uint32_t p)
{
    const RzSnapshot *s = c->check->snapshot;
    const RzPartition *partition = &s->partitions[p];
    c->p = p;
    c->new_weight = c->scale * partition->size_bytes + 1;
    c->n_current = 0;
    for (uint32_t i = 0; i < partition->n_replicas; i++) {
        uint32_t b = c->check->number[s->replicas[partition->first_replica + i]];
        if (b == RZ_NONE)
            continue;
        c->on[b] = p + 1;
        c->current[c->n_current++] = b;
    }
    for (uint32_t z = 0; z < c->check->n_zones; z++) {
        c->next[z] = c->zone_first[z];
        c->taken[z] = 0;
    }
}

/* The zone's cheapest broker not chosen yet; @slot: where it is in current[], or RZ_NONE: new. */
static bool
peek(Cheapest *c, uint32_t z, Weight *best, uint32_t *slot)
{
    bool found = false;
    while (c->next[z] < c->zone_first[z + 1] && c->on[c->sorted[c->next[z]]] == c->p + 1)
        c->next[z]++;
    *slot = RZ_NONE;
    if (c->next[z] < c->zone_first[z + 1]) {
        *best = weight_of(c, c->sorted[c->next[z]]);
        found = true;
    }
    for (uint32_t i = 0; i < c->n_current; i++) {
        if (c->check->zone[c->current[i]] != z)
            continue;
        Weight weight = weight_of(c, c->current[i]);
        if (found && !is_less(weight, *best))
            continue;
        *best = weight;
        *slot = i;
        found = true;
    }
    return found;
}

static void
take(Cheapest *c, uint32_t z, Weight weight, uint32_t slot, Weight *sum)
{
    *sum = add(*sum, weight);
    c->taken[z]++;
    if (slot == RZ_NONE)
        c->next[z]++;
    else
        c->current[slot] = c->current[--c->n_current];
}

static Weight
cheapest_choice(Cheapest *c, uint32_t p, uint32_t rf)
{
    const RzCheckRange *zones = c->check->classes[rf]->zones;
    Weight sum = {0}, weight = {0};
    uint32_t slot, left = rf;
    begin_partition(c, p);
    for (uint32_t z = 0; z < c->check->n_zones; z++) {
        for (; c->taken[z] < zones[z].lo && peek(c, z, &weight, &slot); left--)
            take(c, z, weight, slot, &sum);
    }
    for (; left > 0; left--) {
        uint32_t zone = RZ_NONE, best_slot = RZ_NONE;
        Weight best = {0};
        for (uint32_t z = 0; z < c->check->n_zones; z++) {
            if (c->taken[z] >= zones[z].hi || !peek(c, z, &weight, &slot))
                continue;
            if (zone == RZ_NONE || is_less(weight, best)) {
                zone = z;
                best = weight;
                best_slot = slot;
            }
        }
        g_assert(zone != RZ_NONE); /* the plan's own choice was found allowed */
        take(c, zone, best, best_slot, &sum);
    }
    return sum;
}

static Weight
planned_choice(const Cheapest *c, uint32_t p)
{
    const RzCheck *check = c->check;
    Weight sum = {0};
    for (gsize i = check->target_first[p]; i < check->target_first[p + 1]; i++) {
        sum = add(sum, weight_of(c, check->number[check->target[i]]));
    }
    return sum;
}

/* Claims */

static bool
check_choices(Cheapest *c, RzWide *sum, GError **error)
{
    RzCheck *check = c->check;
    const RzPartition *partitions = check->snapshot->partitions;
    uint32_t row = 0, topic = RZ_NONE;
    for (uint32_t p = 0; p < check->snapshot->n_partitions; p++) {
        if (!rz_check_covers(check, p))
            continue;
        if (partitions[p].topic != topic && (topic == RZ_NONE || check->policy->topic_balance))
            set_prices(c, row++);
        topic = partitions[p].topic;
        Weight least = cheapest_choice(c, p, rz_check_n_targets(check, p));
        Weight planned = planned_choice(c, p);
        g_autofree char *name = NULL;
        if (is_less(least, planned))
            return rz_check_fail(error, "tier bytes: %s has a cheaper choice at these prices",
                                 rz_check_partition_name(check, p, &name));
        *sum += least.weight;
    }
    return true;
}

/* More exchanges than any cycle has; see above. */
static RzWide
least_scale(const RzCheck *check)
{
    RzWide n = check->n_brokers, replicas = 0;
    if (!check->policy->topic_balance)
        return n + 1;
    for (uint32_t rf = 0; rf < check->n_classes; rf++)
        replicas += check->classes[rf] == NULL ? 0 : check->classes[rf]->n_partitions * rf;
    return MAX(n, MIN(n * n, replicas)) + 1;
}

/* A price is paid only where the limit is reached, else the bound would not be met. */
static bool
check_prices(const Cheapest *c, RzWide *limit_sum, GError **error)
{
    const RzCheck *check = c->check;
    if (c->scale < least_scale(check) || c->scale > MAX_SCALE)
        return rz_check_fail(error, "the certificate's scale must be at least %" G_GINT64_FORMAT,
                             (int64_t)least_scale(check));
    for (uint32_t b = 0; b < check->n_brokers; b++) {
        const RzBrokerPrice *broker = &check->plan->certificate.brokers[b];
        RzWide price = broker->price;
        int64_t squares = broker->square_price;
        int32_t id = broker->broker_id;
        if (price > RZ_CHECK_MAX_PRICE || price < -RZ_CHECK_MAX_PRICE ||
            squares > RZ_CHECK_MAX_SQUARES || squares < -RZ_CHECK_MAX_SQUARES)
            return rz_check_fail(error, "broker %d: the price is beyond all sizes", id);
        if (squares != 0 && !check->policy->topic_balance)
            return rz_check_fail(error, "broker %d: topics do not count, but have a price", id);
        int sign = squares != 0 ? (squares > 0) - (squares < 0) : (price > 0) - (price < 0);
        if ((sign > 0 && check->load[b] != c->limits->hi[b]) ||
            (sign < 0 && check->load[b] != c->limits->lo[b]))
            return rz_check_fail(error, "tier bytes: broker %d has a price, but %s", id,
                                 sign > 0 ? "could hold more" : "could hold fewer");
        if (price != 0)
            *limit_sum += price * (check->load[b] - check->fixed[b]);
    }
    return true;
}

static bool
check_value(const RzCheck *check, const char *name, RzWide counted, GError **error)
{
    const RzTier *tier = rz_check_tier(check, name);
    char claim[RZ_WIDE_TEXT_SIZE], count[RZ_WIDE_TEXT_SIZE];
    if (tier == NULL || tier->value == counted)
        return true;
    return rz_check_fail(error, "tier %s: the plan says %s, counted are %s", name,
                         rz_wide_to_text(tier->value, claim), rz_wide_to_text(counted, count));
}

static const char *
loads_in_words(const Cheapest *c)
{
    return c->limits->level != NULL ? "these loads" : "loads within these limits";
}

static bool
check_bound(Cheapest *c, GError **error)
{
    RzCheck *check = c->check;
    RzWide choices = 0, limit_sum = 0;
    if (!check_value(check, "bytes", check->bytes, error) ||
        !check_value(check, "moves", check->moves, error) || !check_prices(c, &limit_sum, error) ||
        !check_choices(c, &choices, error))
        return false;
    /* Choices and prices held one by one, so the sums agree, unless our arithmetic is wrong. */
    g_assert(c->scale * check->bytes + check->moves == choices - limit_sum - check->topic_prices);
    if (check->policy->topic_balance) {
        g_autofree char *squares = rz_wide_to_words(check->topic_squares);
        rz_check_say(check,
                     "topic_balance: no placement with %s spreads the topics more evenly; the sum "
                     "of the squares of each topic's replicas per broker is %s.",
                     loads_in_words(c), squares);
    }
    g_autofree char *bytes = rz_wide_to_words(check->bytes);
    g_autofree char *moves = rz_wide_to_words(check->moves);
    rz_check_say(check,
                 "bytes: no placement with %s%s moves fewer than %s bytes, and none moves that "
                 "with fewer than %s new replicas.",
                 loads_in_words(c),
                 check->policy->topic_balance ? " and topics as evenly spread" : "", bytes, moves);
    return true;
}

bool
rz_check_bytes(RzCheck *check, const RzCheckLimits *limits, GError **error)
{
    gsize n = MAX(check->n_brokers, 1);
    g_autofree uint32_t *sorted = g_new0(uint32_t, n), *on = g_new0(uint32_t, n),
                        *current = g_new0(uint32_t, n);
    g_autofree uint32_t *zone_first = g_new0(uint32_t, (gsize)check->n_zones + 1),
                        *next = g_new0(uint32_t, check->n_zones),
                        *taken = g_new0(uint32_t, check->n_zones);
    g_autofree int64_t *square_prices = g_new0(int64_t, n);
    g_autofree RzWide *prices = g_new0(RzWide, n);
    Cheapest c = {
        .check = check,
        .limits = limits,
        .square_prices = square_prices,
        .prices = prices,
        .sorted = sorted,
        .zone_first = zone_first,
        .next = next,
        .taken = taken,
        .on = on,
        .current = current,
        .scale = check->plan->certificate.scale,
    };
    return check_bound(&c, error);
}
