/*
 * fuzz_properties.c: a client properties file, in both dialects, with login modules in it.
 *
 * Whatever it holds, it is read or refused with a message of clean text, and a second reading says
 * the same.
 */
#include <string.h>

#include "executor/kafka/client_config.h"
#include "tests/fuzz/fuzz_target.h"

static RzClientConfig *
read_text(const char *text, char **message)
{
    const RzClientSources sources = {.bootstrap_server = "localhost:9092", .file_text = text};
    g_autoptr(GError) error = NULL;
    RzClientConfig *config = rz_client_config_new(&sources, &error);
    g_assert((config == NULL) == (error != NULL));
    *message = error == NULL ? NULL : g_strdup(error->message);
    return config;
}

static bool
has_what_it_needs(const RzSaslConfig *sasl)
{
    switch (sasl->mechanism) {
    case RZ_SASL_NONE:
        return true;
    case RZ_SASL_OAUTHBEARER:
        return sasl->token_file != NULL || sasl->unsecured_token != NULL || sasl->oidc != NULL;
    case RZ_SASL_GSSAPI:
        return sasl->service != NULL;
    default:
        return sasl->username != NULL && sasl->password != NULL;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autofree char *first = NULL, *second = NULL;
    g_autoptr(RzClientConfig) one = read_text(text, &first);
    g_autoptr(RzClientConfig) two = read_text(text, &second);
    g_assert_cmpstr(first, ==, second);
    g_assert(first == NULL || g_utf8_validate(first, -1, NULL));
    if (one == NULL)
        return 0;
    g_assert_cmpstr(one->security.sasl.password, ==, two->security.sasl.password);
    g_assert_cmpuint(one->notes->len, ==, two->notes->len);
    g_assert(has_what_it_needs(&one->security.sasl));
    return 0;
}
