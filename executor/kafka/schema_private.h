/*
 * schema_private.h: a struct's members, reached through its schema; for encode.c and decode.c.
 *
 * Pointers of any type are copied in and out, never aliased.
 */
#pragma once

#include <string.h>

#include <glib.h>

#include "executor/kafka/schema.h"

static inline bool
rz_field_present(const RzWireField *field, int16_t version)
{
    return version >= field->since && version <= field->until;
}

/* Bytes on the wire; 0: not an integer. */
static inline size_t
rz_int_width(RzWireType type)
{
    switch (type) {
    case RZ_WIRE_I8:
    case RZ_WIRE_BOOL:
        return 1;
    case RZ_WIRE_I16:
    case RZ_WIRE_U16:
        return 2;
    case RZ_WIRE_I32:
        return 4;
    case RZ_WIRE_I64:
        return 8;
    default:
        return 0;
    }
}

static inline int64_t
rz_field_int(const RzWireField *field, const char *base)
{
    const void *at = base + field->offset;
    switch (field->type) {
    case RZ_WIRE_I8:
        return *(const int8_t *)at;
    case RZ_WIRE_BOOL:
        return *(const bool *)at ? 1 : 0;
    case RZ_WIRE_I16:
        return *(const int16_t *)at;
    case RZ_WIRE_U16:
        return *(const uint16_t *)at;
    case RZ_WIRE_I32:
        return *(const int32_t *)at;
    case RZ_WIRE_I64:
        return *(const int64_t *)at;
    default:
        g_assert_not_reached();
    }
}

static inline void
rz_field_set_int(const RzWireField *field, char *base, int64_t value)
{
    void *at = base + field->offset;
    switch (field->type) {
    case RZ_WIRE_I8:
        *(int8_t *)at = (int8_t)value;
        return;
    case RZ_WIRE_BOOL:
        *(bool *)at = value != 0;
        return;
    case RZ_WIRE_I16:
        *(int16_t *)at = (int16_t)value;
        return;
    case RZ_WIRE_U16:
        *(uint16_t *)at = (uint16_t)value;
        return;
    case RZ_WIRE_I32:
        *(int32_t *)at = (int32_t)value;
        return;
    case RZ_WIRE_I64:
        *(int64_t *)at = value;
        return;
    default:
        g_assert_not_reached();
    }
}

static inline const void *
rz_field_pointer(const RzWireField *field, const char *base)
{
    const void *pointer;
    memcpy(&pointer, base + field->offset, sizeof pointer);
    return pointer;
}

static inline void
rz_field_set_pointer(const RzWireField *field, char *base, const void *pointer)
{
    memcpy(base + field->offset, &pointer, sizeof pointer);
}

static inline uint32_t
rz_field_count(const RzWireField *field, const char *base)
{
    const void *at = base + field->count_offset;
    return *(const uint32_t *)at;
}

static inline void
rz_field_set_count(const RzWireField *field, char *base, uint32_t n)
{
    void *at = base + field->count_offset;
    *(uint32_t *)at = n;
}
