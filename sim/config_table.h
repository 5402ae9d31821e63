/*
 * config_table.h: the config keys that the model knows, with defaults, types and checks.
 */
#pragma once

#include "sim/admin.h"

typedef bool (*RzSimConfigCheck)(const char *value);

typedef struct {
    const char *key;
    const char *server_key; /* of a topic key: the broker's key it falls back to; NULL: none */
    const char *value;      /* default */
    RzSimConfigType type;
    RzSimConfigCheck check; /* NULL: by type only */
    bool read_only;         /* of a broker key: not dynamic */
    bool only_if_set;       /* not described unless somebody set it, as Kafka does with quotas */
} RzSimConfigKey;

/* Sorted by key. */
const RzSimConfigKey *rz_sim_topic_keys(uint32_t *n);
const RzSimConfigKey *rz_sim_broker_keys(uint32_t *n);
const RzSimConfigKey *rz_sim_config_key(RzSimResource type, const char *key); /* NULL: unknown */
/* Of the key's type, and acceptable to its check. */
bool rz_sim_config_is_valid(const RzSimConfigKey *key, const char *value);
