/*
 * gssapi_handshake.c: our SASL GSSAPI client and libsasl2's server, in one process.
 *
 *     gssapi-handshake SERVICE PRINCIPAL KEYTAB      "" for none
 *
 * Prints who the server takes us for and ends with 0, or our client's refusal and 1. Realm and keys
 * come from the environment; test_kerberos.py makes them.
 */
#include <stdio.h>
#include <string.h>

#include <sasl/sasl.h>

#include "executor/kafka/sasl.h"

enum { MAX_ROUNDS = 8 };

/* What the server has to say, borrowed from @server; false: it refuses. */
static bool
serve(sasl_conn_t *server, bool first, const GByteArray *said, const char **answer, unsigned *n)
{
    const char *text = (const char *)said->data;
    int result = first ? sasl_server_start(server, "GSSAPI", text, said->len, answer, n)
                       : sasl_server_step(server, text, said->len, answer, n);
    if (result == SASL_OK || result == SASL_CONTINUE)
        return true;
    fprintf(stderr, "server: %s\n", sasl_errdetail(server));
    return false;
}

static bool
talk(RzSaslClient *client, sasl_conn_t *server, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    RzSaslStep step = rz_sasl_client_step(client, NULL, 0, out, error);
    for (unsigned round = 0; step == RZ_SASL_SEND && round < MAX_ROUNDS; round++) {
        const char *answer = NULL;
        unsigned n = 0;
        if (!serve(server, round == 0, out, &answer, &n))
            return false;
        step = rz_sasl_client_step(client, (const uint8_t *)answer, n, out, error);
    }
    return step == RZ_SASL_DONE;
}

int
main(int argc, char **argv)
{
    sasl_conn_t *server = NULL;
    g_autoptr(GError) error = NULL;
    if (argc != 4 || sasl_server_init(NULL, "rezone-test") != SASL_OK ||
        sasl_server_new("kafka", "localhost", NULL, NULL, NULL, NULL, 0, &server) != SASL_OK)
        return 2;
    RzSaslConfig config = {.mechanism = RZ_SASL_GSSAPI,
                           .service = argv[1],
                           .principal = *argv[2] != '\0' ? argv[2] : NULL,
                           .keytab = *argv[3] != '\0' ? argv[3] : NULL};
    const RzSaslPeer peer = {"localhost", INT64_MAX, rz_clock_system()};
    g_autoptr(RzSaslClient) client = rz_sasl_client_new(&config, &peer, &error);
    bool good = client != NULL && talk(client, server, &error);
    const void *user = NULL;
    if (good && sasl_getprop(server, SASL_USERNAME, &user) == SASL_OK)
        puts(user);
    if (error != NULL)
        fprintf(stderr, "%s\n", error->message);
    sasl_dispose(&server);
    return !good;
}
