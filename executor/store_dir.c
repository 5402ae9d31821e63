/*
 * store_dir.c: a run directory on a real file system.
 *
 * The lock is flock() on the journal itself: it dies with its process, on every way out. flock
 * tells no pid, so the holder leaves its own in the file "pid" for the error message only. Errors
 * of write, fsync and rename are all checked: a full disk must stop a run, not corrupt it.
 */
#include "executor/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_ATTEMPTS 10
#define LOCK_PAUSE_US 20000

typedef struct {
    RzStore base;
    char *path;
    int dir;     /* for openat and for syncing names */
    int journal; /* the locked descriptor, -1 */
} DirStore;

static bool
failed(const DirStore *store, const char *what, const char *name, GError **error)
{
    int code = errno;
    g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s/%s: cannot %s: %s", store->path, name, what,
                g_strerror(code));
    return false;
}

static int64_t
holder_pid(DirStore *store)
{
    g_autofree char *text = store->base.ops->read(&store->base, RZ_FILE_PID, NULL, NULL);
    return text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static bool
dir_lock(RzStore *base, int64_t *holder, GError **error)
{
    DirStore *store = (DirStore *)base;
    int fd = openat(store->dir, RZ_FILE_JOURNAL, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed(store, "open", RZ_FILE_JOURNAL, error);
    int attempts = 0; /* a reader of the status holds the lock for an instant */
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (++attempts < LOCK_ATTEMPTS) {
            g_usleep(LOCK_PAUSE_US);
            continue;
        }
        int64_t pid = holder_pid(store);
        if (holder != NULL)
            *holder = pid;
        close(fd);
        g_set_error(error, RZ_ERROR, RZ_ERROR_LOCKED,
                    "%s: another executor (pid %" G_GINT64_FORMAT ") holds this run", store->path,
                    pid);
        return false;
    }
    store->journal = fd;
    return true;
}

static void
dir_unlock(RzStore *base)
{
    DirStore *store = (DirStore *)base;
    if (store->journal >= 0)
        close(store->journal);
    store->journal = -1;
}

static char *
read_all(int fd, gsize *length)
{
    GByteArray *bytes = g_byte_array_new();
    guint8 buffer[65536];
    for (;;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            g_byte_array_unref(bytes);
            return NULL;
        }
        if (n == 0)
            break;
        g_byte_array_append(bytes, buffer, (guint)n);
    }
    if (length != NULL)
        *length = bytes->len;
    g_byte_array_append(bytes, (const guint8 *)"", 1);
    return (char *)g_byte_array_free(bytes, FALSE);
}

static char *
dir_read(RzStore *base, const char *name, gsize *length, GError **error)
{
    DirStore *store = (DirStore *)base;
    int fd = openat(store->dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return NULL;
    char *text = fd < 0 ? NULL : read_all(fd, length);
    if (text == NULL)
        failed(store, "read", name, error);
    if (fd >= 0)
        close(fd);
    return text;
}

static bool
write_all(int fd, const char *data, gsize length)
{
    while (length > 0) {
        ssize_t n = write(fd, data, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        length -= (gsize)n;
    }
    return true;
}

static bool
dir_replace(RzStore *base, const char *name, const char *data, gsize length, bool sync,
            GError **error)
{
    DirStore *store = (DirStore *)base;
    g_autofree char *aside = g_strdup_printf("%s.new", name);
    int fd = openat(store->dir, aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed(store, "create", aside, error);
    bool written = write_all(fd, data, length) && (!sync || fsync(fd) == 0);
    int code = errno;
    if (close(fd) != 0 && written) {
        written = false;
        code = errno;
    }
    if (!written) {
        unlinkat(store->dir, aside, 0);
        errno = code;
        return failed(store, "write", name, error);
    }
    if (renameat(store->dir, aside, store->dir, name) != 0)
        return failed(store, "replace", name, error);
    return !sync || fsync(store->dir) == 0 || failed(store, "sync", name, error);
}

static bool
dir_append(RzStore *base, const char *name, const char *data, gsize length, bool sync,
           GError **error)
{
    DirStore *store = (DirStore *)base;
    int fd = openat(store->dir, name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed(store, "open", name, error);
    off_t before = lseek(fd, 0, SEEK_END);
    bool written = before >= 0 && write_all(fd, data, length) && (!sync || fsync(fd) == 0);
    if (!written) {
        int code = errno;
        if (before >= 0 && ftruncate(fd, before) != 0)
            code = code != 0 ? code : errno; /* the torn tail is cut when the journal is read */
        errno = code;
        failed(store, "write", name, error);
    }
    close(fd);
    return written;
}

static bool
dir_truncate(RzStore *base, const char *name, gsize length, GError **error)
{
    DirStore *store = (DirStore *)base;
    int fd = openat(store->dir, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return failed(store, "open", name, error);
    bool cut = ftruncate(fd, (off_t)length) == 0 && fsync(fd) == 0;
    if (!cut)
        failed(store, "cut", name, error);
    close(fd);
    return cut;
}

static void
dir_free(RzStore *base)
{
    DirStore *store = (DirStore *)base;
    dir_unlock(base);
    close(store->dir);
    g_free(store->path);
    g_free(store);
}

static const RzStoreOps dir_ops = {
    .lock = dir_lock,
    .unlock = dir_unlock,
    .read = dir_read,
    .replace = dir_replace,
    .append = dir_append,
    .truncate = dir_truncate,
    .free = dir_free,
};

RzStore *
rz_store_open_dir(const char *path, bool create, GError **error)
{
    if (create && mkdir(path, 0700) != 0 && errno != EEXIST) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s: cannot create: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s: cannot open the run directory: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    DirStore *store = g_new0(DirStore, 1);
    store->base.ops = &dir_ops;
    store->path = g_strdup(path);
    store->dir = dir;
    store->journal = -1;
    return &store->base;
}

void
rz_store_free(RzStore *store)
{
    if (store != NULL)
        store->ops->free(store);
}
