/*
 * connect.c: the public way to a real cluster.
 */
#include "executor/kafka/kafka_cluster.h"
#include "rezone/cluster.h"

RzCluster *
rz_cluster_connect(const char *bootstrap_server, const char *properties, GError **error)
{
    RzClientSources sources = {
        .bootstrap_server = bootstrap_server,
        .file_name = properties != NULL ? "properties" : NULL,
        .file_text = properties,
    };
    g_autoptr(RzClientConfig) config = rz_client_config_new(&sources, error);
    return config != NULL ? rz_kafka_cluster_new(config, error) : NULL;
}
