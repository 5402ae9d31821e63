/*
 * messages.h: every message that we speak, one table each.
 *
 * A row is a field, in wire order:
 *     X(T, kind, name, element, since, until, null_since, tag, initial)
 * T is the struct that the row belongs to, `element` the struct that an array holds; the others are
 * those of RzWireField (ALL versions, NEVer null, NOt tagged: messages.c). From a table come the C
 * struct (below) and the schema (messages.c). Source: the message definitions of
 * Apache Kafka 4.3 (clients/src/main/resources/common/message), with shorter field names.
 */
#pragma once

#include "executor/kafka/schema.h"

/* clang-format off */
#define RZ_NO_OPERATIONS INT32_MIN /* the broker was not asked for authorized operations */

/* ---- ApiVersions (18) ---- */
#define RZ_API_VERSIONS_REQUEST(X, T)                                             \
    X(T, STR,    software_name,      _,                    3, ALL, NEV, NO, 0)    \
    X(T, STR,    software_version,   _,                    3, ALL, NEV, NO, 0)
#define RZ_API_VERSION_RANGE(X, T)                                                \
    X(T, I16,    key,                _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    min,                _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    max,                _,                    0, ALL, NEV, NO, 0)
#define RZ_API_FEATURE(X, T)                                                      \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    min,                _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    max,                _,                    0, ALL, NEV, NO, 0)
#define RZ_API_FINALIZED(X, T)                                                    \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    max_level,          _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    min_level,          _,                    0, ALL, NEV, NO, 0)
#define RZ_API_VERSIONS_RESPONSE(X, T)                                            \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  apis,               RzApiVersionRange,    0, ALL, NEV, NO, 0)    \
    X(T, I32,    throttle_ms,        _,                    1, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  features,           RzApiFeature,         3, ALL, NEV, 0,  0)    \
    X(T, I64,    epoch,              _,                    3, ALL, NEV, 1,  -1)   \
    X(T, ARRAY,  finalized,          RzApiFinalized,       3, ALL, NEV, 2,  0)    \
    X(T, BOOL,   zk_migration_ready, _,                    3, ALL, NEV, 3,  0)

/* ---- SaslHandshake (17), SaslAuthenticate (36) ---- */
#define RZ_SASL_HANDSHAKE_REQUEST(X, T)                                           \
    X(T, STR,    mechanism,          _,                    0, ALL, NEV, NO, 0)
#define RZ_SASL_HANDSHAKE_RESPONSE(X, T)                                          \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STRS,   mechanisms,         _,                    0, ALL, NEV, NO, 0)
#define RZ_SASL_AUTHENTICATE_REQUEST(X, T)                                        \
    X(T, BYTES,  auth,               _,                    0, ALL, NEV, NO, 0)
#define RZ_SASL_AUTHENTICATE_RESPONSE(X, T)                                       \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    message,            _,                    0, ALL, 0,   NO, 0)    \
    X(T, BYTES,  auth,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, I64,    session_lifetime_ms, _,                   1, ALL, NEV, NO, 0)

/* ---- Metadata (3) ---- */
#define RZ_METADATA_REQUEST_TOPIC(X, T)                                           \
    X(T, UUID,   topic_id,           _,                   10, ALL, NEV, NO, 0)    \
    X(T, STR,    name,               _,                    0, ALL, 10,  NO, 0)
#define RZ_METADATA_REQUEST(X, T)                                                 \
    X(T, ARRAY,  topics,             RzMetadataRequestTopic, 0, ALL, 1, NO, 0)    \
    X(T, BOOL,   auto_create,        _,                    4, ALL, NEV, NO, 1)    \
    X(T, BOOL,   cluster_ops,        _,                    8, 10,  NEV, NO, 0)    \
    X(T, BOOL,   topic_ops,          _,                    8, ALL, NEV, NO, 0)
#define RZ_METADATA_BROKER(X, T)                                                  \
    X(T, I32,    id,                 _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    host,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    port,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    rack,               _,                    1, ALL, 1,   NO, 0)
#define RZ_METADATA_PARTITION(X, T)                                               \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    index,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    leader,             _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    leader_epoch,       _,                    7, ALL, NEV, NO, -1)   \
    X(T, INTS,   replicas,           _,                    0, ALL, NEV, NO, 0)    \
    X(T, INTS,   isr,                _,                    0, ALL, NEV, NO, 0)    \
    X(T, INTS,   offline,            _,                    5, ALL, NEV, NO, 0)
#define RZ_METADATA_TOPIC(X, T)                                                   \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    name,               _,                    0, ALL, 12,  NO, 0)    \
    X(T, UUID,   topic_id,           _,                   10, ALL, NEV, NO, 0)    \
    X(T, BOOL,   internal,           _,                    1, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  partitions,         RzMetadataPartition,  0, ALL, NEV, NO, 0)    \
    X(T, I32,    topic_ops,          _,                    8, ALL, NEV, NO, RZ_NO_OPERATIONS)
#define RZ_METADATA_RESPONSE(X, T)                                                \
    X(T, I32,    throttle_ms,        _,                    3, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  brokers,            RzMetadataBroker,     0, ALL, NEV, NO, 0)    \
    X(T, STR,    cluster_id,         _,                    2, ALL, 2,   NO, 0)    \
    X(T, I32,    controller_id,      _,                    1, ALL, NEV, NO, -1)   \
    X(T, ARRAY,  topics,             RzMetadataTopic,      0, ALL, NEV, NO, 0)    \
    X(T, I32,    cluster_ops,        _,                    8, 10,  NEV, NO, RZ_NO_OPERATIONS)\
    X(T, I16,    error,              _,                   13, ALL, NEV, NO, 0)

/* ---- DescribeCluster (60) ---- */
#define RZ_DESCRIBE_CLUSTER_REQUEST(X, T)                                         \
    X(T, BOOL,   cluster_ops,        _,                    0, ALL, NEV, NO, 0)    \
    X(T, I8,     endpoint_type,      _,                    1, ALL, NEV, NO, 1)    \
    X(T, BOOL,   fenced,             _,                    2, ALL, NEV, NO, 0)
#define RZ_DESCRIBE_CLUSTER_BROKER(X, T)                                          \
    X(T, I32,    id,                 _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    host,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    port,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    rack,               _,                    0, ALL, 0,   NO, 0)    \
    X(T, BOOL,   fenced,             _,                    2, ALL, NEV, NO, 0)
#define RZ_DESCRIBE_CLUSTER_RESPONSE(X, T)                                        \
    X(T, I32,    throttle_ms,        _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    message,            _,                    0, ALL, 0,   NO, 0)    \
    X(T, I8,     endpoint_type,      _,                    1, ALL, NEV, NO, 1)    \
    X(T, STR,    cluster_id,         _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    controller_id,      _,                    0, ALL, NEV, NO, -1)   \
    X(T, ARRAY,  brokers,            RzDescribeClusterBroker, 0, ALL, NEV, NO, 0) \
    X(T, I32,    cluster_ops,        _,                    0, ALL, NEV, NO, RZ_NO_OPERATIONS)

/* ---- DescribeConfigs (32) ---- */
#define RZ_DESCRIBE_CONFIGS_RESOURCE(X, T)                                        \
    X(T, I8,     type,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, STRS,   keys,               _,                    0, ALL, 0,   NO, 0)
#define RZ_DESCRIBE_CONFIGS_REQUEST(X, T)                                         \
    X(T, ARRAY,  resources,          RzDescribeConfigsResource, 0, ALL, NEV, NO, 0)\
    X(T, BOOL,   synonyms,           _,                    1, ALL, NEV, NO, 0)    \
    X(T, BOOL,   documentation,      _,                    3, ALL, NEV, NO, 0)
#define RZ_DESCRIBE_CONFIGS_SYNONYM(X, T)                                         \
    X(T, STR,    name,               _,                    1, ALL, NEV, NO, 0)    \
    X(T, STR,    value,              _,                    1, ALL, 0,   NO, 0)    \
    X(T, I8,     source,             _,                    1, ALL, NEV, NO, 0)
#define RZ_DESCRIBE_CONFIGS_ENTRY(X, T)                                           \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    value,              _,                    0, ALL, 0,   NO, 0)    \
    X(T, BOOL,   read_only,          _,                    0, ALL, NEV, NO, 0)    \
    X(T, I8,     source,             _,                    1, ALL, NEV, NO, -1)   \
    X(T, BOOL,   sensitive,          _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  synonyms,           RzDescribeConfigsSynonym, 1, ALL, NEV, NO, 0)\
    X(T, I8,     config_type,        _,                    3, ALL, NEV, NO, 0)    \
    X(T, STR,    documentation,      _,                    3, ALL, 0,   NO, 0)
#define RZ_DESCRIBE_CONFIGS_RESULT(X, T)                                          \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    message,            _,                    0, ALL, 0,   NO, 0)    \
    X(T, I8,     type,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  configs,            RzDescribeConfigsEntry, 0, ALL, NEV, NO, 0)
#define RZ_DESCRIBE_CONFIGS_RESPONSE(X, T)                                        \
    X(T, I32,    throttle_ms,        _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  results,            RzDescribeConfigsResult, 0, ALL, NEV, NO, 0)

/* ---- IncrementalAlterConfigs (44) ---- */
#define RZ_ALTER_CONFIGS_ENTRY(X, T)                                              \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, I8,     op,                 _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    value,              _,                    0, ALL, 0,   NO, 0)
#define RZ_ALTER_CONFIGS_RESOURCE(X, T)                                           \
    X(T, I8,     type,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  configs,            RzAlterConfigsEntry,  0, ALL, NEV, NO, 0)
#define RZ_ALTER_CONFIGS_REQUEST(X, T)                                            \
    X(T, ARRAY,  resources,          RzAlterConfigsResource, 0, ALL, NEV, NO, 0)  \
    X(T, BOOL,   validate_only,      _,                    0, ALL, NEV, NO, 0)
#define RZ_ALTER_CONFIGS_RESULT(X, T)                                             \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    message,            _,                    0, ALL, 0,   NO, 0)    \
    X(T, I8,     type,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)
#define RZ_ALTER_CONFIGS_RESPONSE(X, T)                                           \
    X(T, I32,    throttle_ms,        _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  responses,          RzAlterConfigsResult, 0, ALL, NEV, NO, 0)

/* ---- ElectLeaders (43), DescribeLogDirs (35): topics with partition numbers ---- */
#define RZ_TOPIC_PARTITIONS(X, T)                                                 \
    X(T, STR,    topic,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, INTS,   partitions,         _,                    0, ALL, NEV, NO, 0)
#define RZ_ELECT_LEADERS_REQUEST(X, T)                                            \
    X(T, I8,     election_type,      _,                    1, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  topics,             RzTopicPartitions,    0, ALL, 0,   NO, 0)    \
    X(T, I32,    timeout_ms,         _,                    0, ALL, NEV, NO, 60000)
#define RZ_ELECT_LEADERS_PARTITION(X, T)                                          \
    X(T, I32,    id,                 _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    message,            _,                    0, ALL, 0,   NO, 0)
#define RZ_ELECT_LEADERS_RESULT(X, T)                                             \
    X(T, STR,    topic,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  partitions,         RzElectLeadersPartition, 0, ALL, NEV, NO, 0)
#define RZ_ELECT_LEADERS_RESPONSE(X, T)                                           \
    X(T, I32,    throttle_ms,        _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    error,              _,                    1, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  results,            RzElectLeadersResult, 0, ALL, NEV, NO, 0)

#define RZ_DESCRIBE_LOG_DIRS_REQUEST(X, T)                                        \
    X(T, ARRAY,  topics,             RzTopicPartitions,    0, ALL, 0,   NO, 0)
#define RZ_LOG_DIR_PARTITION(X, T)                                                \
    X(T, I32,    index,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, I64,    size,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, I64,    offset_lag,         _,                    0, ALL, NEV, NO, 0)    \
    X(T, BOOL,   future,             _,                    0, ALL, NEV, NO, 0)
#define RZ_LOG_DIR_TOPIC(X, T)                                                    \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  partitions,         RzLogDirPartition,    0, ALL, NEV, NO, 0)
#define RZ_LOG_DIR(X, T)                                                          \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    path,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  topics,             RzLogDirTopic,        0, ALL, NEV, NO, 0)    \
    X(T, I64,    total_bytes,        _,                    4, ALL, NEV, NO, -1)   \
    X(T, I64,    usable_bytes,       _,                    4, ALL, NEV, NO, -1)   \
    X(T, BOOL,   cordoned,           _,                    5, ALL, NEV, NO, 0)
#define RZ_DESCRIBE_LOG_DIRS_RESPONSE(X, T)                                       \
    X(T, I32,    throttle_ms,        _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    error,              _,                    3, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  dirs,               RzLogDir,             0, ALL, NEV, NO, 0)

/* ---- AlterPartitionReassignments (45): version 1 puts its flag second ---- */
#define RZ_ALTER_REASSIGN_PARTITION(X, T)                                         \
    X(T, I32,    index,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, INTS,   replicas,           _,                    0, ALL, 0,   NO, 0)
#define RZ_ALTER_REASSIGN_TOPIC(X, T)                                             \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  partitions,         RzAlterReassignPartition, 0, ALL, NEV, NO, 0)
#define RZ_ALTER_REASSIGN_REQUEST(X, T)                                           \
    X(T, I32,    timeout_ms,         _,                    0, ALL, NEV, NO, 60000)\
    X(T, BOOL,   allow_rf_change,    _,                    1, ALL, NEV, NO, 1)    \
    X(T, ARRAY,  topics,             RzAlterReassignTopic, 0, ALL, NEV, NO, 0)
#define RZ_ALTER_REASSIGN_PARTITION_RESULT(X, T)                                  \
    X(T, I32,    index,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    message,            _,                    0, ALL, 0,   NO, 0)
#define RZ_ALTER_REASSIGN_TOPIC_RESULT(X, T)                                      \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  partitions,         RzAlterReassignPartitionResult, 0, ALL, NEV, NO, 0)
#define RZ_ALTER_REASSIGN_RESPONSE(X, T)                                          \
    X(T, I32,    throttle_ms,        _,                    0, ALL, NEV, NO, 0)    \
    X(T, BOOL,   allow_rf_change,    _,                    1, ALL, NEV, NO, 1)    \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    message,            _,                    0, ALL, 0,   NO, 0)    \
    X(T, ARRAY,  topics,             RzAlterReassignTopicResult, 0, ALL, NEV, NO, 0)

/* ---- ListPartitionReassignments (46) ---- */
#define RZ_LIST_REASSIGN_TOPIC(X, T)                                              \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, INTS,   partitions,         _,                    0, ALL, NEV, NO, 0)
#define RZ_LIST_REASSIGN_REQUEST(X, T)                                            \
    X(T, I32,    timeout_ms,         _,                    0, ALL, NEV, NO, 60000)\
    X(T, ARRAY,  topics,             RzListReassignTopic,  0, ALL, 0,   NO, 0)
#define RZ_ONGOING_PARTITION(X, T)                                                \
    X(T, I32,    index,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, INTS,   replicas,           _,                    0, ALL, NEV, NO, 0)    \
    X(T, INTS,   adding,             _,                    0, ALL, NEV, NO, 0)    \
    X(T, INTS,   removing,           _,                    0, ALL, NEV, NO, 0)
#define RZ_ONGOING_TOPIC(X, T)                                                    \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  partitions,         RzOngoingPartition,   0, ALL, NEV, NO, 0)
#define RZ_LIST_REASSIGN_RESPONSE(X, T)                                           \
    X(T, I32,    throttle_ms,        _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    message,            _,                    0, ALL, 0,   NO, 0)    \
    X(T, ARRAY,  topics,             RzOngoingTopic,       0, ALL, NEV, NO, 0)

/* ---- DescribeTopicPartitions (75) ---- */
#define RZ_TOPIC_NAME(X, T)                                                       \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)
#define RZ_TOPIC_CURSOR(X, T)                                                     \
    X(T, STR,    topic,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    partition,          _,                    0, ALL, NEV, NO, 0)
#define RZ_DESCRIBE_TOPICS_REQUEST(X, T)                                          \
    X(T, ARRAY,  topics,             RzTopicName,          0, ALL, NEV, NO, 0)    \
    X(T, I32,    limit,              _,                    0, ALL, NEV, NO, 2000) \
    X(T, STRUCT, cursor,             RzTopicCursor,        0, ALL, 0,   NO, 0)
#define RZ_DESCRIBED_PARTITION(X, T)                                              \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    index,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    leader,             _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    leader_epoch,       _,                    0, ALL, NEV, NO, -1)   \
    X(T, INTS,   replicas,           _,                    0, ALL, NEV, NO, 0)    \
    X(T, INTS,   isr,                _,                    0, ALL, NEV, NO, 0)    \
    X(T, INTS,   elr,                _,                    0, ALL, 0,   NO, 0)    \
    X(T, INTS,   last_known_elr,     _,                    0, ALL, 0,   NO, 0)    \
    X(T, INTS,   offline,            _,                    0, ALL, NEV, NO, 0)
#define RZ_DESCRIBED_TOPIC(X, T)                                                  \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    name,               _,                    0, ALL, 0,   NO, 0)    \
    X(T, UUID,   topic_id,           _,                    0, ALL, NEV, NO, 0)    \
    X(T, BOOL,   internal,           _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  partitions,         RzDescribedPartition, 0, ALL, NEV, NO, 0)    \
    X(T, I32,    topic_ops,          _,                    0, ALL, NEV, NO, RZ_NO_OPERATIONS)
#define RZ_DESCRIBE_TOPICS_RESPONSE(X, T)                                         \
    X(T, I32,    throttle_ms,        _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  topics,             RzDescribedTopic,     0, ALL, NEV, NO, 0)    \
    X(T, STRUCT, next_cursor,        RzTopicCursor,        0, ALL, 0,   NO, 0)

/* ---- DescribeQuorum (55) ---- */
#define RZ_QUORUM_REQUEST_PARTITION(X, T)                                         \
    X(T, I32,    index,              _,                    0, ALL, NEV, NO, 0)
#define RZ_QUORUM_REQUEST_TOPIC(X, T)                                             \
    X(T, STR,    topic,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  partitions,         RzQuorumRequestPartition, 0, ALL, NEV, NO, 0)
#define RZ_DESCRIBE_QUORUM_REQUEST(X, T)                                          \
    X(T, ARRAY,  topics,             RzQuorumRequestTopic, 0, ALL, NEV, NO, 0)
#define RZ_QUORUM_REPLICA(X, T)                                                   \
    X(T, I32,    id,                 _,                    0, ALL, NEV, NO, 0)    \
    X(T, UUID,   directory_id,       _,                    2, ALL, NEV, NO, 0)    \
    X(T, I64,    log_end_offset,     _,                    0, ALL, NEV, NO, 0)    \
    X(T, I64,    last_fetch_ms,      _,                    1, ALL, NEV, NO, -1)   \
    X(T, I64,    last_caught_up_ms,  _,                    1, ALL, NEV, NO, -1)
#define RZ_QUORUM_PARTITION(X, T)                                                 \
    X(T, I32,    index,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    message,            _,                    2, ALL, 2,   NO, 0)    \
    X(T, I32,    leader,             _,                    0, ALL, NEV, NO, 0)    \
    X(T, I32,    leader_epoch,       _,                    0, ALL, NEV, NO, 0)    \
    X(T, I64,    high_watermark,     _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  voters,             RzQuorumReplica,      0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  observers,          RzQuorumReplica,      0, ALL, NEV, NO, 0)
#define RZ_QUORUM_TOPIC(X, T)                                                     \
    X(T, STR,    topic,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  partitions,         RzQuorumPartition,    0, ALL, NEV, NO, 0)
#define RZ_QUORUM_LISTENER(X, T)                                                  \
    X(T, STR,    name,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    host,               _,                    0, ALL, NEV, NO, 0)    \
    X(T, U16,    port,               _,                    0, ALL, NEV, NO, 0)
#define RZ_QUORUM_NODE(X, T)                                                      \
    X(T, I32,    id,                 _,                    0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  listeners,          RzQuorumListener,     0, ALL, NEV, NO, 0)
#define RZ_DESCRIBE_QUORUM_RESPONSE(X, T)                                         \
    X(T, I16,    error,              _,                    0, ALL, NEV, NO, 0)    \
    X(T, STR,    message,            _,                    2, ALL, 2,   NO, 0)    \
    X(T, ARRAY,  topics,             RzQuorumTopic,        0, ALL, NEV, NO, 0)    \
    X(T, ARRAY,  nodes,              RzQuorumNode,         2, ALL, NEV, NO, 0)

/* Every struct, those inside others first. */
#define RZ_WIRE_STRUCTS(S)                                                    \
    S(RzApiVersionsRequest,           RZ_API_VERSIONS_REQUEST)                \
    S(RzApiVersionRange,              RZ_API_VERSION_RANGE)                   \
    S(RzApiFeature,                   RZ_API_FEATURE)                         \
    S(RzApiFinalized,                 RZ_API_FINALIZED)                       \
    S(RzApiVersionsResponse,          RZ_API_VERSIONS_RESPONSE)               \
    S(RzSaslHandshakeRequest,         RZ_SASL_HANDSHAKE_REQUEST)              \
    S(RzSaslHandshakeResponse,        RZ_SASL_HANDSHAKE_RESPONSE)             \
    S(RzSaslAuthenticateRequest,      RZ_SASL_AUTHENTICATE_REQUEST)           \
    S(RzSaslAuthenticateResponse,     RZ_SASL_AUTHENTICATE_RESPONSE)          \
    S(RzMetadataRequestTopic,         RZ_METADATA_REQUEST_TOPIC)              \
    S(RzMetadataRequest,              RZ_METADATA_REQUEST)                    \
    S(RzMetadataBroker,               RZ_METADATA_BROKER)                     \
    S(RzMetadataPartition,            RZ_METADATA_PARTITION)                  \
    S(RzMetadataTopic,                RZ_METADATA_TOPIC)                      \
    S(RzMetadataResponse,             RZ_METADATA_RESPONSE)                   \
    S(RzDescribeClusterRequest,       RZ_DESCRIBE_CLUSTER_REQUEST)            \
    S(RzDescribeClusterBroker,        RZ_DESCRIBE_CLUSTER_BROKER)             \
    S(RzDescribeClusterResponse,      RZ_DESCRIBE_CLUSTER_RESPONSE)           \
    S(RzDescribeConfigsResource,      RZ_DESCRIBE_CONFIGS_RESOURCE)           \
    S(RzDescribeConfigsRequest,       RZ_DESCRIBE_CONFIGS_REQUEST)            \
    S(RzDescribeConfigsSynonym,       RZ_DESCRIBE_CONFIGS_SYNONYM)            \
    S(RzDescribeConfigsEntry,         RZ_DESCRIBE_CONFIGS_ENTRY)              \
    S(RzDescribeConfigsResult,        RZ_DESCRIBE_CONFIGS_RESULT)             \
    S(RzDescribeConfigsResponse,      RZ_DESCRIBE_CONFIGS_RESPONSE)           \
    S(RzAlterConfigsEntry,            RZ_ALTER_CONFIGS_ENTRY)                 \
    S(RzAlterConfigsResource,         RZ_ALTER_CONFIGS_RESOURCE)              \
    S(RzAlterConfigsRequest,          RZ_ALTER_CONFIGS_REQUEST)               \
    S(RzAlterConfigsResult,           RZ_ALTER_CONFIGS_RESULT)                \
    S(RzAlterConfigsResponse,         RZ_ALTER_CONFIGS_RESPONSE)              \
    S(RzTopicPartitions,              RZ_TOPIC_PARTITIONS)                    \
    S(RzElectLeadersRequest,          RZ_ELECT_LEADERS_REQUEST)               \
    S(RzElectLeadersPartition,        RZ_ELECT_LEADERS_PARTITION)             \
    S(RzElectLeadersResult,           RZ_ELECT_LEADERS_RESULT)                \
    S(RzElectLeadersResponse,         RZ_ELECT_LEADERS_RESPONSE)              \
    S(RzDescribeLogDirsRequest,       RZ_DESCRIBE_LOG_DIRS_REQUEST)           \
    S(RzLogDirPartition,              RZ_LOG_DIR_PARTITION)                   \
    S(RzLogDirTopic,                  RZ_LOG_DIR_TOPIC)                       \
    S(RzLogDir,                       RZ_LOG_DIR)                             \
    S(RzDescribeLogDirsResponse,      RZ_DESCRIBE_LOG_DIRS_RESPONSE)          \
    S(RzAlterReassignPartition,       RZ_ALTER_REASSIGN_PARTITION)            \
    S(RzAlterReassignTopic,           RZ_ALTER_REASSIGN_TOPIC)                \
    S(RzAlterReassignRequest,         RZ_ALTER_REASSIGN_REQUEST)              \
    S(RzAlterReassignPartitionResult, RZ_ALTER_REASSIGN_PARTITION_RESULT)     \
    S(RzAlterReassignTopicResult,     RZ_ALTER_REASSIGN_TOPIC_RESULT)         \
    S(RzAlterReassignResponse,        RZ_ALTER_REASSIGN_RESPONSE)             \
    S(RzListReassignTopic,            RZ_LIST_REASSIGN_TOPIC)                 \
    S(RzListReassignRequest,          RZ_LIST_REASSIGN_REQUEST)               \
    S(RzOngoingPartition,             RZ_ONGOING_PARTITION)                   \
    S(RzOngoingTopic,                 RZ_ONGOING_TOPIC)                       \
    S(RzListReassignResponse,         RZ_LIST_REASSIGN_RESPONSE)              \
    S(RzTopicName,                    RZ_TOPIC_NAME)                          \
    S(RzTopicCursor,                  RZ_TOPIC_CURSOR)                        \
    S(RzDescribeTopicsRequest,        RZ_DESCRIBE_TOPICS_REQUEST)             \
    S(RzDescribedPartition,           RZ_DESCRIBED_PARTITION)                 \
    S(RzDescribedTopic,               RZ_DESCRIBED_TOPIC)                     \
    S(RzDescribeTopicsResponse,       RZ_DESCRIBE_TOPICS_RESPONSE)            \
    S(RzQuorumRequestPartition,       RZ_QUORUM_REQUEST_PARTITION)            \
    S(RzQuorumRequestTopic,           RZ_QUORUM_REQUEST_TOPIC)                \
    S(RzDescribeQuorumRequest,        RZ_DESCRIBE_QUORUM_REQUEST)             \
    S(RzQuorumReplica,                RZ_QUORUM_REPLICA)                      \
    S(RzQuorumPartition,              RZ_QUORUM_PARTITION)                    \
    S(RzQuorumTopic,                  RZ_QUORUM_TOPIC)                        \
    S(RzQuorumListener,               RZ_QUORUM_LISTENER)                     \
    S(RzQuorumNode,                   RZ_QUORUM_NODE)                         \
    S(RzDescribeQuorumResponse,       RZ_DESCRIBE_QUORUM_RESPONSE)

/* Every call: (enum name, key, min, max, flexible since, request, response). */
#define RZ_WIRE_APIS(A)                                                                                     \
    A(Metadata,                    METADATA,        3,  0, 13, 9,    RzMetadataRequest,         RzMetadataResponse)         \
    A(SaslHandshake,               SASL_HANDSHAKE,  17, 0, 1,  NEV,  RzSaslHandshakeRequest,    RzSaslHandshakeResponse)    \
    A(ApiVersions,                 API_VERSIONS,    18, 0, 3,  3,    RzApiVersionsRequest,      RzApiVersionsResponse)      \
    A(DescribeConfigs,             DESCRIBE_CONFIGS, 32, 1, 4, 4,    RzDescribeConfigsRequest,  RzDescribeConfigsResponse)  \
    A(DescribeLogDirs,             DESCRIBE_LOG_DIRS, 35, 1, 5, 2,   RzDescribeLogDirsRequest,  RzDescribeLogDirsResponse)  \
    A(SaslAuthenticate,            SASL_AUTHENTICATE, 36, 0, 2, 2,   RzSaslAuthenticateRequest, RzSaslAuthenticateResponse) \
    A(ElectLeaders,                ELECT_LEADERS,   43, 0, 2,  2,    RzElectLeadersRequest,     RzElectLeadersResponse)     \
    A(IncrementalAlterConfigs,     ALTER_CONFIGS,   44, 0, 1,  1,    RzAlterConfigsRequest,     RzAlterConfigsResponse)     \
    A(AlterPartitionReassignments, ALTER_REASSIGN,  45, 0, 1,  0,    RzAlterReassignRequest,    RzAlterReassignResponse)    \
    A(ListPartitionReassignments,  LIST_REASSIGN,   46, 0, 0,  0,    RzListReassignRequest,     RzListReassignResponse)     \
    A(DescribeQuorum,              DESCRIBE_QUORUM, 55, 0, 2,  0,    RzDescribeQuorumRequest,   RzDescribeQuorumResponse)   \
    A(DescribeCluster,             DESCRIBE_CLUSTER, 60, 0, 2, 0,    RzDescribeClusterRequest,  RzDescribeClusterResponse)  \
    A(DescribeTopicPartitions,     DESCRIBE_TOPICS, 75, 0, 0,  0,    RzDescribeTopicsRequest,   RzDescribeTopicsResponse)

/* ---- the C structs ---- */
#define RZ_MEMBER_I8(name, element)     int8_t name;
#define RZ_MEMBER_I16(name, element)    int16_t name;
#define RZ_MEMBER_I32(name, element)    int32_t name;
#define RZ_MEMBER_I64(name, element)    int64_t name;
#define RZ_MEMBER_U16(name, element)    uint16_t name;
#define RZ_MEMBER_BOOL(name, element)   bool name;
#define RZ_MEMBER_UUID(name, element)   RzUuid name;
#define RZ_MEMBER_STR(name, element)    const char *name;
#define RZ_MEMBER_BYTES(name, element)  const uint8_t *name; uint32_t n_##name;
#define RZ_MEMBER_INTS(name, element)   const int32_t *name; uint32_t n_##name;
#define RZ_MEMBER_STRS(name, element)   const char *const *name; uint32_t n_##name;
#define RZ_MEMBER_ARRAY(name, element)  const element *name; uint32_t n_##name;
#define RZ_MEMBER_STRUCT(name, element) const element *name;
#define RZ_MEMBER(T, kind, name, element, since, until, null_since, tag, initial) RZ_MEMBER_##kind(name, element)
#define RZ_DECLARE_STRUCT(Type, FIELDS)                                                            \
    typedef struct {                                                                               \
        FIELDS(RZ_MEMBER, Type)                                                                         \
    } Type;                                                                                        \
    extern const RzWireSchema rz_schema_##Type;
RZ_WIRE_STRUCTS(RZ_DECLARE_STRUCT)
/* clang-format on */

typedef enum {
#define RZ_API_KEY(text, NAME, key, min, max, flexible, Request, Response) RZ_API_##NAME = (key),
    RZ_WIRE_APIS(RZ_API_KEY)
#undef RZ_API_KEY
} RzApiKey;

extern const RzWireApi rz_wire_apis[];
extern const uint32_t rz_n_wire_apis;

/* NULL: not one of ours. */
const RzWireApi *rz_wire_api(int16_t key);
/* How long the broker asks us to wait; 0 where it does not say. */
int32_t rz_wire_throttle_ms(const RzWireApi *api, const void *response);
