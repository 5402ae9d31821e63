/*
 * https_absent.c: a build without libcurl (https_post.h).
 */
#include "executor/kafka/https_post.h"

#include "rezone/error.h"

bool
rz_https_is_built(void)
{
    return false;
}

bool
rz_https_post(const RzHttpsPost *post, int64_t timeout_ms, size_t room, long *status,
              GByteArray *answer, GError **error)
{
    (void)post, (void)timeout_ms, (void)room, (void)answer;
    *status = 0;
    g_set_error_literal(error, RZ_ERROR, RZ_ERROR_UNSUPPORTED,
                        "this build has no HTTPS client (RZ_OIDC)");
    return false;
}
