"""A Kerberos realm of our own on loopback: one key server, unprivileged, in a folder.

Brokers and rezone find it through KRB5_CONFIG (Java: java.security.krb5.conf); nothing outside the
folder is read or written.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

REALM = "REZONE.TEST"
START_DEADLINE_S = 30

KRB5_CONF = """[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
 }}
"""

KDC_CONF = """[kdcdefaults]
 kdc_listen = ""
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {dir}/principal
  key_stash_file = {dir}/stash
  acl_file = {dir}/acl
  max_life = 10m
 }}
[logging]
 kdc = FILE:{dir}/kdc.log
"""


class KerberosError(Exception):
    """The realm cannot be had; the text is for people."""


def _program(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise KerberosError(f"{name} is not installed (krb5-kdc, krb5-admin-server, krb5-user)")
    return path


class KeyServer:
    """The constructor makes the realm, start() serves it, close() ends that. Principals can be
    added at any time."""

    def __init__(self, directory, port):
        self.dir, self.port, self.process = Path(directory), port, None
        self.dir.mkdir(parents=True)
        self.config = self.dir / "krb5.conf"
        self.config.write_text(KRB5_CONF.format(realm=REALM, port=port))
        (self.dir / "kdc.conf").write_text(
            KDC_CONF.format(realm=REALM, port=port, dir=self.dir))
        (self.dir / "acl").write_text("")
        self.environment = {"KRB5_CONFIG": str(self.config),
                            "KRB5_KDC_PROFILE": str(self.dir / "kdc.conf")}
        self._run("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")

    def start(self):
        with open(self.dir / "krb5kdc.out", "wb") as log:
            self.process = subprocess.Popen(
                [_program("krb5kdc"), "-n", "-P", str(self.dir / "pid")], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env={**os.environ, **self.environment})
        self._wait()

    def _run(self, program, *arguments):
        done = subprocess.run([_program(program), *map(str, arguments)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, **self.environment})
        if done.returncode != 0:
            raise KerberosError(f"{program}: {done.stdout}")

    def _wait(self):
        deadline = time.monotonic() + START_DEADLINE_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise KerberosError(f"krb5kdc ended: {(self.dir / 'krb5kdc.out').read_text()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise KerberosError("krb5kdc does not listen in time")

    def keytab(self, principal):
        """A new principal of the realm, and the file with its key."""
        path = self.dir / (principal.replace("/", "-") + ".keytab")
        for command in (f"add_principal -randkey {principal}", f"ktadd -k {path} {principal}"):
            self._run("kadmin.local", "-r", REALM, "-q", command)
        if not path.exists():
            raise KerberosError(f"kadmin.local made no keytab for {principal}")
        return path

    def ticket(self, principal, keytab):
        """A credential cache, as somebody's kinit would leave it."""
        path = self.dir / "ticket"
        self._run("kinit", "-k", "-t", keytab, "-c", path, f"{principal}@{REALM}")
        return path

    def close(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
