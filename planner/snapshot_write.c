/*
 * snapshot_write.c: the canonical form of a snapshot, and its fingerprint.
 *
 * Every field that has a value is written, also where it equals the default, in the order of
 * docs/formats.md; unknown values are left out. So one model has exactly one text, and the SHA-256
 * that plans carry is the one that sha256sum prints for the file.
 */
#include "planner/json_text.h"

static void
write_header(GString *text, const RzSnapshot *snapshot)
{
    RZ_TEXT_LITERAL(text, "{\"format\":\"rezone-snapshot\",\"version\":1");
    if (snapshot->cluster_id != NULL) {
        RZ_TEXT_LITERAL(text, ",\"cluster_id\":");
        rz_text_string(text, snapshot->cluster_id);
    }
    if (snapshot->taken_at != NULL) {
        RZ_TEXT_LITERAL(text, ",\"taken_at\":");
        rz_text_string(text, snapshot->taken_at);
    }
    g_string_append_c(text, '}');
}

static void
write_log_dirs(GString *text, const RzLogDir *dirs, uint32_t n)
{
    RZ_TEXT_LITERAL(text, ",\"log_dirs\":[");
    for (uint32_t i = 0; i < n; i++) {
        g_string_append(text, i > 0 ? ",{\"path\":" : "{\"path\":");
        rz_text_string(text, dirs[i].path);
        if (dirs[i].total_bytes >= 0) {
            RZ_TEXT_LITERAL(text, ",\"total_bytes\":");
            rz_text_int(text, dirs[i].total_bytes);
        }
        if (dirs[i].usable_bytes >= 0) {
            RZ_TEXT_LITERAL(text, ",\"usable_bytes\":");
            rz_text_int(text, dirs[i].usable_bytes);
        }
        g_string_append_c(text, '}');
    }
    g_string_append_c(text, ']');
}

static void
write_broker(GString *text, const RzSnapshot *snapshot, const RzBroker *broker)
{
    RZ_TEXT_LITERAL(text, "{\"broker\":");
    rz_text_int(text, broker->id);
    if (broker->host != NULL) {
        RZ_TEXT_LITERAL(text, ",\"host\":");
        rz_text_string(text, broker->host);
    }
    if (broker->port != 0) {
        RZ_TEXT_LITERAL(text, ",\"port\":");
        rz_text_int(text, broker->port);
    }
    RZ_TEXT_LITERAL(text, ",\"zone\":");
    rz_text_string(text, broker->zone == RZ_NONE ? NULL : snapshot->zones[broker->zone]);
    g_string_append(text, broker->alive ? ",\"alive\":true" : ",\"alive\":false");
    if (broker->n_log_dirs > 0)
        write_log_dirs(text, snapshot->log_dirs + broker->first_log_dir, broker->n_log_dirs);
    g_string_append_c(text, '}');
}

static void
write_partition(GString *text, const RzSnapshot *snapshot, const RzPartition *partition)
{
    RZ_TEXT_LITERAL(text, "{\"partition\":");
    rz_text_int(text, partition->number);
    RZ_TEXT_LITERAL(text, ",\"replicas\":");
    rz_text_brokers(text, snapshot, snapshot->replicas + partition->first_replica,
                    partition->n_replicas);
    RZ_TEXT_LITERAL(text, ",\"isr\":");
    rz_text_brokers(text, snapshot, snapshot->isr + partition->first_isr, partition->n_isr);
    RZ_TEXT_LITERAL(text, ",\"leader\":");
    if (partition->leader == RZ_NONE)
        RZ_TEXT_LITERAL(text, "null");
    else
        rz_text_int(text, snapshot->brokers[partition->leader].id);
    RZ_TEXT_LITERAL(text, ",\"size_bytes\":");
    rz_text_int(text, partition->size_bytes);
    if (partition->write_rate_bytes_per_s >= 0) {
        RZ_TEXT_LITERAL(text, ",\"write_rate_bytes_per_s\":");
        rz_text_int(text, partition->write_rate_bytes_per_s);
    }
    g_string_append_c(text, '}');
}

static void
write_topic(GString *text, const RzSnapshot *snapshot, const RzTopic *topic)
{
    RZ_TEXT_LITERAL(text, "{\"topic\":");
    rz_text_string(text, topic->name);
    if (topic->topic_id != NULL) {
        RZ_TEXT_LITERAL(text, ",\"topic_id\":");
        rz_text_string(text, topic->topic_id);
    }
    if (topic->min_insync_replicas > 0) {
        RZ_TEXT_LITERAL(text, ",\"min_insync_replicas\":");
        rz_text_int(text, topic->min_insync_replicas);
    }
    RZ_TEXT_LITERAL(text, ",\"partitions\":[");
    for (uint32_t i = 0; i < topic->n_partitions; i++) {
        if (i > 0)
            g_string_append_c(text, ',');
        write_partition(text, snapshot, &snapshot->partitions[topic->first_partition + i]);
    }
    RZ_TEXT_LITERAL(text, "]}");
}

static bool
write_lines(GString *text, const RzSnapshot *snapshot, RzLineSink sink, void *data, GError **error)
{
    write_header(text, snapshot);
    if (!rz_text_flush(text, sink, data, error))
        return false;
    for (uint32_t b = 0; b < snapshot->n_brokers; b++) {
        if (!snapshot->brokers[b].listed)
            continue; /* known only from replica lists, and found there again */
        write_broker(text, snapshot, &snapshot->brokers[b]);
        if (!rz_text_flush(text, sink, data, error))
            return false;
    }
    for (uint32_t t = 0; t < snapshot->n_topics; t++) {
        write_topic(text, snapshot, &snapshot->topics[t]);
        if (!rz_text_flush(text, sink, data, error))
            return false;
    }
    return true;
}

bool
rz_snapshot_write(const RzSnapshot *snapshot, RzLineSink sink, void *data, GError **error)
{
    GString *text = g_string_sized_new(4096);
    bool fine = write_lines(text, snapshot, sink, data, error);
    g_string_free(text, TRUE);
    return fine;
}

static bool
hash_line(const char *line, gsize length, void *data, GError **error)
{
    (void)error;
    g_checksum_update(data, (const guchar *)line, (gssize)length);
    g_checksum_update(data, (const guchar *)"\n", 1);
    return true;
}

char *
rz_snapshot_sha256(const RzSnapshot *snapshot)
{
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    rz_snapshot_write(snapshot, hash_line, checksum, NULL);
    char *hex = g_strdup(g_checksum_get_string(checksum));
    g_checksum_free(checksum);
    return hex;
}
