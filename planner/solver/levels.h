/*
 * levels.h: the fairest replica counts (tier "balance"), as limits for the cheaper tiers.
 */
#pragma once

#include "planner/solver/instance.h"

/*
 * Brokers fall into groups, highest level first. In a fairest placement every broker of a group
 * holds its level or one less, and no partition has more replicas in the first groups together than
 * it must. With a tolerance or explicit boxes there is one group and no level.
 *
 * A *cell* is the part of a zone in one group: its brokers differ in price only.
 */
typedef struct {
    uint32_t n_groups, n_cells;
    bool has_levels;
    uint32_t *group;       /* per broker */
    int64_t *level;        /* per group */
    uint32_t *cell;        /* per broker */
    uint32_t *cell_zone;   /* per cell */
    uint32_t *cell_group;  /* per cell; cells of a group are neighbours */
    uint32_t *group_cells; /* n_groups + 1: cells group_cells[g] .. group_cells[g + 1] - 1 */
    uint32_t *cell_first;  /* n_cells + 1, into cell_brokers[] */
    RzBrokerIx *cell_brokers;
    int64_t *lo, *hi;   /* per broker: movable replicas it must and may hold */
    RzWide sum_squares; /* the least possible, of all replicas per broker */
} RzLevels;

/* Every class of @in must have an allowed choice. Cost: O(brokers x classes) per improving path. */
RzLevels *rz_levels_new(const RzInstance *in, RzArena *arena);
