"""Kafka's jars and our Java tools, kept outside the tree and fetched once per release.

A release is a folder kafka-VERSION under the cache. It appears by one rename after everything is in
it, so a folder that exists is complete: an interrupted download leaves only a temporary folder.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
JAVA_SOURCES = sorted((HERE / "java").glob("*.java"))
DOWNLOAD_TRIES = 4


class JarsError(Exception):
    """The jars could not be had; the text is for people."""


def cache_root():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(Path.home(), ".cache")
    return Path(base) / "rezone"


@contextmanager
def _cache_lock():
    root = cache_root()
    root.mkdir(parents=True, exist_ok=True)
    with open(root / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield root


def _download(version, into):
    command = ["mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies",
               f"-Dkafka.version={version}", f"-DoutputDirectory={into}"]
    for attempt in range(1, DOWNLOAD_TRIES + 1):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode == 0 and (into / f"kafka_2.13-{version}.jar").exists():
            return
        if attempt < DOWNLOAD_TRIES:
            time.sleep(3 * attempt)
    tail = "\n".join(done.stdout.splitlines()[-8:])
    raise JarsError(f"Maven could not fetch Kafka {version} in {DOWNLOAD_TRIES} tries:\n{tail}")


def kafka_jars(version):
    """The folder that holds every jar of Kafka `version`; downloads it when it is not there."""
    with _cache_lock() as root:
        jars = root / f"kafka-{version}"
        if jars.is_dir():
            return jars
        if shutil.which("mvn") is None:
            raise JarsError("Kafka's jars are fetched with Maven, and mvn is not installed")
        temporary = Path(tempfile.mkdtemp(prefix=f"kafka-{version}.", dir=root))
        try:
            _download(version, temporary)
            temporary.chmod(0o755)
            temporary.rename(jars)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return jars


def _compile(jars, classes):
    done = subprocess.run(["javac", "-nowarn", "-encoding", "UTF-8", "-cp", f"{jars}/*", "-d",
                           str(classes), *map(str, JAVA_SOURCES)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise JarsError(f"javac failed on the test tools:\n{done.stdout}")


def class_path(version):
    """A class path with Kafka `version` and our tools, compiled against it once per content."""
    jars = kafka_jars(version)
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in JAVA_SOURCES))
    classes = cache_root() / f"tools-{version}-{digest.hexdigest()[:16]}"
    with _cache_lock() as root:
        if not classes.is_dir():
            if shutil.which("javac") is None:
                raise JarsError("the test tools need a JDK, and javac is not installed")
            temporary = Path(tempfile.mkdtemp(prefix="tools.", dir=root))
            try:
                _compile(jars, temporary)
                temporary.rename(classes)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    return f"{classes}:{jars}/*"
