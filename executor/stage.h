/*
 * stage.h: the steps of a partition that gains several replicas in a zone that had none.
 *
 * Followers fetch from their leader only. Sent in one go, two new replicas of a zone both copy from
 * a leader outside it, and every byte crosses the border twice. With a step before, one replica
 * crosses, becomes the leader, and the others copy from it inside the zone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef struct {
    const int32_t *from, *to;
    uint16_t n_from, n_to;
    const char *(*zone_of)(int32_t broker, void *data); /* NULL: unknown; equal zones compare so */
    void *data;
} RzStageAsk;

/* Lists between from and to, in order; the first of each is to lead before the next is sent. */
typedef struct {
    GArray *ids;     /* int32_t, the lists end to end */
    GArray *lengths; /* uint16_t, of each list */
    uint32_t saved;  /* copies that do not cross a border because of the steps */
} RzStageSteps;

/* No lists: there is nothing to save. Pure. Cost: the square of the replicas. */
RzStageSteps *rz_stage_steps(const RzStageAsk *ask);
void rz_stage_steps_free(RzStageSteps *steps);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzStageSteps, rz_stage_steps_free)
