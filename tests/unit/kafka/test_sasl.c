/*
 * test_sasl.c: the mechanisms against brokers that tell the truth, lie or babble.
 *
 * The published examples (RFC 7677, and its SHA-512 twin) fix the arithmetic; the rows below them
 * change one thing each in what the broker says.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "executor/kafka/oauth_token.h"
#include "executor/kafka/sasl_private.h"
#include "rezone/error.h"
#include "tests/unit/planner/table.h"

#define NONCE "rOprNGfwEbeRWgbNEkqO"
#define BOTH NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define SALT "W22ZaJ0SNY7soEsUEjb6gQ=="
#define FIRST "r=" BOTH ",s=" SALT ",i=4096"
#define V256 "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
#define V512                                                                                       \
    "v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw=="

static char user[] = "user", pencil[] = "pencil";

static const RzSaslPeer *
peer(void)
{
    static RzSaslPeer anybody;
    anybody = (RzSaslPeer){"broker.test", INT64_MAX, rz_clock_system()};
    return &anybody;
}

/* A thousand seconds and a bit more than four since 1970. */
static int64_t
long_ago_ms(const RzClock *clock)
{
    (void)clock;
    return 5000999;
}

static GByteArray *
new_out(void)
{
    return rz_secret_bytes_new(256);
}

static char *
text_of(const GByteArray *out)
{
    return g_strndup((const char *)out->data, out->len);
}

static RzSaslStep
say(RzSaslClient *client, const char *server, GByteArray *out, GError **error)
{
    return rz_sasl_client_step(client, (const uint8_t *)server, strlen(server), out, error);
}

/* ---- SCRAM ---- */

typedef struct {
    const char *name;
    RzSaslMechanism mechanism;
    const char *first, *proof, *last; /* server, client, server */
} ScramVector;

static const ScramVector vectors[] = {
    {"SCRAM-SHA-256: the example of RFC 7677", RZ_SASL_SCRAM_SHA_256, FIRST,
     "c=biws,r=" BOTH ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", V256},
    {"SCRAM-SHA-512: the same exchange", RZ_SASL_SCRAM_SHA_512, FIRST,
     "c=biws,r=" BOTH ",p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dy"
     "bEmDYXYTxwnYPJQ==",
     V512},
};

static void
scram_follows_the_example(void **row)
{
    const ScramVector *v = *row;
    RzSaslConfig config = {.mechanism = v->mechanism, .username = user, .password = pencil};
    g_autoptr(RzSaslClient) client = rz_scram_client_new(&config, NONCE, NULL);
    g_autoptr(GByteArray) out = new_out();
    assert_int_equal(say(client, "", out, NULL), RZ_SASL_SEND);
    g_autofree char *hello = text_of(out);
    assert_string_equal(hello, "n,,n=user,r=" NONCE);
    assert_int_equal(say(client, v->first, out, NULL), RZ_SASL_SEND);
    g_autofree char *proof = text_of(out);
    assert_string_equal(proof, v->proof);
    assert_int_equal(say(client, v->last, out, NULL), RZ_SASL_DONE);
    assert_int_equal(out->len, 0);
}

typedef struct {
    const char *name;
    const char *first; /* the server's first message */
    const char *last;  /* its second; NULL when the first is already refused */
    int code;
    const char *says; /* part of the message */
} ScramLie;

static const ScramLie lies[] = {
    {"a nonce that is not ours", "r=%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=" SALT ",i=4096", NULL,
     RZ_ERROR_PROTOCOL, "nonce"},
    {"a nonce that only repeats ours", "r=" NONCE ",s=" SALT ",i=4096", NULL, RZ_ERROR_PROTOCOL,
     "nonce"},
    {"a nonce with a space", "r=" BOTH " x,s=" SALT ",i=4096", NULL, RZ_ERROR_PROTOCOL, "nonce"},
    {"a nonce that ends ours", "r=x" BOTH ",s=" SALT ",i=4096", NULL, RZ_ERROR_PROTOCOL, "nonce"},
    {"4095 iterations", "r=" BOTH ",s=" SALT ",i=4095", NULL, RZ_ERROR_PROTOCOL, "fewer"},
    {"one iteration", "r=" BOTH ",s=" SALT ",i=1", NULL, RZ_ERROR_PROTOCOL, "fewer"},
    {"1000001 iterations", "r=" BOTH ",s=" SALT ",i=1000001", NULL, RZ_ERROR_PROTOCOL, "more"},
    {"absurd iterations", "r=" BOTH ",s=" SALT ",i=99999999999999999999", NULL, RZ_ERROR_PROTOCOL,
     "not a number"},
    {"negative iterations", "r=" BOTH ",s=" SALT ",i=-4096", NULL, RZ_ERROR_PROTOCOL,
     "not a number"},
    {"no iterations", "r=" BOTH ",s=" SALT, NULL, RZ_ERROR_PROTOCOL, "malformed"},
    {"no salt", "r=" BOTH ",s=,i=4096", NULL, RZ_ERROR_PROTOCOL, "salt"},
    {"a salt that is not base64", "r=" BOTH ",s=W22Z!,i=4096", NULL, RZ_ERROR_PROTOCOL, "salt"},
    {"a mandatory extension", "m=x,r=" BOTH ",s=" SALT ",i=4096", NULL, RZ_ERROR_PROTOCOL,
     "extension"},
    {"no first message", "", NULL, RZ_ERROR_PROTOCOL, "not text"},
    {"a first message that is not UTF-8", "r=\xff", NULL, RZ_ERROR_PROTOCOL, "not text"},
    {"a wrong signature", FIRST, "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", RZ_ERROR_DENIED,
     "cannot prove"},
    {"a short signature", FIRST, "v=6rriTRBi23WpRR8=", RZ_ERROR_DENIED, "cannot prove"},
    {"an empty signature", FIRST, "v=", RZ_ERROR_DENIED, "cannot prove"},
    {"no signature", FIRST, "x=1", RZ_ERROR_PROTOCOL, "malformed"},
    {"nothing at the end", FIRST, "", RZ_ERROR_PROTOCOL, "not text"},
    {"an error with a terminal escape", FIRST, "e=bad\x1b[2J", RZ_ERROR_DENIED, "bad\\x1b[2J"},
};

static void
scram_refuses_the_lie(void **row)
{
    const ScramLie *lie = *row;
    RzSaslConfig config = {
        .mechanism = RZ_SASL_SCRAM_SHA_256, .username = user, .password = pencil};
    g_autoptr(RzSaslClient) client = rz_scram_client_new(&config, NONCE, NULL);
    g_autoptr(GByteArray) out = new_out();
    g_autoptr(GError) error = NULL;
    assert_int_equal(say(client, "", out, NULL), RZ_SASL_SEND);
    RzSaslStep step = say(client, lie->first, out, &error);
    if (lie->last != NULL) {
        assert_int_equal(step, RZ_SASL_SEND);
        step = say(client, lie->last, out, &error);
    }
    assert_int_equal(step, RZ_SASL_REFUSED);
    assert_int_equal(out->len, 0);
    assert_true(g_error_matches(error, RZ_ERROR, lie->code));
    assert_non_null(strstr(error->message, lie->says));
    assert_null(strstr(error->message, pencil));
    assert_null(strchr(error->message, '\x1b'));
}

static void
scram_escapes_the_user(void **state)
{
    (void)state;
    char odd[] = "a,b=c\xc3\xa9";
    RzSaslConfig config = {.mechanism = RZ_SASL_SCRAM_SHA_512,
                           .username = odd,
                           .password = pencil,
                           .token_auth = true};
    g_autoptr(RzSaslClient) client = rz_scram_client_new(&config, NONCE, NULL);
    g_autoptr(GByteArray) out = new_out();
    say(client, "", out, NULL);
    g_autofree char *hello = text_of(out);
    assert_string_equal(hello, "n,,n=a=2Cb=3Dc\xc3\xa9,r=" NONCE ",tokenauth=true");
}

static void
scram_nonces_differ(void **state)
{
    (void)state;
    RzSaslConfig config = {
        .mechanism = RZ_SASL_SCRAM_SHA_256, .username = user, .password = pencil};
    g_autoptr(RzSaslClient) one = rz_sasl_client_new(&config, peer(), NULL);
    g_autoptr(RzSaslClient) two = rz_sasl_client_new(&config, peer(), NULL);
    g_autoptr(GByteArray) out = new_out();
    say(one, "", out, NULL);
    g_autofree char *first = text_of(out);
    say(two, "", out, NULL);
    g_autofree char *second = text_of(out);
    assert_string_not_equal(first, second);
    assert_int_equal(strlen(first), strlen("n,,n=user,r=") + 32);
}

/* ---- PLAIN ---- */

static void
plain_is_one_message(void **state)
{
    (void)state;
    RzSaslConfig config = {.mechanism = RZ_SASL_PLAIN, .username = user, .password = pencil};
    g_autoptr(RzSaslClient) client = rz_sasl_client_new(&config, peer(), NULL);
    g_autoptr(GByteArray) out = new_out();
    assert_int_equal(say(client, "", out, NULL), RZ_SASL_SEND);
    assert_int_equal(out->len, 12);
    assert_memory_equal(out->data, "\0user\0pencil", 12);
    assert_int_equal(say(client, "", out, NULL), RZ_SASL_DONE);
}

static void
plain_wants_no_answer(void **state)
{
    (void)state;
    RzSaslConfig config = {.mechanism = RZ_SASL_PLAIN, .username = user, .password = pencil};
    g_autoptr(RzSaslClient) client = rz_sasl_client_new(&config, peer(), NULL);
    g_autoptr(GByteArray) out = new_out();
    g_autoptr(GError) error = NULL;
    say(client, "", out, NULL);
    assert_int_equal(say(client, "hello", out, &error), RZ_SASL_REFUSED);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_PROTOCOL));
}

/* ---- OAUTHBEARER ---- */

static RzSaslClient *
bearer_client(char *settings)
{
    static RzSaslConfig config;
    config = (RzSaslConfig){.mechanism = RZ_SASL_OAUTHBEARER, .unsecured_token = settings};
    return rz_sasl_client_new(&config, peer(), NULL);
}

static void
bearer_is_accepted(void **state)
{
    (void)state;
    char settings[] = "principal=admin extension_traceId=12";
    g_autoptr(RzSaslClient) client = bearer_client(settings);
    g_autoptr(GByteArray) out = new_out();
    assert_int_equal(say(client, "", out, NULL), RZ_SASL_SEND);
    g_autofree char *hello = text_of(out);
    assert_true(g_str_has_prefix(hello, "n,,\x01"
                                        "auth=Bearer eyJhbGciOiJub25lIn0."));
    assert_true(g_str_has_suffix(hello, ".\x01traceId=12\x01\x01"));
    assert_int_equal(say(client, "", out, NULL), RZ_SASL_DONE);
}

static void
bearer_refusal_is_acknowledged(void **state)
{
    (void)state;
    char settings[] = "principal=admin";
    g_autoptr(RzSaslClient) client = bearer_client(settings);
    g_autoptr(GByteArray) out = new_out();
    g_autoptr(GError) error = NULL;
    say(client, "", out, NULL);
    assert_int_equal(say(client, "{\"status\":\"invalid_token\"}", out, NULL), RZ_SASL_SEND);
    assert_int_equal(out->len, 1);
    assert_int_equal(out->data[0], 1);
    assert_int_equal(say(client, "", out, &error), RZ_SASL_REFUSED);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_DENIED));
    assert_non_null(strstr(error->message, "invalid_token"));
}

static void
unsigned_token_has_its_claims(void **state)
{
    (void)state;
    char settings[] = "principal=me scope=a,b principalClaimName=name lifeSeconds=60";
    RzSaslConfig config = {.unsecured_token = settings};
    const RzClock clock = {long_ago_ms, long_ago_ms};
    const RzSaslPeer then = {"broker.test", INT64_MAX, &clock};
    g_autoptr(RzOauthToken) token = rz_oauth_token_new(&config, &then, NULL);
    g_auto(GStrv) parts = g_strsplit(token->text, ".", -1);
    assert_int_equal(g_strv_length(parts), 3);
    gsize n = 0;
    g_autofree char *padded = g_strconcat(parts[1], "===", NULL);
    g_autofree guchar *body = g_base64_decode(padded, &n);
    g_autofree char *claims = g_strndup((const char *)body, n);
    assert_string_equal(claims,
                        "{\"name\":\"me\",\"iat\":5000,\"exp\":5060,\"scope\":[\"a\",\"b\"]}");
    assert_string_equal(parts[2], "");
}

typedef struct {
    const char *name;
    const char *settings, *extensions;
    const char *says;
} BadSettings;

static const BadSettings bad_settings[] = {
    {"no principal", "scope=a", NULL, "principal"},
    {"an empty principal", "principal=", NULL, "principal"},
    {"a setting nobody knows", "principal=a colour=red", NULL, "colour"},
    {"a word without a value", "principal", NULL, "key=value"},
    {"a lifetime that is no number", "principal=a lifeSeconds=soon", NULL, "soon"},
    {"a lifetime of zero", "principal=a lifeSeconds=0", NULL, "0"},
    {"an extension that would replace the token", "principal=a extension_auth=x", NULL, "auth"},
    {"an extension with a digit in its key", "principal=a extension_a1=x", NULL, "a1"},
    {"an extension that ends the message", "principal=a", "k=v\x01", "\"k\""},
    {"an extension without a value", "principal=a", "k", "key=value"},
};

static void
bad_settings_make_no_token(void **row)
{
    const BadSettings *bad = *row;
    g_autofree char *settings = g_strdup(bad->settings);
    g_autofree char *extensions = g_strdup(bad->extensions);
    RzSaslConfig config = {.unsecured_token = settings, .extensions = extensions};
    g_autoptr(GError) error = NULL;
    assert_null(rz_oauth_token_new(&config, peer(), &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
    assert_non_null(strstr(error->message, bad->says));
}

typedef struct {
    const char *name;
    const char *content; /* NULL: no such file */
    const char *token;   /* NULL: refused */
    int code;
} TokenFile;

static const TokenFile token_files[] = {
    {"a token file", "abc.def-_~+/=.ghi", "abc.def-_~+/=.ghi", 0},
    {"a token file with a line end", " abc\n", "abc", 0},
    {"a token file with two words", "abc def", NULL, RZ_ERROR_INPUT},
    {"a token file that would break out", "abc\x01x", NULL, RZ_ERROR_INPUT},
    {"an empty token file", "\n", NULL, RZ_ERROR_INPUT},
    {"no token file", NULL, NULL, RZ_ERROR_FILE},
};

static void
token_comes_from_the_file(void **row)
{
    const TokenFile *c = *row;
    g_autofree char *dir = g_dir_make_tmp("rezone-token-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(dir, "token", NULL);
    if (c->content != NULL)
        assert_true(g_file_set_contents(file, c->content, -1, NULL));
    RzSaslConfig config = {.token_file = file};
    g_autoptr(GError) error = NULL;
    g_autoptr(RzOauthToken) token = rz_oauth_token_new(&config, peer(), &error);
    g_unlink(file);
    g_rmdir(dir);
    if (c->token != NULL) {
        assert_non_null(token);
        assert_string_equal(token->text, c->token);
        return;
    }
    assert_null(token);
    assert_true(g_error_matches(error, RZ_ERROR, c->code));
    assert_null(strstr(error->message, "abc"));
}

/* ---- GSSAPI ---- */

typedef struct {
    const char *name;
    const char *principal, *keytab;
} NoTicket;

static const NoTicket no_tickets[] = {
    {"no ticket", NULL, NULL},
    {"no ticket for this principal", "rezone@EXAMPLE.TEST", NULL},
    {"a keytab that is not there", "rezone@EXAMPLE.TEST", "/nonexistent/keytab"},
};

/* The way with a ticket needs a key server: tests/integration/security has one. */
static void
gssapi_without_a_ticket_sends_nothing(void **row)
{
    const NoTicket *c = *row;
    char service[] = "kafka";
    g_autofree char *principal = g_strdup(c->principal), *keytab = g_strdup(c->keytab);
    RzSaslConfig config = {
        .mechanism = RZ_SASL_GSSAPI, .service = service, .principal = principal, .keytab = keytab};
    g_autoptr(GByteArray) out = new_out();
    g_autoptr(GError) error = NULL;
    g_setenv("KRB5CCNAME", "FILE:/nonexistent/ticket", TRUE);
    g_autoptr(RzSaslClient) client = rz_sasl_client_new(&config, peer(), &error);
    if (client != NULL)
        assert_int_equal(say(client, "", out, &error), RZ_SASL_REFUSED);
    assert_int_equal(out->len, 0);
    assert_true(g_error_matches(
        error, RZ_ERROR, rz_sasl_gssapi_is_built() ? RZ_ERROR_DENIED : RZ_ERROR_UNSUPPORTED));
    assert_non_null(strstr(error->message, "GSSAPI"));
}

static void
mechanisms_have_names(void **state)
{
    (void)state;
    for (RzSaslMechanism m = RZ_SASL_PLAIN; m <= RZ_SASL_GSSAPI; m++)
        assert_int_equal(rz_sasl_mechanism_find(rz_sasl_mechanism_name(m)), m);
    assert_int_equal(rz_sasl_mechanism_find("scram-sha-256"), RZ_SASL_NONE);
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, vectors, scram_follows_the_example);
    ADD_ROWS(tests, lies, scram_refuses_the_lie);
    ADD_TEST(tests, scram_escapes_the_user);
    ADD_TEST(tests, scram_nonces_differ);
    ADD_TEST(tests, plain_is_one_message);
    ADD_TEST(tests, plain_wants_no_answer);
    ADD_TEST(tests, bearer_is_accepted);
    ADD_TEST(tests, bearer_refusal_is_acknowledged);
    ADD_TEST(tests, unsigned_token_has_its_claims);
    ADD_ROWS(tests, bad_settings, bad_settings_make_no_token);
    ADD_ROWS(tests, token_files, token_comes_from_the_file);
    ADD_ROWS(tests, no_tickets, gssapi_without_a_ticket_sends_nothing);
    ADD_TEST(tests, mechanisms_have_names);
    return RUN_TESTS("sasl", tests);
}
