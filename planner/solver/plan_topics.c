/*
 * plan_topics.c: from the solver's topics and brokers to the plan's.
 */
#include "planner/solver/plan_topics.h"

#include "planner/wide.h"

static char *
price_note(const RzSolution *solution, const RzCheapest *without)
{
    g_autofree char *bytes = rz_wide_to_words(solution->bytes - without->bytes);
    bool fewer = solution->moves < without->moves;
    RzWide difference = (RzWide)solution->moves - without->moves;
    g_autofree char *moves = rz_wide_to_words(fewer ? -difference : difference);
    return g_strdup_printf("sum of the squares of each topic's replicas per broker; without it the "
                           "plan would copy %s bytes less and %s replicas %s",
                           bytes, moves, fewer ? "more" : "fewer");
}

void
rz_plan_add_topic_tier(RzPlan *plan, const RzSolution *solution, const RzCheapest *without)
{
    g_autofree char *note = price_note(solution, without);
    plan->tiers[plan->n_tiers++] = (RzTier){.tier = "topic_balance",
                                            .value = solution->topics->sum_squares,
                                            .bound = solution->topics->sum_squares,
                                            .proven = true,
                                            .note = g_string_chunk_insert(plan->strings, note)};
}

void
rz_plan_add_topic_prices(RzPlan *plan, const RzProblem *problem, const RzSolution *solution)
{
    const RzTopics *topics = solution->topics;
    const RzSnapshot *snapshot = problem->snapshot;
    RzCertificate *certificate = &plan->certificate;
    gsize n_rows = MAX((gsize)topics->n * certificate->n_brokers, 1), row = 0;
    certificate->n_topics = topics->n;
    certificate->topics = g_new0(const char *, MAX(topics->n, 1));
    certificate->square_prices = g_new0(int64_t, n_rows);
    certificate->topic_prices = g_new0(RzWide, n_rows);
    for (uint32_t i = 0; i < topics->n; i++) {
        uint32_t topic = problem->in.topic[topics->first[i]];
        certificate->topics[i] = g_string_chunk_insert(plan->strings, snapshot->topics[topic].name);
        for (uint32_t own = 0; own < snapshot->n_brokers; own++) {
            uint32_t b = problem->number[own];
            if (b == RZ_NONE)
                continue;
            const RzDual *price = &topics->cell[(gsize)i * problem->in.n_brokers + b];
            certificate->square_prices[row] = price->squares;
            certificate->topic_prices[row++] = price->cost;
        }
    }
    for (uint32_t own = 0, k = 0; own < snapshot->n_brokers; own++)
        if (problem->number[own] != RZ_NONE)
            certificate->brokers[k++].square_price = topics->broker[problem->number[own]].squares;
}
