/*
 * messages.c: the schemas, expanded from the tables of messages.h.
 */
#include "executor/kafka/messages.h"

#include <string.h>

#include <glib.h>

/* clang-format off */
#define ALL RZ_ALL_VERSIONS
#define NEV RZ_NEVER_NULL
#define NO  RZ_UNTAGGED

/* Arrays and bytes have a count beside them; arrays and structs an element. */
#define COUNT_I8(T, name)           0
#define COUNT_I16(T, name)          0
#define COUNT_I32(T, name)          0
#define COUNT_I64(T, name)          0
#define COUNT_U16(T, name)          0
#define COUNT_BOOL(T, name)         0
#define COUNT_UUID(T, name)         0
#define COUNT_STR(T, name)          0
#define COUNT_STRUCT(T, name)       0
#define COUNT_BYTES(T, name)        offsetof(T, n_##name)
#define COUNT_INTS(T, name)         offsetof(T, n_##name)
#define COUNT_STRS(T, name)         offsetof(T, n_##name)
#define COUNT_ARRAY(T, name)        offsetof(T, n_##name)

#define ELEMENT_I8(element)         NULL
#define ELEMENT_I16(element)        NULL
#define ELEMENT_I32(element)        NULL
#define ELEMENT_I64(element)        NULL
#define ELEMENT_U16(element)        NULL
#define ELEMENT_BOOL(element)       NULL
#define ELEMENT_UUID(element)       NULL
#define ELEMENT_STR(element)        NULL
#define ELEMENT_BYTES(element)      NULL
#define ELEMENT_INTS(element)       NULL
#define ELEMENT_STRS(element)       NULL
#define ELEMENT_STRUCT(element)     &rz_schema_##element
#define ELEMENT_ARRAY(element)      &rz_schema_##element

#define FIELD(T, kind, name, element, since, until, null_since, tag, initial)                      \
    {#name, RZ_WIRE_##kind, since, until, null_since, tag, initial, offsetof(T, name),             \
     COUNT_##kind(T, name), ELEMENT_##kind(element)},

#define DEFINE_SCHEMA(Type, FIELDS)                                                                \
    static const RzWireField fields_of_##Type[] = {FIELDS(FIELD, Type)};                           \
    const RzWireSchema rz_schema_##Type = {#Type, sizeof(Type), fields_of_##Type,                  \
                                           G_N_ELEMENTS(fields_of_##Type)};
RZ_WIRE_STRUCTS(DEFINE_SCHEMA)

#define DEFINE_API(text, NAME, key, min, max, flexible_since, Request, Response)                   \
    {key, min, max, flexible_since, #text, &rz_schema_##Request, &rz_schema_##Response},
const RzWireApi rz_wire_apis[] = {RZ_WIRE_APIS(DEFINE_API)};
/* clang-format on */

const uint32_t rz_n_wire_apis = G_N_ELEMENTS(rz_wire_apis);

const RzWireApi *
rz_wire_api(int16_t key)
{
    for (uint32_t i = 0; i < rz_n_wire_apis; i++)
        if (rz_wire_apis[i].key == key)
            return &rz_wire_apis[i];
    return NULL;
}

int32_t
rz_wire_throttle_ms(const RzWireApi *api, const void *response)
{
    for (uint32_t i = 0; i < api->response->n_fields; i++) {
        const RzWireField *field = &api->response->fields[i];
        if (strcmp(field->name, "throttle_ms") == 0)
            return *(const int32_t *)(const void *)((const char *)response + field->offset);
    }
    return 0;
}
