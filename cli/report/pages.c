/*
 * pages.c: audit, plan and compare as pages.
 */
#include <inttypes.h>

#include "cli/report/report.h"
#include "cli/report/sections.h"
#include "cli/report/svg.h"
#include "cli/units.h"
#include "planner/plan_apply.h"
#include "planner/plan_facts.h"
#include "planner/wide.h"

/* A matrix of more brokers is unreadable. */
#define MAX_MATRIX 40

static char *
subtitle(const RzSnapshot *snapshot)
{
    return g_strdup_printf("cluster %s, as of %s: %u topics, %u partitions, %u brokers, %u zones",
                           snapshot->cluster_id != NULL ? snapshot->cluster_id : "unnamed",
                           snapshot->taken_at != NULL ? snapshot->taken_at : "unknown",
                           snapshot->n_topics, snapshot->n_partitions, snapshot->n_brokers,
                           snapshot->n_zones);
}

/* @when: "now" or "after the plan". */
static void
answer(RzHtml *html, const char *when, const RzAudit *audit)
{
    bool unsafe = rz_audit_is_unsafe(audit);
    bool guessed = audit->replicas_without_zone > 0;
    g_autofree char *text = g_strdup_printf(
        "%s, %s", when,
        unsafe    ? "the loss of one zone would stop reads or writes of some partitions."
        : guessed ? "every partition stays writable when any one zone is lost, as far as zones are "
                    "known: some replicas are on brokers without one."
                  : "every partition stays writable when any one zone is lost.");
    rz_html_note(html, unsafe ? RZ_NOTE_BAD : guessed ? RZ_NOTE_WARN : RZ_NOTE_GOOD, text);
}

/* ---- audit ---- */

static void
worst_topics(RzHtml *html, const RzAudit *audit)
{
    static const char *const columns[] = {"zone lost", "topic", ">offline", ">read-only", NULL};
    rz_html_table_begin(html, "Topics that would stop, worst first", columns);
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        const RzZoneAudit *zone = &audit->zones[z];
        for (uint32_t i = 0; i < zone->n_worst; i++) {
            const RzTopicLoss *topic = &zone->worst[i];
            rz_html_table_row(html, g_strdup(audit->snapshot->zones[z]),
                              g_strdup(audit->snapshot->topics[topic->topic].name),
                              rz_format_count(topic->loss.partitions[RZ_STATE_OFFLINE]),
                              rz_format_count(topic->loss.partitions[RZ_STATE_READ_ONLY]));
        }
    }
    rz_html_table_end(html);
}

static void
controllers(RzHtml *html, const RzAudit *audit)
{
    const RzQuorumAudit *quorum = audit->quorum;
    if (quorum == NULL)
        return;
    bool lost = false;
    for (uint32_t z = 0; z < quorum->n_zones; z++)
        lost = lost || rz_quorum_is_lost_with(quorum, z);
    rz_html_heading(html, "Controllers");
    rz_html_note(html,
                 lost                       ? RZ_NOTE_BAD
                 : quorum->without_zone > 0 ? RZ_NOTE_WARN
                                            : RZ_NOTE_GOOD,
                 quorum->text);
    static const char *const columns[] = {">voter", "host", "zone", "role", NULL};
    rz_html_table_begin(html, "Voters of the controller quorum", columns);
    for (uint32_t v = 0; v < quorum->n_voters; v++) {
        const RzVoterAudit *voter = &quorum->voters[v];
        rz_html_table_row(
            html, g_strdup_printf("%d", voter->id),
            g_strdup(voter->host != NULL ? voter->host : "unknown"),
            g_strdup(voter->zone != RZ_NONE ? audit->snapshot->zones[voter->zone] : "unknown"),
            g_strdup(voter->is_broker ? "controller and broker" : "controller"));
    }
    rz_html_table_end(html);
}

char *
rz_report_audit(const RzAudit *audit)
{
    g_autofree char *about = subtitle(audit->snapshot);
    g_autoptr(RzHtml) html = rz_html_new("Audit of a Kafka cluster", about);
    if (audit->what_if != NULL)
        rz_html_note(html, RZ_NOTE_WARN, audit->what_if);
    answer(html, audit->what_if != NULL ? "then" : "now", audit);
    g_autofree char *spread = g_strdup_printf(
        "%" PRId64 " partitions are not spread over the zones as wanted.", audit->zone_violations);
    rz_html_paragraph(html, spread);
    rz_html_heading(html, "What the loss of a zone would do");
    rz_section_zone_loss(html, "Partitions by what the loss of a zone would make of them", audit);
    if (rz_audit_is_unsafe(audit)) {
        worst_topics(html, audit);
        rz_html_heading(html, "What would mend it");
        for (uint32_t i = 0; i < audit->n_groups; i++)
            rz_html_note(html, RZ_NOTE_PLAIN, audit->groups[i].text);
    }
    controllers(html, audit);
    rz_html_heading(html, "Brokers");
    rz_section_brokers(html, "Replicas by broker", audit);
    return rz_html_finish(html);
}

/* ---- plan ---- */

static void
tiers(RzHtml *html, const RzPlan *plan)
{
    static const char *const columns[] = {"tier", ">value", ">bound", "state", "meaning", NULL};
    rz_html_table_begin(html, "What was reached, and what cannot be undercut", columns);
    for (uint32_t i = 0; i < plan->n_tiers; i++) {
        const RzTier *tier = &plan->tiers[i];
        rz_html_table_row(html, g_strdup(tier->tier), rz_wide_to_words(tier->value),
                          rz_wide_to_words(tier->bound),
                          g_strdup(tier->proven ? "proven" : "not proven"),
                          g_strdup(tier->note != NULL ? tier->note : ""));
    }
    rz_html_table_end(html);
}

/* New replicas are copied from the leader: one cell a pair of brokers. */
static void
count_flows(const RzSnapshot *before, const RzPlan *plan, double *flows)
{
    for (uint32_t i = 0; i < plan->n_moves; i++) {
        const RzMove *move = &plan->moves[i];
        uint32_t source = rz_snapshot_find_broker(before, move->leader);
        for (uint16_t r = 0; source != RZ_NONE && r < move->n_to; r++) {
            int32_t id = rz_move_to(plan, move)[r];
            uint32_t target = rz_snapshot_find_broker(before, id);
            if (target != RZ_NONE && !rz_plan_list_has(rz_move_from(plan, move), move->n_from, id))
                flows[source * before->n_brokers + target] += (double)move->size_bytes;
        }
    }
}

static void
matrix(RzHtml *html, const RzSnapshot *before, const RzPlan *plan)
{
    uint32_t n = before->n_brokers;
    rz_html_heading(html, "Bytes to copy, from broker (row) to broker (column)");
    if (n > MAX_MATRIX) {
        rz_html_paragraph(html, "There are too many brokers for a readable picture.");
        return;
    }
    g_autofree double *flows = g_new0(double, (gsize)n *n + 1);
    count_flows(before, plan, flows);
    g_auto(GStrv) labels = g_new0(char *, n + 1);
    for (uint32_t b = 0; b < n; b++)
        labels[b] = g_strdup_printf("%d", before->brokers[b].id);
    rz_svg_matrix(html, "Bytes to copy between brokers", (const char *const *)labels, n, flows);
    static const char *const columns[] = {">from", ">to", ">bytes", NULL};
    rz_html_table_begin(html, "The same in figures", columns);
    for (uint32_t i = 0; i < n * n; i++)
        if (flows[i] > 0)
            rz_html_table_row(html, g_strdup(labels[i / n]), g_strdup(labels[i % n]),
                              rz_format_bytes(flows[i]));
    rz_html_table_end(html);
}

char *
rz_report_plan(const RzSnapshot *before, const RzPlan *plan, GError **error)
{
    g_autoptr(RzSnapshot) after = rz_snapshot_with_plan(before, plan, error);
    if (after == NULL)
        return NULL;
    g_autofree char *about = subtitle(before);
    g_autoptr(RzHtml) html = rz_html_new("Plan for a Kafka cluster", about);
    g_autofree char *bytes = rz_format_bytes((double)plan->totals.bytes_moved);
    g_autofree char *cross = rz_format_bytes((double)plan->totals.cross_zone_bytes);
    g_autofree char *totals = g_strdup_printf(
        "%" PRId64 " of %" PRId64 " partitions change: %" PRId64 " new replicas, %s to copy, %s of "
        "it between zones, %" PRId64 " leaders change. Plan %s.",
        plan->totals.partitions_changed, plan->totals.partitions, plan->totals.replicas_added,
        bytes, cross, plan->totals.leaders_changed, plan->plan_id);
    rz_html_paragraph(html, totals);
    g_autoptr(RzAudit) audit_before = rz_audit_new(before, plan->policy);
    g_autoptr(RzAudit) audit_after = rz_audit_new(after, plan->policy);
    answer(html, "after the plan", audit_after);
    rz_html_heading(html, "Proof");
    tiers(html, plan);
    rz_html_heading(html, "What the loss of a zone would do");
    rz_section_zone_loss(html, "Before", audit_before);
    rz_section_zone_loss(html, "After", audit_after);
    rz_html_heading(html, "Brokers");
    rz_section_brokers(html, "Before", audit_before);
    rz_section_brokers(html, "After", audit_after);
    matrix(html, before, plan);
    return rz_html_finish(html);
}

/* ---- compare ---- */

static char *
floor_time(const RzComparisonRow *row, int64_t throttle)
{
    if (throttle <= 0)
        return g_strdup("unknown");
    return rz_format_duration(rz_copy_time_ms(row->busiest_bytes, throttle));
}

static void
bytes_bars(RzHtml *html, const RzComparison *comparison)
{
    static const RzSeries series[] = {{"between zones", "var(--b)"}, {"inside a zone", "var(--a)"}};
    g_autofree RzBar *bars = g_new0(RzBar, comparison->n_rows + 1);
    g_autofree double *values = g_new0(double, 2 * comparison->n_rows + 1);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    guint n = 0;
    for (uint32_t i = 0; i < comparison->n_rows; i++) {
        const RzComparisonRow *row = &comparison->rows[i];
        if (row->refused != NULL)
            continue;
        values[2 * n] = (double)row->totals.cross_zone_bytes;
        values[2 * n + 1] = (double)(row->totals.bytes_moved - row->totals.cross_zone_bytes);
        char *text = rz_format_bytes((double)row->totals.bytes_moved);
        g_ptr_array_add(texts, text);
        bars[n] = (RzBar){row->name, values + 2 * n, text};
        n++;
    }
    rz_svg_bars(html, "Bytes to copy by policy", series, 2, bars, n);
}

char *
rz_report_compare(const RzSnapshot *snapshot, const RzComparison *comparison,
                  int64_t throttle_bytes_per_s)
{
    g_autofree char *about = subtitle(snapshot);
    g_autoptr(RzHtml) html = rz_html_new("Policies side by side", about);
    bytes_bars(html, comparison);
    static const char *const columns[] = {"policy",
                                          ">new replicas",
                                          ">bytes",
                                          ">between zones",
                                          ">new leaders",
                                          ">replicas a broker",
                                          ">leaders a broker",
                                          ">not spread",
                                          ">stop at worst",
                                          ">at least",
                                          "meaning",
                                          NULL};
    rz_html_table_begin(html, "What each costs and what it is worth", columns);
    for (uint32_t i = 0; i < comparison->n_rows; i++) {
        const RzComparisonRow *row = &comparison->rows[i];
        if (row->refused != NULL)
            continue;
        rz_html_table_row(
            html, g_strdup(row->name), rz_format_count(row->totals.replicas_added),
            rz_format_bytes((double)row->totals.bytes_moved),
            rz_format_bytes((double)row->totals.cross_zone_bytes),
            rz_format_count(row->totals.leaders_changed),
            g_strdup_printf("%" PRId64 "-%" PRId64, row->replicas_min, row->replicas_max),
            g_strdup_printf("%" PRId64 "-%" PRId64, row->leaders_min, row->leaders_max),
            rz_format_count(row->totals.zone_violations_after),
            rz_format_count(row->loss_offline + row->loss_read_only),
            floor_time(row, throttle_bytes_per_s), g_strdup(row->detail));
    }
    rz_html_table_end(html);
    for (uint32_t i = 0; i < comparison->n_rows; i++) {
        const RzComparisonRow *row = &comparison->rows[i];
        g_autofree char *text = g_strdup_printf("%s is not possible: %s", row->name,
                                                row->refused != NULL ? row->refused : "");
        if (row->refused != NULL)
            rz_html_note(html, RZ_NOTE_WARN, text);
    }
    return rz_html_finish(html);
}
