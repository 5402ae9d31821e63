/*
 * certificates.h: throw-away authorities, certificates and revocation lists, good and bad.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <openssl/x509.h>

typedef struct {
    X509 *certificate;
    EVP_PKEY *key;
} Identity;

typedef struct {
    const char *name;          /* common name */
    const char *alt_names;     /* as in OpenSSL's configuration: "DNS:a,IP:127.0.0.1"; NULL: none */
    const Identity *issuer;    /* NULL: self-signed */
    int from_days, until_days; /* from today; both 0: yesterday until tomorrow */
    bool authority;
} CertificateSpec;

Identity *identity_new(const CertificateSpec *spec);
void identity_free(Identity *identity);

/* PEM texts; free with g_free(). @password NULL: not encrypted. */
char *certificate_pem(const Identity *identity);
char *key_pem(const Identity *identity, const char *password);
/* A revocation list of @issuer with @revoked on it (NULL: empty). */
char *crl_pem(const Identity *issuer, const Identity *revoked);
/* A PKCS#12 store of the key, its certificate and @chain (NULL: none); @identity NULL: only trust.
 */
GBytes *pkcs12_store(const Identity *identity, const Identity *chain, const char *password);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Identity, identity_free)
