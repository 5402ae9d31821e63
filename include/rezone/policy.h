/*
 * policy.h: what a good placement is, as the operator says it.
 *
 * A policy is plain data that outlives no snapshot: zones and topics are named, not indexed. It is
 * written into every plan, so that a plan can be judged without the command line that made it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct RzPolicy RzPolicy;

/**
 * rz_policy_new:
 *
 * Returns: (transfer full): the defaults: every zone with a live broker, even spread, strict
 * balance, balanced leaders, 10 % disk reserve. Free with rz_policy_free()
 */
RzPolicy *rz_policy_new(void);
void rz_policy_free(RzPolicy *policy);

/**
 * rz_policy_set:
 * @name: an option's name without dashes: zones, spread, target-rf, balance, topic-balance,
 * leaders, drain, only-topic, exclude-topic, disk-reserve, include-zoneless
 * @value: its value as text; %NULL or "true" for the flags
 *
 * Options that accumulate (target-rf TOPICGLOB=N, only-topic, exclude-topic, drain) may be
 * repeated. Errors: %RZ_ERROR_USAGE naming the option and what it takes.
 */
bool rz_policy_set(RzPolicy *policy, const char *name, const char *value, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzPolicy, rz_policy_free)

G_END_DECLS
