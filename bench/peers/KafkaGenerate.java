import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.tools.reassign.ReassignPartitionsCommand;

/**
 * kafka-reassign-partitions --generate without a cluster: its own generateAssignment() on a proxied
 * Admin that answers from a snapshot. The same source compiles against every version with that
 * method. Usage: KafkaGenerate SNAPSHOT OUT. Exit 3 with the message where Kafka refuses.
 */
public final class KafkaGenerate {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<Integer, Node> nodes = new TreeMap<>();
    private final Map<String, TopicDescription> topics = new LinkedHashMap<>();
    private final Set<Integer> drained = new HashSet<>();

    public static void main(String[] args) throws Exception {
        KafkaGenerate snapshot = new KafkaGenerate();
        snapshot.read(Path.of(args[0]));
        long start = System.nanoTime();
        Map<TopicPartition, List<Integer>> proposed;
        try {
            proposed = generate(snapshot);
        } catch (Exception refusal) {
            System.err.println(refusal.getMessage());
            System.exit(3);
            return;
        }
        System.err.println("solve_ms " + (System.nanoTime() - start) / 1000000);
        write(Path.of(args[1]), proposed);
    }

    private static Map<TopicPartition, List<Integer>> generate(KafkaGenerate snapshot)
            throws Exception {
        String toMove = JSON.writeValueAsString(Map.of("version", 1, "topics",
                snapshot.topics.keySet().stream().map(t -> Map.of("topic", t))
                        .collect(Collectors.toList())));
        String brokers = snapshot.nodes.keySet().stream()
                .filter(id -> !snapshot.drained.contains(id)).map(String::valueOf)
                .collect(Collectors.joining(","));
        // Boolean in 3.9, boolean in 4.x: found by name so that one source serves both.
        for (var method : ReassignPartitionsCommand.class.getMethods())
            if (method.getName().equals("generateAssignment"))
                return proposal(method, snapshot.admin(), toMove, brokers);
        throw new IllegalStateException("this version has no generateAssignment()");
    }

    @SuppressWarnings("unchecked")
    private static Map<TopicPartition, List<Integer>> proposal(java.lang.reflect.Method method,
            Admin admin, String toMove, String brokers) throws Exception {
        try {
            return ((Map.Entry<Map<TopicPartition, List<Integer>>,
                    Map<TopicPartition, List<Integer>>>) method.invoke(null, admin, toMove, brokers,
                    true)).getKey();
        } catch (java.lang.reflect.InvocationTargetException wrapped) {
            throw (Exception) wrapped.getCause();
        }
    }

    private void read(Path path) throws IOException {
        List<JsonNode> topicRows = new ArrayList<>();
        try (var lines = Files.newBufferedReader(path)) {
            for (String line; (line = lines.readLine()) != null; ) {
                JsonNode row = JSON.readTree(line);
                if (row.has("broker"))
                    nodes.put(row.get("broker").asInt(), node(row));
                else if (row.has("topic"))
                    topicRows.add(row);
                else
                    row.path("workload").path("drain").forEach(id -> drained.add(id.asInt()));
            }
        }
        for (JsonNode row : topicRows)
            topics.put(row.get("topic").asText(), topic(row));
    }

    private static Node node(JsonNode row) {
        String zone = row.get("zone").isNull() ? null : row.get("zone").asText();
        return new Node(row.get("broker").asInt(), row.path("host").asText("localhost"),
                row.path("port").asInt(9092), zone);
    }

    private TopicDescription topic(JsonNode row) {
        List<TopicPartitionInfo> partitions = new ArrayList<>();
        for (JsonNode p : row.get("partitions")) {
            List<Node> replicas = new ArrayList<>();
            p.get("replicas").forEach(id -> replicas.add(nodes.get(id.asInt())));
            partitions.add(new TopicPartitionInfo(p.get("partition").asInt(), replicas.get(0),
                    replicas, replicas));
        }
        return new TopicDescription(row.get("topic").asText(), false, partitions);
    }

    private Admin admin() {
        return (Admin) Proxy.newProxyInstance(Admin.class.getClassLoader(),
                new Class<?>[] {Admin.class}, (proxy, method, args) -> {
                    switch (method.getName()) {
                        case "describeTopics":
                            return describeTopics();
                        case "describeCluster":
                            return describeCluster();
                        case "describeReplicaLogDirs":
                            return describeReplicaLogDirs((Collection<?>) args[0]);
                        default:
                            throw new UnsupportedOperationException(method.getName());
                    }
                });
    }

    private DescribeTopicsResult describeTopics() {
        Map<String, KafkaFuture<TopicDescription>> futures = new LinkedHashMap<>();
        topics.forEach((name, topic) -> futures.put(name, KafkaFuture.completedFuture(topic)));
        return new DescribeTopicsResult(null, futures) { };
    }

    private DescribeClusterResult describeCluster() throws ReflectiveOperationException {
        Constructor<?> constructor = DescribeClusterResult.class.getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        Collection<Node> all = nodes.values();
        return (DescribeClusterResult) constructor.newInstance(KafkaFuture.completedFuture(all),
                KafkaFuture.completedFuture(null), KafkaFuture.completedFuture("bench"),
                KafkaFuture.completedFuture(Set.of()));
    }

    /** Asked by 4.x for the "current" half of its output; every replica is in an unknown directory. */
    private static Object describeReplicaLogDirs(Collection<?> replicas)
            throws ReflectiveOperationException {
        Constructor<?> unknown = Class.forName(
                "org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult$ReplicaLogDirInfo")
                .getDeclaredConstructor();
        unknown.setAccessible(true);
        Map<Object, Object> futures = new LinkedHashMap<>();
        for (Object replica : replicas)
            futures.put(replica, KafkaFuture.completedFuture(unknown.newInstance()));
        Constructor<?> result = Class.forName(
                "org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult")
                .getDeclaredConstructors()[0];
        result.setAccessible(true);
        return result.newInstance(futures);
    }

    private static void write(Path path, Map<TopicPartition, List<Integer>> proposed)
            throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        proposed.forEach((tp, replicas) -> rows.add(Map.of("topic", tp.topic(), "partition",
                tp.partition(), "replicas", replicas)));
        Files.writeString(path, JSON.writeValueAsString(Map.of("version", 1, "partitions", rows)));
    }

    private KafkaGenerate() { }
}
