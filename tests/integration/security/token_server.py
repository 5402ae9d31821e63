"""An identity provider on loopback: HTTPS, client credentials, unsigned tokens for brokers."""

import base64
import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLIENT_ID = "rezone-client"


def _part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class TokenServer:
    """Counts the tokens that it gives out; each is good for `life_s`."""

    def __init__(self, certificate_and_key, secret, subject, life_s):
        self.secret, self.subject, self.life_s = secret, subject, life_s
        self.given = 0
        self.mode = "good"
        self.awake = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, body = outer.answer(self.headers.get("Authorization", ""), form)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # clients that leave early are part of the test
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate_and_key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def url(self):
        return f"https://localhost:{self.server.server_address[1]}/token"

    def answer(self, authorization, form):
        expected = base64.b64encode(f"{CLIENT_ID}:{self.secret}".encode()).decode()
        if self.mode == "garbage":
            return 200, "no JSON here"
        if self.mode == "slow":
            self.awake.wait(30)
        if authorization != f"Basic {expected}" or "grant_type=client_credentials" not in form:
            return 401, json.dumps({"error": "invalid_client"})
        self.given += 1
        now = int(time.time())
        token = ".".join((_part({"alg": "none"}), _part(
            {"sub": self.subject, "iat": now, "exp": now + self.life_s}), ""))
        return 200, json.dumps({"access_token": token, "token_type": "Bearer",
                                "expires_in": self.life_s})

    def close(self):
        self.awake.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
