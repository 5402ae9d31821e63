/*
 * zone_caps.h: --zone-cap FROM:TO=RATE: what all copies from one zone to another may take together.
 */
#pragma once

#include "cli/args.h"
#include "rezone/run.h"

typedef struct {
    GArray *caps; /* RzZoneCap; the names are in @names */
    GPtrArray *names;
} RzZoneCaps;

/* Empty when the command has no such option or it is not given. Errors name the option. */
RzZoneCaps *rz_zone_caps_from_args(const RzArgs *args, GError **error);
void rz_zone_caps_free(RzZoneCaps *caps);

/* Lends the caps to @options. */
void rz_zone_caps_lend(const RzZoneCaps *caps, RzRunOptions *options);

/* Every zone named is one of @zones (char *), or RZ_ERROR_USAGE naming the option and the zones. */
bool rz_zone_caps_check(const RzZoneCaps *caps, const GPtrArray *zones, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzZoneCaps, rz_zone_caps_free)
