/*
 * formats.c: what it takes to write and read snapshots and plans, to audit, and to check.
 *
 * Prints CSV, CPU milliseconds of one thread: the writer of the snapshot, jansson parsing the same
 * lines and dropping them (the floor for any reader that uses it), our reader, the fingerprint, the
 * audit, the plan's writer and reader, and the checker. Median of RUNS.
 *
 * Usage: bench-formats [RUNS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <glib.h>

#include "bench/lines.h"
#include "bench/workload_snapshot.h"
#include "rezone/audit.h"
#include "rezone/plan.h"

typedef struct {
    const char *name;
    BenchShape shape;
} Scenario;

/* clang-format off */
static const Scenario scenarios[] = {
    {"zone-added-1M-300", {"c", "150+150", "3", 1, 0, BENCH_SIZES_LOG, BENCH_START_BLIND,  1000000, 3, ""}},
    {"random-1M-300",     {"h", "150+150", "3", 2, 0, BENCH_SIZES_LOG, BENCH_START_RANDOM, 1000000, 8, ""}},
    {"six-zones-1M-300",  {"p", "50+50+50+50+50+50", "3", 6, 0, BENCH_SIZES_LOG, BENCH_START_RANDOM, 1000000, 16, ""}},
};
/* clang-format on */

enum { WRITE, JANSSON, READ, SHA256, AUDIT, PLAN_WRITE, PLAN_READ, CHECK, N_STEPS };

typedef struct {
    RzSnapshot *snapshot, *read;
    RzPlan *plan, *plan_read;
    RzAudit *audit;
    GString *text, *plan_text;
} Files;

static double
cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
feed(const GString *text, BenchLineFunc read, void *reader)
{
    GError *error = NULL;
    if (!bench_for_each_line(text->str, text->len, read, reader, &error))
        g_error("%s", error->message);
}

static void
run_step(Files *f, int step)
{
    GError *error = NULL;
    RzSnapshotReader *snapshot_reader;
    RzPlanReader *plan_reader;
    switch (step) {
    case WRITE:
        rz_snapshot_write(f->snapshot, rz_append_line, g_string_truncate(f->text, 0), NULL);
        break;
    case JANSSON:
        feed(f->text, bench_json_line, NULL);
        break;
    case READ:
        snapshot_reader = rz_snapshot_reader_new();
        feed(f->text, bench_snapshot_line, snapshot_reader);
        f->read = rz_snapshot_reader_finish(snapshot_reader, NULL);
        rz_snapshot_reader_free(snapshot_reader);
        break;
    case SHA256:
        g_free(rz_snapshot_sha256(f->snapshot));
        break;
    case AUDIT:
        f->audit = rz_audit_new(f->snapshot, NULL);
        break;
    case PLAN_WRITE:
        rz_plan_write(f->plan, rz_append_line, g_string_truncate(f->plan_text, 0), NULL);
        break;
    case PLAN_READ:
        plan_reader = rz_plan_reader_new();
        feed(f->plan_text, bench_plan_line, plan_reader);
        f->plan_read = rz_plan_reader_finish(plan_reader, NULL);
        rz_plan_reader_free(plan_reader);
        break;
    default:
        if (!rz_plan_check(f->snapshot, f->plan, NULL, &error))
            g_error("%s", error->message);
    }
}

static void
drop_results(Files *f)
{
    g_clear_pointer(&f->read, rz_snapshot_free);
    g_clear_pointer(&f->plan_read, rz_plan_free);
    g_clear_pointer(&f->audit, rz_audit_free);
}

static RzSnapshot *
snapshot_of(const BenchShape *shape)
{
    GError *error = NULL;
    BenchWorkload *workload = bench_workload_new(shape);
    RzSnapshot *snapshot = bench_workload_snapshot(workload, &error);
    bench_workload_free(workload);
    if (snapshot == NULL)
        g_error("%s", error->message);
    return snapshot;
}

static int
compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void
measure(const Scenario *scenario, gsize runs)
{
    g_autoptr(RzPolicy) policy = rz_policy_new();
    Files f = {.snapshot = snapshot_of(&scenario->shape)};
    f.plan = rz_plan_new(f.snapshot, policy, NULL);
    f.text = g_string_new(NULL);
    f.plan_text = g_string_new(NULL);
    g_autofree double *times = g_new(double, runs);
    printf("%s", scenario->name);
    for (int step = 0; step < N_STEPS; step++) {
        for (gsize run = 0; run < runs; run++) {
            drop_results(&f);
            double begin = cpu_ms();
            run_step(&f, step);
            times[run] = cpu_ms() - begin;
        }
        qsort(times, runs, sizeof *times, compare_doubles);
        printf(",%.0f", times[runs / 2]);
        fflush(stdout);
    }
    printf(",%.1f,%.1f\n", (double)f.text->len / 1e6, (double)f.plan_text->len / 1e6);
    drop_results(&f);
    rz_plan_free(f.plan);
    rz_snapshot_free(f.snapshot);
    g_string_free(f.text, TRUE);
    g_string_free(f.plan_text, TRUE);
}

int
main(int argc, char **argv)
{
    gsize runs = argc > 1 ? (gsize)g_ascii_strtoull(argv[1], NULL, 10) : 3;
    printf("scenario,write_ms,jansson_ms,read_ms,sha256_ms,audit_ms,plan_write_ms,plan_read_ms,"
           "check_ms,snapshot_MB,plan_MB\n");
    for (gsize i = 0; i < G_N_ELEMENTS(scenarios); i++)
        measure(&scenarios[i], MAX(runs, 1));
    return 0;
}
