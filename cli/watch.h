/*
 * watch.h: a run's status as a picture for a terminal of any size.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

typedef struct {
    int columns, rows; /* of the terminal; rows 0: as many as it takes */
    bool colour;
} RzWatchLook;

/*
 * @status: what rz_run_status_read() gives; fields that are missing are left out of the picture.
 * Pure. Returns: (transfer full): lines ending in newlines, none wider than @columns.
 */
char *rz_watch_render(const json_t *status, const RzWatchLook *look);

/* The same in one line, for what is no terminal. (transfer full) */
char *rz_watch_line(const json_t *status);
