/*
 * test_tls.c: brokers with every kind of wrong certificate, and files with every kind of content.
 *
 * Each row of `cases` is a real handshake over loopback. A refused broker must not have received a
 * single byte of ours, and each refusal has its own message.
 */
#include <string.h>

#include <glib/gstdio.h>
#include <openssl/ssl.h>

#include "executor/clock.h"
#include "executor/kafka/tls.h"
#include "rezone/error.h"
#include "tests/unit/kafka/tls_server.h"
#include "tests/unit/planner/table.h"

enum { PATIENCE_MS = 5000 };

/* ---- who takes part ---- */

typedef enum {
    NOBODY,
    VALID,
    EXPIRED,
    NOT_YET_VALID,
    OTHER_HOST,
    ADDRESS,
    SELF_SIGNED,
    OTHER_AUTHORITY,
    REVOKED,
    ESCAPING,
    N_WHO
} Who;

#define HERE "DNS:kafka.test,DNS:*.wild.test,IP:127.0.0.1"

static Identity *authority, *stranger, *who[N_WHO];

static int
make_everyone(void **state)
{
    (void)state;
    authority = identity_new(&(CertificateSpec){"Test Authority", .authority = true});
    stranger = identity_new(&(CertificateSpec){"Strange Authority", .authority = true});
    const CertificateSpec specs[N_WHO] = {
        [VALID] = {"valid", HERE, .issuer = authority},
        [EXPIRED] = {"expired", HERE, authority, -10, .until_days = -2},
        [NOT_YET_VALID] = {"future", HERE, authority, 2, .until_days = 10},
        [OTHER_HOST] = {"other", "DNS:elsewhere.test,IP:192.0.2.1", .issuer = authority},
        [ADDRESS] = {"address", "IP:127.0.0.1", .issuer = authority},
        [SELF_SIGNED] = {"selfsigned", .alt_names = HERE},
        [OTHER_AUTHORITY] = {"strange", HERE, .issuer = stranger},
        [REVOKED] = {"revoked", HERE, .issuer = authority},
        [ESCAPING] = {"evil\x1b[2J", HERE, .issuer = stranger},
    };
    for (int i = VALID; i < N_WHO; i++)
        who[i] = identity_new(&specs[i]);
    return 0;
}

static int
free_everyone(void **state)
{
    (void)state;
    for (int i = VALID; i < N_WHO; i++)
        identity_free(who[i]);
    identity_free(authority);
    identity_free(stranger);
    return 0;
}

/* ---- handshakes ---- */

typedef enum { TRUST_CA = 0, TRUST_NOBODY, TRUST_SYSTEM } Trust;

typedef struct {
    const char *name;
    Who server;
    const char *host;
    const char *says; /* part of the message; NULL: accepted */
    int code;
    Trust trust;
    bool crl, skip_host, skip_all, client_asked;
    Who client;
    int version; /* 0: TLS 1.3 */
    ServerManner manner;
} Case;

static const Case cases[] = {
    {"a valid certificate, TLS 1.3", VALID, .host = "kafka.test"},
    {"a valid certificate, TLS 1.2", VALID, "kafka.test", .version = TLS1_2_VERSION},
    {"a name under a wildcard", VALID, .host = "b1.wild.test"},
    {"an address, by its own entry", ADDRESS, .host = "127.0.0.1"},
    {"an address that only a name stands for", OTHER_HOST, "127.0.0.1",
     "made out to elsewhere.test, 192.0.2.1, not to \"127.0.0.1\"", .code = RZ_ERROR_DENIED},
    {"a name that only an address stands for", ADDRESS, "kafka.test",
     "made out to 127.0.0.1, not to \"kafka.test\"", .code = RZ_ERROR_DENIED},
    {"an expired certificate", EXPIRED, "kafka.test", "\"CN=expired\": expired at ",
     .code = RZ_ERROR_DENIED},
    {"an expired certificate, TLS 1.2", EXPIRED, "kafka.test", "\"CN=expired\": expired at ",
     .code = RZ_ERROR_DENIED, .version = TLS1_2_VERSION},
    {"a certificate that is not valid yet", NOT_YET_VALID, "kafka.test", "not valid yet",
     .code = RZ_ERROR_DENIED},
    {"the certificate of another host", OTHER_HOST, "kafka.test", "made out to elsewhere.test",
     .code = RZ_ERROR_DENIED},
    {"another host, and its name is not to be checked", OTHER_HOST, "kafka.test",
     .skip_host = true},
    {"another host's expired twin of a name", EXPIRED, "elsewhere.test", "expired",
     .code = RZ_ERROR_DENIED},
    {"a self-signed certificate", SELF_SIGNED, "kafka.test", "self-signed",
     .code = RZ_ERROR_DENIED},
    {"an unknown authority", OTHER_AUTHORITY, "kafka.test", "issued by CN=Strange Authority",
     .code = RZ_ERROR_DENIED},
    {"an authority the system does not know", VALID, "kafka.test", "issued by CN=Test Authority",
     .code = RZ_ERROR_DENIED, .trust = TRUST_SYSTEM},
    {"anybody, when nothing is to be checked", OTHER_AUTHORITY, "wrong.test", .skip_all = true},
    {"a certificate that is not on the revocation list", VALID, "kafka.test", .crl = true},
    {"a revoked certificate", REVOKED, "kafka.test", "revoked by CN=Test Authority",
     .code = RZ_ERROR_DENIED, .crl = true},
    {"a name with a terminal escape", ESCAPING, "kafka.test", "CN=evil\\1B[2J",
     .code = RZ_ERROR_DENIED},
    {"a client certificate, TLS 1.3", VALID, "kafka.test", .client_asked = true, .client = VALID},
    {"a client certificate, TLS 1.2", VALID, "kafka.test", .client_asked = true, .client = VALID,
     .version = TLS1_2_VERSION},
    {"a client certificate that is missing, TLS 1.3", VALID, "kafka.test",
     "requires a client certificate", .code = RZ_ERROR_DENIED, .client_asked = true},
    {"a client certificate that is missing, TLS 1.2", VALID, "kafka.test",
     "requires a client certificate", .code = RZ_ERROR_DENIED, .client_asked = true,
     .version = TLS1_2_VERSION},
    {"a client certificate of a stranger, TLS 1.3", VALID, "kafka.test",
     "refused our client certificate: its issuer is not trusted there", .code = RZ_ERROR_DENIED,
     .client_asked = true, .client = OTHER_AUTHORITY},
    {"a client certificate of a stranger, TLS 1.2", VALID, "kafka.test",
     "refused our client certificate: its issuer is not trusted there", .code = RZ_ERROR_DENIED,
     .client_asked = true, .client = OTHER_AUTHORITY, .version = TLS1_2_VERSION},
    {"a client certificate that has expired", VALID, "kafka.test",
     "refused our client certificate: it has expired", .code = RZ_ERROR_DENIED,
     .client_asked = true, .client = EXPIRED},
    {"a server that does not speak TLS", VALID, "kafka.test", "not a TLS listener",
     .code = RZ_ERROR_UNREACHABLE, .manner = SERVER_IS_NOT_TLS},
};

/* What a row says about the client, as settings. */
static void
fill_config(const Case *c, RzTlsConfig *config)
{
    if (c->trust == TRUST_CA)
        config->ca_pem = certificate_pem(authority);
    if (c->client != NOBODY) {
        config->certificate_pem = certificate_pem(who[c->client]);
        config->key_pem = key_pem(who[c->client], NULL);
    }
    if (c->crl) {
        g_autofree char *text = crl_pem(authority, who[REVOKED]);
        int fd = g_file_open_tmp("rezone-crl-XXXXXX", &config->crl_location, NULL);
        g_assert_true(g_file_set_contents(config->crl_location, text, -1, NULL));
        g_close(fd, NULL);
    }
    config->skip_host = c->skip_host;
    config->skip_verification = c->skip_all;
}

static int64_t
soon_ms(int64_t ms)
{
    const RzClock *clock = rz_clock_system();
    return clock->monotonic_ms(clock) + ms;
}

/* Connects, says "ping" and hears it back. */
static bool
ping(const RzConnector *connector, const char *host, uint16_t port, GError **error)
{
    char heard[5] = "";
    g_autoptr(RzTransport) t =
        connector->connect(connector, host, port, soon_ms(PATIENCE_MS), error);
    if (t == NULL || !t->ops->write(t, "ping", 4, soon_ms(PATIENCE_MS), error))
        return false;
    if (t->ops->read(t, heard, 4, soon_ms(PATIENCE_MS), error) != 4)
        return false;
    assert_string_equal(heard, "ping");
    assert_true(t->ops->is_quiet(t));
    return true;
}

static void
handshake_ends_as_it_should(void **row)
{
    const Case *c = *row;
    RzTlsConfig config = {0};
    fill_config(c, &config);
    g_autoptr(GError) error = NULL;
    RzConnector *connector = rz_tls_connector_new(&config, loopback_connector(), &error);
    assert_non_null(connector);
    TlsServer *server = tls_server_start(
        &(TlsServerSpec){who[c->server], c->client_asked ? authority : NULL,
                         c->version == 0 ? TLS1_3_VERSION : c->version, .manner = c->manner});
    bool ok = ping(connector, c->host, tls_server_port(server), &error);
    rz_tls_connector_free(connector);
    size_t received = tls_server_stop(server);
    if (config.crl_location != NULL)
        g_unlink(config.crl_location);
    rz_tls_config_clear(&config);
    if (c->says == NULL) {
        if (!ok)
            fail_msg("%s", error->message);
        assert_int_equal(received, 4);
        return;
    }
    assert_false(ok);
    assert_int_equal(received, 0);
    if (strstr(error->message, c->says) == NULL || !g_error_matches(error, RZ_ERROR, c->code))
        fail_msg("code %d: %s", error->code, error->message);
    assert_null(strchr(error->message, '\x1b'));
}

/* ---- streams ---- */

static RzConnector *
trusting_connector(void)
{
    RzTlsConfig config = {.ca_pem = certificate_pem(authority)};
    RzConnector *connector = rz_tls_connector_new(&config, loopback_connector(), NULL);
    rz_tls_config_clear(&config);
    assert_non_null(connector);
    return connector;
}

static void
cut_without_goodbye_is_an_end(void **state)
{
    (void)state;
    RzConnector *connector = trusting_connector();
    TlsServer *server =
        tls_server_start(&(TlsServerSpec){who[VALID], NULL, TLS1_3_VERSION, .manner = SERVER_CUTS});
    g_autoptr(GError) error = NULL;
    RzTransport *t = connector->connect(connector, "kafka.test", tls_server_port(server),
                                        soon_ms(PATIENCE_MS), &error);
    assert_non_null(t);
    char byte;
    assert_int_equal(t->ops->read(t, &byte, 1, soon_ms(PATIENCE_MS), &error), 0);
    assert_null(error);
    assert_false(t->ops->is_quiet(t));
    rz_transport_close(t);
    rz_tls_connector_free(connector);
    tls_server_stop(server);
}

static void
silence_ends_at_the_deadline(void **state)
{
    (void)state;
    RzConnector *connector = trusting_connector();
    TlsServer *server = tls_server_start(
        &(TlsServerSpec){who[VALID], NULL, TLS1_3_VERSION, .manner = SERVER_HANGS});
    g_autoptr(GError) error = NULL;
    int64_t started_ms = soon_ms(0);
    assert_null(
        connector->connect(connector, "kafka.test", tls_server_port(server), soon_ms(200), &error));
    assert_in_range(soon_ms(0) - started_ms, 190, 2000);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_UNREACHABLE));
    assert_non_null(strstr(error->message, "timed out"));
    rz_tls_connector_free(connector);
    tls_server_stop(server);
}

/* Session tickets are unread bytes on the socket, but not for us; a byte for us is noise. */
static void
unasked_bytes_are_not_quiet(void **state)
{
    (void)state;
    RzConnector *connector = trusting_connector();
    TlsServer *server = tls_server_start(
        &(TlsServerSpec){who[VALID], NULL, TLS1_3_VERSION, .manner = SERVER_DRIPS});
    RzTransport *t = connector->connect(connector, "kafka.test", tls_server_port(server),
                                        soon_ms(PATIENCE_MS), NULL);
    assert_non_null(t);
    for (int i = 0; i < 500 && t->ops->is_quiet(t); i++)
        g_usleep(10000);
    assert_false(t->ops->is_quiet(t));
    rz_transport_close(t);
    rz_tls_connector_free(connector);
    tls_server_stop(server);
}

/* ---- files ---- */

typedef enum { CONFIG_CA, CONFIG_TRUST, CONFIG_STORE, CONFIG_CRL, CONFIG_PAIR, CONFIG_KEY } Slot;

typedef struct {
    const char *name;
    Slot slot;
    const char *content; /* text, or one of the names below */
    const char *password;
    const char *says; /* NULL: loads */
    int code;
} FileCase;

static const FileCase files[] = {
    {"a file of authorities", CONFIG_CA, .content = "@authority"},
    {"a file without an authority", CONFIG_CA, "hello", .says = "no PEM certificate",
     .code = RZ_ERROR_INPUT},
    {"a file with half an authority", CONFIG_CA,
     "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
     .says = "a certificate cannot be read", .code = RZ_ERROR_INPUT},
    {"no file of authorities", CONFIG_CA, NULL, .says = "No such file", .code = RZ_ERROR_FILE},
    {"a trust store in PEM", CONFIG_TRUST, .content = "@authority"},
    {"a trust store in PKCS#12", CONFIG_TRUST, "@trust.p12", .password = "hunter2"},
    {"a trust store with the wrong password", CONFIG_TRUST, "@trust.p12", "wrong-secret",
     "its password is wrong", .code = RZ_ERROR_INPUT},
    {"a trust store without its password", CONFIG_TRUST, "@trust.p12", NULL,
     "its password is wrong or missing", .code = RZ_ERROR_INPUT},
    {"a trust store of Java's own kind", CONFIG_TRUST, "\xfe\xed\xfe\xed....", NULL,
     "keytool -importkeystore", .code = RZ_ERROR_INPUT},
    {"a trust store of no kind", CONFIG_TRUST, "hello", NULL, "neither PEM nor PKCS#12",
     .code = RZ_ERROR_INPUT},
    {"a key store in PKCS#12", CONFIG_STORE, "@store.p12", .password = "hunter2"},
    {"a key store in PEM", CONFIG_STORE, .content = "@pair"},
    {"a key store that only trusts", CONFIG_STORE, "@trust.p12", "hunter2",
     "no key with its certificate", .code = RZ_ERROR_INPUT},
    {"a key store with the wrong password", CONFIG_STORE, "@store.p12", "wrong-secret",
     "its password is wrong", .code = RZ_ERROR_INPUT},
    {"a revocation list", CONFIG_CRL, .content = "@crl"},
    {"a revocation list that is a certificate", CONFIG_CRL, "@authority", NULL,
     "no PEM revocation list", .code = RZ_ERROR_INPUT},
    {"a certificate and an encrypted key", CONFIG_PAIR, "@encrypted", .password = "hunter2"},
    {"an encrypted key without its password", CONFIG_PAIR, "@encrypted", NULL,
     "set ssl.key.password", .code = RZ_ERROR_INPUT},
    {"an encrypted key with the wrong password", CONFIG_PAIR, "@encrypted", "wrong-secret",
     "does not open the key", .code = RZ_ERROR_INPUT},
    {"a key of somebody else", CONFIG_PAIR, "@mismatch", NULL, "does not belong",
     .code = RZ_ERROR_INPUT},
    {"a key without a certificate", CONFIG_KEY, "@pair", NULL, "only the key is given",
     .code = RZ_ERROR_USAGE},
};

static GBytes *
content_of(const char *name)
{
    g_autofree char *mine = certificate_pem(who[VALID]);
    if (strcmp(name, "@trust.p12") == 0)
        return pkcs12_store(NULL, authority, "hunter2");
    if (strcmp(name, "@store.p12") == 0)
        return pkcs12_store(who[VALID], authority, "hunter2");
    char *text = NULL;
    if (strcmp(name, "@authority") == 0) {
        text = certificate_pem(authority);
    } else if (strcmp(name, "@crl") == 0) {
        text = crl_pem(authority, NULL);
    } else if (*name == '@') {
        Identity *owner = strcmp(name, "@mismatch") == 0 ? who[EXPIRED] : who[VALID];
        g_autofree char *key = key_pem(owner, strcmp(name, "@encrypted") == 0 ? "hunter2" : NULL);
        text = g_strconcat(mine, key, NULL);
    } else {
        text = g_strdup(name);
    }
    return g_bytes_new_take(text, strlen(text));
}

static void
point_at(const FileCase *c, const char *file, RzTlsConfig *config)
{
    config->ca_location = c->slot == CONFIG_CA ? g_strdup(file) : NULL;
    config->truststore_location = c->slot == CONFIG_TRUST ? g_strdup(file) : NULL;
    config->truststore_password = rz_secret_dup(c->password);
    config->keystore_location = c->slot == CONFIG_STORE ? g_strdup(file) : NULL;
    config->keystore_password = rz_secret_dup(c->password);
    config->crl_location = c->slot == CONFIG_CRL ? g_strdup(file) : NULL;
    config->certificate_location = c->slot == CONFIG_PAIR ? g_strdup(file) : NULL;
    config->key_location = c->slot == CONFIG_PAIR || c->slot == CONFIG_KEY ? g_strdup(file) : NULL;
    config->key_password = rz_secret_dup(c->password);
}

static void
file_is_read_or_refused(void **row)
{
    const FileCase *c = *row;
    g_autofree char *file = NULL;
    g_close(g_file_open_tmp("rezone-tls-XXXXXX", &file, NULL), NULL);
    if (c->content != NULL) {
        g_autoptr(GBytes) bytes = content_of(c->content);
        gsize n = 0;
        const char *data = g_bytes_get_data(bytes, &n);
        assert_true(g_file_set_contents(file, data, (gssize)n, NULL));
    } else {
        g_unlink(file);
    }
    RzTlsConfig config = {0};
    point_at(c, file, &config);
    g_autoptr(GError) error = NULL;
    RzConnector *connector = rz_tls_connector_new(&config, loopback_connector(), &error);
    rz_tls_config_clear(&config);
    g_unlink(file);
    bool loaded = connector != NULL;
    rz_tls_connector_free(connector);
    if (c->says == NULL) {
        if (!loaded)
            fail_msg("%s", error->message);
        return;
    }
    assert_false(loaded);
    if (strstr(error->message, c->says) == NULL || !g_error_matches(error, RZ_ERROR, c->code))
        fail_msg("code %d: %s", error->code, error->message);
    assert_null(strstr(error->message, "hunter2"));
    assert_null(strstr(error->message, "wrong-secret"));
}

/* ---- algorithms ---- */

typedef struct {
    const char *name;
    const char *suites, *curves, *sigalgs, *providers;
    bool loads;
} AlgorithmCase;

static const AlgorithmCase algorithms[] = {
    {"suites by OpenSSL's names", "ECDHE-ECDSA-AES256-GCM-SHA384", .loads = true},
    {"suites by Java's names", "TLS_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
     .loads = true},
    {"only suites of TLS 1.3", "TLS_AES_128_GCM_SHA256", .loads = true},
    {"a suite that nobody knows", .suites = "ROT13"},
    {"curves", .curves = "X25519:P-256", .loads = true},
    {"a curve that nobody knows", .curves = "circle"},
    {"signature algorithms", .sigalgs = "ECDSA+SHA256:RSA+SHA256", .loads = true},
    {"a signature algorithm that nobody knows", .sigalgs = "wax"},
    {"the default provider", .providers = "default", .loads = true},
    {"a provider that nobody knows", .providers = "default,nobody"},
};

static void
algorithms_are_taken_or_refused(void **row)
{
    const AlgorithmCase *c = *row;
    RzTlsConfig config = {.cipher_suites = g_strdup(c->suites),
                          .curves = g_strdup(c->curves),
                          .sigalgs = g_strdup(c->sigalgs),
                          .providers = g_strdup(c->providers)};
    g_autoptr(GError) error = NULL;
    RzConnector *connector = rz_tls_connector_new(&config, loopback_connector(), &error);
    rz_tls_config_clear(&config);
    assert_int_equal(connector != NULL, c->loads);
    rz_tls_connector_free(connector);
    if (!c->loads)
        assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    ADD_ROWS(tests, cases, handshake_ends_as_it_should);
    ADD_TEST(tests, cut_without_goodbye_is_an_end);
    ADD_TEST(tests, silence_ends_at_the_deadline);
    ADD_TEST(tests, unasked_bytes_are_not_quiet);
    ADD_ROWS(tests, files, file_is_read_or_refused);
    ADD_ROWS(tests, algorithms, algorithms_are_taken_or_refused);
    return _cmocka_run_group_tests("tls", (const struct CMUnitTest *)(const void *)tests->data,
                                   tests->len, make_everyone, free_everyone);
}
