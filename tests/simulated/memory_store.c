/*
 * memory_store.c: see memory_store.h.
 */
#include "memory_store.h"

#include <string.h>

typedef struct {
    RzStore base;
    GHashTable *files; /* name -> GString * */
    bool locked, crashed;
    uint32_t operations, crash_at;
    MemoryCrash kind;
} MemoryStore;

static void
free_text(gpointer data)
{
    g_string_free(data, TRUE);
}

static GString *
file(MemoryStore *store, const char *name)
{
    GString *text = g_hash_table_lookup(store->files, name);
    if (text == NULL) {
        text = g_string_new(NULL);
        g_hash_table_insert(store->files, g_strdup(name), text);
    }
    return text;
}

static bool
gone(GError **error)
{
    g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "journal: cannot write: %s",
                g_strerror(28 /* ENOSPC */));
    return false;
}

/* Whether this operation is the one to crash at; *kind says how. */
static bool
strikes(MemoryStore *store, bool durable, MemoryCrash *kind)
{
    if (!durable)
        return false;
    *kind = store->kind;
    return store->operations++ == store->crash_at;
}

static bool
memory_lock(RzStore *base, int64_t *holder, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    if (store->locked) {
        if (holder != NULL)
            *holder = 4711;
        g_set_error(error, RZ_ERROR, RZ_ERROR_LOCKED, "another executor (pid 4711) holds this run");
        return false;
    }
    store->locked = true;
    return true;
}

static void
memory_unlock(RzStore *base)
{
    ((MemoryStore *)base)->locked = false;
}

static char *
memory_read(RzStore *base, const char *name, gsize *length, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    if (store->crashed && !gone(error))
        return NULL;
    const GString *text = g_hash_table_lookup(store->files, name);
    if (text == NULL)
        return NULL;
    if (length != NULL)
        *length = text->len;
    char *copy = g_malloc(text->len + 1);
    memcpy(copy, text->str, text->len + 1);
    return copy;
}

typedef enum { WRITE_REPLACE, WRITE_APPEND } Write;

static bool
write_text(MemoryStore *store, const char *name, const char *data, gsize length, bool durable,
           Write how, GError **error)
{
    MemoryCrash kind = MEMORY_BEFORE;
    if (store->crashed)
        return gone(error);
    bool struck = strikes(store, durable, &kind);
    store->crashed = struck && kind != MEMORY_FULL;
    if (struck && (kind == MEMORY_BEFORE || kind == MEMORY_FULL))
        return gone(error);
    GString *text = file(store, name);
    if (struck && kind == MEMORY_TORN) {
        if (how == WRITE_APPEND)
            g_string_append_len(text, data, (gssize)(length / 2));
        return gone(error);
    }
    if (how == WRITE_REPLACE)
        g_string_truncate(text, 0);
    g_string_append_len(text, data, (gssize)length);
    return !struck || gone(error);
}

static bool
memory_replace(RzStore *base, const char *name, const char *data, gsize length, bool sync,
               GError **error)
{
    return write_text((MemoryStore *)base, name, data, length, sync, WRITE_REPLACE, error);
}

static bool
memory_append(RzStore *base, const char *name, const char *data, gsize length, bool sync,
              GError **error)
{
    return write_text((MemoryStore *)base, name, data, length, sync, WRITE_APPEND, error);
}

static bool
memory_truncate(RzStore *base, const char *name, gsize length, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    if (store->crashed)
        return gone(error);
    g_string_truncate(file(store, name), length);
    return true;
}

static void
memory_free(RzStore *base)
{
    MemoryStore *store = (MemoryStore *)base;
    g_hash_table_unref(store->files);
    g_free(store);
}

static const RzStoreOps memory_ops = {
    .lock = memory_lock,
    .unlock = memory_unlock,
    .read = memory_read,
    .replace = memory_replace,
    .append = memory_append,
    .truncate = memory_truncate,
    .free = memory_free,
};

RzStore *
memory_store_new(void)
{
    MemoryStore *store = g_new0(MemoryStore, 1);
    store->base.ops = &memory_ops;
    store->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_text);
    store->crash_at = UINT32_MAX;
    return &store->base;
}

void
memory_store_crash_at(RzStore *base, uint32_t operation, MemoryCrash kind)
{
    MemoryStore *store = (MemoryStore *)base;
    store->crash_at = operation;
    store->kind = kind;
}

bool
memory_store_has_crashed(const RzStore *base)
{
    return ((const MemoryStore *)base)->crashed;
}

void
memory_store_revive(RzStore *base)
{
    MemoryStore *store = (MemoryStore *)base;
    store->crashed = store->locked = false;
    store->crash_at = UINT32_MAX;
}

uint32_t
memory_store_n_operations(const RzStore *base)
{
    return ((const MemoryStore *)base)->operations;
}

GString *
memory_store_file(RzStore *base, const char *name)
{
    return g_hash_table_lookup(((MemoryStore *)base)->files, name);
}

void
memory_store_remove(RzStore *base, const char *name)
{
    g_hash_table_remove(((MemoryStore *)base)->files, name);
}

void
memory_store_put(RzStore *base, const char *name, const char *text, gsize length)
{
    GString *content = file((MemoryStore *)base, name);
    g_string_truncate(content, 0);
    g_string_append_len(content, text, (gssize)length);
}
