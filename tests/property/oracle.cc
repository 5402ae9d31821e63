// oracle.cc: LEMON's network simplex on the full graph.
//
// Replicas: partition -> (partition, zone) -> broker -> sink, one node each, nothing aggregated.
// The fairness tier is made of parallel arcs from broker to sink, the k-th of which costs the k-th
// increment of the square times a weight that no cost below can reach.
#include <lemon/list_graph.h>
#include <lemon/network_simplex.h>

#include <vector>

#include "property/oracle.h" // after LEMON, which GLib's MAX would break

namespace
{
using Graph = lemon::ListDigraph;

struct Network {
    Graph graph;
    Graph::ArcMap<int64_t> lo{graph}, hi{graph}, cost{graph};
    Graph::NodeMap<int64_t> supply{graph, 0};

    void arc(Graph::Node from, Graph::Node to, int64_t least, int64_t most, int64_t price)
    {
        Graph::Arc a = graph.addArc(from, to);
        lo[a] = least;
        hi[a] = most;
        cost[a] = price;
    }

    bool solve(int64_t *total)
    {
        lemon::NetworkSimplex<Graph, int64_t, int64_t> simplex(graph);
        simplex.lowerMap(lo).upperMap(hi).costMap(cost).supplyMap(supply);
        if (simplex.run() != simplex.OPTIMAL)
            return false;
        *total = simplex.totalCost();
        return true;
    }
};

// Unit arcs whose costs are the increments of the square of (fixed + units).
void
add_squares(Network &net, Graph::Node broker, Graph::Node sink, int64_t fixed, int64_t most,
            int64_t weight)
{
    for (int64_t k = 0; k < most; k++)
        net.arc(broker, sink, 0, 1, weight * (2 * (fixed + k) + 1));
}

OracleAnswer
split(int64_t total, int64_t weight, const int64_t *fixed, uint32_t n)
{
    int64_t squares = 0;
    for (uint32_t b = 0; b < n; b++)
        squares += fixed[b] * fixed[b];
    return {true, squares + total / weight, total % weight, 0};
}

// Broker nodes, each with its arcs to the sink: within limits, or its squares times @weight.
bool
add_brokers(Network &net, std::vector<Graph::Node> &brokers, Graph::Node sink, const RzInstance *in,
            const int64_t *lo, const int64_t *hi, int64_t weight)
{
    for (uint32_t b = 0; b < in->n_brokers; b++) {
        brokers.push_back(net.graph.addNode());
        if (lo != nullptr && lo[b] > hi[b])
            return false;
        if (lo != nullptr)
            net.arc(brokers[b], sink, lo[b], hi[b], 0);
        else
            add_squares(net, brokers[b], sink, in->fixed[b], in->n_partitions, weight);
    }
    return true;
}

// A partition, its zones, and arcs on to @ends, one node per broker.
void
add_partition(Network &net, const std::vector<Graph::Node> &ends, Graph::Node sink,
              const RzInstance *in, uint32_t p, int64_t new_cost)
{
    Graph::Node node = net.graph.addNode();
    const RzRange *ranges = rz_zone_ranges(in, p);
    net.supply[node] = rz_rf(in, p);
    net.supply[sink] -= rz_rf(in, p);
    for (uint32_t z = 0; z < in->n_zones; z++) {
        Graph::Node zone = net.graph.addNode();
        net.arc(node, zone, ranges[z].lo, ranges[z].hi, 0);
        for (uint32_t b = in->zone_first[z]; b < in->zone_first[z + 1]; b++)
            net.arc(zone, ends[b], 0, 1, rz_is_current(in, p, b) ? 0 : new_cost);
    }
}

// More than all partitions together can cost.
int64_t
beyond_costs(const RzInstance *in, int64_t scale)
{
    int64_t weight = 1;
    for (uint32_t p = 0; p < in->n_partitions; p++)
        weight += (scale * in->size_bytes[p] + 1) * rz_rf(in, p);
    return weight;
}
} // namespace

OracleAnswer
oracle_replicas(const RzInstance *in, const int64_t *lo, const int64_t *hi)
{
    Network net;
    Graph::Node sink = net.graph.addNode();
    std::vector<Graph::Node> brokers;
    int64_t scale = in->n_brokers + 2, weight = beyond_costs(in, scale);
    if (!add_brokers(net, brokers, sink, in, lo, hi, weight))
        return {false, 0, 0, 0};
    for (uint32_t p = 0; p < in->n_partitions; p++)
        add_partition(net, brokers, sink, in, p, scale * in->size_bytes[p] + 1);
    int64_t total = 0;
    if (!net.solve(&total))
        return {false, 0, 0, 0};
    if (lo != nullptr)
        return {true, 0, total, 0};
    return split(total, weight, in->fixed, in->n_brokers);
}

OracleAnswer
oracle_topics(const RzInstance *in, const int64_t *lo, const int64_t *hi)
{
    Network net;
    Graph::Node sink = net.graph.addNode();
    std::vector<Graph::Node> brokers;
    int64_t scale = in->cost_scale, topic_weight = beyond_costs(in, scale);
    int64_t weight = topic_weight;
    for (uint32_t p = 0; p < in->n_partitions; p++) // no x exceeds the number of partitions
        weight += topic_weight * rz_rf(in, p) * in->n_partitions;
    if (!add_brokers(net, brokers, sink, in, lo, hi, weight))
        return {false, 0, 0, 0};
    for (uint32_t p = 0; p < in->n_partitions;) {
        std::vector<Graph::Node> cells;
        uint32_t first = p;
        for (uint32_t b = 0; b < in->n_brokers; b++)
            cells.push_back(net.graph.addNode());
        for (; p < in->n_partitions && in->topic[p] == in->topic[first]; p++)
            add_partition(net, cells, sink, in, p, scale * in->size_bytes[p] + 1);
        for (uint32_t b = 0; b < in->n_brokers; b++)
            add_squares(net, cells[b], brokers[b], 0, p - first, topic_weight);
    }
    int64_t total = 0;
    if (!net.solve(&total))
        return {false, 0, 0, 0};
    OracleAnswer answer = {true, 0, total % weight, 0};
    if (lo == nullptr)
        answer = split(total, weight, in->fixed, in->n_brokers);
    answer.topic_squares = answer.cost / topic_weight;
    answer.cost %= topic_weight;
    return answer;
}

OracleAnswer
oracle_leaders(const RzInstance *in, const RzBrokerIx *target)
{
    Network net;
    Graph::Node sink = net.graph.addNode();
    std::vector<Graph::Node> brokers;
    std::vector<int64_t> users(in->n_brokers, 0);
    int64_t weight = (int64_t)in->n_partitions + 1;
    for (uint32_t b = 0; b < in->n_brokers; b++)
        brokers.push_back(net.graph.addNode());
    for (uint32_t p = 0; p < in->n_partitions; p++) {
        Graph::Node node = net.graph.addNode();
        net.supply[node] = 1;
        net.supply[sink] -= 1;
        for (uint32_t i = in->first_target[p]; i < in->first_target[p + 1]; i++) {
            net.arc(node, brokers[target[i]], 0, 1, target[i] != in->leader[p]);
            users[target[i]]++;
        }
    }
    for (uint32_t b = 0; b < in->n_brokers; b++)
        add_squares(net, brokers[b], sink, in->fixed_leaders[b], users[b], weight);
    int64_t total = 0;
    if (!net.solve(&total))
        return {false, 0, 0, 0};
    return split(total, weight, in->fixed_leaders, in->n_brokers);
}
