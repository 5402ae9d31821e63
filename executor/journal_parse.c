/*
 * journal_parse.c: a journal's bytes back into its model.
 *
 * A table maps record types to the functions that take them over, each of which refuses what
 * contradicts the records before it. Only the last line may be torn: it is cut. Anything wrong
 * before it means that the file was damaged or edited, and nothing built on it could be trusted.
 */
#include "executor/journal.h"

#include <string.h>

typedef bool (*TakeRecord)(RzJournal *journal, const json_t *record);

#define MAX_IDS 1024 /* of one list */
#define MAX_STEPS 64 /* of one partition */

static bool
take_header(RzJournal *journal, const json_t *record)
{
    const char *plan_id = json_string_value(json_object_get(record, "plan_id"));
    const char *sha256 = json_string_value(json_object_get(record, "plan_sha256"));
    const json_t *settings = json_object_get(record, "settings");
    if (journal->plan_id != NULL || plan_id == NULL || sha256 == NULL)
        return false;
    journal->plan_id = g_strdup(plan_id);
    journal->plan_sha256 = g_strdup(sha256);
    journal->cluster_id = g_strdup(json_string_value(json_object_get(record, "cluster_id")));
    return rz_run_settings_from_json(&journal->settings, settings);
}

static bool
take_cluster(RzJournal *journal, const json_t *record)
{
    const char *id = json_string_value(json_object_get(record, "id"));
    if (journal->cluster_id != NULL || id == NULL)
        return false;
    journal->cluster_id = g_strdup(id);
    return true;
}

static bool
take_topic(RzJournal *journal, const json_t *record)
{
    const char *name = json_string_value(json_object_get(record, "name"));
    if (journal->plan_id == NULL || journal->begun || name == NULL)
        return false;
    guint n = journal->topics->len;
    if (n > 0 && strcmp(g_array_index(journal->topics, RzJournalTopic, n - 1).name, name) >= 0)
        return false;
    RzJournalTopic topic = {g_strdup(name),
                            g_strdup(json_string_value(json_object_get(record, "id"))),
                            journal->parts->len, 0};
    g_array_append_val(journal->topics, topic);
    return true;
}

static bool
take_ids(RzJournal *journal, const json_t *list, gsize *first, uint16_t *count)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n == 0 || n > MAX_IDS)
        return false;
    *first = journal->ids->len;
    *count = (uint16_t)n;
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        json_int_t value = json_integer_value(item);
        if (!json_is_integer(item) || value < 0 || value > INT32_MAX)
            return false;
        for (gsize j = *first; j < journal->ids->len; j++)
            if (g_array_index(journal->ids, int32_t, j) == (int32_t)value)
                return false;
        int32_t id = (int32_t)value;
        g_array_append_val(journal->ids, id);
    }
    return true;
}

static bool
get_int(const json_t *record, const char *name, int64_t least, int64_t most, int64_t *value)
{
    const json_t *field = json_object_get(record, name);
    *value = json_integer_value(field);
    return json_is_integer(field) && *value >= least && *value <= most;
}

static bool
take_part(RzJournal *journal, const json_t *record)
{
    int64_t number, leader, bytes;
    RzJournalPart part = {0};
    guint n_topics = journal->topics->len;
    if (n_topics == 0 || journal->begun || !get_int(record, "p", 0, INT32_MAX, &number) ||
        !get_int(record, "leader", -1, INT32_MAX, &leader) ||
        !get_int(record, "bytes", 0, INT64_MAX, &bytes) ||
        !take_ids(journal, json_object_get(record, "from"), &part.first_from, &part.n_from) ||
        !take_ids(journal, json_object_get(record, "to"), &part.first_to, &part.n_to))
        return false;
    RzJournalTopic *topic = &g_array_index(journal->topics, RzJournalTopic, n_topics - 1);
    if (topic->n_parts > 0 &&
        g_array_index(journal->parts, RzJournalPart, journal->parts->len - 1).number >= number)
        return false;
    part.topic = n_topics - 1;
    part.number = (int32_t)number;
    part.leader = (int32_t)leader;
    part.size_bytes = bytes;
    topic->n_parts++;
    g_array_append_val(journal->parts, part);
    return true;
}

static bool
take_begin(RzJournal *journal, const json_t *record)
{
    if (journal->plan_id == NULL || journal->begun ||
        !get_int(record, "at", INT64_MIN, INT64_MAX, &journal->begun_at_ms))
        return false;
    journal->begun = true;
    return true;
}

/* [partition, [list], ...] */
static bool
take_steps_of(RzJournal *journal, const json_t *item)
{
    json_int_t index = json_integer_value(json_array_get(item, 0));
    size_t n = json_array_size(item);
    if (!json_is_integer(json_array_get(item, 0)) || index < 0 || index >= journal->parts->len ||
        n < 2 || n > MAX_STEPS + 1)
        return false;
    RzJournalPart *part = &g_array_index(journal->parts, RzJournalPart, (guint)index);
    if (part->n_steps > 0 || part->touched)
        return false;
    part->first_step = journal->steps->len;
    for (size_t i = 1; i < n; i++) {
        RzJournalList list;
        if (!take_ids(journal, json_array_get(item, i), &list.first, &list.n))
            return false;
        g_array_append_val(journal->steps, list);
        part->n_steps++;
    }
    return true;
}

static bool
take_steps(RzJournal *journal, const json_t *record)
{
    const json_t *list = json_object_get(record, "of");
    if (!journal->begun || journal->staged || !json_is_array(list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!take_steps_of(journal, json_array_get(list, i)))
            return false;
    journal->staged = json_is_true(json_object_get(record, "last"));
    return true;
}

/* Calls mark() for every partition a record names. */
static bool
each_part(RzJournal *journal, const json_t *record, void (*mark)(RzJournalPart *part))
{
    const json_t *list = json_object_get(record, "parts");
    if (!journal->begun || !json_is_array(list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        json_int_t index = json_integer_value(item);
        if (!json_is_integer(item) || index < 0 || index >= journal->parts->len)
            return false;
        if (mark != NULL)
            mark(&g_array_index(journal->parts, RzJournalPart, (guint)index));
    }
    return true;
}

static void
mark_touched(RzJournalPart *part)
{
    part->touched = true;
}

static void
mark_skipped(RzJournalPart *part)
{
    part->skipped = true;
}

static void
mark_finished(RzJournalPart *part)
{
    part->finished = true;
}

static bool
take_intent(RzJournal *journal, const json_t *record)
{
    const char *what = json_string_value(json_object_get(record, "do"));
    if (what == NULL)
        return false;
    return each_part(journal, record, strcmp(what, "submit") == 0 ? mark_touched : NULL);
}

static bool
take_result(RzJournal *journal, const json_t *record)
{
    (void)record; /* the cluster is asked; results are for people and for docs */
    return journal->begun;
}

static bool
take_state(RzJournal *journal, const json_t *record)
{
    const char *state = json_string_value(json_object_get(record, "state"));
    if (state == NULL)
        return false;
    bool done = strcmp(state, "done") == 0, skipped = strcmp(state, "skipped") == 0;
    return each_part(journal, record, done ? mark_finished : skipped ? mark_skipped : NULL);
}

static RzJournalKey *
named_key(const RzJournal *journal, const json_t *record)
{
    const char *name = json_string_value(json_object_get(record, "name"));
    const char *key = json_string_value(json_object_get(record, "key"));
    int64_t type;
    if (!journal->begun || name == NULL || key == NULL ||
        !get_int(record, "type", 0, INT8_MAX, &type))
        return NULL;
    return rz_journal_find_key(journal, (RzResourceType)type, name, key);
}

static bool
take_prior(RzJournal *journal, const json_t *record)
{
    const char *name = json_string_value(json_object_get(record, "name"));
    const char *key = json_string_value(json_object_get(record, "key"));
    const char *value = json_string_value(json_object_get(record, "value"));
    int64_t type, source;
    if (!journal->begun || name == NULL || key == NULL ||
        !get_int(record, "type", 0, INT8_MAX, &type) ||
        !get_int(record, "source", 0, INT8_MAX, &source))
        return false;
    const RzJournalKey *known = named_key(journal, record);
    if (known != NULL && !known->restored)
        return false;
    rz_journal_put_key(journal, (RzResourceType)type, name, key, value, (RzConfigSource)source);
    return true;
}

static bool
take_config(RzJournal *journal, const json_t *record)
{
    const json_t *changes = json_object_get(record, "changes");
    if (!journal->begun || !json_is_array(changes))
        return false;
    for (size_t i = 0; i < json_array_size(changes); i++) {
        const json_t *change = json_array_get(changes, i);
        RzJournalKey *key = named_key(journal, change);
        const char *value = json_string_value(json_object_get(change, "value"));
        if (key == NULL)
            return false;
        key->restored = false;
        key->dirty = true;
        if (value != NULL)
            g_ptr_array_add(key->ours, g_strdup(value));
    }
    return true;
}

static bool
take_restored(RzJournal *journal, const json_t *record)
{
    RzJournalKey *key = named_key(journal, record);
    if (key == NULL)
        return false;
    key->restored = true;
    key->debt = false;
    return true;
}

static bool
take_debt(RzJournal *journal, const json_t *record)
{
    RzJournalKey *key = named_key(journal, record);
    if (key == NULL)
        return false;
    key->debt = true;
    return true;
}

static bool
take_run(RzJournal *journal, const json_t *record)
{
    const char *event = json_string_value(json_object_get(record, "event"));
    if (!journal->begun || event == NULL)
        return false;
    journal->finished = strcmp(event, "finish") == 0;
    if (journal->finished) {
        g_free(journal->final_state);
        journal->final_state = g_strdup(json_string_value(json_object_get(record, "state")));
        return journal->final_state != NULL &&
               get_int(record, "left", 0, UINT32_MAX, &journal->n_left);
    }
    if (strcmp(event, "pause") == 0)
        journal->paused = true;
    else if (strcmp(event, "resume") == 0)
        journal->paused = false;
    else if (strcmp(event, "cancel") == 0)
        journal->mode = RZ_MODE_CANCEL;
    else if (strcmp(event, "rollback") == 0)
        journal->mode = RZ_MODE_ROLLBACK;
    const json_t *settings = json_object_get(record, "settings");
    if (settings == NULL)
        return true;
    rz_run_settings_clear(&journal->settings);
    rz_run_settings_init(&journal->settings);
    return rz_run_settings_from_json(&journal->settings, settings);
}

/* clang-format off */
static const struct {
    const char *type;
    TakeRecord take;
} record_types[] = {
    {"header",   take_header},   /* format, version, cluster, plan, settings */
    {"cluster",  take_cluster},  /* the cluster id, where the plan had none */
    {"topic",    take_topic},    /* opens a topic for the partitions that follow */
    {"part",     take_part},     /* original list and leader, target, bytes */
    {"begin",    take_begin},    /* from here on requests may have been sent */
    {"steps",    take_steps},    /* lists on the way of staged partitions, before any submit */
    {"intent",   take_intent},   /* about to send: submit, cancel, restore, elect */
    {"result",   take_result},   /* what was answered */
    {"state",    take_state},    /* partitions done, skipped, cancelled, restored */
    {"prior",    take_prior},    /* a throttle key before we touched it */
    {"config",   take_config},   /* about to change throttle keys */
    {"restored", take_restored}, /* a key is as before again, or left to whoever changed it */
    {"debt",     take_debt},     /* a key on a dead broker that we still owe */
    {"run",      take_run},      /* pause, resume, cancel, rollback, throttle, finish */
};
/* clang-format on */

static bool
take_record(RzJournal *journal, const json_t *record)
{
    const char *type = json_string_value(json_object_get(record, "t"));
    for (gsize i = 0; type != NULL && i < G_N_ELEMENTS(record_types); i++)
        if (strcmp(record_types[i].type, type) == 0)
            return record_types[i].take(journal, record);
    return false;
}

/* The JSON text of a framed line, or NULL when frame or checksum are wrong. */
static const char *
unframe(const char *line, gsize length, gsize *json_length)
{
    if (length < 10 || line[8] != ' ')
        return NULL;
    uint32_t crc = 0;
    for (int i = 0; i < 8; i++) {
        int digit = g_ascii_xdigit_value(line[i]);
        if (digit < 0)
            return NULL;
        crc = crc << 4 | (uint32_t)digit;
    }
    *json_length = length - 9;
    return rz_crc32c(line + 9, *json_length) == crc ? line + 9 : NULL;
}

static bool
check_version(const json_t *record, GError **error)
{
    const char *format = json_string_value(json_object_get(record, "format"));
    json_int_t version = json_integer_value(json_object_get(record, "version"));
    if (g_strcmp0(format, RZ_JOURNAL_FORMAT) == 0 && version == RZ_JOURNAL_VERSION)
        return true;
    g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                "journal line 1: not a %s of version %d (format %s, version %lld)",
                RZ_JOURNAL_FORMAT, RZ_JOURNAL_VERSION, format != NULL ? format : "missing",
                (long long)version);
    return false;
}

static bool
take_line(RzJournal *journal, const char *json, gsize length, guint number, GError **error)
{
    json_t *record = json_loadb(json, length, JSON_REJECT_DUPLICATES, NULL);
    bool ok = record != NULL && (number > 1 || check_version(record, error));
    if (ok && !take_record(journal, record)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                    "journal line %u: a record that does not fit what was before", number);
        ok = false;
    }
    if (record == NULL)
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "journal line %u: not JSON", number);
    json_decref(record);
    return ok;
}

RzJournal *
rz_journal_parse(const char *bytes, gsize length, gsize *valid_length, GError **error)
{
    g_autoptr(RzJournal) journal = rz_journal_new();
    gsize at = 0;
    *valid_length = 0;
    for (guint number = 1; at < length; number++) {
        const char *end = memchr(bytes + at, '\n', length - at);
        if (end == NULL)
            break; /* torn */
        gsize line_length = (gsize)(end - (bytes + at)), json_length = 0;
        const char *json = unframe(bytes + at, line_length, &json_length);
        at += line_length + 1;
        if (json == NULL && at == length)
            break; /* torn, but its newline reached the disk */
        if (json == NULL) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT,
                        "journal line %u: wrong checksum: the file is damaged or was edited",
                        number);
            return NULL;
        }
        if (!take_line(journal, json, json_length, number, error))
            return NULL;
        *valid_length = at;
    }
    return g_steal_pointer(&journal);
}
