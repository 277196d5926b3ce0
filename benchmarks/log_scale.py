"""What the log's tree costs at a size: giving places, sealing, proving, verifying. Printed as one JSON object.

    python -m benchmarks.log_scale --entries 1000000 [--database sqlite] [--folder DIR]
    python -m benchmarks.log_scale --entries 10000000 --waiting 100000

Makes a log of so many made-up entries (see log_data.py) in a database of its own, which is deleted afterwards, and
sequences them all. With `--waiting` the entries are plain and have their places already, made by SQL (see
log_bulk.py), and so many more are sequenced behind them. On PostgreSQL with fsync.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.log_data import settings
from tests.engines.postgresql import PostgreSQL

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database that goes when this ends."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'log.sqlite3'}"
        return
    server = PostgreSQL(folder / "postgresql", durable=True)
    server.start()
    try:
        yield server.url("postgres", "postgres")
    finally:
        server.stop()


def timed(arguments: list[str], environment: dict[str, str]) -> float:
    """Seconds that `python ARGUMENTS` took."""
    begun = time.monotonic()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
    return time.monotonic() - begun


def measure(kind: str, entries: int, waiting: int, folder: Path) -> dict[str, Any]:
    keys = folder / "keys"
    keys.mkdir()
    with database(kind, folder) as url:
        environment = {**settings(url, keys), "AUDIT_KEYS_DIR": str(keys / "log")}
        made = ["benchmarks/log_data.py", "--entries", str(entries), "--url", url, "--migrate"]
        if waiting:
            made = ["-m", "benchmarks.log_bulk", str(entries), str(waiting)]
        filled = timed(made, environment)
        sequenced = timed(["manage.py", "sequence", "--once"], environment)
        found = subprocess.run(
            [sys.executable, "-m", "benchmarks.log_tree"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
    return {
        "entries": entries,
        "database": {"sqlite": "SQLite, synchronous FULL", "postgresql": "PostgreSQL, fsync on"}[kind],
        "cores": os.cpu_count(),
        "filled_s": round(filled, 1),
        "sequenced_s": round(sequenced, 1),
        "sequenced_per_s": round((waiting or entries) / sequenced),
        **json.loads(found.stdout),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--waiting", type=int, default=0, help="sequence only so many, behind plain entries")
    parser.add_argument("--folder", type=Path, help="where the database lies meanwhile")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="log-scale-", dir=options.folder))
    try:
        folder.chmod(0o711)
        print(json.dumps(measure(options.database, options.entries, options.waiting, folder)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
