/*
 * fake_cluster.h: a few fake brokers that answer as one cluster, unless a test says otherwise.
 */
#pragma once

#include "executor/kafka/kafka_cluster.h"
#include "tests/unit/kafka/fake_broker.h"

enum { FAKE_NODES = 3, FAKE_KEYS = 128, NOT_OFFERED = -1 };

typedef struct FakeCluster FakeCluster;

/* Answers as @node (1 to FAKE_NODES); false: as usual. */
typedef bool (*FakeHook)(FakeCluster *cluster, int32_t node, const RzRequestHeader *header,
                         const void *request, FakeReply *reply);

typedef struct {
    FakeCluster *cluster;
    int32_t id;
    FakeBroker *broker; /* NULL: dead */
    uint16_t port;
    unsigned seen[FAKE_KEYS]; /* requests, by API key */
} FakeNode;

struct FakeCluster {
    FakeNode nodes[FAKE_NODES + 1]; /* from 1 */
    int32_t controller;
    int32_t silent; /* this node accepts connections and never says anything; 0: none */
    int16_t max_versions[FAKE_KEYS]; /* offered; NOT_OFFERED */
    FakeHook hook;
    unsigned hooked; /* a counter for hooks */
};

typedef enum { FAKE_ZOOKEEPER, FAKE_KRAFT } FakeKind;

FakeCluster *fake_cluster_new(FakeKind kind, FakeHook hook);
void fake_cluster_free(FakeCluster *cluster);
void fake_cluster_kill(FakeCluster *cluster, int32_t node);
/* How often the nodes have seen @key. */
unsigned fake_cluster_seen(const FakeCluster *cluster, int16_t key);
/* A client of it, with short timeouts; its first bootstrap server is @node. Fails the test. */
RzCluster *fake_cluster_connect(const FakeCluster *cluster, int32_t node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeCluster, fake_cluster_free)
