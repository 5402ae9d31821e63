/*
 * oidc.h: tokens from an identity provider, by OAuth's client credentials (RFC 6749, 4.4).
 *
 * One POST over HTTPS with our id and secret gives a token and its life. The last token is kept and
 * serves every connection until four fifths of its life are over, so that a cluster of a hundred
 * brokers costs one request and no broker ever sees a token about to expire.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "executor/clock.h"
#include "executor/kafka/secret.h"

typedef struct {
    const char *url; /* https://... */
    const char *client_id;
    const char *client_secret;
    const char *scope;       /* NULL: the provider's default */
    const char *ca_location; /* PEM file or directory; NULL: what the system trusts */
    const char *ca_pem;      /* wins over ca_location */
    bool also_system;        /* trust what the system trusts besides ca_location */
} RzOidcSettings;

typedef struct RzOidc RzOidc;

/* @settings is copied. Returns a first share, NULL gives NULL in the two below. */
RzOidc *rz_oidc_new(const RzOidcSettings *settings);
RzOidc *rz_oidc_ref(RzOidc *oidc);
void rz_oidc_unref(RzOidc *oidc);

/**
 * rz_oidc_token:
 * @deadline_ms: on @clock's monotonic time
 *
 * The kept token, or a new one. Errors, none of which has secret or token in its text:
 * RZ_ERROR_DENIED (the provider refuses us, or its certificate is not acceptable),
 * RZ_ERROR_UNREACHABLE (no answer in time, or it says that it is out of order), RZ_ERROR_PROTOCOL
 * (an answer without a token), RZ_ERROR_FILE (ca_location). Not thread-safe.
 * Returns: (transfer full): NULL with @error set
 */
RzSecret *rz_oidc_token(RzOidc *oidc, const RzClock *clock, int64_t deadline_ms, GError **error);

/**
 * rz_oidc_read_answer:
 * @bytes: the body of an answer with HTTP status 200
 * @life_s: how long the token is good for; 0 when it is not said
 *
 * Errors: RZ_ERROR_PROTOCOL. Returns: (transfer full): the token; NULL with @error set
 */
RzSecret *rz_oidc_read_answer(const uint8_t *bytes, size_t n, int64_t *life_s, GError **error);

/* What a refusal says (RFC 6749, 5.2), quoted, or "" when it says nothing usable. g_free() it.
 * A description that repeats @secret is left out. */
char *rz_oidc_read_refusal(const uint8_t *bytes, size_t n, const char *secret);
