/*
 * security_config.h: from properties, librdkafka's or Java's, to what TLS and SASL need.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "executor/kafka/sasl.h"
#include "executor/kafka/tls.h"

typedef struct {
    bool use_tls;
    RzTlsConfig tls;
    RzSaslConfig sasl; /* mechanism RZ_SASL_NONE: none */
} RzSecurityConfig;

void rz_security_config_clear(RzSecurityConfig *config);

typedef struct {
    const char *key;       /* as users write it */
    const char *canonical; /* under which its value is kept; an alias has its target's */
    bool checked;          /* librdkafka checks the value */
    bool secret;
} RzSecurityKey;

/* What is read here; NULL for any other property. */
const RzSecurityKey *rz_security_key(const char *key);

/* Asks a person for a secret that no property has. NULL: nobody there. */
typedef RzSecret *(*RzAskSecret)(const char *property, void *data);

/**
 * rz_security_config_read:
 * @values: (transfer none): canonical key to value, as the strongest source has it; gets what
 *   sasl.jaas.config stands for
 * @ask: for a missing sasl.password, after the environment (REZONE_SASL_PASSWORD and so on) was
 *   asked; NULL: nobody
 * @notes: (transfer none): gets texts (char *) about what is without effect
 *
 * Errors: RZ_ERROR_USAGE for what is missing or contradicts itself, RZ_ERROR_UNSUPPORTED for what
 * this build cannot speak. No message has a secret in it.
 */
bool rz_security_config_read(RzSecurityConfig *config, GHashTable *values, RzAskSecret ask,
                             void *ask_data, GPtrArray *notes, GError **error);
