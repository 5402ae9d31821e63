/*
 * test_policy.c: policy options, what they mean for a topic, and their JSON.
 */
#include "unit/planner/table.h"

#include <string.h>

#include "planner/json_fields.h"
#include "planner/policy_json.h"
#include "rezone/error.h"

#define OPTIONS 4

typedef struct {
    const char *name;
    const char *options[OPTIONS][2];
    const char *json;
} SetCase;

#define JSON(zones, spread, rf, globs, balance, topic, leaders, drain, only, exclude, reserve,     \
             zoneless)                                                                             \
    "{\"zones\":" zones ",\"spread\":\"" spread "\",\"target_rf\":" rf                             \
    ",\"target_rf_topics\":" globs ",\"balance\":\"" balance "\",\"topic_balance\":" topic         \
    ",\"leaders\":\"" leaders "\",\"drain\":" drain ",\"only_topics\":" only                       \
    ",\"exclude_topics\":" exclude ",\"disk_reserve_percent\":" reserve                            \
    ",\"include_zoneless\":" zoneless ",\"boxes\":[]}"

/* clang-format off */
static const SetCase settings[] = {
    {"defaults", {{NULL}},
     JSON("[]", "even", "null", "[]", "strict", "false", "balance", "[]", "[]", "[]", "10", "false")},
    {"zones are sorted, the last option wins", {{"zones", "x"}, {"zones", "b, a,b"}},
     JSON("[\"a\",\"b\"]", "even", "null", "[]", "strict", "false", "balance", "[]", "[]", "[]", "10", "false")},
    {"at least two", {{"spread", "min:2"}},
     JSON("[]", "min:2", "null", "[]", "strict", "false", "balance", "[]", "[]", "[]", "10", "false")},
    {"target RF, globs accumulate", {{"target-rf", "3"}, {"target-rf", "a*=4"}, {"target-rf", "\"=5"}},
     JSON("[]", "even", "3", "[{\"topics\":\"a*\",\"rf\":4},{\"topics\":\"\\\"\",\"rf\":5}]", "strict", "false", "balance", "[]", "[]", "[]", "10", "false")},
    {"tolerance and kept leaders", {{"balance", "5%"}, {"leaders", "keep"}, {"topic-balance", NULL}},
     JSON("[]", "even", "null", "[]", "5%", "true", "keep", "[]", "[]", "[]", "10", "false")},
    {"drain accumulates", {{"drain", "3,1"}, {"drain", "2,3"}},
     JSON("[]", "even", "null", "[]", "strict", "false", "balance", "[1,2,3]", "[]", "[]", "10", "false")},
    {"topics", {{"only-topic", "a*"}, {"only-topic", "b"}, {"exclude-topic", "ax"}},
     JSON("[]", "even", "null", "[]", "strict", "false", "balance", "[]", "[\"a*\",\"b\"]", "[\"ax\"]", "10", "false")},
    {"reserve, zoneless", {{"disk-reserve", "0"}, {"include-zoneless", "true"}},
     JSON("[]", "even", "null", "[]", "strict", "false", "balance", "[]", "[]", "[]", "0", "true")},
};
/* clang-format on */

static RzPolicy *
policy_with(const char *const options[OPTIONS][2])
{
    RzPolicy *policy = rz_policy_new();
    for (gsize i = 0; i < OPTIONS && options[i][0] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        if (!rz_policy_set(policy, options[i][0], options[i][1], &error))
            fail_msg("%s", error->message);
    }
    return policy;
}

static void
options_become_json_and_come_back(void **state)
{
    const SetCase *c = *state;
    g_autoptr(RzPolicy) policy = policy_with(c->options);
    g_autofree char *json = rz_policy_to_json(policy);
    assert_string_equal(json, c->json);
    g_autoptr(RzPolicy) copy = rz_policy_copy(policy);
    g_autofree char *copied = rz_policy_to_json(copy);
    assert_string_equal(copied, json);
    g_autoptr(json_t) object = rz_json_parse_object(json, strlen(json), NULL);
    g_autoptr(RzPolicy) read = rz_policy_from_json(object, NULL);
    g_autofree char *again = rz_policy_to_json(read);
    assert_string_equal(again, json);
}

typedef struct {
    const char *name;
    const char *option, *value, *message;
} RefusalCase;

/* clang-format off */
static const RefusalCase refusals[] = {
    {"unknown option", "foo", "1", "--foo: no such policy option"},
    {"zones without a value", "zones", NULL, "--zones takes zone names separated by commas"},
    {"zones with a gap", "zones", "a,,b", "--zones takes zone names separated by commas, not \"a,,b\""},
    {"spread", "spread", "odd", "--spread takes even, or min:K with K from 1 to 65535, not \"odd\""},
    {"spread min 0", "spread", "min:0", "--spread takes"},
    {"spread min garbage", "spread", "min:2x", "--spread takes"},
    {"target RF 0", "target-rf", "0", "--target-rf takes N or TOPICGLOB=N with N from 1 to 65535, not \"0\""},
    {"target RF of nothing", "target-rf", "=3", "--target-rf takes"},
    {"target RF beyond", "target-rf", "a=65536", "--target-rf takes"},
    {"balance", "balance", "-1%", "--balance takes strict, or N% with N from 0 to 1000, not \"-1%\""},
    {"balance empty", "balance", "%", "--balance takes"},
    {"topic balance", "topic-balance", "yes", "--topic-balance takes nothing, true or false, not \"yes\""},
    {"leaders", "leaders", "move", "--leaders takes balance or keep, not \"move\""},
    {"drain", "drain", "1,b", "--drain takes broker ids separated by commas, not \"1,b\""},
    {"drain beyond 31 bits", "drain", "2147483648", "--drain takes"},
    {"empty glob", "only-topic", "", "--only-topic takes a topic name, * and ? being wildcards, not \"\""},
    {"reserve", "disk-reserve", "100", "--disk-reserve takes N% with N from 0 to 99, not \"100\""},
    {"not UTF-8", "exclude-topic", "\xff", "--exclude-topic takes"},
};
/* clang-format on */

static void
refuses_and_says_what_it_takes(void **state)
{
    const RefusalCase *c = *state;
    g_autoptr(RzPolicy) policy = rz_policy_new();
    g_autoptr(GError) error = NULL;
    assert_false(rz_policy_set(policy, c->option, c->value, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
    if (!g_str_has_prefix(error->message, c->message))
        fail_msg("\"%s\" does not begin \"%s\"", error->message, c->message);
}

typedef struct {
    const char *name;
    const char *options[OPTIONS][2];
    const char *topic;
    bool covered;
    int32_t wanted; /* of 3 now */
} TopicCase;

/* clang-format off */
static const TopicCase topics[] = {
    {"all by default",          {{NULL}}, "a", true, 3},
    {"only what matches",       {{"only-topic", "a*"}}, "ab", true, 3},
    {"others not",              {{"only-topic", "a*"}}, "b", false, 3},
    {"exclusion wins",          {{"only-topic", "a*"}, {"exclude-topic", "?b"}}, "ab", false, 3},
    {"internal topics too",     {{NULL}}, "__consumer_offsets", true, 3},
    {"target RF",               {{"target-rf", "2"}}, "a", true, 2},
    {"glob over general",       {{"target-rf", "a=5"}, {"target-rf", "2"}}, "a", true, 5},
    {"last glob wins",          {{"target-rf", "*=5"}, {"target-rf", "a=1"}}, "a", true, 1},
    {"glob that does not match",{{"target-rf", "b=5"}}, "a", true, 3},
};
/* clang-format on */

static void
applies_to_topics(void **state)
{
    const TopicCase *c = *state;
    g_autoptr(RzPolicy) policy = policy_with(c->options);
    assert_int_equal(rz_policy_covers(policy, c->topic), c->covered);
    assert_int_equal(rz_policy_wanted_rf(policy, c->topic, 3), c->wanted);
}

typedef struct {
    const char *name;
    const char *json, *message;
} BadJsonCase;

/* clang-format off */
static const BadJsonCase bad_jsons[] = {
    {"zones as text", "{\"zones\":\"a\"}", "zones: must be an array, is a string"},
    {"zone as number", "{\"zones\":[1]}", "zones[0]: must be a text that is not empty"},
    {"spread", "{\"spread\":\"x\"}", "spread: --spread takes"},
    {"rf", "{\"target_rf\":0}", "target_rf: must be an integer from 1 to"},
    {"rf of topics", "{\"target_rf_topics\":[{\"topics\":\"a\"}]}", "target_rf_topics[0].rf: missing"},
    {"rf of topics is text", "{\"target_rf_topics\":[\"a=1\"]}", "target_rf_topics[0]: must be an object, is a string"},
    {"drain", "{\"drain\":[-1]}", "drain[0]: must be an integer from 0 to"},
    {"box upside down", "{\"boxes\":[{\"broker\":1,\"lo\":5,\"hi\":4}]}", "boxes[0].hi: must be an integer from 5 to"},
};
/* clang-format on */

static void
wrong_json_names_the_field(void **state)
{
    const BadJsonCase *c = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) object = rz_json_parse_object(c->json, strlen(c->json), NULL);
    g_autoptr(RzPolicy) policy = rz_policy_from_json(object, &error);
    assert_null(policy);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT));
    if (!g_str_has_prefix(error->message, c->message))
        fail_msg("\"%s\" does not begin \"%s\"", error->message, c->message);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, settings, options_become_json_and_come_back);
    ADD_ROWS(tests, refusals, refuses_and_says_what_it_takes);
    ADD_ROWS(tests, topics, applies_to_topics);
    ADD_ROWS(tests, bad_jsons, wrong_json_names_the_field);
    return RUN_TESTS("policy", tests);
}
