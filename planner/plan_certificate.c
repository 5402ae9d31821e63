/*
 * plan_certificate.c: reading the certificate of a plan's header.
 *
 * Only its shape is judged here: whether the numbers prove anything is rz_plan_check()'s. Arrays
 * grow with what the file really holds, whatever it claims.
 */
#include "planner/json_fields.h"
#include "planner/plan_lines.h"
#include "rezone/error.h"

#define CERTIFICATE_VERSION 1

static bool
read_prices(RzCertificate *certificate, const json_t *object, GError **error)
{
    const json_t *array = NULL;
    if (!rz_json_get_array(object, "brokers", RZ_REQUIRED, &array, error))
        return false;
    gsize n = json_array_size(array);
    certificate->brokers = g_new0(RzBrokerPrice, MAX(n, 1));
    for (gsize i = 0; i < n; i++) {
        const json_t *item = rz_json_item(array, "brokers", i, error);
        RzBrokerPrice *broker = &certificate->brokers[i];
        if (item == NULL)
            return false;
        if (!rz_json_get_int32(item, "broker", RZ_REQUIRED, 0, &broker->broker_id, error) ||
            !rz_json_get_long(item, "lo", RZ_REQUIRED, &broker->lo, error) ||
            !rz_json_get_long(item, "hi", RZ_REQUIRED, &broker->hi, error) ||
            !rz_json_get_wide(item, "price", RZ_REQUIRED, &broker->price, error) ||
            !rz_json_get_long(item, "square_price", RZ_OPTIONAL, &broker->square_price, error) ||
            !rz_json_get_long(item, "leader_price", RZ_REQUIRED, &broker->leader_price, error)) {
            g_prefix_error(error, "brokers[%" G_GSIZE_FORMAT "].", i);
            return false;
        }
        certificate->n_brokers++;
    }
    return true;
}

/* Both kinds of groups share one array of ids, @members. */
static bool
read_groups(const json_t *object, const char *name, GArray *members, RzLevelGroup **groups,
            uint32_t *n_groups, GError **error)
{
    const json_t *array = NULL;
    if (!rz_json_get_array(object, name, RZ_REQUIRED, &array, error))
        return false;
    gsize n = json_array_size(array);
    *groups = g_new0(RzLevelGroup, MAX(n, 1));
    for (gsize i = 0; i < n; i++) {
        const json_t *item = rz_json_item(array, name, i, error);
        const json_t *brokers = NULL;
        RzLevelGroup *group = &(*groups)[i];
        if (item == NULL)
            return false;
        group->first_broker = members->len;
        if (!rz_json_get_int(item, "level", RZ_REQUIRED, 0, INT64_MAX, &group->level, error) ||
            !rz_json_get_array(item, "brokers", RZ_REQUIRED, &brokers, error) ||
            !rz_json_broker_ids(brokers, "brokers", members, error)) {
            g_prefix_error(error, "%s[%" G_GSIZE_FORMAT "].", name, i);
            return false;
        }
        group->n_brokers = members->len - group->first_broker;
        (*n_groups)++;
    }
    return true;
}

/* The array called @name, one integer per broker, into @row. */
static bool
read_row(const json_t *object, const char *name, RzWide *row, uint32_t n, GError **error)
{
    const json_t *array = NULL;
    if (!rz_json_get_array(object, name, RZ_REQUIRED, &array, error))
        return false;
    if (json_array_size(array) != n) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: must hold %u numbers, holds %zu", name, n,
                    json_array_size(array));
        return false;
    }
    for (uint32_t b = 0; b < n; b++) {
        const json_t *item = json_array_get(array, b);
        if (json_is_integer(item)) {
            row[b] = json_integer_value(item);
        } else if (!json_is_string(item) || !rz_wide_parse(json_string_value(item), &row[b])) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                        "%s[%u]: must be an integer or a string of decimal digits, is %s", name, b,
                        rz_json_kind(item));
            return false;
        }
    }
    return true;
}

/* One topic's prices, appended to the rows before. */
static bool
read_topic(RzPlan *plan, const json_t *item, GArray *squares, GArray *prices, GError **error)
{
    RzCertificate *certificate = &plan->certificate;
    uint32_t n = certificate->n_brokers;
    const char *name = NULL;
    g_autofree RzWide *row = g_new(RzWide, MAX(n, 1));
    if (!rz_json_get_string(item, "topic", RZ_REQUIRED, &name, error) ||
        !read_row(item, "square_prices", row, n, error))
        return false;
    for (uint32_t b = 0; b < n; b++) {
        int64_t price = (int64_t)row[b];
        if (price != row[b]) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "square_prices[%u]: does not fit 64 bits",
                        b);
            return false;
        }
        g_array_append_val(squares, price);
    }
    if (!read_row(item, "prices", row, n, error))
        return false;
    g_array_append_vals(prices, row, n);
    certificate->topics[certificate->n_topics++] = g_string_chunk_insert(plan->strings, name);
    return true;
}

static bool
read_topics(RzPlan *plan, const json_t *object, GError **error)
{
    RzCertificate *certificate = &plan->certificate;
    const json_t *array = NULL;
    if (!rz_json_get_array(object, "topics", RZ_OPTIONAL, &array, error))
        return false;
    GArray *squares = g_array_new(FALSE, FALSE, sizeof(int64_t));
    GArray *prices = g_array_new(FALSE, FALSE, sizeof(RzWide));
    certificate->topics = g_new0(const char *, MAX(json_array_size(array), 1));
    bool fine = true;
    for (gsize i = 0; i < json_array_size(array) && fine; i++) {
        const json_t *item = rz_json_item(array, "topics", i, error);
        fine = item != NULL;
        if (fine && !read_topic(plan, item, squares, prices, error)) {
            g_prefix_error(error, "topics[%" G_GSIZE_FORMAT "].", i);
            fine = false;
        }
    }
    certificate->square_prices = (int64_t *)(void *)g_array_free(squares, FALSE);
    certificate->topic_prices = (RzWide *)(void *)g_array_free(prices, FALSE);
    return fine;
}

bool
rz_plan_read_certificate(RzPlan *plan, const json_t *object, GError **error)
{
    RzCertificate *certificate = &plan->certificate;
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(int32_t));
    int64_t version = 0;
    if (!rz_json_get_int(object, "version", RZ_REQUIRED, CERTIFICATE_VERSION, CERTIFICATE_VERSION,
                         &version, error) ||
        !rz_json_get_wide(object, "scale", RZ_REQUIRED, &certificate->scale, error) ||
        !read_prices(certificate, object, error) ||
        !read_groups(object, "groups", members, &certificate->groups, &certificate->n_groups,
                     error) ||
        !read_groups(object, "leader_groups", members, &certificate->leader_groups,
                     &certificate->n_leader_groups, error) ||
        !read_topics(plan, object, error))
        return false;
    certificate->present = true;
    certificate->n_group_brokers = members->len;
    certificate->group_brokers = g_memdup2(members->data, members->len * sizeof(int32_t));
    return true;
}
