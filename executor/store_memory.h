/*
 * store_memory.h: a run's files in memory, for runs that leave nothing behind.
 */
#pragma once

#include "executor/store.h"

/* (transfer full), free with rz_store_free(). Its lock is never held by anybody else. */
RzStore *rz_store_memory_new(void);
