/*
 * test_journal.c: a journal is read back as it was written, cut where it is torn, and refused where
 * it is damaged; the run directory locks and replaces.
 */
#include "tests/unit/kafka/rows.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "executor/journal.h"

#define HEADER                                                                                     \
    "{\"t\":\"header\",\"format\":\"rezone-journal\",\"version\":1,\"plan_id\":\"p\","             \
    "\"plan_sha256\":\"s\",\"cluster_id\":\"c\",\"settings\":{\"throttle\":5,\"throttle_min\":1,"  \
    "\"throttle_max\":2,\"throttle_mode\":0,\"leaders\":0,\"on_dead\":0,\"start_at\":0,"           \
    "\"window_from\":0,\"window_to\":0,\"zones\":[[1,\"a\"]],\"zone_caps\":[[\"a\",\"b\",7]]}}"
#define TOPIC "{\"t\":\"topic\",\"name\":\"t\",\"id\":null}"
#define PART "{\"t\":\"part\",\"p\":0,\"from\":[1,2],\"to\":[1,3],\"leader\":1,\"bytes\":9}"
#define BEGIN "{\"t\":\"begin\",\"at\":1}"
#define PRIOR                                                                                      \
    "{\"t\":\"prior\",\"type\":4,\"name\":\"3\",\"key\":\"k\",\"value\":\"1\",\"source\":2}"

typedef struct {
    const char *name;
    const char *lines[8];
    const char *error; /* NULL: it is read */
} JournalCase;

/* clang-format off */
static const JournalCase cases[] = {
    {"whole",                    {HEADER, TOPIC, PART, BEGIN, PRIOR}, NULL},
    {"nothing has begun",        {HEADER, TOPIC}, NULL},
    {"no header",                {TOPIC}, "line 1"},
    {"another format",           {"{\"t\":\"header\",\"format\":\"x\",\"version\":1}"}, "line 1: not a"},
    {"another version",          {"{\"t\":\"header\",\"format\":\"rezone-journal\",\"version\":2}"}, "version 2"},
    {"a second header",          {HEADER, HEADER}, "line 2"},
    {"not JSON",                 {HEADER, "{"}, "line 2: not JSON"},
    {"an unknown record",        {HEADER, "{\"t\":\"dance\"}"}, "line 2"},
    {"a partition of no topic",  {HEADER, PART}, "line 2"},
    {"topics out of order",      {HEADER, "{\"t\":\"topic\",\"name\":\"u\"}", TOPIC}, "line 3"},
    {"a repeated partition",     {HEADER, TOPIC, PART, PART}, "line 4"},
    {"a repeated replica",       {HEADER, TOPIC, "{\"t\":\"part\",\"p\":0,\"from\":[1,1],\"to\":[1],\"leader\":1,\"bytes\":9}"}, "line 3"},
    {"a negative size",          {HEADER, TOPIC, "{\"t\":\"part\",\"p\":0,\"from\":[1],\"to\":[2],\"leader\":1,\"bytes\":-9}"}, "line 3"},
    {"an intent before begin",   {HEADER, TOPIC, PART, "{\"t\":\"intent\",\"do\":\"submit\",\"parts\":[0]}"}, "line 4"},
    {"an intent about nothing",  {HEADER, TOPIC, PART, BEGIN, "{\"t\":\"intent\",\"do\":\"submit\",\"parts\":[1]}"}, "line 5"},
    {"a value never recorded",   {HEADER, TOPIC, PART, BEGIN, "{\"t\":\"restored\",\"type\":4,\"name\":\"3\",\"key\":\"k\"}"}, "line 5"},
    {"a prior value twice",      {HEADER, TOPIC, PART, BEGIN, PRIOR, PRIOR}, "line 6"},
    {"again once given back",    {HEADER, TOPIC, PART, BEGIN, PRIOR, "{\"t\":\"restored\",\"type\":4,\"name\":\"3\",\"key\":\"k\"}", PRIOR}, NULL},
};
/* clang-format on */

static GString *
framed(const char *const *lines)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < 8 && lines[i] != NULL; i++)
        rz_journal_frame(text, lines[i], strlen(lines[i]));
    return text;
}

static void
it_is_read_or_refused(void **row)
{
    const JournalCase *c = *row;
    g_autoptr(GString) text = framed(c->lines);
    g_autoptr(GError) error = NULL;
    gsize valid = 0;
    g_autoptr(RzJournal) journal = rz_journal_parse(text->str, text->len, &valid, &error);
    if (c->error == NULL) {
        assert_non_null(journal);
        assert_int_equal(valid, text->len);
        return;
    }
    assert_null(journal);
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_INPUT));
    assert_non_null(strstr(error->message, c->error));
}

static const char *const whole[] = {HEADER, TOPIC, PART, BEGIN, PRIOR, NULL, NULL, NULL};

/* Cut anywhere, it is a prefix of its records; damaged anywhere but in the last, it is refused. */
static void
torn_tails_are_cut_and_damage_is_refused(void **state)
{
    (void)state;
    g_autoptr(GString) text = framed(whole);
    for (gsize length = 0; length <= text->len; length++) {
        gsize valid = 0;
        g_autoptr(RzJournal) journal = rz_journal_parse(text->str, length, &valid, NULL);
        assert_non_null(journal);
        assert_true(valid <= length && (valid == 0 || text->str[valid - 1] == '\n'));
    }
    gsize tail = text->len - 1;
    while (text->str[tail - 1] != '\n')
        tail--;
    for (gsize at = 0; at < text->len; at++) {
        if (text->str[at] == '\n')
            continue;
        gsize valid = 0;
        g_autoptr(GError) error = NULL;
        char kept = text->str[at];
        text->str[at] = (char)(kept ^ 1);
        g_autoptr(RzJournal) journal = rz_journal_parse(text->str, text->len, &valid, &error);
        text->str[at] = kept;
        if (at < tail)
            assert_true(journal == NULL && strstr(error->message, "journal line") != NULL);
        else
            assert_true(journal != NULL && valid == tail);
    }
}

static void
what_is_written_is_read_back(void **state)
{
    (void)state;
    g_autoptr(GString) text = framed(whole);
    gsize valid = 0;
    g_autoptr(RzJournal) journal = rz_journal_parse(text->str, text->len, &valid, NULL);
    g_autoptr(GString) once = rz_journal_render(journal, 1);
    g_autoptr(RzJournal) again = rz_journal_parse(once->str, once->len, &valid, NULL);
    assert_non_null(again);
    g_autoptr(GString) twice = rz_journal_render(again, 1);
    assert_string_equal(once->str, twice->str);
    assert_int_equal(journal->settings.throttle_bytes_per_s, 5);
    assert_int_equal(again->settings.cap_bytes->len, 1);
    const RzJournalKey *key = rz_journal_find_key(journal, RZ_RESOURCE_BROKER, "3", "k");
    assert_string_equal(key->prior, "1");
    assert_false(key->restored);
}

static void
the_checksum_is_crc32c(void **state)
{
    (void)state;
    assert_int_equal(rz_crc32c("123456789", 9), 0xe3069283U); /* RFC 3720, appendix B.4 */
}

static void
the_directory_locks_and_replaces(void **state)
{
    (void)state;
    g_autofree char *dir = g_dir_make_tmp("rezone-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "run", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(RzStore) one = rz_store_open_dir(path, true, &error);
    g_autoptr(RzStore) other = rz_store_open_dir(path, false, &error);
    assert_true(one != NULL && other != NULL);
    struct stat status;
    assert_int_equal(g_stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    assert_true(one->ops->lock(one, NULL, NULL));
    assert_true(one->ops->replace(one, "pid", "77\n", 3, false, NULL));
    int64_t holder = 0;
    assert_false(other->ops->lock(other, &holder, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_LOCKED));
    assert_int_equal(holder, 77);
    assert_true(one->ops->append(one, "journal", "abc", 3, true, NULL));
    assert_true(one->ops->append(one, "journal", "def", 3, true, NULL));
    assert_true(one->ops->truncate(one, "journal", 4, NULL));
    assert_true(one->ops->replace(one, "status.json", "{}", 2, true, NULL));
    gsize length = 0;
    g_autofree char *text = other->ops->read(other, "journal", &length, NULL);
    assert_string_equal(text, "abcd");
    assert_null(other->ops->read(other, "nothing", &length, NULL));
    one->ops->unlock(one);
    assert_true(other->ops->lock(other, NULL, NULL));
    const char *const files[] = {"journal", "status.json", "pid"};
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *file = g_build_filename(path, files[i], NULL);
        g_unlink(file);
    }
    g_rmdir(path);
    g_rmdir(dir);
}

static void
a_full_disk_is_an_error(void **state)
{
    (void)state;
    g_autoptr(RzStore) store = rz_store_open_dir("/dev", false, NULL);
    g_autoptr(GError) error = NULL;
    assert_non_null(store);
    assert_false(store->ops->append(store, "full", "x", 1, true, &error));
    assert_true(g_error_matches(error, RZ_ERROR, RZ_ERROR_FILE));
}

int
main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        add_row(tests, cases[i].name, it_is_read_or_refused, &cases[i]);
    add_row(tests, "torn and damaged", torn_tails_are_cut_and_damage_is_refused, NULL);
    add_row(tests, "there and back", what_is_written_is_read_back, NULL);
    add_row(tests, "CRC-32C", the_checksum_is_crc32c, NULL);
    add_row(tests, "the directory", the_directory_locks_and_replaces, NULL);
    add_row(tests, "a full disk", a_full_disk_is_an_error, NULL);
    return run_rows("journal", tests);
}
