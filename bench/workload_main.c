/*
 * workload_main.c: print a made-up cluster as a snapshot.
 *
 * The text is written here and not by the planner, so that a fault in its writer cannot hide from
 * the measurements. Seed and shape are in the header's "workload", where a reader of snapshots
 * skips them, and once more on stderr.
 */
#include "bench/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: bench-workload SHAPE [FIELD=VALUE ...]   print a snapshot\n"
    "       bench-workload --list                    print the shapes, tab separated\n"
    "fields: partitions seed zones (12+12) factors (2,3,4) used drained\n"
    "        sizes (log zipf equal) start (blind aware random skewed copysets)\n";

static void
print_shapes(void)
{
    for (const BenchShape *shape = bench_shapes; shape->name != NULL; shape++)
        printf("%s\t%s\t%s\t%u\t%s\n", shape->name, shape->zones, shape->factors, shape->partitions,
               shape->what);
}

static void
print_header(const BenchShape *shape, const BenchWorkload *workload)
{
    printf("{\"format\":\"rezone-snapshot\",\"version\":1,\"cluster_id\":\"bench-%s\","
           "\"workload\":{\"shape\":\"%s\",\"seed\":%" G_GUINT64_FORMAT
           ",\"zones\":\"%s\",\"used\":%u,\"factors\":\"%s\",\"sizes\":\"%s\",\"start\":\"%s\","
           "\"drain\":[",
           shape->name, shape->name, shape->seed, shape->zones, shape->used_zones, shape->factors,
           bench_sizes_name(shape->sizes), bench_start_name(shape->start));
    const char *separator = "";
    for (uint32_t b = 0; b < workload->n_brokers; b++) {
        if (!workload->brokers[b].drained)
            continue;
        printf("%s%d", separator, workload->brokers[b].id);
        separator = ",";
    }
    puts("]}}");
}

static void
print_replicas(const BenchWorkload *workload, const BenchPartition *partition)
{
    for (uint32_t i = 0; i < partition->count; i++)
        printf("%s%d", i > 0 ? "," : "", workload->replicas[partition->first + i]);
}

static void
print_partition(const BenchWorkload *workload, const BenchPartition *partition)
{
    printf("{\"partition\":%u,\"replicas\":[", partition->number);
    print_replicas(workload, partition);
    printf("],\"isr\":[");
    print_replicas(workload, partition);
    printf("],\"leader\":%d,\"size_bytes\":%" G_GINT64_FORMAT "}",
           workload->replicas[partition->first], partition->size_bytes);
}

static void
print_topics(const BenchWorkload *workload)
{
    for (uint32_t p = 0; p < workload->n_partitions; p++) {
        const BenchPartition *partition = &workload->partitions[p];
        if (partition->number == 0) {
            char name[16];
            bench_topic_name(partition->topic, name);
            printf("%s{\"topic\":\"%s\",\"min_insync_replicas\":%u,\"partitions\":[",
                   p > 0 ? "]}\n" : "", name, MAX(partition->count, 2) - 1);
        } else {
            putchar(',');
        }
        print_partition(workload, partition);
    }
    if (workload->n_partitions > 0)
        puts("]}");
}

static void
print_snapshot(const BenchShape *shape, const BenchWorkload *workload)
{
    print_header(shape, workload);
    for (uint32_t b = 0; b < workload->n_brokers; b++)
        printf("{\"broker\":%d,\"host\":\"127.0.0.1\",\"port\":%u,\"zone\":\"az%u\","
               "\"alive\":true}\n",
               workload->brokers[b].id, 10000 + b, workload->brokers[b].zone + 1);
    print_topics(workload);
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        print_shapes();
        return EXIT_SUCCESS;
    }
    const BenchShape *named = argc > 1 ? bench_shape_find(argv[1]) : NULL;
    if (named == NULL) {
        fputs(usage, stderr);
        return 2;
    }
    BenchShape shape = *named;
    for (int i = 2; i < argc; i++) {
        if (bench_shape_set(&shape, argv[i]))
            continue;
        fprintf(stderr, "bench-workload: %s: no such field or a bad value\n%s", argv[i], usage);
        return 2;
    }

    g_autoptr(BenchWorkload) workload = bench_workload_new(&shape);
    if (workload == NULL) {
        fputs("bench-workload: more replicas or drained brokers than the used zones have\n",
              stderr);
        return 2;
    }
    print_snapshot(&shape, workload);
    fprintf(stderr, "%s: seed %" G_GUINT64_FORMAT ", zones %s, %u partitions, %u topics\n",
            shape.name, shape.seed, shape.zones, workload->n_partitions, workload->n_topics);
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
