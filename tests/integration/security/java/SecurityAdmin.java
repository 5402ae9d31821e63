import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * What an administrator does between two tests, over the listener of the super user. One JVM for
 * all of it: reads commands from stdin and answers each with "ok" or "failed: WHY".
 *
 *     scram USER MECHANISM PASSWORD
 *     topic NAME PARTITIONS BROKER,BROKER,...     every partition on these brokers
 *     allow|forbid PRINCIPAL OPERATION TOPIC|CLUSTER NAME
 */
public class SecurityAdmin {
    private static AclBinding binding(String[] w) {
        return new AclBinding(
            new ResourcePattern(ResourceType.fromString(w[3]), w[4], PatternType.LITERAL),
            new AccessControlEntry(w[1], "*", AclOperation.fromString(w[2]),
                                   AclPermissionType.ALLOW));
    }

    private static void topic(Admin admin, String[] w) throws Exception {
        List<Integer> replicas = new ArrayList<>();
        for (String id : w[3].split(","))
            replicas.add(Integer.valueOf(id));
        Map<Integer, List<Integer>> assignment = new HashMap<>();
        for (int i = 0; i < Integer.parseInt(w[2]); i++)
            assignment.put(i, replicas);
        admin.createTopics(List.of(new NewTopic(w[1], assignment))).all().get();
    }

    private static void run(Admin admin, String[] w) throws Exception {
        switch (w[0]) {
        case "scram":
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                w[1], new ScramCredentialInfo(ScramMechanism.fromMechanismName(w[2]), 4096),
                w[3]))).all().get();
            break;
        case "topic":
            topic(admin, w);
            break;
        case "allow":
            admin.createAcls(List.of(binding(w))).all().get();
            break;
        case "forbid":
            admin.deleteAcls(List.of(binding(w).toFilter())).all().get();
            break;
        default:
            throw new IllegalArgumentException(w[0]);
        }
    }

    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", args[0]);
        try (Admin admin = Admin.create(properties);
             BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"))) {
            for (String line; (line = in.readLine()) != null;) {
                try {
                    run(admin, line.split(" "));
                    System.out.println("ok");
                } catch (Exception problem) {
                    System.out.println("failed: " + problem);
                }
                System.out.flush();
            }
        }
    }
}
