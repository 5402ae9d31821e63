/*
 * check_topics.c: no placement spreads the topics more evenly.
 *
 * Let x be the replicas of topic t on broker b; the tier is the sum of x^2 over all t and b. The
 * certificate gives every (t, b) two prices besides the broker's two: s, in squares, and q, in
 * bytes and moves. Pairs (s, q) are compared in this order, as are (squares, bytes and moves). If
 *
 *     2 x - 1 <= s <= 2 x + 1,   q >= 0 where s is the lower end, q <= 0 where it is the upper,
 *
 * then for every other count x' the pair (x'^2, 0) is at least (x^2, 0) + (s, q) (x' - x): squares
 * grow by 2 x + 1 or more per replica and fall by 2 x - 1 or less. check_bytes.c shows the rest:
 * that each partition's replicas are a cheapest choice at these prices, and that brokers have a
 * price only at their limits. Summed up, no placement has a smaller pair (squares, bytes and
 * moves).
 */
#include <string.h>

#include "planner/check_private.h"
#include "planner/wide.h"

static bool
check_price(const RzCheck *check, uint32_t row, uint32_t b, int64_t x, GError **error)
{
    const RzCertificate *certificate = &check->plan->certificate;
    gsize cell = (gsize)row * check->n_brokers + b;
    int64_t square = certificate->square_prices[cell];
    RzWide price = certificate->topic_prices[cell];
    const char *topic = certificate->topics[row];
    int32_t id = rz_check_broker_id(check, b);
    if (square > RZ_CHECK_MAX_SQUARES || square < -RZ_CHECK_MAX_SQUARES ||
        price > RZ_CHECK_MAX_PRICE || price < -RZ_CHECK_MAX_PRICE)
        return rz_check_fail(error, "topic %s on broker %d: the price is beyond all sizes", topic,
                             id);
    if (square > 2 * x + 1 || (square == 2 * x + 1 && price > 0))
        return rz_check_fail(error,
                             "tier topic_balance: broker %d could hold more than %" G_GINT64_FORMAT
                             " replicas of %s at this price",
                             id, x, topic);
    if (x > 0 && (square < 2 * x - 1 || (square == 2 * x - 1 && price < 0)))
        return rz_check_fail(error,
                             "tier topic_balance: broker %d could hold fewer than %" G_GINT64_FORMAT
                             " replicas of %s at this price",
                             id, x, topic);
    return true;
}

static bool
check_topic(RzCheck *check, uint32_t t, uint32_t row, int64_t *count, GError **error)
{
    const RzCertificate *certificate = &check->plan->certificate;
    const RzTopic *topic = &check->snapshot->topics[t];
    uint32_t first = topic->first_partition, end = first + topic->n_partitions;
    if (row >= certificate->n_topics || strcmp(certificate->topics[row], topic->name) != 0)
        return rz_check_fail(error, "tier topic_balance: the certificate has no prices for %s",
                             topic->name);
    memset(count, 0, check->n_brokers * sizeof *count);
    for (gsize i = check->target_first[first]; i < check->target_first[end]; i++)
        count[check->number[check->target[i]]]++;
    for (uint32_t b = 0; b < check->n_brokers; b++) {
        if (!check_price(check, row, b, count[b], error))
            return false;
        check->topic_squares += (RzWide)count[b] * count[b];
        check->topic_prices +=
            count[b] * certificate->topic_prices[(gsize)row * check->n_brokers + b];
    }
    return true;
}

static bool
check_value(const RzCheck *check, GError **error)
{
    RzWide squares = check->topic_squares;
    const RzTier *tier = rz_check_tier(check, "topic_balance");
    char claim[RZ_WIDE_TEXT_SIZE], count[RZ_WIDE_TEXT_SIZE];
    if (tier == NULL || tier->value == squares)
        return true;
    return rz_check_fail(error, "tier topic_balance: the plan says %s, counted are %s",
                         rz_wide_to_text(tier->value, claim), rz_wide_to_text(squares, count));
}

bool
rz_check_topics(RzCheck *check, GError **error)
{
    const RzSnapshot *s = check->snapshot;
    const RzCertificate *certificate = &check->plan->certificate;
    uint32_t row = 0;
    if (!check->policy->topic_balance)
        return certificate->n_topics == 0 && rz_check_tier(check, "topic_balance") == NULL
                   ? true
                   : rz_check_fail(error, "tier topic_balance: the policy does not ask for it");
    g_autofree int64_t *count = g_new0(int64_t, MAX(check->n_brokers, 1));
    for (uint32_t t = 0; t < s->n_topics; t++) {
        if (!check->covered[t] || s->topics[t].n_partitions == 0)
            continue;
        if (!check_topic(check, t, row++, count, error))
            return false;
    }
    if (row != certificate->n_topics)
        return rz_check_fail(error,
                             "tier topic_balance: the certificate has prices for %u topics, "
                             "%u are to be placed",
                             certificate->n_topics, row);
    return check_value(check, error);
}
