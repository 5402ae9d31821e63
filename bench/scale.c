/*
 * scale.c: how long the solver takes as clusters grow, and how even its plans are.
 *
 * Prints CSV: per scenario the median time over the runs of making the problem from a snapshot and
 * of solving it (replicas, leaders and the use of freedom), and measures of the result. CPU time of
 * one thread, since other work on the machine must not show; and wall time, for quiet machines.
 *
 * Usage: bench-scale [RUNS [NAME-PREFIX]], or --list for the names
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/workload_snapshot.h"
#include "planner/solver/problem.h"
#include "planner/solver/solver.h"

typedef struct {
    const char *name;
    BenchShape shape;
    const char *balance;
} Scenario;

#define LOG BENCH_SIZES_LOG
#define ADDED BENCH_START_BLIND
#define RANDOM BENCH_START_RANDOM
#define SKEWED BENCH_START_SKEWED
#define COPYSETS BENCH_START_COPYSETS

/* clang-format off */
static const Scenario scenarios[] = {
    /* name                  shape: name, zones, factors, used, drained, sizes, start, P, seed */
    {"zone-added-100k-24",   {"a", "12+12",   "3", 1, 0, LOG, ADDED, 100000, 1, ""}, NULL},
    {"zone-added-1M-24",     {"b", "12+12",   "3", 1, 0, LOG, ADDED, 1000000, 2, ""}, NULL},
    {"zone-added-1M-300",    {"c", "150+150", "3", 1, 0, LOG, ADDED, 1000000, 3, ""}, NULL},
    {"zone-added-1M-200+100",{"d", "200+100", "3", 1, 0, LOG, ADDED, 1000000, 4, ""}, NULL},
    {"zone-added-1M-equal",  {"e", "150+150", "3", 1, 0, BENCH_SIZES_EQUAL, ADDED, 1000000, 5, ""}, NULL},
    {"zone-added-1M-5%",     {"f", "150+150", "3", 1, 0, LOG, ADDED, 1000000, 6, ""}, "5%"},
    {"random-100k-300",      {"g", "150+150", "3", 2, 0, LOG, RANDOM, 100000, 7, ""}, NULL},
    {"random-1M-300",        {"h", "150+150", "3", 2, 0, LOG, RANDOM, 1000000, 8, ""}, NULL},
    {"random-1M-200+100",    {"i", "200+100", "3", 2, 0, LOG, RANDOM, 1000000, 9, ""}, NULL},
    {"drain-1M-300",         {"j", "150+150", "3", 2, 10, LOG, RANDOM, 1000000, 10, ""}, NULL},
    {"skewed-100k-300",      {"k", "150+150", "3", 2, 0, LOG, SKEWED, 100000, 11, ""}, NULL},
    {"skewed-1M-300",        {"l", "150+150", "3", 2, 0, LOG, SKEWED, 1000000, 12, ""}, NULL},
    {"copysets-1M-300",      {"m", "150+150", "3", 2, 0, LOG, COPYSETS, 1000000, 13, ""}, NULL},
    {"skewed-1M-24",         {"n", "12+12",   "3", 2, 0, LOG, SKEWED, 1000000, 14, ""}, NULL},
    {"copysets-1M-24",       {"o", "12+12",   "3", 2, 0, LOG, COPYSETS, 1000000, 15, ""}, NULL},
    {"six-zones-1M-300",     {"p", "50+50+50+50+50+50", "3", 6, 0, LOG, RANDOM, 1000000, 16, ""}, NULL},
};
/* clang-format on */

static double
now_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double
cpu_ms(void)
{
    return now_ms(CLOCK_PROCESS_CPUTIME_ID);
}

static double
wall_ms(void)
{
    return now_ms(CLOCK_MONOTONIC);
}

static int
compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
median(double *values, uint32_t n)
{
    qsort(values, n, sizeof *values, compare_doubles);
    return values[n / 2];
}

static RzPolicy *
policy_for(const Scenario *scenario, const BenchWorkload *workload)
{
    RzPolicy *policy = rz_policy_new();
    for (uint32_t b = 0; b < workload->n_brokers; b++)
        if (workload->brokers[b].drained)
            g_array_append_val(policy->drain, workload->brokers[b].id);
    if (scenario->balance != NULL && !rz_policy_set(policy, "balance", scenario->balance, NULL))
        abort();
    return policy;
}

/* The fullest broker of a zone against the zone's mean, at worst. */
static double
worst_bytes_ratio(const RzInstance *in, const RzSolution *solution)
{
    g_autofree double *bytes = g_new0(double, in->n_brokers);
    for (uint32_t p = 0; p < in->n_partitions; p++)
        for (uint32_t i = in->first_target[p]; i < in->first_target[p + 1]; i++)
            bytes[solution->target[i]] += (double)in->size_bytes[p];
    double worst = 0;
    for (uint32_t z = 0; z < in->n_zones; z++) {
        double sum = 0, most = 0;
        for (uint32_t b = in->zone_first[z]; b < in->zone_first[z + 1]; b++) {
            sum += bytes[b];
            most = MAX(most, bytes[b]);
        }
        worst = MAX(worst, most * (in->zone_first[z + 1] - in->zone_first[z]) / MAX(sum, 1));
    }
    return worst;
}

/* The most uneven topic: its most minus its fewest replicas on the brokers of one zone. */
static uint32_t
worst_topic_spread(const RzInstance *in, const RzSolution *solution)
{
    uint32_t worst = 0;
    g_autofree uint32_t *count = g_new(uint32_t, in->n_brokers);
    for (uint32_t p = 0; p < in->n_partitions;) {
        uint32_t topic = in->topic[p];
        memset(count, 0, in->n_brokers * sizeof *count);
        for (; p < in->n_partitions && in->topic[p] == topic; p++)
            for (uint32_t i = in->first_target[p]; i < in->first_target[p + 1]; i++)
                count[solution->target[i]]++;
        for (uint32_t z = 0; z < in->n_zones; z++) {
            uint32_t most = 0, least = UINT32_MAX;
            for (uint32_t b = in->zone_first[z]; b < in->zone_first[z + 1]; b++) {
                most = MAX(most, count[b]);
                least = MIN(least, count[b]);
            }
            worst = MAX(worst, most - least);
        }
    }
    return worst;
}

static bool
run(const Scenario *scenario, uint32_t runs)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BenchWorkload) workload = bench_workload_new(&scenario->shape);
    g_autoptr(RzSnapshot) snapshot = bench_workload_snapshot(workload, &error);
    g_autoptr(RzPolicy) policy = policy_for(scenario, workload);
    g_autofree double *problem_ms = g_new(double, runs), *solve_ms = g_new(double, runs);
    g_autofree double *problem_wall = g_new(double, runs), *solve_wall = g_new(double, runs);
    for (uint32_t i = 0; i < runs; i++) {
        double begin = cpu_ms(), begin_wall = wall_ms();
        g_autoptr(RzProblem) problem = rz_problem_new(snapshot, policy, &error);
        if (problem == NULL) {
            fprintf(stderr, "%s: %s\n", scenario->name, error->message);
            return false;
        }
        double middle = cpu_ms(), middle_wall = wall_ms();
        const RzSolveOptions options = {.no_samples = getenv("RZ_NO_SAMPLES") != NULL};
        g_autoptr(RzSolution) solution = rz_solve(&problem->in, &options);
        problem_ms[i] = middle - begin;
        solve_ms[i] = cpu_ms() - middle;
        problem_wall[i] = middle_wall - begin_wall;
        solve_wall[i] = wall_ms() - middle_wall;
        if (i + 1 < runs)
            continue;
        printf("%s,%u,%u,%.0f,%.0f,%.0f,%.0f,%" G_GINT64_FORMAT ",%.1f,%" G_GINT64_FORMAT
               ",%" G_GINT64_FORMAT ",%.3f,%u\n",
               scenario->name, problem->in.n_partitions, problem->in.n_brokers,
               median(problem_ms, runs), median(solve_ms, runs), median(problem_wall, runs),
               median(solve_wall, runs), solution->moves, (double)solution->bytes / 1e12,
               solution->leaders->n_changes, solution->n_augmentations,
               worst_bytes_ratio(&problem->in, solution),
               worst_topic_spread(&problem->in, solution));
        fflush(stdout);
    }
    return true;
}

int
main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--list") == 0) {
        for (gsize i = 0; i < G_N_ELEMENTS(scenarios); i++)
            puts(scenarios[i].name);
        return EXIT_SUCCESS;
    }
    uint32_t runs = argc > 1 ? (uint32_t)MAX(atoi(argv[1]), 1) : 5;
    const char *prefix = argc > 2 ? argv[2] : "";
    puts("scenario,partitions,brokers,problem_cpu_ms,solve_cpu_ms,problem_wall_ms,solve_wall_ms,"
         "moves,TB,leader_changes,"
         "augmentations,zone_bytes_max_over_mean,worst_topic_spread");
    for (gsize i = 0; i < G_N_ELEMENTS(scenarios); i++)
        if (g_str_has_prefix(scenarios[i].name, prefix) && !run(&scenarios[i], runs))
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
