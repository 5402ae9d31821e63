/*
 * kafka_error.h: the protocol's error codes that we meet, by number.
 *
 * A list of numbers and names only, so that the simulated cluster can answer with them and the
 * executor can read them; what to do about each is the executor's table (executor/kafka_error.c).
 * Source: Apache Kafka, org.apache.kafka.common.protocol.Errors (2.4 to 4.3).
 */
#pragma once

#define RZ_KAFKA_ERRORS(X)                                                                         \
    X(-1, UNKNOWN_SERVER_ERROR)                                                                    \
    X(0, NONE)                                                                                     \
    X(3, UNKNOWN_TOPIC_OR_PARTITION)                                                               \
    X(5, LEADER_NOT_AVAILABLE)                                                                     \
    X(6, NOT_LEADER_OR_FOLLOWER)                                                                   \
    X(7, REQUEST_TIMED_OUT)                                                                        \
    X(17, INVALID_TOPIC_EXCEPTION)                                                                 \
    X(29, TOPIC_AUTHORIZATION_FAILED)                                                              \
    X(31, CLUSTER_AUTHORIZATION_FAILED)                                                            \
    X(33, UNSUPPORTED_SASL_MECHANISM)                                                              \
    X(34, ILLEGAL_SASL_STATE)                                                                      \
    X(35, UNSUPPORTED_VERSION)                                                                     \
    X(38, INVALID_REPLICATION_FACTOR)                                                              \
    X(39, INVALID_REPLICA_ASSIGNMENT)                                                              \
    X(40, INVALID_CONFIG)                                                                          \
    X(41, NOT_CONTROLLER)                                                                          \
    X(42, INVALID_REQUEST)                                                                         \
    X(44, POLICY_VIOLATION)                                                                        \
    X(56, KAFKA_STORAGE_ERROR)                                                                     \
    X(58, SASL_AUTHENTICATION_FAILED)                                                              \
    X(72, LISTENER_NOT_FOUND)                                                                      \
    X(80, PREFERRED_LEADER_NOT_AVAILABLE)                                                          \
    X(83, ELIGIBLE_LEADERS_NOT_AVAILABLE)                                                          \
    X(84, ELECTION_NOT_NEEDED)                                                                     \
    X(85, NO_REASSIGNMENT_IN_PROGRESS)                                                             \
    X(100, UNKNOWN_TOPIC_ID)                                                                       \
    X(114, MISMATCHED_ENDPOINT_TYPE)                                                               \
    X(115, UNSUPPORTED_ENDPOINT_TYPE)                                                              \
    X(129, REBOOTSTRAP_REQUIRED)

typedef enum {
#define RZ_KAFKA_ERROR_ENUM(code, name) RZ_KAFKA_##name = (code),
    RZ_KAFKA_ERRORS(RZ_KAFKA_ERROR_ENUM)
#undef RZ_KAFKA_ERROR_ENUM
} RzKafkaError;
