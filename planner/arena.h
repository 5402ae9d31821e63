/*
 * arena.h: memory that is freed all at once.
 *
 * A solve asks for dozens of arrays that all die together, and a decoded message is many small
 * pieces with one life: both are cut from blocks here and freed by one call, so that what was half
 * done cannot leak. Memory comes zeroed. Large pieces get a block of their own straight from the
 * allocator, which hands out untouched zero pages, so reserving room costs nothing until it is
 * used.
 */
#pragma once

#include <glib.h>

typedef struct RzArena RzArena;

RzArena *rz_arena_new(void);
void rz_arena_free(RzArena *arena);

/* @n zeroed elements of @size bytes, aligned for any type; never NULL, even for none. */
void *rz_arena_alloc(RzArena *arena, gsize n, gsize size);
/* A copy of @length bytes with a NUL behind them. */
char *rz_arena_string(RzArena *arena, const void *bytes, gsize length);
/* What was handed out so far, for bounds in tests. */
gsize rz_arena_bytes(const RzArena *arena);

#define rz_arena_array(arena, type, n) ((type *)rz_arena_alloc((arena), (n), sizeof(type)))

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzArena, rz_arena_free)
