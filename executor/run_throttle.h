/*
 * run_throttle.h: what setting, pruning and restoring throttles share.
 */
#pragma once

#include "executor/run_private.h"
#include "executor/throttle_keys.h"

#define RZ_CONFIGS_A_REQUEST 500
#define RZ_VISIBLE_WITHIN_MS 10000

extern const char *const rz_list_keys[2]; /* follower, leader */
extern const char *const rz_rate_keys[2];

/* Journaled; @changes holds RzConfigChange, of keys whose prior value is recorded. */
bool rz_run_change_configs(RzRun *run, GArray *changes, GError **error);
bool rz_key_is_ours(const RzJournalKey *key, const char *value); /* one of the rates we set */
const char *rz_own_value(const RzClusterConfig *config, const char *key);
/* What brings a topic's list down to what is needed now; false: nothing. @values owns the texts. */
bool rz_run_plan_list_change(RzRun *run, uint32_t topic, int kind, const RzClusterConfig *config,
                             GArray *changes, GPtrArray *values);

/* The entries that we have put into a topic's list, made on first use. */
GArray *rz_topic_entries(RzRunTopic *topic, int kind);

static inline const RzThrottleEntry *
rz_entry_data(const GArray *entries)
{
    return (const RzThrottleEntry *)(void *)entries->data;
}
