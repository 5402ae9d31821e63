/*
 * plan_write.c: a plan as its file, and as the JSON that Kafka's own tool takes.
 */
#include "planner/json_text.h"
#include "planner/plan_lines.h"

static void
write_totals(GString *text, const RzPlanTotals *totals)
{
    const struct {
        const char *name;
        RzWide value;
    } fields[] = {
        {"partitions", totals->partitions},
        {"partitions_changed", totals->partitions_changed},
        {"replicas_added", totals->replicas_added},
        {"replicas_removed", totals->replicas_removed},
        {"bytes_moved", totals->bytes_moved},
        {"cross_zone_bytes", totals->cross_zone_bytes},
        {"leaders_changed", totals->leaders_changed},
        {"zone_violations_before", totals->zone_violations_before},
        {"zone_violations_after", totals->zone_violations_after},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_string_append_printf(text, "%s\"%s\":", i > 0 ? "," : "{", fields[i].name);
        rz_text_wide(text, fields[i].value);
    }
    g_string_append_c(text, '}');
}

static void
write_tiers(GString *text, const RzTier *tiers, uint32_t n)
{
    g_string_append_c(text, '[');
    for (uint32_t i = 0; i < n; i++) {
        g_string_append(text, i > 0 ? ",{\"tier\":" : "{\"tier\":");
        rz_text_string(text, tiers[i].tier);
        RZ_TEXT_LITERAL(text, ",\"value\":");
        rz_text_wide(text, tiers[i].value);
        RZ_TEXT_LITERAL(text, ",\"bound\":");
        rz_text_wide(text, tiers[i].bound);
        g_string_append(text, tiers[i].proven ? ",\"proven\":true" : ",\"proven\":false");
        if (tiers[i].note != NULL) {
            RZ_TEXT_LITERAL(text, ",\"note\":");
            rz_text_string(text, tiers[i].note);
        }
        g_string_append_c(text, '}');
    }
    g_string_append_c(text, ']');
}

static void
write_groups(GString *text, const RzCertificate *certificate, const RzLevelGroup *groups,
             uint32_t n)
{
    g_string_append_c(text, '[');
    for (uint32_t i = 0; i < n; i++) {
        g_string_append(text, i > 0 ? ",{\"level\":" : "{\"level\":");
        rz_text_int(text, groups[i].level);
        RZ_TEXT_LITERAL(text, ",\"brokers\":");
        rz_text_ids(text, certificate->group_brokers + groups[i].first_broker, groups[i].n_brokers);
        g_string_append_c(text, '}');
    }
    g_string_append_c(text, ']');
}

/* A topic's prices stand in the order of the brokers above. */
static void
write_topic_prices(GString *text, const RzCertificate *certificate)
{
    gsize n = certificate->n_brokers;
    RZ_TEXT_LITERAL(text, ",\"topics\":[");
    for (uint32_t i = 0; i < certificate->n_topics; i++) {
        g_string_append(text, i > 0 ? ",{\"topic\":" : "{\"topic\":");
        rz_text_string(text, certificate->topics[i]);
        for (gsize b = 0; b < n; b++) {
            g_string_append(text, b > 0 ? "," : ",\"square_prices\":[");
            rz_text_wide(text, certificate->square_prices[i * n + b]);
        }
        for (gsize b = 0; b < n; b++) {
            g_string_append(text, b > 0 ? "," : "],\"prices\":[");
            rz_text_wide(text, certificate->topic_prices[i * n + b]);
        }
        RZ_TEXT_LITERAL(text, "]}");
    }
    g_string_append_c(text, ']');
}

static void
write_certificate(GString *text, const RzCertificate *certificate)
{
    RZ_TEXT_LITERAL(text, "{\"version\":1,\"scale\":");
    rz_text_wide(text, certificate->scale);
    RZ_TEXT_LITERAL(text, ",\"brokers\":[");
    for (uint32_t i = 0; i < certificate->n_brokers; i++) {
        const RzBrokerPrice *broker = &certificate->brokers[i];
        g_string_append(text, i > 0 ? ",{\"broker\":" : "{\"broker\":");
        rz_text_int(text, broker->broker_id);
        RZ_TEXT_LITERAL(text, ",\"lo\":");
        rz_text_wide(text, broker->lo);
        RZ_TEXT_LITERAL(text, ",\"hi\":");
        rz_text_wide(text, broker->hi);
        RZ_TEXT_LITERAL(text, ",\"price\":");
        rz_text_wide(text, broker->price);
        if (certificate->n_topics > 0) {
            RZ_TEXT_LITERAL(text, ",\"square_price\":");
            rz_text_wide(text, broker->square_price);
        }
        RZ_TEXT_LITERAL(text, ",\"leader_price\":");
        rz_text_wide(text, broker->leader_price);
        g_string_append_c(text, '}');
    }
    RZ_TEXT_LITERAL(text, "],\"groups\":");
    write_groups(text, certificate, certificate->groups, certificate->n_groups);
    RZ_TEXT_LITERAL(text, ",\"leader_groups\":");
    write_groups(text, certificate, certificate->leader_groups, certificate->n_leader_groups);
    if (certificate->n_topics > 0)
        write_topic_prices(text, certificate);
    g_string_append_c(text, '}');
}

static void
write_header(GString *text, const RzPlan *plan)
{
    g_autofree char *policy = plan->policy == NULL ? NULL : rz_policy_to_json(plan->policy);
    RZ_TEXT_LITERAL(text, "{\"format\":\"rezone-plan\",\"version\":1,\"plan_id\":");
    rz_text_string(text, plan->plan_id);
    RZ_TEXT_LITERAL(text, ",\"cluster_id\":");
    rz_text_string(text, plan->cluster_id);
    RZ_TEXT_LITERAL(text, ",\"snapshot_sha256\":");
    rz_text_string(text, plan->snapshot_sha256);
    RZ_TEXT_LITERAL(text, ",\"policy\":");
    g_string_append(text, policy == NULL ? "null" : policy);
    RZ_TEXT_LITERAL(text, ",\"totals\":");
    write_totals(text, &plan->totals);
    RZ_TEXT_LITERAL(text, ",\"proof\":{\"tiers\":");
    write_tiers(text, plan->tiers, plan->n_tiers);
    if (plan->certificate.present) {
        RZ_TEXT_LITERAL(text, ",\"certificate\":");
        write_certificate(text, &plan->certificate);
    }
    RZ_TEXT_LITERAL(text, "}}");
}

static bool
write_lines(GString *text, const RzPlan *plan, RzLineSink sink, void *data, GError **error)
{
    write_header(text, plan);
    if (!rz_text_flush(text, sink, data, error))
        return false;
    for (uint32_t t = 0; t < plan->n_topics; t++) {
        rz_plan_write_topic(text, plan, &plan->topics[t]);
        if (!rz_text_flush(text, sink, data, error))
            return false;
    }
    return true;
}

bool
rz_plan_write(const RzPlan *plan, RzLineSink sink, void *data, GError **error)
{
    GString *text = g_string_sized_new(4096);
    bool fine = write_lines(text, plan, sink, data, error);
    g_string_free(text, TRUE);
    return fine;
}

bool
rz_plan_write_kafka_json(const RzPlan *plan, bool rollback, RzLineSink sink, void *data,
                         GError **error)
{
    GString *text = g_string_new("{\"version\":1,\"partitions\":[");
    for (uint32_t i = 0; i < plan->n_moves; i++) {
        const RzMove *move = &plan->moves[i];
        g_string_append(text, i > 0 ? ",{\"topic\":" : "{\"topic\":");
        rz_text_string(text, plan->topics[move->topic].name);
        RZ_TEXT_LITERAL(text, ",\"partition\":");
        rz_text_int(text, move->partition);
        RZ_TEXT_LITERAL(text, ",\"replicas\":");
        if (rollback)
            rz_text_ids(text, rz_move_from(plan, move), move->n_from);
        else
            rz_text_ids(text, rz_move_to(plan, move), move->n_to);
        g_string_append_c(text, '}');
    }
    RZ_TEXT_LITERAL(text, "]}");
    bool fine = rz_text_flush(text, sink, data, error);
    g_string_free(text, TRUE);
    return fine;
}
