#!/usr/bin/env python3
"""SASL GSSAPI with a key server on loopback, and libsasl2 in a broker's place.

    test_kerberos.py GSSAPI-HANDSHAKE

security.py does the same with real brokers.
"""

import os
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from kerberos import REALM, KeyServer

HANDSHAKE = Path(sys.argv.pop(1)).resolve()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Kerberos(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="rezone-kerberos-")
        cls.server = KeyServer(Path(cls.temporary.name) / "realm", free_port())
        cls.broker_key = cls.server.keytab("kafka/localhost")
        cls.key = cls.server.keytab("operator")
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.temporary.cleanup()

    def handshake(self, service="kafka", principal="", keytab="", ticket="/nonexistent"):
        return subprocess.run(
            [HANDSHAKE, service, principal, keytab], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, check=False,
            env={**os.environ, **self.server.environment, "KRB5_KTNAME": f"FILE:{self.broker_key}",
                 "KRB5CCNAME": f"FILE:{ticket}"})

    def accepted(self, **settings):
        done = self.handshake(**settings)
        self.assertEqual((done.returncode, done.stdout), (0, "operator\n"), done.stderr)

    def refused(self, words, **settings):
        done = self.handshake(**settings)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("SASL GSSAPI: Kerberos says: ", done.stderr)
        self.assertIn(words, done.stderr)

    def test_a_keytab(self):
        self.accepted(keytab=self.key)

    def test_a_keytab_and_a_principal(self):
        self.accepted(keytab=self.key, principal=f"operator@{REALM}")

    def test_a_ticket(self):
        self.accepted(ticket=self.server.ticket("operator", self.key))

    def test_a_ticket_and_its_principal(self):
        self.accepted(ticket=self.server.ticket("operator", self.key),
                      principal=f"operator@{REALM}")

    def test_no_ticket(self):
        self.refused("No Kerberos credentials")

    def test_a_principal_that_the_keytab_lacks(self):
        self.refused("nobody", keytab=self.key, principal=f"nobody@{REALM}")

    def test_a_service_that_the_realm_lacks(self):
        self.refused("not found", service="nothing", keytab=self.key)


if __name__ == "__main__":
    unittest.main()
