/*
 * kafka_generate.h: where `kafka-reassign-partitions --generate` would put everything.
 *
 * For comparisons only: what an operator gets without rezone. The rule is Kafka's published one for
 * rack-aware assignment (KIP-36, org.apache.kafka.admin.AdminUtils): brokers of alternating racks
 * in a ring, each partition's first replica one further, the others at growing distances that skip
 * racks and brokers already used. Kafka starts at a random place; we start topic i at place i, so
 * that equal input gives equal output.
 */
#pragma once

#include "planner/plan_private.h"

/**
 * rz_kafka_generate:
 *
 * Every partition keeps its replica count; targets are the policy's eligible brokers. Errors:
 * %RZ_ERROR_INFEASIBLE when a partition wants more replicas than there are brokers. Cost:
 * O(replicas * brokers) at worst. Returns: (transfer full): a plan without tiers and certificate
 */
G_GNUC_WARN_UNUSED_RESULT
RzPlan *rz_kafka_generate(const RzSnapshot *snapshot, const RzPolicy *policy, GError **error);
