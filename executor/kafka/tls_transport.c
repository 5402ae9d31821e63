/*
 * tls_transport.c: a TLS stream inside another stream.
 *
 * OpenSSL reads and writes through a BIO that calls the transport below with the deadline of the
 * operation at hand. So the deadlines of TLS are those of TCP, whatever the handshake or a key
 * update sends back and forth, and nothing here knows of sockets.
 */
#include <arpa/inet.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

#include "executor/kafka/tls_private.h"

typedef struct {
    RzConnector base;
    const RzConnector *inner;
    SSL_CTX *ctx;
    GPtrArray *providers;
    bool skip_verification, skip_host;
} TlsConnector;

typedef struct {
    RzTransport base;
    RzTransport *inner;
    SSL *ssl;
    RzTlsStory story;
    int64_t deadline_ms; /* of the operation at hand */
    bool only_peek;      /* do not wait: "there is nothing to read" is an answer */
    bool at_end;         /* the stream below has ended */
    GError *cause;       /* why the stream below failed */
} Tls;

/* ---- the BIO ---- */

static int
bio_read(BIO *bio, char *buffer, int n)
{
    Tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (tls->only_peek && tls->inner->ops->is_quiet(tls->inner)) {
        BIO_set_retry_read(bio);
        return -1;
    }
    g_clear_error(&tls->cause);
    gssize got =
        tls->inner->ops->read(tls->inner, buffer, (size_t)n, tls->deadline_ms, &tls->cause);
    tls->at_end = got == 0;
    return (int)got;
}

static int
bio_write(BIO *bio, const char *bytes, int n)
{
    Tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    g_clear_error(&tls->cause);
    bool ok = tls->inner->ops->write(tls->inner, bytes, (size_t)n, tls->deadline_ms, &tls->cause);
    return ok ? n : -1;
}

static long
bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)number, (void)pointer;
    if (command == BIO_CTRL_EOF)
        return ((Tls *)BIO_get_data(bio))->at_end;
    return command == BIO_CTRL_FLUSH;
}

static const BIO_METHOD *
bio_method(void)
{
    static gsize once = 0;
    if (g_once_init_enter(&once)) {
        BIO_METHOD *method =
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "rezone transport");
        g_assert(method != NULL);
        BIO_meth_set_read(method, bio_read);
        BIO_meth_set_write(method, bio_write);
        BIO_meth_set_ctrl(method, bio_ctrl);
        g_once_init_leave(&once, (gsize)method);
    }
    return (const BIO_METHOD *)once;
}

/* ---- reading and writing ---- */

/* What failed below explains more than what OpenSSL makes of it. */
static void
set_error(Tls *tls, const char *doing, GError **error)
{
    if (tls->story.refusal == NULL && tls->cause != NULL) {
        g_propagate_prefixed_error(error, g_steal_pointer(&tls->cause), "%s: ", doing);
        ERR_clear_error();
        return;
    }
    rz_tls_set_error(&tls->story, doing, error);
}

/* The broker's end of the stream, with or without TLS's own goodbye, which many leave out. */
static bool
is_end(Tls *tls, int result)
{
    int kind = SSL_get_error(tls->ssl, result);
    if (kind == SSL_ERROR_ZERO_RETURN)
        return true;
    return kind == SSL_ERROR_SSL &&
           ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

static gssize
tls_read(RzTransport *transport, void *buffer, size_t n, int64_t deadline_ms, GError **error)
{
    Tls *tls = (Tls *)transport;
    tls->deadline_ms = deadline_ms;
    ERR_clear_error();
    int got = SSL_read(tls->ssl, buffer, (int)MIN(n, G_MAXINT));
    if (got > 0)
        return got;
    if (is_end(tls, got)) {
        ERR_clear_error();
        return 0;
    }
    set_error(tls, "read", error);
    return -1;
}

/* A refusal may cross our first bytes, which then cannot be written: the alert says why. */
static void
look_for_alert(Tls *tls)
{
    char byte;
    g_autoptr(GError) write_error = g_steal_pointer(&tls->cause);
    ERR_clear_error();
    tls->only_peek = true;
    (void)SSL_peek(tls->ssl, &byte, 1);
    tls->only_peek = false;
    if (ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_SSL)
        g_clear_error(&tls->cause);
    else if (tls->cause == NULL)
        tls->cause = g_steal_pointer(&write_error);
}

static bool
tls_write(RzTransport *transport, const void *bytes, size_t n, int64_t deadline_ms, GError **error)
{
    Tls *tls = (Tls *)transport;
    tls->deadline_ms = deadline_ms;
    ERR_clear_error();
    for (size_t sent = 0; sent < n;) {
        int put = SSL_write(tls->ssl, (const char *)bytes + sent, (int)MIN(n - sent, G_MAXINT));
        if (put <= 0) {
            look_for_alert(tls);
            set_error(tls, "write", error);
            return false;
        }
        sent += (size_t)put;
    }
    return true;
}

/* There may be bytes below that are TLS's own business, such as session tickets. */
static bool
tls_is_quiet(RzTransport *transport)
{
    Tls *tls = (Tls *)transport;
    char byte;
    ERR_clear_error();
    tls->deadline_ms = 0;
    tls->only_peek = true;
    int got = SSL_peek(tls->ssl, &byte, 1);
    tls->only_peek = false;
    return got <= 0 && SSL_get_error(tls->ssl, got) == SSL_ERROR_WANT_READ;
}

static void
tls_free(Tls *tls)
{
    SSL_free(tls->ssl);
    rz_transport_close(tls->inner);
    g_clear_error(&tls->cause);
    g_free(tls->story.refusal);
    g_free(tls);
}

/* Without TLS's goodbye: every frame has its length, so a cut stream cannot pass for a whole one,
 * and a broker that no longer reads must not hold up the end. */
static void
tls_close(RzTransport *transport)
{
    tls_free((Tls *)transport);
}

static const RzTransportOps tls_ops = {tls_read, tls_write, tls_is_quiet, tls_close};

/* ---- connecting ---- */

static Tls *
tls_of(SSL *ssl)
{
    return SSL_get_app_data(ssl);
}

/* Called once for each certificate of the chain, and once more for each thing wrong with it. */
static int
note_verdict(int good, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    Tls *tls = tls_of(ssl);
    if (!good && tls->story.refusal == NULL)
        tls->story.refusal =
            rz_tls_describe_refusal(X509_STORE_CTX_get_current_cert(store),
                                    X509_STORE_CTX_get_error(store), tls->story.host);
    return good;
}

/* Called when the broker asks for a certificate; the context has it already, if there is one. */
static int
note_request(SSL *ssl, void *unused)
{
    (void)unused;
    tls_of(ssl)->story.asked = true;
    return 1;
}

static bool
is_ip(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

static Tls *
tls_new(const TlsConnector *connector, RzTransport *inner, const char *host)
{
    Tls *tls = g_new0(Tls, 1);
    tls->base.ops = &tls_ops;
    tls->inner = inner;
    tls->ssl = SSL_new(connector->ctx);
    BIO *bio = BIO_new(bio_method());
    g_assert(tls->ssl != NULL && bio != NULL);
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_app_data(tls->ssl, tls);
    SSL_set_cert_cb(tls->ssl, note_request, NULL);
    tls->story.host = host;
    tls->story.has_certificate = SSL_get_certificate(tls->ssl) != NULL;
    SSL_set_verify(tls->ssl, connector->skip_verification ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                   connector->skip_verification ? NULL : note_verdict);
    return tls;
}

/* The name to ask for (SNI, names only) and the name to insist on (names and addresses). */
static bool
set_host(const TlsConnector *connector, SSL *ssl, const char *host)
{
    g_autofree char *name = g_strdup(host); /* OpenSSL's macro wants it writable */
    if (!is_ip(host) && SSL_set_tlsext_host_name(ssl, name) != 1)
        return false;
    if (connector->skip_verification || connector->skip_host)
        return true;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) == 1;
}

static RzTransport *
tls_connect(const RzConnector *base, const char *host, uint16_t port, int64_t deadline_ms,
            GError **error)
{
    const TlsConnector *connector = (const TlsConnector *)base;
    RzTransport *inner =
        connector->inner->connect(connector->inner, host, port, deadline_ms, error);
    if (inner == NULL)
        return NULL;
    ERR_clear_error();
    Tls *tls = tls_new(connector, inner, host);
    tls->deadline_ms = deadline_ms;
    if (set_host(connector, tls->ssl, host) && SSL_connect(tls->ssl) == 1) {
        tls->story.host = NULL; /* the caller's; only the handshake needs it */
        return &tls->base;
    }
    set_error(tls, "TLS handshake", error);
    tls_free(tls);
    return NULL;
}

static void
unload_provider(void *provider)
{
    OSSL_PROVIDER_unload(provider);
}

RzConnector *
rz_tls_connector_new(const RzTlsConfig *config, const RzConnector *inner, GError **error)
{
    g_autoptr(GPtrArray) providers = g_ptr_array_new_with_free_func(unload_provider);
    SSL_CTX *ctx = rz_tls_context_new(config, providers, error);
    if (ctx == NULL)
        return NULL;
    TlsConnector *connector = g_new0(TlsConnector, 1);
    connector->base.connect = tls_connect;
    connector->inner = inner;
    connector->ctx = ctx;
    connector->providers = g_steal_pointer(&providers);
    connector->skip_verification = config->skip_verification;
    connector->skip_host = config->skip_host;
    return &connector->base;
}

void
rz_tls_connector_free(RzConnector *base)
{
    TlsConnector *connector = (TlsConnector *)base;
    if (connector == NULL)
        return;
    SSL_CTX_free(connector->ctx);
    g_ptr_array_unref(connector->providers);
    g_free(connector);
}
