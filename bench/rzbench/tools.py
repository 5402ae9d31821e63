"""The tools that bench/plans compares: how each is installed and asked for a plan.

Every peer lives in its own folder under the user's cache, named by its pinned version, and is
installed by its registry's ordinary client the first time it is needed. The build never does.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
PEERS = BENCH / "peers"


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "rezone-bench"


def _call(command, cwd):
    subprocess.run(command, cwd=cwd, check=True, stdout=sys.stderr)


class Peer:
    """A folder that is complete once it holds the file `installed`."""

    def __init__(self, name, version):
        self.name, self.version = name, version
        self.folder = cache() / f"{name}-{version}"

    def install(self):
        if (self.folder / "installed").exists():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        print(f"installing {self.name} {self.version}", file=sys.stderr)
        self.fill()
        (self.folder / "installed").touch()


class Python(Peer):
    def __init__(self, name, version, script, extra=()):
        super().__init__(name, version)
        self.script, self.extra = script, extra

    def fill(self):
        _call([sys.executable, "-m", "venv", str(self.folder)], None)
        _call([str(self.folder / "bin/pip"), "install", "--quiet",
               f"{self.name}=={self.version}", *self.extra], None)

    def command(self, snapshot, out, _drain):
        return [str(self.folder / "bin/python"), str(PEERS / self.script), snapshot, out]


class Kafka(Peer):
    POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>bench</groupId><artifactId>bench</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId>
<version>{version}</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
<version>{version}</version></dependency></dependencies></project>
"""

    def fill(self):
        (self.folder / "pom.xml").write_text(self.POM.format(version=self.version))
        _call(["mvn", "-q", "-B", "dependency:copy-dependencies",
               f"-DoutputDirectory={self.folder}/jars"], self.folder)
        _call(["javac", "-cp", f"{self.folder}/jars/*", "-d", str(self.folder / "classes"),
               str(PEERS / "KafkaGenerate.java")], self.folder)

    def command(self, snapshot, out, _drain):
        return ["java", "-Xmx4g", "-cp", f"{self.folder}/classes:{self.folder}/jars/*",
                "KafkaGenerate", snapshot, out]


class Topicctl(Peer):
    def fill(self):
        shutil.copy(PEERS / "topicctl/main.go", self.folder)
        (self.folder / "go.mod").write_text(
            "module rezone/bench/topicctl\n\ngo 1.24\n\n"
            f"require github.com/segmentio/topicctl v{self.version}\n")
        _call(["go", "build", "-mod=mod", "-o", "plan", "."], self.folder)

    def command(self, snapshot, out, _drain):
        return [str(self.folder / "plan"), snapshot, out]


@dataclass
class Built:
    """What our own build made; absent parts (no LEMON) are skipped."""
    name: str
    binary: Path
    mode: str = ""
    version: str = "built"

    def install(self):
        if not self.binary.exists():
            raise FileNotFoundError(f"{self.binary} is not built")

    def command(self, snapshot, out, drain):
        if self.mode:
            return [sys.executable, str(PEERS / "lemon_plan.py"), str(self.binary), self.mode,
                    snapshot, out]
        drained = ["--drain", ",".join(map(str, sorted(drain)))] if drain else []
        return [str(self.binary), "plan", snapshot, "-o", out + ".plan", "--kafka-json", out,
                *drained]


def all_tools(build):
    referee = build / "bench/bench-referee"
    return [
        Built("rezone", build / "cli/rezone"),
        Built("lemon-dense", referee, "dense", "1.3.1"),
        Built("lemon-pooled", referee, "pooled", "1.3.1"),
        Python("ortools", "9.15.6755", "ortools_plan.py"),
        Kafka("kafka", "4.3.1"),
        Kafka("kafka", "3.9.2"),
        Python("kafka-utils", "4.1.0", "kafka_utils_plan.py"),
        Python("kafka-tools", "0.1.9", "kafka_tools_plan.py", ("six", "setuptools<80")),
        Topicctl("topicctl", "1.23.1"),
    ]


def label(tool):
    return tool.name if tool.version == "built" else f"{tool.name} {tool.version}"
