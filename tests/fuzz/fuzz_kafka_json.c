/*
 * fuzz_kafka_json.c: any text as what Kafka's tools print: assignment, zone map, log directories,
 * and as another tool's reassignment of a small cluster. NUL bytes part the texts.
 */
#include <stdlib.h>
#include <string.h>

#include "planner/kafka_json.h"
#include "planner/plan_private.h"
#include "rezone/error.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/lines.h"

#define ZONES "{\"1\":\"a\",\"2\":\"b\"}"
#define CLUSTER                                                                                    \
    "{\"version\":1,\"partitions\":[{\"topic\":\"t\",\"partition\":0,\"replicas\":[1,2]},"         \
    "{\"topic\":\"t\",\"partition\":1,\"replicas\":[2]}]}"

static void
require_input_error(const void *result, const GError *error)
{
    if ((result == NULL) != (error != NULL) ||
        (error != NULL && !g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT)))
        abort();
}

static void
convert(const char *text, size_t size, const RzZoneMap *zones, const char *log_dirs, size_t n)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshot) snapshot =
        rz_snapshot_from_kafka_json(text, size, zones, log_dirs, n, &error);
    require_input_error(snapshot, error);
    if (snapshot == NULL)
        return;
    g_autoptr(GString) lines = g_string_new(NULL);
    rz_snapshot_write(snapshot, rz_append_line, lines, NULL);
    g_autoptr(RzSnapshotReader) reader = rz_snapshot_reader_new();
    if (!feed_lines(lines->str, lines->len, fuzz_snapshot_line, reader, NULL))
        abort();
}

static void
reassign(const char *text, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RzZoneMap) zones = rz_zone_map_parse(ZONES, strlen(ZONES), NULL);
    g_autoptr(RzSnapshot) snapshot =
        rz_snapshot_from_kafka_json(CLUSTER, strlen(CLUSTER), zones, NULL, 0, NULL);
    g_autoptr(RzPlan) plan = rz_plan_from_kafka_json(text, size, snapshot, &error);
    require_input_error(plan, error);
    if (plan != NULL && !rz_plan_check(snapshot, plan, NULL, NULL))
        abort(); /* it names live brokers only, since the cluster has no others */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *zone_text = memchr(text, '\0', size);
    if (size == 0)
        return 0;
    if (zone_text == NULL) {
        reassign(text, size);
        g_autoptr(RzZoneMap) zones = rz_zone_map_parse(ZONES, strlen(ZONES), NULL);
        convert(text, size, zones, NULL, 0);
        convert(CLUSTER, strlen(CLUSTER), zones, text, size);
        return 0;
    }
    size_t rest = size - (size_t)(++zone_text - text);
    g_autoptr(GError) error = NULL;
    g_autoptr(RzZoneMap) zones = rz_zone_map_parse(zone_text, rest, &error);
    require_input_error(zones, error);
    if (zones != NULL)
        convert(text, (size_t)(zone_text - 1 - text), zones, NULL, 0);
    return 0;
}
