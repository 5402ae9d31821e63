/*
 * Oracle: what a cluster is, read and changed through Kafka's own AdminClient.
 *
 *     java Oracle BOOTSTRAP
 *
 * It reads one JSON line a question, {"command": C, "arguments": [..], "spec": SPEC or null}, and
 * answers with one line, {"answer": what was asked for, or null} or {"error": why}:
 *
 *     state                  everything a test compares
 *     listed                 the running reassignments
 *     create SPEC            {"topic": {"assignments": [[1,2],..], "configs": {}}}
 *     delete TOPIC...
 *     configure SPEC         {"topic:NAME"|"broker:ID"|"broker:": {"key": "value"|null}}
 *     reassign SPEC          {"topic": {"0": [1,2] | null}}, null cancels
 *     grow TOPIC COUNT
 *     elect                  the preferred leaders, everywhere
 *
 * A JVM takes seconds to start, which would add up over the hundred questions of a test.
 *
 * It shares no code with rezone's own protocol client, which is the point: a mistake there cannot
 * hide itself here.
 */
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;

public final class Oracle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DESCRIBE_AT_ONCE = 500;
    private static final Set<ConfigEntry.ConfigSource> DYNAMIC = Set.of(
        ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG,
        ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG,
        ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);

    private final Admin admin;

    private Oracle(Admin admin) {
        this.admin = admin;
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.err.println("usage: Oracle BOOTSTRAP");
            System.exit(2);
        }
        Properties properties = new Properties();
        properties.put("bootstrap.servers", args[0]);
        properties.put("default.api.timeout.ms", "60000");
        properties.put("request.timeout.ms", "20000");
        try (Admin admin = Admin.create(properties)) {
            new Oracle(admin).serve();
        }
    }

    private void serve() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Map<String, Object> reply = new HashMap<>();
            try {
                JsonNode question = JSON.readTree(line);
                List<String> arguments = new ArrayList<>();
                question.get("arguments").forEach(argument -> arguments.add(argument.asText()));
                reply.put("answer", answer(question.get("command").asText(), arguments, question.get("spec")));
            } catch (Exception failure) {
                reply.put("error", failure.toString());
            }
            System.out.println(JSON.writeValueAsString(reply));
        }
    }

    private Object answer(String command, List<String> arguments, JsonNode spec) throws Exception {
        switch (command) {
            case "state":
                return state();
            case "listed":
                return reassignments();
            case "create":
                create(spec);
                break;
            case "delete":
                admin.deleteTopics(arguments).all().get();
                break;
            case "configure":
                configure(spec);
                break;
            case "reassign":
                reassign(spec);
                break;
            case "grow":
                admin.createPartitions(Map.of(arguments.get(0),
                    NewPartitions.increaseTo(Integer.parseInt(arguments.get(1))))).all().get();
                break;
            case "elect":
                admin.electLeaders(ElectionType.PREFERRED, null).partitions().get();
                break;
            default:
                throw new IllegalArgumentException("unknown command " + command);
        }
        return null;
    }

    private Map<String, Object> state() throws Exception {
        Collection<Node> nodes = admin.describeCluster().nodes().get();
        Set<String> names = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
        Map<String, Object> state = new TreeMap<>();
        state.put("cluster_id", admin.describeCluster().clusterId().get());
        state.put("brokers", brokers(nodes));
        state.put("topics", topics(names));
        state.put("configs", configs(names, nodes));
        state.put("reassignments", reassignments());
        state.put("log_dirs", logDirs(nodes));
        return state;
    }

    private static Map<String, Object> brokers(Collection<Node> nodes) {
        Map<String, Object> brokers = new TreeMap<>();
        for (Node node : nodes) {
            Map<String, Object> broker = new TreeMap<>();
            broker.put("zone", node.rack());
            broker.put("port", node.port());
            brokers.put(node.idString(), broker);
        }
        return brokers;
    }

    private Map<String, Object> topics(Set<String> names) throws Exception {
        Map<String, Object> topics = new TreeMap<>();
        List<String> all = new ArrayList<>(names);
        for (int i = 0; i < all.size(); i += DESCRIBE_AT_ONCE) {
            List<String> some = all.subList(i, Math.min(all.size(), i + DESCRIBE_AT_ONCE));
            for (TopicDescription topic : admin.describeTopics(some).allTopicNames().get().values()) {
                List<Object> partitions = new ArrayList<>();
                for (TopicPartitionInfo partition : topic.partitions()) {
                    partitions.add(partition(partition));
                }
                topics.put(topic.name(),
                    Map.of("topic_id", topic.topicId().toString(), "partitions", partitions));
            }
        }
        return topics;
    }

    private static Map<String, Object> partition(TopicPartitionInfo info) {
        Map<String, Object> partition = new TreeMap<>();
        partition.put("partition", info.partition());
        partition.put("replicas", ids(info.replicas()));
        partition.put("isr", ids(info.isr()));
        partition.put("leader", info.leader() == null || info.leader().isEmpty() ? null : info.leader().id());
        return partition;
    }

    private static List<Integer> ids(List<Node> nodes) {
        return nodes.stream().map(Node::id).toList();
    }

    private Map<String, Object> configs(Set<String> names, Collection<Node> nodes) throws Exception {
        List<ConfigResource> resources = new ArrayList<>();
        names.forEach(name -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, name)));
        nodes.forEach(node -> resources.add(new ConfigResource(ConfigResource.Type.BROKER, node.idString())));
        resources.add(new ConfigResource(ConfigResource.Type.BROKER, ""));
        Map<String, Object> configs = new TreeMap<>();
        for (Map.Entry<ConfigResource, Config> entry : admin.describeConfigs(resources).all().get().entrySet()) {
            Map<String, Object> dynamic = dynamicOf(entry.getKey(), entry.getValue());
            if (!dynamic.isEmpty()) {
                String kind = entry.getKey().type() == ConfigResource.Type.TOPIC ? "topic:" : "broker:";
                configs.put(kind + entry.getKey().name(), dynamic);
            }
        }
        return configs;
    }

    /* A broker also shows the defaults of all brokers; they belong to the resource "broker:". */
    private static Map<String, Object> dynamicOf(ConfigResource resource, Config config) {
        boolean defaults = resource.name().isEmpty();
        Map<String, Object> values = new TreeMap<>();
        for (ConfigEntry entry : config.entries()) {
            boolean ofDefaults = entry.source() == ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
            if (DYNAMIC.contains(entry.source()) && ofDefaults == defaults) {
                values.put(entry.name(), entry.value());
            }
        }
        return values;
    }

    private List<Object> reassignments() throws Exception {
        List<Object> listed = new ArrayList<>();
        for (Map.Entry<TopicPartition, PartitionReassignment> entry
            : admin.listPartitionReassignments().reassignments().get().entrySet()) {
            listed.add(Map.of("topic", entry.getKey().topic(), "partition", entry.getKey().partition(),
                "replicas", entry.getValue().replicas(), "adding", entry.getValue().addingReplicas(),
                "removing", entry.getValue().removingReplicas()));
        }
        return listed;
    }

    private List<Object> logDirs(Collection<Node> nodes) throws Exception {
        List<Integer> ids = nodes.stream().map(Node::id).toList();
        List<Object> rows = new ArrayList<>();
        for (Map.Entry<Integer, Map<String, LogDirDescription>> broker
            : admin.describeLogDirs(ids).allDescriptions().get().entrySet()) {
            for (Map.Entry<String, LogDirDescription> dir : broker.getValue().entrySet()) {
                for (Map.Entry<TopicPartition, ReplicaInfo> replica : dir.getValue().replicaInfos().entrySet()) {
                    rows.add(Map.of("broker", broker.getKey(), "path", dir.getKey(),
                        "topic", replica.getKey().topic(), "partition", replica.getKey().partition(),
                        "size_bytes", replica.getValue().size(), "future", replica.getValue().isFuture()));
                }
            }
        }
        return rows;
    }

    private void create(JsonNode spec) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        spec.fields().forEachRemaining(entry -> topics.add(newTopic(entry.getKey(), entry.getValue())));
        admin.createTopics(topics).all().get();
    }

    private static NewTopic newTopic(String name, JsonNode spec) {
        Map<Integer, List<Integer>> assignments = new HashMap<>();
        for (JsonNode replicas : spec.get("assignments")) {
            assignments.put(assignments.size(), integers(replicas));
        }
        Map<String, String> configs = new HashMap<>();
        if (spec.has("configs")) {
            spec.get("configs").fields().forEachRemaining(c -> configs.put(c.getKey(), c.getValue().asText()));
        }
        return new NewTopic(name, assignments).configs(configs);
    }

    private static List<Integer> integers(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asInt()));
        return values;
    }

    private void configure(JsonNode spec) throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        spec.fields().forEachRemaining(resource -> {
            String[] name = resource.getKey().split(":", 2);
            ConfigResource.Type type =
                name[0].equals("topic") ? ConfigResource.Type.TOPIC : ConfigResource.Type.BROKER;
            List<AlterConfigOp> operations = new ArrayList<>();
            resource.getValue().fields().forEachRemaining(
                entry -> operations.add(operation(entry.getKey(), entry.getValue())));
            changes.put(new ConfigResource(type, name[1]), operations);
        });
        admin.incrementalAlterConfigs(changes).all().get();
    }

    private static AlterConfigOp operation(String key, JsonNode value) {
        return value.isNull()
            ? new AlterConfigOp(new ConfigEntry(key, null), AlterConfigOp.OpType.DELETE)
            : new AlterConfigOp(new ConfigEntry(key, value.asText()), AlterConfigOp.OpType.SET);
    }

    private void reassign(JsonNode spec) throws Exception {
        Map<TopicPartition, Optional<NewPartitionReassignment>> moves = new HashMap<>();
        spec.fields().forEachRemaining(topic -> topic.getValue().fields().forEachRemaining(move -> {
            Optional<NewPartitionReassignment> target = move.getValue().isNull()
                ? Optional.empty()
                : Optional.of(new NewPartitionReassignment(integers(move.getValue())));
            moves.put(new TopicPartition(topic.getKey(), Integer.parseInt(move.getKey())), target);
        }));
        admin.alterPartitionReassignments(moves).all().get();
    }
}
