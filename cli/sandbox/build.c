/*
 * build.c: a cluster to play with, from a handful of numbers.
 *
 * Placement is what Kafka would have done: replicas spread over the zones that hold data, leaders
 * in turn. Sizes differ between topics, as they do in life, and add up to what was asked for. All
 * of it depends on the options and the seed only.
 */
#include "cli/sandbox/sandbox_private.h"

#include <string.h>

#include "rezone/error.h"

#define MAX_BROKERS 1000
#define MAX_PARTITIONS 200000
/* A disk is so many times as large as its fair share of the data. */
#define DISK_FACTOR 4
#define MIN_DISK_BYTES 100000000000LL

typedef struct {
    char *name;
    bool empty;
    GArray *brokers; /* int32_t */
} Zone;

static void
zone_free(void *data)
{
    Zone *zone = data;
    g_free(zone->name);
    g_array_unref(zone->brokers);
    g_free(zone);
}

static bool
usage(GError **error, const char *message, const char *what)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "%s: %s", message, what);
    return false;
}

static bool
parse_zone(const char *text, int32_t *next_id, GPtrArray *zones, GError **error)
{
    const char *colon = strrchr(text, ':');
    guint64 n = 0;
    if (colon == NULL || colon == text ||
        !g_ascii_string_to_unsigned(colon + 1, 10, 1, MAX_BROKERS, &n, NULL))
        return usage(error, "--zones wants NAME:BROKERS[,...]", text);
    Zone *zone = g_new0(Zone, 1);
    zone->name = g_strndup(text, (gsize)(colon - text));
    zone->brokers = g_array_new(FALSE, FALSE, sizeof(int32_t));
    for (guint64 i = 0; i < n; i++, (*next_id)++)
        g_array_append_val(zone->brokers, *next_id);
    g_ptr_array_add(zones, zone);
    return true;
}

static bool
parse_zones(const RzSandboxOptions *options, GPtrArray *zones, GError **error)
{
    int32_t next_id = 1;
    bool found = options->empty_zone == NULL;
    g_auto(GStrv) parts = g_strsplit(options->zones, ",", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        if (!parse_zone(parts[i], &next_id, zones, error))
            return false;
        Zone *zone = g_ptr_array_index(zones, zones->len - 1);
        for (guint j = 0; j + 1 < zones->len; j++)
            if (strcmp(((Zone *)g_ptr_array_index(zones, j))->name, zone->name) == 0)
                return usage(error, "--zones names a zone twice", zone->name);
        zone->empty = options->empty_zone != NULL && strcmp(zone->name, options->empty_zone) == 0;
        found = found || zone->empty;
    }
    if (next_id - 1 > MAX_BROKERS)
        return usage(error, "--zones: too many brokers", options->zones);
    return found || usage(error, "--empty-zone is none of the zones", options->empty_zone);
}

static void
add_brokers(RzSim *sim, const RzSandboxOptions *options, const GPtrArray *zones)
{
    uint32_t n = 0;
    for (guint i = 0; i < zones->len; i++)
        n += ((Zone *)g_ptr_array_index(zones, i))->brokers->len;
    g_assert(n > 0); /* parse_zone() refuses a zone without brokers, and no text has no zones */
    int64_t disk = MAX(MIN_DISK_BYTES, options->data_bytes / n * DISK_FACTOR);
    for (guint i = 0; i < zones->len; i++) {
        const Zone *zone = g_ptr_array_index(zones, i);
        for (guint j = 0; j < zone->brokers->len; j++) {
            int32_t id = g_array_index(zone->brokers, int32_t, j);
            rz_sim_add_broker(sim, id, zone->name);
            rz_sim_set_log_dirs(sim, id, &(RzSimDisk){"/data", disk, disk}, 1);
        }
    }
}

/* A partition's replicas: the leader in turn over all brokers, followers zone after zone. */
typedef struct {
    GPtrArray *zones; /* those that hold data; Zone, borrowed */
    GArray *leaders;  /* int32_t: az1, az2, az1 ... then what larger zones have left */
} Deal;

static void
deal_clear(Deal *deal)
{
    g_ptr_array_unref(deal->zones);
    g_array_unref(deal->leaders);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Deal, deal_clear)

static Deal
deal_new(const GPtrArray *zones)
{
    Deal deal = {g_ptr_array_new(), g_array_new(FALSE, FALSE, sizeof(int32_t))};
    uint32_t largest = 0;
    for (guint i = 0; i < zones->len; i++) {
        Zone *zone = g_ptr_array_index(zones, i);
        if (zone->empty)
            continue;
        g_ptr_array_add(deal.zones, zone);
        largest = MAX(largest, zone->brokers->len);
    }
    for (guint round = 0; round < largest; round++)
        for (guint i = 0; i < deal.zones->len; i++) {
            const Zone *zone = g_ptr_array_index(deal.zones, i);
            if (round < zone->brokers->len)
                g_array_append_val(deal.leaders, g_array_index(zone->brokers, int32_t, round));
        }
    return deal;
}

static bool
is_used(const int32_t *replicas, uint32_t n, int32_t id)
{
    for (uint32_t i = 0; i < n; i++)
        if (replicas[i] == id)
            return true;
    return false;
}

static uint32_t
zone_of(const Deal *deal, int32_t id)
{
    for (guint i = 0; i < deal->zones->len; i++) {
        const Zone *zone = g_ptr_array_index(deal->zones, i);
        for (guint j = 0; j < zone->brokers->len; j++)
            if (g_array_index(zone->brokers, int32_t, j) == id)
                return i;
    }
    g_assert_not_reached();
}

/* The next free broker from @zone on, starting inside it at @turn. */
static int32_t
next_replica(const Deal *deal, uint32_t zone, uint32_t turn, const int32_t *replicas, uint32_t n)
{
    for (guint i = 0; i < deal->zones->len; i++) {
        const Zone *tried = g_ptr_array_index(deal->zones, (zone + i) % deal->zones->len);
        for (guint j = 0; j < tried->brokers->len; j++) {
            int32_t id = g_array_index(tried->brokers, int32_t, (turn + j) % tried->brokers->len);
            if (!is_used(replicas, n, id))
                return id;
        }
    }
    g_assert_not_reached(); /* check() has bounded the replication factor */
}

static void
deal_partition(const Deal *deal, uint32_t at, uint32_t rf, int32_t *replicas)
{
    replicas[0] = g_array_index(deal->leaders, int32_t, at % deal->leaders->len);
    uint32_t zone = zone_of(deal, replicas[0]), turn = at / deal->leaders->len + at;
    for (uint32_t j = 1; j < rf; j++)
        replicas[j] = next_replica(deal, zone + j, turn, replicas, j);
}

/* Some topics are twelve times as heavy as others. */
static uint64_t
weight_of(uint64_t seed, uint32_t topic)
{
    uint64_t mixed = (seed + 1) * 0x9e3779b97f4a7c15u + topic * 0xd1b54a32d192ed03u;
    return 1 + (mixed >> 40) % 12;
}

static void
add_topics(RzSim *sim, const RzSandboxOptions *options, const Deal *deal)
{
    uint64_t total_weight = 0;
    for (uint32_t i = 0; i < options->topics; i++)
        total_weight += weight_of(options->seed, i) * options->partitions;
    g_autofree int32_t *replicas =
        g_new0(int32_t, (gsize)options->partitions * options->replication);
    double bytes_per_weight =
        (double)options->data_bytes / options->replication / (double)total_weight;
    double rate_per_weight = (double)options->write_rate / (double)total_weight;
    for (uint32_t i = 0; i < options->topics; i++) {
        g_autofree char *name = g_strdup_printf("topic-%03u", i + 1);
        double weight = (double)weight_of(options->seed, i);
        for (uint32_t j = 0; j < options->partitions; j++)
            deal_partition(deal, i * options->partitions + j, options->replication,
                           &replicas[(gsize)j * options->replication]);
        rz_sim_create_topic(sim, name, options->partitions, replicas, options->replication);
        for (uint32_t j = 0; j < options->partitions; j++)
            rz_sim_set_load(sim, name, (int32_t)j, (int64_t)(bytes_per_weight * weight),
                            (int64_t)(rate_per_weight * weight));
    }
}

static bool
check(const RzSandboxOptions *options, const Deal *deal, GError **error)
{
    if (options->replication == 0 || options->replication > deal->leaders->len) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "--rf %u: %u brokers hold data, so at least 1 and at most %u",
                    options->replication, deal->leaders->len, deal->leaders->len);
        return false;
    }
    if ((uint64_t)options->topics * options->partitions > MAX_PARTITIONS) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "--topics %u --partitions %u: more than %d partitions", options->topics,
                    options->partitions, MAX_PARTITIONS);
        return false;
    }
    return true;
}

static RzSimOptions
model_options(const RzSandboxOptions *options)
{
    RzSimOptions model = rz_sim_options_default();
    model.version = options->version;
    model.seed = options->seed;
    model.grow_logs = true; /* otherwise a snapshot with --sample would measure no writes */
    model.wall_ms = g_get_real_time() / 1000;
    model.auto_leader_rebalance = true; /* as brokers have it unless told otherwise */
    return model;
}

RzSim *
rz_sandbox_build(const RzSandboxOptions *options, GError **error)
{
    RzSimOptions model = model_options(options);
    if (options->from != NULL)
        return rz_sim_new_from_snapshot(options->from, &model, error);
    g_autoptr(GPtrArray) zones = g_ptr_array_new_with_free_func(zone_free);
    if (!parse_zones(options, zones, error))
        return NULL;
    g_auto(Deal) deal = deal_new(zones);
    if (!check(options, &deal, error))
        return NULL;
    RzSim *sim = rz_sim_new(&model);
    add_brokers(sim, options, zones);
    if (options->partitions > 0)
        add_topics(sim, options, &deal);
    return sim;
}
