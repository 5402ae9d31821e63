/*
 * decode.c: bytes to a message, walking its schema (codec.h).
 *
 * An error is raised where it is found and named on the way out: each level puts its field or index
 * in front ("Metadata 9 response.topics[3].partitions[0].isr: ..."), so the path costs nothing
 * while all is well.
 */
#include <string.h>

#include "executor/kafka/buffer.h"
#include "executor/kafka/codec.h"
#include "executor/kafka/schema_private.h"
#include "rezone/error.h"

typedef struct {
    RzReader in;
    int16_t version;
    bool flexible;
    RzArena *arena;
} Decoder;

static bool decode_struct(Decoder *d, const RzWireSchema *schema, char *base, GError **error);

static bool
fail(GError **error, const char *what)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL, ": %s", what);
    return false;
}

static bool
fail_short(GError **error, const char *what)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL, ": %s is cut off", what);
    return false;
}

void
rz_wire_init(const RzWireSchema *schema, void *message)
{
    memset(message, 0, schema->size);
    for (uint32_t i = 0; i < schema->n_fields; i++)
        if (schema->fields[i].initial != 0)
            rz_field_set_int(&schema->fields[i], message, schema->fields[i].initial);
}

/* ---- the least that a value takes, so that a count can be judged before its elements are read
 * ---- */

static size_t
least_bytes(const Decoder *d, const RzWireField *field)
{
    size_t width = rz_int_width(field->type);
    if (width != 0)
        return width;
    if (field->type == RZ_WIRE_UUID)
        return sizeof(RzUuid);
    if (field->type == RZ_WIRE_STRUCT || d->flexible)
        return 1;
    return field->type == RZ_WIRE_STR ? 2 : 4;
}

static size_t
least_struct_bytes(const Decoder *d, const RzWireSchema *schema)
{
    size_t least = d->flexible ? 1 : 0; /* the count of tagged fields */
    for (uint32_t i = 0; i < schema->n_fields; i++)
        if (schema->fields[i].tag == RZ_UNTAGGED &&
            rz_field_present(&schema->fields[i], d->version))
            least += least_bytes(d, &schema->fields[i]);
    return MAX(least, 1);
}

static size_t
least_element_bytes(const Decoder *d, const RzWireField *field)
{
    switch (field->type) {
    case RZ_WIRE_INTS:
        return 4;
    case RZ_WIRE_STRS:
        return d->flexible ? 1 : 2;
    case RZ_WIRE_ARRAY:
        return least_struct_bytes(d, field->element);
    default:
        return 1;
    }
}

/* ---- values ---- */

/* A length or count, judged against what is left. -1: null, where @nullable. */
static bool
read_length(Decoder *d, size_t width, size_t element_bytes, bool nullable, int64_t *length,
            GError **error)
{
    uint32_t compact = 0;
    if (d->flexible ? !rz_read_uvarint(&d->in, &compact) : !rz_read_int(&d->in, width, length))
        return fail_short(error, "the length");
    if (d->flexible)
        *length = (int64_t)compact - 1;
    if (*length == -1)
        return nullable ? true : fail(error, "null, which this version does not allow");
    if (*length < 0)
        return fail(error, "a negative length");
    if ((uint64_t)*length > rz_reader_left(&d->in) / element_bytes) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL,
                    ": %" G_GINT64_FORMAT " announced, but only %zu bytes are left", *length,
                    rz_reader_left(&d->in));
        return false;
    }
    return true;
}

static bool
read_string(Decoder *d, bool nullable, const char **text, GError **error)
{
    int64_t length;
    *text = NULL;
    if (!read_length(d, 2, 1, nullable, &length, error))
        return false;
    if (length < 0)
        return true;
    if (length > INT16_MAX)
        return fail(error, "a string of more than 32767 bytes");
    const uint8_t *bytes = rz_read_bytes(&d->in, (size_t)length);
    if (!g_utf8_validate_len((const char *)bytes, (size_t)length, NULL))
        return fail(error, "a string that is not UTF-8");
    *text = rz_arena_string(d->arena, bytes, (size_t)length);
    return true;
}

static const uint8_t *
read_octets(Decoder *d, size_t n)
{
    return (const uint8_t *)rz_arena_string(d->arena, rz_read_bytes(&d->in, n), n);
}

static const int32_t *
read_ints(Decoder *d, size_t n)
{
    int32_t *ints = rz_arena_array(d->arena, int32_t, n);
    for (size_t i = 0; i < n; i++) {
        int64_t value = 0;
        gboolean there = rz_read_int(&d->in, 4, &value);
        g_assert(there); /* read_length() has counted */
        ints[i] = (int32_t)value;
    }
    return ints;
}

static const char *const *
read_strings(Decoder *d, size_t n, GError **error)
{
    const char **strings = rz_arena_array(d->arena, const char *, n);
    for (size_t i = 0; i < n; i++) {
        if (!read_string(d, false, &strings[i], error)) {
            g_prefix_error(error, "[%zu]", i);
            return NULL;
        }
    }
    return strings;
}

static const void *
read_structs(Decoder *d, const RzWireSchema *element, size_t n, GError **error)
{
    char *structs = rz_arena_alloc(d->arena, n, element->size);
    for (size_t i = 0; i < n; i++) {
        if (!decode_struct(d, element, structs + i * element->size, error)) {
            g_prefix_error(error, "[%zu]", i);
            return NULL;
        }
    }
    return structs;
}

static bool
decode_counted(Decoder *d, const RzWireField *field, bool nullable, char *base, GError **error)
{
    int64_t n;
    const void *elements = NULL;
    if (!read_length(d, 4, least_element_bytes(d, field), nullable, &n, error))
        return false;
    if (n < 0)
        return true;
    if (field->type == RZ_WIRE_BYTES)
        elements = read_octets(d, (size_t)n);
    else if (field->type == RZ_WIRE_INTS)
        elements = read_ints(d, (size_t)n);
    else if (field->type == RZ_WIRE_STRS)
        elements = read_strings(d, (size_t)n, error);
    else
        elements = read_structs(d, field->element, (size_t)n, error);
    rz_field_set_pointer(field, base, elements);
    rz_field_set_count(field, base, elements == NULL ? 0 : (uint32_t)n);
    return elements != NULL;
}

static bool
decode_nullable_struct(Decoder *d, const RzWireField *field, char *base, GError **error)
{
    int64_t marker;
    if (!rz_read_int(&d->in, 1, &marker))
        return fail_short(error, "the null marker");
    if (marker < 0)
        return true;
    void *inner = rz_arena_alloc(d->arena, 1, field->element->size);
    rz_field_set_pointer(field, base, inner);
    return decode_struct(d, field->element, inner, error);
}

static bool
decode_field(Decoder *d, const RzWireField *field, char *base, GError **error)
{
    bool nullable = d->version >= field->null_since;
    const char *text;
    const uint8_t *octets;
    int64_t number;
    switch (field->type) {
    case RZ_WIRE_STR:
        if (!read_string(d, nullable, &text, error))
            return false;
        rz_field_set_pointer(field, base, text);
        return true;
    case RZ_WIRE_UUID:
        octets = rz_read_bytes(&d->in, sizeof(RzUuid));
        if (octets == NULL)
            return fail_short(error, "the id");
        memcpy(base + field->offset, octets, sizeof(RzUuid));
        return true;
    case RZ_WIRE_BYTES:
    case RZ_WIRE_INTS:
    case RZ_WIRE_STRS:
    case RZ_WIRE_ARRAY:
        return decode_counted(d, field, nullable, base, error);
    case RZ_WIRE_STRUCT:
        return decode_nullable_struct(d, field, base, error);
    default:
        if (!rz_read_int(&d->in, rz_int_width(field->type), &number))
            return fail_short(error, "the number");
        rz_field_set_int(field, base, number);
        return true;
    }
}

static bool
decode_named(Decoder *d, const RzWireField *field, char *base, GError **error)
{
    if (decode_field(d, field, base, error))
        return true;
    g_prefix_error(error, ".%s", field->name);
    return false;
}

/* ---- tagged fields ---- */

static const RzWireField *
find_tagged(const RzWireSchema *schema, uint32_t tag, int16_t version)
{
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        const RzWireField *field = &schema->fields[i];
        if (field->tag >= 0 && (uint32_t)field->tag == tag && rz_field_present(field, version))
            return field;
    }
    return NULL;
}

/* A known field must fill its announced length exactly; an unknown one is skipped by it. */
static bool
decode_tagged_field(Decoder *d, const RzWireField *field, uint32_t n, char *base, GError **error)
{
    const uint8_t *bytes = rz_read_bytes(&d->in, n);
    if (bytes == NULL)
        return fail_short(error, "a tagged field");
    if (field == NULL)
        return true;
    Decoder inner = *d;
    inner.in = (RzReader){bytes, bytes + n};
    if (!decode_named(&inner, field, base, error))
        return false;
    if (rz_reader_left(&inner.in) == 0)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL, ".%s: %zu bytes too many", field->name,
                rz_reader_left(&inner.in));
    return false;
}

static bool
decode_tagged_fields(Decoder *d, const RzWireSchema *schema, char *base, GError **error)
{
    uint32_t n, tag, length;
    int64_t last = -1;
    if (!rz_read_uvarint(&d->in, &n))
        return fail_short(error, "the count of tagged fields");
    for (uint32_t i = 0; i < n; i++) {
        if (!rz_read_uvarint(&d->in, &tag) || !rz_read_uvarint(&d->in, &length))
            return fail_short(error, "a tagged field");
        if (tag <= last)
            return fail(error, "tagged fields out of order");
        last = tag;
        const RzWireField *field = schema == NULL ? NULL : find_tagged(schema, tag, d->version);
        if (!decode_tagged_field(d, field, length, base, error))
            return false;
    }
    return true;
}

static bool
decode_struct(Decoder *d, const RzWireSchema *schema, char *base, GError **error)
{
    rz_wire_init(schema, base);
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        const RzWireField *field = &schema->fields[i];
        if (field->tag == RZ_UNTAGGED && rz_field_present(field, d->version) &&
            !decode_named(d, field, base, error))
            return false;
    }
    return !d->flexible || decode_tagged_fields(d, schema, base, error);
}

static bool
decode_body(Decoder *d, const RzWireSchema *schema, void *message, GError **error)
{
    if (!decode_struct(d, schema, message, error))
        return false;
    if (rz_reader_left(&d->in) == 0)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_PROTOCOL, ": %zu bytes are left over",
                rz_reader_left(&d->in));
    return false;
}

bool
rz_wire_decode(const RzWireApi *api, const RzWireSchema *schema, int16_t version,
               const uint8_t *bytes, size_t n, RzArena *arena, void *message, GError **error)
{
    static const uint8_t nothing[1];
    const uint8_t *start = n == 0 ? nothing : bytes; /* @bytes may be NULL then */
    Decoder d = {{start, start + n}, version, version >= api->flexible_since, arena};
    if (decode_body(&d, schema, message, error))
        return true;
    g_prefix_error(error, "%s %d %s", api->name, version,
                   schema == api->request ? "request" : "response");
    return false;
}
