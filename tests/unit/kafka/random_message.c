/*
 * random_message.c: values are drawn towards the edges: null, empty, extreme integers, long
 * strings.
 */
#include "tests/unit/kafka/random_message.h"

#include <string.h>

#include "executor/kafka/codec.h"
#include "executor/kafka/schema_private.h"

static int64_t
random_int(GRand *rand, size_t width)
{
    uint64_t bits = (uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand);
    static const uint64_t edges[] = {0, 1, UINT64_MAX, INT8_MAX, INT16_MAX, INT32_MAX, INT64_MAX};
    if (g_rand_int_range(rand, 0, 3) == 0)
        bits = edges[g_rand_int_range(rand, 0, G_N_ELEMENTS(edges))];
    return (int64_t)(bits << (64 - 8 * width)) >> (64 - 8 * width);
}

static const char *
random_string(GRand *rand, RzArena *arena)
{
    static const int lengths[] = {0, 1, 5, 126, 127, 128, 300};
    int n = g_rand_int_range(rand, 0, 200) == 0 ? 32767 : lengths[g_rand_int_range(rand, 0, 7)];
    char *text = rz_arena_alloc(arena, (size_t)n + 1, 1);
    for (int i = 0; i < n; i++)
        text[i] = (char)g_rand_int_range(rand, 1, 128);
    return text;
}

static const void *
random_elements(GRand *rand, const RzWireField *field, uint32_t n, int16_t version, RzArena *arena)
{
    if (field->type == RZ_WIRE_BYTES)
        return rz_arena_string(arena, "\0\xff\x7f\x80", n);
    if (field->type == RZ_WIRE_INTS) {
        int32_t *ints = rz_arena_array(arena, int32_t, n);
        for (uint32_t i = 0; i < n; i++)
            ints[i] = (int32_t)random_int(rand, 4);
        return ints;
    }
    if (field->type == RZ_WIRE_STRS) {
        const char **strings = rz_arena_array(arena, const char *, n);
        for (uint32_t i = 0; i < n; i++)
            strings[i] = random_string(rand, arena);
        return strings;
    }
    size_t size = field->element->size;
    char *structs = rz_arena_alloc(arena, n, size);
    for (uint32_t i = 0; i < n; i++)
        memcpy(structs + i * size, random_message(rand, field->element, version, arena), size);
    return structs;
}

static void
random_field(GRand *rand, const RzWireField *field, int16_t version, char *base, RzArena *arena)
{
    size_t width = rz_int_width(field->type);
    if (width != 0) {
        int64_t value = random_int(rand, width);
        if (field->type == RZ_WIRE_U16)
            value &= 0xffff;
        rz_field_set_int(field, base, field->type == RZ_WIRE_BOOL ? value & 1 : value);
        return;
    }
    if (field->type == RZ_WIRE_UUID) {
        base[field->offset] = (char)g_rand_int(rand);
        base[field->offset + 15] = (char)g_rand_int(rand);
        return;
    }
    if (version >= field->null_since && g_rand_boolean(rand))
        return;
    if (field->type == RZ_WIRE_STR) {
        rz_field_set_pointer(field, base, random_string(rand, arena));
        return;
    }
    if (field->type == RZ_WIRE_STRUCT) {
        rz_field_set_pointer(field, base, random_message(rand, field->element, version, arena));
        return;
    }
    uint32_t n = (uint32_t)g_rand_int_range(rand, field->tag == RZ_UNTAGGED ? 0 : 1, 4);
    rz_field_set_pointer(field, base, random_elements(rand, field, n, version, arena));
    rz_field_set_count(field, base, n);
}

void *
random_message(GRand *rand, const RzWireSchema *schema, int16_t version, RzArena *arena)
{
    char *message = rz_arena_alloc(arena, 1, schema->size);
    rz_wire_init(schema, message);
    for (uint32_t i = 0; i < schema->n_fields; i++)
        if (rz_field_present(&schema->fields[i], version))
            random_field(rand, &schema->fields[i], version, message, arena);
    return message;
}

/* ---- equality ---- */

static const char *
elements_difference(const RzWireField *field, const char *a, const char *b, uint32_t n)
{
    if (field->type == RZ_WIRE_BYTES)
        return memcmp(a, b, n) == 0 ? NULL : field->name;
    for (uint32_t i = 0; i < n; i++) {
        const void *left = a, *right = b;
        if (field->type == RZ_WIRE_INTS) {
            if (((const int32_t *)left)[i] != ((const int32_t *)right)[i])
                return field->name;
        } else if (field->type == RZ_WIRE_STRS) {
            if (strcmp(((const char *const *)left)[i], ((const char *const *)right)[i]) != 0)
                return field->name;
        } else {
            size_t at = i * field->element->size;
            const char *difference = message_difference(field->element, a + at, b + at);
            if (difference != NULL)
                return difference;
        }
    }
    return NULL;
}

static const char *
field_difference(const RzWireField *field, const char *a, const char *b)
{
    if (rz_int_width(field->type) != 0)
        return rz_field_int(field, a) == rz_field_int(field, b) ? NULL : field->name;
    if (field->type == RZ_WIRE_UUID)
        return memcmp(a + field->offset, b + field->offset, sizeof(RzUuid)) == 0 ? NULL
                                                                                 : field->name;
    const char *left = rz_field_pointer(field, a), *right = rz_field_pointer(field, b);
    if (left == NULL || right == NULL)
        return left == right ? NULL : field->name;
    if (field->type == RZ_WIRE_STR)
        return strcmp(left, right) == 0 ? NULL : field->name;
    if (field->type == RZ_WIRE_STRUCT)
        return message_difference(field->element, left, right);
    uint32_t n = rz_field_count(field, a);
    return n == rz_field_count(field, b) ? elements_difference(field, left, right, n) : field->name;
}

const char *
message_difference(const RzWireSchema *schema, const void *a, const void *b)
{
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        const char *difference = field_difference(&schema->fields[i], a, b);
        if (difference != NULL)
            return difference;
    }
    return NULL;
}
