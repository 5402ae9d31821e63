/*
 * sasl_gssapi.c: GSSAPI (RFC 4752), which is Kerberos, over libsasl2.
 *
 * The library and its plugin do all the talking; nothing a broker sends is parsed here. Without a
 * keytab the ticket comes from where kinit put it. With one, the ticket is got when it is needed
 * and kept in memory: no file is written and no program is run, unlike with librdkafka's
 * sasl.kerberos.kinit.cmd. No security layer is asked for: Kafka leaves that to TLS.
 */
#include <limits.h>
#include <string.h>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <sasl/sasl.h>

#include "executor/kafka/sasl_private.h"
#include "rezone/error.h"

typedef int (*Callback)(void); /* libsasl2 keeps callbacks of every type as this */

typedef struct {
    RzSaslClient base;
    sasl_conn_t *conn;
    gss_cred_id_t credentials; /* GSS_C_NO_CREDENTIAL: the default ones */
    sasl_callback_t callbacks[4];
    bool started, finished;
} Gssapi;

bool
rz_sasl_gssapi_is_built(void)
{
    return true;
}

/* ---- what libsasl2 asks ---- */

/* We act as who we are, and Kerberos knows who that is. */
static int
no_name(void *context, int id, const char **result, unsigned *n)
{
    (void)context, (void)id;
    *result = "";
    if (n != NULL)
        *n = 0;
    return SASL_OK;
}

/* Its log would go to syslog; what matters is in sasl_errdetail(). */
static int
no_log(void *context, int level, const char *message)
{
    (void)context, (void)level, (void)message;
    return SASL_OK;
}

/* ---- errors ---- */

/* libsasl2 puts the sentence that matters in parentheses behind others that say nothing. */
static char *
essence(const char *detail)
{
    const char *marker = strstr(detail, "more information ("), *end = strrchr(detail, ')');
    if (marker == NULL || end == NULL)
        return rz_sasl_quote((const uint8_t *)detail, strlen(detail));
    const char *begin = marker + strlen("more information (");
    return rz_sasl_quote((const uint8_t *)begin, (size_t)(MAX(end, begin) - begin));
}

/* A key server that is away is no refusal. */
static RzSaslStep
refuse(const char *detail, GError **error)
{
    g_autofree char *text = essence(detail);
    bool away = strstr(detail, "Cannot contact any KDC") != NULL;
    g_set_error(error, RZ_ERROR, away ? RZ_ERROR_UNREACHABLE : RZ_ERROR_DENIED,
                "SASL GSSAPI: Kerberos says: %s", text);
    return RZ_SASL_REFUSED;
}

static void
set_gss_error(OM_uint32 major, OM_uint32 minor, const RzSaslConfig *config, GError **error)
{
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    OM_uint32 ignored, more = 0;
    bool in_mechanism = minor != 0;
    (void)gss_display_status(&ignored, in_mechanism ? minor : major,
                             in_mechanism ? GSS_C_MECH_CODE : GSS_C_GSS_CODE, GSS_C_NO_OID, &more,
                             &text);
    g_autofree char *detail =
        g_strdup_printf("%.*s; principal %s, keytab %s", (int)text.length, (const char *)text.value,
                        config->principal != NULL ? config->principal : "by default",
                        config->keytab != NULL ? config->keytab : "none");
    (void)gss_release_buffer(&ignored, &text);
    (void)refuse(detail, error);
}

/* ---- credentials ---- */

static bool
import_principal(const RzSaslConfig *config, gss_name_t *name, GError **error)
{
    gss_buffer_desc text = {strlen(config->principal), config->principal};
    OM_uint32 minor = 0, major = gss_import_name(&minor, &text, GSS_KRB5_NT_PRINCIPAL_NAME, name);
    if (major == GSS_S_COMPLETE)
        return true;
    set_gss_error(major, minor, config, error);
    return false;
}

/* For the named principal, or from the keytab, or both. */
static bool
acquire(const RzSaslConfig *config, gss_cred_id_t *credentials, GError **error)
{
    gss_key_value_element_desc places[] = {{"client_keytab", config->keytab},
                                           {"ccache", "MEMORY:rezone"}};
    gss_key_value_set_desc store = {config->keytab != NULL ? 2 : 0, places};
    gss_name_t name = GSS_C_NO_NAME;
    if (config->principal != NULL && !import_principal(config, &name, error))
        return false;
    OM_uint32 minor = 0, ignored;
    OM_uint32 major = gss_acquire_cred_from(&minor, name, GSS_C_INDEFINITE, GSS_C_NO_OID_SET,
                                            GSS_C_INITIATE, &store, credentials, NULL, NULL);
    (void)gss_release_name(&ignored, &name);
    if (major == GSS_S_COMPLETE)
        return true;
    set_gss_error(major, minor, config, error);
    return false;
}

/* ---- the rounds ---- */

/* libsasl2 is done one message before the broker is: that one's answer is empty. */
static RzSaslStep
hear_the_end(const uint8_t *in, size_t n, GError **error)
{
    if (n == 0)
        return RZ_SASL_DONE;
    g_autofree char *said = rz_sasl_quote(in, n);
    g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL,
                "SASL GSSAPI: the broker answered %s where nothing was expected", said);
    return RZ_SASL_REFUSED;
}

static RzSaslStep
gssapi_step(RzSaslClient *client, const uint8_t *in, size_t n, GByteArray *out, GError **error)
{
    Gssapi *gssapi = (Gssapi *)client;
    const char *reply = NULL, *mechanism;
    unsigned n_reply = 0;
    if (gssapi->finished)
        return hear_the_end(in, n, error);
    int result = !gssapi->started
                     ? sasl_client_start(gssapi->conn, "GSSAPI", NULL, &reply, &n_reply, &mechanism)
                     : sasl_client_step(gssapi->conn, (const char *)in, (unsigned)MIN(n, UINT_MAX),
                                        NULL, &reply, &n_reply);
    gssapi->started = true;
    if (result != SASL_OK && result != SASL_CONTINUE)
        return refuse(result == SASL_NOMECH ? "its plugin for libsasl2 is not installed"
                                            : sasl_errdetail(gssapi->conn),
                      error);
    gssapi->finished = result == SASL_OK;
    g_byte_array_append(out, (const guint8 *)reply, n_reply);
    return RZ_SASL_SEND;
}

static void
gssapi_free(RzSaslClient *client)
{
    Gssapi *gssapi = (Gssapi *)client;
    OM_uint32 ignored;
    sasl_dispose(&gssapi->conn);
    (void)gss_release_cred(&ignored, &gssapi->credentials);
    g_free(gssapi);
}

static bool
init_library(GError **error)
{
    static gsize result = 0; /* 1: good */
    if (g_once_init_enter(&result))
        g_once_init_leave(&result, sasl_client_init(NULL) == SASL_OK ? 1 : 2);
    if (result != 1)
        (void)refuse("libsasl2 does not start", error);
    return result == 1;
}

RzSaslClient *
rz_gssapi_client_new(const RzSaslConfig *config, const RzSaslPeer *peer, GError **error)
{
    static const RzSaslOps ops = {gssapi_step, gssapi_free};
    static const sasl_security_properties_t no_layer = {0};
    if (!init_library(error))
        return NULL;
    Gssapi *gssapi = g_new0(Gssapi, 1);
    gssapi->base.ops = &ops;
    gssapi->callbacks[0] = (sasl_callback_t){SASL_CB_USER, (Callback)(void (*)(void))no_name, NULL};
    gssapi->callbacks[1] =
        (sasl_callback_t){SASL_CB_AUTHNAME, (Callback)(void (*)(void))no_name, NULL};
    gssapi->callbacks[2] = (sasl_callback_t){SASL_CB_LOG, (Callback)(void (*)(void))no_log, NULL};
    gssapi->callbacks[3] = (sasl_callback_t){SASL_CB_LIST_END, NULL, NULL};
    bool own = config->keytab != NULL || config->principal != NULL;
    if (own && !acquire(config, &gssapi->credentials, error)) {
        gssapi_free(&gssapi->base);
        return NULL;
    }
    if (sasl_client_new(config->service, peer->host, NULL, NULL, gssapi->callbacks, 0,
                        &gssapi->conn) != SASL_OK ||
        sasl_setprop(gssapi->conn, SASL_SEC_PROPS, &no_layer) != SASL_OK ||
        (own && sasl_setprop(gssapi->conn, SASL_GSS_CREDS, gssapi->credentials) != SASL_OK)) {
        (void)refuse("libsasl2 does not take these settings", error);
        gssapi_free(&gssapi->base);
        return NULL;
    }
    return &gssapi->base;
}
