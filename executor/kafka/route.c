/*
 * route.c: whom to ask, what an answer's code means, and when to ask again.
 *
 * In KRaft any broker forwards to the controller; in ZooKeeper clusters only the controller itself
 * takes changes, and Metadata says who it is. DescribeQuorum is offered by KRaft brokers only,
 * which tells the two apart on each connection.
 *
 * Repeating is safe for reads, and for changes that certainly did not happen: no connection, or the
 * answer NOT_CONTROLLER. A change that was sent without a usable answer is RZ_ERROR_AMBIGUOUS at
 * once.
 */
#include <stdarg.h>
#include <string.h>

#include "executor/clock.h"
#include "executor/kafka/kafka_private.h"
#include "executor/kafka/schema_private.h"
#include "executor/kafka_error.h"

enum { MAX_ATTEMPTS = 5, MAX_PAUSE_MS = 10 * 1000 };

typedef enum { TO_ANY, TO_CONTROLLER } Destination;

typedef struct {
    RzApiKey api;
    Destination destination; /* where no broker is named */
    bool changes;
    const char *operation; /* the ACL's, on the topic or the cluster: the answer's code tells */
} Route;

/* clang-format off */
static const Route routes[] = {
    {RZ_API_METADATA,         TO_ANY,        false, "DESCRIBE"},
    {RZ_API_DESCRIBE_CLUSTER, TO_ANY,        false, "DESCRIBE"},
    {RZ_API_DESCRIBE_CONFIGS, TO_ANY,        false, "DESCRIBE_CONFIGS"},
    {RZ_API_ALTER_CONFIGS,    TO_ANY,        true,  "ALTER_CONFIGS"},
    {RZ_API_DESCRIBE_LOG_DIRS, TO_ANY,       false, "DESCRIBE"},
    {RZ_API_ALTER_REASSIGN,   TO_CONTROLLER, true,  "ALTER"},
    {RZ_API_LIST_REASSIGN,    TO_CONTROLLER, false, "DESCRIBE"},
    {RZ_API_ELECT_LEADERS,    TO_CONTROLLER, true,  "ALTER"},
    {RZ_API_DESCRIBE_QUORUM,  TO_ANY,        false, "DESCRIBE"},
};
/* clang-format on */

static const Route *
route_of(RzApiKey api)
{
    for (size_t i = 0; i < G_N_ELEMENTS(routes); i++)
        if (routes[i].api == api)
            return &routes[i];
    g_assert_not_reached();
}

char *
rz_kafka_acl(RzApiKey api, int16_t code)
{
    return g_strdup_printf("%s on %s", route_of(api)->operation,
                           code == RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED ? "TOPIC" : "CLUSTER");
}

static int64_t
now_ms(void)
{
    const RzClock *clock = rz_clock_system();
    return clock->monotonic_ms(clock);
}

/* ---- errors ---- */

/* An answer that was understood, but is not one: after a change nobody knows what happened. */
bool
rz_kafka_fail_protocol(RzApiKey api, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, RZ_ERROR, route_of(api)->changes ? RZ_ERROR_AMBIGUOUS : RZ_ERROR_PROTOCOL,
                "the answer to %s %s", rz_wire_api((int16_t)api)->name, text);
    return false;
}

static bool
is_denial(int16_t code)
{
    return code == RZ_KAFKA_TOPIC_AUTHORIZATION_FAILED ||
           code == RZ_KAFKA_CLUSTER_AUTHORIZATION_FAILED;
}

RzItemResult
rz_kafka_item(RzApiKey api, int16_t code, const char *message)
{
    if (is_denial(code)) {
        g_autofree char *acl = rz_kafka_acl(api, code);
        return (RzItemResult){code, g_strdup_printf("the account needs %s", acl)};
    }
    return (RzItemResult){code, message != NULL && *message != '\0' ? g_strdup(message) : NULL};
}

/* The class of a top-level code that was not retried away. */
static RzError
class_of(const Route *route, int16_t code)
{
    if (is_denial(code))
        return RZ_ERROR_DENIED;
    if (code == RZ_KAFKA_UNSUPPORTED_VERSION)
        return RZ_ERROR_UNSUPPORTED;
    if (code == RZ_KAFKA_UNKNOWN_SERVER_ERROR && !route->changes)
        return RZ_ERROR_KAFKA;
    switch (rz_kafka_error_action(code)) {
    case RZ_DO_VERIFY:
    case RZ_DO_CONTROLLER:
    case RZ_DO_RETRY:
        return route->changes ? RZ_ERROR_AMBIGUOUS : RZ_ERROR_UNREACHABLE;
    default:
        return RZ_ERROR_KAFKA;
    }
}

static void
fail_code(const Route *route, int16_t code, const char *message, GError **error)
{
    const char *name = rz_wire_api((int16_t)route->api)->name;
    g_autofree char *text = rz_kafka_error_text(code, message);
    g_autofree char *acl = rz_kafka_acl(route->api, code);
    if (is_denial(code))
        g_set_error(error, RZ_ERROR, RZ_ERROR_DENIED, "%s was refused (%s): the account needs %s",
                    name, text, acl);
    else
        g_set_error(error, RZ_ERROR, (gint)class_of(route, code), "%s: %s", name, text);
}

/* What a failed exchange means for the request, in place. */
static void
classify_loss(const Route *route, GError *error)
{
    bool sent = error->code == RZ_ERROR_AMBIGUOUS || error->code == RZ_ERROR_PROTOCOL;
    if (sent && route->changes)
        error->code = RZ_ERROR_AMBIGUOUS;
    else if (error->code == RZ_ERROR_AMBIGUOUS)
        error->code = RZ_ERROR_UNREACHABLE;
}

/* ---- the answer's own code ---- */

static const RzWireField *
top_level_field(RzApiKey api, const char *name)
{
    const RzWireSchema *schema = rz_wire_api((int16_t)api)->response;
    for (uint32_t i = 0; i < schema->n_fields; i++)
        if (strcmp(schema->fields[i].name, name) == 0)
            return &schema->fields[i];
    return NULL;
}

static int16_t
top_level_code(RzApiKey api, const void *response, const char **message)
{
    const RzWireField *code = top_level_field(api, "error");
    const RzWireField *text = top_level_field(api, "message");
    *message = text == NULL ? NULL : rz_field_pointer(text, response);
    return code == NULL ? 0 : (int16_t)rz_field_int(code, response);
}

/* ---- whom to ask ---- */

static RzConnection *
controller_connection(RzKafka *kafka, GError **error)
{
    RzConnection *any = rz_peers_any(kafka->peers, error);
    if (any == NULL || rz_connection_version(any, RZ_API_DESCRIBE_QUORUM) >= 0)
        return any;
    if (kafka->controller_id < 0 && !rz_kafka_refresh(kafka, error))
        return NULL;
    if (kafka->controller_id < 0) {
        g_set_error_literal(error, RZ_ERROR, RZ_ERROR_UNREACHABLE,
                            "the cluster has no controller at the moment");
        return NULL;
    }
    return rz_peers_broker(kafka->peers, kafka->controller_id, error);
}

/* A broker that is not known may have come up since. */
static RzConnection *
broker_connection(RzKafka *kafka, int32_t broker, GError **error)
{
    if (!rz_peers_know(kafka->peers, broker) && !rz_kafka_refresh(kafka, error))
        return NULL;
    return rz_peers_broker(kafka->peers, broker, error);
}

static RzConnection *
connection_for(RzKafka *kafka, const Route *route, int32_t broker, GError **error)
{
    if (broker != RZ_ANY_BROKER)
        return broker_connection(kafka, broker, error);
    return route->destination == TO_CONTROLLER ? controller_connection(kafka, error)
                                               : rz_peers_any(kafka->peers, error);
}

int
rz_kafka_version(RzKafka *kafka, RzApiKey api, int32_t broker, GError **error)
{
    RzConnection *connection = connection_for(kafka, route_of(api), broker, error);
    return connection == NULL ? -2 : rz_connection_version(connection, api);
}

/* ---- calling ---- */

typedef enum { ANSWERED, FAILED, REPEAT } Outcome;

/* The code decides; whatever is learnt about the cluster is noted for the next attempt. */
static Outcome
judge(RzKafka *kafka, const Route *route, const void *response, GError **error)
{
    const char *message;
    int16_t code = top_level_code(route->api, response, &message);
    if (code == RZ_KAFKA_NONE)
        return ANSWERED;
    fail_code(route, code, message, error);
    if (code == RZ_KAFKA_REBOOTSTRAP_REQUIRED)
        rz_peers_forget(kafka->peers);
    switch (rz_kafka_error_action(code)) {
    case RZ_DO_CONTROLLER:
        kafka->controller_id = -1;
        return REPEAT;
    case RZ_DO_RETRY:
    case RZ_DO_VERIFY:
        return route->changes ? FAILED : REPEAT;
    default:
        return FAILED;
    }
}

static Outcome
attempt(RzKafka *kafka, const Route *route, int32_t broker, const void *request, RzArena *arena,
        const void **response, GError **error)
{
    GError *cause = NULL;
    RzConnection *connection = connection_for(kafka, route, broker, &cause);
    if (connection == NULL) {
        bool later = kafka->ready && broker == RZ_ANY_BROKER &&
                     g_error_matches(cause, RZ_ERROR, RZ_ERROR_UNREACHABLE);
        kafka->controller_id = -1; /* it may be the one that is gone */
        g_propagate_error(error, cause);
        return later ? REPEAT : FAILED;
    }
    int64_t start_ms = now_ms();
    *response = rz_connection_call(connection, route->api, request, arena, &cause);
    if (*response != NULL)
        return judge(kafka, route, *response, error);
    bool lost = !g_error_matches(cause, RZ_ERROR, RZ_ERROR_UNSUPPORTED) &&
                !g_error_matches(cause, RZ_ERROR, RZ_ERROR_USAGE);
    if (lost)
        rz_peers_note_failure(kafka->peers, connection, cause->message, now_ms() - start_ms);
    classify_loss(route, cause);
    bool again = cause->code == RZ_ERROR_UNREACHABLE;
    g_propagate_prefixed_error(error, cause, "%s: ", rz_wire_api((int16_t)route->api)->name);
    return again ? REPEAT : FAILED;
}

const void *
rz_kafka_call(RzKafka *kafka, RzApiKey api, int32_t broker, const void *request, RzArena *arena,
              GError **error)
{
    const Route *route = route_of(api);
    int64_t give_up_ms = now_ms() + kafka->patience_ms;
    for (unsigned n = 1;; n++) {
        const void *response = NULL;
        GError *cause = NULL;
        Outcome outcome = attempt(kafka, route, broker, request, arena, &response, &cause);
        if (outcome == ANSWERED)
            return response;
        if (outcome == FAILED || n == MAX_ATTEMPTS || now_ms() >= give_up_ms) {
            g_propagate_error(error, cause);
            return NULL;
        }
        g_error_free(cause);
        g_usleep((gulong)MIN((int64_t)kafka->pause_ms << (n - 1), MAX_PAUSE_MS) * 1000);
    }
}
