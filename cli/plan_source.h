/*
 * plan_source.h: a plan and the very bytes that it was read from, which a run keeps.
 */
#pragma once

#include "rezone/plan.h"

typedef struct {
    RzPlan *plan;
    GString *text;
} RzPlanSource;

RzPlanSource *rz_plan_source_load(const char *path, GError **error);

/* A reassignment JSON of another tool, measured against the cluster as @now shows it. */
RzPlanSource *rz_plan_source_foreign(const char *path, const RzSnapshot *now, GError **error);

void rz_plan_source_free(RzPlanSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzPlanSource, rz_plan_source_free)
