/*
 * error.c: the one error domain.
 */
#include "rezone/error.h"

G_DEFINE_QUARK(rz - error - quark, rz_error)
