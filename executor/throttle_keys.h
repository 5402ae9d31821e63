/*
 * throttle_keys.h: the four config keys of Kafka's replication quotas, and their list values.
 *
 * Rates are broker configs; lists are topic configs of `partition:broker` entries, or `*` for every
 * replica (KIP-73). The functions on lists are pure and keep what they do not know: an entry that
 * is not ours leaves a function as it came in.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define RZ_KEY_LEADER_RATE "leader.replication.throttled.rate"
#define RZ_KEY_FOLLOWER_RATE "follower.replication.throttled.rate"
#define RZ_KEY_LEADER_LIST "leader.replication.throttled.replicas"
#define RZ_KEY_FOLLOWER_LIST "follower.replication.throttled.replicas"

/* Strings travel with a signed 16-bit length. */
#define RZ_CONFIG_VALUE_MAX 32767

typedef struct {
    int32_t partition, broker;
} RzThrottleEntry;

/* Whether every replica of the topic is throttled: "*" or "*:*". */
bool rz_throttle_list_is_all(const char *value);

/* Whether @value holds @entry literally; NULL holds nothing. */
bool rz_throttle_list_has(const char *value, RzThrottleEntry entry);

/**
 * rz_throttle_list_edit:
 * @value: the list as it is; %NULL: none
 * @remove: entries to take out
 * @add: entries to put in, appended in order when they are not there yet
 *
 * Whatever is not named keeps its text and its place. Returns: (transfer full): the new list, ""
 * when nothing is left
 */
char *rz_throttle_list_edit(const char *value, const RzThrottleEntry *remove, gsize n_remove,
                            const RzThrottleEntry *add, gsize n_add);

/* Whether an entry that was not there before is one that we may have put in. */
typedef bool (*RzThrottleOurs)(RzThrottleEntry entry, const void *data);

/* The entries of @value that are not in @prior and that @ours owns up to. (transfer full) (element
 * RzThrottleEntry) Cost: linear. */
GArray *rz_throttle_list_ours(const char *value, const char *prior, RzThrottleOurs ours,
                              const void *data);

/* Whether two lists hold the same entries, order and repetition aside; NULL equals "". */
bool rz_throttle_list_same(const char *a, const char *b);
