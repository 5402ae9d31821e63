/*
 * authentication.h: SASL on a fresh connection, and how long it lasts.
 */
#pragma once

#include "executor/kafka/connection_private.h"

/*
 * SaslHandshake and SaslAuthenticate until the broker is content, by @deadline_ms. Does nothing
 * when the options name no mechanism. Sets when the connection must be given up.
 * Errors: RZ_ERROR_DENIED (refused; do not repeat), RZ_ERROR_UNSUPPORTED (the broker lacks the
 * mechanism), RZ_ERROR_USAGE (a secret would go out in clear), RZ_ERROR_PROTOCOL,
 * RZ_ERROR_UNREACHABLE.
 */
bool rz_connection_authenticate(RzConnection *connection, int64_t deadline_ms, GError **error);

/* "localhost", 127.0.0.0/8 or ::1: bytes to it do not leave this machine. */
bool rz_host_is_loopback(const char *host);
