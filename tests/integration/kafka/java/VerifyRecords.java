/*
 * VerifyRecords: is every acknowledged record still where it was acknowledged?
 *
 *     java VerifyRecords BOOTSTRAP ACKED_FILE
 *
 * Reads every partition named in ACKED_FILE (see Load) from its beginning to its end and prints one
 * JSON line: acknowledged, found, missing (nothing at that offset), changed (another record there),
 * repeated (one sequence number at two offsets: idempotence broken) and a few examples.
 */
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public final class VerifyRecords {
    private static final int EXAMPLES = 5;
    private static final long DEADLINE_MS = 180_000;

    private final Map<TopicPartition, Map<Long, Long>> expected = new HashMap<>();
    private final List<String> examples = new ArrayList<>();
    private long acknowledged;
    private long found;
    private long changed;
    private long repeated;

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("usage: VerifyRecords BOOTSTRAP ACKED_FILE");
            System.exit(2);
        }
        VerifyRecords verify = new VerifyRecords();
        verify.readAcknowledged(Path.of(args[1]));
        verify.readRecords(args[0]);
        verify.report();
    }

    private void readAcknowledged(Path file) throws Exception {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] field = line.split(" ");
                TopicPartition partition = new TopicPartition(field[0], Integer.parseInt(field[1]));
                expected.computeIfAbsent(partition, p -> new HashMap<>())
                    .put(Long.parseLong(field[2]), Long.parseLong(field[3]));
                acknowledged++;
            }
        }
    }

    private void readRecords(String bootstrap) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("enable.auto.commit", "false");
        properties.put("max.poll.records", "10000");
        properties.put("fetch.max.bytes", "16777216");
        Set<Long> seen = new HashSet<>();
        long deadline = System.currentTimeMillis() + DEADLINE_MS;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                 properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(expected.keySet());
            consumer.seekToBeginning(expected.keySet());
            Map<TopicPartition, Long> ends = consumer.endOffsets(expected.keySet());
            Set<TopicPartition> open = new HashSet<>(expected.keySet());
            while (!open.isEmpty() && System.currentTimeMillis() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    judge(record, seen);
                }
                open.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
                consumer.pause(expected.keySet().stream().filter(p -> !open.contains(p)).toList());
            }
        }
    }

    private void judge(ConsumerRecord<byte[], byte[]> record, Set<Long> seen) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        long sequence = ByteBuffer.wrap(record.value()).getLong();
        if (!seen.add(sequence)) {
            repeated++;
            example("sequence " + sequence + " again at " + partition + " offset " + record.offset());
        }
        Long wanted = expected.get(partition).remove(record.offset());
        if (wanted == null) {
            return; /* written, but its acknowledgement never reached the producer */
        }
        if (wanted == sequence) {
            found++;
        } else {
            changed++;
            example(partition + " offset " + record.offset() + " holds " + sequence + ", not " + wanted);
        }
    }

    private void example(String text) {
        if (examples.size() < EXAMPLES) {
            examples.add(text);
        }
    }

    private void report() throws Exception {
        long missing = 0;
        for (Map.Entry<TopicPartition, Map<Long, Long>> partition : expected.entrySet()) {
            missing += partition.getValue().size();
            if (!partition.getValue().isEmpty()) {
                example(partition.getKey() + " lacks offset " + partition.getValue().keySet().iterator().next());
            }
        }
        System.out.println(new ObjectMapper().writeValueAsString(Map.of("acknowledged", acknowledged,
            "found", found, "missing", missing, "changed", changed, "repeated", repeated, "examples", examples)));
    }
}
