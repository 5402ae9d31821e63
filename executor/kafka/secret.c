/*
 * secret.c: overwrite, then free. OPENSSL_cleanse() is a store the compiler may not drop.
 */
#include "executor/kafka/secret.h"

#include <string.h>

#include <openssl/crypto.h>

RzSecret *
rz_secret_dup(const char *text)
{
    return g_strdup(text);
}

void
rz_secret_free(RzSecret *secret)
{
    if (secret == NULL)
        return;
    OPENSSL_cleanse(secret, strlen(secret));
    g_free(secret);
}

void
rz_secret_replace(RzSecret **secret, RzSecret *text)
{
    rz_secret_free(*secret);
    *secret = text;
}

GByteArray *
rz_secret_bytes_new(size_t room)
{
    g_assert(room <= G_MAXINT);
    return g_byte_array_sized_new((guint)room);
}

void
rz_secret_bytes_clear(GByteArray *bytes)
{
    OPENSSL_cleanse(bytes->data, bytes->len);
    g_byte_array_set_size(bytes, 0);
}

void
rz_secret_bytes_free(GByteArray *bytes)
{
    if (bytes == NULL)
        return;
    if (bytes->len > 0)
        OPENSSL_cleanse(bytes->data, bytes->len);
    g_byte_array_unref(bytes);
}
