/*
 * snapshot.c: from a snapshot to a running cluster, and back.
 */
#include "planner/snapshot_builder.h"
#include "rezone/error.h"
#include "sim/sim_private.h"

#include <stdlib.h>
#include <string.h>

static void
load_dirs(RzSim *sim, const RzSnapshot *snapshot, const RzBroker *from)
{
    if (from->n_log_dirs == 0)
        return;
    g_autofree RzSimDisk *disks = g_new0(RzSimDisk, from->n_log_dirs);
    for (uint32_t i = 0; i < from->n_log_dirs; i++) {
        const RzLogDir *dir = &snapshot->log_dirs[from->first_log_dir + i];
        disks[i] = (RzSimDisk){dir->path, dir->total_bytes, dir->usable_bytes};
    }
    rz_sim_set_log_dirs(sim, from->id, disks, from->n_log_dirs);
}

static void
load_brokers(RzSim *sim, const RzSnapshot *snapshot)
{
    for (uint32_t i = 0; i < snapshot->n_brokers; i++) {
        const RzBroker *from = &snapshot->brokers[i];
        rz_sim_add_broker(sim, from->id,
                          from->zone == RZ_NONE ? NULL : snapshot->zones[from->zone]);
        load_dirs(sim, snapshot, from);
        if (from->host != NULL)
            rz_sim_set_broker_address(sim, from->id, from->host, from->port);
        RzSimBroker *broker = rz_sim_broker(sim, from->id);
        broker->serving = from->alive;
        broker->fenced = !from->alive;
    }
}

static RzIds
broker_ids(const RzSnapshot *snapshot, const uint32_t *indices, uint32_t n)
{
    RzIds list = {0};
    for (uint32_t i = 0; i < n; i++)
        rz_ids_append(&list, snapshot->brokers[indices[i]].id);
    return list;
}

static void
load_partition(RzSim *sim, const RzSnapshot *snapshot, RzSimTopic *topic, const RzPartition *from)
{
    g_auto(RzIds) replicas =
        broker_ids(snapshot, &snapshot->replicas[from->first_replica], from->n_replicas);
    g_auto(RzIds) isr = broker_ids(snapshot, &snapshot->isr[from->first_isr], from->n_isr);
    RzSimPartition *partition = rz_sim_partition_new(sim, topic, replicas.ids, replicas.n);
    int32_t leader = from->leader == RZ_NONE ? -1 : snapshot->brokers[from->leader].id;
    rz_sim_open_partition(sim, partition, &isr, leader);
    rz_sim_set_load(sim, topic->name, partition->number, from->size_bytes,
                    MAX(0, from->write_rate_bytes_per_s));
}

static bool
is_numbered_from_zero(const RzSnapshot *snapshot, const RzTopic *topic, GError **error)
{
    for (uint32_t i = 0; i < topic->n_partitions; i++) {
        int32_t number = snapshot->partitions[topic->first_partition + i].number;
        if (number == (int32_t)i)
            continue;
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                    "topic %s: partition %u is missing, and a cluster cannot lack one", topic->name,
                    i);
        return false;
    }
    return true;
}

static void
load_topic(RzSim *sim, const RzSnapshot *snapshot, const RzTopic *from)
{
    RzSimTopic *topic = rz_sim_topic_new(sim, from->name);
    for (uint32_t i = 0; i < from->n_partitions; i++)
        load_partition(sim, snapshot, topic, &snapshot->partitions[from->first_partition + i]);
    if (from->min_insync_replicas > 0)
        g_hash_table_insert(topic->configs, g_strdup("min.insync.replicas"),
                            g_strdup_printf("%d", from->min_insync_replicas));
    gsize length = 0;
    if (from->topic_id == NULL)
        return;
    g_autofree char *padded = g_strdup_printf("%s==", from->topic_id);
    g_strdelimit(g_strdelimit(padded, "-", '+'), "_", '/');
    g_autofree guchar *id = g_base64_decode(padded, &length);
    if (length == sizeof topic->id)
        memcpy(topic->id, id, length);
}

/* What the snapshot says is used includes the replicas that we now count ourselves. */
static void
settle_disks(RzSim *sim)
{
    for (uint32_t i = 0; i < sim->brokers->len; i++) {
        RzSimBroker *broker = g_ptr_array_index(sim->brokers, i);
        g_autoptr(GArray) dirs = NULL;
        g_autoptr(GArray) replicas = NULL;
        rz_sim_log_dirs(sim, broker->id, &dirs, &replicas);
        for (uint32_t j = 0; j < replicas->len; j++) {
            const RzSimLogReplicaView *view = &g_array_index(replicas, RzSimLogReplicaView, j);
            RzSimDir *dir = &g_array_index(broker->dirs, RzSimDir, view->dir);
            if (dir->other_bytes >= 0)
                dir->other_bytes = MAX(0, dir->other_bytes - view->size_bytes);
        }
    }
}

RzSim *
rz_sim_new_from_snapshot(const RzSnapshot *snapshot, const RzSimOptions *options, GError **error)
{
    for (uint32_t i = 0; i < snapshot->n_topics; i++)
        if (!is_numbered_from_zero(snapshot, &snapshot->topics[i], error))
            return NULL;
    RzSim *sim = rz_sim_new(options);
    if (snapshot->cluster_id != NULL) {
        g_free(sim->cluster_id);
        sim->cluster_id = g_strdup(snapshot->cluster_id);
    }
    load_brokers(sim, snapshot);
    for (uint32_t i = 0; i < snapshot->n_topics; i++)
        load_topic(sim, snapshot, &snapshot->topics[i]);
    settle_disks(sim);
    return sim;
}

/* ---- and back ---- */

static bool
save_broker(const RzSim *sim, const RzSimBroker *broker, RzSnapshotBuilder *builder, GError **error)
{
    g_autoptr(GArray) views = NULL;
    g_autoptr(GArray) replicas = NULL;
    rz_sim_log_dirs(sim, broker->id, &views, &replicas);
    g_autofree RzLogDir *dirs = g_new0(RzLogDir, views->len);
    for (uint32_t i = 0; i < views->len; i++) {
        const RzSimLogDirView *view = &g_array_index(views, RzSimLogDirView, i);
        dirs[i] = (RzLogDir){view->path, view->total_bytes, view->usable_bytes};
    }
    RzBrokerInput input = {.id = broker->id,
                           .zone = broker->rack,
                           .host = broker->host,
                           .port = broker->port,
                           .alive = !broker->fenced,
                           .log_dirs = dirs,
                           .n_log_dirs = views->len};
    return rz_snapshot_builder_add_broker(builder, &input, error);
}

static bool
save_topic(const RzSim *sim, const RzSimTopic *topic, RzSnapshotBuilder *builder, GError **error)
{
    g_autofree char *id = rz_sim_topic_id_text(topic);
    const char *min_isr = g_hash_table_lookup(topic->configs, "min.insync.replicas");
    if (!rz_snapshot_builder_add_topic(builder, topic->name, id,
                                       min_isr == NULL ? 1 : (int32_t)atoi(min_isr), error))
        return false;
    for (uint32_t i = 0; i < topic->partitions->len; i++) {
        const RzSimPartition *partition = g_ptr_array_index(topic->partitions, i);
        RzPartitionInput input = {.number = partition->number,
                                  .replicas = partition->replicas.ids,
                                  .n_replicas = partition->replicas.n,
                                  .isr = partition->isr.ids,
                                  .n_isr = partition->isr.n,
                                  .leader = partition->leader,
                                  .size_bytes = rz_sim_log_size(sim, partition),
                                  .write_rate_bytes_per_s = partition->write_rate};
        if (!rz_snapshot_builder_add_partition(builder, &input, error))
            return false;
    }
    return true;
}

RzSnapshot *
rz_sim_to_snapshot(const RzSim *sim, GError **error)
{
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(rz_sim_wall_ms(sim) / 1000);
    g_autofree char *taken_at = g_date_time_format(at, "%Y-%m-%dT%H:%M:%SZ");
    rz_snapshot_builder_set_header(builder, sim->cluster_id, taken_at);
    for (uint32_t i = 0; i < sim->brokers->len; i++)
        if (!save_broker(sim, g_ptr_array_index(sim->brokers, i), builder, error))
            return NULL;
    for (uint32_t i = 0; i < sim->topics->len; i++) {
        const RzSimTopic *topic = g_ptr_array_index(sim->topics, i);
        if (topic->deleted_ms == RZ_SIM_NEVER && !save_topic(sim, topic, builder, error))
            return NULL;
    }
    return rz_snapshot_builder_finish(builder, error);
}
