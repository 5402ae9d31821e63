/*
 * audit_json.c: an audit as one JSON document.
 */
#include "planner/audit.h"
#include "planner/json_text.h"

#define WORST_TOPICS 20 /* named for each zone; the counts cover all */

static void
write_load(GString *text, const RzLoad *load)
{
    RZ_TEXT_LITERAL(text, ",\"replicas\":");
    rz_text_int(text, load->replicas);
    RZ_TEXT_LITERAL(text, ",\"leaders\":");
    rz_text_int(text, load->leaders);
    RZ_TEXT_LITERAL(text, ",\"bytes\":");
    rz_text_wide(text, load->bytes);
    RZ_TEXT_LITERAL(text, ",\"leader_bytes\":");
    rz_text_wide(text, load->leader_bytes);
}

/* `"offline":N,"read_only":N,...` */
static void
write_loss(GString *text, const RzLoss *loss)
{
    for (int state = 0; state < RZ_N_STATES; state++) {
        g_string_append_printf(text, "%s\"%s\":", state > 0 ? "," : "",
                               rz_partition_state_name((RzPartitionState)state));
        rz_text_int(text, loss->partitions[state]);
    }
}

static void
write_zone_name(GString *text, const RzSnapshot *snapshot, uint32_t zone)
{
    rz_text_string(text, zone == RZ_NONE ? NULL : snapshot->zones[zone]);
}

static void
write_brokers(GString *text, const RzAudit *audit)
{
    const RzSnapshot *s = audit->snapshot;
    RZ_TEXT_LITERAL(text, ",\"brokers\":[");
    for (uint32_t b = 0; b < s->n_brokers; b++) {
        g_string_append(text, b > 0 ? ",{\"broker\":" : "{\"broker\":");
        rz_text_int(text, s->brokers[b].id);
        RZ_TEXT_LITERAL(text, ",\"zone\":");
        write_zone_name(text, s, s->brokers[b].zone);
        g_string_append(text, s->brokers[b].alive ? ",\"alive\":true" : ",\"alive\":false");
        write_load(text, &audit->brokers[b].load);
        RZ_TEXT_LITERAL(text, ",\"loss\":{");
        write_loss(text, &audit->brokers[b].loss);
        RZ_TEXT_LITERAL(text, "}}");
    }
    g_string_append_c(text, ']');
}

static void
write_zones(GString *text, const RzAudit *audit)
{
    RZ_TEXT_LITERAL(text, ",\"zones\":[");
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        const RzZoneAudit *zone = &audit->zones[z];
        char skew[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append(text, z > 0 ? ",{\"zone\":" : "{\"zone\":");
        write_zone_name(text, audit->snapshot, z);
        g_string_append_printf(text, ",\"brokers\":%u,\"brokers_alive\":%u", zone->brokers,
                               zone->brokers_alive);
        write_load(text, &zone->load);
        RZ_TEXT_LITERAL(text, ",\"replicas_min\":");
        rz_text_int(text, zone->replicas_min);
        RZ_TEXT_LITERAL(text, ",\"replicas_max\":");
        rz_text_int(text, zone->replicas_max);
        RZ_TEXT_LITERAL(text, ",\"skew\":");
        g_string_append(text, g_ascii_formatd(skew, sizeof skew, "%.4f", zone->skew));
        g_string_append_c(text, '}');
    }
    g_string_append_c(text, ']');
}

static void
write_worst(GString *text, const RzSnapshot *snapshot, const RzZoneAudit *zone)
{
    g_string_append_printf(text, ",\"topics_unsafe\":%u,\"worst_topics\":[", zone->n_worst);
    for (uint32_t i = 0; i < MIN(zone->n_worst, WORST_TOPICS); i++) {
        const char *name = snapshot->topics[zone->worst[i].topic].name;
        g_string_append(text, i > 0 ? ",{\"topic\":" : "{\"topic\":");
        rz_text_string(text, name);
        g_string_append(text, rz_topic_is_internal(name) ? ",\"internal\":true,"
                                                         : ",\"internal\":false,");
        write_loss(text, &zone->worst[i].loss);
        g_string_append_c(text, '}');
    }
    g_string_append_c(text, ']');
}

static void
write_zone_loss(GString *text, const RzAudit *audit)
{
    RZ_TEXT_LITERAL(text, ",\"zone_loss\":[");
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        g_string_append(text, z > 0 ? ",{\"zone\":" : "{\"zone\":");
        write_zone_name(text, audit->snapshot, z);
        g_string_append_c(text, ',');
        write_loss(text, &audit->zones[z].loss);
        write_worst(text, audit->snapshot, &audit->zones[z]);
        g_string_append_c(text, '}');
    }
    g_string_append_c(text, ']');
}

static void
write_group(GString *text, const RzUnsafeGroup *group)
{
    static const char *const fixes[] = {
        [RZ_FIX_SYNC] = "sync",
        [RZ_FIX_SPREAD] = "spread",
        [RZ_FIX_RF] = "target_rf",
        [RZ_FIX_NONE] = "none",
    };
    g_string_append_printf(text, "{\"replicas\":%d,\"min_insync_replicas\":%d", group->rf,
                           group->min_insync_replicas);
    RZ_TEXT_LITERAL(text, ",\"partitions\":");
    rz_text_int(text, group->partitions);
    RZ_TEXT_LITERAL(text, ",\"topics\":");
    rz_text_int(text, group->topics);
    RZ_TEXT_LITERAL(text, ",\"bytes\":");
    rz_text_wide(text, group->bytes);
    RZ_TEXT_LITERAL(text, ",\"internal_topics\":[");
    for (guint i = 0; i < group->internal->len; i++) {
        if (i > 0)
            g_string_append_c(text, ',');
        rz_text_string(text, group->internal->pdata[i]);
    }
    g_string_append_printf(text, "],\"fix\":\"%s\"", fixes[group->fix]);
    if (group->layout != NULL) {
        g_string_append_printf(text, ",\"target_rf\":%d,\"layout\":\"%s\"", group->new_rf,
                               group->layout);
        RZ_TEXT_LITERAL(text, ",\"new_replicas\":");
        rz_text_int(text, group->new_replicas);
        RZ_TEXT_LITERAL(text, ",\"new_bytes\":");
        rz_text_wide(text, group->new_bytes);
    }
    if (group->alternative_min > 0)
        g_string_append_printf(text, ",\"or_min_insync_replicas\":%d", group->alternative_min);
    RZ_TEXT_LITERAL(text, ",\"text\":");
    rz_text_string(text, group->text);
    g_string_append_c(text, '}');
}

static void
write_voter(GString *text, const RzVoterAudit *voter, const RzSnapshot *snapshot)
{
    RZ_TEXT_LITERAL(text, "{\"voter\":");
    rz_text_int(text, voter->id);
    RZ_TEXT_LITERAL(text, ",\"host\":");
    rz_text_string(text, voter->host);
    RZ_TEXT_LITERAL(text, ",\"zone\":");
    write_zone_name(text, snapshot, voter->zone);
    g_string_append_printf(text, ",\"is_broker\":%s,\"shares_host_with\":[",
                           voter->is_broker ? "true" : "false");
    for (guint i = 0; i < voter->neighbours->len; i++)
        g_string_append_printf(text, "%s%d", i > 0 ? "," : "",
                               g_array_index(voter->neighbours, int32_t, i));
    RZ_TEXT_LITERAL(text, "]}");
}

static void
write_quorum(GString *text, const RzQuorumAudit *quorum, const RzSnapshot *snapshot)
{
    g_string_append_printf(text, ",\"quorum\":{\"leader\":%d,\"majority\":%u,\"voters\":[",
                           quorum->leader, quorum->majority);
    for (uint32_t v = 0; v < quorum->n_voters; v++) {
        if (v > 0)
            g_string_append_c(text, ',');
        write_voter(text, &quorum->voters[v], snapshot);
    }
    RZ_TEXT_LITERAL(text, "],\"zones\":[");
    for (uint32_t z = 0; z < quorum->n_zones; z++) {
        g_string_append(text, z > 0 ? ",{\"zone\":" : "{\"zone\":");
        write_zone_name(text, snapshot, z);
        g_string_append_printf(text, ",\"voters\":%u,\"takes_majority\":%s}", quorum->in_zone[z],
                               rz_quorum_is_lost_with(quorum, z) ? "true" : "false");
    }
    g_string_append_printf(text, "],\"voters_without_zone\":%u,\"text\":", quorum->without_zone);
    rz_text_string(text, quorum->text);
    g_string_append_c(text, '}');
}

char *
rz_audit_to_json(const RzAudit *audit)
{
    const RzSnapshot *s = audit->snapshot;
    GString *text = g_string_new("{\"cluster_id\":");
    rz_text_string(text, s->cluster_id);
    RZ_TEXT_LITERAL(text, ",\"taken_at\":");
    rz_text_string(text, s->taken_at);
    if (audit->what_if != NULL) {
        RZ_TEXT_LITERAL(text, ",\"what_if\":");
        rz_text_string(text, audit->what_if);
    }
    g_string_append_printf(text, ",\"topics_total\":%u,\"partitions_total\":%u", s->n_topics,
                           s->n_partitions);
    RZ_TEXT_LITERAL(text, ",\"zone_violations\":");
    rz_text_int(text, audit->zone_violations);
    RZ_TEXT_LITERAL(text, ",\"replicas_without_zone\":");
    rz_text_int(text, audit->replicas_without_zone);
    g_string_append_printf(text, ",\"unsafe\":%s,\"skewed\":%s,\"now\":{",
                           rz_audit_is_unsafe(audit) ? "true" : "false",
                           rz_audit_is_skewed(audit) ? "true" : "false");
    write_loss(text, &audit->now);
    g_string_append_c(text, '}');
    write_brokers(text, audit);
    write_zones(text, audit);
    write_zone_loss(text, audit);
    RZ_TEXT_LITERAL(text, ",\"unsafe_groups\":[");
    for (uint32_t g = 0; g < audit->n_groups; g++) {
        if (g > 0)
            g_string_append_c(text, ',');
        write_group(text, &audit->groups[g]);
    }
    g_string_append_c(text, ']');
    if (audit->quorum != NULL)
        write_quorum(text, audit->quorum, s);
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}
