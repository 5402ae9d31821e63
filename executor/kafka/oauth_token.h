/*
 * oauth_token.h: where an OAUTHBEARER token comes from.
 *
 * From a file that something else keeps fresh (a sidecar, a cron job, a Kubernetes projected
 * token), read anew for every connection; or made here, unsigned, for test clusters, from what
 * librdkafka calls sasl.oauthbearer.config:
 *
 *     principal=NAME [principalClaimName=sub] [scope=A,B] [scopeClaimName=scope]
 *     [lifeSeconds=3600] [extension_KEY=VALUE]...
 *
 * Or from an identity provider, over HTTPS (oidc.h).
 */
#pragma once

#include "executor/kafka/sasl.h"

typedef struct {
    RzSecret *text;   /* what follows "Bearer " */
    char *extensions; /* "key=value" pairs, each ended by 0x01; "" for none */
} RzOauthToken;

/**
 * rz_oauth_token_new:
 * @config: (transfer none): with `oidc`, `token_file` or `unsecured_token`
 *
 * Errors: RZ_ERROR_FILE when the file cannot be read, RZ_ERROR_INPUT when it holds no token,
 * RZ_ERROR_USAGE for settings that make none; those of oidc.h. No message has the token in it.
 */
RzOauthToken *rz_oauth_token_new(const RzSaslConfig *config, const RzSaslPeer *peer,
                                 GError **error);
void rz_oauth_token_free(RzOauthToken *token);

/* RFC 6750's b64token, which every JWT is, and not absurdly long. */
bool rz_is_bearer_token(const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzOauthToken, rz_oauth_token_free)
