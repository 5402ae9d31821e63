"""A real Kafka cluster on loopback: one controller, N brokers in zones, no containers.

Everything about a cluster is in its folder: cluster.json (what was asked for, ports), and per node
NAME.properties, NAME.log, NAME.json (pid) and NAME-data. So any later process can go on with it by
naming the folder. The settings make moves quick to see and small machines able to hold six brokers.
"""

import json
import random
import signal
import socket
import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

import jars
from processes import OwnedProcess

DEFAULT_VERSION = "4.3.1"
CONTROLLER_ID = 1000
LOCAL_HOST = "127.0.0.1"
READY_DEADLINE_S = 240
READY_LINE = "Kafka Server started"
FIRST_PORT, LAST_PORT = 15000, 32000  # below the ephemeral ones

JVM_FLAGS = ["-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             "-Xshare:auto", "-Djava.awt.headless=true", "-Djava.net.preferIPv4Stack=true"]
LOG_FLAGS = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
             "-Dorg.slf4j.simpleLogger.showDateTime=true",
             "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
             "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn",
             "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaConfig=warn"]

COMMON_SETTINGS = {
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,CLIENT:PLAINTEXT",
    "num.network.threads": 1,
    "num.io.threads": 2,
    "num.recovery.threads.per.data.dir": 1,
}
BROKER_SETTINGS = {
    "auto.create.topics.enable": "false",
    "auto.leader.rebalance.enable": "false",
    "default.replication.factor": 1,
    "group.initial.rebalance.delay.ms": 0,
    "log.cleaner.enable": "false",
    "log.segment.bytes": 16777216,
    "offsets.topic.num.partitions": 4,
    "offsets.topic.replication.factor": 1,
    "replica.fetch.response.max.bytes": 1048576,
    "replica.lag.time.max.ms": 10000,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
}


class ClusterError(Exception):
    """A node did not do what it was asked; the text is for people."""


def _kafka_uuid():
    # One in 64 would begin with a dash, which the formatting tool takes for an option.
    return "r" + urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]


def _port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_ports(base, count):
    """Without a base a random one: two clusters that start at once rarely want the same ports."""
    if base is None:
        base = random.randrange(FIRST_PORT, LAST_PORT - 100 * count)
    found = []
    for port in range(base, LAST_PORT):
        if _port_is_free(port):
            found.append(port)
            if len(found) == count:
                return found
    raise ClusterError(f"no {count} free ports between {base} and {LAST_PORT}")


def _tail(path, lines=15):
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


class Node:
    """The controller or one broker."""

    def __init__(self, cluster, node_id):
        self.cluster = cluster
        self.id = node_id
        self.name = "controller" if node_id == CONTROLLER_ID else f"broker-{node_id}"
        self.log = cluster.dir / f"{self.name}.log"
        self.properties = cluster.dir / f"{self.name}.properties"
        self.mark = f"-Drezone.test.node={cluster.dir}/{self.name}"
        self.process = OwnedProcess(cluster.dir / f"{self.name}.json", self.mark)
        self.ready_from = 0

    def data_dir(self):
        return self.cluster.dir / f"{self.name}-data"

    def launch(self):
        """Starts the JVM itself, so that the pid we keep is its own; does not wait."""
        self.ready_from = self.log.stat().st_size if self.log.exists() else 0
        jar_dir = jars.kafka_jars(self.cluster.version)
        self.process.start(["java", *JVM_FLAGS, *LOG_FLAGS, *self.cluster.jvm_flags, self.mark, "-cp",
                            f"{jar_dir}/*", "kafka.Kafka", str(self.properties)], self.log)

    def is_ready(self):
        with open(self.log, errors="replace") as log:
            log.seek(self.ready_from)
            return READY_LINE in log.read()

    def wait_ready(self, deadline):
        """A broker logs that it has started after the controller has let it in."""
        while not self.is_ready():
            if not self.process.alive():
                raise ClusterError(f"{self.name} ended while starting; {self.log} ends with:\n"
                                   f"{_tail(self.log)}")
            if time.monotonic() > deadline:
                raise ClusterError(f"{self.name} is not up in time; {self.log} ends with:\n"
                                   f"{_tail(self.log)}")
            time.sleep(0.1)


class Cluster:
    """A cluster in a folder; `create` makes one, the constructor finds one again."""

    jvm_flags = ()  # of this cluster alone

    def __init__(self, directory):
        self.dir = Path(directory).resolve()
        try:
            self.config = json.loads((self.dir / "cluster.json").read_text())
        except OSError as problem:
            raise ClusterError(f"{self.dir} holds no cluster: {problem.strerror}") from problem
        self.version = self.config["version"]
        self.controller = Node(self, CONTROLLER_ID)
        self.brokers = {b["id"]: Node(self, b["id"]) for b in self.config["brokers"]}

    @classmethod
    def create(cls, directory, version, zones, base_port=None, extra=None, proxied=False,
               hosts=None, voters=()):
        """Writes and formats a new cluster; `zones` has one name (or None: no rack) per broker.

        Proxied: brokers have a second listener, client_port, which they advertise as proxy_port,
        where the caller is to put a proxy; among each other they use the first one.
        `hosts`: one loopback address per broker; `voters`: brokers that are controllers, too.
        """
        directory = Path(directory).resolve()
        if (directory / "cluster.json").exists():
            raise ClusterError(f"{directory} holds a cluster already")
        directory.mkdir(parents=True, exist_ok=True)
        count = len(zones)
        ports = _free_ports(base_port, 1 + count * (3 if proxied else 1) + len(voters))
        config = {
            "version": version,
            "cluster_id": _kafka_uuid(),
            "controller_port": ports[0],
            "brokers": [{"id": n, "zone": zone, "port": port, "host": host}
                        for n, (zone, port, host) in enumerate(
                            zip(zones, ports[1:], hosts or [LOCAL_HOST] * count), start=1)],
            "voters": dict(zip(map(str, voters), ports[len(ports) - len(voters):])),
            "extra": dict(extra or {}),
        }
        if proxied:
            for broker, client, proxy in zip(config["brokers"], ports[1 + count:],
                                             ports[1 + 2 * count:]):
                broker.update(client_port=client, proxy_port=proxy)
        (directory / "cluster.json").write_text(json.dumps(config, indent=1))
        cluster = cls(directory)
        cluster._write_properties()
        cluster._format()
        return cluster

    def nodes(self):
        return [self.controller, *self.brokers.values()]

    def bootstrap(self):
        return ",".join(f"{b['host']}:{b['port']}" for b in self.config["brokers"])

    def proxy_ports(self):
        """{port to listen at: port of the broker behind it}."""
        return {b["proxy_port"]: b["client_port"] for b in self.config["brokers"]}

    def proxy_bootstrap(self):
        return ",".join(f"127.0.0.1:{port}" for port in self.proxy_ports())

    def quorum(self):
        """{voter: (host, port)}: the controller, and brokers that are controllers, too."""
        hosts = {b["id"]: b["host"] for b in self.config["brokers"]}
        return {CONTROLLER_ID: (LOCAL_HOST, self.config["controller_port"]),
                **{int(voter): (hosts[int(voter)], port)
                   for voter, port in self.config["voters"].items()}}

    def _write_properties(self):
        quorum = self.quorum()
        voters = ",".join(f"{voter}@{host}:{port}" for voter, (host, port) in quorum.items())
        shared = {**COMMON_SETTINGS, "controller.quorum.voters": voters}
        self._write_node(self.controller, {
            **shared, "process.roles": "controller",
            "listeners": f"CONTROLLER://127.0.0.1:{self.config['controller_port']}"})
        for broker in self.config["brokers"]:
            address = f"PLAINTEXT://{broker['host']}:{broker['port']}"
            listeners, advertised, roles = address, address, "broker"
            if "proxy_port" in broker:
                listeners += f",CLIENT://127.0.0.1:{broker['client_port']}"
                advertised += f",CLIENT://127.0.0.1:{broker['proxy_port']}"
            if broker["id"] in quorum:
                host, port = quorum[broker["id"]]
                listeners += f",CONTROLLER://{host}:{port}"
                roles += ",controller"
            rack = {"broker.rack": broker["zone"]} if broker["zone"] else {}
            self._write_node(self.brokers[broker["id"]], {
                **shared, **BROKER_SETTINGS, **rack, "process.roles": roles,
                "inter.broker.listener.name": "PLAINTEXT",
                "listeners": listeners, "advertised.listeners": advertised})

    def _write_node(self, node, settings):
        settings = {**settings, "node.id": node.id, "log.dirs": node.data_dir(),
                    **self.config["extra"]}
        node.properties.write_text("".join(f"{k}={v}\n" for k, v in settings.items()))

    def _format(self):
        """One JVM formats every node: seven of them would cost more than starting the brokers."""
        command = ["java", *JVM_FLAGS, "-cp", jars.class_path(self.version), "FormatStorage",
                   self.config["cluster_id"], *(str(n.properties) for n in self.nodes())]
        with open(self.dir / "format.log", "wb") as log:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if done.returncode != 0:
            raise ClusterError(f"formatting failed:\n{_tail(self.dir / 'format.log')}")

    def start(self, deadline_s=READY_DEADLINE_S):
        """Starts what does not run and waits until every broker serves."""
        deadline = time.monotonic() + deadline_s
        started = [node for node in self.nodes() if not node.process.alive()]
        for node in started:
            node.launch()
        for node in started:
            node.wait_ready(deadline)

    def restart(self, broker_id, deadline_s=READY_DEADLINE_S):
        node = self.node(broker_id)
        node.process.stop(30)
        node.launch()
        node.wait_ready(time.monotonic() + deadline_s)

    def kill(self, broker_id, hard=True):
        self.node(broker_id).process.stop(0 if hard else 30)

    def pause(self, broker_id):
        self.node(broker_id).process.send(signal.SIGSTOP)

    def unpause(self, broker_id):
        self.node(broker_id).process.send(signal.SIGCONT)

    def stop(self, grace_s=15):
        """Ends every node; brokers first, since they say goodbye to the controller."""
        for node in [*self.brokers.values(), self.controller]:
            node.process.send(signal.SIGCONT)
            if grace_s > 0 and node is not self.controller:
                node.process.send(signal.SIGTERM)
        for node in [*self.brokers.values(), self.controller]:
            node.process.stop(grace_s)

    def node(self, broker_id):
        if broker_id == CONTROLLER_ID:
            return self.controller
        if broker_id not in self.brokers:
            raise ClusterError(f"there is no broker {broker_id}")
        return self.brokers[broker_id]

    def java(self, *arguments):
        """The command line of one of our Java tools against this cluster."""
        return ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp",
                jars.class_path(self.version), *map(str, arguments)]

