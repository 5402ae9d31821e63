/*
 * kafka_error.h: Kafka's error codes as a table: what each means here, and what to do about it.
 *
 * The numbers are include/rezone/kafka_error.h; this is the executor's reading of them. Pure data.
 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "rezone/kafka_error.h"

typedef enum {
    RZ_DO_NOTHING,    /* treat as done */
    RZ_DO_RETRY,      /* the same again, after a pause */
    RZ_DO_CONTROLLER, /* read metadata, find the controller, again: certainly not carried out */
    RZ_DO_VERIFY,     /* it may have happened: read the state back, then decide */
    RZ_DO_ITEM,       /* fatal for the topic, partition or resource that it is about */
    RZ_DO_RUN,        /* fatal for the run: no other item would fare better */
    RZ_DO_STATE,      /* not an error: a state to show */
} RzKafkaAction;

typedef struct {
    int16_t code;
    const char *name; /* Kafka's */
    RzKafkaAction action;
    const char *meaning; /* for people, without a full stop */
} RzKafkaErrorInfo;

/* NULL: a code that we do not know. Treat it as RZ_DO_ITEM. */
const RzKafkaErrorInfo *rz_kafka_error_info(int16_t code);
RzKafkaAction rz_kafka_error_action(int16_t code);
/* "NOT_CONTROLLER", or "error 123"; free with g_free(). */
char *rz_kafka_error_name(int16_t code);
/* "NOT_CONTROLLER: asked a broker that ..."; @message, Kafka's own words, replaces ours unless it
 * is NULL or empty. Free with g_free(). */
char *rz_kafka_error_text(int16_t code, const char *message);
