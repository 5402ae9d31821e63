/*
 * buffer.h: the protocol's primitive types, read from and appended to bytes. All big-endian.
 *
 * A reader never passes its end: every read says whether the bytes were there. A writer grows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* Borrowed bytes; what is left to read is [at, end). */
typedef struct {
    const uint8_t *at, *end;
} RzReader;

static inline size_t
rz_reader_left(const RzReader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* @width bytes (1 to 8) as a two's complement integer. */
bool rz_read_int(RzReader *reader, size_t width, int64_t *value);
/* 7 bits a byte, low group first; at most 5 bytes and 32 bits. */
bool rz_read_uvarint(RzReader *reader, uint32_t *value);
/* @n bytes in place; NULL when they are not there. */
const uint8_t *rz_read_bytes(RzReader *reader, size_t n);

void rz_write_int(GByteArray *out, size_t width, int64_t value);
void rz_write_uvarint(GByteArray *out, uint32_t value);
void rz_write_bytes(GByteArray *out, const void *bytes, size_t n);
