/*
 * journal.c: the model of a journal, how it begins, and how a record is framed and written.
 */
#include "executor/journal.h"

#include <stdlib.h>
#include <string.h>

/* CRC-32C (Castagnoli), four bits at a time: a table of 16 words fits on a line or two. */
uint32_t
rz_crc32c(const void *data, gsize length)
{
    static const uint32_t of_nibble[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
        0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
        0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    const uint8_t *bytes = data;
    uint32_t crc = UINT32_MAX;
    for (gsize i = 0; i < length; i++) {
        crc ^= bytes[i];
        crc = (crc >> 4) ^ of_nibble[crc & 15];
        crc = (crc >> 4) ^ of_nibble[crc & 15];
    }
    return ~crc;
}

void
rz_journal_frame(GString *out, const char *json, gsize length)
{
    g_string_append_printf(out, "%08x ", rz_crc32c(json, length));
    g_string_append_len(out, json, (gssize)length);
    g_string_append_c(out, '\n');
}

static void
key_free(gpointer data)
{
    RzJournalKey *key = data;
    g_free(key->name);
    g_free(key->key);
    g_free(key->prior);
    g_ptr_array_unref(key->ours);
    g_free(key);
}

static void
topic_clear(gpointer data)
{
    RzJournalTopic *topic = data;
    g_free(topic->name);
    g_free(topic->topic_id);
}

RzJournal *
rz_journal_new(void)
{
    RzJournal *journal = g_new0(RzJournal, 1);
    rz_run_settings_init(&journal->settings);
    journal->topics = g_array_new(FALSE, TRUE, sizeof(RzJournalTopic));
    g_array_set_clear_func(journal->topics, topic_clear);
    journal->parts = g_array_new(FALSE, TRUE, sizeof(RzJournalPart));
    journal->ids = g_array_new(FALSE, FALSE, sizeof(int32_t));
    journal->steps = g_array_new(FALSE, FALSE, sizeof(RzJournalList));
    journal->keys = g_ptr_array_new_with_free_func(key_free);
    journal->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return journal;
}

void
rz_journal_free(RzJournal *journal)
{
    if (journal == NULL)
        return;
    rz_run_settings_clear(&journal->settings);
    g_hash_table_unref(journal->by_key);
    g_ptr_array_unref(journal->keys);
    g_array_unref(journal->topics);
    g_array_unref(journal->parts);
    g_array_unref(journal->ids);
    g_array_unref(journal->steps);
    g_free(journal->cluster_id);
    g_free(journal->plan_id);
    g_free(journal->plan_sha256);
    g_free(journal->final_state);
    g_free(journal);
}

static char *
key_id(RzResourceType type, const char *name, const char *key)
{
    return g_strdup_printf("%d/%s/%s", (int)type, name, key);
}

RzJournalKey *
rz_journal_find_key(const RzJournal *journal, RzResourceType type, const char *name,
                    const char *key)
{
    g_autofree char *id = key_id(type, name, key);
    return g_hash_table_lookup(journal->by_key, id);
}

RzJournalKey *
rz_journal_put_key(RzJournal *journal, RzResourceType type, const char *name, const char *key,
                   const char *prior, RzConfigSource source)
{
    RzJournalKey *entry = rz_journal_find_key(journal, type, name, key);
    if (entry == NULL) {
        entry = g_new0(RzJournalKey, 1);
        entry->type = type;
        entry->name = g_strdup(name);
        entry->key = g_strdup(key);
        entry->ours = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(journal->keys, entry);
        g_hash_table_insert(journal->by_key, key_id(type, name, key), entry);
    }
    g_free(entry->prior);
    entry->prior = g_strdup(prior);
    entry->source = source;
    entry->restored = entry->debt = entry->dirty = false;
    g_ptr_array_set_size(entry->ours, 0);
    return entry;
}

void
rz_journal_add_step(RzJournal *journal, RzJournalPart *part, const int32_t *ids, uint16_t n)
{
    RzJournalList list = {journal->ids->len, n};
    if (part->n_steps == 0)
        part->first_step = journal->steps->len;
    g_assert(part->first_step + part->n_steps == journal->steps->len);
    g_array_append_vals(journal->ids, ids, n);
    g_array_append_val(journal->steps, list);
    part->n_steps++;
}

RzJournal *
rz_journal_from_plan(const RzPlan *plan, const char *plan_sha256)
{
    RzJournal *journal = rz_journal_new();
    journal->cluster_id = g_strdup(plan->cluster_id);
    journal->plan_id = g_strdup(plan->plan_id);
    journal->plan_sha256 = g_strdup(plan_sha256);
    for (uint32_t t = 0; t < plan->n_topics; t++) {
        const RzPlanTopic *from = &plan->topics[t];
        RzJournalTopic topic = {g_strdup(from->name), g_strdup(from->topic_id), journal->parts->len,
                                from->n_moves};
        g_array_append_val(journal->topics, topic);
        for (uint32_t m = 0; m < from->n_moves; m++) {
            const RzMove *move = &plan->moves[from->first_move + m];
            RzJournalPart part = {
                .topic = t,
                .number = move->partition,
                .first_from = journal->ids->len,
                .first_to = (gsize)journal->ids->len + move->n_from,
                .n_from = move->n_from,
                .n_to = move->n_to,
                .leader = move->leader,
                .size_bytes = move->size_bytes,
            };
            g_array_append_vals(journal->ids, rz_move_from(plan, move), move->n_from);
            g_array_append_vals(journal->ids, rz_move_to(plan, move), move->n_to);
            g_array_append_val(journal->parts, part);
        }
    }
    return journal;
}

/* ---- rendering ---- */

static void
frame_json(GString *out, json_t *record)
{
    char *text = json_dumps(record, JSON_COMPACT);
    g_assert(text != NULL); /* names were valid UTF-8 when they were read */
    rz_journal_frame(out, text, strlen(text));
    free(text);
    json_decref(record);
}

static json_t *
ids_to_json(const RzJournal *journal, gsize first, uint16_t n)
{
    json_t *list = json_array();
    for (uint16_t i = 0; i < n; i++)
        json_array_append_new(
            list, json_integer(g_array_index(journal->ids, int32_t, (guint)(first + i))));
    return list;
}

GString *
rz_journal_render(const RzJournal *journal, int64_t now_ms)
{
    GString *out = g_string_new(NULL);
    frame_json(out, json_pack("{s:s, s:s, s:i, s:s, s:s?, s:s, s:s, s:o}", "t", "header", "format",
                              RZ_JOURNAL_FORMAT, "version", RZ_JOURNAL_VERSION, "tool",
                              RZ_TOOL_VERSION, "cluster_id", journal->cluster_id, "plan_id",
                              journal->plan_id, "plan_sha256", journal->plan_sha256, "settings",
                              rz_run_settings_to_json(&journal->settings)));
    for (guint t = 0; t < journal->topics->len; t++) {
        const RzJournalTopic *topic = &g_array_index(journal->topics, RzJournalTopic, t);
        frame_json(out, json_pack("{s:s, s:s, s:s?}", "t", "topic", "name", topic->name, "id",
                                  topic->topic_id));
        for (uint32_t p = 0; p < topic->n_parts; p++) {
            const RzJournalPart *part =
                &g_array_index(journal->parts, RzJournalPart, topic->first_part + p);
            frame_json(out,
                       json_pack("{s:s, s:i, s:o, s:o, s:i, s:I}", "t", "part", "p", part->number,
                                 "from", ids_to_json(journal, part->first_from, part->n_from), "to",
                                 ids_to_json(journal, part->first_to, part->n_to), "leader",
                                 part->leader, "bytes", (json_int_t)part->size_bytes));
        }
    }
    frame_json(out, json_pack("{s:s, s:I}", "t", "begin", "at", (json_int_t)now_ms));
    return out;
}

bool
rz_journal_write(RzJournalWriter *writer, json_t *record, GError **error)
{
    g_autoptr(GString) line = g_string_new(NULL);
    frame_json(line, record);
    if (writer->failure == NULL)
        writer->store->ops->append(writer->store, RZ_FILE_JOURNAL, line->str, line->len, true,
                                   &writer->failure);
    if (writer->failure == NULL)
        return true;
    if (error != NULL)
        *error = g_error_copy(writer->failure);
    g_prefix_error(error, "the run stops, nothing more is sent, and can be resumed: ");
    return false;
}
