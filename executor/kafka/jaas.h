/*
 * jaas.h: the value of sasl.jaas.config, Java's way to give a client its account.
 *
 *     org.apache.kafka.common.security.scram.ScramLoginModule required
 *         username="alice" password="secret";
 *
 * One login module with options, as Kafka's own reader (JaasConfig over StreamTokenizer) takes it.
 */
#pragma once

#include <glib.h>

#include "executor/kafka/secret.h"

typedef struct {
    char *module;        /* the class name's last part: "ScramLoginModule" */
    GHashTable *options; /* char * to RzSecret * */
} RzJaas;

/* Errors: RZ_ERROR_USAGE; the message says what was expected, and repeats nothing of @text. */
RzJaas *rz_jaas_parse(const char *text, GError **error);
void rz_jaas_free(RzJaas *jaas);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzJaas, rz_jaas_free)
