/*
 * fuzz_oidc.c: any bytes as what a token endpoint says, as a token and as a refusal.
 *
 * A token that is taken fits into a SASL message whatever it is; a refusal's words are clean text
 * without our secret.
 */
#include <string.h>

#include "executor/kafka/oauth_token.h"
#include "executor/kafka/oidc.h"
#include "rezone/error.h"
#include "tests/fuzz/fuzz_target.h"

#define SECRET "hunter2"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t life_s = -1;
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSecret) token = rz_oidc_read_answer(data, size, &life_s, &error);
    g_assert((token == NULL) == (error != NULL));
    g_assert(error == NULL || g_error_matches(error, RZ_ERROR, RZ_ERROR_PROTOCOL));
    g_assert(life_s >= 0 && life_s <= 365 * 24 * 3600);
    g_assert(token == NULL || rz_is_bearer_token(token));
    g_autofree char *said = rz_oidc_read_refusal(data, size, SECRET);
    g_assert(strstr(said, SECRET) == NULL);
    for (const char *c = said; *c != '\0'; c++)
        g_assert(g_ascii_isprint(*c));
    return 0;
}
