/*
 * random_message.h: any message of any schema, filled at random, and equality of two.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "executor/kafka/schema.h"
#include "planner/arena.h"

/* Fields that @version lacks keep their default, so that the message survives the wire. */
void *random_message(GRand *rand, const RzWireSchema *schema, int16_t version, RzArena *arena);
/* NULL: equal; else the name of the first field that differs. */
const char *message_difference(const RzWireSchema *schema, const void *a, const void *b);
