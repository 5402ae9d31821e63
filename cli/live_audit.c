/*
 * live_audit.c: the voters of the controller quorum, as the cluster names them.
 */
#include "cli/live_audit.h"

#include "cli/output.h"

void
rz_audit_add_controllers(const RzArgs *args, RzCluster *cluster, RzAudit *audit)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RzClusterQuorum) quorum = rz_cluster_describe_quorum(cluster, &error);
    if (quorum == NULL) {
        if (!rz_args_flag(args, "quiet"))
            rz_say("the controllers cannot be judged: %s", error->message);
        return;
    }
    g_autofree RzVoter *voters = g_new0(RzVoter, quorum->n_voters + 1);
    for (uint32_t v = 0; v < quorum->n_voters; v++)
        voters[v] = (RzVoter){quorum->voters[v],
                              quorum->voter_hosts != NULL ? quorum->voter_hosts[v] : NULL};
    rz_audit_set_quorum(audit, quorum->leader, voters, quorum->n_voters);
}
