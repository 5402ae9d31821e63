/*
 * world_model.c: the simulated cluster in process, in virtual time.
 */
#include "executor/simulated/cluster_sim.h"
#include "simulated/conformance/world.h"

typedef struct {
    World base;
    RzSim *sim;
} ModelWorld;

static bool
refuse(GError **error, const char *what)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "the model refuses: %s", what);
    return false;
}

static bool
create_topic(World *world, const char *name, const int32_t *replicas, uint32_t n_partitions,
             uint32_t rf, int64_t bytes, GError **error)
{
    RzSim *sim = ((ModelWorld *)world)->sim;
    if (!rz_sim_create_topic(sim, name, n_partitions, replicas, rf))
        return refuse(error, name);
    for (uint32_t i = 0; i < n_partitions; i++)
        rz_sim_set_load(sim, name, (int32_t)i, bytes, 0);
    return true;
}

static bool
delete_topic(World *world, const char *name, GError **error)
{
    return rz_sim_delete_topic(((ModelWorld *)world)->sim, name) || refuse(error, name);
}

static bool
set_broker(World *world, int32_t broker, bool up, GError **error)
{
    RzSim *sim = ((ModelWorld *)world)->sim;
    bool done = up ? rz_sim_start(sim, broker) : rz_sim_kill(sim, broker);
    return done || refuse(error, up ? "start" : "kill");
}

static void
let_pass(World *world, int64_t ms)
{
    rz_sim_advance(((ModelWorld *)world)->sim, ms);
}

static void
world_free(World *world)
{
    rz_cluster_free(world->cluster);
    rz_sim_free(((ModelWorld *)world)->sim);
    g_free(world);
}

World *
world_model_new(int version)
{
    static const char *const racks[] = {"az1", "az2", "az3"};
    ModelWorld *world = g_new0(ModelWorld, 1);
    RzSimOptions options = rz_sim_options_default();
    options.version = version;
    options.nic_bytes_per_s = 100000000;
    world->sim = rz_sim_new(&options);
    for (int32_t id = 1; id <= 6; id++)
        rz_sim_add_broker(world->sim, id, racks[(id - 1) % 3]);
    world->base = (World){.cluster = rz_cluster_sim_new(world->sim),
                          .version = version,
                          .patience_ms = 600000,
                          .hang_ms = 3600000,
                          .create_topic = create_topic,
                          .delete_topic = delete_topic,
                          .set_broker = set_broker,
                          .sleep = let_pass,
                          .free = world_free};
    return &world->base;
}
