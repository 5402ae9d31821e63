/*
 * tls_server.c: blocking OpenSSL in a thread. Bounded by a socket timeout, so that a test that
 * fails does not hang.
 */
#include "tests/unit/kafka/tls_server.h"

#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/ssl.h>

struct TlsServer {
    TlsServerSpec spec;
    int listener;
    uint16_t port;
    GThread *thread;
    size_t n_received;
};

static SSL_CTX *
server_context(const TlsServerSpec *spec)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(ctx, spec->version);
    SSL_CTX_set_max_proto_version(ctx, spec->version);
    SSL_CTX_use_certificate(ctx, spec->identity->certificate);
    SSL_CTX_use_PrivateKey(ctx, spec->identity->key);
    if (spec->client_authority != NULL) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), spec->client_authority->certificate);
        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    return ctx;
}

static void
echo(TlsServer *server, SSL *ssl)
{
    char buffer[4096];
    for (int n; (n = SSL_read(ssl, buffer, sizeof buffer)) > 0;) {
        server->n_received += (size_t)n;
        if (SSL_write(ssl, buffer, n) != n)
            break;
    }
}

static void
drip(SSL *ssl)
{
    while (SSL_write(ssl, "x", 1) == 1)
        g_usleep(20000);
}

/* All of a request with a body, by its Content-Length. */
static bool
is_whole(const GString *request)
{
    const char *length = strstr(request->str, "Content-Length: ");
    const char *body = strstr(request->str, "\r\n\r\n");
    return length != NULL && body != NULL &&
           strlen(body + 4) >= g_ascii_strtoull(length + strlen("Content-Length: "), NULL, 10);
}

static void
answer(TlsServer *server, SSL *ssl)
{
    char buffer[4096];
    g_autoptr(GString) request = g_string_new(NULL);
    const char *text = server->spec.answer;
    size_t piece = server->spec.manner == SERVER_IS_SLOW ? 1 : strlen(text);
    for (int n; !is_whole(request) && (n = SSL_read(ssl, buffer, sizeof buffer)) > 0;)
        g_string_append_len(request, buffer, n);
    server->n_received += request->len;
    if (server->spec.request != NULL)
        g_string_append(server->spec.request, request->str);
    for (; *text != '\0' && SSL_write(ssl, text, (int)piece) == (int)piece; text += piece)
        g_usleep(piece == 1 ? 20000 : 0);
    SSL_shutdown(ssl);
}

static void
serve_tls(TlsServer *server, int fd)
{
    SSL_CTX *ctx = server_context(&server->spec);
    SSL *ssl = SSL_new(ctx);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
        if (server->spec.manner == SERVER_ECHOES)
            echo(server, ssl);
        else if (server->spec.manner == SERVER_DRIPS)
            drip(ssl);
        else if (server->spec.manner != SERVER_CUTS)
            answer(server, ssl);
    } else {
        /* A close with unread bytes would be a reset, which could overtake the alert. */
        char rest[4096];
        shutdown(fd, SHUT_WR);
        while (recv(fd, rest, sizeof rest, 0) > 0)
            continue;
    }
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

static void
serve_plain(TlsServer *server, int fd)
{
    char buffer[4096];
    if (server->spec.manner == SERVER_IS_NOT_TLS)
        (void)!send(fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, MSG_NOSIGNAL);
    while (recv(fd, buffer, sizeof buffer, 0) > 0)
        continue;
}

static gpointer
serve(gpointer data)
{
    TlsServer *server = data;
    int fd = accept(server->listener, NULL, NULL);
    if (fd < 0)
        return NULL;
    struct timeval limit = {10, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (server->spec.manner == SERVER_HANGS || server->spec.manner == SERVER_IS_NOT_TLS)
        serve_plain(server, fd);
    else
        serve_tls(server, fd);
    close(fd);
    return NULL;
}

TlsServer *
tls_server_start(const TlsServerSpec *spec)
{
    TlsServer *server = g_new0(TlsServer, 1);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    server->spec = *spec;
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to clients that have left */
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int bound = bind(server->listener, (struct sockaddr *)&address, size);
    g_assert(bound == 0 && listen(server->listener, 4) == 0);
    getsockname(server->listener, (struct sockaddr *)&address, &size);
    server->port = ntohs(address.sin_port);
    server->thread = g_thread_new("tls-server", serve, server);
    return server;
}

uint16_t
tls_server_port(const TlsServer *server)
{
    return server->port;
}

size_t
tls_server_stop(TlsServer *server)
{
    shutdown(server->listener, SHUT_RDWR); /* wakes an accept() that nobody answered */
    g_thread_join(server->thread);
    size_t n = server->n_received;
    close(server->listener);
    g_free(server);
    return n;
}

static RzTransport *
dial_loopback(const RzConnector *connector, const char *host, uint16_t port, int64_t deadline_ms,
              GError **error)
{
    (void)host;
    (void)connector;
    const RzConnector *tcp = rz_tcp_connector();
    return tcp->connect(tcp, "127.0.0.1", port, deadline_ms, error);
}

const RzConnector *
loopback_connector(void)
{
    static const RzConnector connector = {dial_loopback};
    return &connector;
}
