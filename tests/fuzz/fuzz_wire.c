/*
 * fuzz_wire.c: the wire codec against any bytes.
 *
 * The first byte chooses: a request's or a response's body (then the API and, in the second byte,
 * its version), or a whole frame as a server or a client takes it. What decodes must encode, and
 * from there on bytes and message must agree for ever; memory must stay in proportion to the input.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "executor/kafka/codec.h"
#include "tests/fuzz/fuzz_target.h"

enum { HEAD_BYTES = 2, MEMORY_FLOOR = 4096, MEMORY_FACTOR = 64 };

static void
require(bool condition)
{
    if (!condition)
        abort();
}

static void *
decode(const RzWireApi *api, const RzWireSchema *schema, int16_t version, const uint8_t *bytes,
       size_t n, RzArena *arena)
{
    void *message = rz_arena_alloc(arena, 1, schema->size);
    g_autoptr(GError) error = NULL;
    bool good = rz_wire_decode(api, schema, version, bytes, n, arena, message, &error);
    require(good == (error == NULL));
    require(rz_arena_bytes(arena) <= MEMORY_FLOOR + MEMORY_FACTOR * n);
    return good ? message : NULL;
}

static void
body(const RzWireApi *api, const RzWireSchema *schema, int16_t version, const uint8_t *bytes,
     size_t n)
{
    g_autoptr(RzArena) first = rz_arena_new();
    g_autoptr(RzArena) second = rz_arena_new();
    g_autoptr(GByteArray) once = g_byte_array_new();
    g_autoptr(GByteArray) twice = g_byte_array_new();
    const void *message = decode(api, schema, version, bytes, n, first);
    if (message == NULL)
        return;
    require(rz_wire_encode(api, schema, version, message, once, NULL));
    require(once->len <= n); /* ours is the shortest form */
    const void *again = decode(api, schema, version, once->data, once->len, second);
    require(again != NULL);
    require(rz_wire_encode(api, schema, version, again, twice, NULL));
    require(once->len == twice->len);
    require(once->len == 0 || memcmp(once->data, twice->data, once->len) == 0);
}

static void
frame(const RzWireApi *api, int16_t version, const uint8_t *bytes, size_t n)
{
    g_autoptr(RzArena) arena = rz_arena_new();
    const RzRequestHeader expected = {api, version, 1, NULL};
    RzRequestHeader seen;
    (void)rz_wire_decode_response(&expected, bytes, n, arena, NULL);
    if (rz_wire_decode_request(bytes, n, arena, &seen, NULL) != NULL)
        require(seen.api != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD_BYTES)
        return 0;
    const RzWireApi *api = &rz_wire_apis[(data[0] >> 2) % rz_n_wire_apis];
    int16_t version = (int16_t)(api->min + data[1] % (api->max - api->min + 1));
    const uint8_t *bytes = data + HEAD_BYTES;
    size_t n = size - HEAD_BYTES;
    if ((data[0] & 3) == 0)
        body(api, api->request, version, bytes, n);
    else if ((data[0] & 3) == 1)
        body(api, api->response, version, bytes, n);
    else
        frame(api, version, bytes, n);
    return 0;
}
