/*
 * buffer.c: integers and varints, with every bound in one place.
 */
#include "executor/kafka/buffer.h"

bool
rz_read_int(RzReader *reader, size_t width, int64_t *value)
{
    g_assert(width >= 1 && width <= 8);
    const uint8_t *bytes = rz_read_bytes(reader, width);
    if (bytes == NULL)
        return false;
    uint64_t bits = (bytes[0] & 0x80) != 0 ? UINT64_MAX : 0; /* the sign, extended */
    for (size_t i = 0; i < width; i++)
        bits = bits << 8 | bytes[i];
    *value = (int64_t)bits;
    return true;
}

bool
rz_read_uvarint(RzReader *reader, uint32_t *value)
{
    uint64_t bits = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        const uint8_t *byte = rz_read_bytes(reader, 1);
        if (byte == NULL)
            return false;
        bits |= (uint64_t)(*byte & 0x7f) << shift;
        if ((*byte & 0x80) == 0) {
            *value = (uint32_t)bits;
            return bits <= UINT32_MAX;
        }
    }
    return false;
}

const uint8_t *
rz_read_bytes(RzReader *reader, size_t n)
{
    if (n > rz_reader_left(reader))
        return NULL;
    const uint8_t *bytes = reader->at;
    reader->at += n;
    return bytes;
}

void
rz_write_int(GByteArray *out, size_t width, int64_t value)
{
    g_assert(width >= 1 && width <= 8);
    uint8_t bytes[8];
    for (size_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (8 * (width - 1 - i)));
    rz_write_bytes(out, bytes, width);
}

void
rz_write_uvarint(GByteArray *out, uint32_t value)
{
    uint8_t bytes[5];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    rz_write_bytes(out, bytes, n);
}

void
rz_write_bytes(GByteArray *out, const void *bytes, size_t n)
{
    g_assert(n <= G_MAXUINT - out->len);
    g_byte_array_append(out, bytes, (guint)n);
}
