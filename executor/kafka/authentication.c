/*
 * authentication.c: the rounds of SASL on a connection (authentication.h).
 *
 * SaslHandshake names the mechanism, always in version 1: version 0 would switch the stream to bare
 * tokens. Then each side's message travels in SaslAuthenticate. A refusal is final: nothing is sent
 * after it and nothing is tried again, because accounts get locked that way.
 *
 * A broker may limit a session's life (KIP-368). We do not authenticate anew on the same stream,
 * but open another one between two requests when most of the time is up: that takes no state beyond
 * a date, and works where a token or an account has changed meanwhile.
 */
#include "executor/kafka/authentication.h"

#include <arpa/inet.h>
#include <string.h>

#include "executor/clock.h"
#include "executor/kafka/codec.h"
#include "executor/kafka/sasl_private.h"
#include "executor/kafka_error.h"
#include "rezone/error.h"

enum {
    RENEW_PERCENT = 85,
    MAX_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000,
    MAX_ROUNDS = 8,
};

bool
rz_host_is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return strcmp(host, "localhost") == 0;
}

/* ---- one request ---- */

/* As rz_connection_call(), but within the opening's deadline; a lost answer changes nothing, so
 * the broker is just not reachable. */
static const void *
ask(RzConnection *connection, RzApiKey key, int16_t version, const void *request,
    int64_t deadline_ms, RzArena *arena, GError **error)
{
    GError *cause = NULL;
    const RzWireApi *api = rz_wire_api((int16_t)key);
    g_autoptr(GByteArray) frame =
        rz_connection_exchange(connection, api, version, request, deadline_ms, &cause);
    if (frame == NULL) {
        if (g_error_matches(cause, RZ_ERROR, RZ_ERROR_AMBIGUOUS))
            cause->code = RZ_ERROR_UNREACHABLE;
        g_propagate_prefixed_error(error, cause, "SASL: ");
        return NULL;
    }
    RzRequestHeader header = {api, version, connection->last_correlation_id, NULL};
    const void *answer = rz_wire_decode_response(&header, frame->data, frame->len, arena, error);
    return answer != NULL ? answer : rz_connection_give_up(connection, error);
}

static bool
refuse(RzConnection *connection, int code, const char *why, GError **error)
{
    g_set_error(error, RZ_ERROR, code, "SASL %s: %s",
                rz_sasl_mechanism_name(connection->options->sasl->mechanism), why);
    rz_connection_give_up(connection, error);
    return false;
}

/* ---- the mechanism ---- */

static char *
list_mechanisms(const RzSaslHandshakeResponse *answer)
{
    GString *list = g_string_new(NULL);
    for (uint32_t i = 0; i < MIN(answer->n_mechanisms, 16); i++) {
        g_autofree char *safe = g_strescape(answer->mechanisms[i], NULL);
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "", safe);
    }
    return g_string_free(list, FALSE);
}

static bool
agree_on_mechanism(RzConnection *connection, int64_t deadline_ms, GError **error)
{
    const char *name = rz_sasl_mechanism_name(connection->options->sasl->mechanism);
    g_autoptr(RzArena) arena = rz_arena_new();
    const RzSaslHandshakeRequest request = {name};
    if (rz_connection_version(connection, RZ_API_SASL_HANDSHAKE) < 1 ||
        rz_connection_version(connection, RZ_API_SASL_AUTHENTICATE) < 0)
        return refuse(connection, RZ_ERROR_UNSUPPORTED, "the broker does not offer SASL", error);
    const RzSaslHandshakeResponse *answer =
        ask(connection, RZ_API_SASL_HANDSHAKE, 1, &request, deadline_ms, arena, error);
    if (answer == NULL)
        return false;
    if (answer->error == RZ_KAFKA_NONE)
        return true;
    if (answer->error == RZ_KAFKA_ILLEGAL_SASL_STATE)
        return refuse(connection, RZ_ERROR_UNSUPPORTED,
                      "this listener takes no SASL (security.protocol)", error);
    g_autofree char *list = list_mechanisms(answer);
    g_autofree char *text = rz_kafka_error_text(answer->error, NULL);
    g_autofree char *why = g_strdup_printf("%s; the listener has: %s", text, list);
    return refuse(connection, RZ_ERROR_UNSUPPORTED, why, error);
}

/* ---- the rounds ---- */

static void
note_lifetime(RzConnection *connection, int64_t lifetime_ms)
{
    const RzClock *clock = rz_clock_system();
    if (lifetime_ms > 0)
        connection->renew_at_ms =
            clock->monotonic_ms(clock) + MIN(lifetime_ms, MAX_LIFETIME_MS) / 100 * RENEW_PERCENT;
}

static bool
answer_is_good(RzConnection *connection, const RzSaslAuthenticateResponse *answer, GError **error)
{
    if (answer->error == RZ_KAFKA_NONE)
        return true;
    const char *message = answer->message != NULL ? answer->message : "";
    g_autofree char *said = rz_sasl_quote((const uint8_t *)message, strlen(message));
    g_autofree char *name = rz_kafka_error_name(answer->error);
    g_autofree char *why = g_strdup_printf("the broker refused us (%s): %s", name, said);
    return refuse(connection, RZ_ERROR_DENIED, why, error);
}

/* Sends what the client has to say, and hands it the answer, until it is done. */
static bool
exchange(RzConnection *connection, RzSaslClient *client, GByteArray *out, int64_t deadline_ms,
         GError **error)
{
    int16_t version = rz_connection_version(connection, RZ_API_SASL_AUTHENTICATE);
    RzSaslStep step = rz_sasl_client_step(client, NULL, 0, out, error);
    for (unsigned round = 0; step == RZ_SASL_SEND && round < MAX_ROUNDS; round++) {
        g_autoptr(RzArena) arena = rz_arena_new();
        const RzSaslAuthenticateRequest request = {out->data, out->len};
        const RzSaslAuthenticateResponse *answer =
            ask(connection, RZ_API_SASL_AUTHENTICATE, version, &request, deadline_ms, arena, error);
        if (answer == NULL || !answer_is_good(connection, answer, error))
            return false;
        step = rz_sasl_client_step(client, answer->auth, answer->n_auth, out, error);
        if (step == RZ_SASL_DONE)
            note_lifetime(connection, answer->session_lifetime_ms);
    }
    if (step == RZ_SASL_SEND)
        return refuse(connection, RZ_ERROR_PROTOCOL, "the broker does not come to an end", error);
    if (step == RZ_SASL_REFUSED)
        rz_connection_give_up(connection, error);
    return step == RZ_SASL_DONE;
}

/* What SCRAM and GSSAPI say is of no use to a listener; the others carry the secret itself. */
static bool
would_leak(const RzSaslConfig *sasl)
{
    return sasl->mechanism == RZ_SASL_PLAIN || sasl->token_file != NULL || sasl->oidc != NULL;
}

bool
rz_connection_authenticate(RzConnection *connection, int64_t deadline_ms, GError **error)
{
    const RzConnectionOptions *options = connection->options;
    if (options->sasl == NULL || options->sasl->mechanism == RZ_SASL_NONE)
        return true;
    if (would_leak(options->sasl) && !options->secrets_are_safe && !connection->is_loopback)
        return refuse(connection, RZ_ERROR_USAGE,
                      "would send a secret unencrypted: set security.protocol=sasl_ssl, or say "
                      "--allow-insecure-sasl",
                      error);
    if (!agree_on_mechanism(connection, deadline_ms, error))
        return false;
    const RzSaslPeer peer = {connection->host, deadline_ms, rz_clock_system()};
    RzSaslClient *client = rz_sasl_client_new(options->sasl, &peer, error);
    if (client == NULL)
        return rz_connection_give_up(connection, error) != NULL;
    GByteArray *out = rz_secret_bytes_new(4096);
    bool ok = exchange(connection, client, out, deadline_ms, error);
    rz_secret_bytes_free(out);
    rz_sasl_client_free(client);
    return ok;
}
