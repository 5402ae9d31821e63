/*
 * client_config.h: how to reach a cluster, from the client properties a user already has.
 *
 * The properties are librdkafka's (`key=value`), from three places, weak to strong: the
 * --bootstrap-server option, a properties file, -X options. librdkafka itself checks each key and
 * value, so that one file serves every tool built on it; the values it canonicalises are read back.
 * A file made for Java's clients is understood too (properties.h, security_config.h).
 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "executor/kafka/security_config.h"

typedef struct {
    char *host;
    uint16_t port;
} RzEndpoint;

/* Plain data, immutable once made. Times in ms. */
typedef struct {
    RzEndpoint *bootstrap; /* at least one */
    uint32_t n_bootstrap;
    char *client_id;
    int32_t connect_timeout_ms; /* socket.connection.setup.timeout.ms, else 10 s */
    int32_t request_timeout_ms; /* socket.timeout.ms, else 70 s: above the broker's own 60 s */
    int32_t retry_backoff_ms;   /* retry.backoff.ms, else 200: the first pause, then doubling */
    int64_t max_response_bytes; /* receive.message.max.bytes, else 100 MB */
    RzSecurityConfig security;
    bool allow_insecure_sasl; /* a password may travel unencrypted */
    GPtrArray *notes;         /* char *: what the user should hear once, in order */
} RzClientConfig;

/* What the user gave; every part may be absent (NULL), but some part must name a bootstrap. */
typedef struct {
    const char *bootstrap_server; /* --bootstrap-server HOST:PORT[,...] */
    const char *file_name;        /* of the properties file, for messages and its permissions */
    const char *file_text;        /* its content */
    const char *const *overrides; /* -X key=value, NULL-terminated */
    bool allow_insecure_sasl;     /* --allow-insecure-sasl */
    RzAskSecret ask_secret;       /* asks a person for a missing password; NULL: nobody is there */
    void *ask_data;
} RzClientSources;

/**
 * rz_client_config_new:
 * @sources: (transfer none): where the properties come from
 *
 * Keys in the file that are unknown, or known but of no use here, go to `notes`: the file may serve
 * other programs as well. With -X an unknown key is an error.
 * Errors: RZ_ERROR_USAGE for a bad value, an unknown key or a missing bootstrap; the message names
 * the key and where it was given, and never repeats the value of a secret. RZ_ERROR_UNSUPPORTED for
 * a mechanism that this build cannot speak.
 * Returns: (transfer full): free with rz_client_config_free(); NULL with @error set
 */
RzClientConfig *rz_client_config_new(const RzClientSources *sources, GError **error);
void rz_client_config_free(RzClientConfig *config);

/* "HOST:PORT[,...]" with IPv6 in brackets and 9092 where no port is given. RZ_ERROR_USAGE. */
RzEndpoint *rz_endpoints_parse(const char *list, uint32_t *n, GError **error);
void rz_endpoints_free(RzEndpoint *endpoints, uint32_t n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzClientConfig, rz_client_config_free)
