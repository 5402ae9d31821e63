#!/usr/bin/env python3
"""rezone against real brokers that ask for TLS, SASL and ACLs.

For each way to authenticate: snapshot, plan, apply, verify, rollback, under a session lifetime of
ten seconds. Then each right is taken away in turn: the error must name it, with exit code 3, and
once it is granted again, resume must finish what apply began. All output and all files of the runs
are searched for the passwords. One line per check; exit code 1 if any failed. With --full also a
run of more than three minutes.
"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from document_steps import steps  # noqa: E402
from kerberos import REALM  # noqa: E402
from secure_cluster import (PASSWORDS, Administrator, Authority, SecureCluster,  # noqa: E402
                            _openssl, jars)
from token_server import CLIENT_ID, TokenServer  # noqa: E402

ZONES = ["az1", "az1", "az2"]
TOPIC, PARTITIONS = "orders", 4
COMMAND_DEADLINE_S = 60
ACL_DELAY_S = 2  # until every broker knows of a change
TOKEN_LIFE_S = 20  # so that a longer command has to renew them
LONG_RUN_BYTES, LONG_RUN_S = 64_000_000, 190

DOCUMENT = HERE.parents[2] / "docs/security.md"
ACL_TOOLS = ("org.apache.kafka.tools.AclCommand", "kafka.admin.AclCommand")  # since 4.0, before

# What docs/security.md tells operators to grant, in two lines each. ALTER implies DESCRIBE, on
# configs too, so taking away a right to look says something only where there is no right to change.
READING = [
    ("DESCRIBE", "CLUSTER", "kafka-cluster"),
    ("DESCRIBE_CONFIGS", "CLUSTER", "kafka-cluster"),
    ("DESCRIBE", "TOPIC", "*"),
    ("DESCRIBE_CONFIGS", "TOPIC", "*"),
]
CHANGING = [
    ("ALTER", "CLUSTER", "kafka-cluster"),
    ("ALTER_CONFIGS", "CLUSTER", "kafka-cluster"),
    ("DESCRIBE", "TOPIC", "*"),
    ("ALTER_CONFIGS", "TOPIC", "*"),
]
READER, CHANGER = "SCRAM-SHA-256", "SCRAM-SHA-512, a Java file"


class Suite:
    def __init__(self, directory, program, version):
        self.dir, self.program, self.version = Path(directory), program, version
        self.failures = 0
        self.cluster = self.admin = self.provider = None
        self.environment = dict(os.environ)
        self.output = []
        self.n_runs = 0

    # ---- checks ----

    def check(self, good, what, detail=""):
        self.failures += not good
        print(f"{'ok    ' if good else 'FAILED'} {self.version} {what}"
              + ("" if good else f"\n{detail}"), flush=True)
        return good

    def rezone(self, *arguments, environment=None, deadline_s=COMMAND_DEADLINE_S):
        # timeout(1) ends a command that hangs the way an operator would; exit 124 is its own.
        done = subprocess.run(["timeout", str(deadline_s), self.program,
                               *map(str, arguments)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              cwd=self.dir, env={**self.environment, **(environment or {})})
        self.output.append(done.stdout + done.stderr)
        return done

    def expect(self, code, what, *arguments, says="", environment=None):
        done = self.rezone(*arguments, environment=environment)
        good = done.returncode == code and says in done.stderr
        return self.check(good, what, f"  exit {done.returncode}, wanted {code} and \"{says}\"\n"
                                      f"{done.stderr[-1500:]}{done.stdout[-500:]}")

    # ---- properties files ----

    def properties(self, name, *lines):
        path = self.dir / f"{name}.properties"
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o600)
        return path

    def sasl(self, name, mechanism, *lines):
        return self.properties(
            name, f"bootstrap.servers={self.cluster.addresses('sasl_port')}",
            "security.protocol=SASL_SSL", f"sasl.mechanism={mechanism}",
            f"ssl.ca.location={self.cluster.tls / 'ca.pem'}", *lines)

    def make_files(self):
        tls, store = self.cluster.tls, self.cluster.tls / "operator.p12"
        authority = self.authority = AuthorityOf(tls)
        key, certificate = authority.sign("operator", "/CN=operator")
        _openssl("pkcs12", "-export", "-inkey", key, "-in", certificate, "-certfile",
                 tls / "ca.pem", "-out", store, "-passout", f"pass:{PASSWORDS['key']}")
        kerberos = self.cluster.kerberos
        self.keytab = kerberos.keytab("operator")
        # Of the realm, but no tickets: what needs one says where it is.
        self.environment = {**os.environ, **kerberos.environment,
                            "KRB5CCNAME": f"FILE:{kerberos.dir}/none"}
        self.provider = TokenServer(tls / "broker.pem", PASSWORDS["client"], "provided",
                                    TOKEN_LIFE_S)
        login = "org.apache.kafka.common.security.scram.ScramLoginModule required"
        self.files = {
            "PLAIN": (self.sasl("plain", "PLAIN", "sasl.username=plain",
                                f"sasl.password={PASSWORDS['plain']}"), "User:plain"),
            "SCRAM-SHA-256": (self.sasl("scram256", "SCRAM-SHA-256", "sasl.username=scram256",
                                        f"sasl.password={PASSWORDS['scram256']}"),
                              "User:scram256"),
            "SCRAM-SHA-512, a Java file": (self.sasl(
                "scram512", "SCRAM-SHA-512", f"sasl.jaas.config={login} \\",
                f"  username=\"scram512\" password=\"{PASSWORDS['scram512']}\";"),
                "User:scram512"),
            "OAUTHBEARER": (self.sasl("bearer", "OAUTHBEARER",
                                      "enable.sasl.oauthbearer.unsecure.jwt=true",
                                      "sasl.oauthbearer.config=principal=bearer"), "User:bearer"),
            "OAUTHBEARER, OIDC": (self.sasl(
                "oidc", "OAUTHBEARER", "sasl.oauthbearer.method=oidc",
                f"sasl.oauthbearer.token.endpoint.url={self.provider.url()}",
                f"sasl.oauthbearer.client.id={CLIENT_ID}",
                f"sasl.oauthbearer.client.secret={PASSWORDS['client']}"), "User:provided"),
            "GSSAPI": (self.sasl("gssapi", "GSSAPI", "sasl.kerberos.service.name=kafka",
                                 f"sasl.kerberos.principal=operator@{REALM}",
                                 f"sasl.kerberos.keytab={self.keytab}"), "User:operator"),
            "mutual TLS": (self.properties(
                "mtls", f"bootstrap.servers={self.cluster.addresses('mtls_port')}",
                "security.protocol=SSL", f"ssl.ca.location={tls / 'ca.pem'}",
                f"ssl.keystore.location={store}", f"ssl.keystore.password={PASSWORDS['key']}"),
                "User:CN=operator"),
        }

    # ---- scenarios ----

    def prepare(self):
        for user, mechanism in (("scram256", "SCRAM-SHA-256"), ("scram512", "SCRAM-SHA-512")):
            self.admin.do("scram", user, mechanism, PASSWORDS[user])
        self.admin.do("topic", TOPIC, PARTITIONS, "1,2")
        for _, principal in self.files.values():
            for right in {*CHANGING, *READING}:
                self.admin.do("allow", principal, *right)
        time.sleep(ACL_DELAY_S)

    def grant_as_documented(self, what, principal, commands):
        """Runs these kafka-acls lines of docs/security.md, with our cluster and this account."""
        (self.dir / "admin.properties").write_text("")
        lines = [step.command for step in steps(DOCUMENT.name, DOCUMENT.read_text())
                 if step.command.startswith("kafka-acls ")]
        self.check(len(lines) == 4, f"{DOCUMENT.name} shows four kafka-acls lines", str(lines))
        for line in lines[commands]:
            words = shlex.split(line.replace("BROKER:9092", self.cluster.bootstrap())
                                .replace("User:rezone", principal))
            for tool in ACL_TOOLS:
                done = subprocess.run(
                    ["java", "-XX:TieredStopAtLevel=1", "-cp",
                     f"{jars.kafka_jars(self.version)}/*", tool, *words[1:]],
                    cwd=self.dir, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                    timeout=90, check=False)
                if "ClassNotFoundException" not in done.stderr:
                    break
            self.check(done.returncode == 0, f"{what}: {line}", done.stdout + done.stderr)
        time.sleep(ACL_DELAY_S)

    def plan(self, name, config):
        snapshot, plan = self.dir / f"{name}.snapshot", self.dir / f"{name}.plan"
        return plan if (
            self.expect(0, f"{name}: snapshot", "snapshot", "--command-config", config,
                        "-o", snapshot)
            and self.expect(0, f"{name}: plan", "plan", snapshot, "-o", plan)) else None

    def whole_way(self, name, config):
        """Every command, and the cluster as it was before at the end."""
        plan = self.plan(name, config)
        if plan is None:
            return
        self.n_runs += 1
        run, cluster = self.dir / f"run-{self.n_runs}", ("--command-config", config)
        self.expect(0, f"{name}: apply", "apply", plan, *cluster, "--throttle", "50MB",
                    "--run-dir", run, "--yes")
        self.expect(0, f"{name}: verify", "verify", plan, *cluster)
        self.expect(0, f"{name}: rollback", "rollback", run, *cluster, "--yes")

    def long_session(self, config):
        """Looks at the cluster for longer than three sessions without a word to the user."""
        done = self.rezone("snapshot", "--command-config", config, "--sample", "35s", "--quiet",
                           "-o", self.dir / "sampled.snapshot")
        self.check(done.returncode == 0 and done.stderr == "", "a command outlives its sessions",
                   done.stderr)

    def long_run(self, config):
        """Applies for more than three minutes under sessions of ten seconds; only progress is
        said."""
        self.admin.do("topic", "bulk", 4, "1,2")
        with open(self.dir / "load.log", "wb") as log:
            load = subprocess.run(
                self.cluster.java("Load", self.cluster.bootstrap(), self.dir / "acked",
                                  LONG_RUN_BYTES, 1, "bulk"),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.check(load.returncode == 0, "the long run: data is there")
        plan = self.plan("the long run", config)
        if plan is None:
            return
        self.n_runs += 1
        begun = time.monotonic()
        done = self.rezone("apply", plan, "--command-config", config, "--throttle",
                           f"{LONG_RUN_BYTES // LONG_RUN_S // 1000}KB", "--run-dir",
                           self.dir / f"run-{self.n_runs}", "--yes", deadline_s=900)
        seconds = int(time.monotonic() - begun)
        words = [line for line in done.stderr.splitlines()
                 if any(word in line for word in ("error", "reached", "refused"))]
        self.check(done.returncode == 0 and not words and seconds >= 180,
                   f"a run of {seconds} s under sessions of 10 s without an error",
                   f"  exit {done.returncode}\n" + "\n".join(words) + done.stderr[-1500:])

    def renewed_tokens(self):
        """Looks for longer than a token lasts; how many it took is the provider's to say."""
        before = self.provider.given
        done = self.rezone("snapshot", "--command-config", self.files["OAUTHBEARER, OIDC"][0],
                           "--sample", "25s", "--quiet", "-o", self.dir / "renewed.snapshot")
        given = self.provider.given - before
        self.check(done.returncode == 0 and done.stderr == "" and 2 <= given <= 12,
                   f"a command outlives its tokens ({given} given out)", done.stderr)

    def token_refusals(self):
        config = self.files["OAUTHBEARER, OIDC"][0]
        stranger = Authority(self.dir / "issuer", "issuer")
        look = ("snapshot", "--command-config", config, "-o", "/dev/null", "-X")
        self.expect(3, "OIDC: a wrong secret", *look,
                    "sasl.oauthbearer.client.secret=Sesame-wrong", says="invalid_client")
        self.expect(3, "OIDC: an authority that is not trusted", *look,
                    f"https.ca.location={stranger.certificate}", says="certificate")
        for mode, says in (("garbage", "something else than JSON"), ("slow", "timed out")):
            self.provider.mode = mode
            self.expect(3, f"OIDC: {mode} answers", *look,
                        "socket.connection.setup.timeout.ms=2000", says=says)
        self.provider.mode = "good"
        self.expect(0, "OIDC: the secret from the environment", *look,
                    "sasl.oauthbearer.client.secret=",
                    environment={"REZONE_SASL_OAUTHBEARER_CLIENT_SECRET": PASSWORDS["client"]})

    def kerberos_refusals(self):
        kerberos = self.cluster.kerberos
        look = ("snapshot", "--command-config", self.files["GSSAPI"][0], "-o", "/dev/null", "-X")
        bare = (*look, "sasl.kerberos.keytab=", "-X", "sasl.kerberos.principal=")
        ticket = kerberos.ticket("operator", self.keytab)
        self.expect(0, "GSSAPI: a ticket that kinit got", *bare,
                    environment={"KRB5CCNAME": f"FILE:{ticket}"})
        self.expect(3, "GSSAPI: no ticket", *bare, says="Kerberos says")
        self.expect(3, "GSSAPI: a principal that the keytab lacks", *look,
                    f"sasl.kerberos.principal=nobody@{REALM}", says="Kerberos says")
        self.expect(3, "GSSAPI: a service that the realm lacks", *look,
                    "sasl.kerberos.service.name=nothing", says="not found")

    def refusals(self):
        tls, sasl = self.cluster.tls, self.cluster.addresses("sasl_port")
        stranger = Authority(self.dir / "stranger", "stranger")
        plain = self.files["PLAIN"][0]
        self.expect(3, "a wrong password", "snapshot", "--command-config", plain, "-X",
                    "sasl.password=Sesame-wrong", says="SASL_AUTHENTICATION_FAILED")
        self.expect(3, "a wrong SCRAM password", "snapshot", "--command-config",
                    self.files["SCRAM-SHA-256"][0], "-X", "sasl.password=Sesame-wrong",
                    says="SASL_AUTHENTICATION_FAILED")
        self.expect(3, "an authority that is not trusted", "snapshot", "--command-config", plain,
                    "-X", f"ssl.ca.location={stranger.certificate}", says="not trusted")
        self.expect(3, "a client certificate that is missing", "snapshot", "-b",
                    self.cluster.addresses("mtls_port"), "-X", "security.protocol=ssl", "-X",
                    f"ssl.ca.location={tls / 'ca.pem'}", says="requires a client certificate")
        key, certificate = stranger.sign("intruder", "/CN=operator")
        self.expect(3, "a client certificate of a stranger", "snapshot", "-b",
                    self.cluster.addresses("mtls_port"), "-X", "security.protocol=ssl", "-X",
                    f"ssl.ca.location={tls / 'ca.pem'}", "-X", f"ssl.key.location={key}", "-X",
                    f"ssl.certificate.location={certificate}",
                    says="refused our client certificate")
        self.expect(3, "a TLS listener without TLS", "snapshot", "-b", sasl, says="TLS")
        self.expect(3, "a plain listener with TLS", "snapshot", "-b", self.cluster.bootstrap(),
                    "-X", "security.protocol=ssl", says="TLS")
        self.expect(3, "a plain listener with SASL", "snapshot", "-b", self.cluster.bootstrap(),
                    "-X", "security.protocol=sasl_plaintext", "-X", "sasl.mechanism=PLAIN", "-X",
                    "sasl.username=u", "-X", "sasl.password=p", says="takes no SASL")
        self.expect(0, "a password from the environment", "snapshot", "--command-config", plain,
                    "-X", "sasl.password=", "-o", "/dev/null",
                    environment={"REZONE_SASL_PASSWORD": PASSWORDS["plain"]})

    def set_rights(self, verb, principal, rights):
        for right in rights:
            self.admin.do(verb, principal, *right)
        time.sleep(ACL_DELAY_S)

    def missing_right(self, what, right, *command):
        """A command without one right: exit code 3, and its name. Granted again by the caller."""
        operation, resource, _ = right
        done = self.rezone(*command)
        error = done.stderr[done.stderr.rfind("error:"):]
        self.check(done.returncode == 3 and f"{operation} on {resource}" in error, what,
                   f"  exit {done.returncode}\n{done.stderr[-1500:]}{done.stdout[-500:]}")

    def missing_to_look(self):
        config, principal = self.files[READER]
        self.set_rights("forbid", principal, {*CHANGING, *READING})
        self.grant_as_documented("rights to look", principal, slice(0, 2))
        looks = ("snapshot", "--command-config", config, "-o", self.dir / "looked.snapshot")
        self.expect(0, "snapshot with the rights to look", *looks)
        for right in READING:
            self.set_rights("forbid", principal, [right])
            name = f"{right[0]} on {right[1]}"
            if right[0] == "DESCRIBE":
                self.missing_right(f"snapshot without {name}: said, exit 3", right, *looks)
            elif right[1] == "TOPIC":  # only min.insync.replicas is lost
                self.expect(0, f"snapshot without {name}: a warning", *looks, says=name)
            else:
                self.expect(0, f"snapshot without {name}: not needed", *looks)
            self.set_rights("allow", principal, [right])

    def enough_to_change(self):
        config, principal = self.files[CHANGER]
        self.set_rights("forbid", principal, {*CHANGING, *READING})
        self.grant_as_documented("rights to change", principal, slice(2, 4))
        self.whole_way("with the rights to change only", config)
        self.set_rights("allow", principal, READING)

    def missing_to_change(self, right):
        """Apply stops at the missing right, and resume finishes once it is granted again."""
        config, principal = self.files[CHANGER]
        what = f"without {right[0]} on {right[1]}"
        plan = self.plan(f"before {right[0]} {right[1]}", config)
        if plan is None:
            return
        self.n_runs += 1
        run, cluster = self.dir / f"run-{self.n_runs}", ("--command-config", config)
        begin = ("apply", plan, *cluster, "--throttle", "50MB", "--throttle-mode", "both",
                 "--run-dir", run, "--yes")
        self.set_rights("forbid", principal, [right])
        if right != ("DESCRIBE", "TOPIC", "*"):  # then not even the review can read
            self.expect(1, f"apply {what}: the review says so", *begin, says="risk review failed")
        self.missing_right(f"apply {what}: said, exit 3", right, *begin, "--accept",
                           "permissions")
        self.set_rights("allow", principal, [right])
        if (run / "journal").exists():
            self.expect(0, f"{what}: granted again, resume", "resume", run, *cluster, "--yes")
        else:
            self.expect(0, f"{what}: granted again, apply", *begin)
        self.expect(0, f"{what}: verify", "verify", plan, *cluster)
        self.expect(0, f"{what}: rollback", "rollback", run, *cluster, "--yes")

    def secrets_stay(self):
        texts = {"output": "\n".join(self.output)}
        for path in self.dir.glob("run-*/**/*"):
            if path.is_file():
                texts[str(path)] = path.read_text(errors="replace")
        for path in [*self.dir.glob("*.snapshot"), *self.dir.glob("*.plan")]:
            texts[str(path)] = path.read_text(errors="replace")
        found = [name for name, text in texts.items() if "Sesame" in text]
        self.check(not found and len(texts) > 3, f"no password in {len(texts)} texts",
                   f"  found in: {found}")
        modes = [(path, path.stat().st_mode & 0o777) for path in self.dir.glob("run-*")]
        self.check(all(mode == 0o700 for _, mode in modes), "run directories are for their owner",
                   str(modes))

    def run(self, full):
        self.cluster = SecureCluster.create(self.dir / "cluster", self.version, ZONES)
        try:
            self.cluster.start()
            self.admin = Administrator(self.cluster)
            self.make_files()
            self.prepare()
            for name, (config, _) in self.files.items():
                self.whole_way(name, config)
            self.refusals()
            self.token_refusals()
            self.kerberos_refusals()
            self.renewed_tokens()
            self.long_session(self.files[CHANGER][0])
            self.enough_to_change()
            for right in CHANGING:
                self.missing_to_change(right)
            self.missing_to_look()
            if full:
                self.long_run(self.files[CHANGER][0])
            self.secrets_stay()
        finally:
            if self.admin is not None:
                self.admin.close()
            if self.provider is not None:
                self.provider.close()
            self.cluster.stop(0)
        return self.failures == 0


def AuthorityOf(directory):
    """The cluster's own authority again."""
    authority = Authority.__new__(Authority)
    authority.dir = directory
    authority.key, authority.certificate = directory / "ca.key", directory / "ca.pem"
    return authority


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rezone", dest="program", required=True, help="the rezone binary")
    parser.add_argument("--version", action="append", help="Kafka's version; may be repeated")
    parser.add_argument("--dir", help="where to work (default: a temporary folder)")
    parser.add_argument("--full", action="store_true", help="also a run of several minutes")
    options = parser.parse_args()
    good = True
    for version in options.version or ["4.3.1", "3.7.2"]:
        base = Path(options.dir or tempfile.mkdtemp(prefix="rezone-security-"))
        directory = base.resolve() / version  # the program runs with this as its current folder
        directory.mkdir(parents=True, exist_ok=True)
        good &= Suite(directory, str(Path(options.program).resolve()), version).run(
            options.full)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
