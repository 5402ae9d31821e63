/*
 * stages.c: what each stage of `rezone plan`, `check` and `audit` costs on one snapshot file.
 *
 * Prints CSV: stage, wall and CPU milliseconds, and the most memory the process held during it
 * (everything the earlier stages left included, as in the command itself). The file's lines are in
 * memory before the first stage, so that no disk is measured. "json" is the yardstick for "read":
 * jansson parsing the same lines and forgetting them.
 *
 * Usage: bench-stages SNAPSHOT [DRAINED-ID,...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/lines.h"
#include "rezone/audit.h"
#include "rezone/plan.h"

typedef struct {
    char *text;
    gsize length;
    RzPolicy *policy;
    RzSnapshot *snapshot;
    RzPlan *plan, *reread;
    GString *written;
} Bench;

static bool
parse_json(Bench *bench, GError **error)
{
    return bench_for_each_line(bench->text, bench->length, bench_json_line, NULL, error);
}

static bool
read_snapshot(Bench *bench, GError **error)
{
    g_autoptr(RzSnapshotReader) reader = rz_snapshot_reader_new();
    if (!bench_for_each_line(bench->text, bench->length, bench_snapshot_line, reader, error))
        return false;
    bench->snapshot = rz_snapshot_reader_finish(reader, error);
    return bench->snapshot != NULL;
}

static bool
make_plan(Bench *bench, GError **error)
{
    bench->plan = rz_plan_new(bench->snapshot, bench->policy, error);
    return bench->plan != NULL;
}

static bool
write_plan(Bench *bench, GError **error)
{
    bench->written = g_string_new(NULL);
    return rz_plan_write(bench->plan, rz_append_line, bench->written, error);
}

static bool
read_plan(Bench *bench, GError **error)
{
    g_autoptr(RzPlanReader) reader = rz_plan_reader_new();
    if (!bench_for_each_line(bench->written->str, bench->written->len, bench_plan_line, reader,
                             error))
        return false;
    bench->reread = rz_plan_reader_finish(reader, error);
    return bench->reread != NULL;
}

static bool
check_plan(Bench *bench, GError **error)
{
    g_autofree char *report = NULL;
    return rz_plan_check(bench->snapshot, bench->reread, &report, error);
}

static bool
audit_snapshot(Bench *bench, GError **error)
{
    (void)error;
    g_autoptr(RzAudit) audit = rz_audit_new(bench->snapshot, bench->policy);
    free(rz_audit_to_json(audit));
    return true;
}

static const struct {
    const char *name;
    bool (*run)(Bench *bench, GError **error);
} stages[] = {
    {"json", parse_json},      {"read", read_snapshot}, {"plan", make_plan},
    {"write", write_plan},     {"reread", read_plan},   {"check", check_plan},
    {"audit", audit_snapshot},
};

static double
now_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Linux forgets the peak when "5" is written here; elsewhere the peak of the whole run stays. */
static void
forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file == NULL)
        return;
    fputs("5", file);
    fclose(file);
}

static double
peak_mib(void)
{
    g_autofree char *status = NULL;
    if (!g_file_get_contents("/proc/self/status", &status, NULL, NULL))
        return 0;
    const char *peak = strstr(status, "VmHWM:");
    return peak != NULL ? (double)g_ascii_strtoull(peak + strlen("VmHWM:"), NULL, 10) / 1024 : 0;
}

static void
bench_clear(Bench *bench)
{
    rz_plan_free(bench->reread);
    rz_plan_free(bench->plan);
    rz_snapshot_free(bench->snapshot);
    rz_policy_free(bench->policy);
    if (bench->written != NULL)
        g_string_free(bench->written, TRUE);
    g_free(bench->text);
}

static bool
run_stages(Bench *bench, GError **error)
{
    puts("stage,wall_ms,cpu_ms,peak_mib");
    for (gsize i = 0; i < G_N_ELEMENTS(stages); i++) {
        forget_peak();
        double wall = now_ms(CLOCK_MONOTONIC), cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);
        if (!stages[i].run(bench, error)) {
            g_prefix_error(error, "%s: ", stages[i].name);
            return false;
        }
        printf("%s,%.1f,%.1f,%.0f\n", stages[i].name, now_ms(CLOCK_MONOTONIC) - wall,
               now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu, peak_mib());
    }
    return true;
}

int
main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: bench-stages SNAPSHOT [DRAINED-ID,...]\n", stderr);
        return 2;
    }
    g_autoptr(GError) error = NULL;
    Bench bench = {.policy = rz_policy_new()};
    bool done = (argc < 3 || rz_policy_set(bench.policy, "drain", argv[2], &error)) &&
                g_file_get_contents(argv[1], &bench.text, &bench.length, &error) &&
                run_stages(&bench, &error);
    if (!done)
        fprintf(stderr, "bench-stages: %s\n", error->message);
    bench_clear(&bench);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
