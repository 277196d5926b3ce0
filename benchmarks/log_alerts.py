"""What it costs to look through the log for alerts. Printed as one JSON object.

    python -m benchmarks.log_alerts --entries 1000000 --days 30 [--database sqlite] [--folder DIR]

Makes a log of so many made-up entries of so many days (see log_data.py) in a database of its own, which is deleted
afterwards, gives them their places, and looks through all of it with every rule on, as after a long pause; then at 500
entries at the end, as every minute. `kept` is the time of the one transaction of each batch.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.log_data import settings
from benchmarks.log_scale import ROOT, database, timed


def measure(kind: str, entries: int, days: int, folder: Path) -> dict[str, Any]:
    keys = folder / "keys"
    keys.mkdir()
    with database(kind, folder) as url:
        environment = {**settings(url, keys), "AUDIT_KEYS_DIR": str(keys / "log")}
        made = ["benchmarks/log_data.py", "--entries", str(entries), "--days", str(days), "--url", url]
        timed([*made, "--migrate"], environment)
        timed(["manage.py", "sequence", "--once"], environment)
        found = subprocess.run(
            [sys.executable, "-m", "benchmarks.log_alert_scan"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
    facts = {"entries": entries, "days": days, "database": kind, "cores": os.cpu_count()}
    return {**facts, **json.loads(found.stdout)}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--folder", type=Path, help="where the database lies meanwhile")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="log-alerts-", dir=options.folder))
    try:
        folder.chmod(0o711)
        print(json.dumps(measure(options.database, options.entries, options.days, folder)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
