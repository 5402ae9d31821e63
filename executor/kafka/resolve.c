/*
 * resolve.c: the system's resolver, asked from the side.
 *
 * getaddrinfo() can block for half a minute on a dead name server, so glibc's asynchronous form
 * waits for it. A look-up that outlives its deadline cannot always be cancelled; then its memory
 * stays with the resolver's thread, which may still write to it.
 */
#include "executor/kafka/resolve.h"

#include <netdb.h>
#include <string.h>

#include "executor/clock.h"
#include "rezone/error.h"

typedef struct {
    struct gaicb request;
    struct addrinfo hints;
    char *host, *service;
} Lookup;

static Lookup *
lookup_new(const char *host, uint16_t port)
{
    Lookup *lookup = g_new0(Lookup, 1);
    lookup->host = g_strdup(host);
    lookup->service = g_strdup_printf("%u", port);
    lookup->hints.ai_socktype = SOCK_STREAM;
    lookup->hints.ai_flags = AI_NUMERICSERV;
    lookup->request.ar_name = lookup->host;
    lookup->request.ar_service = lookup->service;
    lookup->request.ar_request = &lookup->hints;
    return lookup;
}

static void
lookup_free(Lookup *lookup)
{
    g_free(lookup->host);
    g_free(lookup->service);
    g_free(lookup);
}

/* An EAI_ code; EAI_INPROGRESS: the deadline has passed. */
static int
lookup_wait(Lookup *lookup, int64_t deadline_ms)
{
    const RzClock *clock = rz_clock_system();
    const struct gaicb *const list[] = {&lookup->request};
    for (;;) {
        int64_t left_ms = deadline_ms - clock->monotonic_ms(clock);
        int status = gai_error(&lookup->request);
        if (status != EAI_INPROGRESS || left_ms <= 0)
            return status;
        struct timespec wait = {left_ms / 1000, left_ms % 1000 * 1000000};
        (void)gai_suspend(list, 1, &wait);
    }
}

static struct addrinfo *
lookup_run(const char *host, uint16_t port, int64_t deadline_ms, int *status)
{
    Lookup *lookup = lookup_new(host, port);
    lookup->hints.ai_flags |= AI_NUMERICHOST; /* an address needs no name server and no thread */
    struct addrinfo *addresses = NULL;
    *status = getaddrinfo(host, lookup->service, &lookup->hints, &addresses);
    if (*status == EAI_NONAME) {
        lookup->hints.ai_flags &= ~AI_NUMERICHOST;
        struct gaicb *list[] = {&lookup->request};
        *status = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
        if (*status == 0)
            *status = lookup_wait(lookup, deadline_ms);
        addresses = lookup->request.ar_result;
    }
    if (*status == EAI_INPROGRESS && gai_cancel(&lookup->request) == EAI_NOTCANCELED)
        return NULL; /* its memory is still in use */
    lookup_free(lookup);
    return *status == 0 ? addresses : NULL;
}

struct addrinfo *
rz_resolve(const char *host, uint16_t port, int64_t deadline_ms, GError **error)
{
    int status = 0;
    struct addrinfo *addresses = lookup_run(host, port, deadline_ms, &status);
    if (addresses == NULL)
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "cannot look up \"%s\": %s", host,
                    status == EAI_INPROGRESS ? "no answer in time" : gai_strerror(status));
    return addresses;
}
