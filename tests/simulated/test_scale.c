/*
 * test_scale.c: row 14 of the fault matrix and the cost of size.
 *
 * A witness between run and cluster checks every request on its way: no more than 1,000 partitions,
 * no config value above 32,767 bytes, no partition to anywhere but its target. Without arguments a
 * 12,000-partition plan with a topic of 5,000 is run; with "N" a plan of N moves, and the CPU time
 * and peak memory of the executor are printed: that is how the figures in docs are made.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sim/admin.h"
#include "witness.h"
#include "world.h"

static double
cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
}

/* @n moves over topics of @per_topic, from the three old brokers to the three new ones. */
static WorldMove *
many_moves(uint32_t n, uint32_t per_topic, GPtrArray *names)
{
    WorldMove *moves = g_new0(WorldMove, n);
    for (uint32_t i = 0; i < n; i++) {
        if (i % per_topic == 0)
            g_ptr_array_add(names, g_strdup_printf("topic-%05u", i / per_topic));
        moves[i].topic = names->pdata[names->len - 1];
        moves[i].partition = (int32_t)(i % per_topic);
        for (int32_t k = 0; k < 3; k++) {
            moves[i].from[k] = (int32_t)(i + (uint32_t)k) % 3 + 1;
            moves[i].to[k] = k == 1 ? (int32_t)(i % 3) + 4 : moves[i].from[k];
        }
        moves[i].bytes = (i % 50 == 0 ? 30 : 1) * MB;
    }
    return moves;
}

static void
run_many(uint32_t n, uint32_t per_topic, int mode)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree WorldMove *moves = many_moves(n, per_topic, names);
    World *world = world_new_with(RZ_SIM_VERSION(4, 3), moves, n);
    Witness witness = {0};
    RzCluster *inner = world->cluster;
    world->cluster = witness_new(inner, world->plan, &witness);
    world->options.throttle_bytes_per_s = 100 * MB;
    world->options.throttle_mode = mode;
    witness_start(world->cluster);
    int code = world_finish(world, RZ_RUN_APPLY);
    assert_int_equal(code, 0);
    world_expect_all(world, AT_TARGET, "done");
    assert_in_range(witness.largest_batch, 1, 1000);
    assert_in_range(witness.longest_value, 0, 32767);
    assert_int_equal(witness.wrong_targets, 0);
    print_message(
        "%u moves: %.2f s of CPU in the executor, %u requests, %u steps, virtual %.0f s\n", n,
        witness_executor_cpu_s(world->cluster), witness.requests, world->steps,
        (double)rz_sim_now_ms(world->sim) / 1000);
    world_free(world);
}

static void
twelve_thousand_partitions(void **state)
{
    (void)state;
    run_many(12000, 5000, RZ_THROTTLE_PACED);
}

static void
five_thousand_of_one_topic_listed(void **state)
{
    (void)state;
    run_many(5000, 5000, RZ_THROTTLE_FOLLOWER);
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        struct rusage usage;
        double start = cpu_seconds();
        run_many((uint32_t)strtoul(argv[1], NULL, 10), 500, RZ_THROTTLE_PACED);
        getrusage(RUSAGE_SELF, &usage);
        print_message("whole process: %.2f s of CPU, %ld MB at most\n", cpu_seconds() - start,
                      usage.ru_maxrss / 1024);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twelve_thousand_partitions),
        cmocka_unit_test(five_thousand_of_one_topic_listed),
    };
    return cmocka_run_group_tests_name("scale", tests, NULL, NULL);
}
