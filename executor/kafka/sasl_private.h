/*
 * sasl_private.h: what a mechanism implements, and what they share.
 */
#pragma once

#include "executor/kafka/sasl.h"

/* A mechanism's state begins with `ops`. */
typedef struct {
    RzSaslStep (*step)(RzSaslClient *client, const uint8_t *in, size_t n, GByteArray *out,
                       GError **error);
    void (*free)(RzSaslClient *client);
} RzSaslOps;

struct RzSaslClient {
    const RzSaslOps *ops;
};

RzSaslClient *rz_plain_client_new(const RzSaslConfig *config);

/* @nonce: NULL for a random one; tests give that of a published example. */
RzSaslClient *rz_scram_client_new(const RzSaslConfig *config, const char *nonce, GError **error);

RzSaslClient *rz_oauthbearer_client_new(const RzSaslConfig *config, const RzSaslPeer *peer,
                                        GError **error);

RzSaslClient *rz_gssapi_client_new(const RzSaslConfig *config, const RzSaslPeer *peer,
                                   GError **error);

/* Appends text without its NUL. */
void rz_sasl_append(GByteArray *out, const char *text);

/* At most 200 bytes of what a server said, safe to show on a terminal. */
char *rz_sasl_quote(const uint8_t *bytes, size_t n);
