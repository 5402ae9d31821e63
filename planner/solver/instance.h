/*
 * instance.h: the problem itself, stripped of everything the algorithm does not need.
 *
 * Only *eligible* brokers exist here, numbered by zone and then id, so a zone is a range of
 * numbers. A current replica on any other broker is simply gone: drained, dead, unknown and
 * "outside the chosen zones" are one case, settled while the instance is built. Partitions that
 * the policy leaves alone are not partitions here; what they hold is a fixed load on brokers.
 *
 * A partition's *class* is its replica count and the zone ranges that follow from it. Real clusters
 * have a handful of classes, so whatever depends only on the class is computed once.
 */
#pragma once

#include "planner/arena.h"
#include "planner/spread.h"

/* A broker number as stored in big arrays. */
typedef uint16_t RzBrokerIx;

#define RZ_NO_BROKER ((RzBrokerIx)UINT16_MAX)

typedef struct {
    uint32_t rf;
    int64_t n_partitions;
    const RzRange *zones; /* n_zones: replicas each zone must and may hold */
} RzClass;

typedef struct {
    uint32_t n_brokers, n_zones, n_classes, n_topics, n_partitions;

    /* Per broker. */
    uint32_t *zone;
    int64_t *fixed;           /* replicas of partitions that stay where they are */
    int64_t *fixed_leaders;   /* those of them that lead */
    int64_t *fixed_bytes;     /* what they weigh, saturating */
    int64_t *room_bytes;      /* what replicas may weigh here in all; -1 unknown */
    int64_t *box_lo, *box_hi; /* explicit limits on all replicas; NULL: the fairness tier decides */

    uint32_t *zone_first; /* n_zones + 1: brokers zone_first[z] .. zone_first[z + 1] - 1 */
    RzClass *classes;
    int32_t tolerance_percent; /* -1: as fair as possible */
    int64_t cost_scale;        /* K, what a byte costs where a move costs 1; 0: n_brokers + 2 */

    /* Per partition. */
    uint16_t *class_of;
    uint32_t *topic; /* neighbours share it */
    int64_t *size_bytes;
    RzBrokerIx *leader;      /* the first current replica; RZ_NO_BROKER when it is not eligible */
    uint32_t *first_current; /* n_partitions + 1, into current[] */
    uint32_t *first_target;  /* n_partitions + 1, into a placement's target[] */
    RzBrokerIx *current;     /* eligible current replicas, in order, end to end */
} RzInstance;

static inline uint32_t
rz_rf(const RzInstance *in, uint32_t p)
{
    return in->first_target[p + 1] - in->first_target[p];
}

static inline uint32_t
rz_n_current(const RzInstance *in, uint32_t p)
{
    return in->first_current[p + 1] - in->first_current[p];
}

static inline const RzBrokerIx *
rz_current(const RzInstance *in, uint32_t p)
{
    return in->current + in->first_current[p];
}

static inline const RzRange *
rz_zone_ranges(const RzInstance *in, uint32_t p)
{
    return in->classes[in->class_of[p]].zones;
}

/* Whether @b is among the @n brokers of @list; lists are as short as a replica list. */
static inline bool
rz_list_has(const RzBrokerIx *list, uint32_t n, uint32_t b)
{
    for (uint32_t i = 0; i < n; i++)
        if (list[i] == b)
            return true;
    return false;
}

static inline bool
rz_is_current(const RzInstance *in, uint32_t p, uint32_t b)
{
    return rz_list_has(rz_current(in, p), rz_n_current(in, p), b);
}
