/*
 * api_table.c: the APIs by name, and which versions of each a release of Kafka offers.
 *
 * Ranges are those of KRaft brokers from 3.3 on; older releases answer like 3.3 with the versions
 * that they had. Source: the message schemas of Apache Kafka 2.4 to 4.3.
 */
#include "sim/admin.h"

static const char *const names[RZ_SIM_N_APIS] = {
    [RZ_SIM_API_METADATA] = "metadata",
    [RZ_SIM_API_DESCRIBE_CLUSTER] = "describe-cluster",
    [RZ_SIM_API_LIST_REASSIGNMENTS] = "list-reassignments",
    [RZ_SIM_API_ALTER_REASSIGNMENTS] = "alter-reassignments",
    [RZ_SIM_API_ELECT_LEADERS] = "elect-leaders",
    [RZ_SIM_API_DESCRIBE_CONFIGS] = "describe-configs",
    [RZ_SIM_API_ALTER_CONFIGS] = "alter-configs",
    [RZ_SIM_API_DESCRIBE_LOG_DIRS] = "describe-log-dirs",
    [RZ_SIM_API_DESCRIBE_QUORUM] = "describe-quorum",
};

const char *
rz_sim_api_name(RzSimApi api)
{
    g_assert((unsigned)api < RZ_SIM_N_APIS);
    return names[api];
}

/* From @since on, until a later row of the same key takes over. */
static const struct {
    int16_t key;
    int since;
    int16_t min, max;
} ranges[] = {
    {3, RZ_SIM_VERSION(2, 4), 0, 9},  {3, RZ_SIM_VERSION(2, 8), 0, 11},
    {3, RZ_SIM_VERSION(3, 1), 0, 12}, {3, RZ_SIM_VERSION(4, 0), 0, 13},
    {18, RZ_SIM_VERSION(2, 4), 0, 3}, {18, RZ_SIM_VERSION(3, 9), 0, 4},
    {32, RZ_SIM_VERSION(2, 4), 0, 2}, {32, RZ_SIM_VERSION(2, 6), 0, 3},
    {32, RZ_SIM_VERSION(2, 8), 0, 4}, {32, RZ_SIM_VERSION(4, 0), 1, 4},
    {35, RZ_SIM_VERSION(2, 4), 0, 1}, {35, RZ_SIM_VERSION(2, 6), 0, 2},
    {35, RZ_SIM_VERSION(3, 2), 0, 3}, {35, RZ_SIM_VERSION(3, 3), 0, 4},
    {35, RZ_SIM_VERSION(4, 0), 1, 4}, {35, RZ_SIM_VERSION(4, 3), 1, 5},
    {43, RZ_SIM_VERSION(2, 4), 0, 2}, {44, RZ_SIM_VERSION(2, 4), 0, 1},
    {45, RZ_SIM_VERSION(2, 4), 0, 0}, {45, RZ_SIM_VERSION(4, 1), 0, 1},
    {46, RZ_SIM_VERSION(2, 4), 0, 0}, {55, RZ_SIM_VERSION(3, 3), 0, 1},
    {55, RZ_SIM_VERSION(3, 9), 0, 2}, {60, RZ_SIM_VERSION(2, 8), 0, 0},
    {60, RZ_SIM_VERSION(3, 7), 0, 1}, {60, RZ_SIM_VERSION(4, 0), 0, 2},
    {75, RZ_SIM_VERSION(3, 8), 0, 0},
};

bool
rz_sim_api_range(int version, int16_t key, int16_t *min, int16_t *max)
{
    bool offered = false;
    for (gsize i = 0; i < G_N_ELEMENTS(ranges); i++) {
        if (ranges[i].key != key || ranges[i].since > version)
            continue;
        *min = ranges[i].min;
        *max = ranges[i].max;
        offered = true;
    }
    return offered;
}
