/*
 * heap.h: a growing binary min-heap of 32-bit keys; its array is also readable as a plain list.
 */
#pragma once

#include "planner/arena.h"

#include <stdint.h>

typedef struct {
    int32_t *keys;
    uint32_t n, room;
} RzHeap;

/* Adds without ordering; rz_heap_order() must follow before the smallest key is asked for. */
void rz_heap_append(RzHeap *heap, int32_t key, RzArena *arena);
void rz_heap_order(RzHeap *heap);
void rz_heap_push(RzHeap *heap, int32_t key, RzArena *arena);
/* Removes and returns the smallest key, keys[0]; the heap must not be empty. */
int32_t rz_heap_pop(RzHeap *heap);
