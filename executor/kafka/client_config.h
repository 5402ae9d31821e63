/*
 * client_config.h: how to reach a cluster, from the client properties a user already has.
 *
 * The properties are librdkafka's (`key=value`), from three places, weak to strong: the
 * --bootstrap-server option, a properties file, -X options. librdkafka itself checks each key and
 * value, so that one file serves every tool built on it; the values it canonicalises are read back.
 */
#pragma once

#include <stdint.h>

#include <glib.h>

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
} RzClientConfig;

/* What the user gave; every part may be absent (NULL), but some part must name a bootstrap. */
typedef struct {
    const char *bootstrap_server; /* --bootstrap-server HOST:PORT[,...] */
    const char *file_name;        /* of the properties file, for messages only */
    const char *file_text;        /* its content */
    const char *const *overrides; /* -X key=value, NULL-terminated */
} RzClientSources;

/**
 * rz_client_config_new:
 * @sources: (transfer none): where the properties come from
 *
 * Errors: RZ_ERROR_USAGE for an unknown key, a bad value or a missing bootstrap; the message names
 * the key and where it was given, and never repeats the value of a secret. RZ_ERROR_UNSUPPORTED for
 * a security protocol that this build cannot speak.
 * Returns: (transfer full): free with rz_client_config_free(); NULL with @error set
 */
RzClientConfig *rz_client_config_new(const RzClientSources *sources, GError **error);
void rz_client_config_free(RzClientConfig *config);

/* "HOST:PORT[,...]" with IPv6 in brackets and 9092 where no port is given. RZ_ERROR_USAGE. */
RzEndpoint *rz_endpoints_parse(const char *list, uint32_t *n, GError **error);
void rz_endpoints_free(RzEndpoint *endpoints, uint32_t n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzClientConfig, rz_client_config_free)
