/*
 * memory_store.h: a run directory in memory that can crash at any of its operations.
 *
 * A crash comes in three kinds, as on a real disk: before the operation, in the middle of an append
 * (the file keeps a torn tail), or after it. From then on every operation fails, as for a process
 * that is gone; revive() is the next process, which finds the files as they are.
 */
#pragma once

#include "executor/store.h"

typedef enum { MEMORY_BEFORE, MEMORY_TORN, MEMORY_AFTER, MEMORY_FULL } MemoryCrash;

RzStore *memory_store_new(void);
/* Only operations that must be durable (journal, plan) are counted; 0 is the first. */
void memory_store_crash_at(RzStore *store, uint32_t operation, MemoryCrash kind);
bool memory_store_has_crashed(const RzStore *store);
void memory_store_revive(RzStore *store);
uint32_t memory_store_n_operations(const RzStore *store);
/* (transfer none); NULL: no such file. */
GString *memory_store_file(RzStore *store, const char *name);
void memory_store_remove(RzStore *store, const char *name);
void memory_store_put(RzStore *store, const char *name, const char *text, gsize length);
