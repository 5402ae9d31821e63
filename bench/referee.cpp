/*
 * referee.cpp: the cheapest placement by a general minimum-cost flow, to judge rezone's plans.
 *
 * Knows nothing of rezone: it reads a plain text model (rzbench/referee.py writes it) and hands the
 * whole problem to LEMON's network simplex.
 *
 *   partition --[lo,hi]--> (partition, zone) --1--> broker --[limits]--> sink
 *
 * A current broker costs 0, any other K*bytes + 1 with K above every possible trade of moves for a
 * byte along one cycle, so that bytes come first and moves second. Fairness comes before both: the
 * least sum of squares of replicas a broker is found on the zones alone (brokers of a zone are
 * alike as long as nobody looks at today's placement). Where one limit [b-1, b] for all brokers
 * implies that sum, it is enough; where zones differ, every broker's units are parallel arcs of
 * rising cost instead.
 *
 * "pooled" replaces the arcs to other brokers by one pool a zone. It is smaller and a relaxation: a
 * partition may be dealt a broker twice. Its bytes are a lower bound, not a plan.
 *
 * usage: bench-referee dense|pooled < MODEL. Prints "squares bytes moves seconds", then with dense
 * a line of broker numbers for every partition.
 */
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <limits>
#include <map>
#include <vector>

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

namespace
{

__extension__ typedef __int128 Wide;
using Graph = lemon::SmartDigraph;

struct Partition {
    int replicas;
    std::int64_t size_bytes;
    std::vector<int> current;
};

struct Model {
    int n_brokers = 0, n_zones = 0;
    std::vector<int> zone_of, zone_size;
    std::vector<Partition> partitions;
};

struct Range {
    int lo, hi;
};

struct Fairness {
    std::int64_t squares = 0;
    int lo = 0, hi = 0; /* no broker of any fairest placement is outside */
    bool one_level = false;
};

bool
read_model(Model &model)
{
    int n_partitions = 0;
    if (std::scanf("%d %d %d", &model.n_brokers, &model.n_zones, &n_partitions) != 3)
        return false;
    model.zone_of.resize(static_cast<std::size_t>(model.n_brokers));
    model.zone_size.assign(static_cast<std::size_t>(model.n_zones), 0);
    for (int &zone : model.zone_of) {
        if (std::scanf("%d", &zone) != 1)
            return false;
        model.zone_size[static_cast<std::size_t>(zone)]++;
    }
    model.partitions.resize(static_cast<std::size_t>(n_partitions));
    for (Partition &p : model.partitions) {
        long long size = 0;
        unsigned n_current = 0;
        if (std::scanf("%d %lld %u", &p.replicas, &size, &n_current) != 3)
            return false;
        p.size_bytes = size;
        p.current.resize(n_current);
        for (int &broker : p.current)
            if (std::scanf("%d", &broker) != 1)
                return false;
    }
    return true;
}

/* Even over the zones, limited by their brokers. Empty if there are too few brokers. */
std::vector<Range>
zone_ranges(const Model &model, int replicas)
{
    std::vector<Range> ranges;
    if (replicas > model.n_brokers)
        return ranges;
    int level = 0, room = 0;
    while (room < replicas) {
        level++;
        room = 0;
        for (int size : model.zone_size)
            room += std::min(size, level);
    }
    for (int size : model.zone_size)
        ranges.push_back({std::min(size, level - 1), std::min(size, level)});
    return ranges;
}

/* Zone totals of the fairest placement: a flow from replication factors to zones, where a zone's
 * units cost 1 for the first of each of its brokers, 3 for the second, and so on. */
bool
find_fairness(const Model &model, Fairness &fairness)
{
    std::map<int, int> classes; /* replication factor -> partitions */
    for (const Partition &p : model.partitions)
        classes[p.replicas]++;

    Graph graph;
    std::vector<std::pair<Graph::Arc, Range>> bounded;
    std::vector<std::pair<Graph::Arc, int>> priced;
    std::vector<Graph::Node> zones;
    std::vector<std::vector<Graph::Arc>> zone_arcs;
    Graph::Node sink = graph.addNode();
    std::vector<std::pair<Graph::Node, int>> supplies;
    int total = 0;
    for (int z = 0; z < model.n_zones; z++)
        zones.push_back(graph.addNode());
    std::vector<int> most(zones.size(), 0);
    for (const auto &[replicas, count] : classes) {
        std::vector<Range> ranges = zone_ranges(model, replicas);
        if (ranges.empty())
            return false;
        Graph::Node node = graph.addNode();
        supplies.emplace_back(node, replicas * count);
        total += replicas * count;
        for (std::size_t z = 0; z < zones.size(); z++) {
            bounded.push_back(
                {graph.addArc(node, zones[z]), {ranges[z].lo * count, ranges[z].hi * count}});
            most[z] += ranges[z].hi * count;
        }
    }
    for (std::size_t z = 0; z < zones.size(); z++) {
        zone_arcs.emplace_back();
        for (int k = 0; k * model.zone_size[z] < most[z]; k++) {
            zone_arcs[z].push_back(graph.addArc(zones[z], sink));
            bounded.push_back({zone_arcs[z].back(), {0, model.zone_size[z]}});
            priced.push_back({zone_arcs[z].back(), 2 * k + 1});
        }
    }

    Graph::ArcMap<int> lower(graph, 0), upper(graph, 0);
    Graph::ArcMap<std::int64_t> cost(graph, 0);
    Graph::NodeMap<int> supply(graph, 0);
    for (const auto &[arc, range] : bounded) {
        lower[arc] = range.lo;
        upper[arc] = range.hi;
    }
    for (const auto &[arc, price] : priced)
        cost[arc] = price;
    for (const auto &[node, amount] : supplies)
        supply[node] = amount;
    supply[sink] = -total;
    using Simplex = lemon::NetworkSimplex<Graph, int, std::int64_t>;
    Simplex simplex(graph);
    if (simplex.lowerMap(lower).upperMap(upper).costMap(cost).supplyMap(supply).run() !=
        Simplex::OPTIMAL)
        return false;

    fairness.squares = simplex.totalCost<std::int64_t>();
    fairness.lo = std::numeric_limits<int>::max();
    for (std::size_t z = 0; z < zones.size(); z++) {
        int held = 0;
        for (Graph::Arc arc : zone_arcs[z])
            held += simplex.flow(arc);
        fairness.lo = std::min(fairness.lo, held / model.zone_size[z]);
        fairness.hi = std::max(fairness.hi, (held + model.zone_size[z] - 1) / model.zone_size[z]);
    }
    fairness.one_level = fairness.hi - fairness.lo <= 1;
    return true;
}

/* The whole flow, with arcs kept in one table so that bounds and costs are filled in one go. */
template <typename Cost> class Network
{
  public:
    Network(const Model &the_model, const Fairness &the_fairness, bool is_pooled)
        : model(the_model), fairness(the_fairness), pooled(is_pooled),
          scale(the_model.n_brokers + 2)
    {
    }

    bool solve()
    {
        build();
        Graph::ArcMap<int> lower(graph, 0), upper(graph, 0);
        Graph::ArcMap<Cost> cost(graph, 0);
        Graph::NodeMap<int> supply(graph, 0);
        for (const Row &row : rows) {
            lower[row.arc] = row.range.lo;
            upper[row.arc] = row.range.hi;
            cost[row.arc] = row.cost;
        }
        int total = 0;
        for (std::size_t p = 0; p < model.partitions.size(); p++) {
            supply[partition_nodes[p]] = model.partitions[p].replicas;
            total += model.partitions[p].replicas;
        }
        supply[sink] = -total;
        Simplex simplex(graph);
        if (simplex.lowerMap(lower).upperMap(upper).costMap(cost).supplyMap(supply).run() !=
            Simplex::OPTIMAL)
            return false;
        collect(simplex);
        return true;
    }

    std::int64_t bytes = 0, moves = 0, squares = 0;
    std::vector<std::vector<int>> placed;

  private:
    using Simplex = lemon::NetworkSimplex<Graph, int, Cost>;
    struct Row {
        Graph::Arc arc;
        Range range;
        Cost cost;
        int partition, broker; /* -1: none */
    };

    void add(Graph::Node from, Graph::Node to, Range range, Cost cost, int partition = -1,
             int broker = -1)
    {
        rows.push_back({graph.addArc(from, to), range, cost, partition, broker});
    }

    Cost move_cost(const Partition &p) const
    {
        return static_cast<Cost>(p.size_bytes) * scale + 1;
    }

    void build()
    {
        sink = graph.addNode();
        for (int b = 0; b < model.n_brokers; b++)
            brokers.push_back(graph.addNode());
        for (int z = 0; pooled && z < model.n_zones; z++)
            pools.push_back(graph.addNode());
        for (int b = 0; pooled && b < model.n_brokers; b++)
            add(pools[zone_of(b)], brokers[static_cast<std::size_t>(b)],
                {0, std::numeric_limits<int>::max() / 4}, 0);
        for (std::size_t p = 0; p < model.partitions.size(); p++)
            build_partition(static_cast<int>(p), model.partitions[p]);
        build_limits();
    }

    std::size_t zone_of(int broker) const
    {
        return static_cast<std::size_t>(model.zone_of[static_cast<std::size_t>(broker)]);
    }

    void build_partition(int index, const Partition &p)
    {
        Graph::Node node = graph.addNode();
        partition_nodes.push_back(node);
        std::vector<Range> ranges = zone_ranges(model, p.replicas);
        std::vector<Graph::Node> zone_nodes;
        for (const Range &range : ranges) {
            zone_nodes.push_back(graph.addNode());
            add(node, zone_nodes.back(), range, 0);
        }
        std::vector<bool> current(brokers.size(), false);
        for (int b : p.current) {
            current[static_cast<std::size_t>(b)] = true;
            add(zone_nodes[zone_of(b)], brokers[static_cast<std::size_t>(b)], {0, 1}, 0, index, b);
        }
        for (std::size_t z = 0; pooled && z < pools.size(); z++)
            add(zone_nodes[z], pools[z], {0, ranges[z].hi}, move_cost(p), index);
        for (int b = 0; !pooled && b < model.n_brokers; b++)
            if (!current[static_cast<std::size_t>(b)])
                add(zone_nodes[zone_of(b)], brokers[static_cast<std::size_t>(b)], {0, 1},
                    move_cost(p), index, b);
    }

    /* A cycle through n brokers saves at most n of the dearest moves, while an unfairer one adds at
     * least 2 to the sum of squares: `dearest * n` a square keeps fairness first. */
    void build_limits()
    {
        Cost dearest = 1;
        for (const Partition &p : model.partitions)
            dearest = std::max(dearest, move_cost(p));
        for (Graph::Node broker : brokers) {
            if (fairness.one_level) {
                add(broker, sink, {fairness.lo, fairness.hi}, 0);
                continue;
            }
            add(broker, sink, {fairness.lo, fairness.lo}, 0);
            for (int k = fairness.lo; k < fairness.hi; k++)
                add(broker, sink, {0, 1}, dearest * model.n_brokers * (2 * (k - fairness.lo) + 1));
        }
    }

    void collect(const Simplex &simplex)
    {
        placed.resize(model.partitions.size());
        std::vector<std::int64_t> held(brokers.size(), 0);
        std::map<int, std::size_t> index;
        for (std::size_t b = 0; b < brokers.size(); b++)
            index[graph.id(brokers[b])] = b;
        for (const Row &row : rows) {
            int flow = simplex.flow(row.arc);
            if (flow == 0)
                continue;
            if (graph.target(row.arc) == sink)
                held[index[graph.id(graph.source(row.arc))]] += flow;
            if (row.partition < 0)
                continue;
            const Partition &p = model.partitions[static_cast<std::size_t>(row.partition)];
            if (row.broker >= 0)
                placed[static_cast<std::size_t>(row.partition)].push_back(row.broker);
            if (row.cost > 0) {
                bytes += p.size_bytes * flow;
                moves += flow;
            }
        }
        for (std::int64_t count : held)
            squares += count * count;
    }

    const Model &model;
    const Fairness &fairness;
    bool pooled;
    int scale;
    Graph graph;
    Graph::Node sink;
    std::vector<Graph::Node> brokers, pools, partition_nodes;
    std::vector<Row> rows;
};

template <typename Cost>
int
solve_and_print(const Model &model, const Fairness &fairness, bool pooled)
{
    auto start = std::chrono::steady_clock::now();
    Network<Cost> network(model, fairness, pooled);
    if (!network.solve()) {
        std::fputs("no placement satisfies the model\n", stderr);
        return 3;
    }
    std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (network.squares != fairness.squares) {
        std::fputs("the flow is not as fair as the zones allow\n", stderr);
        return 1;
    }
    std::printf("%lld %lld %lld %.3f\n", static_cast<long long>(network.squares),
                static_cast<long long>(network.bytes), static_cast<long long>(network.moves),
                taken.count());
    for (std::size_t p = 0; !pooled && p < network.placed.size(); p++) {
        for (int broker : network.placed[p])
            std::printf("%d ", broker);
        std::printf("\n");
    }
    return 0;
}

/* The simplex adds an artificial arc dearer than all others times the nodes; that must fit. */
bool
fits_64_bits(const Model &model, const Fairness &fairness)
{
    double dearest = 0;
    for (const Partition &p : model.partitions)
        dearest = std::max(dearest, static_cast<double>(p.size_bytes) * (model.n_brokers + 2));
    double nodes = static_cast<double>(model.partitions.size()) * (model.n_zones + 1);
    return fairness.one_level && dearest * (nodes + model.n_brokers + 10) < 4e18;
}

} // namespace

int
main(int argc, char **argv)
{
    if (argc != 2 || (std::strcmp(argv[1], "dense") != 0 && std::strcmp(argv[1], "pooled") != 0)) {
        std::fputs("usage: bench-referee dense|pooled < MODEL\n", stderr);
        return 2;
    }
    Model model;
    Fairness fairness;
    if (!read_model(model)) {
        std::fputs("the model cannot be read\n", stderr);
        return 2;
    }
    if (!find_fairness(model, fairness)) {
        std::fputs("more replicas wanted than there are brokers\n", stderr);
        return 3;
    }
    bool pooled = std::strcmp(argv[1], "pooled") == 0;
    return fits_64_bits(model, fairness) ? solve_and_print<std::int64_t>(model, fairness, pooled)
                                         : solve_and_print<Wide>(model, fairness, pooled);
}
