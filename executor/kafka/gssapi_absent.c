/*
 * gssapi_absent.c: a build without libsasl2 (sasl.h); settings that need it were refused before.
 */
#include "executor/kafka/sasl_private.h"
#include "rezone/error.h"

bool
rz_sasl_gssapi_is_built(void)
{
    return false;
}

RzSaslClient *
rz_gssapi_client_new(const RzSaslConfig *config, const RzSaslPeer *peer, GError **error)
{
    (void)config, (void)peer;
    g_set_error_literal(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED,
                        "this build has no SASL GSSAPI (RZ_GSSAPI)");
    return NULL;
}
