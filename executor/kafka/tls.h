/*
 * tls.h: TLS streams to brokers, over OpenSSL 3.
 *
 * A connector that wraps another: the handshake, the check of the broker's certificate and of its
 * name happen inside connect(), so that whoever gets a transport may speak. Settings are those of
 * librdkafka with the same meaning. Verification is on unless it was turned off by name; sessions
 * are not reused, since a handful of connections gain nothing from it.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "executor/kafka/secret.h"
#include "executor/kafka/transport.h"

typedef enum { RZ_TLS_DEFAULT, RZ_TLS_1_2, RZ_TLS_1_3 } RzTlsVersion;

/* Strings are NULL where nothing was said. Of a pair file and PEM text the text wins. */
typedef struct {
    char *ca_location; /* PEM file, or directory as made by c_rehash, or "probe" */
    char *ca_pem;
    char *truststore_location; /* PKCS#12 or PEM, told apart by content */
    RzSecret *truststore_password;
    char *certificate_location; /* PEM, leaf first */
    char *certificate_pem;
    char *key_location;
    RzSecret *key_pem;
    RzSecret *key_password;
    char *keystore_location; /* PKCS#12, or PEM with key and chain */
    RzSecret *keystore_password;
    char *crl_location;
    char *cipher_suites; /* OpenSSL's or IANA's names, separated by colon or comma */
    char *curves;
    char *sigalgs;
    char *providers; /* OpenSSL providers to load, such as "default,legacy" */
    RzTlsVersion min_version, max_version;
    bool skip_verification; /* of anything: whoever answers is believed */
    bool skip_host;         /* the certificate counts, the name in it does not */
} RzTlsConfig;

/* Frees what @config points to, not itself. */
void rz_tls_config_clear(RzTlsConfig *config);

/**
 * rz_tls_connector_new:
 * @config: (transfer none): copied as far as needed
 * @inner: (transfer none): opens the stream below; must outlive the connector
 *
 * Reads all files now, so that a bad one is reported before anything is connected.
 * Errors: RZ_ERROR_FILE (unreadable), RZ_ERROR_INPUT (not what it should be, wrong password),
 * RZ_ERROR_USAGE (a cipher, curve or provider that OpenSSL does not know); the message names the
 * property and never has a password in it.
 * Its connect() adds RZ_ERROR_DENIED to the errors of transport.h: the broker's certificate is not
 * acceptable, or the broker wants another client certificate. With TLS 1.3 the latter shows in the
 * first read. Nothing but a TLS alert is sent after a refusal.
 * Returns: (transfer full): free with rz_tls_connector_free(); NULL with @error set
 */
G_GNUC_WARN_UNUSED_RESULT
RzConnector *rz_tls_connector_new(const RzTlsConfig *config, const RzConnector *inner,
                                  GError **error);
void rz_tls_connector_free(RzConnector *connector);
