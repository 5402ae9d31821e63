/*
 * test_check.c: what the checker says about honest plans, and at what each dishonest one fails.
 *
 * Every row makes an honest plan and then tampers with one thing. tests/property/test_check.c
 * does the same at random and in numbers.
 *
 * Long: it is one table, and a tamperer of a few lines a row.
 */
#include "unit/planner/table.h"

#include <string.h>

#include "planner/plan_private.h"
#include "rezone/error.h"
#include "unit/planner/lines.h"
#include "unit/planner/sketch.h"

#define OPTIONS 3
#define ADDED "1@a 2@a 3@b 4@b | t: 1,2*10 2,1*20 1,2*40 2,1*80 | u: 1*5 2*7"
#define UNEVEN "1@a 2@a 3@a 4@a 5@b | t: 1,2,3*1 2,3,4*2 3,4,1*4"

typedef struct {
    const char *name;
    const char *cluster;
    const char *options[OPTIONS][2];
    const char *says[5]; /* parts of the report, in order */
} HonestCase;

/* clang-format off */
static const HonestCase honest[] = {
    {"zone added", ADDED, {{NULL}},
     {"The plan was made from this snapshot (SHA-256 ",
      "Counted again, every total is right: ", "balance: no placement is fairer; the fullest broker holds 3 replicas",
      "bytes: no placement with these loads moves fewer than ", "leader_balance: with these replicas no choice of leaders is fairer"}},
    {"nothing to do", "1@a 2@b | t: 1,2 2,1", {{NULL}},
     {"0 partitions change, 0 replicas are copied, 0 bytes", "moves fewer than 0 bytes"}},
    {"two groups", UNEVEN, {{NULL}}, {"the fullest broker holds 3 replicas"}},
    {"leaders kept", ADDED, {{"leaders", "keep"}}, {"leader_changes: every partition keeps its first replica unless that one goes"}},
    {"tolerance", ADDED, {{"balance", "20%"}},
     {"balance: every broker holds as many replicas as the policy's limits allow", "loads within these limits", "balance: "}},
    {"topics left alone", ADDED, {{"only-topic", "t"}}, {"Each of the 4 partitions that the policy covers", "the others stay"}},
    {"drain", "1@a 2@a 3@b 4@b | t: 1,3*4 2,4*5", {{"drain", "1"}}, {"1 partitions change, 1 replicas are copied, 4 bytes"}},
    {"empty cluster with brokers", "1@a 2@b", {{NULL}}, {"Counted again"}},
};
/* clang-format on */

static RzPolicy *
policy_of(const char *const options[OPTIONS][2])
{
    RzPolicy *policy = rz_policy_new();
    for (gsize i = 0; i < OPTIONS && options[i][0] != NULL; i++)
        assert_true(rz_policy_set(policy, options[i][0], options[i][1], NULL));
    return policy;
}

static RzPlan *
plan_of(const RzSnapshot *snapshot, const char *const options[OPTIONS][2])
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RzPolicy) policy = policy_of(options);
    RzPlan *plan = rz_plan_new(snapshot, policy, &error);
    if (plan == NULL)
        fail_msg("%s", error->message);
    return plan;
}

static void
honest_plan_is_proven(void **state)
{
    const HonestCase *c = *state;
    g_autoptr(GError) error = NULL;
    g_autofree char *report = NULL;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster(c->cluster);
    g_autoptr(RzPlan) plan = plan_of(snapshot, c->options);
    if (!rz_plan_check(snapshot, plan, &report, &error))
        fail_msg("%s", error->message);
    const char *at = report;
    for (gsize i = 0; i < G_N_ELEMENTS(c->says) && c->says[i] != NULL; i++) {
        at = strstr(at, c->says[i]);
        if (at == NULL)
            fail_msg("\"%s\" is not in its place in\n%s", c->says[i], report);
    }
}

/* Tampering */

static RzTier *
tier_of(RzPlan *plan, const char *name)
{
    for (uint32_t i = 0; i < plan->n_tiers; i++) {
        if (strcmp(plan->tiers[i].tier, name) == 0)
            return &plan->tiers[i];
    }
    fail_msg("no tier %s", name);
    return NULL;
}

static void
other_sha(RzPlan *plan)
{
    plan->snapshot_sha256 = "00";
}

static void
no_sha(RzPlan *plan)
{
    plan->snapshot_sha256 = NULL;
}

static void
other_topic(RzPlan *plan)
{
    plan->topics[0].name = "x";
}

static void
other_partition(RzPlan *plan)
{
    plan->moves[0].partition = 99;
}

static void
same_partition(RzPlan *plan)
{
    plan->moves[1] = plan->moves[0];
}

static void
other_from(RzPlan *plan)
{
    plan->broker_ids[plan->moves[0].first_from] = 4;
}

static void
other_leader(RzPlan *plan)
{
    plan->moves[0].leader = -1;
}

static void
other_size(RzPlan *plan)
{
    plan->moves[0].size_bytes++;
}

static void
no_change(RzPlan *plan)
{
    plan->moves[0].first_to = plan->moves[0].first_from;
    plan->moves[0].n_to = plan->moves[0].n_from;
}

static void
unknown_broker(RzPlan *plan)
{
    plan->broker_ids[plan->moves[0].first_to] = 77;
}

static void
broker_twice(RzPlan *plan)
{
    int32_t *to = plan->broker_ids + plan->moves[0].first_to;
    to[0] = to[1];
}

static void
same_zone(RzPlan *plan)
{
    plan->broker_ids[plan->moves[0].first_to] = 3;
    plan->broker_ids[plan->moves[0].first_to + 1] = 4;
}

static void
one_replica(RzPlan *plan)
{
    plan->moves[0].n_to = 1;
}

static void
drained_target(RzPlan *plan)
{
    plan->broker_ids[plan->moves[0].first_to] = 1;
}

static void
excluded_topic(RzPlan *plan)
{
    g_ptr_array_add(plan->policy->exclude_topics, g_strdup("t"));
}

static void
wrong_total(RzPlan *plan)
{
    plan->totals.cross_zone_bytes++;
}

static void
unfair_level(RzPlan *plan)
{
    plan->certificate.groups[0].level += 2;
}

static void
rising_levels(RzPlan *plan)
{
    RzLevelGroup group = plan->certificate.groups[0];
    plan->certificate.groups[0] = plan->certificate.groups[1];
    plan->certificate.groups[1] = group;
}

static void
no_groups(RzPlan *plan)
{
    plan->certificate.n_groups = 0;
}

static void
broker_in_two_groups(RzPlan *plan)
{
    plan->certificate.group_brokers[1] = plan->certificate.group_brokers[0];
}

static void
unknown_broker_in_group(RzPlan *plan)
{
    plan->certificate.group_brokers[0] = 77;
}

static void
merged_groups(RzPlan *plan)
{
    plan->certificate.groups[0].n_brokers += plan->certificate.groups[1].n_brokers;
    plan->certificate.n_groups = 1;
}

static void
wrong_balance(RzPlan *plan)
{
    RzTier *tier = tier_of(plan, "balance");
    tier->value--;
    tier->bound--;
}

static void
wrong_balance_bound(RzPlan *plan)
{
    tier_of(plan, "balance")->bound--;
}

static void
missing_broker(RzPlan *plan)
{
    plan->certificate.n_brokers--;
}

static void
renamed_broker(RzPlan *plan)
{
    plan->certificate.brokers[0].broker_id = 77;
}

static void
wider_limits(RzPlan *plan)
{
    plan->certificate.brokers[0].lo--;
}

static void
small_scale(RzPlan *plan)
{
    plan->certificate.scale = plan->certificate.n_brokers;
}

static void
huge_price(RzPlan *plan)
{
    plan->certificate.brokers[0].price = (RzWide)1 << 100;
}

static void
price_without_limit(RzPlan *plan)
{
    RzBrokerPrice *broker = &plan->certificate.brokers[0];
    broker->price = broker->price == 0 ? 1 : -broker->price;
}

static void
wrong_bytes(RzPlan *plan)
{
    RzTier *tier = tier_of(plan, "bytes");
    tier->value--;
    tier->bound--;
}

static void
wrong_moves(RzPlan *plan)
{
    RzTier *tier = tier_of(plan, "moves");
    tier->value--;
    tier->bound--;
}

static void
wrong_leader_balance(RzPlan *plan)
{
    RzTier *tier = tier_of(plan, "leader_balance");
    tier->value--;
    tier->bound--;
}

static void
wrong_leader_changes(RzPlan *plan)
{
    RzTier *tier = tier_of(plan, "leader_changes");
    tier->value--;
    tier->bound--;
}

static void
wrong_leader_level(RzPlan *plan)
{
    plan->certificate.leader_groups[0].level += 2;
}

static void
no_leader_groups(RzPlan *plan)
{
    plan->certificate.n_leader_groups = 0;
}

static void
leader_price(RzPlan *plan)
{
    plan->certificate.brokers[0].leader_price = 5;
}

static void
huge_leader_price(RzPlan *plan)
{
    plan->certificate.brokers[0].leader_price = INT64_MAX;
}

static void
unknown_proof(RzPlan *plan)
{
    plan->tiers[0].tier = "beauty";
}

static void
gap_called_proof(RzPlan *plan)
{
    tier_of(plan, "bytes")->bound--;
}

static void
tier_twice(RzPlan *plan)
{
    plan->tiers[1].tier = plan->tiers[0].tier;
}

static void
no_certificate(RzPlan *plan)
{
    plan->certificate.present = false;
}

static void
wrong_topic_balance(RzPlan *plan)
{
    RzTier *tier = tier_of(plan, "topic_balance");
    tier->value--;
    tier->bound--;
}

static void
topic_missing(RzPlan *plan)
{
    plan->certificate.n_topics--;
}

static void
topic_too_many(RzPlan *plan)
{
    plan->policy->topic_balance = false;
}

static void
other_topic_priced(RzPlan *plan)
{
    plan->certificate.topics[0] = "x";
}

static void
high_topic_price(RzPlan *plan)
{
    plan->certificate.square_prices[0] += 10;
}

static void
low_topic_price(RzPlan *plan)
{
    plan->certificate.square_prices[0] -= 10;
}

static void
huge_topic_price(RzPlan *plan)
{
    plan->certificate.topic_prices[0] = (RzWide)1 << 100;
}

static void
broker_square_price(RzPlan *plan)
{
    plan->certificate.brokers[0].square_price = 1;
}

typedef struct {
    const char *name;
    const char *cluster;
    const char *options[OPTIONS][2];
    void (*tamper)(RzPlan *plan);
    const char *message; /* begins so */
} DishonestCase;

#define TOPICS                                                                                     \
    {                                                                                              \
        {                                                                                          \
            "topic-balance", NULL                                                                  \
        }                                                                                          \
    }

/* clang-format off */
static const DishonestCase dishonest[] = {
    {"another snapshot", ADDED, {{NULL}}, other_sha, "the plan was made from another snapshot: its SHA-256 is 00, this one's "},
    {"no snapshot named", ADDED, {{NULL}}, no_sha, "the plan does not say from which snapshot it was made"},
    {"unknown topic", ADDED, {{NULL}}, other_topic, "x-"},
    {"unknown partition", ADDED, {{NULL}}, other_partition, "t-99 is not in the snapshot"},
    {"partition twice", ADDED, {{NULL}}, same_partition, "t-0 is moved twice"},
    {"other start", ADDED, {{NULL}}, other_from, "t-0 has other replicas than the plan starts from"},
    {"other leader", ADDED, {{NULL}}, other_leader, "t-0 has another leader than the plan says"},
    {"other size", ADDED, {{NULL}}, other_size, "t-0 has another size than the plan says"},
    {"no change", ADDED, {{NULL}}, no_change, "t-0 is listed, but does not change"},
    {"unknown broker", ADDED, {{NULL}}, unknown_broker, "t-0: goes to broker 77, which is not in the snapshot"},
    {"broker twice", ADDED, {{NULL}}, broker_twice, "t-0: broker "},
    {"not spread", ADDED, {{NULL}}, same_zone, "t-0: has 2 replicas in zone b, where the policy wants 1 to 1"},
    {"replica missing", ADDED, {{NULL}}, one_replica, "t-0: has 1 replicas, the policy wants 2"},
    {"drained target", "1@a 2@a 3@b 4@b | t: 1,3*4 2,4*5", {{"drain", "1"}}, drained_target, "t-0: broker 1 may not hold replicas under the policy"},
    {"excluded topic moves", ADDED, {{NULL}}, excluded_topic, "t-0: is moved, although the policy leaves its topic alone"},
    {"wrong total", ADDED, {{NULL}}, wrong_total, "total cross_zone_bytes: the plan says "},
    {"wrong level", ADDED, {{NULL}}, unfair_level, "tier balance: broker "},
    {"rising levels", UNEVEN, {{NULL}}, rising_levels, "tier balance: "},
    {"no groups", ADDED, {{NULL}}, no_groups, "tier balance: 4 brokers are in no group"},
    {"broker in two groups", ADDED, {{NULL}}, broker_in_two_groups, "tier balance: broker 1 is in two groups"},
    {"unknown broker in a group", ADDED, {{NULL}}, unknown_broker_in_group, "tier balance: broker 77 is in a group, but may not hold replicas"},
    {"groups merged", UNEVEN, {{NULL}}, merged_groups, "tier balance: broker "},
    {"wrong balance", ADDED, {{NULL}}, wrong_balance, "tier balance: the plan says "},
    {"wrong bound of the balance", ADDED, {{"balance", "50%"}}, wrong_balance_bound, "tier balance: the plan's bound is "},
    {"broker missing", ADDED, {{NULL}}, missing_broker, "the certificate lists 3 brokers, 4 may hold replicas"},
    {"broker renamed", ADDED, {{NULL}}, renamed_broker, "the certificate lists broker 77 where 1 belongs"},
    {"wider limits", ADDED, {{NULL}}, wider_limits, "broker 1: the certificate allows "},
    {"scale too small", ADDED, {{NULL}}, small_scale, "the certificate's scale must be at least 5"},
    {"huge price", ADDED, {{NULL}}, huge_price, "broker 1: the price is beyond all sizes"},
    {"price without a reached limit", ADDED, {{NULL}}, price_without_limit, "tier bytes: "},
    {"wrong bytes", ADDED, {{NULL}}, wrong_bytes, "tier bytes: the plan says "},
    {"wrong moves", ADDED, {{NULL}}, wrong_moves, "tier moves: the plan says "},
    {"wrong leader balance", ADDED, {{NULL}}, wrong_leader_balance, "tier leader_balance: the plan says "},
    {"wrong leader changes", ADDED, {{NULL}}, wrong_leader_changes, "tier leader_changes: the plan says "},
    {"wrong leader level", ADDED, {{NULL}}, wrong_leader_level, "tier leader_balance: broker "},
    {"no leader groups", ADDED, {{NULL}}, no_leader_groups, "tier leader_balance: broker 1 is in no group"},
    {"wrong leader price", ADDED, {{NULL}}, leader_price, "tier leader_changes: "},
    {"huge leader price", ADDED, {{NULL}}, huge_leader_price, "broker 1: the leader price is beyond all counts"},
    {"kept leaders miscounted", ADDED, {{"leaders", "keep"}}, wrong_leader_changes, "tier leader_changes: the plan says "},
    {"proof of something else", ADDED, {{NULL}}, unknown_proof, "tier beauty: claims a proof, but the plan carries none for it"},
    {"a gap called proof", ADDED, {{NULL}}, gap_called_proof, "tier bytes: claims a proof, but its value is not its bound"},
    {"tier twice", ADDED, {{NULL}}, tier_twice, "tier balance occurs twice"},
    {"wrong topic balance", ADDED, TOPICS, wrong_topic_balance, "tier topic_balance: the plan says "},
    {"scale too small for topics", ADDED, TOPICS, small_scale, "the certificate's scale must be at least "},
    {"topic without prices", ADDED, TOPICS, topic_missing, "tier topic_balance: the certificate has no prices for "},
    {"topics priced unasked", ADDED, TOPICS, topic_too_many, "tier topic_balance: the policy does not ask for it"},
    {"prices of another topic", ADDED, TOPICS, other_topic_priced, "tier topic_balance: the certificate has no prices for "},
    {"topic price too high", ADDED, TOPICS, high_topic_price, "tier topic_balance: broker 1 could hold more than "},
    {"topic price too low", ADDED, TOPICS, low_topic_price, "tier topic_balance: broker 1 could hold fewer than "},
    {"huge topic price", ADDED, TOPICS, huge_topic_price, "topic t on broker 1: the price is beyond all sizes"},
    {"square price unasked", ADDED, {{NULL}}, broker_square_price, "broker 1: topics do not count, but have a price"},
    {"no certificate", ADDED, {{NULL}}, no_certificate, "tier balance: claims a proof, but the plan carries none for it"},
};
/* clang-format on */

static void
dishonest_plan_is_refuted(void **state)
{
    const DishonestCase *c = *state;
    g_autoptr(GError) error = NULL;
    g_autofree char *report = NULL;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster(c->cluster);
    g_autoptr(RzPlan) plan = plan_of(snapshot, c->options);
    c->tamper(plan);
    assert_false(rz_plan_check(snapshot, plan, &report, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_REFUTED));
    assert_non_null(report);
    if (!g_str_has_prefix(error->message, c->message))
        fail_msg("\"%s\" does not begin \"%s\"", error->message, c->message);
}

/* Placements that are allowed, but not the best, under the honest plan's certificate. */
typedef struct {
    const char *name;
    const char *cluster, *targets, *message;
} WorseCase;

/* clang-format off */
static const WorseCase worse[] = {
    {"two exchanged replicas", "1@a 2@a 3@b 4@b | t: 1,3*10 2,4*20", "1,4 2,3", "tier bytes: "},
    {"unfair", "1@a 2@a 3@b 4@b | t: 1,3*10 2,4*20", "= 1,4", "tier balance: "},
    {"leaders exchanged", "1@a 2@a 3@b 4@b | t: 1,3*10 4,2*20", "3,1 2,4", "tier leader_changes: "},
    {"leaders unfair", "1@a 2@a 3@b 4@b | t: 1,3*10 4,2*20 3,1 2,4", "= = 1,3 =", "tier leader_balance: "},
};
/* clang-format on */

static void
worse_plan_is_refuted(void **state)
{
    static const char *const defaults[OPTIONS][2];
    const WorseCase *c = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster(c->cluster);
    g_autoptr(RzPlan) best = plan_of(snapshot, defaults);
    g_autoptr(RzPlan) plan = assemble_plan(snapshot, best->policy, c->targets);
    plan->certificate = best->certificate;
    assert_false(rz_plan_check(snapshot, plan, NULL, &error));
    plan->certificate = (RzCertificate){.present = false};
    if (!g_str_has_prefix(error->message, c->message))
        fail_msg("\"%s\" does not begin \"%s\"", error->message, c->message);
}

static void
foreign_plan_is_checked_for_what_it_shows(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster("1@a 2@b !3@b | t: 1,2*5 2,1*6");
    g_autoptr(RzPlan) fine = assemble_plan(snapshot, NULL, "2,1 =");
    g_autoptr(RzPlan) dead = assemble_plan(snapshot, NULL, "1,3 =");
    g_autoptr(GError) error = NULL;
    g_autofree char *report = NULL;
    assert_true(rz_plan_check(snapshot, fine, &report, NULL));
    assert_non_null(strstr(report, "nothing says that it moves the fewest bytes"));
    assert_false(rz_plan_check(snapshot, dead, NULL, &error));
    assert_string_equal(error->message, "t-0: goes to broker 3, which is not alive");
}

static void
plan_without_proof_says_so(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster("1@a 2@b | t: 1,2*5");
    g_autoptr(RzPolicy) policy = rz_policy_new();
    g_autoptr(RzPlan) plan = assemble_plan(snapshot, policy, "2,1");
    g_autofree char *report = NULL;
    assert_true(rz_plan_check(snapshot, plan, &report, NULL));
    assert_non_null(strstr(report, "The plan carries no proof"));
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, honest, honest_plan_is_proven);
    ADD_ROWS(tests, dishonest, dishonest_plan_is_refuted);
    ADD_ROWS(tests, worse, worse_plan_is_refuted);
    ADD_TEST(tests, foreign_plan_is_checked_for_what_it_shows);
    ADD_TEST(tests, plan_without_proof_says_so);
    return RUN_TESTS("check", tests);
}
