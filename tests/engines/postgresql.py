"""A PostgreSQL server of the test run's own, in a temporary folder."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql

ACCOUNT = "postgres"
OWNER, APP, SEQUENCER = "review_owner", "review_app", "review_sequencer"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def binaries() -> Path:
    """The folder of the newest server's programs; RuntimeError saying what to install when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise RuntimeError("PostgreSQL's server is missing: install the package postgresql.")


class PostgreSQL:
    """`start` it, connect to `url(name, role)`, `stop` it. Listens on the loopback address only.

    The server refuses to run as root; then it runs as Debian's account for it, by `setpriv`, which also makes it
    end with the test run however that ends. Nothing here outlives the run, so nothing waits for the disk, unless
    it is `durable`, for measuring.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self.durable = durable
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        programs = binaries()
        data = self.folder / "data"
        data.mkdir(parents=True)
        as_server: list[str] = ["setpriv", "--pdeathsig", "KILL"]
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            for folder in (self.folder, data):
                os.chown(folder, account.pw_uid, account.pw_gid)
            as_server += [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        with (self.folder / "initdb.log").open("wb") as log:
            initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
            subprocess.run(
                [*as_server, *map(str, initdb), "--locale=C.UTF-8"],
                check=True,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": "64MB",
        }
        if not self.durable:
            settings |= {
                "fsync": "off",
                "full_page_writes": "off",
                "synchronous_commit": "off",
                "wal_level": "minimal",
                "max_wal_senders": 0,
                "max_wal_size": "256MB",  # it may lie in memory
                "autovacuum": "off",  # its statistics come when it likes
            }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*as_server, str(programs / "postgres"), "-D", str(data), *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        self._wait()
        with self.admin() as connection:
            for role in (OWNER, APP, SEQUENCER):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                self.admin().close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "server.log").read_text()) from None
                time.sleep(0.05)
            else:
                return

    def admin(self) -> psycopg.Connection:
        """A connection as the server's superuser."""
        return psycopg.connect(self.url("postgres", "postgres"), autocommit=True)

    def url(self, name: str, role: str) -> str:
        return f"postgresql://{role}@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
