"""What an act's entry costs the act, and how soon a signed checkpoint covers it. Printed as one JSON object.

    python -m benchmarks.log_acts --act label [--clients 8] [--pairs 20] [--durable]

On PostgreSQL and Redis of its own, with the sequencer running. Each client is a process that acts without pause. For
two seconds all act with their entries, for the next two the same acts run without, and so on in turns: what else
happens on the machine meets both alike. `--durable`: with fsync, as in production.

    python -m benchmarks.log_acts --act reveal [--clients 8] [--reveals 200] [--durable]

How long somebody waits who may see something only once its entry is sealed (see log_reveals.py).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.log_data import settings
from tests.engines.postgresql import PostgreSQL
from tests.engines.redis import Redis

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--act", choices=["label", "hold", "extend", "reveal"], default="label")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=20, help="turns with entries, each with one without")
    parser.add_argument("--reveals", type=int, default=200)
    parser.add_argument("--durable", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="log-acts-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o711)
        servers = PostgreSQL(folder / "postgresql", durable=options.durable), Redis(folder / "redis")
        for server in servers:
            stack.callback(server.stop)
            server.start()
        keys = folder / "keys"
        keys.mkdir()
        environment = {
            **settings(servers[0].url("postgres", "postgres"), keys),
            "AUDIT_KEYS_DIR": str(keys / "log"),
            "BROKER_URL": servers[1].url,
        }
        if options.act == "reveal":
            measure = ["benchmarks.log_reveals", str(options.clients), str(options.reveals)]
        else:
            measure = ["benchmarks.log_act_clients", options.act, str(options.clients), str(options.pairs)]
        measured = subprocess.run(
            [sys.executable, "-m", *measure],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
    facts = {"database": f"PostgreSQL, fsync {'on' if options.durable else 'off'}", "cores": os.cpu_count()}
    print(
        json.dumps({"act": options.act, "clients": options.clients, **facts, **json.loads(measured.stdout)})
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
