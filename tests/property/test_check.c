/*
 * test_check.c: the checker accepts every plan of the solver, also after its file was read back,
 * and refuses every plan that is worse.
 *
 * Mutants carry the honest plan's certificate. Some keep its claims, some claim their own recounted
 * values as optimal: the harder ones to tell. One that is accepted must be exactly as good.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planner/plan_private.h"
#include "property/random_cluster.h"
#include "unit/planner/lines.h"

#define MUTANTS_PER_PLAN 12

/* What the tiers measure, counted here and nowhere else. */
typedef struct {
    RzWide squares, topic_squares, bytes, moves, leader_squares, leader_changes;
} Quality;

typedef struct {
    const RzSnapshot *snapshot;
    const RzPolicy *policy;
    const RzPlan *plan;
    uint32_t *targets;
    gsize *first;
} Case;

static uint64_t n_plans, n_mutants, n_refused, n_refused_by_tier, n_equal;

static G_NORETURN void
give_up(uint64_t seed, const Case *c, const char *what, const char *detail)
{
    g_autofree char *snapshot = snapshot_text(c->snapshot);
    g_autofree char *plan = plan_text(c->plan);
    printf("seed %" G_GUINT64_FORMAT ": %s: %s\n%s%s", seed, what, detail, snapshot, plan);
    exit(1);
}

/* Targets of the plan, as broker indices. */
static void
lay_out(Case *c)
{
    const RzSnapshot *s = c->snapshot;
    c->targets = g_new(uint32_t, s->n_replicas + c->plan->n_broker_ids + 1);
    c->first = g_new0(gsize, (gsize)s->n_partitions + 1);
    gsize end = 0;
    uint32_t m = 0;
    for (uint32_t p = 0; p < s->n_partitions; p++) {
        const RzPartition *partition = &s->partitions[p];
        const RzMove *move = m < c->plan->n_moves ? &c->plan->moves[m] : NULL;
        c->first[p] = end;
        if (move != NULL && move->partition == partition->number &&
            strcmp(c->plan->topics[move->topic].name, s->topics[partition->topic].name) == 0) {
            for (uint32_t i = 0; i < move->n_to; i++)
                c->targets[end++] = rz_snapshot_find_broker(s, rz_move_to(c->plan, move)[i]);
            m++;
            continue;
        }
        for (uint32_t i = 0; i < partition->n_replicas; i++)
            c->targets[end++] = s->replicas[partition->first_replica + i];
    }
    c->first[s->n_partitions] = end;
    g_assert(m == c->plan->n_moves);
}

static bool
is_eligible(const Case *c, uint32_t b)
{
    for (uint32_t i = 0; i < c->plan->certificate.n_brokers; i++) {
        if (c->plan->certificate.brokers[i].broker_id == c->snapshot->brokers[b].id)
            return true;
    }
    return false;
}

static Quality
measure(const Case *c, const uint32_t *targets)
{
    const RzSnapshot *s = c->snapshot;
    Quality q = {.bytes = 0};
    g_autofree int64_t *held = g_new0(int64_t, s->n_brokers + 1),
                       *led = g_new0(int64_t, s->n_brokers + 1),
                       *topics = g_new0(int64_t, (gsize)s->n_topics * s->n_brokers + 1);
    for (uint32_t p = 0; p < s->n_partitions; p++) {
        const RzPartition *partition = &s->partitions[p];
        const uint32_t *current = s->replicas + partition->first_replica;
        bool covered = rz_policy_covers(c->policy, s->topics[partition->topic].name);
        int64_t *of_topic = topics + (gsize)partition->topic * s->n_brokers;
        led[targets[c->first[p]]]++;
        q.leader_changes += covered && targets[c->first[p]] != current[0];
        for (gsize i = c->first[p]; i < c->first[p + 1]; i++) {
            bool is_new = true;
            held[targets[i]]++;
            q.topic_squares +=
                covered ? 2 * of_topic[targets[i]]++ + 1 : 0; /* to the next square */
            for (uint32_t k = 0; k < partition->n_replicas; k++)
                is_new = is_new && current[k] != targets[i];
            q.moves += is_new;
            q.bytes += is_new ? partition->size_bytes : 0;
        }
    }
    for (uint32_t b = 0; b < s->n_brokers; b++) {
        if (!is_eligible(c, b))
            continue;
        q.squares += (RzWide)held[b] * held[b];
        q.leader_squares += (RzWide)led[b] * led[b];
    }
    return q;
}

static void
claim(RzPlan *plan, const Quality *q)
{
    const struct {
        const char *tier;
        RzWide value;
    } values[] = {{"balance", q->squares},
                  {"topic_balance", q->topic_squares},
                  {"bytes", q->bytes},
                  {"moves", q->moves},
                  {"leader_balance", q->leader_squares},
                  {"leader_changes", q->leader_changes}};
    for (uint32_t t = 0; t < plan->n_tiers; t++) {
        for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
            if (strcmp(plan->tiers[t].tier, values[i].tier) != 0)
                continue;
            plan->tiers[t].value = values[i].value;
            if (plan->tiers[t].proven)
                plan->tiers[t].bound = values[i].value;
        }
    }
}

static void
copy_proof(RzPlan *to, const RzPlan *from)
{
    const RzCertificate *c = &from->certificate;
    to->tiers = g_memdup2(from->tiers, from->n_tiers * sizeof *from->tiers);
    to->n_tiers = from->n_tiers;
    to->certificate = *c;
    to->certificate.brokers = g_memdup2(c->brokers, c->n_brokers * sizeof *c->brokers);
    to->certificate.groups = g_memdup2(c->groups, c->n_groups * sizeof *c->groups);
    to->certificate.leader_groups =
        g_memdup2(c->leader_groups, c->n_leader_groups * sizeof *c->leader_groups);
    to->certificate.group_brokers =
        g_memdup2(c->group_brokers, c->n_group_brokers * sizeof *c->group_brokers);
    gsize n_cells = (gsize)c->n_topics * c->n_brokers;
    to->certificate.topics = g_memdup2(c->topics, c->n_topics * sizeof *c->topics);
    to->certificate.square_prices = g_memdup2(c->square_prices, n_cells * sizeof *c->square_prices);
    to->certificate.topic_prices = g_memdup2(c->topic_prices, n_cells * sizeof *c->topic_prices);
}

/* Changes one or two places of the placement; false if that left it as it was. */
static bool
mutate_targets(Rng *rng, const Case *c, uint32_t *targets)
{
    const RzSnapshot *s = c->snapshot;
    gsize n = c->first[s->n_partitions];
    memcpy(targets, c->targets, n * sizeof *targets);
    if (n == 0)
        return false;
    for (uint32_t i = rng_between(rng, 1, 2); i > 0; i--) {
        uint32_t p = rng_between(rng, 0, s->n_partitions - 1);
        gsize length = c->first[p + 1] - c->first[p];
        uint32_t *list = targets + c->first[p];
        uint32_t place = rng_between(rng, 0, (uint32_t)length - 1);
        if (rng_percent(rng, 30)) { /* another first replica */
            uint32_t b = list[0];
            list[0] = list[place];
            list[place] = b;
        } else if (rng_percent(rng, 50)) { /* another broker */
            list[place] = rng_between(rng, 0, s->n_brokers - 1);
        } else { /* an exchange that keeps every count */
            uint32_t q = rng_between(rng, 0, s->n_partitions - 1);
            gsize other =
                c->first[q] + rng_between(rng, 0, (uint32_t)(c->first[q + 1] - c->first[q]) - 1);
            uint32_t b = list[place];
            list[place] = targets[other];
            targets[other] = b;
        }
    }
    return memcmp(targets, c->targets, n * sizeof *targets) != 0;
}

/* Leaders are compared for the same replicas only: their tiers come after the sets are settled. */
static bool
same_sets(const Case *c, const uint32_t *targets)
{
    for (uint32_t p = 0; p < c->snapshot->n_partitions; p++) {
        for (gsize i = c->first[p]; i < c->first[p + 1]; i++) {
            bool found = false;
            for (gsize k = c->first[p]; k < c->first[p + 1]; k++)
                found = found || c->targets[k] == targets[i];
            if (!found)
                return false;
        }
    }
    return true;
}

static void
try_mutant(Rng *rng, uint64_t seed, const Case *c, const Quality *best)
{
    g_autofree uint32_t *targets = g_new(uint32_t, c->first[c->snapshot->n_partitions] + 1);
    if (!mutate_targets(rng, c, targets))
        return;
    Quality q = measure(c, targets);
    g_autoptr(RzPlan) mutant = rz_plan_assemble(c->snapshot, c->policy, targets, c->first);
    copy_proof(mutant, c->plan);
    if (rng_percent(rng, 70))
        claim(mutant, &q);
    n_mutants++;
    g_autoptr(GError) error = NULL;
    if (!rz_plan_check(c->snapshot, mutant, NULL, &error)) {
        n_refused++;
        n_refused_by_tier += g_str_has_prefix(error->message, "tier ") ? 1 : 0;
        return;
    }
    n_equal++;
    bool levels = c->plan->certificate.n_groups > 0; /* else balance is free within limits */
    bool leaders = c->policy->leaders == RZ_LEADERS_BALANCE && same_sets(c, targets);
    bool topics = c->policy->topic_balance && q.topic_squares != best->topic_squares;
    if ((levels && q.squares != best->squares) || topics || q.bytes != best->bytes ||
        q.moves != best->moves || (leaders && q.leader_squares != best->leader_squares) ||
        (leaders && q.leader_changes != best->leader_changes))
        give_up(seed, c, "a worse plan was accepted", "see the honest plan below");
}

/* The tiers that the checker judges come first; what follows claims no proof and is only shown. */
static uint32_t
n_judged(const RzPlan *plan)
{
    uint32_t n = 0;
    while (n < plan->n_tiers && strcmp(plan->tiers[n].tier, "topic_spread") != 0)
        n++;
    return n;
}

/* Lies about figures; none may pass. */
static void
try_lie(Rng *rng, uint64_t seed, const Case *c)
{
    g_autofree char *text = plan_text(c->plan);
    g_autoptr(RzPlan) liar = read_plan(text, NULL);
    RzTier *tier = &liar->tiers[rng_between(rng, 0, n_judged(liar) - 1)];
    RzCertificate *certificate = &liar->certificate;
    gsize n_cells = (gsize)certificate->n_topics * certificate->n_brokers;
    switch (rng_between(rng, 0, 8)) {
    case 0:
        tier->value--;
        break;
    case 1:
        tier->bound++;
        break;
    case 2:
        liar->totals.cross_zone_bytes++;
        break;
    case 3:
        liar->totals.zone_violations_before++;
        break;
    case 4:
        certificate->scale = rng_between(rng, 0, certificate->n_brokers);
        break;
    case 5:
        certificate->brokers[rng_between(rng, 0, certificate->n_brokers - 1)].hi++;
        break;
    case 6:
        certificate->n_brokers--;
        break;
    case 7:
        if (n_cells > 0)
            certificate->n_topics--;
        else
            certificate->scale = 0;
        break;
    default: /* beyond what any count of replicas allows */
        if (n_cells > 0)
            certificate->square_prices[rng_next(rng) % n_cells] += 1000;
        else
            certificate->scale = 0;
        break;
    }
    n_mutants++;
    if (rz_plan_check(c->snapshot, liar, NULL, NULL))
        give_up(seed, c, "a lie was accepted", tier->tier);
    n_refused++;
}

static void
accept(uint64_t seed, const Case *c)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *report = NULL, *again = NULL;
    if (!rz_plan_check(c->snapshot, c->plan, &report, &error))
        give_up(seed, c, "an honest plan was refused", error->message);
    g_autofree char *text = plan_text(c->plan);
    g_autoptr(RzPlan) read = read_plan(text, &error);
    if (read == NULL || !rz_plan_check(c->snapshot, read, &again, &error))
        give_up(seed, c, "an honest plan was refused after reading its file", error->message);
    if (strcmp(report, again) != 0)
        give_up(seed, c, "the report changed", again);
}

static void
run_seed(uint64_t seed)
{
    Rng rng = {seed};
    g_autoptr(RzSnapshot) snapshot = random_cluster(&rng);
    g_autoptr(RzPolicy) policy = random_policy(&rng, snapshot);
    g_autoptr(RzPlan) plan = rz_plan_new(snapshot, policy, NULL);
    if (plan == NULL)
        return;
    Case c = {.snapshot = snapshot, .policy = policy, .plan = plan};
    n_plans++;
    accept(seed, &c);
    lay_out(&c);
    Quality best = measure(&c, c.targets);
    for (int i = 0; i < MUTANTS_PER_PLAN; i++)
        try_mutant(&rng, seed, &c, &best);
    try_lie(&rng, seed, &c);
    g_free(c.targets);
    g_free(c.first);
}

int
main(int argc, char **argv)
{
    uint64_t n = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 2000;
    uint64_t first = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : 1;
    for (uint64_t seed = first; seed < first + n; seed++)
        run_seed(seed);
    printf("seeds %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ": %" G_GUINT64_FORMAT
           " plans accepted; of %" G_GUINT64_FORMAT " mutants %" G_GUINT64_FORMAT
           " refused (%" G_GUINT64_FORMAT " allowed, but worse), %" G_GUINT64_FORMAT " as good\n",
           first, first + n - 1, n_plans, n_mutants, n_refused, n_refused_by_tier, n_equal);
    return n_refused >= 2 * n ? 0 : 1; /* else the generator went wrong */
}
