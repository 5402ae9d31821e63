/*
 * oidc.c: the kept token, and how to get the next (oidc.h).
 *
 * The secret goes in HTTP's Basic scheme, as librdkafka and Java's clients send it: the bytes as
 * they are, without the percent-encoding of RFC 6749 that few providers undo.
 */
#include "executor/kafka/oidc.h"

#include <string.h>

#include "executor/kafka/https_post.h"
#include "rezone/error.h"

enum { MAX_ANSWER_BYTES = 128 * 1024, HTTP_OK = 200, HTTP_BAD = 400, HTTP_BROKEN = 500 };

struct RzOidc {
    grefcount shares;
    char *url, *client_id, *scope, *ca_location, *ca_pem;
    bool also_system;
    RzSecret *client_secret;
    RzSecret *token;     /* NULL: none yet */
    int64_t renew_at_ms; /* monotonic */
};

RzOidc *
rz_oidc_new(const RzOidcSettings *settings)
{
    RzOidc *oidc = g_new0(RzOidc, 1);
    g_ref_count_init(&oidc->shares);
    oidc->url = g_strdup(settings->url);
    oidc->client_id = g_strdup(settings->client_id);
    oidc->client_secret = rz_secret_dup(settings->client_secret);
    oidc->scope = g_strdup(settings->scope);
    oidc->ca_location = g_strdup(settings->ca_location);
    oidc->ca_pem = g_strdup(settings->ca_pem);
    oidc->also_system = settings->also_system;
    return oidc;
}

RzOidc *
rz_oidc_ref(RzOidc *oidc)
{
    if (oidc != NULL)
        g_ref_count_inc(&oidc->shares);
    return oidc;
}

void
rz_oidc_unref(RzOidc *oidc)
{
    if (oidc == NULL || !g_ref_count_dec(&oidc->shares))
        return;
    g_free(oidc->url);
    g_free(oidc->client_id);
    rz_secret_free(oidc->client_secret);
    g_free(oidc->scope);
    g_free(oidc->ca_location);
    g_free(oidc->ca_pem);
    rz_secret_free(oidc->token);
    g_free(oidc);
}

static RzSecret *
basic_authorization(const RzOidc *oidc)
{
    g_autoptr(RzSecret) pair = g_strconcat(oidc->client_id, ":", oidc->client_secret, NULL);
    g_autoptr(RzSecret) encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    return g_strconcat("Basic ", encoded, NULL);
}

static char *
form(const RzOidc *oidc)
{
    if (oidc->scope == NULL)
        return g_strdup("grant_type=client_credentials");
    g_autofree char *scope = g_uri_escape_string(oidc->scope, NULL, FALSE);
    return g_strconcat("grant_type=client_credentials&scope=", scope, NULL);
}

/* Says why an answer is no good. 429 and the like are the provider's trouble, not our account's. */
static void
set_refusal(const RzOidc *oidc, long status, const GByteArray *answer, GError **error)
{
    g_autofree char *said = rz_oidc_read_refusal(answer->data, answer->len, oidc->client_secret);
    bool is_busy = status >= HTTP_BROKEN || status == 408 || status == 429;
    bool is_no = status >= HTTP_BAD && !is_busy;
    g_set_error(error, RZ_ERROR,
                is_busy ? RZ_ERROR_UNREACHABLE
                : is_no ? RZ_ERROR_DENIED
                        : RZ_ERROR_PROTOCOL,
                "it answered with HTTP status %ld%s", status, said);
}

static RzSecret *
fetch(const RzOidc *oidc, int64_t timeout_ms, int64_t *life_s, GError **error)
{
    g_autoptr(RzSecret) authorization = basic_authorization(oidc);
    g_autofree char *body = form(oidc);
    const RzHttpsPost post = {
        .url = oidc->url,
        .authorization = authorization,
        .form = body,
        .ca_location = oidc->ca_location,
        .ca_pem = oidc->ca_pem,
        .also_system = oidc->also_system,
    };
    long status = 0;
    RzSecret *token = NULL;
    GByteArray *answer = rz_secret_bytes_new(MAX_ANSWER_BYTES);
    if (rz_https_post(&post, timeout_ms, MAX_ANSWER_BYTES, &status, answer, error)) {
        if (status == HTTP_OK)
            token = rz_oidc_read_answer(answer->data, answer->len, life_s, error);
        else
            set_refusal(oidc, status, answer, error);
    }
    rz_secret_bytes_free(answer);
    return token;
}

RzSecret *
rz_oidc_token(RzOidc *oidc, const RzClock *clock, int64_t deadline_ms, GError **error)
{
    int64_t now_ms = clock->monotonic_ms(clock), life_s = 0;
    if (oidc->token != NULL && now_ms < oidc->renew_at_ms)
        return rz_secret_dup(oidc->token);
    RzSecret *token = fetch(oidc, MAX(deadline_ms - now_ms, 1), &life_s, error);
    if (token == NULL) {
        g_prefix_error(error, "token endpoint %s: ", oidc->url);
        return NULL;
    }
    rz_secret_replace(&oidc->token, rz_secret_dup(token));
    oidc->renew_at_ms = now_ms + life_s * 1000 / 5 * 4;
    return token;
}
