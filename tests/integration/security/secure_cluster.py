"""A real cluster that asks who is there: TLS, SASL and ACLs, on loopback.

Each broker has three listeners. INTERNAL is plain and belongs to the brokers and to the tests'
administrator (User:ANONYMOUS is the super user); SASL is SASL_SSL with every mechanism and a
session lifetime of ten seconds; MTLS wants a client certificate. Certificates and the Kerberos realm are
made on the spot. SASL is advertised by name, since Kerberos needs one, MTLS by address.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "kafka"))

import jars  # noqa: E402
import kafka_cluster  # noqa: E402
from kerberos import REALM, KeyServer  # noqa: E402
from kafka_cluster import BROKER_SETTINGS, COMMON_SETTINGS, CONTROLLER_ID, Cluster  # noqa: E402

SESSION_LIFETIME_MS = 10000
LOGIN = "org.apache.kafka.common.security"
# Passwords with the characters that quoting gets wrong; a test looks for them in all output.
PASSWORDS = {"plain": "plain-Sesame,=7", "scram256": "scram-Sesame,=8",
             "scram512": "scram-Sesame,=9", "key": "key-Sesame-10",
             "client": "client-Sesame:=11"}


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise kafka_cluster.ClusterError(f"openssl {arguments[0]}: {done.stdout}")


class Authority:
    """A certificate authority in a folder, and what it signs."""

    def __init__(self, directory, name="ca"):
        self.dir = Path(directory)
        self.dir.mkdir(parents=True, exist_ok=True)
        self.key, self.certificate = self.dir / f"{name}.key", self.dir / f"{name}.pem"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", self.key, "-out", self.certificate, "-days", 2, "-subj",
                 f"/CN=Test {name}")

    def sign(self, name, subject, alt_names=None):
        """NAME.key (PKCS#8, not encrypted), NAME.crt; returns both paths."""
        key, request = self.dir / f"{name}.key", self.dir / f"{name}.csr"
        certificate, extensions = self.dir / f"{name}.crt", self.dir / f"{name}.ext"
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", key, "-out", request, "-subj", subject)
        extensions.write_text(f"subjectAltName={alt_names}\n" if alt_names else "")
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                 "-CAcreateserial", "-days", 2, "-extfile", extensions, "-out", certificate)
        return key, certificate


class SecureCluster(Cluster):
    """A Cluster whose brokers have the listeners SASL and MTLS besides the internal one."""

    def _write_properties(self):
        self.tls = self.dir / "tls"
        authority = Authority(self.tls)
        key, certificate = authority.sign("broker", "/CN=broker", "IP:127.0.0.1,DNS:localhost")
        (self.tls / "broker.pem").write_text(key.read_text() + certificate.read_text())
        brokers = self.config["brokers"]
        ports = kafka_cluster._free_ports(max(b["port"] for b in brokers) + 1, 2 * len(brokers) + 1)
        self.kerberos = KeyServer(self.dir / "kerberos", ports.pop())
        self.jvm_flags = (f"-Djava.security.krb5.conf={self.kerberos.config}",)
        self.keytab = self.kerberos.keytab("kafka/localhost")
        for broker, sasl, mtls in zip(brokers, ports[::2], ports[1::2]):
            broker["sasl_port"], broker["mtls_port"] = sasl, mtls
        (self.dir / "cluster.json").write_text(json.dumps(self.config, indent=1))
        voters = f"{CONTROLLER_ID}@127.0.0.1:{self.config['controller_port']}"
        shared = {**COMMON_SETTINGS, **self._security(), "controller.quorum.voters": voters}
        self._write_node(self.controller, {
            **shared, "process.roles": "controller",
            "listeners": f"CONTROLLER://127.0.0.1:{self.config['controller_port']}"})
        for broker in brokers:
            listeners = ",".join(f"{name}://127.0.0.1:{broker[port]}" for name, port in (
                ("INTERNAL", "port"), ("SASL", "sasl_port"), ("MTLS", "mtls_port")))
            advertised = listeners.replace("SASL://127.0.0.1", "SASL://localhost")
            self._write_node(self.brokers[broker["id"]], {
                **shared, **BROKER_SETTINGS, **self._listeners(), "process.roles": "broker",
                "broker.rack": broker["zone"], "listeners": listeners,
                "advertised.listeners": advertised})

    def _security(self):
        return {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "listener.security.protocol.map":
                "CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,SASL:SASL_SSL,MTLS:SSL",
        }

    def _listeners(self):
        name = "listener.name.sasl"
        return {
            "inter.broker.listener.name": "INTERNAL",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.tls / "broker.pem",
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.tls / "ca.pem",
            "listener.name.mtls.ssl.client.auth": "required",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER,GSSAPI",
            "sasl.kerberos.service.name": "kafka",
            f"{name}.plain.sasl.jaas.config":
                f"{LOGIN}.plain.PlainLoginModule required user_plain=\"{PASSWORDS['plain']}\";",
            f"{name}.scram-sha-256.sasl.jaas.config":
                f"{LOGIN}.scram.ScramLoginModule required;",
            f"{name}.scram-sha-512.sasl.jaas.config":
                f"{LOGIN}.scram.ScramLoginModule required;",
            f"{name}.oauthbearer.sasl.jaas.config":
                f"{LOGIN}.oauthbearer.OAuthBearerLoginModule required "
                "unsecuredLoginStringClaim_sub=\"broker\";",
            f"{name}.gssapi.sasl.jaas.config":
                "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true "
                f"storeKey=true keyTab=\"{self.keytab}\" principal=\"kafka/localhost@{REALM}\";",
            # The plain name is overridden per mechanism by Kafka: one for each is needed.
            **{f"{name}.{m}.connections.max.reauth.ms": SESSION_LIFETIME_MS
               for m in ("plain", "scram-sha-256", "scram-sha-512", "oauthbearer", "gssapi")},
        }

    def start(self, *arguments):
        self.kerberos.start()
        super().start(*arguments)

    def stop(self, grace_s=15):
        super().stop(grace_s)
        self.kerberos.close()

    def addresses(self, port):
        host = "localhost" if port == "sasl_port" else "127.0.0.1"
        return ",".join(f"{host}:{b[port]}" for b in self.config["brokers"])


class Administrator:
    """SecurityAdmin.java, kept running."""

    def __init__(self, cluster):
        source = HERE / "java" / "SecurityAdmin.java"
        self.process = subprocess.Popen(
            ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp",
             f"{jars.kafka_jars(cluster.version)}/*", str(source), cluster.bootstrap()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def do(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer != "ok":
            raise kafka_cluster.ClusterError(f"{words[0]}: {answer or 'the administrator ended'}")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
