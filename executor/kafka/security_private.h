/*
 * security_private.h: what security_config.c and sasl_config.c share.
 */
#pragma once

#include "executor/kafka/security_config.h"

/* The part of rz_security_config_read() about SASL. */
bool rz_sasl_config_read(RzSaslConfig *sasl, GHashTable *values, RzAskSecret ask, void *data,
                         GError **error);

/* A PEM text in one line has "\n" for its line ends. NULL gives NULL; free with g_free(). */
char *rz_unfold_pem(const char *text);
