/*
 * arena.h: memory that is freed all at once.
 *
 * A decoded message, or one being built, is many small pieces with one life. They are cut from
 * blocks here, so that a message is freed by one call and a half-decoded one cannot leak.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

typedef struct RzArena RzArena;

RzArena *rz_arena_new(void);
void rz_arena_free(RzArena *arena);

/* Zeroed, aligned for any type, never NULL: zero bytes still give a distinct "empty" pointer. */
void *rz_arena_alloc(RzArena *arena, size_t count, size_t size);
/* A copy of @length bytes with a NUL behind them. */
char *rz_arena_string(RzArena *arena, const void *bytes, size_t length);
/* What was handed out so far, for bounds in tests. */
size_t rz_arena_bytes(const RzArena *arena);

#define rz_arena_array(arena, Type, count) ((Type *)rz_arena_alloc((arena), (count), sizeof(Type)))

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzArena, rz_arena_free)
