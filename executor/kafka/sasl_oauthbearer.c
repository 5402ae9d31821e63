/*
 * sasl_oauthbearer.c: OAUTHBEARER (RFC 7628, KIP-255), the client's side.
 *
 * One message with the token. An empty answer is a yes. A no is a JSON text, which the client has
 * to acknowledge with a single 0x01 before the broker ends the exchange with an error.
 */
#include "executor/kafka/oauth_token.h"

#include <string.h>

#include "executor/kafka/sasl_private.h"
#include "rezone/error.h"

typedef enum { SEND_TOKEN, AWAIT_VERDICT, AWAIT_END } State;

typedef struct {
    RzSaslClient base;
    RzOauthToken *token;
    State state;
    char *refusal; /* the JSON, quoted */
} Bearer;

static RzSaslStep
send_token(Bearer *bearer, GByteArray *out)
{
    rz_sasl_append(out, "n,,\x01"
                        "auth=Bearer ");
    rz_sasl_append(out, bearer->token->text);
    rz_sasl_append(out, "\x01");
    rz_sasl_append(out, bearer->token->extensions);
    rz_sasl_append(out, "\x01");
    bearer->state = AWAIT_VERDICT;
    return RZ_SASL_SEND;
}

static RzSaslStep
bearer_step(RzSaslClient *client, const uint8_t *in, size_t n, GByteArray *out, GError **error)
{
    Bearer *bearer = (Bearer *)client;
    if (bearer->state == SEND_TOKEN)
        return send_token(bearer, out);
    if (bearer->state == AWAIT_VERDICT && n == 0)
        return RZ_SASL_DONE;
    if (bearer->state == AWAIT_VERDICT) {
        bearer->refusal = rz_sasl_quote(in, n);
        rz_sasl_append(out, "\x01");
        bearer->state = AWAIT_END;
        return RZ_SASL_SEND;
    }
    g_set_error(error, RZ_ERROR, RZ_ERROR_DENIED,
                "SASL OAUTHBEARER: the broker refused the token: %s", bearer->refusal);
    return RZ_SASL_REFUSED;
}

static void
bearer_free(RzSaslClient *client)
{
    Bearer *bearer = (Bearer *)client;
    rz_oauth_token_free(bearer->token);
    g_free(bearer->refusal);
    g_free(bearer);
}

RzSaslClient *
rz_oauthbearer_client_new(const RzSaslConfig *config, const RzSaslPeer *peer, GError **error)
{
    static const RzSaslOps ops = {bearer_step, bearer_free};
    RzOauthToken *token = rz_oauth_token_new(config, peer, error);
    if (token == NULL)
        return NULL;
    Bearer *bearer = g_new0(Bearer, 1);
    bearer->base.ops = &ops;
    bearer->token = token;
    return &bearer->base;
}
