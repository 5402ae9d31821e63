/*
 * run_throttle.h: what setting, pruning and restoring throttles share.
 */
#pragma once

#include "executor/run_private.h"
#include "executor/throttle_keys.h"

#define RZ_VISIBLE_WITHIN_MS 10000

extern const char *const rz_list_keys[2]; /* follower, leader */
extern const char *const rz_rate_keys[2];

/* Journaled; @changes holds RzConfigChange, of keys whose prior value is recorded. */
bool rz_run_change_configs(RzRun *run, GArray *changes, GError **error);
bool rz_key_is_ours(const RzJournalKey *key, const char *value); /* one of the rates we set */
const char *rz_own_value(const RzClusterConfig *config, const char *key);
/* What makes a topic's list what it should be now; false: it is. @values owns the texts. */
bool rz_run_plan_list_change(RzRun *run, uint32_t topic, int kind, const RzClusterConfig *config,
                             GArray *changes, GPtrArray *values);

/* RzThrottleEntry: those that the windows need in a topic's list. (transfer full) */
GArray *rz_run_needed_entries(const RzRun *run, uint32_t topic, int kind);
/* A topic's list as read (@own, %NULL none) without our entries; and as it should be, %NULL none.
 */
char *rz_run_foreign_list(const RzRun *run, uint32_t topic, const char *own, const char *prior);
char *rz_run_wanted_list(const RzRun *run, uint32_t topic, int kind, const char *own,
                         const char *prior);

static inline const RzThrottleEntry *
rz_entry_data(const GArray *entries)
{
    return (const RzThrottleEntry *)(void *)entries->data;
}
