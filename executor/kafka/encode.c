/*
 * encode.c: a message to bytes, walking its schema (codec.h).
 */
#include <string.h>

#include "executor/kafka/buffer.h"
#include "executor/kafka/codec.h"
#include "executor/kafka/schema_private.h"
#include "rezone/error.h"

/* What stays the same along one message. The first problem is kept, and the walk goes on. */
typedef struct {
    GByteArray *out;
    int16_t version;
    bool flexible;
    GError *problem;
} Encoder;

static void encode_struct(Encoder *e, const RzWireSchema *schema, const char *base);

/* A length or count; null is -1, or 0 where lengths are compact. */
static void
write_length(Encoder *e, bool is_null, uint32_t n, size_t width)
{
    if (e->flexible)
        rz_write_uvarint(e->out, is_null ? 0 : n + 1);
    else
        rz_write_int(e->out, width, is_null ? -1 : (int64_t)n);
}

static void
write_string(Encoder *e, const RzWireField *field, const char *text, bool is_null)
{
    size_t length = text == NULL ? 0 : strlen(text);
    if (length > INT16_MAX) {
        if (e->problem == NULL)
            e->problem = g_error_new(RZ_ERROR, RZ_ERROR_USAGE,
                                     "%s: %zu bytes; Kafka's limit for a string is %d", field->name,
                                     length, INT16_MAX);
        return;
    }
    write_length(e, is_null, (uint32_t)length, 2);
    rz_write_bytes(e->out, text, length);
}

static void
write_elements(Encoder *e, const RzWireField *field, const void *elements, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (field->type == RZ_WIRE_INTS)
            rz_write_int(e->out, 4, ((const int32_t *)elements)[i]);
        else if (field->type == RZ_WIRE_STRS)
            write_string(e, field, ((const char *const *)elements)[i], false);
        else
            encode_struct(e, field->element,
                          (const char *)elements + (size_t)i * field->element->size);
    }
}

/* Whether NULL in memory is null on the wire; elsewhere it stands for empty. */
static bool
says_null(const Encoder *e, const RzWireField *field, const void *pointer)
{
    return pointer == NULL && e->version >= field->null_since;
}

static void
encode_counted(Encoder *e, const RzWireField *field, const char *base)
{
    const void *elements = rz_field_pointer(field, base);
    uint32_t n = rz_field_count(field, base);
    g_assert(elements != NULL || n == 0);
    write_length(e, says_null(e, field, elements), n, 4);
    if (field->type == RZ_WIRE_BYTES)
        rz_write_bytes(e->out, elements, n);
    else
        write_elements(e, field, elements, n);
}

static void
encode_field(Encoder *e, const RzWireField *field, const char *base)
{
    const void *pointer;
    switch (field->type) {
    case RZ_WIRE_STR:
        pointer = rz_field_pointer(field, base);
        write_string(e, field, pointer, says_null(e, field, pointer));
        return;
    case RZ_WIRE_UUID:
        rz_write_bytes(e->out, base + field->offset, sizeof(RzUuid));
        return;
    case RZ_WIRE_BYTES:
    case RZ_WIRE_INTS:
    case RZ_WIRE_STRS:
    case RZ_WIRE_ARRAY:
        encode_counted(e, field, base);
        return;
    case RZ_WIRE_STRUCT:
        pointer = rz_field_pointer(field, base);
        rz_write_int(e->out, 1, pointer == NULL ? -1 : 1);
        if (pointer != NULL)
            encode_struct(e, field->element, pointer);
        return;
    default:
        rz_write_int(e->out, rz_int_width(field->type), rz_field_int(field, base));
    }
}

static bool
is_default(const RzWireField *field, const char *base)
{
    return rz_int_width(field->type) != 0 ? rz_field_int(field, base) == field->initial
                                          : rz_field_count(field, base) == 0;
}

/* Count, then number, length and value of each that is not at its default. */
static void
encode_tagged_fields(Encoder *e, const RzWireSchema *schema, const char *base)
{
    uint32_t n = 0;
    g_autoptr(GByteArray) fields = g_byte_array_new();
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        const RzWireField *field = &schema->fields[i];
        if (field->tag == RZ_UNTAGGED || !rz_field_present(field, e->version) ||
            is_default(field, base))
            continue;
        g_autoptr(GByteArray) value = g_byte_array_new();
        Encoder inner = {value, e->version, e->flexible, NULL};
        encode_field(&inner, field, base);
        if (e->problem == NULL)
            e->problem = inner.problem;
        else
            g_clear_error(&inner.problem);
        rz_write_uvarint(fields, (uint32_t)field->tag);
        rz_write_uvarint(fields, value->len);
        rz_write_bytes(fields, value->data, value->len);
        n++;
    }
    rz_write_uvarint(e->out, n);
    rz_write_bytes(e->out, fields->data, fields->len);
}

static void
encode_struct(Encoder *e, const RzWireSchema *schema, const char *base)
{
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        const RzWireField *field = &schema->fields[i];
        if (field->tag == RZ_UNTAGGED && rz_field_present(field, e->version))
            encode_field(e, field, base);
    }
    if (e->flexible)
        encode_tagged_fields(e, schema, base);
}

bool
rz_wire_encode(const RzWireApi *api, const RzWireSchema *schema, int16_t version,
               const void *message, GByteArray *out, GError **error)
{
    g_assert(version >= api->min && version <= api->max);
    Encoder e = {out, version, version >= api->flexible_since, NULL};
    encode_struct(&e, schema, message);
    if (e.problem == NULL)
        return true;
    g_propagate_prefixed_error(error, e.problem, "%s: ", api->name);
    return false;
}
