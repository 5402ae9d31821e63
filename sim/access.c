/*
 * access.c: who may do what: one account, and what it is denied.
 */
#include "sim/sim_private.h"

static const struct {
    const char *name;
    uint32_t operation;
} operations[] = {
    {"DESCRIBE CLUSTER", RZ_SIM_DESCRIBE_CLUSTER},
    {"ALTER CLUSTER", RZ_SIM_ALTER_CLUSTER},
    {"DESCRIBE_CONFIGS CLUSTER", RZ_SIM_DESCRIBE_CONFIGS_CLUSTER},
    {"ALTER_CONFIGS CLUSTER", RZ_SIM_ALTER_CONFIGS_CLUSTER},
    {"DESCRIBE TOPIC", RZ_SIM_DESCRIBE_TOPIC},
    {"DESCRIBE_CONFIGS TOPIC", RZ_SIM_DESCRIBE_CONFIGS_TOPIC},
    {"ALTER_CONFIGS TOPIC", RZ_SIM_ALTER_CONFIGS_TOPIC},
};

uint32_t
rz_sim_operation_from_name(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(operations); i++)
        if (g_ascii_strcasecmp(operations[i].name, name) == 0)
            return operations[i].operation;
    return 0;
}

void
rz_sim_deny(RzSim *sim, uint32_t denied, const char *name)
{
    RzSimTopic *topic = name == NULL ? NULL : rz_sim_topic(sim, name);
    if (name == NULL)
        sim->denied |= denied;
    else if (topic != NULL)
        topic->denied |= denied;
}

void
rz_sim_allow_all(RzSim *sim)
{
    sim->denied = 0;
    for (uint32_t i = 0; i < sim->topics->len; i++)
        ((RzSimTopic *)g_ptr_array_index(sim->topics, i))->denied = 0;
}

bool
rz_sim_allows(const RzSim *sim, uint32_t operation, const char *name)
{
    const RzSimTopic *topic = name == NULL ? NULL : rz_sim_topic(sim, name);
    return (sim->denied & operation) == 0 && (topic == NULL || (topic->denied & operation) == 0);
}
