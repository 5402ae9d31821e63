/*
 * arena.c: a list of blocks; small requests share the newest one.
 */
#include "planner/solver/arena.h"

#include <stddef.h>

#define BLOCK_BYTES ((gsize)64 * 1024)
#define ALIGNMENT (_Alignof(max_align_t))

struct RzArena {
    GPtrArray *blocks;
    char *next;
    gsize left;
};

RzArena *
rz_arena_new(void)
{
    RzArena *arena = g_new0(RzArena, 1);
    arena->blocks = g_ptr_array_new_with_free_func(g_free);
    return arena;
}

void
rz_arena_free(RzArena *arena)
{
    if (arena == NULL)
        return;
    g_ptr_array_unref(arena->blocks);
    g_free(arena);
}

static void *
new_block(RzArena *arena, gsize bytes)
{
    void *block = g_malloc0(bytes);
    g_ptr_array_add(arena->blocks, block);
    return block;
}

void *
rz_arena_alloc(RzArena *arena, gsize n, gsize size)
{
    g_assert(n <= (G_MAXSIZE - ALIGNMENT) / size);
    gsize bytes = (MAX(n * size, 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (bytes > BLOCK_BYTES / 4)
        return new_block(arena, bytes);
    if (bytes > arena->left) {
        arena->next = new_block(arena, BLOCK_BYTES);
        arena->left = BLOCK_BYTES;
    }
    void *result = arena->next;
    arena->next += bytes;
    arena->left -= bytes;
    return result;
}
