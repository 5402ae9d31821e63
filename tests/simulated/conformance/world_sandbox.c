/*
 * world_sandbox.c: `rezone sandbox`: our wire client against our server, faults by its control
 * file.
 *
 * The control file answers nothing, so what a command should have done is waited for: a topic by
 * asking for it, a death by a pause longer than the server's look at the file.
 */
#include "simulated/conformance/world.h"

#include <stdio.h>

#define LOOK_MS 400

typedef struct {
    World base;
    char *control_file;
} SandboxWorld;

static bool
command(const World *base, const char *line, GError **error)
{
    const SandboxWorld *world = (const SandboxWorld *)base;
    FILE *file = fopen(world->control_file, "ae");
    if (file == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s: cannot append", world->control_file);
        return false;
    }
    fprintf(file, "%s\n", line);
    fclose(file);
    g_usleep(LOOK_MS * 1000);
    return true;
}

static bool
create_topic(World *world, const char *name, const int32_t *replicas, uint32_t n_partitions,
             uint32_t rf, int64_t bytes, GError **error)
{
    for (uint32_t i = 0; i < n_partitions; i++) {
        GString *list = g_string_new(NULL);
        for (uint32_t j = 0; j < rf; j++)
            g_string_append_printf(list, j == 0 ? "%d" : ",%d", replicas[(gsize)i * rf + j]);
        g_autofree char *ids = g_string_free(list, FALSE);
        g_autofree char *line = i == 0 ? g_strdup_printf("create-topic %s 1 %s", name, ids)
                                       : g_strdup_printf("grow-topic %s %s", name, ids);
        g_autofree char *load =
            g_strdup_printf("%s\nload %s %u %" G_GINT64_FORMAT " 0", line, name, i, bytes);
        if (!command(world, load, error))
            return false;
    }
    return true;
}

static bool
delete_topic(World *world, const char *name, GError **error)
{
    g_autofree char *line = g_strdup_printf("delete-topic %s", name);
    return command(world, line, error);
}

static bool
set_broker(World *world, int32_t broker, bool up, GError **error)
{
    g_autofree char *line = g_strdup_printf("%s %d", up ? "start" : "kill", broker);
    return command(world, line, error);
}

static void
sleep_ms(World *world, int64_t ms)
{
    (void)world;
    g_usleep((gulong)ms * 1000);
}

static void
world_free(World *base)
{
    rz_cluster_free(base->cluster);
    g_free(((SandboxWorld *)base)->control_file);
    g_free(base);
}

World *
world_sandbox_new(const char *bootstrap, int version, const char *control_file, GError **error)
{
    SandboxWorld *world = g_new0(SandboxWorld, 1);
    world->control_file = g_strdup(control_file);
    world->base = (World){.version = version,
                          .patience_ms = 20000,
                          .hang_ms = 2000,
                          .create_topic = create_topic,
                          .delete_topic = delete_topic,
                          .set_broker = set_broker,
                          .sleep = sleep_ms,
                          .free = world_free};
    world->base.cluster = world_connect(bootstrap, error);
    if (world->base.cluster == NULL) {
        world_free(&world->base);
        return NULL;
    }
    return &world->base;
}
