/*
 * store_memory.c: one growing text a file name.
 */
#include "executor/store_memory.h"

#include <string.h>

typedef struct {
    RzStore base;
    GHashTable *files; /* name -> GString */
} MemoryStore;

static bool
memory_lock(RzStore *store, int64_t *holder, GError **error)
{
    (void)store;
    (void)error;
    if (holder != NULL)
        *holder = 0;
    return true;
}

static void
memory_unlock(RzStore *store)
{
    (void)store;
}

static GString *
file_of(RzStore *store, const char *name)
{
    MemoryStore *self = (MemoryStore *)store;
    GString *file = g_hash_table_lookup(self->files, name);
    if (file == NULL) {
        file = g_string_new(NULL);
        g_hash_table_insert(self->files, g_strdup(name), file);
    }
    return file;
}

static char *
memory_read(RzStore *store, const char *name, gsize *length, GError **error)
{
    (void)error;
    const GString *file = g_hash_table_lookup(((MemoryStore *)store)->files, name);
    if (file == NULL)
        return NULL;
    if (length != NULL)
        *length = file->len;
    char *copy = g_malloc(file->len + 1);
    memcpy(copy, file->str, file->len + 1);
    return copy;
}

static bool
memory_replace(RzStore *store, const char *name, const char *data, gsize length, bool sync,
               GError **error)
{
    (void)sync;
    (void)error;
    GString *file = file_of(store, name);
    g_string_truncate(file, 0);
    g_string_append_len(file, data, (gssize)length);
    return true;
}

static bool
memory_append(RzStore *store, const char *name, const char *data, gsize length, bool sync,
              GError **error)
{
    (void)sync;
    (void)error;
    g_string_append_len(file_of(store, name), data, (gssize)length);
    return true;
}

static bool
memory_truncate(RzStore *store, const char *name, gsize length, GError **error)
{
    (void)error;
    g_string_truncate(file_of(store, name), length);
    return true;
}

static void
memory_free(RzStore *store)
{
    g_hash_table_unref(((MemoryStore *)store)->files);
    g_free(store);
}

static void
free_file(void *file)
{
    g_string_free(file, TRUE);
}

RzStore *
rz_store_memory_new(void)
{
    static const RzStoreOps ops = {
        .lock = memory_lock,
        .unlock = memory_unlock,
        .read = memory_read,
        .replace = memory_replace,
        .append = memory_append,
        .truncate = memory_truncate,
        .free = memory_free,
    };
    MemoryStore *store = g_new0(MemoryStore, 1);
    store->base.ops = &ops;
    store->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_file);
    return &store->base;
}
