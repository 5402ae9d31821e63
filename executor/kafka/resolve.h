/*
 * resolve.h: host names to addresses, with a deadline.
 */
#pragma once

#include <stdint.h>

#include <glib.h>
#include <netdb.h>

/* Free with freeaddrinfo(). NULL with RZ_ERROR_UNREACHABLE: unknown, or no answer in time. */
struct addrinfo *rz_resolve(const char *host, uint16_t port, int64_t deadline_ms, GError **error);
