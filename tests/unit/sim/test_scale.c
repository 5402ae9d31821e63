/*
 * test_scale.c: what the model promises about size and speed, and that a run can be repeated.
 *
 * The limits are the promises; what was measured is printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sys/resource.h>

#include "unit/sim/sketch.h"

#define V43 RZ_SIM_VERSION(4, 3)
#define HOUR_MS 3600000LL
#define MIB 1048576LL

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

static void
idle_time_is_cheap(void **state)
{
    (void)state;
    g_autoptr(RzSim) sim = sketch_sim(V43, 24);
    sketch_topic(sim, "t", 5000, NULL, 100 * MIB, 10000);
    int64_t start = g_get_monotonic_time();
    for (int hour = 0; hour < 1000; hour++)
        rz_sim_advance(sim, HOUR_MS);
    double seconds = (double)(g_get_monotonic_time() - start) / 1e6;
    printf("1,000 idle hours of 24 brokers, 5,000 partitions: %.6f s\n", seconds);
    assert_true(seconds < 1.0);
}

static void
hundred_thousand_partitions_fit(void **state)
{
    (void)state;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    g_autoptr(RzSim) sim = sketch_sim(V43, 24);
    for (int i = 0; i < 100; i++) {
        g_autofree char *name = g_strdup_printf("topic-%03d", i);
        sketch_topic(sim, name, 1000, NULL, 100 * MIB, 10000);
    }
    getrusage(RUSAGE_SELF, &after);
    long mib = (after.ru_maxrss - before.ru_maxrss) / 1024;
    printf("100,000 partitions: %ld MiB\n", mib);
    assert_true(IS_SANITIZED || mib < 500);
}

/* Moves, deaths and returns, drawn from @seed. */
static char *
eventful_run(uint64_t seed)
{
    GString *log = g_string_new(NULL);
    RzSimOptions options = rz_sim_options_default();
    options.seed = seed;
    options.auto_leader_rebalance = true;
    g_autoptr(RzSim) sim = rz_sim_new(&options);
    for (int32_t id = 1; id <= 8; id++)
        rz_sim_add_broker(sim, id, NULL);
    rz_sim_set_log(sim, sketch_log, log);
    sketch_topic(sim, "t", 60, NULL, 200 * MIB, 200000);
    g_autoptr(GRand) rand = g_rand_new_with_seed((guint32)seed);
    for (int step = 0; step < 300; step++) {
        int32_t broker = g_rand_int_range(rand, 1, 9), partition = g_rand_int_range(rand, 0, 60);
        g_autofree char *target =
            g_strdup_printf("%d,%d,%d", broker, broker % 8 + 1, (broker + 1) % 8 + 1);
        switch (g_rand_int_range(rand, 0, 6)) {
        case 0:
            rz_sim_kill(sim, broker);
            break;
        case 1:
        case 2:
            rz_sim_start(sim, broker);
            break;
        case 3:
            sketch_reassign(sim, "t", partition, "");
            break;
        default:
            sketch_reassign(sim, "t", partition, target);
            break;
        }
        rz_sim_advance(sim, g_rand_int_range(rand, 0, 5000));
    }
    for (int32_t id = 1; id <= 8; id++)
        rz_sim_start(sim, id);
    rz_sim_advance(sim, HOUR_MS);
    return g_string_free(log, FALSE);
}

static void
same_seed_same_log(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        g_autofree char *first = eventful_run(seed);
        g_autofree char *again = eventful_run(seed);
        assert_string_equal(first, again);
        assert_true(strlen(first) > 1000);
    }
    g_autofree char *one = eventful_run(1);
    g_autofree char *two = eventful_run(2);
    assert_string_not_equal(one, two);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hundred_thousand_partitions_fit),
        cmocka_unit_test(idle_time_is_cheap),
        cmocka_unit_test(same_seed_same_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
