/*
 * sections.c: brokers and zone losses, as picture and table.
 */
#include "cli/report/sections.h"

#include <inttypes.h>

#include "cli/report/svg.h"
#include "cli/units.h"

/* More bars than this are a wall; the table has them all. */
#define MAX_BARS 60

void
rz_section_brokers(RzHtml *html, const char *caption, const RzAudit *audit)
{
    static const RzSeries series[] = {{"leaders", "var(--a)"}, {"followers", "var(--b)"}};
    const RzSnapshot *snapshot = audit->snapshot;
    guint n = MIN(snapshot->n_brokers, MAX_BARS);
    g_autofree RzBar *bars = g_new0(RzBar, n + 1);
    g_autofree double *values = g_new0(double, 2 * n + 1);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (guint b = 0; b < n; b++) {
        const RzBroker *broker = &snapshot->brokers[b];
        const RzLoad *load = &audit->brokers[b].load;
        values[2 * b] = (double)load->leaders;
        values[2 * b + 1] = (double)(load->replicas - load->leaders);
        g_autofree char *bytes = rz_format_bytes((double)load->bytes);
        char *label =
            g_strdup_printf("%d (%s)", broker->id,
                            broker->zone == RZ_NONE ? "no zone" : snapshot->zones[broker->zone]);
        char *text = g_strdup_printf("%" PRId64 ", %s%s", load->replicas, bytes,
                                     broker->alive ? "" : ", dead");
        g_ptr_array_add(texts, label);
        g_ptr_array_add(texts, text);
        bars[b] = (RzBar){label, values + 2 * b, text};
    }
    rz_svg_bars(html, caption, series, 2, bars, n);
    static const char *const columns[] = {">broker",  "zone",   "state", ">replicas",
                                          ">leaders", ">bytes", NULL};
    rz_html_table_begin(html, caption, columns);
    for (uint32_t b = 0; b < snapshot->n_brokers; b++) {
        const RzBroker *broker = &snapshot->brokers[b];
        const RzLoad *load = &audit->brokers[b].load;
        rz_html_table_row(
            html, g_strdup_printf("%d", broker->id),
            g_strdup(broker->zone == RZ_NONE ? "none" : snapshot->zones[broker->zone]),
            g_strdup(broker->alive ? "alive" : "dead"), rz_format_count(load->replicas),
            rz_format_count(load->leaders), rz_format_bytes((double)load->bytes));
    }
    rz_html_table_end(html);
}

void
rz_section_zone_loss(RzHtml *html, const char *caption, const RzAudit *audit)
{
    static const RzSeries series[RZ_N_STATES] = {
        [RZ_STATE_OFFLINE] = {"offline", "var(--bad)"},
        [RZ_STATE_READ_ONLY] = {"read-only", "var(--b)"},
        [RZ_STATE_UNDER_REPLICATED] = {"under-replicated", "var(--warn)"},
        [RZ_STATE_UNTOUCHED] = {"untouched", "var(--good)"},
    };
    const RzSnapshot *snapshot = audit->snapshot;
    g_autofree RzBar *bars = g_new0(RzBar, snapshot->n_zones + 1);
    g_autofree double *values = g_new0(double, RZ_N_STATES * snapshot->n_zones + 1);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    static const char *const columns[] = {"zone lost",         ">offline",   ">read-only",
                                          ">under-replicated", ">untouched", NULL};
    for (uint32_t z = 0; z < snapshot->n_zones; z++) {
        const int64_t *partitions = audit->zones[z].loss.partitions;
        for (guint s = 0; s < RZ_N_STATES; s++)
            values[RZ_N_STATES * z + s] = (double)partitions[s];
        char *text = g_strdup_printf("%" PRId64 " stop",
                                     partitions[RZ_STATE_OFFLINE] + partitions[RZ_STATE_READ_ONLY]);
        g_ptr_array_add(texts, text);
        bars[z] = (RzBar){snapshot->zones[z], values + RZ_N_STATES * z, text};
    }
    rz_svg_bars(html, caption, series, RZ_N_STATES, bars, snapshot->n_zones);
    rz_html_table_begin(html, caption, columns);
    for (uint32_t z = 0; z < snapshot->n_zones; z++) {
        const int64_t *partitions = audit->zones[z].loss.partitions;
        rz_html_table_row(html, g_strdup(snapshot->zones[z]),
                          rz_format_count(partitions[RZ_STATE_OFFLINE]),
                          rz_format_count(partitions[RZ_STATE_READ_ONLY]),
                          rz_format_count(partitions[RZ_STATE_UNDER_REPLICATED]),
                          rz_format_count(partitions[RZ_STATE_UNTOUCHED]));
    }
    rz_html_table_end(html);
}
