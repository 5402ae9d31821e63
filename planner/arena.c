/*
 * arena.c: a list of blocks; small pieces share one, large pieces get their own.
 */
#include "planner/arena.h"

#include <stdalign.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024 };

struct RzArena {
    GPtrArray *blocks;
    char *next; /* free part of the newest shared block */
    gsize left;
    gsize used;
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
rz_arena_alloc(RzArena *arena, gsize count, gsize size)
{
    const gsize align = alignof(max_align_t);
    g_assert(size == 0 || count <= (G_MAXSIZE - align) / size);
    gsize bytes = (MAX(count * size, 1) + align - 1) / align * align;
    arena->used += bytes;
    if (bytes > BLOCK_BYTES / 4)
        return new_block(arena, bytes);
    if (bytes > arena->left) {
        arena->next = new_block(arena, BLOCK_BYTES);
        arena->left = BLOCK_BYTES;
    }
    void *piece = arena->next;
    arena->next += bytes;
    arena->left -= bytes;
    return piece;
}

char *
rz_arena_string(RzArena *arena, const void *bytes, gsize length)
{
    char *copy = rz_arena_alloc(arena, length + 1, 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

gsize
rz_arena_bytes(const RzArena *arena)
{
    return arena->used;
}
