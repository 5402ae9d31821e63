/*
 * sandbox_private.h: the server's parts: its brokers, their connections, and the answers.
 */
#pragma once

#include "cli/sandbox/sandbox.h"
#include "executor/kafka/codec.h"
#include "sim/admin.h"

typedef struct {
    int32_t id;
    int fd; /* listening, or bound only while the broker is down, to keep its port */
    uint16_t port;
    bool listening;
} RzListener;

typedef struct {
    int fd;
    int32_t broker;
    GByteArray *in;
    GByteArray *out;
    guint out_done;    /* of @out, already sent */
    int64_t active_ms; /* wall: the last byte in or out */
    bool waiting;      /* its request waits for a controller */
} RzConnection;

typedef struct {
    const RzSandboxOptions *options;
    RzSim *sim;
    GArray *listeners;      /* RzListener */
    GPtrArray *connections; /* RzConnection */
    double time_scale;
    int64_t scale_wall_ms, scale_sim_ms; /* when the scale was last set */
    GString *command_text;               /* read, not yet a line */
    int64_t control_offset;
    bool commands_open;
    bool quit;
} RzSandbox;

/* sandbox.c */
void rz_sandbox_set_scale(RzSandbox *sandbox, double scale);

/* build.c */
RzSim *rz_sandbox_build(const RzSandboxOptions *options, GError **error);

/* commands.c: one line. */
void rz_sandbox_command(RzSandbox *sandbox, const char *line);
void rz_sandbox_say(RzSandbox *sandbox, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* connection.c */
RzConnection *rz_sandbox_connection_new(int fd, int32_t broker, int64_t now_ms);
void rz_sandbox_connection_free(RzConnection *connection);
/* Reads, answers and writes what it can without waiting. False: the connection is done. */
bool rz_sandbox_connection_serve(RzSandbox *sandbox, RzConnection *connection, bool readable,
                                 int64_t now_ms);

/* listeners.c */
bool rz_sandbox_open_listeners(RzSandbox *sandbox, GError **error);
void rz_sandbox_update_listeners(RzSandbox *sandbox); /* as brokers die and return */
void rz_sandbox_close_listeners(RzSandbox *sandbox);

/* ---- requests (requests.c) ---- */

/* One request being answered. */
typedef struct {
    RzSim *sim;
    int32_t broker; /* that was asked */
    int16_t version;
    RzArena *arena; /* the answer's */
} RzCall;

typedef enum {
    RZ_CALL_ANSWERED, /* the frame to send is in @out */
    RZ_CALL_WAITS,    /* for a controller: ask again later */
    RZ_CALL_CLOSE,    /* Kafka would close the connection */
} RzCallResult;

RzCallResult rz_sandbox_answer(RzSim *sim, int32_t broker, const uint8_t *frame, size_t n,
                               GByteArray *out);

/* answers_*.c: each returns the API's response struct, in the arena. */
const void *rz_answer_api_versions(RzCall *call, const void *request);
const void *rz_answer_metadata(RzCall *call, const void *request);
const void *rz_answer_describe_cluster(RzCall *call, const void *request);
const void *rz_answer_describe_topics(RzCall *call, const void *request);
const void *rz_answer_describe_quorum(RzCall *call, const void *request);
const void *rz_answer_describe_log_dirs(RzCall *call, const void *request);
const void *rz_answer_describe_configs(RzCall *call, const void *request);
const void *rz_answer_alter_configs(RzCall *call, const void *request);
const void *rz_answer_alter_reassign(RzCall *call, const void *request);
const void *rz_answer_list_reassign(RzCall *call, const void *request);
const void *rz_answer_elect_leaders(RzCall *call, const void *request);
