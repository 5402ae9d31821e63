/*
 * sasl.h: who we are, said to a broker and, with SCRAM, proven by both sides.
 *
 * Each mechanism is a small state machine without a socket: the server's bytes in, ours out. The
 * connection carries them in SaslAuthenticate rounds; tests and fuzz targets play the server.
 * Nothing here retries: a refused password tried again is how accounts get locked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "executor/clock.h"
#include "executor/kafka/oidc.h"
#include "executor/kafka/secret.h"

typedef enum {
    RZ_SASL_NONE,
    RZ_SASL_PLAIN,
    RZ_SASL_SCRAM_SHA_256,
    RZ_SASL_SCRAM_SHA_512,
    RZ_SASL_OAUTHBEARER,
    RZ_SASL_GSSAPI,
} RzSaslMechanism;

/* What the mechanisms need. Strings are UTF-8; those a mechanism does not use are NULL. */
typedef struct {
    RzSaslMechanism mechanism;
    char *username;     /* PLAIN, SCRAM */
    RzSecret *password; /* PLAIN, SCRAM */
    bool token_auth;    /* SCRAM: user and password are a delegation token's id and HMAC */
    char
        *unsecured_token; /* OAUTHBEARER: librdkafka's sasl.oauthbearer.config; see oauth_token.h */
    char *token_file;     /* OAUTHBEARER: read anew for each connection */
    RzOidc *oidc;         /* OAUTHBEARER: who gives tokens out, and the last one */
    char *extensions;     /* OAUTHBEARER: "key=value[,key=value]" or NULL */
    char *service;        /* GSSAPI: the first part of the broker's principal */
    char *principal;      /* GSSAPI: ours; NULL: the default one */
    char *keytab;         /* GSSAPI: our key; NULL: a ticket that somebody has got with kinit */
} RzSaslConfig;

/* Deep but for `oidc`, of which both have a share; @copy is cleared by rz_sasl_config_clear(). */
void rz_sasl_config_copy(RzSaslConfig *copy, const RzSaslConfig *config);
/* Frees what @config points to, not itself. */
void rz_sasl_config_clear(RzSaslConfig *config);

/* The name in SaslHandshake, and back; RZ_SASL_NONE for one that is not spoken here. */
const char *rz_sasl_mechanism_name(RzSaslMechanism mechanism);
RzSaslMechanism rz_sasl_mechanism_find(const char *name);
/* False: this build was made without the library that GSSAPI needs. */
bool rz_sasl_gssapi_is_built(void);

typedef struct RzSaslClient RzSaslClient;

/* To whom a client speaks. */
typedef struct {
    const char *host;    /* as it was dialled */
    int64_t deadline_ms; /* on the monotonic clock, for a token that has to be fetched */
    const RzClock *clock;
} RzSaslPeer;

typedef enum {
    RZ_SASL_SEND,    /* @out is to be sent, and the answer comes to the next step; may be empty */
    RZ_SASL_DONE,    /* authenticated; nothing to send */
    RZ_SASL_REFUSED, /* @error is set; the connection is of no use */
} RzSaslStep;

/**
 * rz_sasl_client_new:
 * @config: (transfer none): must outlive the client; its mechanism is not RZ_SASL_NONE
 * @peer: (transfer none): used during the call only
 *
 * One client serves one authentication. Errors: RZ_ERROR_FILE, RZ_ERROR_INPUT for a token that
 * cannot be had, those of oidc.h, RZ_ERROR_DENIED for a ticket. Cost: an HTTPS request when a token
 * is due; SCRAM's later step hashes up to a million times, about a second.
 * Returns: (transfer full): free with rz_sasl_client_free(); NULL with @error set
 */
G_GNUC_WARN_UNUSED_RESULT
RzSaslClient *rz_sasl_client_new(const RzSaslConfig *config, const RzSaslPeer *peer,
                                 GError **error);
void rz_sasl_client_free(RzSaslClient *client);

/**
 * rz_sasl_client_step:
 * @in: what the server said; nothing (@n 0) in the first step, which always gives RZ_SASL_SEND
 * @out: emptied, then our answer; holds secrets: rz_secret_bytes_free()
 *
 * Errors: RZ_ERROR_DENIED when the server refuses us or cannot prove itself, RZ_ERROR_PROTOCOL when
 * it says what the mechanism does not allow. Messages quote the server with control characters
 * escaped, and never repeat a secret.
 */
RzSaslStep rz_sasl_client_step(RzSaslClient *client, const uint8_t *in, size_t n, GByteArray *out,
                               GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzSaslClient, rz_sasl_client_free)
