/*
 * journal.h: what a run has promised and done, in a form that survives it.
 *
 * A record is a line: eight hex digits of CRC-32C over the JSON text, a space, the JSON object, a
 * newline. Every append is synced before the next request leaves, so at most the last line can be
 * torn. Reading is a pure function over bytes. The journal is believed about our own intentions
 * (targets, originals, prior values) and never about the cluster, which is asked again.
 *
 * The order of records: header, topics, partitions, begin; then per change an intent, the request,
 * a result. Format: docs/formats.md, "Journal".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "executor/cluster.h"
#include "executor/store.h"
#include "planner/plan_private.h"
#include "rezone/run.h"

#define RZ_JOURNAL_FORMAT "rezone-journal"
#define RZ_JOURNAL_VERSION 1
#define RZ_TOOL_VERSION "0.1.0"

typedef enum {
    RZ_DO_SUBMIT,  /* send the target */
    RZ_DO_CANCEL,  /* send null */
    RZ_DO_RESTORE, /* send the original list, or one with the original leader first */
    RZ_DO_ELECT,
} RzDo;

/* A list of brokers: where it begins in RzJournal.ids. */
typedef struct {
    gsize first;
    uint16_t n;
} RzJournalList;

typedef struct {
    char *name;
    char *topic_id; /* NULL unknown */
    uint32_t first_part, n_parts;
} RzJournalTopic;

typedef struct {
    uint32_t topic;
    int32_t number;
    gsize first_from, first_to; /* into ids */
    uint16_t n_from, n_to;
    int32_t leader;
    int64_t size_bytes;
    uint32_t first_step; /* into steps: lists on the way from `from` to `to`, in order */
    uint16_t n_steps;
    bool touched;  /* a submit was intended: the cluster may have it */
    bool skipped;  /* given up for good, by an earlier step of this run */
    bool finished; /* seen at its target once */
} RzJournalPart;

/* A config value as it was before we touched it, and the last values we intended for it. */
typedef struct {
    RzResourceType type;
    char *name;
    char *key;
    char *prior; /* NULL: none of its own */
    RzConfigSource source;
    GPtrArray *ours; /* char *: values we set (rates only); NULL-free */
    bool restored;   /* given back, or found changed by others and left alone */
    bool dirty;      /* what was last written is not known to be the prior value */
    bool debt;       /* its broker was down when it should have been given back */
} RzJournalKey;

typedef enum {
    RZ_MODE_FORWARD,
    RZ_MODE_CANCEL,
    RZ_MODE_ROLLBACK,
} RzRunMode;

typedef struct {
    int64_t throttle_bytes_per_s, throttle_min_bytes_per_s, throttle_max_bytes_per_s;
    int throttle_mode, leaders, on_dead_broker;
    int stage; /* 1: by steps where that saves traffic between zones */
    int64_t start_at_ms;
    int32_t window_from_min, window_to_min;
    GArray *zone_broker;  /* int32_t, parallel to zone_name */
    GPtrArray *zone_name; /* char * */
    GPtrArray *cap_from;  /* char * */
    GPtrArray *cap_to;    /* char * */
    GArray *cap_bytes;    /* int64_t */
} RzRunSettings;

typedef struct {
    char *cluster_id; /* NULL until the first answer of the cluster, if the plan has none */
    char *plan_id;
    char *plan_sha256;
    RzRunSettings settings;
    GArray *topics;     /* RzJournalTopic, by name */
    GArray *parts;      /* RzJournalPart, by topic and number */
    GArray *ids;        /* int32_t: every list end to end */
    GArray *steps;      /* RzJournalList: of staged partitions */
    GPtrArray *keys;    /* RzJournalKey * */
    GHashTable *by_key; /* "type/name/key" -> RzJournalKey *, borrowed */
    bool begun, paused, finished;
    bool staged; /* the steps are decided */
    RzRunMode mode;
    char *final_state; /* of a finished run; NULL */
    int64_t n_left;    /* partitions it gave up or held: a resume tries them again */
    int64_t begun_at_ms;
} RzJournal;

RzJournal *rz_journal_new(void);
void rz_journal_free(RzJournal *journal);

/* From a plan; cluster id, plan id, hash and settings are filled in, nothing has begun. */
RzJournal *rz_journal_from_plan(const RzPlan *plan, const char *plan_sha256);

/* The record lines from header to begin. (transfer full) */
GString *rz_journal_render(const RzJournal *journal, int64_t now_ms);

/**
 * rz_journal_parse:
 * @valid_length: (out): bytes up to the end of the last whole record; the rest is a torn tail
 *
 * Errors: RZ_ERROR_INPUT naming the line: a wrong checksum before the tail, a version we do not
 * know, a record that contradicts what was before. An empty or torn-at-the-start file gives a
 * journal that has not begun. Pure. Cost: linear.
 */
RzJournal *rz_journal_parse(const char *bytes, gsize length, gsize *valid_length, GError **error);

/* The key's entry, or NULL. */
RzJournalKey *rz_journal_find_key(const RzJournal *journal, RzResourceType type, const char *name,
                                  const char *key);
/* Records a prior value; over an older one only once that has been given back (a later rollback).
 */
RzJournalKey *rz_journal_put_key(RzJournal *journal, RzResourceType type, const char *name,
                                 const char *key, const char *prior, RzConfigSource source);

/* Adds a list as the next step of a partition; all steps of one partition are added in a row. */
void rz_journal_add_step(RzJournal *journal, RzJournalPart *part, const int32_t *ids, uint16_t n);

/* Framing: appends checksum, text and newline to @out. */
void rz_journal_frame(GString *out, const char *json, gsize length);
uint32_t rz_crc32c(const void *data, gsize length);

/* ---- settings as JSON, for the header ---- */

void rz_run_settings_init(RzRunSettings *settings);
void rz_run_settings_clear(RzRunSettings *settings);
/* What was said replaces what was; the rest stays. */
void rz_run_settings_take(RzRunSettings *settings, const RzRunOptions *options);
json_t *rz_run_settings_to_json(const RzRunSettings *settings);
bool rz_run_settings_from_json(RzRunSettings *settings, const json_t *json);

/* ---- writing ---- */

typedef struct {
    RzStore *store;
    int64_t next_intent;
    GError *failure; /* sticky: after a failed write nothing more is written or sent */
} RzJournalWriter;

/* One synced append of one record; takes over @record. */
bool rz_journal_write(RzJournalWriter *writer, json_t *record, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RzJournal, rz_journal_free)
