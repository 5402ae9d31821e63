/*
 * arena.h: one workspace per solve.
 *
 * A solve asks for dozens of arrays that all die together; the arena hands them out and frees them
 * in one call. Memory comes zeroed. Large arrays get a block of their own straight from the
 * allocator, which hands out untouched zero pages, so reserving room costs nothing until it is
 * used.
 */
#pragma once

#include <glib.h>

typedef struct RzArena RzArena;

RzArena *rz_arena_new(void);
void rz_arena_free(RzArena *arena);

/* @n zeroed elements of @size bytes, aligned for any type; never NULL. */
void *rz_arena_alloc(RzArena *arena, gsize n, gsize size);

#define rz_arena_array(arena, type, n) ((type *)rz_arena_alloc((arena), (n), sizeof(type)))

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzArena, rz_arena_free)
