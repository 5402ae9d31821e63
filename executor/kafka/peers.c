/*
 * peers.c: connections by broker, and the memory of failures (peers.h).
 *
 * A rest grows with the failures in a row and with what the last attempt cost: four times the time
 * that was wasted bounds the waste to a fifth of any run.
 */
#include "executor/kafka/peers.h"

#include "executor/clock.h"
#include "rezone/error.h"

enum {
    BOOTSTRAP = -1,
    FIRST_REST_MS = 250,
    MAX_REST_MS = 10 * 1000,
    MAX_REST_AFTER_WASTE_MS = 60 * 1000,
    REST_PER_WASTED = 4,
    LITTLE_MS = 1000,
    RECONNECT_TIMEOUT_MS = 3 * 1000, /* for who has failed before */
};

typedef struct {
    int32_t id; /* BOOTSTRAP: not known */
    char *host;
    uint16_t port;
    RzConnection *connection; /* NULL: none */
    unsigned failures;        /* in a row */
    int64_t rests_until_ms;
    char *reason;      /* of the last failure */
    bool seen;         /* in the metadata being learnt */
    uint64_t tried_in; /* the round of rz_peers_any() */
} Peer;

struct RzPeers {
    GPtrArray *peers;                 /* Peer */
    RzConnectionOptions first, again; /* how to connect: to the untried, to those that failed */
    char *client_id;
    RzSaslConfig sasl;
    uint64_t round;
};

static int64_t
now_ms(void)
{
    const RzClock *clock = rz_clock_system();
    return clock->monotonic_ms(clock);
}

static void
peer_free(gpointer data)
{
    Peer *peer = data;
    rz_connection_close(peer->connection);
    g_free(peer->host);
    g_free(peer->reason);
    g_free(peer);
}

static Peer *
add_peer(RzPeers *peers, int32_t id, const char *host, uint16_t port)
{
    Peer *peer = g_new0(Peer, 1);
    *peer = (Peer){.id = id, .host = g_strdup(host), .port = port, .seen = true};
    g_ptr_array_add(peers->peers, peer);
    return peer;
}

RzPeers *
rz_peers_new(const RzClientConfig *config, const RzConnector *connector)
{
    RzPeers *peers = g_new0(RzPeers, 1);
    peers->peers = g_ptr_array_new_with_free_func(peer_free);
    peers->client_id = g_strdup(config->client_id);
    rz_sasl_config_copy(&peers->sasl, &config->security.sasl);
    peers->first = (RzConnectionOptions){
        .connector = connector,
        .client_id = peers->client_id,
        .connect_timeout_ms = config->connect_timeout_ms,
        .request_timeout_ms = config->request_timeout_ms,
        .max_response_bytes = config->max_response_bytes,
        .sasl = &peers->sasl,
        .secrets_are_safe = config->security.use_tls || config->allow_insecure_sasl,
    };
    peers->again = peers->first;
    peers->again.connect_timeout_ms = MIN(config->connect_timeout_ms, RECONNECT_TIMEOUT_MS);
    for (uint32_t i = 0; i < config->n_bootstrap; i++)
        add_peer(peers, BOOTSTRAP, config->bootstrap[i].host, config->bootstrap[i].port);
    return peers;
}

void
rz_peers_free(RzPeers *peers)
{
    if (peers == NULL)
        return;
    g_ptr_array_unref(peers->peers);
    g_free(peers->client_id);
    rz_sasl_config_clear(&peers->sasl);
    g_free(peers);
}

/* ---- who there is ---- */

static Peer *
find_broker(const RzPeers *peers, int32_t id)
{
    for (guint i = 0; i < peers->peers->len; i++) {
        Peer *peer = g_ptr_array_index(peers->peers, i);
        if (peer->id == id && id != BOOTSTRAP)
            return peer;
    }
    return NULL;
}

void
rz_peers_begin_learning(RzPeers *peers)
{
    for (guint i = 0; i < peers->peers->len; i++) {
        Peer *peer = g_ptr_array_index(peers->peers, i);
        peer->seen = peer->id == BOOTSTRAP;
    }
}

void
rz_peers_learn(RzPeers *peers, int32_t id, const char *host, int32_t port)
{
    Peer *peer = find_broker(peers, id);
    if (id < 0 || port < 1 || port > UINT16_MAX)
        return; /* such a broker cannot be reached */
    if (peer != NULL && (peer->port != port || g_strcmp0(peer->host, host) != 0)) {
        g_ptr_array_remove(peers->peers, peer);
        peer = NULL;
    }
    if (peer == NULL)
        peer = add_peer(peers, id, host, (uint16_t)port);
    peer->seen = true;
}

void
rz_peers_end_learning(RzPeers *peers)
{
    for (guint i = peers->peers->len; i-- > 0;)
        if (!((Peer *)g_ptr_array_index(peers->peers, i))->seen)
            g_ptr_array_remove_index(peers->peers, i);
}

bool
rz_peers_know(const RzPeers *peers, int32_t id)
{
    return find_broker(peers, id) != NULL;
}

void
rz_peers_forget(RzPeers *peers)
{
    rz_peers_begin_learning(peers);
    rz_peers_end_learning(peers);
    for (guint i = 0; i < peers->peers->len; i++) {
        Peer *peer = g_ptr_array_index(peers->peers, i);
        g_clear_pointer(&peer->connection, rz_connection_close);
        peer->rests_until_ms = 0;
    }
}

/* ---- connecting ---- */

/* A connection that broke off quickly (the broker was restarted, or tired of an idle client) may be
 * reopened at once; everything else rests. */
static void
note_failure(Peer *peer, const char *reason, int64_t wasted_ms)
{
    bool broke_off = peer->connection != NULL && peer->failures == 0 && wasted_ms < LITTLE_MS;
    int64_t rest_ms = MIN((int64_t)FIRST_REST_MS << MIN(peer->failures, 6), MAX_REST_MS);
    int64_t in_proportion_ms = MIN(wasted_ms * REST_PER_WASTED, MAX_REST_AFTER_WASTE_MS);
    peer->failures++;
    peer->rests_until_ms = now_ms() + (broke_off ? 0 : MAX(rest_ms, in_proportion_ms));
    g_free(peer->reason);
    peer->reason = g_strdup(reason);
    g_clear_pointer(&peer->connection, rz_connection_close);
}

static bool
is_open(Peer *peer)
{
    return peer->connection != NULL && rz_connection_is_usable(peer->connection);
}

static RzConnection *
open_peer(RzPeers *peers, Peer *peer, GError **error)
{
    if (is_open(peer))
        return peer->connection;
    g_autoptr(GError) cause = NULL;
    int64_t start_ms = now_ms();
    const RzConnectionOptions *options = peer->failures == 0 ? &peers->first : &peers->again;
    g_clear_pointer(&peer->connection, rz_connection_close);
    peer->connection = rz_connection_open(peer->host, peer->port, options, &cause);
    if (peer->connection != NULL) {
        peer->failures = 0;
        return peer->connection;
    }
    note_failure(peer, cause->message, now_ms() - start_ms);
    g_propagate_error(error, g_steal_pointer(&cause));
    return NULL;
}

RzConnection *
rz_peers_broker(RzPeers *peers, int32_t id, GError **error)
{
    Peer *peer = find_broker(peers, id);
    if (peer == NULL) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "broker %d is not alive", id);
        return NULL;
    }
    if (!is_open(peer) && now_ms() < peer->rests_until_ms) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "broker %d: %s", id, peer->reason);
        return NULL;
    }
    RzConnection *connection = open_peer(peers, peer, error);
    if (connection == NULL)
        g_prefix_error(error, "broker %d: ", id);
    return connection;
}

typedef bool (*Eligible)(Peer *peer);

static bool
is_rested(Peer *peer)
{
    return now_ms() >= peer->rests_until_ms;
}

static bool
is_there(Peer *peer)
{
    (void)peer;
    return true;
}

/* Reasons gather in @reasons; the class of the last one is that of the whole. A refusal of our
 * credentials ends the search: trying on would lock the account. */
static RzConnection *
open_first(RzPeers *peers, Eligible eligible, GString *reasons, GError **error)
{
    for (guint i = 0; i < peers->peers->len; i++) {
        Peer *peer = g_ptr_array_index(peers->peers, i);
        if (peer->tried_in == peers->round || !eligible(peer))
            continue;
        peer->tried_in = peers->round;
        g_clear_error(error);
        RzConnection *connection = open_peer(peers, peer, error);
        if (connection != NULL)
            return connection;
        g_string_append_printf(reasons, "%s%s", reasons->len == 0 ? "" : "; ", peer->reason);
        if (g_error_matches(*error, RZ_ERROR, RZ_ERROR_DENIED))
            break;
    }
    return NULL;
}

RzConnection *
rz_peers_any(RzPeers *peers, GError **error)
{
    static const Eligible preferences[] = {is_open, is_rested, is_there};
    g_autoptr(GString) reasons = g_string_new(NULL);
    g_autoptr(GError) last = NULL;
    peers->round++;
    for (size_t i = 0; i < G_N_ELEMENTS(preferences); i++) {
        RzConnection *connection = open_first(peers, preferences[i], reasons, &last);
        if (connection != NULL)
            return connection;
        if (g_error_matches(last, RZ_ERROR, RZ_ERROR_DENIED))
            break;
    }
    g_set_error(error, RZ_ERROR, last->code, "no broker can be reached: %s", reasons->str);
    return NULL;
}

void
rz_peers_note_failure(RzPeers *peers, const RzConnection *connection, const char *reason,
                      int64_t wasted_ms)
{
    for (guint i = 0; i < peers->peers->len; i++) {
        Peer *peer = g_ptr_array_index(peers->peers, i);
        if (peer->connection == connection) {
            note_failure(peer, reason, wasted_ms);
            return;
        }
    }
}
