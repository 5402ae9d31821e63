/*
 * heap.c: growth doubles inside the arena, so abandoned arrays cost at most as much again.
 */
#include "planner/solver/heap.h"

#include <string.h>

void
rz_heap_append(RzHeap *heap, int32_t key, RzArena *arena)
{
    if (heap->n == heap->room) {
        uint32_t room = MAX(2 * heap->room, 4);
        int32_t *keys = rz_arena_array(arena, int32_t, room);
        if (heap->n > 0)
            memcpy(keys, heap->keys, heap->n * sizeof *keys);
        heap->keys = keys;
        heap->room = room;
    }
    heap->keys[heap->n++] = key;
}

static void
sift_down(RzHeap *heap, uint32_t at)
{
    int32_t key = heap->keys[at];
    for (uint32_t child; (child = 2 * at + 1) < heap->n; at = child) {
        if (child + 1 < heap->n && heap->keys[child + 1] < heap->keys[child])
            child++;
        if (heap->keys[child] >= key)
            break;
        heap->keys[at] = heap->keys[child];
    }
    heap->keys[at] = key;
}

void
rz_heap_order(RzHeap *heap)
{
    for (uint32_t i = heap->n / 2; i-- > 0;)
        sift_down(heap, i);
}

void
rz_heap_push(RzHeap *heap, int32_t key, RzArena *arena)
{
    rz_heap_append(heap, key, arena);
    uint32_t at = heap->n - 1;
    for (uint32_t up; at > 0 && heap->keys[up = (at - 1) / 2] > key; at = up)
        heap->keys[at] = heap->keys[up];
    heap->keys[at] = key;
}

int32_t
rz_heap_pop(RzHeap *heap)
{
    int32_t smallest = heap->keys[0];
    heap->keys[0] = heap->keys[--heap->n];
    if (heap->n > 0)
        sift_down(heap, 0);
    return smallest;
}
