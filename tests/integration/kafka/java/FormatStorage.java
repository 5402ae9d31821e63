/*
 * FormatStorage: Kafka's own StorageTool, run for several nodes in one JVM.
 *
 * java FormatStorage CLUSTER_ID FILE.properties...
 *
 * The tool ends by exiting the process; Kafka's Exit lets us turn that into an exception.
 */
import org.apache.kafka.common.utils.Exit;

public final class FormatStorage {
    private static final class Exited extends RuntimeException {
        final int code;

        Exited(int code) {
            this.code = code;
        }
    }

    public static void main(String[] args) throws Exception {
        Exit.setExitProcedure((code, message) -> {
            throw new Exited(code);
        });
        for (int i = 1; i < args.length; i++) {
            int code = format(args[0], args[i]);
            if (code != 0) {
                System.err.println("formatting " + args[i] + " ended with " + code);
                Runtime.getRuntime().halt(1);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static int format(String clusterId, String properties) {
        try {
            kafka.tools.StorageTool.main(
                new String[] {"format", "-t", clusterId, "-c", properties});
            return 0;
        } catch (Exited exited) {
            return exited.code;
        }
    }
}
