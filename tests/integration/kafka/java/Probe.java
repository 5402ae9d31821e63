/*
 * Probe: which partitions can be written now, each tried with acks=all.
 *
 *     java Probe BOOTSTRAP TOPIC...     prints {"topic": {"0": "writable"|"read_only"|"offline"}}
 *
 * Offline: nobody leads it. Read-only: it has a leader, but a record was not acknowledged in time.
 */
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class Probe {
    private static final int PATIENCE_MS = 12000;

    public static void main(String[] args) throws Exception {
        List<String> topics = List.of(args).subList(1, args.length);
        Properties settings = new Properties();
        settings.put("bootstrap.servers", args[0]);
        Map<String, Map<String, String>> found = new TreeMap<>();
        try (Admin admin = Admin.create(settings)) {
            Map<String, TopicDescription> described =
                admin.describeTopics(topics).allTopicNames().get();
            try (KafkaProducer<byte[], byte[]> producer = producer(args[0])) {
                probe(producer, described, found);
            }
        }
        System.out.println(new ObjectMapper().writeValueAsString(found));
    }

    private static KafkaProducer<byte[], byte[]> producer(String bootstrap) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("acks", "all");
        settings.put("enable.idempotence", "false");
        settings.put("linger.ms", "0");
        settings.put("request.timeout.ms", String.valueOf(PATIENCE_MS / 2));
        settings.put("delivery.timeout.ms", String.valueOf(PATIENCE_MS));
        settings.put("max.block.ms", String.valueOf(PATIENCE_MS));
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /* All are sent before any answer is waited for, so that patience is spent once. */
    private static void probe(KafkaProducer<byte[], byte[]> producer,
                              Map<String, TopicDescription> topics,
                              Map<String, Map<String, String>> found) throws InterruptedException {
        record Sent(String topic, int partition, Future<RecordMetadata> answer) {}
        List<Sent> sent = new ArrayList<>();
        for (TopicDescription topic : topics.values()) {
            Map<String, String> states = found.computeIfAbsent(topic.name(), t -> new TreeMap<>());
            for (TopicPartitionInfo partition : topic.partitions()) {
                if (partition.leader() == null || partition.leader().isEmpty()) {
                    states.put(String.valueOf(partition.partition()), "offline");
                    continue;
                }
                sent.add(new Sent(topic.name(), partition.partition(), producer.send(
                    new ProducerRecord<>(topic.name(), partition.partition(), null, new byte[64]))));
            }
        }
        producer.flush();
        for (Sent one : sent) {
            String state = "writable";
            try {
                one.answer().get();
            } catch (ExecutionException refused) {
                state = "read_only";
            }
            found.get(one.topic()).put(String.valueOf(one.partition()), state);
        }
    }
}
