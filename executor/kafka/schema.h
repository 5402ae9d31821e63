/*
 * schema.h: how a C struct and the bytes of a message correspond.
 *
 * Each message is described once, as a table of fields in wire order (messages.h); encoding,
 * decoding, in requests and in responses, are two functions over such tables (codec.h). The same
 * list also declares the C struct, so that the two cannot disagree.
 *
 * In memory a message is plain C: integers by value, strings and arrays by borrowed pointer with a
 * count `n_NAME` beside it. Null and empty differ, as on the wire: NULL is null, a pointer with a
 * count of zero is empty. Where a version cannot say null, a NULL pointer means empty.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    RZ_WIRE_I8,
    RZ_WIRE_I16,
    RZ_WIRE_I32,
    RZ_WIRE_I64,
    RZ_WIRE_U16,
    RZ_WIRE_BOOL,
    RZ_WIRE_UUID,
    RZ_WIRE_STR,
    RZ_WIRE_BYTES,
    RZ_WIRE_INTS,   /* array of INT32 */
    RZ_WIRE_STRS,   /* array of STRING */
    RZ_WIRE_ARRAY,  /* array of structs */
    RZ_WIRE_STRUCT, /* one struct or null */
} RzWireType;

typedef struct {
    uint8_t bytes[16]; /* high half first; all zero: none */
} RzUuid;

typedef struct RzWireSchema RzWireSchema;

typedef struct {
    const char *name;
    RzWireType type;
    int16_t since, until; /* the versions that carry the field */
    int16_t null_since;   /* the first version in which it may be null */
    int16_t tag;          /* a tagged field's number, or RZ_UNTAGGED */
    int64_t initial;      /* an integer's value where it is not on the wire */
    size_t offset;        /* in the struct */
    size_t count_offset;  /* of n_NAME, for bytes and arrays */
    const RzWireSchema *element;
} RzWireField;

struct RzWireSchema {
    const char *name;
    size_t size; /* of the struct */
    const RzWireField *fields;
    uint32_t n_fields;
};

#define RZ_ALL_VERSIONS INT16_MAX
#define RZ_NEVER_NULL INT16_MAX
#define RZ_UNTAGGED (-1)

/* One remote call. A version is flexible (compact lengths, tagged fields) or not as a whole. */
typedef struct {
    int16_t key;
    int16_t min, max; /* the versions that we speak */
    int16_t flexible_since;
    const char *name;
    const RzWireSchema *request, *response;
} RzWireApi;
