/*
 * test_oidc.c: tokens from an identity provider that is good, broken or hostile.
 *
 * Each row is a real HTTPS exchange over loopback. No error may repeat the secret or the token, and
 * a provider that cannot be trusted must not get a byte.
 */
#include <string.h>

#include <openssl/ssl.h>

#include "executor/kafka/https_post.h"
#include "executor/kafka/oidc.h"
#include "rezone/error.h"
#include "tests/unit/kafka/tls_server.h"
#include "tests/unit/planner/table.h"

enum { PATIENCE_MS = 5000, SHORT_MS = 300 };

#define SECRET "hunter2,: wide"
#define TOKEN "abc.def-_~+/=.ghi"
#define SAYS(status, body) "HTTP/1.1 " status "\r\nContent-Type: application/json\r\n\r\n" body
#define GOOD SAYS("200 OK", "{\"access_token\":\"" TOKEN "\",\"expires_in\":100}")

typedef enum { TRUSTED, STRANGER, OTHER_HOST, EXPIRED, N_WHO } Who;

static Identity *authority, *stranger, *who[N_WHO];

static int
make_everyone(void **state)
{
    (void)state;
    authority = identity_new(&(CertificateSpec){"Test Authority", .authority = true});
    stranger = identity_new(&(CertificateSpec){"Strange Authority", .authority = true});
    const CertificateSpec specs[N_WHO] = {
        [TRUSTED] = {"idp", "DNS:localhost", .issuer = authority},
        [STRANGER] = {"idp", "DNS:localhost", .issuer = stranger},
        [OTHER_HOST] = {"idp", "DNS:elsewhere.test", .issuer = authority},
        [EXPIRED] = {"idp", "DNS:localhost", authority, -10, .until_days = -2},
    };
    for (int i = 0; i < N_WHO; i++)
        who[i] = identity_new(&specs[i]);
    return 0;
}

static int
free_everyone(void **state)
{
    (void)state;
    for (int i = 0; i < N_WHO; i++)
        identity_free(who[i]);
    identity_free(authority);
    identity_free(stranger);
    return 0;
}

/* ---- a time that stands still ---- */

static int64_t clock_ms;

static int64_t
read_clock(const RzClock *clock)
{
    (void)clock;
    return clock_ms;
}

static const RzClock stopped = {read_clock, read_clock};

/* ---- one exchange ---- */

static RzOidc *
client_of(uint16_t port)
{
    g_autofree char *url = g_strdup_printf("https://localhost:%u/token", port);
    g_autofree char *pem = certificate_pem(authority);
    return rz_oidc_new(&(RzOidcSettings){
        .url = url, .client_id = "me", .client_secret = SECRET, .scope = "a b", .ca_pem = pem});
}

static TlsServer *
start(Who identity, ServerManner manner, const char *answer, GString *request)
{
    return tls_server_start(&(TlsServerSpec){.identity = who[identity],
                                             .version = TLS1_3_VERSION,
                                             .manner = manner,
                                             .answer = answer,
                                             .request = request});
}

typedef struct {
    const char *name;
    const char *answer;
    const char *says; /* part of the message */
    int code;
    Who server;
    ServerManner manner;
    bool sent; /* our request reached the server */
} Failure;

static const Failure failures[] = {
    {"a client that is not known", SAYS("401 No", "{\"error\":\"invalid_client\"}"),
     "HTTP status 401: \"invalid_client\"", RZ_ERROR_DENIED, .manner = SERVER_ANSWERS,
     .sent = true},
    {"a reason with a terminal escape",
     SAYS("400 No", "{\"error\":\"x\",\"error_description\":\"\\u001b[2J\"}"),
     "\"x\": \"\\x1b[2J\"", RZ_ERROR_DENIED, .manner = SERVER_ANSWERS, .sent = true},
    {"a reason with our secret in it",
     SAYS("403 No", "{\"error\":\"no\",\"error_description\":\"" SECRET " is wrong\"}"),
     "HTTP status 403: \"no\"", RZ_ERROR_DENIED, .manner = SERVER_ANSWERS, .sent = true},
    {"a refusal in HTML", SAYS("404 Not Found", "<html>"), "HTTP status 404", RZ_ERROR_DENIED,
     .manner = SERVER_ANSWERS, .sent = true},
    {"a provider out of order", SAYS("503 Later", ""), "HTTP status 503", RZ_ERROR_UNREACHABLE,
     .manner = SERVER_ANSWERS, .sent = true},
    {"a provider with too much to do", SAYS("429 Later", ""), "HTTP status 429",
     RZ_ERROR_UNREACHABLE, .manner = SERVER_ANSWERS, .sent = true},
    {"a redirect is not followed",
     "HTTP/1.1 302 Found\r\nLocation: https://localhost:1/\r\nContent-Length: 0\r\n\r\n",
     "HTTP status 302", RZ_ERROR_PROTOCOL, .manner = SERVER_ANSWERS, .sent = true},
    {"text that is not JSON", SAYS("200 OK", "hello"), "something else than JSON",
     RZ_ERROR_PROTOCOL, .manner = SERVER_ANSWERS, .sent = true},
    {"no token", SAYS("200 OK", "{\"token\":\"abc\"}"), "no access_token", RZ_ERROR_PROTOCOL,
     .manner = SERVER_ANSWERS, .sent = true},
    {"a token that would break out", SAYS("200 OK", "{\"access_token\":\"" TOKEN "\\u0001\"}"),
     "not an OAuth bearer token", RZ_ERROR_PROTOCOL, .manner = SERVER_ANSWERS, .sent = true},
    {"a token that is a number", SAYS("200 OK", "{\"access_token\":7}"),
     "not an OAuth bearer token", RZ_ERROR_PROTOCOL, .manner = SERVER_ANSWERS, .sent = true},
    {"an answer without an end", NULL, "too long", RZ_ERROR_PROTOCOL, .manner = SERVER_ANSWERS,
     .sent = true},
    {"no HTTP at all", "hello\r\n\r\n", "token endpoint", RZ_ERROR_PROTOCOL,
     .manner = SERVER_ANSWERS, .sent = true},
    {"a slow drip", GOOD, "timed out", RZ_ERROR_UNREACHABLE, .manner = SERVER_IS_SLOW,
     .sent = true},
    {"silence", "", "timed out", RZ_ERROR_UNREACHABLE, .manner = SERVER_HANGS},
    {"a listener without TLS", "", "token endpoint", RZ_ERROR_UNREACHABLE,
     .manner = SERVER_IS_NOT_TLS},
    {"an authority that is not trusted", GOOD, "certificate", RZ_ERROR_DENIED, STRANGER,
     .manner = SERVER_ANSWERS},
    {"the certificate of another host", GOOD, "localhost", RZ_ERROR_DENIED, OTHER_HOST,
     .manner = SERVER_ANSWERS},
    {"an expired certificate", GOOD, "expired", RZ_ERROR_DENIED, EXPIRED, .manner = SERVER_ANSWERS},
};

static void
failure_is_told(void **row)
{
    const Failure *c = *row;
    if (!rz_https_is_built())
        skip();
    g_autofree char *long_text = g_strnfill(300000, 'x');
    g_autofree char *endless = g_strconcat(SAYS("200 OK", "{"), long_text, NULL);
    bool waits = c->manner == SERVER_IS_SLOW || c->manner == SERVER_HANGS;
    TlsServer *server = start(c->server, c->manner, c->answer == NULL ? endless : c->answer, NULL);
    RzOidc *oidc = client_of(tls_server_port(server));
    g_autoptr(GError) error = NULL;
    int64_t begun_us = g_get_monotonic_time();
    clock_ms = 1000;
    assert_null(rz_oidc_token(oidc, &stopped, clock_ms + (waits ? SHORT_MS : PATIENCE_MS), &error));
    assert_true(g_get_monotonic_time() - begun_us < 4 * 1000 * 1000);
    rz_oidc_unref(oidc);
    size_t received = tls_server_stop(server);
    assert_int_equal(received > 0, c->sent);
    if (strstr(error->message, c->says) == NULL || !g_error_matches(error, RZ_ERROR, c->code))
        fail_msg("code %d: %s", error->code, error->message);
    assert_null(strstr(error->message, "hunter2"));
    assert_null(strstr(error->message, TOKEN));
    assert_null(strchr(error->message, '\x1b'));
}

/* ---- the kept token ---- */

static void
token_is_kept_for_most_of_its_life(void **state)
{
    (void)state;
    if (!rz_https_is_built())
        skip();
    g_autoptr(GString) request = g_string_new(NULL);
    TlsServer *server = start(TRUSTED, SERVER_ANSWERS, GOOD, request);
    RzOidc *oidc = client_of(tls_server_port(server));
    g_autoptr(GError) error = NULL;
    clock_ms = 1000;
    g_autoptr(RzSecret) first = rz_oidc_token(oidc, &stopped, clock_ms + PATIENCE_MS, &error);
    tls_server_stop(server); /* from now on, asking again fails */
    if (first == NULL)
        fail_msg("%s", error->message);
    assert_string_equal(first, TOKEN);
    assert_non_null(strstr(request->str, "\r\nAuthorization: Basic bWU6aHVudGVyMiw6IHdpZGU=\r\n"));
    assert_non_null(strstr(request->str, "\r\n\r\ngrant_type=client_credentials&scope=a%20b"));
    clock_ms += 79999;
    g_autoptr(RzSecret) second = rz_oidc_token(oidc, &stopped, clock_ms + PATIENCE_MS, NULL);
    assert_string_equal(second, TOKEN);
    clock_ms += 1;
    assert_null(rz_oidc_token(oidc, &stopped, clock_ms + PATIENCE_MS, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_UNREACHABLE));
    rz_oidc_unref(oidc);
}

/* ---- how long a token lives ---- */

typedef struct {
    const char *name;
    const char *answer;
    int64_t life_s;
} Life;

static const Life lives[] = {
    {"a life in seconds", "{\"access_token\":\"a\",\"expires_in\":3599}", 3599},
    {"a life in quotes", "{\"access_token\":\"a\",\"expires_in\":\"60\"}", 60},
    {"no life", "{\"access_token\":\"a\"}", 0},
    {"a life that has been", "{\"access_token\":\"a\",\"expires_in\":-5}", 0},
    {"an absurd life", "{\"access_token\":\"a\",\"expires_in\":9223372036854775807}", 31536000},
    {"a life that is no number", "{\"access_token\":\"a\",\"expires_in\":\"soon\"}", 0},
};

static void
life_is_read(void **row)
{
    const Life *c = *row;
    int64_t life_s = -1;
    g_autoptr(RzSecret) token =
        rz_oidc_read_answer((const uint8_t *)c->answer, strlen(c->answer), &life_s, NULL);
    assert_string_equal(token, "a");
    assert_int_equal(life_s, c->life_s);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, failures, failure_is_told);
    ADD_TEST(tests, token_is_kept_for_most_of_its_life);
    ADD_ROWS(tests, lives, life_is_read);
    return _cmocka_run_group_tests("oidc", (const struct CMUnitTest *)(const void *)tests->data,
                                   tests->len, make_everyone, free_everyone);
}
