/*
 * workload.c: deal brokers, topics, sizes and replica lists from a shape.
 *
 * One splitmix64 stream feeds everything in a fixed order: brokers, then topic by topic its
 * partition count and bytes, then each partition's size and replicas. Broker ids count from 1, zone
 * after zone, so the used zones are always the lowest ids.
 */
#include "bench/workload.h"

#include <string.h>

#define MIB (INT64_C(1) << 20)
#define LARGEST_FACTOR 16

typedef struct {
    uint64_t state;
    const BenchShape *shape;
    BenchWorkload *workload;
    uint32_t *zone_first;    /* n_zones + 1: index of each zone's first broker */
    uint32_t n_used_brokers; /* a prefix of the brokers */
    uint32_t factors[LARGEST_FACTOR];
    uint32_t n_factors;
} Dealer;

static uint64_t
next_random(Dealer *dealer)
{
    uint64_t z = dealer->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Multiply and shift: the bias of 2^-32 is far below anything measured here. */
static uint32_t
random_below(Dealer *dealer, uint32_t limit)
{
    return (uint32_t)(((next_random(dealer) >> 32) * limit) >> 32);
}

/* ---- brokers --------------------------------------------------------------------------------- */

static bool
parse_list(const char *text, const char *separator, uint32_t max, GArray *numbers)
{
    g_auto(GStrv) parts = g_strsplit(text, separator, -1);
    for (char **part = parts; *part != NULL; part++) {
        guint64 number;
        if (!g_ascii_string_to_unsigned(*part, 10, 1, max, &number, NULL))
            return false;
        uint32_t narrow = (uint32_t)number;
        g_array_append_val(numbers, narrow);
    }
    return numbers->len > 0;
}

static bool
deal_brokers(Dealer *dealer)
{
    BenchWorkload *workload = dealer->workload;
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (!parse_list(dealer->shape->zones, "+", 100000, sizes) || dealer->shape->used_zones == 0 ||
        dealer->shape->used_zones > sizes->len)
        return false;

    workload->n_zones = sizes->len;
    dealer->zone_first = g_new0(uint32_t, sizes->len + 1);
    for (guint z = 0; z < sizes->len; z++)
        dealer->zone_first[z + 1] = dealer->zone_first[z] + g_array_index(sizes, uint32_t, z);
    workload->n_brokers = dealer->zone_first[sizes->len];
    dealer->n_used_brokers = dealer->zone_first[dealer->shape->used_zones];

    workload->brokers = g_new0(BenchBroker, workload->n_brokers);
    for (uint32_t z = 0; z < workload->n_zones; z++)
        for (uint32_t b = dealer->zone_first[z]; b < dealer->zone_first[z + 1]; b++)
            workload->brokers[b] = (BenchBroker){.id = (int32_t)b + 1, .zone = z};
    return true;
}

/* The last broker of each zone in turn, then the one before it. */
static bool
mark_drained(Dealer *dealer)
{
    BenchWorkload *workload = dealer->workload;
    for (uint32_t i = 0; i < dealer->shape->drained; i++) {
        uint32_t zone = i % workload->n_zones, depth = i / workload->n_zones + 1;
        if (depth >= dealer->zone_first[zone + 1] - dealer->zone_first[zone])
            return false;
        workload->brokers[dealer->zone_first[zone + 1] - depth].drained = true;
    }
    return true;
}

static bool
read_factors(Dealer *dealer)
{
    g_autoptr(GArray) factors = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (!parse_list(dealer->shape->factors, ",", LARGEST_FACTOR, factors) ||
        factors->len > LARGEST_FACTOR)
        return false;
    for (guint i = 0; i < factors->len; i++) {
        dealer->factors[i] = g_array_index(factors, uint32_t, i);
        if (dealer->factors[i] > dealer->n_used_brokers)
            return false;
    }
    dealer->n_factors = factors->len;
    return true;
}

/* ---- sizes ----------------------------------------------------------------------------------- */

/* What the partitions of one topic share. */
typedef struct {
    uint32_t topic, factor, n_partitions;
    int64_t mean_bytes;
    uint32_t offset; /* where its dealing starts */
    uint32_t shift;  /* how far apart its followers are */
} Topic;

/* 1/rank over as many ranks as there are topics: the largest holds 4 TiB. */
static int64_t
zipf_mean(Dealer *dealer, uint32_t n_partitions)
{
    uint32_t ranks = dealer->shape->partitions / 32 + 1;
    int64_t topic_bytes = 4 * MIB * MIB / (1 + (int64_t)random_below(dealer, ranks));
    return topic_bytes / (int64_t)n_partitions;
}

static int64_t
deal_size(Dealer *dealer, const Topic *topic)
{
    switch (dealer->shape->sizes) {
    case BENCH_SIZES_LOG: {
        int64_t octave = MIB << random_below(dealer, 14);
        return octave + (int64_t)(next_random(dealer) % (uint64_t)octave);
    }
    case BENCH_SIZES_ZIPF:
        return topic->mean_bytes / 4 * 3 +
               (int64_t)(next_random(dealer) % (uint64_t)(topic->mean_bytes / 2 + 1));
    case BENCH_SIZES_EQUAL:
        return 1024 * MIB;
    }
    g_assert_not_reached();
}

/* ---- replica lists --------------------------------------------------------------------------- */

/* Kafka's rack-unaware rule: leaders go round, followers stay a shift ahead, the shift grows with
 * every lap. */
static void
deal_blind(Dealer *dealer, const Topic *topic, uint32_t number, uint32_t *list)
{
    uint32_t n = dealer->n_used_brokers;
    uint32_t first = (topic->offset + number) % n;
    uint32_t shift = topic->shift + number / n;
    list[0] = first;
    for (uint32_t i = 1; i < topic->factor; i++)
        list[i] = n == 1 ? 0 : (first + 1 + (shift + i - 1) % (n - 1)) % n;
}

/* Alternates between the used zones; inside a zone the same rule as above. Small zones repeat a
 * broker only when the list is longer than the zones allow, so the caller's check refuses that. */
static void
deal_aware(Dealer *dealer, const Topic *topic, uint32_t number, uint32_t *list)
{
    uint32_t zones = dealer->shape->used_zones;
    for (uint32_t i = 0; i < topic->factor; i++) {
        uint32_t zone = (topic->offset + number + i) % zones;
        uint32_t size = dealer->zone_first[zone + 1] - dealer->zone_first[zone];
        uint32_t lap = (topic->offset + number) / zones + topic->shift * (i % zones) + i / zones;
        list[i] = dealer->zone_first[zone] + lap % size;
    }
}

static bool
contains(const uint32_t *list, uint32_t length, uint32_t broker)
{
    for (uint32_t i = 0; i < length; i++)
        if (list[i] == broker)
            return true;
    return false;
}

static void
deal_random(Dealer *dealer, const Topic *topic, uint32_t *list)
{
    uint32_t n = dealer->n_used_brokers;
    for (uint32_t i = 0; i < topic->factor; i++) {
        do {
            uint32_t broker = random_below(dealer, n);
            if (dealer->shape->start == BENCH_START_SKEWED)
                broker = (uint32_t)((uint64_t)broker * random_below(dealer, n) / n);
            list[i] = broker;
        } while (contains(list, i, list[i]));
    }
}

/* Group g is brokers g*factor, g*factor+1, ...; the product of two draws prefers low groups. */
static void
deal_copyset(Dealer *dealer, const Topic *topic, uint32_t *list)
{
    uint32_t groups = dealer->n_used_brokers / topic->factor;
    uint64_t draw = (uint64_t)random_below(dealer, groups) * random_below(dealer, groups);
    uint32_t first = (uint32_t)(draw / groups) * topic->factor;
    uint32_t turn = random_below(dealer, topic->factor);
    for (uint32_t i = 0; i < topic->factor; i++)
        list[i] = first + (turn + i) % topic->factor;
}

static void
deal_replicas(Dealer *dealer, const Topic *topic, uint32_t number, uint32_t *list)
{
    switch (dealer->shape->start) {
    case BENCH_START_BLIND:
        deal_blind(dealer, topic, number, list);
        return;
    case BENCH_START_AWARE:
        deal_aware(dealer, topic, number, list);
        return;
    case BENCH_START_RANDOM:
    case BENCH_START_SKEWED:
        deal_random(dealer, topic, list);
        return;
    case BENCH_START_COPYSETS:
        deal_copyset(dealer, topic, list);
        return;
    }
    g_assert_not_reached();
}

/* ---- topics ---------------------------------------------------------------------------------- */

static Topic
deal_topic(Dealer *dealer, uint32_t n_left)
{
    static const uint32_t counts[] = {1, 3, 6, 6, 12, 12, 16, 24, 32, 48, 64, 128};
    uint32_t n = counts[random_below(dealer, G_N_ELEMENTS(counts))];
    uint32_t topic = dealer->workload->n_topics++;
    Topic dealt = {
        .topic = topic,
        .factor = dealer->factors[topic % dealer->n_factors],
        .n_partitions = MIN(n, n_left),
        .offset = random_below(dealer, dealer->n_used_brokers),
        .shift = random_below(dealer, dealer->n_used_brokers),
    };
    dealt.mean_bytes = zipf_mean(dealer, dealt.n_partitions);
    return dealt;
}

static bool
deal_partitions(Dealer *dealer)
{
    BenchWorkload *workload = dealer->workload;
    GArray *replicas = g_array_new(FALSE, FALSE, sizeof(int32_t));
    workload->partitions = g_new0(BenchPartition, dealer->shape->partitions);
    bool distinct = true;

    while (workload->n_partitions < dealer->shape->partitions) {
        Topic topic = deal_topic(dealer, dealer->shape->partitions - workload->n_partitions);
        for (uint32_t number = 0; number < topic.n_partitions; number++) {
            uint32_t list[LARGEST_FACTOR];
            workload->partitions[workload->n_partitions++] = (BenchPartition){
                .topic = topic.topic,
                .number = number,
                .first = replicas->len,
                .count = topic.factor,
                .size_bytes = deal_size(dealer, &topic),
            };
            deal_replicas(dealer, &topic, number, list);
            for (uint32_t i = 0; i < topic.factor; i++) {
                distinct = distinct && !contains(list, i, list[i]);
                g_array_append_val(replicas, workload->brokers[list[i]].id);
            }
        }
    }
    workload->replicas = (int32_t *)(void *)g_array_free(replicas, FALSE);
    return distinct;
}

/* ---- public ---------------------------------------------------------------------------------- */

void
bench_topic_name(uint32_t topic, char buffer[16])
{
    g_snprintf(buffer, 16, "topic-%07u", topic);
}

BenchWorkload *
bench_workload_new(const BenchShape *shape)
{
    g_autoptr(BenchWorkload) workload = g_new0(BenchWorkload, 1);
    Dealer dealer = {.state = shape->seed, .shape = shape, .workload = workload};
    bool dealt = deal_brokers(&dealer) && mark_drained(&dealer) && read_factors(&dealer) &&
                 deal_partitions(&dealer);
    g_free(dealer.zone_first);
    return dealt ? g_steal_pointer(&workload) : NULL;
}

void
bench_workload_free(BenchWorkload *workload)
{
    if (workload == NULL)
        return;
    g_free(workload->brokers);
    g_free(workload->partitions);
    g_free(workload->replicas);
    g_free(workload);
}
