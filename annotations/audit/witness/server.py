"""The witness's HTTP server: POST /add-checkpoint (c2sp.org/tlog-witness)."""

import sys
import threading
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from annotations.audit.tree import witness
from annotations.audit.tree.signed_notes import PrivateKey, PublicKey
from annotations.audit.witness.memory import Memory

PATH = "/add-checkpoint"
# A proof of 63 hashes and 100 signatures of a hundred bytes are below 20 KiB.
BODY_LIMIT = 256 * 1024
_IDLE_SECONDS = 30


class Witness:
    """Judges, remembers and cosigns, one request at a time."""

    def __init__(self, key: PrivateKey, logs: Mapping[str, Sequence[PublicKey]], memory: Memory) -> None:
        self._key = key
        self._logs = logs
        self._memory = memory
        self._one_at_a_time = threading.Lock()

    def add_checkpoint(self, body: bytes) -> str:
        """The cosignature line. Raises witness.Refused; OSError when the checkpoint could not be kept."""
        with self._one_at_a_time:
            checkpoint = witness.judge(body, self._logs, self._memory.latest)
            self._memory.keep(checkpoint)
            return self._key.sign(checkpoint.format(), timestamp=int(time.time())).line


class Server(ThreadingHTTPServer):
    """Serves one witness. `server_address` tells the port when 0 was asked for."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], served: Witness) -> None:
        super().__init__(address, Handler)
        self.witness = served


class Handler(BaseHTTPRequestHandler):
    """One connection; several requests may come over it."""

    protocol_version = "HTTP/1.1"
    server_version = "witness"
    sys_version = ""
    timeout = _IDLE_SECONDS
    server: Server

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            return self._answer(HTTPStatus.LENGTH_REQUIRED, "Say how long the body is.\n", stay=False)
        if int(length) > BODY_LIMIT:
            return self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too long.\n", stay=False)
        body = self.rfile.read(int(length))
        if self.path != PATH:
            return self._answer(HTTPStatus.NOT_FOUND, f"This witness answers POST {PATH}.\n")
        try:
            return self._answer(HTTPStatus.OK, self.server.witness.add_checkpoint(body))
        except witness.Refused as refused:
            if refused.known_size is not None:
                return self._answer(refused.status, f"{refused.known_size}\n", kind=witness.SIZE_TYPE)
            return self._answer(refused.status, f"{refused}\n")
        except OSError as error:
            sys.stderr.write(f"The checkpoint could not be kept: {error}\n")
            return self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, "The checkpoint could not be kept.\n")

    def do_GET(self) -> None:
        status = HTTPStatus.METHOD_NOT_ALLOWED if self.path == PATH else HTTPStatus.NOT_FOUND
        self._answer(status, f"This witness answers POST {PATH}.\n")

    def _answer(
        self, status: int, text: str, *, kind: str = "text/plain; charset=utf-8", stay: bool = True
    ) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if not stay:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
