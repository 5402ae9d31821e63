/*
 * compare.c: the table of policies, and what is measured of each.
 */
#include "planner/compare.h"

#include "planner/audit.h"
#include "planner/kafka_generate.h"
#include "planner/plan_apply.h"
#include "planner/plan_facts.h"
#include "planner/spread.h"
#include "rezone/error.h"

/* Topics times the square of brokers that are planned within some seconds. */
#define MOST_TOPIC_WORK 20000000

typedef RzPlan *(*PlanMaker)(const RzSnapshot *snapshot, RzPolicy *policy, GError **error);

static RzPlan *
make_none(const RzSnapshot *snapshot, RzPolicy *policy, GError **error)
{
    (void)error;
    g_autofree gsize *first = g_new(gsize, snapshot->n_partitions + 1);
    for (uint32_t p = 0; p < snapshot->n_partitions; p++)
        first[p] = snapshot->partitions[p].first_replica;
    first[snapshot->n_partitions] = snapshot->n_replicas;
    return rz_plan_assemble(snapshot, policy, snapshot->replicas, first);
}

static RzPlan *
make_kafka(const RzSnapshot *snapshot, RzPolicy *policy, GError **error)
{
    return rz_kafka_generate(snapshot, policy, error);
}

static RzPlan *
make_as_asked(const RzSnapshot *snapshot, RzPolicy *policy, GError **error)
{
    return rz_plan_new(snapshot, policy, error);
}

static RzPlan *
make_tolerant(const RzSnapshot *snapshot, RzPolicy *policy, GError **error)
{
    policy->tolerance_percent = 5;
    return rz_plan_new(snapshot, policy, error);
}

/* Exact, and hence not for everything: a comparison should take seconds. */
static RzPlan *
make_topic_balance(const RzSnapshot *snapshot, RzPolicy *policy, GError **error)
{
    guint64 brokers = snapshot->n_brokers;
    if (!policy->topic_balance && snapshot->n_topics * brokers * brokers > MOST_TOPIC_WORK) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "%u topics on %u brokers take long; ask for it with --topic-balance",
                    snapshot->n_topics, snapshot->n_brokers);
        return NULL;
    }
    policy->topic_balance = true;
    return rz_plan_new(snapshot, policy, error);
}

static RzPlan *
make_keep_leaders(const RzSnapshot *snapshot, RzPolicy *policy, GError **error)
{
    policy->leaders = RZ_LEADERS_KEEP;
    return rz_plan_new(snapshot, policy, error);
}

/* One replica more than the largest partition that the policy covers has now. */
static RzPlan *
make_larger_rf(const RzSnapshot *snapshot, RzPolicy *policy, GError **error)
{
    int32_t largest = 0;
    for (uint32_t t = 0; t < snapshot->n_topics; t++) {
        const RzTopic *topic = &snapshot->topics[t];
        if (!rz_policy_covers(policy, topic->name))
            continue;
        for (uint32_t i = 0; i < topic->n_partitions; i++) {
            int32_t now = snapshot->partitions[topic->first_partition + i].n_replicas;
            largest = MAX(largest, rz_policy_wanted_rf(policy, topic->name, now));
        }
    }
    g_array_set_size(policy->target_rf_globs, 0);
    policy->target_rf = largest + 1;
    return rz_plan_new(snapshot, policy, error);
}

typedef struct {
    const char *name, *detail;
    PlanMaker make;
} Contender;

static const Contender contenders[] = {
    {"as-is", "nothing moves", make_none},
    {"kafka-generate", "as kafka-reassign-partitions --generate places it", make_kafka},
    {"as-asked", "the policy that was given", make_as_asked},
    {"topic-balance", "every topic evenly on the brokers, too", make_topic_balance},
    {"tolerance-5", "broker loads may differ by 5 % from fair", make_tolerant},
    {"keep-leaders", "leaders stay wherever they may", make_keep_leaders},
    {"rf-plus-1", "one replica more", make_larger_rf},
};

/* ---- measuring ---- */

static void
measure_loads(const RzAudit *audit, const RzEligible *eligible, RzComparisonRow *row)
{
    bool first = true;
    for (uint32_t b = 0; b < audit->snapshot->n_brokers; b++) {
        if (eligible->zone[b] == RZ_NONE)
            continue;
        const RzLoad *load = &audit->brokers[b].load;
        row->replicas_min = first ? load->replicas : MIN(row->replicas_min, load->replicas);
        row->replicas_max = MAX(row->replicas_max, load->replicas);
        row->leaders_min = first ? load->leaders : MIN(row->leaders_min, load->leaders);
        row->leaders_max = MAX(row->leaders_max, load->leaders);
        first = false;
    }
}

static void
measure_loss(const RzAudit *audit, RzComparisonRow *row)
{
    for (uint32_t z = 0; z < audit->snapshot->n_zones; z++) {
        const int64_t *partitions = audit->zones[z].loss.partitions;
        int64_t bad = partitions[RZ_STATE_OFFLINE] + partitions[RZ_STATE_READ_ONLY];
        if (bad <= row->loss_offline + row->loss_read_only)
            continue;
        row->loss_offline = partitions[RZ_STATE_OFFLINE];
        row->loss_read_only = partitions[RZ_STATE_READ_ONLY];
    }
}

static RzComparisonRow
measure(const Contender *contender, const RzSnapshot *snapshot, const RzPolicy *policy)
{
    RzComparisonRow row = {.name = contender->name, .detail = contender->detail};
    g_autoptr(RzPolicy) own = rz_policy_copy(policy);
    g_autoptr(GError) error = NULL;
    g_autoptr(RzPlan) plan = contender->make(snapshot, own, &error);
    g_autoptr(RzSnapshot) after =
        plan != NULL ? rz_snapshot_with_plan(snapshot, plan, &error) : NULL;
    if (after == NULL) {
        row.refused = g_strdup(error->message);
        return row;
    }
    g_autoptr(RzAudit) audit = rz_audit_new(after, own);
    g_autoptr(RzEligible) eligible = rz_eligible_new(after, own);
    row.totals = plan->totals;
    measure_loads(audit, eligible, &row);
    measure_loss(audit, &row);
    int32_t broker = 0;
    row.busiest_bytes = rz_plan_busiest_receiver(plan, &broker);
    return row;
}

RzComparison *
rz_compare(const RzSnapshot *snapshot, const RzPolicy *policy)
{
    RzComparison *comparison = g_new0(RzComparison, 1);
    comparison->n_rows = G_N_ELEMENTS(contenders);
    comparison->rows = g_new0(RzComparisonRow, comparison->n_rows);
    for (uint32_t i = 0; i < comparison->n_rows; i++)
        comparison->rows[i] = measure(&contenders[i], snapshot, policy);
    return comparison;
}

void
rz_comparison_free(RzComparison *comparison)
{
    if (comparison == NULL)
        return;
    for (uint32_t i = 0; i < comparison->n_rows; i++)
        g_free(comparison->rows[i].refused);
    g_free(comparison->rows);
    g_free(comparison);
}
