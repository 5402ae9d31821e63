/*
 * test_audit_quorum.c: which zone's loss takes the controllers' majority.
 */
#include "unit/planner/table.h"

#include <string.h>

#include "planner/audit.h"
#include "unit/planner/sketch.h"

typedef struct {
    const char *name;
    const char *cluster;
    RzVoter voters[6]; /* ends with id 0 */
    const char *lost;  /* zones whose loss takes the majority: "a b" */
    uint32_t without_zone;
    const char *words; /* part of the sentence */
} QuorumCase;

/* clang-format off */
static const QuorumCase quorums[] = {
    {"one in each of three zones", "1@a 2@b 3@c", {{1, NULL}, {2, NULL}, {3, NULL}}, "", 0, "No zone's loss takes the majority"},
    {"two zones, two and one", "1@a 2@a 3@b", {{1, NULL}, {2, NULL}, {3, NULL}}, "a", 0, "Two zones cannot both be survivable"},
    {"two zones, even count", "1@a 2@a 3@b 4@b", {{1, NULL}, {2, NULL}, {3, NULL}, {4, NULL}}, "a b", 0, "Two zones cannot both be survivable"},
    {"all in one", "1@a 2@a 3@a 4@b", {{1, NULL}, {2, NULL}, {3, NULL}}, "a", 0, "Voters in three zones survive"},
    {"a single voter", "1@a 2@b", {{1, NULL}}, "a", 0, "have 1 voter and need 1"},
    {"five over three", "1@a 2@a 3@b 4@b 5@c", {{1, NULL}, {2, NULL}, {3, NULL}, {4, NULL}, {5, NULL}}, "", 0, "need 3"},
    {"controllers apart", "1@a 2@b", {{100, "c1"}, {101, "c2"}, {102, NULL}}, "", 3, "The zones of 3 cannot be told"},
    {"a voter on a broker without a zone", "1@a 2@-", {{2, NULL}}, "", 1, "cannot be told"},
};
/* clang-format on */

static void
says_what_is_lost(void **row)
{
    const QuorumCase *c = *row;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster(c->cluster);
    g_autoptr(RzAudit) audit = rz_audit_new(snapshot, NULL);
    uint32_t n = 0;
    while (n < G_N_ELEMENTS(c->voters) && c->voters[n].id != 0)
        n++;
    rz_audit_set_quorum(audit, c->voters[0].id, c->voters, n);
    g_autoptr(GString) lost = g_string_new(NULL);
    for (uint32_t z = 0; z < snapshot->n_zones; z++)
        if (rz_quorum_is_lost_with(audit->quorum, z))
            g_string_append_printf(lost, "%s%s", lost->len > 0 ? " " : "", snapshot->zones[z]);
    assert_string_equal(lost->str, c->lost);
    assert_int_equal(audit->quorum->without_zone, c->without_zone);
    if (strstr(audit->quorum->text, c->words) == NULL)
        fail_msg("%s", audit->quorum->text);
}

/* Hosts are what ties controllers of their own to a zone. */
static void
hosts_tell_the_zone(void **state)
{
    (void)state;
    g_autoptr(RzSnapshot) snapshot = sketch_cluster("1@a 2@a 3@b 4@b");
    static const char *const hosts[] = {"h1", "h1", "h2", "h1"};
    for (uint32_t b = 0; b < 4; b++)
        snapshot->brokers[b].host = hosts[b];
    const RzVoter voters[] = {{100, "h2"}, {101, "h1"}};
    g_autoptr(RzAudit) audit = rz_audit_new(snapshot, NULL);
    rz_audit_set_quorum(audit, 100, voters, 2);
    const RzQuorumAudit *quorum = audit->quorum;
    assert_int_equal(quorum->voters[0].zone, 1);
    assert_false(quorum->voters[0].is_broker);
    assert_int_equal(quorum->voters[0].neighbours->len, 1);
    assert_int_equal(quorum->voters[1].zone, RZ_NONE); /* brokers of both zones are on h1 */
    assert_int_equal(quorum->voters[1].neighbours->len, 3);
    assert_non_null(strstr(quorum->text, "Voter 100 shares its host with broker 3."));
    assert_non_null(strstr(quorum->text, "Voter 101 shares its host with broker 1, 2, 4."));
    g_autofree char *json = rz_audit_to_json(audit);
    assert_non_null(strstr(json,
                           "{\"voter\":100,\"host\":\"h2\",\"zone\":\"b\",\"is_broker\":false,"
                           "\"shares_host_with\":[3]}"));
    assert_non_null(strstr(json, "{\"zone\":\"b\",\"voters\":1,\"takes_majority\":true}"));
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, quorums, says_what_is_lost);
    ADD_TEST(tests, hosts_tell_the_zone);
    return RUN_TESTS("audit quorum", tests);
}
