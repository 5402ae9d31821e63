/*
 * oidc_answer.c: what a token endpoint says, good or bad (oidc.h). Pure, so that it can be fuzzed.
 */
#include <string.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "executor/kafka/oauth_token.h"
#include "executor/kafka/oidc.h"
#include "executor/kafka/sasl_private.h"
#include "rezone/error.h"

enum { MAX_LIFE_S = 365 * 24 * 3600 };

/* jansson frees its strings as they are; ours to overwrite, though it hands them out as const. */
static void
scrub(const json_t *text)
{
    if (json_is_string(text))
        OPENSSL_cleanse((void *)(uintptr_t)json_string_value(text), json_string_length(text));
}

/* A number, or as some providers have it a number in quotes; 0: neither. */
static int64_t
read_life(const json_t *life)
{
    guint64 number = 0;
    if (json_is_integer(life))
        return CLAMP(json_integer_value(life), 0, MAX_LIFE_S);
    if (json_is_string(life))
        (void)g_ascii_string_to_unsigned(json_string_value(life), 10, 0, MAX_LIFE_S, &number, NULL);
    return (int64_t)number;
}

RzSecret *
rz_oidc_read_answer(const uint8_t *bytes, size_t n, int64_t *life_s, GError **error)
{
    json_t *answer = json_loadb((const char *)bytes, n, 0, NULL);
    json_t *text = json_object_get(answer, "access_token");
    RzSecret *token = NULL;
    *life_s = read_life(json_object_get(answer, "expires_in"));
    if (json_is_string(text) && rz_is_bearer_token(json_string_value(text)))
        token = rz_secret_dup(json_string_value(text));
    else
        g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL, "%s",
                    answer == NULL ? "it answered with something else than JSON"
                    : text == NULL ? "its answer has no access_token"
                                   : "its access_token is not an OAuth bearer token");
    scrub(text);
    json_decref(answer);
    return token;
}

/* One field, in quotes and safe to show, or NULL. */
static char *
quote_field(const json_t *answer, const char *key, const char *secret)
{
    const json_t *field = json_object_get(answer, key);
    const char *text = json_string_value(field);
    if (text == NULL || *text == '\0' || strstr(text, secret) != NULL)
        return NULL;
    return rz_sasl_quote((const uint8_t *)text, strlen(text));
}

char *
rz_oidc_read_refusal(const uint8_t *bytes, size_t n, const char *secret)
{
    json_t *answer = json_loadb((const char *)bytes, n, 0, NULL);
    g_autofree char *code = quote_field(answer, "error", secret);
    g_autofree char *description = quote_field(answer, "error_description", secret);
    json_decref(answer);
    return g_strconcat(code != NULL ? ": " : "", code != NULL ? code : "",
                       description != NULL ? ": " : "", description != NULL ? description : "",
                       NULL);
}
