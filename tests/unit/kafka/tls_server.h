/*
 * tls_server.h: a TLS server on loopback for one connection, in a thread: it echoes what it reads.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "executor/kafka/transport.h"
#include "tests/unit/kafka/certificates.h"

typedef enum {
    SERVER_ECHOES,
    SERVER_CUTS,       /* closes after the handshake, without TLS's goodbye */
    SERVER_HANGS,      /* accepts, then says nothing until the client leaves */
    SERVER_IS_NOT_TLS, /* answers with plain bytes */
    SERVER_DRIPS,      /* one byte of its answer every 20 ms, for ever */
    SERVER_ANSWERS,    /* reads an HTTP request, says its answer, closes */
    SERVER_IS_SLOW,    /* as SERVER_ANSWERS, a byte every 20 ms */
} ServerManner;

typedef struct {
    const Identity *identity;
    const Identity *client_authority; /* NULL: asks for no client certificate */
    int version;                      /* TLS1_2_VERSION or TLS1_3_VERSION */
    ServerManner manner;
    const char *answer; /* SERVER_ANSWERS, SERVER_IS_SLOW */
    GString *request;   /* gets what they read; NULL: nobody cares */
} TlsServerSpec;

typedef struct TlsServer TlsServer;

TlsServer *tls_server_start(const TlsServerSpec *spec);
uint16_t tls_server_port(const TlsServer *server);
/* Waits for the thread; returns the application bytes that the client sent. */
size_t tls_server_stop(TlsServer *server);

/* Dials 127.0.0.1 whatever the host's name is, so that any name can be tested. */
const RzConnector *loopback_connector(void);
