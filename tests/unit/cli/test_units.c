/*
 * test_units.c: sizes, rates, durations and times, as people write them and as we write them back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/units.h"
#include "rezone/error.h"

typedef enum { BYTES, RATE, DURATION } Kind;

typedef struct {
    const char *name;
    Kind kind;
    const char *text;
    int64_t value; /* -1: must be refused */
} ParseCase;

/* clang-format off */
static ParseCase parse_cases[] = {
    {"plain bytes", BYTES, "52428800", 52428800},
    {"decimal unit", BYTES, "50MB", 50000000},
    {"binary unit", BYTES, "50MiB", 52428800},
    {"fraction", BYTES, "1.5GB", 1500000000},
    {"space before the unit", BYTES, "20 GB", 20000000000},
    {"all digits of a large integer", BYTES, "9223372036854775807", INT64_MAX},
    {"zero bytes", BYTES, "0", 0},
    {"too large", BYTES, "9223372036854775808", -1},
    {"too large with a unit", BYTES, "10EB", -1},
    {"empty", BYTES, "", -1},
    {"negative", BYTES, "-5", -1},
    {"unknown unit", BYTES, "50m", -1},
    {"exponent", BYTES, "1e6", -1},
    {"hexadecimal", BYTES, "0x10", -1},
    {"not a number", BYTES, "nan", -1},
    {"two points", BYTES, "1.2.3", -1},
    {"rate with /s", RATE, "50MB/s", 50000000},
    {"rate without /s", RATE, "50MiB", 52428800},
    {"rate of zero", RATE, "0", -1},
    {"rate with a stray slash", RATE, "50MB/", -1},
    {"seconds", DURATION, "30s", 30000},
    {"minutes", DURATION, "5m", 300000},
    {"bare seconds", DURATION, "30", 30000},
    {"milliseconds", DURATION, "500ms", 500},
    {"unknown time unit", DURATION, "5y", -1},
};

typedef struct {
    const char *name;
    double value;
    const char *text;
} FormatCase;

static FormatCase format_cases[] = {
    {"bytes", 12, "12 B"},
    {"kilobytes", 1500, "1.50 kB"},
    {"rounding up to the next unit", 999999, "1.00 MB"},
    {"three digits", 123456789, "123 MB"},
    {"terabytes", 65.137e12, "65.1 TB"},
    {"negative", -2500, "-2.50 kB"},
};
/* clang-format on */

static void
parses(void **row)
{
    const ParseCase *c = *row;
    int64_t value = -1;
    g_autoptr(GError) error = NULL;
    bool good = c->kind == BYTES  ? rz_parse_bytes("size", c->text, &value, &error)
                : c->kind == RATE ? rz_parse_rate("size", c->text, &value, &error)
                                  : rz_parse_duration("size", c->text, &value, &error);
    assert_int_equal(good, c->value >= 0);
    if (good) {
        assert_int_equal(value, c->value);
    } else {
        assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
        assert_non_null(strstr(error->message, "--size"));
    }
}

static void
formats(void **row)
{
    const FormatCase *c = *row;
    g_autofree char *text = rz_format_bytes(c->value);
    assert_string_equal(text, c->text);
}

static void
local_clock_time_is_the_next_occurrence(void **state)
{
    (void)state;
    int64_t now_ms = 1795341600000; /* 2026-11-22T10:00:00Z */
    for (int hour = 0; hour < 24; hour++) {
        g_autofree char *text = g_strdup_printf("%02d:30", hour);
        int64_t when_ms = 0;
        assert_true(rz_parse_time("start-at", text, now_ms, &when_ms, NULL));
        assert_true(when_ms > now_ms && when_ms <= now_ms + 25 * 3600 * INT64_C(1000));
    }
}

static void
rfc3339_round_trips(void **state)
{
    (void)state;
    int64_t when_ms = 0;
    assert_true(rz_parse_time("start-at", "2026-11-22T10:00:00Z", 0, &when_ms, NULL));
    assert_int_equal(when_ms, INT64_C(1795341600000));
    g_autofree char *text = rz_format_time(when_ms);
    assert_string_equal(text, "2026-11-22T10:00:00Z");
    assert_false(rz_parse_time("start-at", "tomorrow", 0, &when_ms, NULL));
    assert_false(rz_parse_time("start-at", "24:00", 0, &when_ms, NULL));
}

static void
window_may_pass_midnight(void **state)
{
    (void)state;
    int from = 0, to = 0;
    assert_true(rz_parse_window("window", "22:00-05:30", &from, &to, NULL));
    assert_int_equal(from, 22 * 60);
    assert_int_equal(to, 5 * 60 + 30);
    assert_false(rz_parse_window("window", "22:00-22:00", &from, &to, NULL));
    assert_false(rz_parse_window("window", "22:00", &from, &to, NULL));
}

static void
counts_and_durations_read_well(void **state)
{
    (void)state;
    g_autofree char *count = rz_format_count(-1234567);
    assert_string_equal(count, "-1,234,567");
    g_autofree char *small = rz_format_count(999);
    assert_string_equal(small, "999");
    g_autofree char *seconds = rz_format_duration(12000);
    assert_string_equal(seconds, "12 s");
    g_autofree char *minutes = rz_format_duration(200000);
    assert_string_equal(minutes, "3m 20s");
    g_autofree char *hours = rz_format_duration(3720000);
    assert_string_equal(hours, "1h 02m");
}

int
main(void)
{
    enum { N_PARSE = G_N_ELEMENTS(parse_cases), N_FORMAT = G_N_ELEMENTS(format_cases) };
    struct CMUnitTest tests[N_PARSE + N_FORMAT + 4];
    gsize n = 0;
    for (gsize i = 0; i < N_PARSE; i++)
        tests[n++] = (struct CMUnitTest){parse_cases[i].name, parses, NULL, NULL, &parse_cases[i]};
    for (gsize i = 0; i < N_FORMAT; i++)
        tests[n++] =
            (struct CMUnitTest){format_cases[i].name, formats, NULL, NULL, &format_cases[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(local_clock_time_is_the_next_occurrence);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(rfc3339_round_trips);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(window_may_pass_midnight);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(counts_and_durations_read_well);
    return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
