/*
 * tls_private.h: shared by the context (settings), the stores (files), the transport (bytes) and
 * the errors (words).
 */
#pragma once

#include <openssl/ssl.h>

#include "executor/kafka/tls.h"

/* ---- tls_context.c ---- */

/* Settings to a context; loads providers into @providers, to be unloaded after the context. */
SSL_CTX *rz_tls_context_new(const RzTlsConfig *config, GPtrArray *providers, GError **error);

/* ---- tls_store.c: trust and identity ---- */

bool rz_tls_load_trust(SSL_CTX *ctx, const RzTlsConfig *config, GError **error);
bool rz_tls_load_identity(SSL_CTX *ctx, const RzTlsConfig *config, GError **error);

/* ---- tls_error.c ---- */

/* What the handshake learnt that explains its failure. */
typedef struct {
    const char *host;
    char *refusal;        /* why the broker's certificate is not acceptable; NULL: it is */
    bool asked;           /* the broker asked for a client certificate */
    bool has_certificate; /* and we have one to show */
} RzTlsStory;

/* Says why @certificate failed with X509_V_ERR @code. Free with g_free(). */
char *rz_tls_describe_refusal(X509 *certificate, int code, const char *host);
/* Turns OpenSSL's error queue, which it empties, into one RZ_ERROR. @doing: "TLS handshake". */
void rz_tls_set_error(const RzTlsStory *story, const char *doing, GError **error);
/* The newest reason in OpenSSL's queue as text, the queue emptied. Borrowed, never NULL. */
const char *rz_tls_last_reason(void);
