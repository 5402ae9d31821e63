/*
 * cmd_status.h: the page of a run, for status and for add-zone's last step.
 */
#pragma once

#include "rezone/run.h"

/* The directory may be written to meanwhile: each file is read once. */
bool rz_status_save_page(const char *file, const char *dir, RzStore *store, GError **error);
