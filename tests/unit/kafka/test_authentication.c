/*
 * test_authentication.c: SASL over a connection, with a broker that plays its part or does not.
 *
 * The fake broker verifies what the client sends with the same arithmetic from the other side, and
 * notes every request, so that a row can say that nothing followed a refusal.
 */
#include <string.h>

#include <openssl/crypto.h>

#include "executor/kafka/authentication.h"
#include "executor/kafka/scram.h"
#include "rezone/error.h"
#include "rezone/kafka_error.h"
#include "tests/unit/kafka/fake_broker.h"
#include "tests/unit/kafka/tls_server.h"
#include "tests/unit/planner/table.h"

#define PASSWORD "pa,ss=w\xc3\xb6rd"
#define SALT "0123456789abcdef"

typedef enum {
    HONEST,
    REFUSES,         /* code 58 */
    LACKS_MECHANISM, /* code 33 */
    TAKES_NO_SASL,   /* code 34, a plaintext listener */
    OFFERS_NO_SASL,  /* not in ApiVersions */
    CANNOT_PROVE,    /* a wrong signature */
    REPLAYS_NONCE,   /* a nonce that does not extend ours */
    COUNTS_LOW,      /* 1 iteration */
    COUNTS_HIGH,     /* 2000000000 */
    HANGS_UP,        /* closes in the middle */
} Manner;

typedef struct {
    Manner manner;
    int64_t lifetime_ms;
    unsigned handshakes, rounds; /* seen */
    int16_t handshake_version;
    char *client_first, *server_first; /* SCRAM, as they go into the signature */
} Peer;

/* ---- the broker's side of SCRAM-SHA-256 ---- */

static char *
server_first(Peer *peer, const char *message)
{
    const char *nonce = strstr(message, ",r=") + 3;
    int iterations = peer->manner == COUNTS_LOW    ? 1
                     : peer->manner == COUNTS_HIGH ? 2000000000
                                                   : 4096;
    g_autofree char *salt = g_base64_encode((const guchar *)SALT, strlen(SALT));
    peer->client_first = g_strdup(message + 3);
    peer->server_first = g_strdup_printf(
        "r=%sserver,s=%s,i=%d", peer->manner == REPLAYS_NONCE ? "other" : nonce, salt, iterations);
    return g_strdup(peer->server_first);
}

/* "v=...", or NULL when the client's proof is wrong. */
static char *
server_final(const Peer *peer, const char *message)
{
    const char *comma = strstr(message, ",p=");
    g_autofree char *without_proof = g_strndup(message, (gsize)(comma - message));
    g_autofree char *auth_message =
        g_strdup_printf("%s,%s,%s", peer->client_first, peer->server_first, without_proof);
    uint8_t proof[EVP_MAX_MD_SIZE], signature[EVP_MAX_MD_SIZE];
    RzScramKeys keys;
    g_assert(
        rz_scram_derive(&keys, EVP_sha256(), PASSWORD, (const uint8_t *)SALT, strlen(SALT), 4096));
    g_assert(rz_scram_proof(&keys, auth_message, proof));
    g_assert(rz_scram_signature(&keys, auth_message, signature));
    g_autofree char *expected = g_base64_encode(proof, keys.n);
    if (strcmp(expected, comma + 3) != 0)
        return NULL;
    signature[0] ^= peer->manner == CANNOT_PROVE;
    g_autofree char *encoded = g_base64_encode(signature, keys.n);
    return g_strconcat("v=", encoded, NULL);
}

static char *
scram_reply(Peer *peer, const char *message)
{
    return g_str_has_prefix(message, "n,,") ? server_first(peer, message)
                                            : server_final(peer, message);
}

/* ---- requests ---- */

static FakeReply
answer_versions(const Peer *peer, const RzRequestHeader *header)
{
    static const RzApiVersionRange without_sasl[] = {{18, 0, 3}, {3, 0, 12}};
    return peer->manner == OFFERS_NO_SASL
               ? fake_versions(header, without_sasl, G_N_ELEMENTS(without_sasl))
               : fake_all_versions(header);
}

static FakeReply
answer_handshake(Peer *peer, const RzRequestHeader *header)
{
    static const char *const names[] = {"GSSAPI", "FANCY\x1b[2J"};
    RzSaslHandshakeResponse answer = {.mechanisms = names, .n_mechanisms = 2};
    peer->handshakes++;
    peer->handshake_version = header->version;
    if (peer->manner == LACKS_MECHANISM)
        answer.error = RZ_KAFKA_UNSUPPORTED_SASL_MECHANISM;
    if (peer->manner == TAKES_NO_SASL)
        answer.error = RZ_KAFKA_ILLEGAL_SASL_STATE;
    return fake_answer(header, &answer);
}

static bool
is_our_plain(const RzSaslAuthenticateRequest *request)
{
    static const char expected[] = "\0user\0" PASSWORD;
    return request->n_auth == sizeof expected - 1 &&
           memcmp(request->auth, expected, sizeof expected - 1) == 0;
}

static FakeReply
answer_authenticate(Peer *peer, const RzRequestHeader *header,
                    const RzSaslAuthenticateRequest *request)
{
    static const uint8_t nothing[1];
    g_autofree char *message = g_strndup((const char *)request->auth, request->n_auth);
    g_autofree char *reply = g_str_has_prefix(message, "n,,") || g_str_has_prefix(message, "c=")
                                 ? scram_reply(peer, message)
                                 : NULL;
    RzSaslAuthenticateResponse answer = {.auth = nothing, .session_lifetime_ms = peer->lifetime_ms};
    peer->rounds++;
    if (peer->manner == HANGS_UP)
        return fake_close();
    if (reply != NULL) {
        answer.auth = (const uint8_t *)reply;
        answer.n_auth = (uint32_t)strlen(reply);
    } else if (!is_our_plain(request) || peer->manner == REFUSES) {
        answer.error = RZ_KAFKA_SASL_AUTHENTICATION_FAILED;
        answer.message = "Authentication failed: \x1b[31minvalid credentials";
    }
    return fake_answer(header, &answer);
}

static FakeReply
play(void *context, const RzRequestHeader *header, const void *request)
{
    Peer *peer = context;
    switch (header->api->key) {
    case RZ_API_API_VERSIONS:
        return answer_versions(peer, header);
    case RZ_API_SASL_HANDSHAKE:
        return answer_handshake(peer, header);
    case RZ_API_SASL_AUTHENTICATE:
        return answer_authenticate(peer, header, request);
    default:
        peer->rounds += 100; /* nobody may speak before it is authenticated */
        return fake_close();
    }
}

/* ---- rows ---- */

typedef struct {
    const char *name;
    RzSaslMechanism mechanism;
    Manner manner;
    const char *says; /* NULL: authenticated */
    int code;
    unsigned handshakes, rounds;
    const char *host; /* NULL: loopback */
    bool allowed;     /* --allow-insecure-sasl */
} Case;

static const Case cases[] = {
    {"PLAIN", RZ_SASL_PLAIN, HONEST, .handshakes = 1, .rounds = 1},
    {"SCRAM", RZ_SASL_SCRAM_SHA_256, HONEST, .handshakes = 1, .rounds = 2},
    {"PLAIN with the wrong password", RZ_SASL_PLAIN, REFUSES,
     "SASL_AUTHENTICATION_FAILED): \"Authentication failed: \\x1b[31minvalid", RZ_ERROR_DENIED, 1,
     .rounds = 1},
    {"a mechanism that the listener lacks", RZ_SASL_PLAIN, LACKS_MECHANISM,
     "the listener has: GSSAPI, FANCY\\033[2J", RZ_ERROR_UNSUPPORTED, .handshakes = 1},
    {"a listener without SASL", RZ_SASL_PLAIN, TAKES_NO_SASL, "this listener takes no SASL",
     RZ_ERROR_UNSUPPORTED, .handshakes = 1},
    {"a broker without SASL", RZ_SASL_PLAIN, OFFERS_NO_SASL, "does not offer SASL",
     .code = RZ_ERROR_UNSUPPORTED},
    {"a broker that cannot prove itself", RZ_SASL_SCRAM_SHA_256, CANNOT_PROVE, "cannot prove",
     RZ_ERROR_DENIED, 1, .rounds = 2},
    {"a nonce that is not ours", RZ_SASL_SCRAM_SHA_256, REPLAYS_NONCE, "nonce", RZ_ERROR_PROTOCOL,
     1, .rounds = 1},
    {"one iteration", RZ_SASL_SCRAM_SHA_256, COUNTS_LOW, "fewer than 4096", RZ_ERROR_PROTOCOL, 1,
     .rounds = 1},
    {"two thousand million iterations", RZ_SASL_SCRAM_SHA_256, COUNTS_HIGH, "not a number",
     RZ_ERROR_PROTOCOL, 1, .rounds = 1},
    {"a broker that hangs up", RZ_SASL_PLAIN, HANGS_UP, "closed the connection",
     RZ_ERROR_UNREACHABLE, 1, .rounds = 1},
    {"PLAIN in clear to another machine", RZ_SASL_PLAIN, HONEST, "unencrypted", RZ_ERROR_USAGE,
     .host = "kafka.test"},
    {"PLAIN in clear, and that is allowed", RZ_SASL_PLAIN, HONEST, .handshakes = 1, .rounds = 1,
     .host = "kafka.test", .allowed = true},
    {"SCRAM in clear to another machine", RZ_SASL_SCRAM_SHA_256, HONEST, .handshakes = 1,
     .rounds = 2, .host = "kafka.test"},
};

static RzConnection *
open_to(Peer *peer, const Case *c, GError **error)
{
    static char user[] = "user", password[] = PASSWORD;
    static RzSaslConfig sasl;
    static RzConnectionOptions options;
    sasl = (RzSaslConfig){.mechanism = c->mechanism, .username = user, .password = password};
    options = (RzConnectionOptions){
        .connector = loopback_connector(),
        .client_id = "test",
        .connect_timeout_ms = 5000,
        .request_timeout_ms = 5000,
        .max_response_bytes = 1 << 20,
        .sasl = &sasl,
        .secrets_are_safe = c->allowed,
    };
    g_autoptr(FakeBroker) broker = fake_broker_start(play, peer);
    RzConnection *connection = rz_connection_open(c->host == NULL ? "127.0.0.1" : c->host,
                                                  fake_broker_port(broker), &options, error);
    if (connection != NULL)
        assert_int_equal(rz_connection_is_usable(connection), peer->lifetime_ms == 0);
    return connection;
}

static void
authentication_ends_as_it_should(void **row)
{
    const Case *c = *row;
    Peer peer = {.manner = c->manner};
    g_autoptr(GError) error = NULL;
    g_autoptr(RzConnection) connection = open_to(&peer, c, &error);
    g_free(peer.client_first);
    g_free(peer.server_first);
    assert_int_equal(peer.handshakes, c->handshakes);
    assert_int_equal(peer.rounds, c->rounds);
    if (c->handshakes > 0)
        assert_int_equal(peer.handshake_version, 1);
    if (c->says == NULL) {
        if (connection == NULL)
            fail_msg("%s", error->message);
        return;
    }
    assert_null(connection);
    if (strstr(error->message, c->says) == NULL || !g_error_matches(error, RZ_ERROR, c->code))
        fail_msg("code %d: %s", error->code, error->message);
    assert_null(strstr(error->message, PASSWORD));
    assert_null(strchr(error->message, '\x1b'));
}

/* A session that ends at once (the broker's unit is ms) must not be used for another request. */
static void
short_session_is_not_used_again(void **state)
{
    (void)state;
    static const Case plain = {"", RZ_SASL_PLAIN, HONEST, .rounds = 1};
    Peer peer = {.lifetime_ms = 99};
    g_autoptr(RzConnection) connection = open_to(&peer, &plain, NULL);
    assert_non_null(connection);
    assert_false(rz_connection_is_usable(connection));
}

static void
endless_session_does_not_overflow(void **state)
{
    (void)state;
    static const Case plain = {"", RZ_SASL_PLAIN, HONEST, .rounds = 1};
    Peer peer = {.lifetime_ms = 0};
    g_autoptr(RzConnection) connection = open_to(&peer, &plain, NULL);
    assert_int_equal(connection->renew_at_ms, 0);
    assert_non_null(connection);
}

typedef struct {
    const char *name; /* the host */
    bool loopback;
} HostCase;

static const HostCase hosts[] = {
    {"localhost", true},       {"127.0.0.1", true}, {"127.9.9.9", true},  {"::1", true},
    {"10.0.0.1", false},       {"::2", false},      {"128.0.0.1", false}, {"127.0.0.1.evil", false},
    {"localhost.evil", false}, {"", false},
};

static void
loopback_is_told_by_address(void **row)
{
    const HostCase *c = *row;
    assert_int_equal(rz_host_is_loopback(c->name), c->loopback);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, cases, authentication_ends_as_it_should);
    ADD_TEST(tests, short_session_is_not_used_again);
    ADD_TEST(tests, endless_session_does_not_overflow);
    ADD_ROWS(tests, hosts, loopback_is_told_by_address);
    return RUN_TESTS("authentication", tests);
}
