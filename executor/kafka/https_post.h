/*
 * https_post.h: one POST over HTTPS, with time and size bounded.
 *
 * Over libcurl where the build has it (https_post.c), else refused in words (https_absent.c). The
 * certificate and the host's name are always checked, and no redirect is followed: what is sent
 * holds a secret that is meant for this address alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef struct {
    const char *url;           /* https://... */
    const char *authorization; /* the header's value; a secret */
    const char *form;          /* application/x-www-form-urlencoded */
    const char *ca_location;   /* PEM file or directory; NULL: the system's */
    const char *ca_pem;        /* wins over ca_location */
    bool also_system;          /* trust what the system trusts besides ca_location */
} RzHttpsPost;

/* False: rz_https_post() always fails with RZ_ERROR_UNSUPPORTED. */
bool rz_https_is_built(void);

/**
 * rz_https_post:
 * @timeout_ms: for all of it, however slowly bytes drip; at least 1
 * @status: HTTP's, when there is an answer
 * @room: the most bytes that @answer may get; a longer one is refused
 * @answer: (transfer none): empty, with that much room (secret.h), so that it need not grow
 *
 * Errors: RZ_ERROR_UNREACHABLE, RZ_ERROR_DENIED (its certificate is not acceptable),
 * RZ_ERROR_PROTOCOL (too long), RZ_ERROR_FILE (ca_location), RZ_ERROR_UNSUPPORTED.
 */
bool rz_https_post(const RzHttpsPost *post, int64_t timeout_ms, size_t room, long *status,
                   GByteArray *answer, GError **error);
