/*
 * test_security_config.c: what properties files, librdkafka's and Java's, come to mean.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "executor/kafka/client_config.h"
#include "executor/kafka/https_post.h"
#include "executor/kafka/jaas.h"
#include "executor/kafka/properties.h"
#include "rezone/error.h"
#include "tests/unit/kafka/rows.h"

/* ---- dialects ---- */

typedef struct {
    const char *name;
    const char *text;
    const char *key, *value; /* of the last property; NULL: refused */
    const char *where;
} Dialect;

#define JAVA "ssl.truststore.type=PEM\n"

static const Dialect dialects[] = {
    {"plain: a backslash is itself", "sasl.password=a\\b\\", "sasl.password", "a\\b\\", "f:1"},
    {"plain: an escape is not one", "sasl.password=\\u0041\\n", "sasl.password", "\\u0041\\n",
     "f:1"},
    {"plain: equals signs in the value", " a.b = x=y= ", "a.b", "x=y=", "f:1"},
    {"plain: a colon separates nothing", "a:b=c", "a:b", "c", "f:1"},
    {"plain: no equals sign", "sasl.password secret", NULL, NULL, "f:1"},
    {"Java: a backslash escapes", JAVA "sasl.password=a\\\\b\\:\\u00e9\\t", "sasl.password",
     "a\\b:\xc3\xa9\t", "f:2"},
    {"Java: a line goes on", JAVA "k=a\\\n   b\\\r\n c\nl=1", "l", "1", "f:5"},
    {"Java: joined parts lose their indent", JAVA "k = a \\\n   b", "k", "a b", "f:2"},
    {"Java: an even number of backslashes ends the line", JAVA "k=a\\\\\nb=c", "b", "c", "f:3"},
    {"Java: a colon separates", JAVA "k : v", "k", "v", "f:2"},
    {"Java: a blank separates", JAVA "k v w", "k", "v w", "f:2"},
    {"Java: trailing blanks are part of the value", JAVA "k=v ", "k", "v ", "f:2"},
    {"Java: comments do not go on", JAVA "#x\\\nk=v", "k", "v", "f:3"},
    {"Java: an exclamation mark comments", JAVA "k=v\n!l=w", "k", "v", "f:2"},
    {"Java: a malformed escape", JAVA "sasl.password=secret\\u12", NULL, NULL, "f:2"},
    {"Java: half a surrogate pair", JAVA "sasl.password=secret\\ud800", NULL, NULL, "f:2"},
    {"Java: a backslash at the very end", JAVA "k=v\\", "k", "v", "f:2"},
    {"bytes that are not UTF-8", "k=\xff", NULL, NULL, "f"},
};

static void
dialect_is_told_and_read(void **state)
{
    const Dialect *row = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = rz_properties_read(row->text, "f", &error);
    if (row->key == NULL) {
        assert_null(list);
        assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
        assert_true(g_str_has_prefix(error->message, row->where));
        assert_null(strstr(error->message, "secret"));
        return;
    }
    if (list == NULL)
        fail_msg("%s", error->message);
    const RzProperty *last = g_ptr_array_index(list, list->len - 1);
    assert_string_equal(last->key, row->key);
    assert_string_equal(last->value, row->value);
    assert_string_equal(last->where, row->where);
}

/* ---- login modules ---- */

typedef struct {
    const char *name;
    const char *text;
    const char *password; /* NULL: refused */
    const char *says;
} Login;

#define MODULE "org.apache.kafka.common.security.plain.PlainLoginModule required "

static const Login logins[] = {
    {"one module", MODULE "username=\"a\" password=\"secret\";", "secret", NULL},
    {"no blanks but the needed", MODULE "username=a password='secret';", "secret", NULL},
    {"quotes and backslashes in it", MODULE "password=\"a\\\"b\\\\c=;d\";", "a\"b\\c=;d", NULL},
    {"the other quote in it", MODULE "password=\"it's\";", "it's", NULL},
    {"octal and named escapes", MODULE "password=\"\\101\\t\\12x\";", "A\t\nx", NULL},
    {"letters beyond ASCII", MODULE "password=\"\xc3\xa9\";", "\xc3\xa9", NULL},
    {"a bare word with punctuation", MODULE "password=a-b_c.d$1;", "a-b_c.d$1", NULL},
    {"an empty password", MODULE "password=\"\";", "", NULL},
    {"nothing", "", NULL, "login module"},
    {"no flag", "org.Login password=\"secret\";", NULL, "required"},
    {"no semicolon", MODULE "password=\"secret\"", NULL, "semicolon"},
    {"no closing quote", MODULE "password=\"secret;", NULL, "a value"},
    {"no equals sign", MODULE "password \"secret\";", NULL, "="},
    {"no value", MODULE "password=;", NULL, "a value"},
    {"a second module", MODULE "password=\"secret\"; " MODULE ";", NULL, "one login module"},
    {"a NUL in octal", MODULE "password=\"secret\\0\";", NULL, "a value"},
    {"a stray character", MODULE "{password=\"secret\"};", NULL, "key="},
};

static void
login_module_is_read(void **state)
{
    const Login *row = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzJaas) jaas = rz_jaas_parse(row->text, &error);
    if (row->password == NULL) {
        assert_null(jaas);
        assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
        if (strstr(error->message, row->says) == NULL)
            fail_msg("%s", error->message);
        assert_null(strstr(error->message, "secret"));
        return;
    }
    if (jaas == NULL)
        fail_msg("%s", error->message);
    assert_string_equal(jaas->module, "PlainLoginModule");
    assert_string_equal(g_hash_table_lookup(jaas->options, "password"), row->password);
}

/* ---- whole files ---- */

static RzClientConfig *
config_of(const char *file, GError **error)
{
    const RzClientSources sources = {
        .bootstrap_server = "a:1", .file_name = "f", .file_text = file};
    return rz_client_config_new(&sources, error);
}

/* A line about the configuration, for comparing: what counts, in words. */
static char *
summary(const RzClientConfig *config)
{
    const RzTlsConfig *tls = &config->security.tls;
    const RzSaslConfig *sasl = &config->security.sasl;
    GString *s = g_string_new(config->security.use_tls ? "tls" : "plaintext");
    const struct {
        const char *name, *value;
    } parts[] = {
        {"ca", tls->ca_location},
        {"capem", tls->ca_pem},
        {"trust", tls->truststore_location},
        {"trustpw", tls->truststore_password},
        {"cert", tls->certificate_location},
        {"certpem", tls->certificate_pem},
        {"key", tls->key_location},
        {"keypem", tls->key_pem},
        {"keypw", tls->key_password},
        {"store", tls->keystore_location},
        {"storepw", tls->keystore_password},
        {"suites", tls->cipher_suites},
        {"crl", tls->crl_location},
        {"user", sasl->username},
        {"pw", sasl->password},
        {"token", sasl->unsecured_token},
        {"file", sasl->token_file},
        {"oidc", sasl->oidc != NULL ? "yes" : NULL},
        {"ext", sasl->extensions},
        {"service", sasl->service},
        {"principal", sasl->principal},
        {"keytab", sasl->keytab},
    };
    if (sasl->mechanism != RZ_SASL_NONE)
        g_string_append_printf(s, " %s", rz_sasl_mechanism_name(sasl->mechanism));
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i].value != NULL)
            g_string_append_printf(s, " %s=%s", parts[i].name, parts[i].value);
    g_string_append_printf(s, "%s%s%s%s%s", tls->skip_verification ? " noverify" : "",
                           tls->skip_host ? " nohost" : "", sasl->token_auth ? " tokenauth" : "",
                           tls->min_version == RZ_TLS_1_3 ? " min13" : "",
                           tls->max_version == RZ_TLS_1_2 ? " max12" : "");
    return g_string_free(s, FALSE);
}

typedef struct {
    const char *name;
    const char *file;
    const char *means; /* summary(), or part of the error */
    int code;          /* 0: none (RZ_ERROR_USAGE is not 0 below) */
} Meaning;

enum { NO_ERROR = -1 };

#define SASL_SSL "security.protocol=SASL_SSL\n"
#define SCRAM_LOGIN "org.apache.kafka.common.security.scram.ScramLoginModule required "
#define BEARER_LOGIN "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "
#define KERBEROS_LOGIN "com.sun.security.auth.module.Krb5LoginModule required "
#define BEARER SASL_SSL "sasl.mechanism=OAUTHBEARER\n"
#define ENDPOINT "sasl.oauthbearer.token.endpoint.url=https://idp/x\n"

static const Meaning meanings[] = {
    {"nothing said", "", "plaintext", NO_ERROR},
    {"librdkafka: TLS", "security.protocol=ssl\nssl.ca.location=/ca", "tls ca=/ca", NO_ERROR},
    {"librdkafka: SCRAM",
     SASL_SSL "sasl.mechanisms=SCRAM-SHA-512\nsasl.username=u\nsasl.password=p",
     "tls SCRAM-SHA-512 user=u pw=p", NO_ERROR},
    {"librdkafka: a client certificate",
     "security.protocol=ssl\nssl.certificate.location=/c\nssl.key.location=/k\n"
     "ssl.key.password=p\nssl.crl.location=/l",
     "tls cert=/c key=/k keypw=p crl=/l", NO_ERROR},
    {"librdkafka: an unsigned token",
     "security.protocol=sasl_plaintext\nsasl.mechanism=OAUTHBEARER\n"
     "enable.sasl.oauthbearer.unsecure.jwt=true\nsasl.oauthbearer.config=principal=a",
     "plaintext OAUTHBEARER token=principal=a", NO_ERROR},
    {"verification turned off", "security.protocol=ssl\nenable.ssl.certificate.verification=false",
     "tls noverify", NO_ERROR},
    {"host check turned off, as librdkafka says it",
     "security.protocol=ssl\nssl.endpoint.identification.algorithm=none", "tls nohost", NO_ERROR},
    {"host check turned off, as Java says it",
     "security.protocol=SSL\nssl.endpoint.identification.algorithm=", "tls nohost", NO_ERROR},
    {"host check turned on by name",
     "security.protocol=SSL\nssl.endpoint.identification.algorithm=HTTPS", "tls", NO_ERROR},
    {"Java: trust and key stores",
     "security.protocol=SSL\nssl.truststore.location=/t\nssl.truststore.password=tp\n"
     "ssl.truststore.type=PKCS12\nssl.keystore.location=/s\nssl.keystore.password=sp",
     "tls trust=/t trustpw=tp store=/s storepw=sp", NO_ERROR},
    {"Java: PEM in one line",
     "security.protocol=SSL\nssl.truststore.type=PEM\n"
     "ssl.truststore.certificates=-B-\\nx\\\n\\n-E-\nssl.keystore.key=k\n"
     "ssl.keystore.certificate.chain=c",
     "tls capem=-B-\nx\n-E- certpem=c keypem=k", NO_ERROR},
    {"Java: SCRAM",
     SASL_SSL "sasl.mechanism=SCRAM-SHA-256\nsasl.jaas.config=" SCRAM_LOGIN
              "username=\"u\" \\\n  password=\"p\";",
     "tls SCRAM-SHA-256 user=u pw=p", NO_ERROR},
    {"Java: a delegation token",
     SASL_SSL "sasl.mechanism=SCRAM-SHA-256\nsasl.jaas.config=" SCRAM_LOGIN
              "username=\"u\" password=\"p\" tokenauth=\"true\";",
     "tls SCRAM-SHA-256 user=u pw=p tokenauth", NO_ERROR},
    {"Java: PLAIN",
     SASL_SSL "sasl.mechanism=PLAIN\nsasl.jaas.config=" MODULE "username=\"u\" password=\"p\";",
     "tls PLAIN user=u pw=p", NO_ERROR},
    {"Java: an unsigned token",
     SASL_SSL "sasl.mechanism=OAUTHBEARER\nsasl.jaas.config=" BEARER_LOGIN
              "unsecuredLoginStringClaim_sub=\"a\";",
     "tls OAUTHBEARER token=principal=a", NO_ERROR},
    {"a token file",
     SASL_SSL "sasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.token.endpoint.url=file:///t/k\n"
              "sasl.oauthbearer.extensions=a=b",
     "tls OAUTHBEARER file=/t/k ext=a=b", NO_ERROR},
    {"protocol versions", "security.protocol=SSL\nssl.enabled.protocols=TLSv1.3", "tls min13",
     NO_ERROR},
    {"an older protocol version", "security.protocol=SSL\nssl.enabled.protocols=TLSv1.2,TLSv1.1",
     "tls max12", NO_ERROR},
    {"only dead protocol versions", "security.protocol=SSL\nssl.enabled.protocols=TLSv1.1",
     "TLSv1.2", RZ_ERROR_USAGE},
    {"a protocol that nobody knows", "security.protocol=SSH", "security.protocol", RZ_ERROR_USAGE},
    {"a mechanism that is not spoken", SASL_SSL "sasl.mechanism=AWS_MSK_IAM", "AWS_MSK_IAM",
     RZ_ERROR_UNSUPPORTED},
    {"no user", SASL_SSL "sasl.mechanism=PLAIN\nsasl.password=hunter2", "sasl.username",
     RZ_ERROR_USAGE},
    {"no password", SASL_SSL "sasl.mechanism=PLAIN\nsasl.username=u", "REZONE_SASL_PASSWORD",
     RZ_ERROR_USAGE},
    {"an empty password", SASL_SSL "sasl.mechanism=PLAIN\nsasl.username=u\nsasl.password=",
     "sasl.password", RZ_ERROR_USAGE},
    {"a login module of another mechanism",
     SASL_SSL "sasl.mechanism=PLAIN\nsasl.jaas.config=" SCRAM_LOGIN "password=\"hunter2\";",
     "not one for sasl.mechanism=PLAIN", RZ_ERROR_USAGE},
    {"a token endpoint without a client", BEARER ENDPOINT, "sasl.oauthbearer.client.id is not set",
     RZ_ERROR_USAGE},
    {"a token endpoint without a secret", BEARER ENDPOINT "sasl.oauthbearer.client.id=c",
     "REZONE_SASL_OAUTHBEARER_CLIENT_SECRET", RZ_ERROR_USAGE},
    {"a client id that cannot be sent",
     BEARER ENDPOINT "sasl.oauthbearer.client.id=a:b\nsasl.oauthbearer.client.secret=hunter2",
     "has a colon", RZ_ERROR_USAGE},
    {"a token endpoint without TLS",
     BEARER "sasl.oauthbearer.token.endpoint.url=http://idp/x\nsasl.oauthbearer.client.id=c\n"
            "sasl.oauthbearer.client.secret=hunter2",
     "would travel unencrypted", RZ_ERROR_USAGE},
    {"a token endpoint that is not said", BEARER "sasl.oauthbearer.method=oidc",
     "sasl.oauthbearer.token.endpoint.url is not set", RZ_ERROR_USAGE},
    {"no token", SASL_SSL "sasl.mechanism=OAUTHBEARER", "file:///PATH", RZ_ERROR_USAGE},
    {"an unsigned token that was not enabled",
     SASL_SSL "sasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.config=principal=a", "unsecure.jwt",
     RZ_ERROR_USAGE},
};

/* What needs a library that a build may lack: refused there, and in words. */
typedef struct {
    const char *name;
    const char *file, *means;
    bool (*is_built)(void);
    const char *without;
} OptionalMeaning;

#define CLIENT "sasl.oauthbearer.client.id=c\nsasl.oauthbearer.client.secret=hunter2\n"

static const OptionalMeaning optional_meanings[] = {
    {"librdkafka: a token endpoint", BEARER "sasl.oauthbearer.method=oidc\n" ENDPOINT CLIENT,
     "tls OAUTHBEARER oidc=yes", rz_https_is_built, "libcurl"},
    {"Java: a token endpoint",
     BEARER ENDPOINT "sasl.login.callback.handler.class=x.OAuthBearerLoginCallbackHandler\n"
                     "sasl.jaas.config=" BEARER_LOGIN "clientId=\"c\" clientSecret=\"hunter2\";",
     "tls OAUTHBEARER oidc=yes", rz_https_is_built, "libcurl"},
    {"Java: a token endpoint, as Kafka 4.1 writes it",
     BEARER ENDPOINT "sasl.oauthbearer.client.credentials.client.id=c\n"
                     "sasl.oauthbearer.client.credentials.client.secret=hunter2",
     "tls OAUTHBEARER oidc=yes", rz_https_is_built, "libcurl"},
    {"no mechanism is GSSAPI", SASL_SSL, "tls GSSAPI service=kafka", rz_sasl_gssapi_is_built,
     "libsasl2"},
    {"librdkafka: a keytab",
     SASL_SSL "sasl.mechanisms=GSSAPI\nsasl.kerberos.service.name=bus\n"
              "sasl.kerberos.principal=me@X\nsasl.kerberos.keytab=/k",
     "tls GSSAPI service=bus principal=me@X keytab=/k", rz_sasl_gssapi_is_built, "libsasl2"},
    {"Java: a keytab",
     SASL_SSL "sasl.mechanism=GSSAPI\nsasl.kerberos.service.name=bus\nsasl.jaas.config=" //
     KERBEROS_LOGIN "useKeyTab=true storeKey=true keyTab=\"/k\" principal=\"me@X\";",
     "tls GSSAPI service=bus principal=me@X keytab=/k", rz_sasl_gssapi_is_built, "libsasl2"},
    {"Java: a ticket that is there, and a keytab for others",
     SASL_SSL "sasl.mechanism=GSSAPI\nsasl.jaas.config=" KERBEROS_LOGIN
              "useTicketCache=true keyTab=\"/k\" serviceName=bus;",
     "tls GSSAPI service=bus", rz_sasl_gssapi_is_built, "libsasl2"},
};

static void
file_means_it_where_it_is_built(void **state)
{
    const OptionalMeaning *row = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClientConfig) config = config_of(row->file, &error);
    if (row->is_built()) {
        if (config == NULL)
            fail_msg("%s", error->message);
        g_autofree char *means = summary(config);
        assert_string_equal(means, row->means);
        return;
    }
    assert_null(config);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED));
    assert_non_null(strstr(error->message, row->without));
}

static void
file_means_what_it_says(void **state)
{
    const Meaning *row = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClientConfig) config = config_of(row->file, &error);
    if (row->code == NO_ERROR) {
        if (config == NULL)
            fail_msg("%s", error->message);
        g_autofree char *means = summary(config);
        assert_string_equal(means, row->means);
        return;
    }
    assert_null(config);
    if (!g_error_matches(error, RZ_ERROR, row->code) || strstr(error->message, row->means) == NULL)
        fail_msg("code %d: %s", error->code, error->message);
    assert_null(strstr(error->message, "hunter2"));
}

/* ---- notes ---- */

typedef struct {
    const char *name;
    const char *file;
    const char *note; /* the only one; NULL: none */
} Note;

static const Note notes[] = {
    {"nothing to say", "socket.timeout.ms=5000", NULL},
    {"an unknown key", "no.such=1\nssl.ca.locaton=/x",
     "client properties that nobody knows, ignored: no.such, ssl.ca.locaton"},
    {"a key of producers", "linger.ms=5\nacks=all",
     "client properties without a use here: linger.ms, acks"},
    {"a bad value of a key without a use", "auto.offset.reset=sometimes",
     "client properties without a use here: auto.offset.reset"},
    {"a key with a terminal escape", "a\x1b[2J=1",
     "client properties that nobody knows, ignored: a\\033[2J"},
    {"credentials that are not used", "sasl.username=u",
     "security.protocol=plaintext: the sasl. properties are without effect"},
    {"trust that is not used", "security.protocol=plaintext\nssl.ca.location=/x",
     "security.protocol=plaintext: the ssl. properties are without effect"},
    {"no verification", "security.protocol=ssl\nenable.ssl.certificate.verification=false",
     "enable.ssl.certificate.verification=false: anybody who can reach into the network can pose "
     "as a broker"},
};

static void
note_is_said_once(void **state)
{
    const Note *row = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClientConfig) config = config_of(row->file, &error);
    if (config == NULL)
        fail_msg("%s", error->message);
    assert_int_equal(config->notes->len, row->note != NULL);
    if (row->note != NULL)
        assert_string_equal(g_ptr_array_index(config->notes, 0), row->note);
}

/* ---- secrets from elsewhere ---- */

#define NEEDS_PASSWORD SASL_SSL "sasl.mechanism=PLAIN\nsasl.username=u"

static RzSecret *
answer(const char *property, void *data)
{
    assert_string_equal(property, "sasl.password");
    return rz_secret_dup(data);
}

static void
password_comes_from_the_environment(void **state)
{
    (void)state;
    g_setenv("REZONE_SASL_PASSWORD", "from-env", TRUE);
    g_autoptr(RzClientConfig) bare = config_of(NEEDS_PASSWORD, NULL);
    g_autoptr(RzClientConfig) full = config_of(NEEDS_PASSWORD "\nsasl.password=from-file", NULL);
    g_unsetenv("REZONE_SASL_PASSWORD");
    assert_string_equal(bare->security.sasl.password, "from-env");
    assert_string_equal(full->security.sasl.password, "from-file");
}

static void
password_comes_from_a_person(void **state)
{
    (void)state;
    char said[] = "from-person";
    const RzClientSources sources = {.bootstrap_server = "a:1",
                                     .file_text = NEEDS_PASSWORD,
                                     .ask_secret = answer,
                                     .ask_data = said};
    g_autoptr(RzClientConfig) config = rz_client_config_new(&sources, NULL);
    assert_string_equal(config->security.sasl.password, "from-person");
}

static void
open_file_with_a_secret_is_noted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mode_t mode;
        guint notes;
    } rows[] = {
        {"sasl.password=x", 0640, 2}, {"sasl.password=x", 0600, 1}, {"client.id=x", 0644, 0}};
    g_autofree char *name = NULL;
    g_close(g_file_open_tmp("rezone-mode-XXXXXX", &name, NULL), NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const RzClientSources sources = {
            .bootstrap_server = "a:1", .file_name = name, .file_text = rows[i].text};
        g_chmod(name, rows[i].mode);
        g_autoptr(RzClientConfig) config = rz_client_config_new(&sources, NULL);
        assert_int_equal(config->notes->len, rows[i].notes);
    }
    g_unlink(name);
}

#define ADD_ALL(tests, rows, function)                                                             \
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)                                                \
    add_row((tests), (rows)[i].name, (function), &(rows)[i])

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    ADD_ALL(tests, dialects, dialect_is_told_and_read);
    ADD_ALL(tests, logins, login_module_is_read);
    ADD_ALL(tests, meanings, file_means_what_it_says);
    ADD_ALL(tests, optional_meanings, file_means_it_where_it_is_built);
    ADD_ALL(tests, notes, note_is_said_once);
    add_row(tests, "a password from the environment", password_comes_from_the_environment, NULL);
    add_row(tests, "a password from a person", password_comes_from_a_person, NULL);
    add_row(tests, "a file open to others", open_file_with_a_secret_is_noted, NULL);
    return run_rows("security config", tests);
}
