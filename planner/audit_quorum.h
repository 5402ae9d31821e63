/*
 * audit_quorum.h: what each zone's loss does to the controllers of a KRaft cluster.
 *
 * Partitions may be spread as well as can be: without a majority of voters no leader is elected any
 * more. A snapshot does not hold the voters, so they are given apart.
 */
#pragma once

#include "rezone/audit.h"

typedef struct {
    int32_t id;
    const char *host; /* NULL: the cluster does not tell (before Kafka 3.9) */
} RzVoter;

typedef struct {
    int32_t id;
    char *host;         /* NULL unknown */
    uint32_t zone;      /* of the snapshot; RZ_NONE unknown */
    bool is_broker;     /* one process, both roles */
    GArray *neighbours; /* int32_t: other brokers on its host */
} RzVoterAudit;

typedef struct {
    int32_t leader; /* -1 none */
    uint32_t n_voters, majority;
    RzVoterAudit *voters;
    uint32_t *in_zone; /* voters by zone of the snapshot */
    uint32_t n_zones;
    uint32_t without_zone; /* voters whose zone cannot be told */
    char *text;            /* all of it in words */
} RzQuorumAudit;

/* Voters and their zones, by the brokers that they are or share a host with. */
void rz_audit_set_quorum(RzAudit *audit, int32_t leader, const RzVoter *voters, uint32_t n_voters);
void rz_quorum_audit_free(RzQuorumAudit *quorum);

/* Whether too few voters would remain. */
bool rz_quorum_is_lost_with(const RzQuorumAudit *quorum, uint32_t zone);
