/*
 * audit_text.c: counts by zone and broker, what each loss would do, and what would mend it.
 */
#include "cli/audit_text.h"

#include <inttypes.h>

#include "cli/output.h"
#include "cli/units.h"

/* Topics and brokers named in text; --json has all of them. */
#define MAX_TOPICS 10
#define MAX_BROKERS 60

static char *
count_text(int64_t count)
{
    return rz_format_count(count);
}

static void
print_zones(const RzAudit *audit, FILE *stream)
{
    static const char *const columns[] = {"zone",     ">brokers", ">alive", ">replicas",
                                          ">leaders", ">bytes",   ">skew",  NULL};
    g_autoptr(RzTable) table = rz_table_new(columns);
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        const RzZoneAudit *zone = &audit->zones[z];
        rz_table_row(table, g_strdup(audit->snapshot->zones[z]), count_text(zone->brokers),
                     count_text(zone->brokers_alive), count_text(zone->load.replicas),
                     count_text(zone->load.leaders), rz_format_bytes((double)zone->load.bytes),
                     g_strdup_printf("%.2f", zone->skew));
    }
    rz_table_print(table, stream, "");
    if (audit->replicas_without_zone > 0)
        fprintf(stream, "%" PRId64 " replicas are on brokers whose zone is unknown\n",
                audit->replicas_without_zone);
}

static void
print_brokers(const RzAudit *audit, FILE *stream)
{
    const RzSnapshot *snapshot = audit->snapshot;
    static const char *const columns[] = {">broker",  "zone",   "state", ">replicas",
                                          ">leaders", ">bytes", NULL};
    g_autoptr(RzTable) table = rz_table_new(columns);
    for (uint32_t b = 0; b < snapshot->n_brokers && b < MAX_BROKERS; b++) {
        const RzBroker *broker = &snapshot->brokers[b];
        const RzLoad *load = &audit->brokers[b].load;
        rz_table_row(table, g_strdup_printf("%d", broker->id),
                     g_strdup(broker->zone == RZ_NONE ? "-" : snapshot->zones[broker->zone]),
                     g_strdup(broker->alive ? "alive" : "dead"), count_text(load->replicas),
                     count_text(load->leaders), rz_format_bytes((double)load->bytes));
    }
    rz_table_print(table, stream, "");
    if (snapshot->n_brokers > MAX_BROKERS)
        fprintf(stream, "... and %u brokers more; --json lists all\n",
                snapshot->n_brokers - MAX_BROKERS);
}

static void
add_loss_row(RzTable *table, char *name, const RzLoss *loss)
{
    rz_table_row(table, name, count_text(loss->partitions[RZ_STATE_OFFLINE]),
                 count_text(loss->partitions[RZ_STATE_READ_ONLY]),
                 count_text(loss->partitions[RZ_STATE_UNDER_REPLICATED]),
                 count_text(loss->partitions[RZ_STATE_UNTOUCHED]));
}

static const char *const loss_columns[] = {"if lost now",       ">offline",   ">read-only",
                                           ">under-replicated", ">untouched", NULL};

void
rz_audit_print_zone_loss(const RzAudit *audit, FILE *stream)
{
    g_autoptr(RzTable) table = rz_table_new(loss_columns);
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++)
        add_loss_row(table, g_strdup_printf("zone %s", audit->snapshot->zones[z]),
                     &audit->zones[z].loss);
    rz_table_print(table, stream, "");
}

static bool
is_unsafe(const RzLoss *loss)
{
    return loss->partitions[RZ_STATE_OFFLINE] + loss->partitions[RZ_STATE_READ_ONLY] > 0;
}

/* Brokers whose loss alone stops something: the others are what replication is for. */
static void
print_broker_loss(const RzAudit *audit, FILE *stream)
{
    const RzSnapshot *snapshot = audit->snapshot;
    g_autoptr(RzTable) table = rz_table_new(loss_columns);
    uint32_t unsafe = 0;
    for (uint32_t b = 0; b < snapshot->n_brokers; b++) {
        const RzLoss *loss = &audit->brokers[b].loss;
        if (snapshot->brokers[b].alive && is_unsafe(loss) && ++unsafe <= MAX_BROKERS)
            add_loss_row(table, g_strdup_printf("broker %d", snapshot->brokers[b].id), loss);
    }
    if (unsafe == 0)
        fputs("No single broker's loss takes a partition offline or makes it read-only.\n", stream);
    else
        rz_table_print(table, stream, "");
}

static void
print_worst_topics(const RzAudit *audit, FILE *stream)
{
    static const char *const columns[] = {"zone lost", "topic", ">offline", ">read-only", NULL};
    g_autoptr(RzTable) table = rz_table_new(columns);
    uint32_t shown = 0, all = 0;
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        const RzZoneAudit *zone = &audit->zones[z];
        all += zone->n_worst;
        for (uint32_t i = 0; i < zone->n_worst && i < MAX_TOPICS; i++, shown++)
            rz_table_row(table, g_strdup(audit->snapshot->zones[z]),
                         g_strdup(audit->snapshot->topics[zone->worst[i].topic].name),
                         count_text(zone->worst[i].loss.partitions[RZ_STATE_OFFLINE]),
                         count_text(zone->worst[i].loss.partitions[RZ_STATE_READ_ONLY]));
    }
    if (shown == 0)
        return;
    fputs("\nWorst topics\n", stream);
    rz_table_print(table, stream, "");
    if (all > shown)
        fprintf(stream, "... and %u more; --json lists all\n", all - shown);
}

static void
print_fixes(const RzAudit *audit, FILE *stream)
{
    if (audit->n_groups == 0)
        return;
    fputs("\nWhat would mend it\n", stream);
    for (uint32_t i = 0; i < audit->n_groups; i++) {
        g_autofree char *text = rz_printable(audit->groups[i].text);
        fprintf(stream, "- %s\n", text);
    }
}

static void
print_quorum(const RzAudit *audit, FILE *stream)
{
    if (audit->quorum == NULL)
        return;
    g_autofree char *text = rz_printable(audit->quorum->text);
    fprintf(stream, "\nControllers\n%s\n", text);
}

void
rz_audit_print(const RzAudit *audit, FILE *stream)
{
    const RzSnapshot *snapshot = audit->snapshot;
    g_autofree char *partitions = rz_format_count(snapshot->n_partitions);
    g_autofree char *violations = rz_format_count(audit->zone_violations);
    if (audit->what_if != NULL)
        fprintf(stream, "Preview: %s\n", audit->what_if);
    fprintf(stream, "%u topics, %s partitions, %u brokers, %u zones\n\n", snapshot->n_topics,
            partitions, snapshot->n_brokers, snapshot->n_zones);
    print_zones(audit, stream);
    fputc('\n', stream);
    print_brokers(audit, stream);
    fprintf(stream, "\nPartitions not spread over the zones as wanted: %s\n\n", violations);
    rz_audit_print_zone_loss(audit, stream);
    print_broker_loss(audit, stream);
    print_worst_topics(audit, stream);
    print_fixes(audit, stream);
    print_quorum(audit, stream);
    bool unsafe = rz_audit_is_unsafe(audit);
    bool guessed = audit->replicas_without_zone > 0;
    g_autofree char *answer = rz_tone(
        stream,
        unsafe    ? RZ_BAD
        : guessed ? RZ_WARN
                  : RZ_GOOD,
        unsafe    ? "UNSAFE: the loss of one zone would stop reads or writes"
        : guessed ? "safe only as far as zones are known: name those of all brokers (--zone-map)"
                  : "safe: every partition stays writable when any one zone is lost");
    fprintf(stream, "\n%s\n", answer);
}
