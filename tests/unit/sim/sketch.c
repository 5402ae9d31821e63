/*
 * sketch.c: small clusters in a line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit/sim/sketch.h"

static GArray *
parse_ids(const char *text)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        int32_t id = (int32_t)g_ascii_strtoll(parts[i], NULL, 10);
        g_array_append_val(list, id);
    }
    return list;
}

RzSim *
sketch_sim(int version, int32_t n_brokers)
{
    static const char *const racks[] = {"az1", "az2", "az3"};
    RzSimOptions options = rz_sim_options_default();
    options.version = version;
    RzSim *sim = rz_sim_new(&options);
    for (int32_t id = 1; id <= n_brokers; id++)
        rz_sim_add_broker(sim, id, racks[(id - 1) % 3]);
    return sim;
}

void
sketch_topic(RzSim *sim, const char *name, uint32_t n, const char *replicas, int64_t size_bytes,
             int64_t write_rate)
{
    int32_t n_brokers = (int32_t)rz_sim_n_brokers(sim);
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GArray) each = replicas == NULL ? NULL : parse_ids(replicas);
    uint32_t rf = each == NULL ? 3 : each->len;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < rf; j++) {
            int32_t id =
                each == NULL ? (int32_t)(i + j) % n_brokers + 1 : g_array_index(each, int32_t, j);
            g_array_append_val(list, id);
        }
    assert_true(rz_sim_create_topic(sim, name, n, &g_array_index(list, int32_t, 0), rf));
    for (uint32_t i = 0; i < n; i++)
        assert_true(rz_sim_set_load(sim, name, (int32_t)i, size_bytes, write_rate));
}

int16_t
sketch_reassign(RzSim *sim, const char *topic, int32_t partition, const char *target)
{
    g_autoptr(GArray) list = parse_ids(target);
    RzSimReassign item = {topic, partition,
                          *target == '\0' ? NULL : &g_array_index(list, int32_t, 0), list->len};
    RzSimResult result = {0};
    assert_int_equal(rz_sim_alter_reassignments(sim, &item, 1, true, &result), 0);
    int16_t code = result.code;
    rz_sim_results_clear(&result, 1);
    return code;
}

int16_t
sketch_config(RzSim *sim, RzSimResource type, const char *name, const char *key, const char *value)
{
    RzSimConfigChange change = {key, value == NULL ? RZ_SIM_DELETE : RZ_SIM_SET, value};
    RzSimResult result = {0};
    rz_sim_alter_configs(sim, RZ_SIM_CONTROLLER, type, name, &change, 1, false, &result);
    int16_t code = result.code;
    rz_sim_results_clear(&result, 1);
    return code;
}

RzSimPartitionView
sketch_view(RzSim *sim, int32_t via, const char *topic, int32_t partition)
{
    RzSimPartitionView view;
    const RzSimTopic *found = rz_sim_find_topic(sim, via, topic);
    assert_non_null(found);
    assert_true(rz_sim_partition_view(sim, via, found, partition, &view));
    return view;
}

char *
sketch_ids(RzSimIds list)
{
    GString *out = g_string_new(NULL);
    for (uint32_t i = 0; i < list.n; i++)
        g_string_append_printf(out, i == 0 ? "%d" : ",%d", list.ids[i]);
    return g_string_free(out, FALSE);
}

char *
sketch_state(RzSim *sim, const char *topic, int32_t partition)
{
    RzSimPartitionView view = sketch_view(sim, RZ_SIM_CONTROLLER, topic, partition);
    g_autofree char *replicas = sketch_ids(view.replicas);
    g_autofree char *isr = sketch_ids(view.isr);
    g_autofree char *adding = sketch_ids(view.adding);
    g_autofree char *removing = sketch_ids(view.removing);
    return g_strdup_printf("leader %d replicas %s isr %s adding %s removing %s", view.leader,
                           replicas, isr, adding, removing);
}

void
sketch_log(const char *line, void *text)
{
    g_string_append_printf(text, "%s\n", line);
}
