/*
 * fuzz_sasl.c: what a broker may say in SASL, whatever it is.
 *
 * The first byte picks the mechanism; the rest are the broker's messages, one a line. A client must
 * end in one of its three ways, never send after a refusal, and only accept a SCRAM broker that
 * knew the password, which random bytes do not: the seeds hold the one true answer.
 */
#include <string.h>

#include "executor/kafka/sasl_private.h"
#include "tests/fuzz/fuzz_target.h"

enum { MAX_ROUNDS = 4, LONG_COUNT = 5 };

static const RzSaslMechanism mechanisms[] = {RZ_SASL_PLAIN, RZ_SASL_SCRAM_SHA_256,
                                             RZ_SASL_SCRAM_SHA_512, RZ_SASL_OAUTHBEARER};

static RzSaslClient *
client_for(const RzSaslConfig *config)
{
    const RzSaslPeer peer = {"broker.test", 0, rz_clock_system()};
    bool scram =
        config->mechanism == RZ_SASL_SCRAM_SHA_256 || config->mechanism == RZ_SASL_SCRAM_SHA_512;
    return scram ? rz_scram_client_new(config, "rOprNGfwEbeRWgbNEkqO", NULL)
                 : rz_sasl_client_new(config, &peer, NULL);
}

/* A count of 100,000 and more is legal, and only slow. */
static bool
has_long_count(const uint8_t *bytes, size_t n)
{
    size_t digits = 0;
    for (size_t i = 0; i < n; i++) {
        digits = g_ascii_isdigit((char)bytes[i]) ? digits + 1 : 0;
        if (digits > LONG_COUNT)
            return true;
    }
    return false;
}

static void
talk(RzSaslClient *client, const uint8_t *bytes, size_t n)
{
    GByteArray *out = rz_secret_bytes_new(256);
    RzSaslStep step = rz_sasl_client_step(client, NULL, 0, out, NULL);
    for (unsigned round = 0; step == RZ_SASL_SEND && round < MAX_ROUNDS; round++) {
        const uint8_t *end = n == 0 ? NULL : memchr(bytes, '\n', n);
        size_t length = end == NULL ? n : (size_t)(end - bytes);
        g_autoptr(GError) error = NULL;
        step = rz_sasl_client_step(client, bytes, length, out, &error);
        g_assert((step == RZ_SASL_REFUSED) == (error != NULL));
        g_assert(step == RZ_SASL_SEND || out->len == 0);
        g_assert(error == NULL || g_utf8_validate(error->message, -1, NULL));
        size_t used = end == NULL ? length : length + 1;
        bytes += used;
        n -= used;
    }
    rz_secret_bytes_free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char user[] = "user", password[] = "pencil", token[] = "principal=admin";
    if (size == 0 || has_long_count(data, size))
        return 0;
    const RzSaslConfig config = {.mechanism = mechanisms[data[0] % G_N_ELEMENTS(mechanisms)],
                                 .username = user,
                                 .password = password,
                                 .unsecured_token = token};
    g_autoptr(RzSaslClient) client = client_for(&config);
    g_assert(client != NULL);
    talk(client, data + 1, size - 1);
    return 0;
}
