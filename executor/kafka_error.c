/*
 * kafka_error.c: the table (kafka_error.h), by code.
 */
#include "executor/kafka_error.h"

#include <stddef.h>

/* clang-format off */
#define ROW(name, action, meaning) {RZ_KAFKA_##name, #name, action, meaning}
static const RzKafkaErrorInfo table[] = {
    ROW(UNKNOWN_SERVER_ERROR,          RZ_DO_VERIFY,     "the broker failed, or the request was too large and half of it applied"),
    ROW(NONE,                          RZ_DO_NOTHING,    "done"),
    ROW(UNKNOWN_TOPIC_OR_PARTITION,    RZ_DO_ITEM,       "the topic or partition does not exist (deleted?)"),
    ROW(LEADER_NOT_AVAILABLE,          RZ_DO_STATE,      "the partition has no leader"),
    ROW(NOT_LEADER_OR_FOLLOWER,        RZ_DO_RETRY,      "a new controller is being elected"),
    ROW(REQUEST_TIMED_OUT,             RZ_DO_VERIFY,     "the controller did not answer in time"),
    ROW(INVALID_TOPIC_EXCEPTION,       RZ_DO_ITEM,       "not a valid topic name"),
    ROW(TOPIC_AUTHORIZATION_FAILED,    RZ_DO_ITEM,       "the account may not do this to the topic"),
    ROW(CLUSTER_AUTHORIZATION_FAILED,  RZ_DO_RUN,        "the account may not do this to the cluster"),
    ROW(UNSUPPORTED_SASL_MECHANISM,    RZ_DO_RUN,        "the broker does not offer the SASL mechanism"),
    ROW(ILLEGAL_SASL_STATE,            RZ_DO_RUN,        "the broker did not expect this authentication step"),
    ROW(UNSUPPORTED_VERSION,           RZ_DO_RUN,        "the cluster does not have this feature"),
    ROW(INVALID_REPLICATION_FACTOR,    RZ_DO_ITEM,       "the number of replicas changed since the plan was made"),
    ROW(INVALID_REPLICA_ASSIGNMENT,    RZ_DO_ITEM,       "the controller refuses this list of replicas"),
    ROW(INVALID_CONFIG,                RZ_DO_ITEM,       "not a valid config value"),
    ROW(NOT_CONTROLLER,                RZ_DO_CONTROLLER, "the controller has moved to another broker"),
    ROW(INVALID_REQUEST,               RZ_DO_ITEM,       "the broker finds the request invalid"),
    ROW(POLICY_VIOLATION,              RZ_DO_ITEM,       "a policy of the cluster forbids it"),
    ROW(KAFKA_STORAGE_ERROR,           RZ_DO_STATE,      "the log directory is offline"),
    ROW(SASL_AUTHENTICATION_FAILED,    RZ_DO_RUN,        "wrong credentials"),
    ROW(LISTENER_NOT_FOUND,            RZ_DO_STATE,      "the leader has no listener of this name"),
    ROW(PREFERRED_LEADER_NOT_AVAILABLE, RZ_DO_STATE,     "the preferred leader is not in the ISR"),
    ROW(ELIGIBLE_LEADERS_NOT_AVAILABLE, RZ_DO_STATE,     "no replica can lead now"),
    ROW(ELECTION_NOT_NEEDED,           RZ_DO_NOTHING,    "the preferred replica leads already"),
    ROW(NO_REASSIGNMENT_IN_PROGRESS,   RZ_DO_VERIFY,     "nothing to cancel"),
    ROW(UNKNOWN_TOPIC_ID,              RZ_DO_ITEM,       "no topic has this id"),
    ROW(MISMATCHED_ENDPOINT_TYPE,      RZ_DO_RUN,        "this is a controller's listener, not a broker's"),
    ROW(UNSUPPORTED_ENDPOINT_TYPE,     RZ_DO_RUN,        "this is a controller's listener, not a broker's"),
    ROW(REBOOTSTRAP_REQUIRED,          RZ_DO_RETRY,      "the broker asks us to start again from the bootstrap servers"),
};
/* clang-format on */

const RzKafkaErrorInfo *
rz_kafka_error_info(int16_t code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].code == code)
            return &table[i];
    return NULL;
}

RzKafkaAction
rz_kafka_error_action(int16_t code)
{
    const RzKafkaErrorInfo *info = rz_kafka_error_info(code);
    return info == NULL ? RZ_DO_ITEM : info->action;
}

char *
rz_kafka_error_name(int16_t code)
{
    const RzKafkaErrorInfo *info = rz_kafka_error_info(code);
    return info == NULL ? g_strdup_printf("error %d", code) : g_strdup(info->name);
}

char *
rz_kafka_error_text(int16_t code, const char *message)
{
    const RzKafkaErrorInfo *info = rz_kafka_error_info(code);
    g_autofree char *name = rz_kafka_error_name(code);
    if (message != NULL && *message != '\0')
        return g_strdup_printf("%s: %s", name, message);
    return info == NULL ? g_steal_pointer(&name) : g_strdup_printf("%s: %s", name, info->meaning);
}
