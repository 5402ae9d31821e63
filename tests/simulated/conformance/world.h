/*
 * world.h: a cluster on which a conformance case is played: the model, or brokers, behind one face.
 *
 * What a case asks of the cluster goes through the executor's port; what only an operator or fate
 * does (topics, data, deaths, time) goes through these calls.
 */
#pragma once

#include "executor/cluster.h"

typedef struct World World;

struct World {
    RzCluster *cluster;
    int version;         /* 403: Kafka 4.3 */
    int64_t patience_ms; /* how long something may take that must happen */
    int64_t hang_ms;     /* how long something must not happen, to be called hung */
    uint32_t down;       /* brokers that a case has killed, a bit each */
    int64_t settle_ms;   /* until brokers go by a config that the controller has taken */
    /* @replicas: @n_partitions lists of @rf brokers, end to end; @bytes: in each partition. */
    bool (*create_topic)(World *world, const char *name, const int32_t *replicas,
                         uint32_t n_partitions, uint32_t rf, int64_t bytes, GError **error);
    bool (*delete_topic)(World *world, const char *name, GError **error);
    bool (*set_broker)(World *world, int32_t broker, bool up, GError **error);
    void (*sleep)(World *world, int64_t ms);
    void (*free)(World *world);
};

/* Six brokers in az1, az2, az3. */
World *world_model_new(int version);
/* @control: a command line that takes "kill N" and "start N"; NULL: cases that kill are skipped. */
World *world_kafka_new(const char *bootstrap, int version, const char *control, GError **error);
/* `rezone sandbox` with six brokers: topics and deaths by its control file. */
World *world_sandbox_new(const char *bootstrap, int version, const char *control_file,
                         GError **error);

/* Our wire client. */
RzCluster *world_connect(const char *bootstrap, GError **error);
