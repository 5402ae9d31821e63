/*
 * audit_quorum.c: voters by zone, and what that means.
 *
 * A controller has no rack of its own. Its zone is that of the broker it is, or of the brokers on
 * its host if these agree; anything else would be a guess, and is called unknown.
 */
#include "planner/audit_quorum.h"

#include <string.h>

#include "planner/audit.h"

bool
rz_quorum_is_lost_with(const RzQuorumAudit *quorum, uint32_t zone)
{
    return quorum->n_voters - quorum->in_zone[zone] < quorum->majority;
}

static void
find_neighbours(const RzSnapshot *s, RzVoterAudit *voter)
{
    bool agree = true;
    uint32_t zone = RZ_NONE;
    for (uint32_t b = 0; b < s->n_brokers; b++) {
        const RzBroker *broker = &s->brokers[b];
        if (voter->host == NULL || broker->host == NULL || strcmp(voter->host, broker->host) != 0)
            continue;
        agree = agree && (zone == RZ_NONE || zone == broker->zone);
        zone = broker->zone;
        if (broker->id != voter->id)
            g_array_append_val(voter->neighbours, broker->id);
    }
    if (voter->zone == RZ_NONE && agree)
        voter->zone = zone;
}

static void
place(RzQuorumAudit *quorum, const RzSnapshot *s, const RzVoter *given, RzVoterAudit *voter)
{
    *voter = (RzVoterAudit){.id = given->id,
                            .host = g_strdup(given->host),
                            .zone = RZ_NONE,
                            .neighbours = g_array_new(FALSE, FALSE, sizeof(int32_t))};
    uint32_t broker = rz_snapshot_find_broker(s, given->id);
    if (broker != RZ_NONE && s->brokers[broker].listed) {
        voter->is_broker = true;
        voter->zone = s->brokers[broker].zone;
    }
    find_neighbours(s, voter);
    if (voter->zone == RZ_NONE)
        quorum->without_zone++;
    else
        quorum->in_zone[voter->zone]++;
}

/* ---- in words ---- */

static void
say_neighbours(GString *text, const RzQuorumAudit *quorum)
{
    for (uint32_t v = 0; v < quorum->n_voters; v++) {
        const RzVoterAudit *voter = &quorum->voters[v];
        if (voter->is_broker)
            g_string_append_printf(text, " Voter %d is a broker too.", voter->id);
        if (voter->neighbours->len == 0)
            continue;
        g_string_append_printf(text, " Voter %d shares its host with broker", voter->id);
        for (guint i = 0; i < voter->neighbours->len; i++)
            g_string_append_printf(text, "%s %d", i > 0 ? "," : "",
                                   g_array_index(voter->neighbours, int32_t, i));
        g_string_append_c(text, '.');
    }
}

static void
say_zones(GString *text, const RzQuorumAudit *quorum, const RzSnapshot *s)
{
    uint32_t lost = 0, with_voters = 0;
    for (uint32_t z = 0; z < quorum->n_zones; z++) {
        with_voters += quorum->in_zone[z] > 0;
        if (!rz_quorum_is_lost_with(quorum, z))
            continue;
        lost++;
        g_string_append_printf(text,
                               " The loss of zone %s takes %u of them, and with them the majority: "
                               "no leader would be elected any more.",
                               s->zones[z], quorum->in_zone[z]);
    }
    if (quorum->without_zone > 0)
        g_string_append_printf(text,
                               " The zones of %u cannot be told: they are no brokers, and no host "
                               "of brokers tells it.",
                               quorum->without_zone);
    else if (lost == 0)
        g_string_append(text, " No zone's loss takes the majority.");
    if (lost > 0 && with_voters == 2)
        g_string_append(text, " Two zones cannot both be survivable, however voters are dealt: "
                              "one of them holds half or more. A voter in a third place can.");
    else if (lost > 0 && with_voters == 1)
        g_string_append(text, " Voters in three zones survive the loss of any one.");
}

static char *
in_words(const RzQuorumAudit *quorum, const RzSnapshot *s)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "The controllers have %u voter%s and need %u.", quorum->n_voters,
                           quorum->n_voters == 1 ? "" : "s", quorum->majority);
    say_zones(text, quorum, s);
    say_neighbours(text, quorum);
    return g_string_free(text, FALSE);
}

void
rz_audit_set_quorum(RzAudit *audit, int32_t leader, const RzVoter *voters, uint32_t n_voters)
{
    const RzSnapshot *s = audit->snapshot;
    RzQuorumAudit *quorum = g_new0(RzQuorumAudit, 1);
    quorum->leader = leader;
    quorum->n_voters = n_voters;
    quorum->majority = n_voters / 2 + 1;
    quorum->voters = g_new0(RzVoterAudit, MAX(n_voters, 1));
    quorum->n_zones = s->n_zones;
    quorum->in_zone = g_new0(uint32_t, MAX(s->n_zones, 1));
    for (uint32_t v = 0; v < n_voters; v++)
        place(quorum, s, &voters[v], &quorum->voters[v]);
    quorum->text = in_words(quorum, s);
    rz_quorum_audit_free(audit->quorum);
    audit->quorum = quorum;
}

void
rz_quorum_audit_free(RzQuorumAudit *quorum)
{
    if (quorum == NULL)
        return;
    for (uint32_t v = 0; v < quorum->n_voters; v++) {
        g_free(quorum->voters[v].host);
        g_array_unref(quorum->voters[v].neighbours);
    }
    g_free(quorum->voters);
    g_free(quorum->in_zone);
    g_free(quorum->text);
    g_free(quorum);
}
