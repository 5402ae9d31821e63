/*
 * secret.h: passwords, keys and tokens in memory.
 *
 * They are held in as few places as possible and overwritten before the memory goes back to the
 * allocator, so that a core file or a later leak of heap memory does not show them. An RzSecret is
 * a string like any other, but its type says that it must never reach a message, a log or a file.
 */
#pragma once

#include <stddef.h>

#include <glib.h>

/* A NUL-terminated string that is cleared when freed: g_autoptr(RzSecret) password = ... */
typedef char RzSecret;

/* NULL gives NULL. */
RzSecret *rz_secret_dup(const char *text);
void rz_secret_free(RzSecret *secret);
/* Frees *@secret and takes @text, which may be NULL. */
void rz_secret_replace(RzSecret **secret, RzSecret *text);

/*
 * Bytes that carry a secret. Growing an array may leave a copy behind in freed memory: give @room
 * for all that will be appended.
 */
GByteArray *rz_secret_bytes_new(size_t room);
void rz_secret_bytes_free(GByteArray *bytes);
/* Clears the content and sets the length to zero; the room stays. */
void rz_secret_bytes_clear(GByteArray *bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzSecret, rz_secret_free)
