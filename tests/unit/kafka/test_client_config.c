/*
 * test_client_config.c: properties from three places, addresses, and secrets that stay secret.
 */
#include "tests/unit/kafka/rows.h"

#include <string.h>

#include "executor/kafka/client_config.h"
#include "rezone/error.h"

/* ---- addresses ---- */

typedef struct {
    const char *list;
    const char *hosts[3];
    uint16_t ports[3]; /* 0 ends; none: refused */
} Addresses;

static const Addresses addresses[] = {
    {"a:1", {"a"}, {1}},
    {"a", {"a"}, {9092}},
    {"a:1,b:2 , c", {"a", "b", "c"}, {1, 2, 9092}},
    {",a:65535,", {"a"}, {65535}},
    {"[::1]:7", {"::1"}, {7}},
    {"[fe80::2]", {"fe80::2"}, {9092}},
    {"PLAINTEXT://a:1,SASL_SSL://[::1]:2", {"a", "::1"}, {1, 2}},
    {"a:0", {NULL}, {0}},
    {"a:65536", {NULL}, {0}},
    {"a:1x", {NULL}, {0}},
    {"a:", {NULL}, {0}},
    {":1", {NULL}, {0}},
    {"[::1", {NULL}, {0}},
    {"[::1]x", {NULL}, {0}},
    {"a:1,:2", {NULL}, {0}},
    {" , ", {NULL}, {0}},
};

static void
addresses_are_parsed(void **state)
{
    const Addresses *row = *state;
    uint32_t n = 0, expected = 0;
    g_autoptr(GError) error = NULL;
    RzEndpoint *endpoints = rz_endpoints_parse(row->list, &n, &error);
    while (expected < 3 && row->ports[expected] != 0)
        expected++;
    assert_int_equal(endpoints == NULL, expected == 0);
    if (endpoints == NULL) {
        assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
        return;
    }
    assert_int_equal(n, expected);
    for (uint32_t i = 0; i < n; i++) {
        assert_string_equal(endpoints[i].host, row->hosts[i]);
        assert_int_equal(endpoints[i].port, row->ports[i]);
    }
    rz_endpoints_free(endpoints, n);
}

/* ---- where a property comes from ---- */

typedef struct {
    const char *name;
    const char *bootstrap, *file, *override;
    const char *host; /* the first; NULL: refused */
    int32_t request_timeout_ms;
} Precedence;

static const Precedence precedences[] = {
    {"the option alone", "a:1", NULL, NULL, "a", 70000},
    {"the file beats the option", "a:1", "bootstrap.servers = b:2\n", NULL, "b", 70000},
    {"-X beats the file", "a:1", "bootstrap.servers=b:2", "bootstrap.servers=c:3", "c", 70000},
    {"an alias counts as well", "a:1", "metadata.broker.list=b:2", NULL, "b", 70000},
    {"comments and blank lines", NULL, "# x=y\n\n \n\tbootstrap.servers=b:2\r\n", NULL, "b", 70000},
    {"timeouts are taken over", "a:1", "socket.timeout.ms=5000", NULL, "a", 5000},
    {"the later line wins", "a:1", "socket.timeout.ms=5000\nsocket.timeout.ms=6000", NULL, "a",
     6000},
    {"what only librdkafka uses is fine", "a:1", "linger.ms=5", NULL, "a", 70000},
    {"no cluster is named", NULL, "linger.ms=5", NULL, NULL, 0},
};

static RzClientConfig *
config_of(const char *bootstrap, const char *file, const char *override, GError **error)
{
    const char *const overrides[] = {override, NULL};
    const RzClientSources sources = {.bootstrap_server = bootstrap,
                                     .file_name = "client.properties",
                                     .file_text = file,
                                     .overrides = overrides};
    return rz_client_config_new(&sources, error);
}

static void
the_stronger_source_wins(void **state)
{
    const Precedence *row = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClientConfig) config = config_of(row->bootstrap, row->file, row->override, &error);
    if (row->host == NULL) {
        assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
        assert_non_null(strstr(error->message, "--bootstrap-server"));
        return;
    }
    if (config == NULL)
        fail_msg("%s", error->message);
    assert_string_equal(config->bootstrap[0].host, row->host);
    assert_int_equal(config->request_timeout_ms, row->request_timeout_ms);
    assert_int_equal(config->connect_timeout_ms, 10000);
    assert_string_equal(config->client_id, "rezone");
}

/* ---- mistakes ---- */

typedef struct {
    const char *name;
    const char *file, *override;
    const char *message; /* a part that must be there */
    const char *secret;  /* a part that must not; NULL */
} Mistake;

static const Mistake mistakes[] = {
    {"a bad value names its line", "linger.ms=5\nsocket.timeout.ms=soon", NULL,
     "client.properties:2: bad value for \"socket.timeout.ms\"", NULL},
    {"an unknown key in -X", NULL, "no.such.key=1", "-X: \"no.such.key\"", NULL},
    {"a login module that is cut off",
     "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n"
     "sasl.jaas.config=org.Login required password=\"hunter2\"",
     NULL, "sasl.jaas.config: expected key=\"value\" or a semicolon", "hunter2"},
    {"a value out of range", "socket.timeout.ms=-4", NULL, "socket.timeout.ms", NULL},
    {"not a number", NULL, "socket.timeout.ms=soon", "socket.timeout.ms", NULL},
    {"no equals sign", "linger.ms", NULL, "client.properties:1: expected key=value", NULL},
    {"a secret without equals sign", "sasl.password hunter2", NULL, "client.properties:1",
     "hunter2"},
    {"no key", NULL, "=hunter2", "-X: expected key=value", "hunter2"},
    {"a misspelled secret", NULL, "sasl.passwrod=hunter2", "sasl.passwrod", "hunter2"},
    {"a bad address", NULL, "bootstrap.servers=a:1:2", "bootstrap.servers", NULL},
    {"a bad address behind a good one", NULL, "bootstrap.servers=a:1,:2", "bootstrap.servers",
     NULL},
    {"a very long client id", NULL,
     "client.id="
     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
     "890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
     "12345"
     "67890123456789012345678901234567890123456789012345678901234567890123456789012345",
     "client.id", NULL},
};

static void
mistakes_are_named_and_secrets_are_not(void **state)
{
    const Mistake *row = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClientConfig) config = config_of("a:1", row->file, row->override, &error);
    assert_null(config);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_USAGE));
    if (strstr(error->message, row->message) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error->message, row->message);
    if (row->secret != NULL)
        assert_null(strstr(error->message, row->secret));
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++)
        add_row(tests, addresses[i].list, addresses_are_parsed, &addresses[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(precedences); i++)
        add_row(tests, precedences[i].name, the_stronger_source_wins, &precedences[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++)
        add_row(tests, mistakes[i].name, mistakes_are_named_and_secrets_are_not, &mistakes[i]);
    return run_rows("client config", tests);
}
