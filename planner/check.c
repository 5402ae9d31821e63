/*
 * check.c: rz_plan_check(): the order of the parts, and what is said about tiers without proof.
 */
#include "planner/check_private.h"

#include <stdarg.h>
#include <string.h>

#include "planner/wide.h"
#include "rezone/error.h"

bool
rz_check_fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, RZ_ERROR, RZ_ERROR_REFUTED, message);
    return false;
}

void
rz_check_say(RzCheck *check, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(check->report, format, arguments);
    va_end(arguments);
    g_string_append_c(check->report, '\n');
}

const char *
rz_check_partition_name(const RzCheck *check, uint32_t p, char **owned)
{
    const RzPartition *partition = &check->snapshot->partitions[p];
    *owned =
        g_strdup_printf("%s-%d", check->snapshot->topics[partition->topic].name, partition->number);
    return *owned;
}

const RzTier *
rz_check_tier(const RzCheck *check, const char *name)
{
    for (uint32_t i = 0; i < check->plan->n_tiers; i++) {
        if (strcmp(check->plan->tiers[i].tier, name) == 0)
            return &check->plan->tiers[i];
    }
    return NULL;
}

int32_t
rz_check_broker_id(const RzCheck *check, uint32_t b)
{
    return check->snapshot->brokers[check->broker[b]].id;
}

/* Tiers: a claim of proof needs one that we know, and its value must be its bound. */
static bool
check_claims(RzCheck *check, GError **error)
{
    static const char *const known[] = {"balance", "topic_balance",  "bytes",
                                        "moves",   "leader_balance", "leader_changes"};
    for (uint32_t i = 0; i < check->plan->n_tiers; i++) {
        const RzTier *tier = &check->plan->tiers[i];
        bool provable = check->plan->certificate.present;
        bool is_known = false;
        for (gsize k = 0; k < G_N_ELEMENTS(known); k++)
            is_known = is_known || strcmp(known[k], tier->tier) == 0;
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(check->plan->tiers[k].tier, tier->tier) == 0)
                return rz_check_fail(error, "tier %s occurs twice", tier->tier);
        }
        if (!tier->proven)
            continue;
        if (!provable || !is_known)
            return rz_check_fail(error, "tier %s: claims a proof, but the plan carries none for it",
                                 tier->tier);
        if (tier->value != tier->bound)
            return rz_check_fail(error, "tier %s: claims a proof, but its value is not its bound",
                                 tier->tier);
    }
    return true;
}

static void
say_unproven(RzCheck *check)
{
    bool any = false;
    for (uint32_t i = 0; i < check->plan->n_tiers; i++) {
        const RzTier *tier = &check->plan->tiers[i];
        if (tier->proven)
            continue;
        g_autofree char *value = rz_wide_to_words(tier->value);
        g_autofree char *bound = rz_wide_to_words(tier->bound);
        rz_check_say(check, "%s: %s, not proven to be the least; the plan's own bound is %s.",
                     tier->tier, value, bound);
        any = true;
    }
    if (check->plan->policy == NULL)
        rz_check_say(check, "The plan comes from another tool, without policy and proof: nothing "
                            "says that it moves the fewest bytes.");
    else if (check->plan->n_tiers == 0 && !any)
        rz_check_say(check, "The plan carries no proof: nothing says that it is the cheapest.");
}

static bool
run_parts(RzCheck *check, GError **error)
{
    RzCheckLimits limits = {.lo = NULL};
    if (!check_claims(check, error) || !rz_check_identity(check, error) ||
        !rz_check_placement(check, error) || !rz_check_totals(check, error))
        return false;
    bool fine = !check->plan->certificate.present ||
                (rz_check_limits(check, &limits, error) && rz_check_topics(check, error) &&
                 rz_check_bytes(check, &limits, error) && rz_check_leaders(check, error));
    g_free(limits.lo);
    g_free(limits.hi);
    g_free(limits.level);
    if (fine)
        say_unproven(check);
    return fine;
}

static void
clear(RzCheck *check)
{
    g_free(check->number);
    g_free(check->broker);
    g_free(check->zone);
    g_free(check->zone_size);
    g_free(check->move);
    g_free(check->target);
    g_free(check->target_first);
    g_free(check->covered);
    for (uint32_t rf = 0; rf < check->n_classes; rf++) {
        if (check->classes[rf] != NULL)
            g_free(check->classes[rf]->zones);
        g_free(check->classes[rf]);
    }
    g_free(check->classes);
    g_free(check->load);
    g_free(check->fixed);
}

bool
rz_plan_check(const RzSnapshot *snapshot, const RzPlan *plan, char **report, GError **error)
{
    g_autoptr(RzPolicy) defaults = rz_policy_new();
    RzCheck check = {
        .snapshot = snapshot,
        .plan = plan,
        .policy = plan->policy == NULL ? defaults : plan->policy,
        .report = g_string_new(NULL),
    };
    bool fine = run_parts(&check, error);
    clear(&check);
    char *text = g_string_free(check.report, FALSE);
    if (report != NULL)
        *report = text;
    else
        g_free(text);
    return fine;
}
