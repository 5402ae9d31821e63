/*
 * Load: an idempotent acks=all producer that writes down every acknowledged record.
 *
 *     java Load BOOTSTRAP ACKED_FILE FILL_BYTES RECORDS_PER_S TOPIC...
 *
 * It first fills the topics evenly with FILL_BYTES of data, prints "filled", and then goes on at a
 * steady rate over the same partitions. Lines on stdin steer it: "phase NAME" begins a new set of
 * latencies, the end of stdin ends the program, which then prints one JSON line with percentiles a
 * phase. So it cannot outlive the test that started it.
 *
 * Every value begins with a sequence number of its own. ACKED_FILE has a line "topic partition
 * offset sequence" per acknowledgement, for VerifyRecords.
 */
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class Load {
    private static final int FILL_RECORD_BYTES = 8192;
    private static final int STEADY_RECORD_BYTES = 512;
    /* Which records were slow, and when they came back: the first SLOW_MAX of a phase. */
    private static final long SLOW_US = 100_000;
    private static final int SLOW_MAX = 5000;

    /* The latencies of one stretch of the test, in microseconds. */
    private static final class Phase {
        final String name;
        final List<Long> latencies = Collections.synchronizedList(new ArrayList<>());
        final List<Map<String, Object>> slow = Collections.synchronizedList(new ArrayList<>());

        Phase(String name) {
            this.name = name;
        }

        void add(TopicPartition to, long microseconds) {
            latencies.add(microseconds);
            if (microseconds > SLOW_US && slow.size() < SLOW_MAX) {
                slow.add(Map.of("at_ms", System.currentTimeMillis(), "partition", to.toString(),
                    "ms", microseconds / 1000));
            }
        }

        Map<String, Object> summary() {
            long[] sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
            return Map.of("phase", name, "records", sorted.length, "p50_ms", percentile(sorted, 0.50),
                "p99_ms", percentile(sorted, 0.99), "p999_ms", percentile(sorted, 0.999),
                "max_ms", percentile(sorted, 1.0), "slow", slow);
        }

        private static double percentile(long[] sorted, double part) {
            if (sorted.length == 0) {
                return 0;
            }
            int index = (int) Math.ceil(part * sorted.length) - 1;
            return sorted[Math.max(0, index)] / 1000.0;
        }
    }

    private final KafkaProducer<byte[], byte[]> producer;
    private final BufferedWriter acked;
    private final List<TopicPartition> partitions = new ArrayList<>();
    private final Random random = new Random(1);
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final List<Phase> phases = new ArrayList<>();
    private volatile Phase phase;
    private volatile boolean ended;
    private volatile String firstError = "";
    private long sequence;

    private Load(String bootstrap, Path ackedFile, List<String> topics) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("acks", "all");
        properties.put("enable.idempotence", "true");
        properties.put("linger.ms", "5");
        properties.put("batch.size", "131072");
        properties.put("buffer.memory", "67108864");
        properties.put("delivery.timeout.ms", "180000");
        properties.put("request.timeout.ms", "20000");
        producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        acked = Files.newBufferedWriter(ackedFile);
        for (String topic : topics) {
            for (PartitionInfo partition : producer.partitionsFor(topic)) {
                partitions.add(new TopicPartition(topic, partition.partition()));
            }
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 5) {
            System.err.println("usage: Load BOOTSTRAP ACKED_FILE FILL_BYTES RECORDS_PER_S TOPIC...");
            System.exit(2);
        }
        Load load = new Load(args[0], Path.of(args[1]), Arrays.asList(args).subList(4, args.length));
        load.fill(Long.parseLong(args[2]));
        System.out.println("filled");
        load.steady(Integer.parseInt(args[3]));
        load.finish();
    }

    private void fill(long bytes) {
        long rounds = bytes / ((long) partitions.size() * FILL_RECORD_BYTES) + 1;
        /* Runs of records in one partition make full batches, which is ten times faster. */
        for (long done = 0; done < rounds; done += 8) {
            for (TopicPartition partition : partitions) {
                for (long i = done; i < Math.min(rounds, done + 8); i++) {
                    send(partition, FILL_RECORD_BYTES, null);
                }
            }
        }
        producer.flush();
    }

    private void steady(int recordsPerSecond) {
        startPhase("before");
        Thread reader = new Thread(this::readCommands);
        reader.setDaemon(true);
        reader.start();
        long interval = 1_000_000_000L / Math.max(1, recordsPerSecond);
        long next = System.nanoTime();
        for (int i = 0; !ended; i++) {
            send(partitions.get(i % partitions.size()), STEADY_RECORD_BYTES, phase);
            next += interval;
            while (System.nanoTime() < next && !ended) {
                LockSupport.parkNanos(Math.min(next - System.nanoTime(), 20_000_000L));
            }
        }
    }

    private void readCommands() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("phase ")) {
                    startPhase(line.substring("phase ".length()));
                }
            }
        } catch (Exception unreadable) {
            System.err.println("stdin: " + unreadable);
        }
        ended = true;
    }

    private synchronized void startPhase(String name) {
        phase = new Phase(name);
        phases.add(phase);
    }

    private void send(TopicPartition to, int bytes, Phase into) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        long number = sequence++;
        ByteBuffer.wrap(value).putLong(number);
        long start = System.nanoTime();
        producer.send(new ProducerRecord<>(to.topic(), to.partition(), null, value),
            (metadata, error) -> sent(number, to, start, into, metadata, error));
    }

    /* Runs on the producer's own thread, so the file needs no lock. */
    private void sent(long number, TopicPartition to, long start, Phase into, RecordMetadata metadata,
            Exception error) {
        if (error != null) {
            if (failed.getAndIncrement() == 0) {
                firstError = error.toString();
            }
            return;
        }
        acknowledged.incrementAndGet();
        if (into != null) {
            into.add(to, (System.nanoTime() - start) / 1000);
        }
        try {
            acked.write(metadata.topic() + " " + metadata.partition() + " " + metadata.offset() + " " + number + "\n");
        } catch (Exception unwritable) {
            System.err.println("acknowledgements: " + unwritable);
            Runtime.getRuntime().halt(1);
        }
    }

    private void finish() throws Exception {
        producer.flush();
        producer.close();
        acked.close();
        List<Object> summaries = new ArrayList<>();
        phases.forEach(p -> summaries.add(p.summary()));
        System.out.println(new ObjectMapper().writeValueAsString(Map.of("acknowledged", acknowledged.get(),
            "failed", failed.get(), "first_error", firstError, "phases", summaries)));
    }
}
