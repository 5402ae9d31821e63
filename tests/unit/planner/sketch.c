/*
 * sketch.c: see sketch.h.
 */
#include "unit/planner/sketch.h"

#include <stdlib.h>
#include <string.h>

static void
or_die(bool fine, GError *error)
{
    if (!fine)
        g_error("sketch: %s", error->message);
}

static void
add_brokers(RzSnapshotBuilder *builder, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (gsize i = 0; words[i] != NULL; i++) {
        if (*words[i] == '\0')
            continue;
        bool dead = *words[i] == '!';
        g_auto(GStrv) parts = g_strsplit(words[i] + dead, "@", 2);
        RzBrokerInput broker = {
            .id = atoi(parts[0]),
            .zone = g_str_equal(parts[1], "-") ? NULL : parts[1],
            .alive = !dead,
        };
        GError *error = NULL;
        or_die(rz_snapshot_builder_add_broker(builder, &broker, &error), error);
    }
}

static GArray *
parse_ids(const char *text)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    for (gsize i = 0; words[i] != NULL; i++) {
        int32_t id = atoi(words[i]);
        if (*words[i] != '\0')
            g_array_append_val(ids, id);
    }
    return ids;
}

static void
add_partition(RzSnapshotBuilder *builder, int32_t number, char *word)
{
    char *star = strchr(word, '*');
    if (star != NULL)
        *star++ = '\0';
    g_auto(GStrv) lists = g_strsplit(word, ";", 2);
    g_autoptr(GArray) replicas = parse_ids(lists[0]);
    g_autoptr(GArray) isr = parse_ids(lists[1] == NULL ? lists[0] : lists[1]);
    static const int32_t nobody[1];
    RzPartitionInput partition = {
        .number = number,
        .replicas = (const int32_t *)(const void *)replicas->data,
        .n_replicas = replicas->len,
        .isr = isr->len > 0 ? (const int32_t *)(const void *)isr->data : nobody,
        .n_isr = isr->len,
        .leader = isr->len > 0 ? g_array_index(isr, int32_t, 0) : -1,
        .size_bytes = star == NULL ? 0 : g_ascii_strtoll(star, NULL, 10),
        .write_rate_bytes_per_s = -1,
    };
    GError *error = NULL;
    or_die(rz_snapshot_builder_add_partition(builder, &partition, &error), error);
}

static void
add_topic(RzSnapshotBuilder *builder, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    int32_t number = -1;
    for (gsize i = 0; words[i] != NULL; i++) {
        if (*words[i] == '\0')
            continue;
        if (number >= 0) {
            add_partition(builder, number++, words[i]);
            continue;
        }
        words[i][strcspn(words[i], ":")] = '\0';
        g_auto(GStrv) parts = g_strsplit(words[i], "/", 2);
        GError *error = NULL;
        or_die(rz_snapshot_builder_add_topic(builder, parts[0], NULL,
                                             parts[1] == NULL ? -1 : atoi(parts[1]), &error),
               error);
        number = 0;
    }
}

RzSnapshot *
sketch_cluster(const char *sketch)
{
    g_autoptr(RzSnapshotBuilder) builder = rz_snapshot_builder_new();
    g_auto(GStrv) parts = g_strsplit(sketch, "|", -1);
    for (gsize i = 0; parts[i] != NULL; i++) {
        if (i == 0)
            add_brokers(builder, parts[i]);
        else
            add_topic(builder, parts[i]);
    }
    GError *error = NULL;
    RzSnapshot *snapshot = rz_snapshot_builder_finish(builder, &error);
    or_die(snapshot != NULL, error);
    return snapshot;
}
