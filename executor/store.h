/*
 * store.h: the few files of a run, behind an interface.
 *
 * The run names files ("journal", "status.json") and never paths, so that a test can keep them in
 * memory and fail or crash at every single operation. A store that failed to append leaves the file
 * as it was before, as far as the file system lets it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rezone/error.h"
#include "rezone/run.h"

typedef struct {
    /* Takes the run's lock, held until unlock or the end of the process. RZ_ERROR_LOCKED names the
     * holder; @holder (nullable) is its pid as left in RZ_FILE_PID, 0 unknown. */
    bool (*lock)(RzStore *store, int64_t *holder, GError **error);
    void (*unlock)(RzStore *store);
    /* NULL without an error: there is no such file. The text is NUL-terminated. */
    char *(*read)(RzStore *store, const char *name, gsize *length, GError **error);
    /* Atomic: the old content or the new; @sync: on the disk before it returns. */
    bool (*replace)(RzStore *store, const char *name, const char *data, gsize length, bool sync,
                    GError **error);
    bool (*append)(RzStore *store, const char *name, const char *data, gsize length, bool sync,
                   GError **error);
    bool (*truncate)(RzStore *store, const char *name, gsize length, GError **error);
    void (*free)(RzStore *store);
} RzStoreOps;

/* Implementations embed this first. */
struct RzStore {
    const RzStoreOps *ops;
};

#define RZ_FILE_JOURNAL "journal"
#define RZ_FILE_PLAN "plan.json"
#define RZ_FILE_EVENTS "events.ndjson"
#define RZ_FILE_STATUS "status.json"
#define RZ_FILE_METRICS "metrics.prom"
#define RZ_FILE_PID "pid"
